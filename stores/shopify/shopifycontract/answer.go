package shopifycontract

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// Answer judges the data of an answer by the query it answers: every selected
// field is there and nothing else, no null where the schema allows none, lists
// no longer than asked for, enum values that exist. data is the JSON of the
// answer's "data".
func Answer(schema *ast.Schema, query string, variables map[string]any, data []byte) error {
	op, err := parse(schema, query, variables)
	if err != nil {
		return err
	}
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return fmt.Errorf("data: %w", err)
	}
	j := judge{schema: schema, vars: variables}
	return j.object(op.SelectionSet, v, "data")
}

type judge struct {
	schema *ast.Schema
	vars   map[string]any
}

func (j judge) object(set ast.SelectionSet, v any, path string) error {
	o, ok := v.(map[string]any)
	if !ok {
		return fmt.Errorf("%s: %T is no object", path, v)
	}
	asked := map[string]bool{}
	for _, f := range j.fields(set) {
		asked[f.Alias] = true
		got, ok := o[f.Alias]
		if !ok {
			return fmt.Errorf("%s.%s: it is missing", path, f.Alias)
		}
		if err := j.value(f, f.Definition.Type, got, path+"."+f.Alias); err != nil {
			return err
		}
	}
	for name := range o {
		if !asked[name] {
			return fmt.Errorf("%s.%s: nobody asked for it", path, name)
		}
	}
	return nil
}

// fields are the fields that set selects, fragments and conditions resolved.
func (j judge) fields(set ast.SelectionSet) []*ast.Field {
	var out []*ast.Field
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if j.included(s.Directives) {
				out = append(out, s)
			}
		case *ast.InlineFragment:
			if j.included(s.Directives) {
				out = append(out, j.fields(s.SelectionSet)...)
			}
		case *ast.FragmentSpread:
			if j.included(s.Directives) {
				out = append(out, j.fields(s.Definition.SelectionSet)...)
			}
		}
	}
	return out
}

func (j judge) included(list ast.DirectiveList) bool {
	for _, d := range list {
		yes, _ := d.ArgumentMap(j.vars)["if"].(bool)
		if d.Name == "include" && !yes || d.Name == "skip" && yes {
			return false
		}
	}
	return true
}

func (j judge) value(f *ast.Field, t *ast.Type, v any, path string) error {
	switch {
	case v == nil && t.NonNull:
		return fmt.Errorf("%s: null, but the schema has %s", path, t)
	case v == nil:
		return nil
	case t.Elem != nil:
		return j.list(f, t, v, path)
	case len(f.SelectionSet) > 0:
		if o, ok := v.(map[string]any); ok { // a connection has `first` above its nodes
			if nodes, ok := o["nodes"].([]any); ok && j.tooMany(f, nodes) {
				return fmt.Errorf("%s: %d nodes, more than asked for", path, len(nodes))
			}
		}
		return j.object(f.SelectionSet, v, path)
	default:
		return j.leaf(t.NamedType, v, path)
	}
}

func (j judge) list(f *ast.Field, t *ast.Type, v any, path string) error {
	list, ok := v.([]any)
	if !ok {
		return fmt.Errorf("%s: %T is no list", path, v)
	}
	if j.tooMany(f, list) {
		return fmt.Errorf("%s: %d, more than asked for", path, len(list))
	}
	for i, item := range list {
		if err := j.value(f, t.Elem, item, fmt.Sprintf("%s.%d", path, i)); err != nil {
			return err
		}
	}
	return nil
}

// tooMany reports whether a field brought more than its argument first.
func (j judge) tooMany(f *ast.Field, list []any) bool {
	first, ok := number(f.ArgumentMap(j.vars)["first"])
	return ok && len(list) > first
}

func (j judge) leaf(name string, v any, path string) error {
	def := j.schema.Types[name]
	if def.Kind == ast.Enum {
		s, _ := v.(string)
		if !slices.ContainsFunc(def.EnumValues, func(e *ast.EnumValueDefinition) bool { return e.Name == s }) {
			return fmt.Errorf("%s: %v is no %s", path, v, name)
		}
		return nil
	}
	ok := true
	switch name {
	case "Int":
		n, is := v.(float64)
		ok = is && n == float64(int(n))
	case "Boolean":
		_, ok = v.(bool)
	default: // String, ID, DateTime, URL, Decimal, Money
		_, ok = v.(string)
	}
	if !ok {
		return fmt.Errorf("%s: %v is no %s", path, v, name)
	}
	return nil
}

func number(v any) (int, bool) {
	switch v := v.(type) {
	case int64:
		return int(v), true
	case float64:
		return int(v), true
	}
	return 0, false
}
