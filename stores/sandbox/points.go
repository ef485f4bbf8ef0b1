package sandbox

import (
	"cmp"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// Points is what Shopify lets one app ask of one shop: a bucket that fills by
// PerSecond up to Bucket. The points that a query may need at most are taken when it
// comes, and those that it did not need are given back when it is answered.
// Source: shopify.dev, API rate limits.
type Points struct {
	// PerSecond is 100, 200, 1000 or 2000 by the shop's plan; 0 for no limit.
	PerSecond float64
	// Bucket is 20 seconds' worth if zero.
	Bucket float64
}

// bucket holds the points that are left.
type bucket struct {
	Points
	now func() time.Time

	mu   sync.Mutex
	left float64
	at   time.Time
}

func newBucket(p Points, now func() time.Time) *bucket {
	p.Bucket = cmp.Or(p.Bucket, 20*p.PerSecond)
	return &bucket{Points: p, now: now, left: p.Bucket, at: now()}
}

// take takes the points a query may need, if they are there.
func (b *bucket) take(requested int) bool {
	if b.PerSecond == 0 {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fill()
	if float64(requested) > b.left {
		return false
	}
	b.left -= float64(requested)
	return true
}

// giveBack returns what was not needed.
func (b *bucket) giveBack(points int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fill()
	b.left = min(b.Bucket, b.left+float64(points))
}

func (b *bucket) fill() {
	now := b.now()
	b.left = min(b.Bucket, b.left+now.Sub(b.at).Seconds()*b.PerSecond)
	b.at = now
}

// tell is what an answer says of the cost: actual is nil for a query that did not
// run.
func (b *bucket) tell(requested int, actual any) map[string]any {
	status := map[string]any{"maximumAvailable": 1e6, "currentlyAvailable": 1_000_000, "restoreRate": 1e6}
	if b.PerSecond > 0 {
		b.mu.Lock()
		b.fill()
		status = map[string]any{"maximumAvailable": b.Bucket, "currentlyAvailable": int(b.left), "restoreRate": b.PerSecond}
		b.mu.Unlock()
	}
	return map[string]any{"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": status}
}

// requested is what a selection may cost at most: an object 1, a list as many as
// are asked for, a connection 2 more.
func (e *execution) requested(set ast.SelectionSet) int {
	sum := 0
	for _, sel := range set {
		f, ok := sel.(*ast.Field)
		if !ok || len(f.SelectionSet) == 0 || !e.included(f.Directives) {
			continue
		}
		inner := e.requested(f.SelectionSet)
		switch n, ok := toInt(e.arg(f, "first")); {
		case ok && wraps(f):
			sum += 2 + n*inner
		case ok:
			sum += n * (1 + inner)
		default:
			sum += 1 + inner
		}
	}
	return sum
}

// wraps reports whether a field is a connection.
func wraps(f *ast.Field) bool {
	for _, sel := range f.SelectionSet {
		if inner, ok := sel.(*ast.Field); ok && inner.Name == "nodes" {
			return true
		}
	}
	return false
}

// actual is what an answer has cost: its objects.
func actual(v any) int {
	sum := 0
	switch v := v.(type) {
	case map[string]any:
		sum = 1
		for _, inner := range v {
			sum += actual(inner)
		}
	case []any:
		for _, inner := range v {
			sum += actual(inner)
		}
	}
	return sum
}
