package queue

import (
	"context"
	"database/sql"
	"strconv"
	"time"

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

func (sqliteLife) tidy(context.Context, string) (int64, error) { return 0, nil }

func (l sqliteLife) leave(ctx context.Context, _ string) error { return l.free(ctx) }

func (l sqliteLife) clear(ctx context.Context, _ string, done, failed []int64) error {
	_, err := l.db.ExecContext(ctx, `DELETE FROM river_job WHERE state = 'running' AND id IN (SELECT value FROM json_each($1))`, list(done))
	if err == nil && len(failed) > 0 {
		_, err = l.db.ExecContext(ctx, `UPDATE river_job SET state = 'available', scheduled_at = $2 WHERE state = 'running' AND id IN (SELECT value FROM json_each($1))`,
			list(failed), sqliteTime(time.Now().Add(againAfter)))
	}
	return err
}

// list is ids as a JSON array.
func list(ids []int64) string {
	b := []byte{'['}
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, id, 10)
	}
	return string(append(b, ']'))
}
