package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/journal"
	"wismo/core/journal/journaltest"
	"wismo/core/journal/postgres"
	"wismo/core/journal/postgres/pgtest"
	"wismo/core/message"
)

const account = "AC00000000000000000000000000000001"

// race is a conversation whose row the test holds locked, so that it can say
// in which order others get at it.
type race struct {
	*postgres.Journal
	pool  *pgxpool.Pool
	clock *journaltest.Clock
	id    int64
	held  pgx.Tx
}

func newRace(t *testing.T) *race {
	t.Helper()
	r := &race{pool: connect(t, pgtest.Database(t)), clock: journaltest.NewClock()}
	r.Journal = postgres.New(r.pool, &journaltest.Owed{}, journal.Options{QuietAfter: func(string) time.Duration { return time.Hour }, Now: r.clock.Now})
	taken, err := r.Take(t.Context(), inbound("SM1", "+14155550101"))
	if err != nil {
		t.Fatal(err)
	}
	r.id = taken.ConversationID
	return r
}

func inbound(sid, from string) message.Message {
	return message.Message{
		Shop: "acme", Channel: message.SMS, Account: account, ProviderID: sid, Text: "where is my order",
		From: message.Address{Channel: message.SMS, Value: from}, To: message.Address{Channel: message.SMS, Value: "+14155550100"},
	}
}

// turn takes the conversation's turn; its outcome is one reply.
func (r *race) turn(t *testing.T) journal.Outcome {
	t.Helper()
	step, err := r.Next(t.Context(), r.id, nil, r.clock.Now())
	if err != nil || step.Kind != journal.Answer {
		t.Fatalf("step %+v, error %v", step, err)
	}
	return journal.Outcome{
		ConversationID: r.id, Version: step.Turn.Version, AnsweredUpTo: step.Turn.Unanswered[0].ID, Decision: []byte("{}"),
		Replies: []journal.NewReply{{Text: "answer", Author: message.Bot}},
	}
}

func (r *race) send(t *testing.T, o journal.Outcome) *journal.Settlement {
	t.Helper()
	step, err := r.Finish(t.Context(), o, r.clock.Now())
	if err != nil || step.Kind != journal.Send {
		t.Fatalf("step %+v, error %v", step, err)
	}
	return &journal.Settlement{ReplyID: step.Reply.ID, Attempt: 1, Receipt: &message.Receipt{ProviderID: "SMout", Status: message.Sent}}
}

// hold locks the conversation's row.
func (r *race) hold(t *testing.T) {
	t.Helper()
	var err error
	if r.held, err = r.pool.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := r.held.Exec(t.Context(), "SELECT id FROM conversation WHERE id = $1 FOR UPDATE", r.id); err != nil {
		t.Fatal(err)
	}
}

// inOrder lets first and then second wait for the conversation's lock, lets go
// of it, and waits for both. The second has begun before the first was done.
func (r *race) inOrder(t *testing.T, first, second func() error) {
	t.Helper()
	r.hold(t)
	var both sync.WaitGroup
	for n, do := range []func() error{first, second} {
		both.Go(func() {
			if err := do(); err != nil {
				t.Error(err)
			}
		})
		r.waiting(t, n+1)
	}
	if err := r.held.Commit(t.Context()); err != nil {
		t.Error(err)
	}
	both.Wait()
}

func (r *race) waiting(t *testing.T, want int) {
	t.Helper()
	for end := time.Now().Add(4 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		var n int
		err := r.pool.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&n)
		if err != nil {
			t.Error(err)
			return
		}
		if n >= want {
			return
		}
	}
	t.Errorf("%d do not wait for the lock", want)
}

// A message that is written while a settlement waits for the lock would be
// lost if the settlement cleared owed by what it saw before.
func TestMessageBesideASettlement(t *testing.T) {
	t.Parallel()
	r := newRace(t)
	settlement := r.send(t, r.turn(t))
	var step journal.Step
	r.inOrder(t, func() error {
		taken, err := r.Take(t.Context(), inbound("SM2", "+14155550101"))
		if err == nil && taken.JobID != 0 {
			err = errors.New("a second job for a conversation that is owed")
		}
		return err
	}, func() (err error) {
		step, err = r.Next(t.Context(), r.id, settlement, r.clock.Now())
		return err
	})
	if step.Kind != journal.Answer || len(step.Turn.Unanswered) != 1 {
		t.Errorf("step %+v, want the new message's turn", step)
	}
}

