package queue_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wismo/core/journal"
	"wismo/core/message"
	"wismo/core/queue"
)

// intake writes each message as a conversation's job and nothing else.
type intake struct {
	e        engine
	mu       sync.Mutex
	next     int64
	received atomic.Int64
	known    bool
}

func (i *intake) Receive(ctx context.Context, _ message.Message) (bool, error) {
	i.received.Add(1)
	s := i.e.owe.Conversation(i.id(), time.Time{})
	return false, i.e.exec(ctx, s.SQL, s.Args...)
}

func (i *intake) Take(ctx context.Context, _ message.Message) (journal.Taken, error) {
	id := i.id()
	if i.known {
		return journal.Taken{ConversationID: id}, nil
	}
	s := i.e.owe.Taken(id)
	job, err := i.e.number(ctx, s.SQL, s.Args...)
	return journal.Taken{ConversationID: id, JobID: job}, err
}

func (i *intake) Report(context.Context, message.Delivery) error { return nil }

func (i *intake) id() int64 {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.next++
	return i.next
}

func (e engine) jobs(t *testing.T, where string) string {
	t.Helper()
	s, err := e.text(t.Context(), "SELECT CAST(count(*) AS text) FROM river_job WHERE kind = 'conversation' AND "+where)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func receive(t *testing.T, in message.Intake) {
	t.Helper()
	if _, err := in.Receive(t.Context(), message.Message{}); err != nil {
		t.Fatal(err)
	}
}

// What this replica takes in is seen to by it at once, and its job is gone
// when it is done.
func TestTakenInHand(t *testing.T) {
	both(t, func(t *testing.T, e engine) {
		c := &crew{}
		release := make(chan struct{})
		c.conversation = func(context.Context, int64) error { <-release; return nil }
		in := &intake{e: e}
		receive(t, e.start(t, c).Intake(in))
		await(t, "the work", func() bool { return c.count("conversation1") == 1 })
		if n := e.jobs(t, "state = 'running' AND attempt = 1"); n != "1" {
			t.Errorf("%s jobs are running while the work is in hand", n)
		}
		close(release)
		await(t, "the job's end", func() bool { return e.jobs(t, "1 = 1") == "0" })
		if c.count("conversation1") != 1 || in.received.Load() != 0 {
			t.Error("the conversation went through the queue as well")
		}
	})
}

func TestTakenWithTheJobElsewhere(t *testing.T) {
	t.Parallel()
	c, e := &crew{}, onSQLite(t)
	receive(t, e.start(t, c).Intake(&intake{e: e, known: true}))
	await(t, "the periodic work", func() bool { return c.count("watch0") == 1 })
	if c.count("conversation1") != 0 {
		t.Error("worked on what another has in hand")
	}
}

// What fails in hand, by an error or a panic, goes back into the queue.
func TestFailedInHandIsTriedAgain(t *testing.T) {
	both(t, func(t *testing.T, e engine) {
		c := &crew{}
		var calls atomic.Int64
		c.conversation = func(context.Context, int64) error {
			switch calls.Add(1) {
			case 1:
				return errors.New("no")
			case 2:
				panic("no")
			}
			return nil
		}
		in := e.start(t, c).Intake(&intake{e: e})
		receive(t, in)
		await(t, "the third attempt", func() bool { return calls.Load() == 3 })
		await(t, "the job's end", func() bool { return e.jobs(t, "state = 'completed' AND attempt = 3") == "1" })
	})
}

// With all hands full a message takes the way through the queue.
func TestNoFreeHand(t *testing.T) {
	both(t, func(t *testing.T, e engine) {
		c := &crew{}
		release := make(chan struct{})
		c.conversation = func(context.Context, int64) error { <-release; return nil }
		source := &intake{e: e}
		in := e.start(t, c).Intake(source)
		for range 6 { // of which four find a hand
			receive(t, in)
		}
		if n := source.received.Load(); n != 2 {
			t.Errorf("%d messages went through the queue", n)
		}
		close(release)
		await(t, "all work", func() bool { return c.count("conversation1") == 1 && c.count("conversation6") == 1 })
	})
}

// What is in hand is ended at a stop; what does not end in time goes back.
func TestStopWaitsForTheHands(t *testing.T) {
	both(t, func(t *testing.T, e engine) {
		c := &crew{}
		var ended atomic.Bool
		c.conversation = func(context.Context, int64) error {
			time.Sleep(300 * time.Millisecond)
			ended.Store(true)
			return nil
		}
		q := e.start(t, c)
		source := &intake{e: e}
		in := q.Intake(source)
		receive(t, in)
		if err := q.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !ended.Load() || e.jobs(t, "state <> 'completed'") != "0" {
			t.Error("the conversation in hand was left")
		}
		receive(t, in)
		if source.received.Load() != 1 || e.jobs(t, "state = 'available'") != "1" {
			t.Error("a message that comes after the end is not left to others")
		}
	})
}

// A replica that was killed, or lost sight of a job when a connection broke,
// does not keep it.
func TestTakenAndLost(t *testing.T) {
	t.Parallel()
	e := onPostgres(t)
	c := &crew{}
	e.start(t, c)
	dead := queue.OwePostgres("dead")
	e.owes(t, dead.Taken(1))
	e.owes(t, e.owe.Taken(2))
	e.do(t, "UPDATE river_job SET attempted_at = now() - interval '51 seconds' WHERE state = 'running'")
	e.owes(t, e.owe.Taken(3))
	await(t, "the take-over", func() bool { return c.count("conversation1") == 1 && c.count("conversation2") == 1 })
	if c.count("conversation3") != 0 {
		t.Error("a job that was only just taken was taken over")
	}
}

// A database that is away does not lose the end of a job.
func TestEndIsWrittenWhenTheDatabaseIsBack(t *testing.T) {
	t.Parallel()
	e := onPostgres(t)
	c := &crew{}
	in := e.start(t, c).Intake(&intake{e: e})
	c.conversation = func(ctx context.Context, _ int64) error {
		return e.exec(ctx, "ALTER TABLE river_job RENAME TO away")
	}
	receive(t, in)
	await(t, "the work", func() bool { return c.count("conversation1") == 1 })
	time.Sleep(100 * time.Millisecond) // in which the first try to clear it fails
	e.do(t, "ALTER TABLE away RENAME TO river_job")
	await(t, "the job's end", func() bool { return e.jobs(t, "1 = 1") == "0" })
}

// What the journal owes for many conversations in one statement is worked as
// what it owes for one.
func TestOwedTogether(t *testing.T) {
	t.Parallel()
	e := onPostgres(t)
	c := &crew{}
	at := time.Now().Add(500 * time.Millisecond)
	var early atomic.Bool
	c.conversation = func(_ context.Context, id int64) error {
		early.Store(early.Load() || time.Now().Before(at.Add(-2*time.Millisecond)))
		return nil
	}
	e.do(t, fmt.Sprintf(`WITH waking AS (SELECT * FROM (VALUES (1::bigint, %[1]d::bigint), (2, %[1]d)) AS w(id, at)), jobs AS (`+e.owe.AllLater()+`) SELECT 1`, at.UnixMicro()))
	e.start(t, c)
	await(t, "the later jobs", func() bool { return c.count("conversation1") == 1 && c.count("conversation2") == 1 })
	if early.Load() {
		t.Error("one was worked before its time")
	}
}
