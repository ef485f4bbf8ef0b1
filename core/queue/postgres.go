package queue

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// NewPostgres returns the queue in the database behind pool. h does the work.
func NewPostgres(pool *pgxpool.Pool, h Handler, o Options) (*Queue, error) {
	return build(riverpgxv5.New(pool), pollPostgres, postgresLife{pool}, h, o)
}

// postgresLife keeps signs of life by the database's clock, the one clock that
// all replicas share.
type postgresLife struct{ pool *pgxpool.Pool }

func (l postgresLife) free(context.Context) error { return nil }

// freeDead takes from dead replicas what they had in hand. The attempt that
// died does not count: it was not the job's fault.
const freeDead = `
WITH dead AS (
    DELETE FROM replica WHERE beat_at < extract(epoch FROM now() - $2::interval) * 1000000 AND id <> $1 RETURNING id
)
UPDATE river_job SET state = 'available', scheduled_at = now(), attempt = greatest(attempt - 1, 0)
WHERE state = 'running' AND attempted_by[array_length(attempted_by, 1)] <> $1
    AND (attempted_by[array_length(attempted_by, 1)] IN (SELECT id FROM dead)
        OR attempted_at < now() - $2::interval AND NOT EXISTS (SELECT 1 FROM replica r WHERE r.id = attempted_by[array_length(attempted_by, 1)]))`

const beat = `
INSERT INTO replica (id, beat_at) VALUES ($1, extract(epoch FROM now()) * 1000000)
ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at`

// freeLost frees what this replica took and cannot have in hand any more: the
// connection broke when the job was written, so that nobody knows of it.
const freeLost = `UPDATE river_job SET state = 'available', scheduled_at = now(), attempt = greatest(attempt - 1, 0)
WHERE state = 'running' AND attempted_by = ARRAY[$1] AND attempted_at < now() - $2::interval`

func (l postgresLife) beat(ctx context.Context, replica string) (int64, error) {
	if _, err := l.pool.Exec(ctx, beat, replica); err != nil {
		return 0, err
	}
	if _, err := l.pool.Exec(ctx, freeLost, replica, lostAfter); err != nil {
		return 0, err
	}
	tag, err := l.pool.Exec(ctx, freeDead, replica, DeadAfter.Truncate(time.Second))
	return tag.RowsAffected(), err
}

func (l postgresLife) leave(ctx context.Context, replica string) error {
	if _, err := l.pool.Exec(ctx, freeLost, replica, time.Duration(0)); err != nil {
		return err
	}
	_, err := l.pool.Exec(ctx, `DELETE FROM replica WHERE id = $1`, replica)
	return err
}

func (l postgresLife) clear(ctx context.Context, replica string, done, failed []int64) error {
	const mine = `id = ANY($1) AND state = 'running' AND attempted_by = ARRAY[$2]`
	_, err := l.pool.Exec(ctx, `DELETE FROM river_job WHERE `+mine, done, replica)
	if err == nil && len(failed) > 0 {
		_, err = l.pool.Exec(ctx, `UPDATE river_job SET state = 'available', scheduled_at = now() + $3::interval WHERE `+mine, failed, replica, againAfter)
	}
	return err
}
