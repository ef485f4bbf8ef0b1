// Package sqljournal knows the journal's SQL: one body of statements for both
// engines, over a small view of a transaction. Times are whole microseconds
// since 1970 in UTC and JSON is text, so that the very same statements and scans
// serve PostgreSQL and SQLite; what little differs is in Dialect.
//
// Every change of a conversation first locks its row. That lock comes before
// any other, so that no two transactions can wait for each other.
package sqljournal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"wismo/core/fault"
	"wismo/core/journal"
)

// Row is one result row.
type Row interface {
	// Scan copies the columns; ErrNoRows if there is none.
	Scan(dest ...any) error
}

// Rows are result rows; Close must be called.
type Rows interface {
	Row
	Next() bool
	Err() error
	Close()
}

// ErrNoRows is what a Row's Scan returns if there is none.
var ErrNoRows = errors.New("no rows")

// Querier runs statements, in a transaction or outside one.
type Querier interface {
	// Exec returns the number of rows that were changed.
	Exec(ctx context.Context, sql string, args ...any) (int64, error)
	Query(ctx context.Context, sql string, args ...any) (Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) Row
}

// DB is a database whose transactions are of type T.
type DB[T any] interface {
	// Write runs f in one transaction, which is committed if f returns nil.
	Write(ctx context.Context, f func(ctx context.Context, q Querier, tx T) error) error
	// Reader runs single statements outside of transactions.
	Reader() Querier
}

// Dialect is what differs between the engines.
type Dialect struct {
	// ForUpdate is appended to a SELECT that locks its rows.
	ForUpdate string
	// Lock holds the named lock until the transaction ends; nil where
	// transactions that write run one after the other anyway.
	Lock func(ctx context.Context, q Querier, name string) error
}

// Journal implements journal.Journal.
type Journal[T any] struct {
	db   DB[T]
	owe  journal.Owe[T]
	opts journal.Options
	d    Dialect
}

// New returns the journal kept in db, which owes its jobs to owe.
func New[T any](db DB[T], owe journal.Owe[T], d Dialect, opts journal.Options) *Journal[T] {
	return &Journal[T]{db: db, owe: owe, opts: opts, d: d}
}

// micros is a time as it is stored; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// fromMicros is a stored time; 0 is the zero time.
func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// failed wraps an error of the database as unavailable, so that whoever asks
// tries again.
func failed(op string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*fault.Error](err); ok || errors.Is(err, journal.ErrStale) || errors.Is(err, journal.Adopted) {
		return err
	}
	return fault.New(fault.Unavailable, "journal "+op, "%w", err)
}

// exactlyOne turns a count of changed rows into an error unless it is 1.
func exactlyOne(n int64, err error, what string) error {
	if err == nil && n != 1 {
		return fmt.Errorf("%s changed %d rows instead of one", what, n)
	}
	return err
}

// Ping implements journal.Reading.
func (j *Journal[T]) Ping(ctx context.Context) error {
	return failed("ping", j.db.Write(ctx, func(ctx context.Context, q Querier, _ T) error {
		var one int
		return q.QueryRow(ctx, "SELECT 1").Scan(&one)
	}))
}

// Owed implements journal.Reading.
func (j *Journal[T]) Owed(ctx context.Context) (int, error) {
	var n int
	err := j.db.Reader().QueryRow(ctx, `SELECT
		(SELECT count(*) FROM conversation WHERE owed) +
		(SELECT count(*) FROM message WHERE direction = 2 AND status IN (1, 2)) +
		(SELECT count(*) FROM hand_off WHERE state = 'owed')`).Scan(&n)
	return n, failed("count what is owed", err)
}
