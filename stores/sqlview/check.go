package sqlview

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"wismo/core/check"
	"wismo/core/fault"
)

// Check connects, looks at the view and the role's rights, and reads the newest
// orders. It changes nothing.
func (s *Store) Check(ctx context.Context) []check.Finding {
	ctx, cancel := context.WithTimeout(ctx, 6*s.cfg.Budget)
	defer cancel()
	columns, err := s.columns(ctx)
	if err != nil {
		return []check.Finding{failure("sql server", faultOf(err))}
	}
	findings := []check.Finding{s.encryption(ctx), s.rights(ctx)}
	learnt, err := shapeOf(s.view, columns)
	if err != nil {
		return append(findings, failure("sql view", err))
	}
	findings = append(findings, types(columns), missing(learnt))
	findings = append(findings, s.newest(ctx, learnt)...)
	return append(findings, s.ages(ctx), s.index(ctx, learnt))
}

func (s *Store) columns(ctx context.Context) (columns []column, err error) {
	err = s.one(ctx, describe, []any{s.view.Sanitize()}, func(rows pgx.Rows) error {
		columns, err = pgx.CollectRows(rows, toColumn)
		return err
	})
	return columns, err
}

// one runs a single statement.
func (s *Store) one(ctx context.Context, sql string, args []any, read func(pgx.Rows) error) error {
	b := &pgx.Batch{}
	b.Queue(sql, args...)
	return s.within(ctx, b, func(r pgx.BatchResults) error {
		rows, _ := r.Query() // its error is the rows' too
		defer rows.Close()
		return read(rows)
	})
}

// row runs a statement that has one row.
func (s *Store) row(ctx context.Context, sql string, args []any, into ...any) error {
	return s.one(ctx, sql, args, func(rows pgx.Rows) error {
		if !rows.Next() {
			return errors.Join(rows.Err(), pgx.ErrNoRows)
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		rows.Close()
		return rows.Err()
	})
}

// failure tells a fault with its cure apart.
func failure(name string, err error) check.Finding {
	f := check.Finding{Name: name, Level: check.Failed, Detail: err.Error(), Hint: "is store.database right, and can this machine reach the server?"}
	if known, ok := errors.AsType[*fault.Error](err); ok && known.Hint != "" {
		plain := *known
		f.Hint, plain.Hint = known.Hint, ""
		f.Detail = plain.Error()
	}
	return f
}

// encryption warns of orders that cross a network in clear text.
func (s *Store) encryption(ctx context.Context) check.Finding {
	f := check.Finding{Name: "sql server", Level: check.OK, Detail: "it lets the role in"}
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return failure(f.Name, faultOf(err))
	}
	defer conn.Release()
	wire := conn.Conn().PgConn().Conn()
	addr, tcp := wire.RemoteAddr().(*net.TCPAddr)
	if _, encrypted := wire.(*tls.Conn); encrypted || !tcp || addr.IP.IsLoopback() {
		return f
	}
	f.Level, f.Detail, f.Hint = check.Warning, "orders cross the network in clear text", "add sslmode=verify-full to store.database"
	return f
}

// rights warns of a role that may do more than read.
func (s *Store) rights(ctx context.Context) check.Finding {
	f := check.Finding{Name: "sql role", Level: check.OK, Detail: "it may read and not write"}
	var super, writes bool
	err := s.row(ctx, `select rolsuper, coalesce(has_table_privilege(pg_catalog.to_regclass($1::text), 'insert, update, delete, truncate'), false)
		from pg_catalog.pg_roles where rolname = current_user`, []any{s.view.Sanitize()}, &super, &writes)
	switch {
	case err != nil:
		return check.Finding{Name: f.Name, Level: check.Warning, Detail: "what it may do cannot be read", Hint: faultOf(err).Error()}
	case super:
		f.Level, f.Detail = check.Warning, "it is a superuser"
	case writes:
		f.Level, f.Detail = check.Warning, "it may write to the view"
	default:
		return f
	}
	f.Hint = "make a role that may do nothing but select from the view, and put it in store.database"
	return f
}

// types warns of columns whose type is not the one that is read well.
func types(columns []column) check.Finding {
	f := check.Finding{Name: "sql columns", Level: check.OK, Detail: "their types are right"}
	var wrong []string
	for _, k := range known() {
		for _, c := range columns {
			if c.name == k.name && !slices.Contains(k.kinds, c.kind) {
				wrong = append(wrong, fmt.Sprintf("%s is %s and should be %s", c.name, c.kind, k.kinds[0]))
			}
		}
	}
	if len(wrong) > 0 {
		f.Level, f.Detail = check.Warning, strings.Join(wrong, "; ")
		f.Hint = "cast them in the view; times without a zone are taken for UTC, enumerations want ::text"
	}
	return f
}

// missing names the columns that the view does not have.
func missing(learnt *shape) check.Finding {
	f := check.Finding{Name: "sql columns", Level: check.OK, Detail: "all are there"}
	var names []string
	for _, k := range known() {
		if !learnt.has(k.name) {
			names = append(names, k.name)
		}
	}
	if len(names) > 0 {
		f.Detail = "told as not known: " + strings.Join(names, ", ")
	}
	for _, vital := range vital() {
		if !learnt.has(vital) {
			f.Level, f.Hint = check.Warning, "without fulfillments and items nobody can be told where a parcel is, and what is still to come"
		}
	}
	return f
}

// ages tells how old the oldest and the newest order are.
func (s *Store) ages(ctx context.Context) check.Finding {
	f := check.Finding{Name: "sql orders", Level: check.Warning}
	var oldest, newest *float64
	err := s.row(ctx, `select extract(epoch from min(v."created_at"))::float8, extract(epoch from max(v."created_at"))::float8 from `+s.view.Sanitize()+` as v`, nil, &oldest, &newest)
	switch {
	case err != nil:
		f.Detail, f.Hint = "the age of the orders could not be read", "an index on created_at makes that quick; "+faultOf(err).Error()
	case oldest == nil || newest == nil:
		f.Detail, f.Hint = "the view shows no order", "a new shop has none; else row-level security or the view's where hides them from the role"
	default:
		f.Level, f.Detail = check.OK, fmt.Sprintf("the oldest is %d days old, the newest %d", s.days(*oldest), s.days(*newest))
	}
	return f
}

func (s *Store) days(epoch float64) int {
	return int((float64(s.now().Unix()) - epoch) / (24 * time.Hour).Seconds())
}
