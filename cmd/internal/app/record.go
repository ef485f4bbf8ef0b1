package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"wismo/config"
	"wismo/core/journal"
	"wismo/core/journal/postgres"
	"wismo/core/journal/sqlite"
	"wismo/core/queue"
)

// How many conversations are worked on at once where nothing is configured.
const (
	workersPostgres = 512
	workersSQLite   = 64
)

// record is the durable part: the journal and the queue over one database.
type record struct {
	journal journal.Journal
	queue   *queue.Queue
	replica string
	// hire makes the queue once there is somebody to do its work.
	hire func(queue.Handler) (*queue.Queue, error)
	shut func() error
}

// openRecord opens the configured database and brings its schema up to date.
func openRecord(ctx context.Context, c config.Config, log *slog.Logger) (*record, error) {
	opts := journal.Options{QuietAfter: quietAfter(c.Shops), Now: time.Now}
	work := queue.Options{Replica: queue.NewReplica(), Workers: c.Workers, SweepEvery: c.SweepEvery, Log: log}
	if path, ok := strings.CutPrefix(c.Database.Reveal(), "sqlite:"); ok {
		return openSQLite(ctx, path, opts, work)
	}
	return openPostgres(ctx, c.Database.Reveal(), opts, work)
}

func openSQLite(ctx context.Context, path string, opts journal.Options, work queue.Options) (*record, error) {
	db, err := sqlite.Open(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	if work.Workers == 0 {
		work.Workers = workersSQLite
	}
	return &record{
		replica: work.Replica,
		journal: sqlite.New(db, queue.OweSQLite(work.Replica), opts),
		hire:    func(h queue.Handler) (*queue.Queue, error) { return queue.NewSQLite(db.Writer, h, work) },
		shut:    db.Close,
	}, nil
}

func openPostgres(ctx context.Context, url string, opts journal.Options, work queue.Options) (*record, error) {
	if work.Workers == 0 {
		work.Workers = workersPostgres
	}
	// A worker holds a connection only while it writes; webhooks and the queue
	// need some of their own.
	pool, err := postgres.Connect(ctx, url, min(work.Workers/8+16, 60))
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	shut := func() error { pool.Close(); return nil }
	if err := postgres.Migrate(ctx, pool); err != nil {
		return nil, errors.Join(fmt.Errorf("database: %w", err), shut())
	}
	return &record{
		replica: work.Replica,
		journal: postgres.New(pool, queue.OwePostgres(work.Replica), opts),
		hire:    func(h queue.Handler) (*queue.Queue, error) { return queue.NewPostgres(pool, h, work) },
		shut:    shut,
	}, nil
}

// employ gives the queue somebody to do its work.
func (r *record) employ(h queue.Handler) (err error) {
	r.queue, err = r.hire(h)
	return err
}

// close stops the queue, if it was started, and closes the database.
func (r *record) close(ctx context.Context, started bool) error {
	var err error
	if started {
		err = r.queue.Stop(ctx)
	}
	return errors.Join(err, r.shut())
}

// Migrate brings the configured database's schema up to date.
func Migrate(ctx context.Context, c config.Config) error {
	r, err := openRecord(ctx, c, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return r.shut()
}
