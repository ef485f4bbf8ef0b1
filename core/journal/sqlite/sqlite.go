// Package sqlite knows how the journal is kept in an embedded SQLite file: one
// writer, a pool of readers, the schema's migrations, and the lock by which one
// process at a time owns the file.
//
// The file is in WAL mode with synchronous=FULL: a commit has reached the disk
// when it returns, because a message is acknowledged on its strength. NORMAL
// would be quicker and lose the last commits in a power cut.
package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	_ "modernc.org/sqlite" // the driver registers itself

	"wismo/core/journal"
	"wismo/core/journal/sqljournal"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ErrInUse says that another process works on the database.
var ErrInUse = errors.New("another wismo works on this database; SQLite serves one process, several replicas need PostgreSQL")

// DB is an open database file.
type DB struct {
	// Writer has one connection; whatever writes goes through it.
	Writer *sql.DB
	// readers run single reads beside it.
	readers *sql.DB
	lock    *os.File
}

// Wipe removes the database at path, if there is one. It fails, and touches
// nothing, while another process has it open: removed under that, the file would
// be gone for everyone who looks into it from beside.
func Wipe(path string) error {
	l, err := lockFile(path + ".lock")
	if err != nil {
		return err
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if errRemove := os.Remove(path + suffix); errRemove != nil && !errors.Is(errRemove, fs.ErrNotExist) {
			err = errors.Join(err, errRemove)
		}
	}
	return errors.Join(err, l.Close())
}

// Open opens the file at path, making it if need be, and brings its schema up
// to date. It fails if another process has it open.
func Open(ctx context.Context, path string) (*DB, error) {
	l, err := lockFile(path + ".lock")
	if err != nil {
		return nil, err
	}
	d := &DB{lock: l}
	if err := private(path); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), d.Close())
	}
	if d.Writer, err = sql.Open("sqlite", dsn(path, "immediate")); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	d.Writer.SetMaxOpenConns(1)
	if d.readers, err = sql.Open("sqlite", dsn(path, "deferred")+"&_pragma=query_only(1)"); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	d.readers.SetMaxOpenConns(4)
	if err := d.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), d.Close())
	}
	return d, nil
}

// OpenBeside opens the file for looking and for small changes beside the
// process that owns it. The schema must be there.
func OpenBeside(path string) (*DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("there is no database yet; is it the right file, and was wismo ever started? %w", err)
	}
	d := &DB{}
	var err error
	if d.Writer, err = sql.Open("sqlite", dsn(path, "immediate")); err != nil {
		return nil, err
	}
	d.Writer.SetMaxOpenConns(1)
	d.readers = d.Writer
	return d, nil
}

// private makes the file, if it is not there, readable by its owner only:
// SQLite itself would let everybody on the machine read it, and gives the files
// beside it the same mode.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func dsn(path, txlock string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?_txlock=" + txlock +
		"&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_time_format=sqlite"
}

// Close closes the file and lets others have it.
func (d *DB) Close() error {
	var errs []error
	if d.readers != nil && d.readers != d.Writer {
		errs = append(errs, d.readers.Close())
	}
	if d.Writer != nil {
		errs = append(errs, d.Writer.Close())
	}
	if d.lock != nil {
		errs = append(errs, d.lock.Close())
	}
	return errors.Join(errs...)
}

func (d *DB) migrate(ctx context.Context) error {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, d.Writer, sub)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return err
	}
	m, err := rivermigrate.New(riversqlite.New(d.Writer), nil)
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// New returns the journal in the file.
func New(d *DB, owe journal.Owe, opts journal.Options) *sqljournal.Journal {
	return sqljournal.New(d, owe, sqljournal.Dialect{}, opts)
}

// Write implements sqljournal.DB.
func (d *DB) Write(ctx context.Context, f func(context.Context, sqljournal.Tx) error) error {
	tx, err := d.Writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(ctx, querier{tx, tx}); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// Reader implements sqljournal.DB: reads go to the readers, single changes to
// the writer.
func (d *DB) Reader() sqljournal.Querier { return querier{d.readers, d.Writer} }

// runner is what a database and a transaction have in common.
type runner interface {
	ExecContext(ctx context.Context, sql string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, sql string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, sql string, args ...any) *sql.Row
}

type querier struct{ read, write runner }

func (q querier) Exec(ctx context.Context, statement string, args ...any) (int64, error) {
	res, err := q.write.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (q querier) Query(ctx context.Context, statement string, args ...any) (sqljournal.Rows, error) {
	r, err := q.read.QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	return rows{r}, nil
}

func (q querier) QueryRow(ctx context.Context, statement string, args ...any) sqljournal.Row {
	return row{q.read.QueryRowContext(ctx, statement, args...)}
}

// Batch implements sqljournal.Querier; in a process of our own there are no
// round trips to save.
func (q querier) Batch(ctx context.Context, list ...sqljournal.Stmt) error {
	for _, s := range list {
		if err := q.one(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// Last implements sqljournal.Tx. The commit comes when the function of Write
// has returned.
func (q querier) Last(ctx context.Context, list ...sqljournal.Stmt) error {
	return q.Batch(ctx, list...)
}

func (q querier) one(ctx context.Context, s sqljournal.Stmt) error {
	if s.Scan == nil {
		_, err := q.Exec(ctx, s.SQL, s.Args...)
		return err
	}
	r, err := q.Query(ctx, s.SQL, s.Args...)
	if err != nil {
		return err
	}
	defer r.Close()
	for r.Next() {
		if err := s.Scan(r); err != nil {
			return err
		}
	}
	return r.Err()
}

type rows struct{ *sql.Rows }

// Close ends the rows; an error of theirs is told by Err.
func (r rows) Close() { _ = r.Rows.Close() }

type row struct{ r *sql.Row }

func (r row) Scan(dest ...any) error {
	err := r.r.Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return sqljournal.ErrNoRows
	}
	return err
}
