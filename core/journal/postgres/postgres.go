// Package postgres knows how the journal is kept in PostgreSQL: the pool, the
// schema's migrations, and the view of a transaction that core/journal/sqljournal
// works on.
//
// Most of what a message costs is not its rows but the way there: a round trip,
// a statement to set up, a commit to wait for. So the steps that every message
// goes through are done for many conversations at once (together.go, group.go),
// each kind by a single statement (set.go). A lone message waits for no other;
// the more come, the less each costs. Whatever is not the usual case is left to
// sqljournal, whose word also counts where a lot has failed.
package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"wismo/core/journal"
	"wismo/core/journal/sqljournal"
)

//go:embed migrations/*.sql
var migrations embed.FS

// The server's own limits on what we ask of it. All are shorter than the time
// after which a dead replica's work is taken over, so that no statement of a
// replica thought dead is still on its way then.
const (
	statementTimeout = "8s"
	lockTimeout      = "5s"
	idleTimeout      = "10s"
)

// Connect opens a pool of at most conns connections to the database at url.
// It does not wait for the server.
func Connect(ctx context.Context, url string, conns int) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		// The error of pgx quotes the URL with its password masked only in part.
		return nil, errors.New("the database URL cannot be read; it looks like postgres://user:password@host:5432/wismo")
	}
	cfg.MaxConns = int32(conns)
	cfg.ConnConfig.ConnectTimeout = 5 * time.Second
	for name, value := range map[string]string{
		"statement_timeout": statementTimeout, "lock_timeout": lockTimeout, "idle_in_transaction_session_timeout": idleTimeout, "application_name": "wismo",
		// Every statement finds its rows by an index. A plan made while the tables
		// were nearly empty would read them whole, and is kept for hours; one made
		// for each call costs more than the call.
		"enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off", "plan_cache_mode": "force_generic_plan",
		// Compiling a statement takes longer than any of ours, and the settings
		// above make the server believe that the few without an index are dear.
		"jit": "off",
	} {
		if _, ok := cfg.ConnConfig.RuntimeParams[name]; !ok {
			cfg.ConnConfig.RuntimeParams[name] = value
		}
	}
	return pgxpool.NewWithConfig(ctx, cfg)
}

// New returns the journal in the database behind pool.
func New(pool *pgxpool.Pool, owe journal.Owe, opts journal.Options) *Journal {
	alone := sqljournal.New(db{pool}, owe, sqljournal.Dialect{ForUpdate: " FOR UPDATE", Lock: advisory}, opts)
	return together(alone, pool, owe, opts)
}

// advisory holds a lock named name until the transaction ends.
func advisory(ctx context.Context, q sqljournal.Querier, name string) error {
	h := fnv.New64a()
	h.Write([]byte(name))
	_, err := q.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(h.Sum64()))
	return err
}

// Migrate brings the schema of journal and queue up to date. Several may call
// it at once: one does the work, the others wait. A schema that is up to date
// costs a few reads.
func Migrate(ctx context.Context, pool *pgxpool.Pool) error {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	std := stdlib.OpenDBFromPool(pool)
	defer std.Close()
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60))
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectPostgres, std, sub, goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	if current, target, err := p.GetVersions(ctx); err != nil || current < target {
		if _, err := p.Up(ctx); err != nil {
			return fmt.Errorf("bring the schema up to date: %w", err)
		}
	}
	return migrateQueue(ctx, pool)
}

// dropUnused drops three indexes of River's that only its lists of jobs use,
// which we do not have. Two are GIN indexes and cost more than all else of an
// insert; the third has one value for nearly every row.
const dropUnused = "DROP INDEX IF EXISTS river_job_args_index, river_job_metadata_index, river_job_kind"

// queueLock is the advisory lock under which the queue's schema is changed.
const queueLock = 7_316_001

func migrateQueue(ctx context.Context, pool *pgxpool.Pool) error {
	m, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		return err
	}
	if v, err := m.Validate(ctx, nil); err == nil && v.OK {
		return nil
	}
	return pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		if _, err := conn.Exec(ctx, "SET statement_timeout = 0; SET lock_timeout = 0"); err != nil {
			return err
		}
		if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", queueLock); err != nil {
			return err
		}
		defer func() {
			// Closing the connection lets go of the lock and of the settings.
			_ = conn.Conn().Close(context.WithoutCancel(ctx))
		}()
		if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
			return fmt.Errorf("bring the queue's schema up to date: %w", err)
		}
		_, err := conn.Exec(ctx, dropUnused)
		return err
	})
}
