// Package sqljournal knows the journal's SQL: one body of statements for both
// engines, over a small view of a transaction. Times are whole microseconds
// since 1970 in UTC and JSON is text, so that the very same statements and scans
// serve PostgreSQL and SQLite; what little differs is in Dialect.
//
// Every change of a conversation first locks its row. That lock comes before
// any other, so that no two transactions can wait for each other.
//
// What every message goes through (Receive, Next, Finish) sends its statements
// in as few round trips as its decisions allow: the cost of a message is mostly
// that of waking up the other side.
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

// Stmt is a statement of a batch. Scan, if set, is called for each row; it may
// be called for none.
type Stmt struct {
	SQL  string
	Args []any
	Scan func(Row) error
}

func stmt(sql string, args ...any) Stmt { return Stmt{SQL: sql, Args: args} }

func (s Stmt) into(dest ...any) Stmt {
	s.Scan = func(r Row) error { return r.Scan(dest...) }
	return s
}

func owed(s journal.Statement) Stmt { return Stmt{SQL: s.SQL, Args: s.Args} }

// Querier runs statements, in a transaction or outside one.
type Querier interface {
	// Exec returns the number of rows that were changed.
	Exec(ctx context.Context, sql string, args ...any) (int64, error)
	Query(ctx context.Context, sql string, args ...any) (Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) Row
	// Batch runs statements one after the other, in one round trip where the
	// engine can. The first that fails ends it.
	Batch(ctx context.Context, list ...Stmt) error
}

// Tx is a transaction.
type Tx interface {
	Querier
	// Last is a Batch that commits as well. Nothing may follow it.
	Last(ctx context.Context, list ...Stmt) error
}

// DB is a database.
type DB interface {
	// Write runs f in one transaction, which is committed if f returns nil.
	Write(ctx context.Context, f func(ctx context.Context, tx Tx) error) error
	// Reader runs single statements and batches outside of transactions.
	Reader() Querier
}

// Dialect is what differs between the engines.
type Dialect struct {
	// ForUpdate is appended to a SELECT that locks its rows; empty where
	// transactions that write run one after the other anyway.
	ForUpdate string
	// Lock holds the named lock until the transaction ends; nil where it is not
	// needed.
	Lock func(ctx context.Context, q Querier, name string) error
}

// Journal implements journal.Journal.
type Journal struct {
	db   DB
	owe  journal.Owe
	opts journal.Options
	d    Dialect
}

var _ journal.Journal = (*Journal)(nil)

// New returns the journal kept in db, which owes its jobs to owe.
func New(db DB, owe journal.Owe, d Dialect, opts journal.Options) *Journal {
	return &Journal{db: db, owe: owe, opts: opts, d: d}
}

// Micros is a time as it is stored; the zero time is 0.
func Micros(t time.Time) int64 { return micros(t) }

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
	if _, ok := errors.AsType[*fault.Error](err); ok || errors.Is(err, journal.ErrStale) || errors.Is(err, journal.ErrAdopted) {
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
func (j *Journal) Ping(ctx context.Context) error {
	return failed("ping", j.db.Write(ctx, func(ctx context.Context, tx Tx) error {
		var one int
		return tx.QueryRow(ctx, "SELECT 1").Scan(&one)
	}))
}

// Owed implements journal.Reading.
func (j *Journal) Owed(ctx context.Context) (int, error) {
	var n int
	err := j.db.Reader().QueryRow(ctx, `SELECT
		(SELECT count(*) FROM conversation WHERE owed) +
		(SELECT count(*) FROM message WHERE direction = 2 AND status IN (1, 2)) +
		(SELECT count(*) FROM hand_off WHERE state = 'owed') +
		(SELECT count(*) FROM hand_off h JOIN conversation c ON c.id = h.conversation_id WHERE h.state = 'open' AND h.desk <> $1
			AND EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = c.id AND m.direction = 1 AND m.id > h.appended_to AND m.id <= c.answered_up_to)) +
		(SELECT count(*) FROM mail WHERE state = 'owed')`, journal.HandMailbox).Scan(&n)
	return n, failed("count what is owed", err)
}
