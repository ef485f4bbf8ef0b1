package carriers

import (
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"wismo/core/fault"
)

// errHeld says that a call was not made, because the service has asked to wait.
var errHeld = errors.New("the service has asked to wait")

// pace keeps until when a service wants no calls. The limits are the account's, so
// that one caller's refusal holds for all.
type pace struct {
	mu    sync.Mutex
	until time.Time
}

// held fails while no call may be made.
func (p *pace) held(op string, now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Before(p.until) {
		return &fault.Error{Kind: fault.Throttled, Op: op, Until: p.until, Err: errHeld}
	}
	return nil
}

func (p *pace) hold(until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until.After(p.until) {
		p.until = until
	}
}

// spent reads from an answer's headers when the next call is allowed, zero if one is
// allowed now (AfterShip, "Rate limit").
func spent(h http.Header, now time.Time) time.Time {
	if h.Get("X-RateLimit-Remaining") != "0" {
		return time.Time{}
	}
	return reset(h, now)
}

// reset reads when a limit starts anew, zero if that is not said or cannot be: a
// time in Unix seconds, by the service's clock rather than by ours, or seconds from
// now. It believes at most a minute, since the limits are per second.
func reset(h http.Header, now time.Time) time.Time {
	n, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64)
	if err != nil || n < 0 {
		return time.Time{}
	}
	wait := time.Duration(min(n, 3600)) * time.Second
	if n > 1e9 {
		theirs := now
		if t, err := http.ParseTime(h.Get("Date")); err == nil {
			theirs = t
		}
		wait = time.Unix(min(n, 1e11), 0).Sub(theirs)
	}
	if wait <= 0 {
		return time.Time{}
	}
	return now.Add(min(wait, time.Minute))
}
