// Package shopifycontract knows where Shopify's published schema is kept and
// judges queries, answers and their cost by it. It is for tests only.
package shopifycontract

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"wismo/core/contract"
)

// schemaFile is the vendor's schema of the version in use, cut down to what an
// order tracker can need, below the folder of Dir.
const schemaFile = "admin_2026-10.trimmed.graphql"

// Validator returns a function that judges queries by the vendor's schema:
// fields, arguments, the variables and their types. It fits
// sandbox.Config.Validate. The test is skipped if the schema is not there.
func Validator(t testing.TB) func(query string, variables map[string]any) error {
	t.Helper()
	schema := Schema(t)
	return func(query string, variables map[string]any) error {
		_, err := parse(schema, query, variables)
		return err
	}
}

// Schema returns the vendor's schema. The test is skipped if it is not there.
func Schema(t testing.TB) *ast.Schema {
	t.Helper()
	Dir(t)
	schema, err := load()
	if err != nil {
		t.Fatalf("the contract cannot be used: %v", err)
	}
	return schema
}

// parse returns the one operation of a query that keeps to the schema.
func parse(schema *ast.Schema, query string, variables map[string]any) (*ast.OperationDefinition, error) {
	doc, list := gqlparser.LoadQueryWithRules(schema, query, rules.NewDefaultRules())
	if len(list) > 0 {
		return nil, list
	}
	if len(doc.Operations) != 1 {
		return nil, fmt.Errorf("%d operations in one request", len(doc.Operations))
	}
	op := doc.Operations[0]
	for name := range variables {
		if op.VariableDefinitions.ForName(name) == nil {
			return nil, fmt.Errorf("the variable %s is not declared", name)
		}
	}
	if _, err := validator.VariableValues(schema, op, variables); err != nil {
		return nil, err
	}
	return op, nil
}

var load = sync.OnceValues(func() (*ast.Schema, error) {
	dir, err := contract.Folder("shopify")
	if err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(filepath.Join(dir, schemaFile))
	if err != nil {
		return nil, err
	}
	return gqlparser.LoadSchema(&ast.Source{Name: schemaFile, Input: string(raw)})
})

// Dir returns the folder of Shopify's contract files. The test is skipped if it
// is not there.
func Dir(t testing.TB) string {
	t.Helper()
	return contract.Dir(t, "shopify")
}
