package sqlview

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"wismo/core/check"
	"wismo/core/order"
)

// newest reads the last orders as a question would, and tells what they lack.
func (s *Store) newest(ctx context.Context, learnt *shape) []check.Finding {
	var docs []*string
	err := s.one(ctx, learnt.newest, nil, func(rows pgx.Rows) (err error) {
		docs, err = pgx.CollectRows(rows, pgx.RowTo[*string])
		return err
	})
	list, err := s.orders(docs, err)
	if err != nil {
		return []check.Finding{failure("sql read", err)}
	}
	if len(list) == 0 {
		return nil // ages says so
	}
	return []check.Finding{contacts(list), parts(list, learnt)}
}

func contacts(list []order.Order) check.Finding {
	f := check.Finding{Name: "sql contacts", Level: check.OK, Detail: "the newest orders have e-mail or phone"}
	blank := 0
	for _, o := range list {
		if o.Contacts.Hidden {
			blank++
		}
	}
	if blank > 0 {
		f.Level, f.Detail = check.Warning, fmt.Sprintf("%d of the %d newest orders show neither e-mail nor phone", blank, len(list))
		f.Hint = "fill emails and phones in the view: without them nobody can be verified for an order"
	}
	return f
}

// parts tells what of the newest orders is there and cannot be read.
func parts(list []order.Order, learnt *shape) check.Finding {
	f := check.Finding{Name: "sql read", Level: check.OK, Detail: fmt.Sprintf("the %d newest orders can be read", len(list))}
	unread := map[string]int{}
	for _, o := range list {
		for _, part := range o.Unread {
			if learnt.has(part) || part == order.UnreadContacts {
				unread[part]++
			}
		}
	}
	var told []string
	for part, n := range unread {
		told = append(told, fmt.Sprintf("%s of %d", part, n))
	}
	if len(told) > 0 {
		slices.Sort(told)
		f.Level, f.Detail = check.Warning, fmt.Sprintf("of the %d newest orders, parts cannot be read: %s", len(list), strings.Join(told, ", "))
		f.Hint = "compare what the view holds there with stores/http/contract.v1.json"
	}
	return f
}

// plan is a step of how the server would run a statement.
type plan struct {
	Type  string `json:"Node Type"`
	Table string `json:"Relation Name"`
	Plans []plan
}

// whole lists the tables that are read from beginning to end.
func (p plan) whole() []string {
	var tables []string
	if p.Type == "Seq Scan" && p.Table != "" {
		tables = []string{p.Table}
	}
	for _, below := range p.Plans {
		tables = append(tables, below.whole()...)
	}
	slices.Sort(tables)
	return slices.Compact(tables)
}

// index asks the server how it would look an order up if it were to avoid reading
// tables whole: what it reads whole even then has no index that fits.
func (s *Store) index(ctx context.Context, learnt *shape) check.Finding {
	f := check.Finding{Name: "sql index", Level: check.OK, Detail: "orders are found by an index"}
	sql, args := learnt.statement([]string{"WISMO-CHECK"}, "WISMO-CHECK")
	b := &pgx.Batch{}
	b.Queue("select pg_catalog.set_config('enable_seqscan', 'off', true)")
	b.Queue("explain (format json) "+sql, args...)
	var raw string
	err := s.within(ctx, b, func(r pgx.BatchResults) error {
		if _, err := r.Exec(); err != nil {
			return err
		}
		return r.QueryRow().Scan(&raw)
	})
	var plans []struct{ Plan plan }
	if err != nil || json.Unmarshal([]byte(raw), &plans) != nil || len(plans) == 0 {
		return check.Finding{Name: f.Name, Level: check.Warning, Detail: "whether an index is used could not be read", Hint: "try explain with the query that the documentation of stores/sqlview describes"}
	}
	if tables := plans[0].Plan.whole(); len(tables) > 0 {
		f.Level, f.Detail = check.Warning, "for each question these tables are read whole: "+strings.Join(tables, ", ")
		f.Hint = "add indexes, above all on " + keys(learnt) + ", as the view writes them; small tables do without"
	}
	return f
}

func keys(learnt *shape) string {
	if learnt.confirmed {
		return "lower(name) and lower(confirmation_number)"
	}
	return "lower(name)"
}
