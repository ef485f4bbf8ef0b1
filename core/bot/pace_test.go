package bot_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"wismo/core/bot"
	"wismo/core/handoff"
	"wismo/core/journal/journaltest"
	"wismo/core/order"
	"wismo/core/transit"
)

// route is a store whose parcels all go by one carrier: each number asked for is
// another order of Ana's.
type route struct {
	clock *journaltest.Clock
	// standing, if not 0, is how long the parcel has not moved; else it has arrived.
	standing time.Duration
}

func (s *route) Find(_ context.Context, ref order.Ref) ([]order.Order, error) {
	now := s.clock.Now()
	f := order.Fulfillment{
		Status: order.Delivered, CreatedAt: now.Add(-96 * time.Hour), DeliveredAt: now.Add(-time.Hour),
		Tracking: []order.TrackingInfo{{Company: "UPS", Number: "N" + ref.Text, URL: "https://t.example.com/1"}},
		Events:   []order.TrackingEvent{{Status: order.Delivered, At: now.Add(-time.Hour)}, {Status: order.InTransit, At: now.Add(-61 * time.Hour)}},
	}
	if s.standing > 0 {
		f.Status, f.DeliveredAt, f.Events = order.InTransit, time.Time{}, []order.TrackingEvent{{Status: order.InTransit, At: now.Add(-s.standing)}}
	}
	return []order.Order{{
		ID: ref.Text, Name: "#" + ref.Text, CreatedAt: now.Add(-100 * time.Hour), Financial: order.Paid,
		Contacts:     order.Contacts{Phones: []string{ana}, Region: "US"},
		Items:        []order.LineItem{{Title: "Mug", Quantity: 1, RequiresShipping: true}},
		Fulfillments: []order.Fulfillment{f},
	}}, nil
}

// Where parcels never stand still for more than 60 hours, one that has for 80 needs a
// person, although the usual threshold is 120.
func TestThresholdsAreLearnt(t *testing.T) {
	t.Parallel()
	s := &route{}
	r := newRig(t, func(b *bot.Config) {
		acme := b.Shops["acme"]
		acme.Store = s
		b.Shops = map[string]bot.Shop{"acme": acme}
	})
	s.clock = r.clock
	s.standing = 80 * time.Hour
	if r.asks(ana, "where is order 5000?"); len(r.handOffs()) != 0 {
		t.Fatal("handed off before anything was learnt")
	}
	s.standing = 0
	for i := range transit.Enough {
		r.clock.Pass(10 * time.Minute)
		r.asks(ana, fmt.Sprintf("where is order %d?", 6000+i))
		r.asks(ana, fmt.Sprintf("and where is order %d?", 6000+i)) // counts once
	}
	r.clock.Pass(2 * time.Hour)
	s.standing = 80 * time.Hour
	r.asks(ana, "where is order 5001?")
	if h := r.handOffs(); len(h) != 1 || h[0].Case.Reason != handoff.StalledParcel {
		t.Fatalf("%d hand-offs after %d deliveries", len(h), transit.Enough)
	}
}
