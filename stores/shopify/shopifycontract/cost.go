package shopifycontract

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// MostPoints is what one query may cost at most, whatever the shop's plan.
// Source: shopify.dev, API rate limits.
const MostPoints = 1000

// Cost returns the points that a query asks for before it runs: scalars and
// enums 0, an object 1, what has `first` that many times what one costs; a
// connection 2 more, which older accounts are charged.
// Source: shopify.dev, API rate limits.
func Cost(schema *ast.Schema, query string, variables map[string]any) (int, error) {
	op, err := parse(schema, query, variables)
	if err != nil {
		return 0, err
	}
	return judge{schema: schema, vars: variables}.cost(op.SelectionSet), nil
}

func (j judge) cost(set ast.SelectionSet) int {
	sum := 0
	for _, f := range j.fields(set) {
		if len(f.SelectionSet) == 0 {
			continue
		}
		first, ok := number(f.ArgumentMap(j.vars)["first"])
		switch {
		case ok && strings.HasSuffix(f.Definition.Type.Name(), "Connection"):
			// What stands beside nodes (pageInfo) is counted with each of them:
			// rather too much than too little.
			sum += 2 + first*j.cost(f.SelectionSet)
		case ok:
			sum += first * (1 + j.cost(f.SelectionSet))
		default:
			sum += 1 + j.cost(f.SelectionSet)
		}
	}
	return sum
}
