package carriers

import (
	"sync"
	"time"
)

// breaker leaves a service alone that fails again and again, so that a dead one
// costs no customer any time: after limit failures in a row nobody may enter for a
// pause, then one caller tries; whether the others follow depends on how that goes.
type breaker struct {
	limit int
	pause time.Duration
	now   func() time.Time

	mu     sync.Mutex
	failed int       // in a row
	shut   time.Time // until when, if failed has reached limit
	trying bool      // one is in, to try
}

// outcome is what a call says of the service.
type outcome uint8

const (
	undecided outcome = iota // nothing
	alive                    // it answers, though perhaps with a refusal
	failed                   // it does not
)

func newBreaker(limit int, pause time.Duration, now func() time.Time) *breaker {
	return &breaker{limit: limit, pause: pause, now: now}
}

// turn is one caller's permission. Whoever has one must leave.
type turn struct {
	b     *breaker
	trial bool
}

// enter asks for permission to call.
func (b *breaker) enter() (turn, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed < b.limit {
		return turn{b: b}, true
	}
	if b.trying || b.now().Before(b.shut) {
		return turn{}, false
	}
	b.trying = true
	return turn{b, true}, true
}

// leave reports how the call went.
func (t turn) leave(o outcome) {
	t.b.mu.Lock()
	defer t.b.mu.Unlock()
	if t.trial {
		t.b.trying = false
	}
	switch o {
	case alive:
		t.b.failed = 0
	case failed:
		if t.b.failed++; t.b.failed >= t.b.limit {
			t.b.shut = t.b.now().Add(t.b.pause)
		}
	}
}
