package sandbox

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// documents keeps parsed queries: a client sends the same few for ever.
type documents struct {
	mu    sync.Mutex
	byRaw map[string]*ast.QueryDocument
}

const maxDocuments = 100

func (d *documents) parse(query string) (*ast.QueryDocument, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if doc, ok := d.byRaw[query]; ok {
		return doc, nil
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil || len(doc.Operations) != 1 {
		return nil, errSyntax
	}
	if d.byRaw == nil || len(d.byRaw) >= maxDocuments {
		d.byRaw = map[string]*ast.QueryDocument{}
	}
	d.byRaw[query] = doc
	return doc, nil
}

// object is a value of the API by its fields.
type object map[string]any

// execution prepares a query's run on the samples.
func (s *Shopify) execution(q request) (*execution, error) {
	doc, err := s.docs.parse(q.Query)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return &execution{doc: doc, vars: q.Variables, samples: s.samples, denied: s.denied, hidden: s.hidden, version: s.cfg.Version}, nil
}

// execution is one query's run.
type execution struct {
	doc     *ast.QueryDocument
	vars    map[string]any
	samples []Sample
	denied  map[string]bool
	hidden  bool
	version string
	errs    []any
}

// project takes from o what set selects.
func (e *execution) project(set ast.SelectionSet, o object, path []any) any {
	out := map[string]any{}
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			if e.included(sel.Directives) {
				out[sel.Alias] = e.field(sel, o, append(slices.Clip(path), sel.Alias))
			}
		case *ast.InlineFragment:
			e.merge(out, sel.SelectionSet, sel.Directives, o, path)
		case *ast.FragmentSpread:
			if f := e.doc.Fragments.ForName(sel.Name); f != nil {
				e.merge(out, f.SelectionSet, sel.Directives, o, path)
			}
		}
	}
	return out
}

func (e *execution) merge(out map[string]any, set ast.SelectionSet, d ast.DirectiveList, o object, path []any) {
	if !e.included(d) {
		return
	}
	if more, ok := e.project(set, o, path).(map[string]any); ok {
		for k, v := range more {
			out[k] = v
		}
	}
}

func (e *execution) included(list ast.DirectiveList) bool {
	for _, d := range list {
		if arg := d.Arguments.ForName("if"); arg != nil {
			yes, _ := e.value(arg.Value).(bool)
			if d.Name == "include" && !yes || d.Name == "skip" && yes {
				return false
			}
		}
	}
	return true
}

func (e *execution) value(v *ast.Value) any {
	got, err := v.Value(e.vars)
	if err != nil {
		return nil
	}
	return got
}

func (e *execution) arg(f *ast.Field, name string) any {
	if a := f.Arguments.ForName(name); a != nil {
		return e.value(a.Value)
	}
	return nil
}

func (e *execution) field(f *ast.Field, o object, path []any) any {
	if e.denied[f.Name] || f.Name == "customers" && e.denied["customer"] {
		e.errs = append(e.errs, map[string]any{
			"message":    "Access denied for " + f.Name + " field.",
			"path":       path,
			"extensions": map[string]any{"code": "ACCESS_DENIED", "documentation": "https://shopify.dev/api/usage/access-scopes"},
		})
		return nil
	}
	if e.hidden && (f.Name == "email" || f.Name == "phone" || f.Name == "defaultEmailAddress" || f.Name == "defaultPhoneNumber") {
		return nil
	}
	switch {
	case f.Name == "orders" && len(path) == 1:
		return e.orders(f, path)
	case f.Name == "customers" && len(path) == 1:
		return e.customers(f, path)
	case f.Name == "shop" && len(path) == 1:
		return e.project(f.SelectionSet, object{"name": "Harbour Goods", "myshopifyDomain": "demo.myshopify.com"}, path)
	case f.Name == "currentAppInstallation":
		return e.project(f.SelectionSet, object{"accessScopes": scopes(e.denied)}, path)
	case f.Name == "publicApiVersions":
		return e.shape(f, []any{object{"handle": e.version, "supported": true}}, path)
	}
	return e.shape(f, o[f.Name], path)
}

// scopes are what the app was granted, less what is denied.
func scopes(denied map[string]bool) []any {
	var list []any
	for scope, field := range map[string]string{
		"read_orders": "orders", "read_all_orders": "all_orders", "read_customers": "customer",
		"read_merchant_managed_fulfillment_orders": "fulfillmentOrders", "read_returns": "returns",
	} {
		if !denied[field] {
			list = append(list, object{"handle": scope})
		}
	}
	return list
}