// A text for the customer that is written meanwhile is not forgotten either.
func TestTicketBesideASettlement(t *testing.T) {
	t.Parallel()
	r := newRace(t)
	o := r.turn(t)
	o.HandOff = &handoff.Case{Reason: handoff.Asked, Told: "A colleague takes over."}
	settlement := r.send(t, o)
	handOffs, err := r.HandOffs(t.Context(), journal.HandOffFilter{})
	if err != nil || len(handOffs) != 1 {
		t.Fatalf("hand-offs %+v, error %v", handOffs, err)
	}
	var step journal.Step
	r.inOrder(t, func() error {
		return r.Opened(t.Context(), handOffs[0].ID, "inbox", "1", 0, r.clock.Now())
	}, func() (err error) {
		step, err = r.Next(t.Context(), r.id, settlement, r.clock.Now())
		return err
	})
	if step.Kind != journal.Send || step.Reply.Text != "A colleague takes over." {
		t.Errorf("step %+v, want the text to be sent", step)
	}
}

// Nothing is sent to a customer whose opt-out is written while the answer waits
// for the lock.
func TestOptOutBesideAnAnswer(t *testing.T) {
	t.Parallel()
	r := newRace(t)
	first := r.send(t, r.turn(t))
	if _, err := r.Next(t.Context(), r.id, first, r.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Take(t.Context(), inbound("SM2", "+14155550101")); err != nil {
		t.Fatal(err)
	}
	o := r.turn(t)
	r.inOrder(t, func() error {
		return r.Report(t.Context(), message.Delivery{
			Account: account, ProviderID: "SMout", Status: message.Failed, At: r.clock.Now(),
			Err: &fault.Error{Kind: fault.Permanent, Op: "send", Reason: fault.OptedOut},
		})
	}, func() error {
		_, err := r.Finish(t.Context(), o, r.clock.Now())
		if !errors.Is(err, journal.ErrStale) {
			return fmt.Errorf("error %w, want a stale turn", err)
		}
		return nil
	})
}

// Two replicas that take, answer and settle the same conversations in opposite
// orders do not wait for each other in a circle.
func TestReplicasDoNotDeadlock(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	clock := journaltest.NewClock()
	const customers, rounds = 24, 6
	var all sync.WaitGroup
	for replica := range 2 {
		pool := connect(t, url)
		j := postgres.New(pool, &journaltest.Owed{}, journal.Options{QuietAfter: func(string) time.Duration { return time.Hour }, Now: clock.Now})
		for c := range customers {
			if replica == 1 {
				c = customers - 1 - c
			}
			all.Go(func() {
				for n := range rounds {
					if err := serve(t.Context(), j, fmt.Sprintf("%d-%d-%d", replica, c, n), fmt.Sprintf("+1415555%04d", c), clock.Now()); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	all.Wait()
	var waited int
	if err := connect(t, url).QueryRow(t.Context(), "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").Scan(&waited); err != nil || waited != 0 {
		t.Errorf("%d deadlocks, error %v", waited, err)
	}
}

// serve takes a message in and does what its conversation owes.
func serve(ctx context.Context, j *postgres.Journal, sid, from string, now time.Time) error {
	taken, err := j.Take(ctx, inbound("SM"+sid, from))
	if err != nil {
		return err
	}
	step, err := j.Next(ctx, taken.ConversationID, nil, now)
	for n := 0; err == nil && (step.Kind == journal.Answer || step.Kind == journal.Send); n++ {
		if step.Kind == journal.Send {
			s := &journal.Settlement{ReplyID: step.Reply.ID, Attempt: step.Reply.Attempt, Receipt: &message.Receipt{ProviderID: fmt.Sprintf("SMo%s-%d", sid, n), Status: message.Sent}}
			step, err = j.Next(ctx, taken.ConversationID, s, now)
			continue
		}
		o := journal.Outcome{ConversationID: taken.ConversationID, Version: step.Turn.Version, Decision: []byte("{}"), Replies: []journal.NewReply{{Text: "a", Author: message.Bot}}}
		o.AnsweredUpTo = step.Turn.Unanswered[len(step.Turn.Unanswered)-1].ID
		if step, err = j.Finish(ctx, o, now); errors.Is(err, journal.ErrStale) {
			step, err = j.Next(ctx, taken.ConversationID, nil, now)
		}
	}
	return err
}
