package queue

import (
	"context"
	"database/sql"

	"github.com/riverqueue/river/riverdriver/riversqlite"
)

// NewSQLite returns the queue in the file behind db. h does the work.
func NewSQLite(db *sql.DB, h Handler, o Options) (*Queue, error) {
	return build(riversqlite.New(db), pollSQLite, sqliteLife{db}, h, o)
}

// sqliteLife has one process only: what runs when it starts is an orphan.
type sqliteLife struct{ db *sql.DB }

func (l sqliteLife) free(ctx context.Context) error {
	_, err := l.db.ExecContext(ctx, `UPDATE river_job SET state = 'available', attempt = max(attempt - 1, 0) WHERE state = 'running'`)
	return err
}

func (sqliteLife) beat(context.Context, string) (int64, error) { return 0, nil }

func (sqliteLife) leave(context.Context, string) error { return nil }
