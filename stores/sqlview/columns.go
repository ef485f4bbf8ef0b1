package sqlview

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"wismo/core/fault"
)

// column is one of the view's, with its type as PostgreSQL writes it.
type column struct{ name, kind string }

// known are the columns that are read, with the types that they should have.
func known() []struct {
	name  string
	kinds []string
} {
	texts := []string{"text", "character varying", "character", "citext", "name", "uuid"}
	keys := append([]string{"bigint", "integer", "smallint", "numeric"}, texts...)
	lists := []string{"text[]", "character varying[]", "citext[]", "jsonb", "json"}
	parts := []string{"jsonb", "json"}
	times := []string{"timestamp with time zone"}
	days := []string{"timestamp with time zone", "date"}
	return []struct {
		name  string
		kinds []string
	}{
		{"id", keys},
		{"name", keys},
		{"confirmation_number", keys},
		{"created_at", times},
		{"cancelled_at", times},
		{"financial", texts},
		{"returns", texts},
		{"holds", lists},
		{"emails", lists},
		{"phones", lists},
		{"region", texts},
		{"items", parts},
		{"fulfillments", parts},
		{"fulfill_by", days},
		{"method", texts},
		{"locale", texts},
		{"refunds", parts},
		{"unread", lists},
	}
}

// vital are the columns without which a question is hardly answered.
func vital() []string { return []string{"fulfillments", "items"} }

// shape is the view as it was last seen, with the statements that fit it.
type shape struct {
	columns []column
	// byName finds orders by the names in $1, byEither also by the confirmation
	// number in $2. They are the same if the view has none.
	byName, byEither string
	// newest are the last orders, for a check.
	newest string
	// confirmed is true if the view has confirmation numbers.
	confirmed bool
}

func (s *shape) has(name string) bool {
	return slices.ContainsFunc(s.columns, func(c column) bool { return c.name == name })
}

// How much is read at most: orders of one name, and bytes of one order.
const (
	maxRows, maxBytes = 50, 1 << 20
)

// shapeOf returns the shape of a view with these columns. The error is a fault that
// says what is missing.
func shapeOf(view pgx.Identifier, columns []column) (*shape, error) {
	s := &shape{columns: columns}
	if len(columns) == 0 {
		return nil, noView()
	}
	for _, name := range []string{"name", "created_at"} {
		if !s.has(name) {
			return nil, lacks(name)
		}
	}
	if !s.has("emails") && !s.has("phones") {
		return nil, lacks("emails, nor phones")
	}
	const byName = `lower(v."name"::text) = any(array(select lower(n) from unnest($1::text[]) as n))`
	from := "from " + view.Sanitize() + " as v "
	s.byName = s.selecting(fmt.Sprintf("%swhere %s limit %d", from, byName, maxRows+1))
	s.byEither, s.confirmed = s.byName, s.has("confirmation_number")
	if s.confirmed {
		s.byEither = s.selecting(fmt.Sprintf(`%swhere %s or lower(v."confirmation_number"::text) = lower($2::text) limit %d`, from, byName, maxRows+1))
	}
	s.newest = s.selecting(from + `order by v."created_at" desc nulls last limit 20`)
	return s, nil
}

// selecting returns the query for orders as JSON: what is null there is too large.
// The server writes the JSON, so that whatever types the columns have, they arrive.
func (s *shape) selecting(rest string) string {
	var fields []string
	for _, k := range known() {
		if s.has(k.name) {
			fields = append(fields, fmt.Sprintf(`'%s', v."%s"`, k.name, k.name))
		}
	}
	return fmt.Sprintf(`select case when octet_length(o.doc) <= %d then o.doc end from (select json_build_object(%s)::text as doc %s) as o`,
		maxBytes, strings.Join(fields, ", "), rest)
}

// statement returns the query for what is asked, and its arguments.
func (s *shape) statement(names []string, confirmation string) (string, []any) {
	if s.confirmed && confirmation != "" {
		return s.byEither, []any{names, confirmation}
	}
	return s.byName, []any{names}
}

func noView() error {
	return mend(fault.Unavailable, "the view is not there", "make the view that store.view names; if it is in another schema, write schema.view and grant usage on the schema")
}

func lacks(column string) error {
	return mend(fault.Unavailable, "the view has no column "+column, "the columns are described in the documentation of stores/sqlview")
}
