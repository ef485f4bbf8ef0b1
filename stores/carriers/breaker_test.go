package carriers

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// clock is one that is put forward by hand.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time          { return time.Unix(0, c.at.Load()) }
func (c *clock) forward(d time.Duration) { c.at.Add(int64(d)) }

// try enters and leaves, and reports whether it was let in.
func (b *breaker) try(o outcome) bool {
	turn, ok := b.enter()
	if ok {
		turn.leave(o)
	}
	return ok
}

func TestBreaker(t *testing.T) {
	t.Parallel()
	c := &clock{}
	b := newBreaker(3, time.Minute, c.now)
	for i, step := range []struct {
		forward time.Duration
		outcome outcome
		in      bool
	}{
		{0, failed, true}, {0, failed, true}, {0, alive, true}, // forgiven
		{0, failed, true}, {0, undecided, true}, {0, failed, true}, {0, failed, true}, // three in a row, with nothing between
		{0, alive, false}, {59 * time.Second, alive, false}, // shut
		{time.Second, undecided, true}, {0, failed, true}, // a trial that told nothing, another that failed
		{0, alive, false}, {time.Minute, alive, true}, // a trial that went well
		{0, failed, true}, {0, failed, true}, {0, failed, true}, {0, failed, false}, // counts anew
	} {
		c.forward(step.forward)
		if in := b.try(step.outcome); in != step.in {
			t.Fatalf("step %d: let in %v", i, in)
		}
	}
}

// While one tries, nobody else does; those who were in before it change nothing of that.
func TestBreakerLetsOneTry(t *testing.T) {
	t.Parallel()
	c := &clock{}
	b := newBreaker(1, time.Minute, c.now)
	slow, _ := b.enter()
	b.try(failed)
	c.forward(time.Minute)
	var in atomic.Int32
	var trial turn
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			if turn, ok := b.enter(); ok {
				in.Add(1)
				trial = turn
			}
		})
	}
	wg.Wait()
	if in.Load() != 1 {
		t.Fatalf("%d were let in", in.Load())
	}
	slow.leave(undecided)
	if b.try(alive) {
		t.Error("another was let in beside the trial")
	}
	trial.leave(alive)
	if !b.try(alive) {
		t.Error("it stays shut after a trial that went well")
	}
}
