package shopify

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"wismo/core/fault"
)

// line is where questions wait while the shop allows no more: whoever asked first
// goes first. It keeps a count of the points that are left, as the shop's answers
// tell them, so that nobody asks in vain. Whom it cannot let in within their time
// it sends away with the time at which their turn will be.
// Source: shopify.dev, API rate limits.
type line struct {
	// now is the wall clock, by which timers go.
	now func() time.Time

	mu sync.Mutex
	// known is false until the first answer; so long everybody goes in.
	known bool
	// left are the points at the time at; perSecond come in, up to most.
	left, most, perSecond float64
	at                    time.Time
	// requested is what a question takes at first, needed what it costs in the end.
	requested, needed float64
	// last is what the last question has cost.
	last    float64
	inside  int
	waiting []*waiter
	// tail is when whoever has been sent away last will have their turn.
	tail time.Time
}

// waiter is one in the line.
type waiter struct {
	asked time.Time
	// turn is written to when it may be the first.
	turn chan struct{}
}

// toAsk is the time that must be left for the question itself.
const toAsk = time.Second

type askedKey struct{}

// withAsked notes in a context when the customer asked.
func withAsked(ctx context.Context, asked time.Time) context.Context {
	return context.WithValue(ctx, askedKey{}, asked)
}

// enter waits until a question that was asked at the time noted in ctx may be put.
// leave must follow if it returns nil.
func (l *line) enter(ctx context.Context) error {
	asked, _ := ctx.Value(askedKey{}).(time.Time)
	if asked.IsZero() {
		asked = l.now()
	}
	l.mu.Lock()
	p := &waiter{asked: asked, turn: make(chan struct{}, 1)}
	at, _ := slices.BinarySearchFunc(l.waiting, p, func(a, b *waiter) int {
		return cmp.Or(a.asked.Compare(b.asked), -1) // behind those of the same time
	})
	wait := l.estimate(at)
	fresh := l.now().Sub(asked) < toAsk
	if fresh {
		wait = max(wait, l.tail.Sub(l.now()))
	}
	if end, ok := ctx.Deadline(); ok && wait > 0 && time.Until(end)-toAsk < wait {
		defer l.mu.Unlock()
		return l.sendAway(fresh, wait)
	}
	l.waiting = slices.Insert(l.waiting, at, p)
	l.mu.Unlock()
	return l.wait(ctx, p)
}

// estimate is how long the place at an index will wait: until then the questions
// that are inside give back what they did not need, and those before it cost theirs.
func (l *line) estimate(at int) time.Duration {
	back := float64(l.inside) * max(0, l.requested-l.needed)
	return l.until(l.requested + float64(at)*l.needed - back)
}

// until is how long it takes until so many points are there.
func (l *line) until(points float64) time.Duration {
	l.fill()
	if !l.known || l.perSecond <= 0 {
		return 0
	}
	return max(0, time.Duration((points-l.left)/l.perSecond*float64(time.Second)))
}

// sendAway gives somebody a time, behind all who were sent away before. Who comes
// back has been given one already.
func (l *line) sendAway(fresh bool, wait time.Duration) error {
	until := l.now().Add(wait)
	if fresh {
		l.tail = until.Add(time.Duration(l.needed / l.perSecond * float64(time.Second)))
	}
	return &fault.Error{Kind: fault.Throttled, Op: "shopify", Until: until, Err: errFull}
}

// wait waits for the turn of a place.
func (l *line) wait(ctx context.Context, p *waiter) error {
	for {
		l.mu.Lock()
		first := l.waiting[0] == p
		pause := time.Hour
		if first {
			if pause = l.until(l.requested); pause <= 0 {
				l.waiting = l.waiting[1:]
				l.left -= l.requested
				l.inside++
				l.call()
				l.mu.Unlock()
				return nil
			}
		}
		l.mu.Unlock()
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-p.turn:
			timer.Stop()
		case <-ctx.Done():
			timer.Stop()
			l.quit(p)
			return fault.New(fault.Unavailable, "shopify", "no turn in time")
		}
	}
}

// quit takes a place out of the line.
func (l *line) quit(p *waiter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(l.waiting, p); i >= 0 {
		l.waiting = slices.Delete(l.waiting, i, i+1)
	}
	l.call()
}

// call lets the first look again.
func (l *line) call() {
	if len(l.waiting) > 0 {
		select {
		case l.waiting[0].turn <- struct{}{}:
		default: // it has been called already
		}
	}
}

// prices are what the shop has told of its points.
type prices struct{ last, requested, most, perSecond float64 }

func (l *line) prices() prices {
	l.mu.Lock()
	defer l.mu.Unlock()
	return prices{l.last, l.requested, l.most, l.perSecond}
}

func (l *line) fill() {
	now := l.now()
	l.left = min(l.most, l.left+now.Sub(l.at).Seconds()*l.perSecond)
	l.at = now
}

// leave ends a question that was let in, with what the shop told of its cost.
func (l *line) leave(c cost) {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.call()
	l.fill()
	l.inside--
	if c.Throttle.Restore <= 0 { // nothing was told: a failure, most likely
		l.left = min(l.most, l.left+l.requested)
		return
	}
	// A question must fit, whatever the shop tells or leaves out.
	l.most, l.perSecond = max(l.most, c.Throttle.Most, c.Throttle.Available, c.Requested), c.Throttle.Restore
	l.left = min(l.most, l.left+l.requested-c.Actual)
	if !l.known || l.inside == 0 || c.Throttle.Available < l.left {
		l.left = c.Throttle.Available
	}
	l.known = true
	l.requested = max(c.Requested, 1)
	if l.last = c.Actual; c.Actual > 0 {
		l.needed = cmp.Or(l.needed, c.Actual)*0.9 + c.Actual*0.1
	}
}