// shape gives a value the form its selection asks for.
func (e *execution) shape(f *ast.Field, v any, path []any) any {
	switch v := v.(type) {
	case object:
		return e.project(f.SelectionSet, v, path)
	case []any:
		more := false
		if n, ok := toInt(e.arg(f, "first")); ok && n < len(v) {
			v, more = v[:n], true
		}
		if connection(f.Name) {
			return e.project(f.SelectionSet, object{"nodes": v, "pageInfo": object{"hasNextPage": more, "endCursor": nil}}, path)
		}
		out := make([]any, 0, len(v))
		for i, item := range v {
			o, ok := item.(object)
			if !ok {
				out = append(out, item)
				continue
			}
			out = append(out, e.project(f.SelectionSet, o, append(slices.Clip(path), i)))
		}
		return out
	default:
		return v
	}
}

// connection reports whether the API wraps a list: {nodes, pageInfo}.
func connection(field string) bool {
	switch field {
	case "events", "fulfillmentOrders", "returns", "lineItems":
		return true
	}
	return false
}

func toInt(v any) (int, bool) {
	switch v := v.(type) {
	case int64:
		return int(v), true
	case float64:
		return int(v), true
	}
	return 0, false
}

var termRE = regexp.MustCompile(`(\w+):(?:"([^"]*)"|(\d+))`)

// customers runs a search for customers by their phone.
func (e *execution) customers(f *ast.Field, path []any) any {
	nodes := []any{}
	query, _ := e.arg(f, "query").(string)
	for _, t := range termRE.FindAllStringSubmatch(query, -1) {
		for _, s := range e.samples {
			if t[1] == "phone" && s.Customer != "" && s.Phone == t[2] {
				nodes = append(nodes, object{"id": gid("Customer", s.customerID())})
			}
		}
	}
	return e.project(f.SelectionSet, object{"nodes": nodes}, path)
}

func (s Sample) customerID() int { return 90_000 + s.ID }

// orders runs the search. Terms are joined by OR. As Shopify's, it compares
// tokens: near names are found as well, so that the caller must compare exactly.
func (e *execution) orders(f *ast.Field, path []any) any {
	var found []Sample
	query, _ := e.arg(f, "query").(string)
	terms := termRE.FindAllStringSubmatch(query, -1)
	for _, s := range e.samples {
		if len(terms) == 0 || slices.ContainsFunc(terms, func(t []string) bool { return s.near(t[1], t[2]+t[3]) }) {
			found = append(found, s)
		}
	}
	reverse, _ := e.arg(f, "reverse").(bool)
	slices.SortStableFunc(found, func(a, b Sample) int {
		if reverse {
			a, b = b, a
		}
		return a.CreatedAt.Compare(b.CreatedAt)
	})
	first, _ := toInt(e.arg(f, "first"))
	start := 0
	if after, ok := e.arg(f, "after").(string); ok {
		raw, _ := base64.StdEncoding.DecodeString(after)
		start, _ = strconv.Atoi(string(raw))
	}
	start = min(start, len(found))
	end := min(start+first, len(found))
	nodes := make([]any, 0, end-start)
	for _, s := range found[start:end] {
		nodes = append(nodes, s.node())
	}
	return e.project(f.SelectionSet, object{"nodes": nodes, "pageInfo": object{
		"hasNextPage": end < len(found), "endCursor": base64.StdEncoding.EncodeToString([]byte(fmt.Sprint(end))),
	}}, path)
}

// tokens are the words of lower-case letters and digits in s.
func tokens(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
}

// near reports whether a term finds the sample: a token of the name that
// begins with the term's.
func (s Sample) near(field, value string) bool {
	value = strings.ToLower(value)
	switch field {
	case "confirmation_number":
		return strings.EqualFold(s.Confirmation, value)
	case "email":
		return strings.EqualFold(s.Email, value)
	case "customer_id":
		return s.Customer != "" && value == strconv.Itoa(s.customerID())
	case "name":
		for _, want := range tokens(value) {
			for _, have := range tokens(s.Name) {
				if strings.HasPrefix(have, want) {
					return true
				}
			}
		}
	}
	return false
}
