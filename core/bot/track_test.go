package bot_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"wismo/core/bot"
	"wismo/core/fault"
	"wismo/core/journal/journaltest"
	"wismo/core/order"
)

// quietStore holds Ana's order #1001, of whose parcel it knows the number alone.
type quietStore struct {
	clock  *journaltest.Clock
	number string
	events []order.TrackingEvent
}

func (s *quietStore) Find(_ context.Context, ref order.Ref) ([]order.Order, error) {
	if ref.Text != "1001" {
		return nil, fault.New(fault.NotFound, "store", "none")
	}
	now := s.clock.Now()
	return []order.Order{{
		ID: "1", Name: "#1001", CreatedAt: now.Add(-72 * time.Hour), Financial: order.Paid,
		Contacts: order.Contacts{Phones: []string{ana}, Emails: []string{"ana@example.com"}, Region: "US"},
		Items:    []order.LineItem{{Title: "Mug", Quantity: 1, RequiresShipping: true}},
		Fulfillments: []order.Fulfillment{{
			Status: order.Shipped, CreatedAt: now.Add(-48 * time.Hour), Events: s.events,
			Tracking: []order.TrackingInfo{{Number: s.number}},
		}},
	}}, nil
}

// carrier is a Tracker that tells what the test says.
type carrier struct {
	mu    sync.Mutex
	asked []order.Parcel
	knows order.Movement
	err   error
}

func (c *carrier) Track(_ context.Context, p order.Parcel) (order.Movement, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, p)
	return c.knows, c.err
}

func newCarrierRig(t *testing.T, number string) (*rig, *quietStore, *carrier) {
	t.Helper()
	s, c := &quietStore{number: number}, &carrier{}
	r := newRig(t, func(b *bot.Config) {
		acme := b.Shops["acme"]
		acme.Store, acme.Tracker = s, c
		b.Shops = map[string]bot.Shop{"acme": acme}
	})
	s.clock = r.clock
	return r, s, c
}

func (r *rig) asks(from, text string) string { return strings.Join(r.say(from, text), "\n") }

func TestCarrierIsAskedAboutASilentParcel(t *testing.T) {
	t.Parallel()
	r, _, c := newCarrierRig(t, "1z 999aa1 0123456784")
	c.knows = order.Movement{
		Status: order.InTransit, RawStatus: "in_transit", EstimatedAt: r.clock.Now().Add(48 * time.Hour),
		Events: []order.TrackingEvent{{Status: order.InTransit, At: r.clock.Now().Add(-time.Hour), Place: "Oakland"}},
	}
	got := r.asks(ana, "where is order 1001?")
	for _, want := range []string{"Oakland", "UPS", "1Z999AA10123456784"} {
		if !strings.Contains(got, want) {
			t.Errorf("the answer lacks %q: %s", want, got)
		}
	}
	if len(c.asked) != 1 || c.asked[0] != (order.Parcel{Number: "1Z999AA10123456784", Company: "UPS"}) {
		t.Errorf("the carrier was asked for %v", c.asked)
	}
}

// Were a carrier asked before the sender is known, the time that takes would tell a
// stranger that there is such an order.
func TestCarrierIsNotAskedForStrangers(t *testing.T) {
	t.Parallel()
	r, _, c := newCarrierRig(t, "1Z999AA10123456784")
	for _, text := range []string{"where is order 1001?", "eve@example.com", "my order 1001 never came, this is a scam!", "#1001 +14155550199"} {
		r.asks(eve, text)
	}
	if len(c.asked) != 0 {
		t.Errorf("for a stranger a carrier was asked for %v", c.asked)
	}
}

func TestCarrierIsAskedOnlyWhereTheStoreKnowsNothing(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*rig, *quietStore){
		"the store has events": func(r *rig, s *quietStore) {
			s.events = []order.TrackingEvent{{Status: order.InTransit, At: r.clock.Now().Add(-time.Hour), Place: "Reno"}}
		},
		"there is no number": func(_ *rig, s *quietStore) { s.number = "" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, s, c := newCarrierRig(t, "1Z999AA10123456784")
			change(r, s)
			if got := r.asks(ana, "where is order 1001?"); got == "" || len(c.asked) != 0 {
				t.Errorf("answered %q, asked for %v", got, c.asked)
			}
		})
	}
}

func TestStoreAnswersWhereTheCarrierDoesNot(t *testing.T) {
	t.Parallel()
	r, _, c := newCarrierRig(t, "1Z999AA10123456784")
	quiet := r.asks(ana, "where is order 1001?")
	c.err = fault.New(fault.Unavailable, "carrier", "down")
	if down := r.asks(ana, "where is order 1001?"); !strings.Contains(quiet, "UPS") || down == "" || strings.Contains(down, "longer") {
		t.Errorf("the carrier knows nothing: %q; the carrier is down: %q", quiet, down)
	}
	if len(c.asked) != 2 {
		t.Errorf("asked %d times", len(c.asked))
	}
	if strings.Contains(r.log.String(), "1Z999") {
		t.Error("the log tells a tracking number")
	}
}

func TestCarrierSaysDeliveredAndItNeverCame(t *testing.T) {
	t.Parallel()
	r, _, c := newCarrierRig(t, "1Z999AA10123456784")
	at := r.clock.Now().Add(-24 * time.Hour)
	c.knows = order.Movement{Status: order.Delivered, DeliveredAt: at, Events: []order.TrackingEvent{{Status: order.Delivered, At: at, Place: "Oakland"}}}
	r.asks(ana, "order 1001 never arrived")
	if h := r.handOffs(); len(h) != 1 || h[0].Case.Reason != "delivered_not_received" {
		t.Fatalf("hand-offs: %d", len(h))
	}
}

func TestFormDoesNotGiveEveryCarrierAway(t *testing.T) {
	t.Parallel()
	// Twelve digits are FedEx's, Purolator's and many another's.
	r, _, c := newCarrierRig(t, "986578788855")
	if got := r.asks(ana, "where is order 1001?"); strings.Contains(got, "FedEx") || len(c.asked) != 1 || c.asked[0].Company != "" {
		t.Errorf("guessed: %q, asked for %v", got, c.asked)
	}
}
