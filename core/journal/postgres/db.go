package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"wismo/core/journal/sqljournal"
)

// db implements sqljournal.DB.
type db struct{ pool *pgxpool.Pool }

// Write implements sqljournal.DB. The transaction begins in the same round
// trip as its first statements, and ends in that of its last.
func (d db) Write(ctx context.Context, f func(context.Context, sqljournal.Tx) error) error {
	conn, err := d.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	tx := &transaction{conn: conn.Conn()}
	err = f(ctx, tx)
	if err == nil && tx.open {
		err = tx.Last(ctx)
	}
	if err != nil {
		tx.rollback(context.WithoutCancel(ctx))
	}
	return err
}

// Reader implements sqljournal.DB.
func (d db) Reader() sqljournal.Querier { return reader(d) }

// reader runs what needs no transaction of its own.
type reader struct{ pool *pgxpool.Pool }

func (r reader) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	tag, err := r.pool.Exec(ctx, sql, args...)
	return tag.RowsAffected(), err
}

func (r reader) Query(ctx context.Context, sql string, args ...any) (sqljournal.Rows, error) {
	return r.pool.Query(ctx, sql, args...)
}

func (r reader) QueryRow(ctx context.Context, sql string, args ...any) sqljournal.Row {
	return row{r.pool.QueryRow(ctx, sql, args...)}
}

func (r reader) Batch(ctx context.Context, list ...sqljournal.Stmt) error {
	return run(r.pool.SendBatch(ctx, batchOf(list)), list, 0)
}

// transaction is one that begins with its first statement.
type transaction struct {
	conn *pgx.Conn
	open bool
}

func (t *transaction) begin(ctx context.Context) error {
	if t.open {
		return nil
	}
	t.open = true
	_, err := t.conn.Exec(ctx, "begin")
	return err
}

func (t *transaction) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	if err := t.begin(ctx); err != nil {
		return 0, err
	}
	tag, err := t.conn.Exec(ctx, sql, args...)
	return tag.RowsAffected(), err
}

func (t *transaction) Query(ctx context.Context, sql string, args ...any) (sqljournal.Rows, error) {
	if err := t.begin(ctx); err != nil {
		return nil, err
	}
	return t.conn.Query(ctx, sql, args...)
}

func (t *transaction) QueryRow(ctx context.Context, sql string, args ...any) sqljournal.Row {
	if err := t.begin(ctx); err != nil {
		return broken{err}
	}
	return row{t.conn.QueryRow(ctx, sql, args...)}
}

func (t *transaction) Batch(ctx context.Context, list ...sqljournal.Stmt) error {
	return t.send(ctx, list, false)
}

func (t *transaction) Last(ctx context.Context, list ...sqljournal.Stmt) error {
	err := t.send(ctx, list, true)
	if err == nil {
		t.open = false
	}
	return err
}

// send runs statements in one round trip, with begin before and commit after
// them where they are due.
func (t *transaction) send(ctx context.Context, list []sqljournal.Stmt, commit bool) error {
	b, before := &pgx.Batch{}, 0
	if !t.open {
		b.Queue("begin")
		before, t.open = 1, true
	}
	for _, s := range list {
		b.Queue(s.SQL, s.Args...)
	}
	if commit {
		b.Queue("commit")
		list = append(list[:len(list):len(list)], sqljournal.Stmt{})
	}
	return run(t.conn.SendBatch(ctx, b), list, before)
}

// rollback undoes what is open. If it cannot, the connection is closed, which
// undoes it as well.
func (t *transaction) rollback(ctx context.Context) {
	if !t.open {
		return
	}
	if _, err := t.conn.Exec(ctx, "rollback"); err != nil {
		_ = t.conn.Close(ctx) // nothing more can be done
	}
}

func batchOf(list []sqljournal.Stmt) *pgx.Batch {
	b := &pgx.Batch{}
	for _, s := range list {
		b.Queue(s.SQL, s.Args...)
	}
	return b
}

// run reads the results of a batch, passing over the first ones.
func run(results pgx.BatchResults, list []sqljournal.Stmt, before int) (err error) {
	defer func() { err = errors.Join(err, results.Close()) }()
	for range before {
		if _, err := results.Exec(); err != nil {
			return err
		}
	}
	for _, s := range list {
		if err := result(results, s); err != nil {
			return err
		}
	}
	return nil
}

func result(results pgx.BatchResults, s sqljournal.Stmt) error {
	if s.Scan == nil {
		_, err := results.Exec()
		return err
	}
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := s.Scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// broken is a row that could not be asked for.
type broken struct{ err error }

func (b broken) Scan(...any) error { return b.err }

type row struct{ r pgx.Row }

func (r row) Scan(dest ...any) error {
	err := r.r.Scan(dest...)
	if errors.Is(err, pgx.ErrNoRows) {
		return sqljournal.ErrNoRows
	}
	return err
}
