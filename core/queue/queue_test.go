package queue_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wismo/core/journal"
	"wismo/core/journal/postgres"
	"wismo/core/journal/postgres/pgtest"
	"wismo/core/journal/sqlite"
	"wismo/core/queue"
)

// engine is a database with a queue in it.
type engine struct {
	owe  journal.Owe
	exec func(ctx context.Context, sql string, args ...any) error
	text func(ctx context.Context, sql string) (string, error)
	// number runs a statement that returns one.
	number func(ctx context.Context, sql string, args ...any) (int64, error)
	hire   func(queue.Handler) (*queue.Queue, error)
}

func (e engine) owes(t *testing.T, s journal.Statement) {
	t.Helper()
	if err := e.exec(t.Context(), s.SQL, s.Args...); err != nil {
		t.Fatal(err)
	}
}

func (e engine) do(t *testing.T, sql string) {
	t.Helper()
	if err := e.exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

// start runs a queue until the test ends.
func (e engine) start(t *testing.T, h queue.Handler) *queue.Queue {
	t.Helper()
	q, err := e.hire(h)
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	stop := func() {
		once.Do(func() {
			if err := q.Stop(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(stop)
	return q
}

var quiet = slog.New(slog.DiscardHandler)

func onSQLite(t *testing.T) engine {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "wismo.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	replica := queue.NewReplica()
	return engine{
		owe: queue.OweSQLite(replica),
		exec: func(ctx context.Context, sql string, args ...any) error {
			_, err := db.Writer.ExecContext(ctx, sql, args...)
			return err
		},
		number: func(ctx context.Context, sql string, args ...any) (n int64, err error) {
			return n, db.Writer.QueryRowContext(ctx, sql, args...).Scan(&n)
		},
		text: func(ctx context.Context, sql string) (s string, err error) {
			return s, db.Writer.QueryRowContext(ctx, sql).Scan(&s)
		},
		hire: func(h queue.Handler) (*queue.Queue, error) {
			return queue.NewSQLite(db.Writer, h, queue.Options{Replica: replica, Workers: 4, SweepEvery: time.Hour, Log: quiet})
		},
	}
}

func onPostgres(t *testing.T) engine {
	t.Helper()
	pool, err := postgres.Connect(t.Context(), pgtest.Database(t), 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	replica := queue.NewReplica()
	return engine{
		owe: queue.OwePostgres(replica),
		exec: func(ctx context.Context, sql string, args ...any) error {
			_, err := pool.Exec(ctx, sql, args...)
			return err
		},
		number: func(ctx context.Context, sql string, args ...any) (n int64, err error) {
			return n, pool.QueryRow(ctx, sql, args...).Scan(&n)
		},
		text: func(ctx context.Context, sql string) (s string, err error) {
			return s, pool.QueryRow(ctx, sql).Scan(&s)
		},
		hire: func(h queue.Handler) (*queue.Queue, error) {
			return queue.NewPostgres(pool, h, queue.Options{Replica: replica, Workers: 4, SweepEvery: time.Hour, Log: quiet})
		},
	}
}

// both runs a test on both engines.
func both(t *testing.T, check func(*testing.T, engine)) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); check(t, onSQLite(t)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); check(t, onPostgres(t)) })
}

// crew does the work as each test wants it and notes what it was given.
type crew struct {
	conversation func(ctx context.Context, id int64) error
	media        func()
	giveUp       func(kind string, id int64) error

	mu   sync.Mutex
	done []string
}

func (c *crew) note(what string, id int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done = append(c.done, fmt.Sprint(what, id))
}

func (c *crew) count(what string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, d := range c.done {
		if d == what {
			n++
		}
	}
	return n
}

func (c *crew) Conversation(ctx context.Context, id int64) error {
	c.note("conversation", id)
	if c.conversation != nil {
		return c.conversation(ctx, id)
	}
	return nil
}

func (c *crew) Ticket(_ context.Context, id int64) error { c.note("ticket", id); return nil }
func (c *crew) Media(_ context.Context, id int64) error {
	c.note("media", id)
	if c.media != nil {
		c.media()
	}
	return nil
}

func (c *crew) Mail(_ context.Context, id int64) error {
	c.note("mail", id)
	return nil
}
func (c *crew) Sweep(context.Context) error     { c.note("sweep", 0); return nil }
func (c *crew) Watch(context.Context) error     { c.note("watch", 0); return nil }
func (c *crew) FollowAll(context.Context) error { c.note("follow", 0); return nil }

func (c *crew) GiveUp(_ context.Context, kind string, id int64, _ error) error {
	c.note("gave up "+kind, id)
	if c.giveUp != nil {
		return c.giveUp(kind, id)
	}
	return nil
}

// await waits until ok, for at most half a minute: the time within which work
// must be taken over.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	end := time.Now().Add(30 * time.Second)
	for !ok() {
		if time.Now().After(end) {
			t.Fatalf("%s did not happen in 30 s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestEachKindIsWorkedOnce(t *testing.T) {
	both(t, func(t *testing.T, e engine) {
		c := &crew{}
		e.owes(t, e.owe.Conversation(1, time.Time{}))
		e.start(t, c)
		e.owes(t, e.owe.Ticket(2))
		e.owes(t, e.owe.Media(3))
		e.owes(t, e.owe.Mail(4))
		want := []string{"conversation1", "ticket2", "media3", "mail4"}
		await(t, "all work", func() bool { return !slices.ContainsFunc(want, func(w string) bool { return c.count(w) == 0 }) })
		await(t, "the periodic work", func() bool { return c.count("sweep0") == 1 && c.count("watch0") == 1 })
		for _, w := range want {
			if n := c.count(w); n != 1 {
				t.Errorf("%s was worked %d times", w, n)
			}
		}
	})
}

func TestLaterMeansLater(t *testing.T) {
	both(t, func(t *testing.T, e engine) {
		c := &crew{}
		at := time.Now().Add(700 * time.Millisecond)
		e.owes(t, e.owe.Conversation(1, at))
		var early, done atomic.Bool
		c.conversation = func(context.Context, int64) error {
			early.Store(time.Now().Before(at.Add(-2 * time.Millisecond)))
			done.Store(true)
			return nil
		}
		e.start(t, c)
		await(t, "the later job", done.Load)
		if early.Load() {
			t.Error("it was worked before its time")
		}
	})
}

// The last attempt's failure is given up visibly; if that fails as well, the
// job stays.
func TestGiveUp(t *testing.T) {
	both(t, func(t *testing.T, e engine) {
		c := &crew{conversation: func(context.Context, int64) error { return errors.New("no") }}
		c.giveUp = func(_ string, id int64) error {
			if id == 2 {
				return errors.New("the database is away")
			}
			return nil
		}
		e.owes(t, e.owe.Conversation(1, time.Time{}))
		e.owes(t, e.owe.Conversation(2, time.Time{}))
		e.do(t, "UPDATE river_job SET attempt = max_attempts - 1")
		e.start(t, c)
		await(t, "giving up", func() bool { return c.count("gave up conversation1") == 1 && c.count("gave up conversation2") == 1 })
		await(t, "the end of the job", func() bool {
			s, err := e.text(t.Context(), "SELECT CAST(count(*) AS text) FROM river_job WHERE kind = 'conversation' AND state = 'completed'")
			return err == nil && s == "1"
		})
		s, err := e.text(t.Context(), "SELECT CAST(count(*) AS text) FROM river_job WHERE kind = 'conversation' AND state IN ('scheduled', 'available', 'retryable')")
		if err != nil || s != "1" {
			t.Errorf("the job that could not be given up is not kept: %s, error %v", s, err)
		}
	})
}

// A failure and a panic are tried again; neither leaves its text in the
// database, and neither ends the process.
func TestFailuresAreTriedAgainAndTellNothing(t *testing.T) {
	both(t, func(t *testing.T, e engine) {
		c := &crew{}
		var mu sync.Mutex
		calls := 0
		c.conversation = func(context.Context, int64) error {
			mu.Lock()
			defer mu.Unlock()
			if calls++; calls == 1 {
				return errors.New("cannot write to +14155550101")
			}
			if calls == 2 {
				panic("cannot write to +14155550101")
			}
			return nil
		}
		e.owes(t, e.owe.Conversation(1, time.Time{}))
		e.start(t, c)
		await(t, "the third attempt", func() bool { return c.count("conversation1") == 3 })
		row, err := e.text(t.Context(), "SELECT CAST(args AS text) || coalesce(CAST(errors AS text), '') || CAST(metadata AS text) FROM river_job WHERE kind = 'conversation'")
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(row, "5550101") || strings.Contains(row, "cannot write") {
			t.Errorf("the queue's table holds the text of an error: %s", row)
		}
	})
}

func TestStopWaitsForWhatIsInHand(t *testing.T) {
	both(t, func(t *testing.T, e engine) {
		c := &crew{}
		begun, ended := make(chan struct{}), atomic.Bool{}
		c.conversation = func(context.Context, int64) error {
			close(begun)
			time.Sleep(300 * time.Millisecond)
			ended.Store(true)
			return nil
		}
		e.owes(t, e.owe.Conversation(1, time.Time{}))
		q := e.start(t, c)
		<-begun
		if err := q.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !ended.Load() {
			t.Error("the job in hand was left")
		}
	})
}

// A killed replica's job is taken over; a living one's is not.
func TestTakeOver(t *testing.T) {
	t.Parallel()
	e := onPostgres(t)
	e.owes(t, e.owe.Conversation(1, time.Time{}))
	e.owes(t, e.owe.Conversation(2, time.Time{}))
	e.owes(t, e.owe.Conversation(3, time.Time{}))
	// Replica a was killed after its last sign of life, b lives, c was killed
	// before it gave any.
	e.do(t, `UPDATE river_job SET state = 'running', attempt = 1, attempted_at = now() - interval '20 seconds',
		attempted_by = ARRAY[CASE args->>'id' WHEN '1' THEN 'a' WHEN '2' THEN 'b' ELSE 'c' END]`)
	e.do(t, `INSERT INTO replica (id, beat_at) VALUES ('a', extract(epoch FROM now() - interval '20 seconds') * 1000000), ('b', extract(epoch FROM now() + interval '1 hour') * 1000000)`)
	c := &crew{}
	e.start(t, c)
	await(t, "the take-over", func() bool { return c.count("conversation1") == 1 && c.count("conversation3") == 1 })
	if c.count("conversation2") != 0 {
		t.Error("a living replica's job was taken over")
	}
	if s, err := e.text(t.Context(), "SELECT attempt::text FROM river_job WHERE args->>'id' = '1'"); err != nil || s != "1" {
		t.Errorf("attempt %s, error %v; the one that died must not count", s, err)
	}
}

// On SQLite what runs at the start is an orphan.
func TestOrphansAtStart(t *testing.T) {
	t.Parallel()
	e := onSQLite(t)
	e.owes(t, e.owe.Conversation(1, time.Time{}))
	e.do(t, "UPDATE river_job SET state = 'running', attempt = 1")
	c := &crew{}
	e.start(t, c)
	await(t, "the orphan's turn", func() bool { return c.count("conversation1") == 1 })
}

// A customer's many pictures do not keep others from their answers.
func TestMediaDoesNotHoldUpAnswers(t *testing.T) {
	both(t, func(t *testing.T, e engine) {
		release := make(chan struct{})
		c := &crew{media: func() { <-release }}
		for n := range 20 {
			e.owes(t, e.owe.Media(int64(n)))
		}
		e.start(t, c)
		await(t, "the first attachment", func() bool { return c.count("media0") == 1 })
		e.owes(t, e.owe.Conversation(1, time.Time{}))
		await(t, "the answer", func() bool { return c.count("conversation1") == 1 })
		close(release)
		await(t, "the last attachment", func() bool { return c.count("media19") == 1 })
	})
}
