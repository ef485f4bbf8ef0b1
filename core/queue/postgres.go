package queue

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
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

const (
	beat = `INSERT INTO replica (id, beat_at) VALUES ($1, extract(epoch FROM now()) * 1000000)
ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at`

	buryDead = `DELETE FROM replica WHERE beat_at < extract(epoch FROM now() - $2::interval) * 1000000 AND id <> $1 RETURNING id`

	// An attempt that died does not count: it was not the job's fault.
	freed = `UPDATE river_job SET state = 'available', scheduled_at = now(), attempt = greatest(attempt - 1, 0) WHERE state = 'running' AND `

	// freeOf frees what these replicas had in hand.
	freeOf = freed + `attempted_by[array_length(attempted_by, 1)] = ANY($1)`

	// freeOrphans frees what is of no replica: one that was taken for dead had
	// just taken it, and then died.
	freeOrphans = freed + `attempted_at < now() - $1::interval
AND NOT EXISTS (SELECT 1 FROM replica r WHERE r.id = attempted_by[array_length(attempted_by, 1)])`

	// freeLost frees what this replica took and cannot have in hand any more: the
	// connection broke when the job was written, so that nobody knows of it.
	freeLost = freed + `attempted_by = ARRAY[$1] AND attempted_at < now() - $2::interval`
)

func (l postgresLife) beat(ctx context.Context, replica string) (freed int64, err error) {
	if _, err := l.pool.Exec(ctx, beat, replica); err != nil {
		return 0, err
	}
	err = pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, buryDead, replica, DeadAfter)
		if err != nil {
			return err
		}
		dead, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil || len(dead) == 0 {
			return err
		}
		tag, err := tx.Exec(ctx, freeOf, dead)
		freed = tag.RowsAffected()
		return err
	})
	return freed, err
}

func (l postgresLife) tidy(ctx context.Context, replica string) (int64, error) {
	orphans, err := l.pool.Exec(ctx, freeOrphans, DeadAfter)
	if err != nil {
		return 0, err
	}
	lost, err := l.pool.Exec(ctx, freeLost, replica, lostAfter)
	return orphans.RowsAffected() + lost.RowsAffected(), err
}

func (l postgresLife) leave(ctx context.Context, replica string) error {
	if _, err := l.pool.Exec(ctx, freeLost, replica, time.Duration(0)); err != nil {
		return err
	}
	_, err := l.pool.Exec(ctx, `DELETE FROM replica WHERE id = $1`, replica)
	return err
}

func (l postgresLife) clear(ctx context.Context, replica string, done, failed []int64) error {
	// Without the state, so that the plan goes by id: of running jobs there may
	// be many, and dead entries of theirs in the index many more. One that was
	// freed meanwhile and not fetched anew may be removed as well.
	const mine = `id = ANY($1) AND attempted_by = ARRAY[$2]`
	_, err := l.pool.Exec(ctx, `DELETE FROM river_job WHERE `+mine, done, replica)
	if err == nil && len(failed) > 0 {
		_, err = l.pool.Exec(ctx, `UPDATE river_job SET state = 'available', scheduled_at = now() + $3::interval WHERE `+mine, failed, replica, againAfter)
	}
	return err
}
