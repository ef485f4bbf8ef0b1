// Package storetest knows what every store must do, whatever its platform: tell
// the same orders of the same samples in our own words, find an order by every
// spelling of its name and no other order, and give up in time. It is the suite
// that each adapter of order.Store passes.
package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"wismo/core/fault"
	"wismo/core/order"
	"wismo/core/shop"
	"wismo/stores/sandbox"
)

// Options say what shop a test needs.
type Options struct {
	// Now is the clock that store and samples go by.
	Now func() time.Time
	// Format of the order names.
	Format shop.OrderFormat
	// Samples are the orders of the shop.
	Samples []sandbox.Sample
	// Budget of one Find.
	Budget time.Duration
}

// Rig is a store under test and the test's hold on its platform.
type Rig struct {
	Store order.Store
	// Requests counts the requests that have reached the platform.
	Requests func() int
	// Trouble makes the platform answer every request in this way from now on.
	Trouble func(Trouble)
	// Silent are the parts of which the platform tells nothing at all.
	Silent []Part
}

// Part is something that not every platform knows of an order.
type Part string

// The parts.
const (
	Confirmation Part = "confirmation" // a random number beside the name
	Carrier      Part = "carrier"      // what the carrier says: scans, estimates, delivery
	HoldReason   Part = "hold reason"
	ReturnPart   Part = "return"
	Locale       Part = "locale"
	Promise      Part = "promise" // when it will be shipped
)

func (r Rig) tells(p Part) bool { return !slices.Contains(r.Silent, p) }

// Trouble is a way in which a platform fails.
type Trouble string

// The troubles.
const (
	Silence Trouble = "silence" // takes requests and never answers
	Broken  Trouble = "broken"  // answers 500
	Limited Trouble = "limited" // allows no more requests for a long time
	Garbage Trouble = "garbage" // answers HTML with 200
	Revoked Trouble = "revoked" // does not take the credentials any more
)

// Open returns a fresh store with the shop that the options describe.
type Open func(t *testing.T, o Options) Rig

// Noon is the time at which the suite reads: a Monday.
func Noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

// Run puts a store through the suite.
func Run(t *testing.T, open Open) {
	t.Helper()
	for _, tt := range []struct {
		name string
		test func(t *testing.T, open Open)
	}{
		{"samples", samples},
		{"spellings", spellings},
		{"formats", formats},
		{"look-alikes", lookAlikes},
		{"one name twice", twice},
		{"one name twice among near names", twiceAmongMany},
		{"no such order", noSuchOrder},
		{"orders of a customer", recent},
		{"hostile references", hostile},
		{"troubles", troubles},
		{"a call ends with its context", cancelled},
		{"many at once", manyAtOnce},
		{"contacts on nothing", contactless},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.test(t, open)
		})
	}
}

// standard is the shop of the samples.
func standard() Options {
	return Options{Now: Noon, Format: shop.Defaults().Orders, Samples: sandbox.Samples(Noon()), Budget: 5 * time.Second}
}

// named is a sample that has only what every order has.
func named(name string, id int, age time.Duration) sandbox.Sample {
	return sandbox.Sample{
		ID: id, Name: name, CreatedAt: Noon().Add(-age), Financial: "PAID", Display: "UNFULFILLED", Email: "ana@example.com",
		Items: []sandbox.Item{{Title: "Mug", Quantity: 1, Unfulfilled: 1}},
	}
}

func find(t *testing.T, r Rig, ref string) []order.Order {
	t.Helper()
	got, err := r.Store.Find(t.Context(), order.Ref{Text: ref})
	if err != nil {
		t.Fatalf("Find(%q): %v", ref, err)
	}
	return got
}

func names(orders []order.Order) []string {
	var out []string
	for _, o := range orders {
		out = append(out, o.Name)
	}
	return out
}

func expectNone(t *testing.T, r Rig, ref string) {
	t.Helper()
	got, err := r.Store.Find(t.Context(), order.Ref{Text: ref})
	if fault.KindOf(err) != fault.NotFound || len(got) > 0 {
		t.Errorf("Find(%.60q) = %v, %v, want none", ref, names(got), err)
	}
}

func expect(t *testing.T, r Rig, ref string, want ...string) {
	t.Helper()
	if got := names(find(t, r, ref)); !slices.Equal(got, want) {
		t.Errorf("Find(%q) = %v, want %v", ref, got, want)
	}
}

func cancelled(t *testing.T, open Open) {
	r := open(t, standard())
	r.Trouble(Silence)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := r.Store.Find(ctx, order.Ref{Text: "1001"}); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("Find = %v, want unavailable", err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("Find went on for %v after its caller gave up", took)
	}
}
