package postgres

import (
	"context"
	"sync"
	"time"
)

// group lets what many ask for at about the same time be done together, in one
// statement and one commit: while one lot is under way, and until it is time for
// the next, the next gathers. A lone caller waits for nobody. There is no goroutine of its own: one of the
// callers leads each lot, the others wait for it.
type group[In, Out any] struct {
	// key names what may be in a lot only once.
	key func(In) string
	// pace is the least time from the start of one lot to that of the next.
	pace time.Duration
	// run does a lot. It fills in the answers that it has; a call left without
	// one, or with an error, is done alone by its caller.
	run func(ctx context.Context, lot []*call[In, Out]) error

	mu      sync.Mutex
	waiting []*call[In, Out]
	// lead is held by the caller who leads, who alone may touch began: when the
	// last lot was begun.
	lead  chan struct{}
	began time.Time
}

// call is one caller's part of a lot.
type call[In, Out any] struct {
	in   In
	out  Out
	done bool
	over chan struct{}
}

func (c *call[In, Out]) answer(out Out) { c.out, c.done = out, true }

const (
	// lotSize is the most that is done together.
	lotSize = 64
	// lotTimeout bounds a lot. It is longer than the server's own limits, so that
	// they end it first.
	lotTimeout = 10 * time.Second
)

func newGroup[In, Out any](pace time.Duration, key func(In) string, run func(context.Context, []*call[In, Out]) error) *group[In, Out] {
	return &group[In, Out]{pace: pace, key: key, run: run, lead: make(chan struct{}, 1)}
}

// do returns the answer to in; done is false if the caller must see to it alone.
func (g *group[In, Out]) do(ctx context.Context, in In) (out Out, done bool) {
	c := &call[In, Out]{in: in, over: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, c)
	g.mu.Unlock()
	select {
	case <-c.over:
	case g.lead <- struct{}{}:
		g.leadUntil(ctx, c)
		<-g.lead
	}
	return c.out, c.done
}

// leadUntil does lots until c was in one.
func (g *group[In, Out]) leadUntil(ctx context.Context, c *call[In, Out]) {
	// A lot is not its leader's alone: it goes on if the leader's caller leaves.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lotTimeout)
	defer cancel()
	for {
		select {
		case <-c.over:
			return
		default:
		}
		time.Sleep(g.pace - time.Since(g.began))
		g.began = time.Now()
		lot := g.gather()
		if err := g.run(ctx, lot); err != nil {
			for _, c := range lot {
				c.done = false
			}
		}
		for _, c := range lot {
			close(c.over)
		}
	}
}

// gather takes the next lot: the longest waiting, each key once.
func (g *group[In, Out]) gather() []*call[In, Out] {
	g.mu.Lock()
	defer g.mu.Unlock()
	var lot, rest []*call[In, Out]
	keys := make(map[string]bool, len(g.waiting))
	for _, c := range g.waiting {
		k := g.key(c.in)
		if len(lot) == lotSize || keys[k] {
			rest = append(rest, c)
			continue
		}
		keys[k] = true
		lot = append(lot, c)
	}
	g.waiting = rest
	return lot
}
