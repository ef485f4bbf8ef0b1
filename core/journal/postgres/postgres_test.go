package postgres_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"wismo/core/journal"
	"wismo/core/journal/journaltest"
	"wismo/core/journal/postgres"
	"wismo/core/journal/postgres/pgtest"
)

func connect(t *testing.T, url string) *pgxpool.Pool {
	t.Helper()
	pool, err := postgres.Connect(t.Context(), url, 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func TestJournal(t *testing.T) {
	t.Parallel()
	journaltest.Run(t, func(t *testing.T, owe journal.Owe, opts journal.Options) journal.Journal {
		t.Helper()
		return postgres.New(connect(t, pgtest.Database(t)), owe, opts)
	})
}

// Several replicas may start at once on an empty database.
func TestMigrateAtOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	var all sync.WaitGroup
	for range 4 {
		pool := connect(t, url)
		all.Go(func() {
			if err := postgres.Migrate(t.Context(), pool); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestConnectDoesNotTellThePassword(t *testing.T) {
	t.Parallel()
	_, err := postgres.Connect(t.Context(), "postgres://wismo:hush@[::1/wismo", 1)
	if err == nil || strings.Contains(err.Error(), "hush") {
		t.Fatalf("error %v", err)
	}
}
