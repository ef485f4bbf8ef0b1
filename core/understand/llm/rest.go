package llm

import (
	"errors"
	"sync"
	"time"

	"wismo/core/fault"
)

const (
	// tooMany is after how many failures in a row the model is not asked for
	// pause: customers must not wait for an endpoint that is down.
	tooMany = 3
	pause   = 30 * time.Second
)

// rest knows when the model is not to be asked.
type rest struct {
	mu    sync.Mutex
	fails int
	until time.Time
}

func (r *rest) resting(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return now.Before(r.until)
}

func (r *rest) answered() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fails = 0
}

// failed counts a failure and reports whether a pause begins: after too many,
// or at once where the endpoint says when to come again. An answer that was
// thrown away shows that the endpoint is there, and does not count.
func (r *rest) failed(err error, now time.Time) (begins bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if errors.Is(err, errRefused) {
		r.fails = 0
		return false
	}
	r.fails++
	until := fault.Until(err)
	if r.fails < tooMany && until.IsZero() {
		return false
	}
	if p := now.Add(pause); until.Before(p) {
		until = p
	}
	begins = !now.Before(r.until)
	r.fails, r.until = 0, until
	return begins
}
