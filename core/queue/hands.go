package queue

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"wismo/core/fault"
	"wismo/core/journal"
	"wismo/core/message"
)

// hands sees to conversations at once whose message this replica has just
// taken in, without a way round through the queue. Their jobs are born as
// running ones of this replica: if it dies, they are taken over as any other
// of its jobs; if the work fails, they go back into the queue.
type hands struct {
	free chan struct{}
	over chan ended

	mu     sync.Mutex
	closed bool
	busy   sync.WaitGroup
	clerk  sync.WaitGroup
}

// ended is a job whose work is done, or has failed.
type ended struct {
	job    int64
	failed bool
}

// books is where the ends of jobs are written down.
type books interface {
	// clear removes jobs that are done and gives those that have failed back to
	// the queue, as far as this replica still has them.
	clear(ctx context.Context, replica string, done, failed []int64) error
}

func newHands(n int) *hands {
	return &hands{free: make(chan struct{}, n), over: make(chan ended, n)}
}

// lift takes a free hand; false if there is none or no more work is begun.
func (h *hands) lift() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	select {
	case h.free <- struct{}{}:
		h.busy.Add(1)
		return true
	default:
		return false
	}
}

// drop gives the hand back.
func (h *hands) drop() {
	<-h.free
	h.busy.Done()
}

// shut begins no more work, waits for what is in hand or for ctx, and for the
// clerk to have written it down.
func (h *hands) shut(ctx context.Context) {
	h.mu.Lock()
	again := h.closed
	h.closed = true
	h.mu.Unlock()
	if again {
		return
	}
	idle := make(chan struct{})
	go func() {
		h.busy.Wait()
		close(h.over)
		h.clerk.Wait()
		close(idle)
	}()
	select {
	case <-idle:
	case <-ctx.Done():
	}
}

const (
	// clearEvery is how long ended jobs gather before they are cleared together.
	clearEvery = 20 * time.Millisecond
	// clearAgain is the pause after which it is tried again.
	clearAgain = time.Second
	// againAfter is how soon a job that has failed may be fetched.
	againAfter = 2 * time.Second
)

// keep clears ended jobs until there are no more to come. What it could not
// clear when ctx ends is taken over like a dead replica's.
func (h *hands) keep(ctx context.Context, b books, replica string, log *slog.Logger) {
	for e := range h.over {
		done, failed := h.gather(ctx, e)
		for ctx.Err() == nil {
			err := b.clear(ctx, replica, done, failed)
			if err == nil {
				break
			}
			log.Warn("could not clear jobs that have ended; trying again", "jobs", len(done)+len(failed), "error", err)
			pause(ctx, clearAgain)
		}
	}
}

// gather collects what ends in the next moment.
func (h *hands) gather(ctx context.Context, first ended) (done, failed []int64) {
	until := time.NewTimer(clearEvery)
	defer until.Stop()
	for e, more := first, true; more; {
		if e.failed {
			failed = append(failed, e.job)
		} else {
			done = append(done, e.job)
		}
		select {
		case e, more = <-h.over:
		case <-until.C:
			return done, failed
		case <-ctx.Done():
			return done, failed
		}
	}
	return done, failed
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// Intake returns where channels hand over what comes in: written down by j and
// seen to at once by a free hand of this replica, else by whoever fetches the
// job.
func (q *Queue) Intake(j journal.Intake) message.Intake { return intake{j, q} }

type intake struct {
	journal.Intake
	queue *Queue
}

// Receive implements message.Intake.
func (i intake) Receive(ctx context.Context, m message.Message) (repeated bool, err error) {
	if !i.queue.hands.lift() {
		return i.Intake.Receive(ctx, m)
	}
	t, err := i.Take(ctx, m)
	if err != nil || t.JobID == 0 {
		i.queue.hands.drop()
		return t.Repeated, err
	}
	go i.queue.see(context.WithoutCancel(ctx), t)
	return t.Repeated, nil
}

// see does what a conversation owes, with the hand that was lifted for it.
func (q *Queue) see(ctx context.Context, t journal.Taken) {
	defer q.hands.drop()
	ctx, cancel := context.WithTimeout(ctx, jobTimeout)
	defer cancel()
	err := guarded(q.log, conversationArgs{}.Kind(), func() error { return q.handler.Conversation(ctx, t.ConversationID) })
	if err != nil {
		q.log.Warn("a job has failed", "job", conversationArgs{}.Kind(), "id", t.ConversationID, "attempt", 1, "fault", fault.KindOf(err), "error", err)
	}
	q.hands.over <- ended{t.JobID, err != nil}
}
