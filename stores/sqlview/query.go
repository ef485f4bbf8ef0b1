package sqlview

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"wismo/core/fault"
	"wismo/core/order"
	"wismo/stores/ownorder"
)

// describe lists a view's columns by its name; none if there is no such view.
const describe = `select a.attname::text, pg_catalog.format_type(a.atttypid, null) from pg_catalog.pg_attribute as a
	where a.attrelid = pg_catalog.to_regclass($1::text) and a.attnum > 0 and not a.attisdropped order by a.attnum`

// read finds the orders; where the view is not as it was last seen, it is learnt and
// asked again.
func (s *Store) read(ctx context.Context, asked ownorder.Asked) ([]order.Order, error) {
	for range 3 {
		last := s.shape.Load()
		columns, docs, err := s.query(ctx, last, asked)
		if columns == nil && err != nil {
			return nil, faultOf(err)
		}
		if last != nil && slices.Equal(last.columns, columns) {
			return s.orders(docs, err)
		}
		if err := s.learn(columns); err != nil {
			return nil, err
		}
	}
	return nil, fault.New(fault.Unavailable, op, "the view is being changed")
}

// learn keeps what the view looks like now, and says aloud what it lacks.
func (s *Store) learn(columns []column) error {
	learnt, err := shapeOf(s.view, columns)
	if s.shape.Store(learnt); err != nil {
		return err
	}
	for _, vital := range vital() {
		if !learnt.has(vital) {
			s.log.Warn("the view of orders lacks a column; it is told as not known", "column", vital, "hint", "`wismo check` lists the columns")
		}
	}
	return nil
}

// query describes the view and, if it was seen before, asks for orders, in one round
// trip. Columns are nil only if nothing was read at all.
func (s *Store) query(ctx context.Context, last *shape, asked ownorder.Asked) (columns []column, docs []*string, err error) {
	b := &pgx.Batch{}
	b.Queue(describe, s.view.Sanitize())
	if last != nil {
		sql, args := last.statement(asked.Names, asked.Confirmation)
		b.Queue(sql, args...)
	}
	err = s.within(ctx, b, func(r pgx.BatchResults) error {
		rows, _ := r.Query() // its error is the rows' too
		if columns, err = pgx.CollectRows(rows, toColumn); err != nil || last == nil {
			return err
		}
		rows, _ = r.Query()
		docs, err = pgx.CollectRows(rows, pgx.RowTo[*string])
		return err
	})
	return columns, docs, err
}

func toColumn(row pgx.CollectableRow) (c column, err error) {
	err = row.Scan(&c.name, &c.kind)
	return c, err
}

// within runs statements in a read-only transaction that the server ends when the
// time of ctx is over, or the budget: also when we are not there any more.
func (s *Store) within(ctx context.Context, b *pgx.Batch, read func(pgx.BatchResults) error) error {
	left := s.cfg.Budget
	if end, ok := ctx.Deadline(); ok {
		left = min(left, time.Until(end))
	}
	tx, err := s.pool.BeginTx(ctx, pgx.TxOptions{AccessMode: pgx.ReadOnly})
	if err != nil {
		return err
	}
	defer func() {
		// The end must be told although the time may be over.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = tx.Rollback(ctx) // if this fails, the connection is thrown away
	}()
	// A little less than ours, so that the server's word comes first: a connection
	// that we give up is lost, and holds its place for a while.
	limit := strconv.FormatInt(max(1, (left-left/10).Milliseconds()), 10)
	all := &pgx.Batch{QueuedQueries: []*pgx.QueuedQuery{{SQL: "select pg_catalog.set_config('statement_timeout', $1::text, true)", Arguments: []any{limit}}}}
	all.QueuedQueries = append(all.QueuedQueries, b.QueuedQueries...)
	results := tx.SendBatch(ctx, all)
	defer results.Close()
	if _, err := results.Exec(); err != nil {
		return err
	}
	return read(results)
}

func (s *Store) orders(docs []*string, err error) ([]order.Order, error) {
	switch {
	case err != nil:
		return nil, faultOf(err)
	case len(docs) > maxRows:
		return nil, mend(fault.Invalid, "more than "+strconv.Itoa(maxRows)+" orders have one name", "is the view's column name the number that the customer sees?")
	}
	var list []order.Order
	for _, doc := range docs {
		if doc == nil {
			return nil, mend(fault.Unavailable, "an order is larger than "+strconv.Itoa(maxBytes>>20)+" MiB", "leave out of the view what the documentation of stores/sqlview does not name")
		}
		o, err := ownorder.Read([]byte(*doc), s.now())
		if err != nil {
			return nil, fault.New(fault.Unavailable, op, "%w", err)
		}
		list = append(list, o)
	}
	return list, nil
}
