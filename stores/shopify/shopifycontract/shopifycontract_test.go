package shopifycontract_test

import (
	"testing"

	"wismo/stores/shopify/shopifycontract"
)

func TestValidator(t *testing.T) {
	t.Parallel()
	validate := shopifycontract.Validator(t)
	for _, tt := range []struct {
		name, query string
		vars        map[string]any
		wrong       bool
	}{
		{"a query", `{ orders(first: 1) { nodes { name } } }`, nil, false},
		{"variables", `query($q: String!, $n: Int) { orders(first: $n, query: $q) { nodes { name } } }`, map[string]any{"q": "name:1", "n": 2}, false},
		{"a missing variable", `query($q: String!) { orders(first: 1, query: $q) { nodes { name } } }`, nil, true},
		{"a variable of another type", `query($n: Int!) { orders(first: $n) { nodes { name } } }`, map[string]any{"n": "two"}, true},
		{"a variable too many", `{ orders(first: 1) { nodes { name } } }`, map[string]any{"q": 1}, true},
		{"no such field", `{ orders(first: 1) { nodes { nmae } } }`, nil, true},
		{"no such argument", `{ orders(limit: 1) { nodes { name } } }`, nil, true},
		{"an argument of another type", `{ orders(first: "1") { nodes { name } } }`, nil, true},
		{"an object without selection", `{ orders(first: 1) }`, nil, true},
		{"no query", `{`, nil, true},
		{"two operations", `query A { shop { name } } query B { shop { name } }`, nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if err := validate(tt.query, tt.vars); (err != nil) != tt.wrong {
				t.Errorf("wrong = %v, want %v: %v", err != nil, tt.wrong, err)
			}
		})
	}
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	schema := shopifycontract.Schema(t)
	const query = `query($c: Boolean!) { orders(first: 2) { nodes { ...parts customer @include(if: $c) { id } } } } fragment parts on Order { id cancelledAt test displayFulfillmentStatus fulfillments(first: 1) { displayStatus } }`
	node := func(s string) string { return `{"orders":{"nodes":[` + s + `]}}` }
	good := `{"id":"1","cancelledAt":null,"test":false,"displayFulfillmentStatus":"FULFILLED","fulfillments":[]}`
	for name, tt := range map[string]struct {
		data  string
		wrong bool
	}{
		"good":                {node(good), false},
		"none":                {node(""), false},
		"too many":            {node(good + "," + good + "," + good), true},
		"null for no-null":    {node(`{"id":null,"cancelledAt":null,"test":false,"displayFulfillmentStatus":"FULFILLED","fulfillments":[]}`), true},
		"missing":             {node(`{"id":"1"}`), true},
		"not asked for":       {node(`{"id":"1","cancelledAt":null,"test":false,"displayFulfillmentStatus":"FULFILLED","fulfillments":[],"customer":null}`), true},
		"no such enum value":  {node(`{"id":"1","cancelledAt":null,"test":false,"displayFulfillmentStatus":"GONE","fulfillments":[]}`), true},
		"text for a boolean":  {node(`{"id":"1","cancelledAt":null,"test":"no","displayFulfillmentStatus":"FULFILLED","fulfillments":[]}`), true},
		"number for a text":   {node(`{"id":1,"cancelledAt":null,"test":false,"displayFulfillmentStatus":"FULFILLED","fulfillments":[]}`), true},
		"object for a list":   {node(`{"id":"1","cancelledAt":null,"test":false,"displayFulfillmentStatus":"FULFILLED","fulfillments":{}}`), true},
		"a list inside short": {node(`{"id":"1","cancelledAt":null,"test":false,"displayFulfillmentStatus":"FULFILLED","fulfillments":[{"displayStatus":null},{"displayStatus":null}]}`), true},
		"null":                {`null`, true},
		"no JSON":             {`{`, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := shopifycontract.Answer(schema, query, map[string]any{"c": false}, []byte(tt.data)); (err != nil) != tt.wrong {
				t.Errorf("wrong = %v, want %v: %v", err != nil, tt.wrong, err)
			}
		})
	}
}

func TestCost(t *testing.T) {
	t.Parallel()
	schema := shopifycontract.Schema(t)
	for query, want := range map[string]int{
		`{ shop { name } }`:                                                            1,
		`{ orders(first: 10) { nodes { name } } }`:                                     2 + 10,
		`{ orders(first: 10) { nodes { name billingAddress { zip } } } }`:              2 + 20,
		`{ orders(first: 2) { nodes { fulfillments(first: 3) { id } } } }`:             2 + 2*(1+3),
		`{ orders(first: 2) { nodes { lineItems(first: 5) { nodes { id } } } } }`:      2 + 2*(1+2+5),
		`query($n: Int = 7) { orders(first: $n) { nodes { name } } }`:                  2 + 7,
		`{ orders(first: 4) { nodes { customer @include(if: false) { id } name } } }`:  2 + 4,
		`{ orders(first: 4) { ...o } } fragment o on OrderConnection { nodes { id } }`: 2 + 4,
	} {
		vars := map[string]any{}
		if query[0] == 'q' {
			vars["n"] = int64(7)
		}
		if got, err := shopifycontract.Cost(schema, query, vars); err != nil || got != want {
			t.Errorf("%s costs %d, want %d: %v", query, got, want, err)
		}
	}
	if _, err := shopifycontract.Cost(schema, `{ nothing }`, nil); err == nil {
		t.Error("a query that breaks the schema has a cost")
	}
}
