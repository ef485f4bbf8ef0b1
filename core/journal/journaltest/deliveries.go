package journaltest

import (
	"testing"
	"time"

	"wismo/core/journal"
	"wismo/core/shop"
	"wismo/core/transit"
)

// deliveriesNoted holds that a parcel counts once, for its shop, and is forgotten in
// time.
func deliveriesNoted(t *testing.T, b *bench) {
	first := transit.Delivery{Parcel: "a", Route: shop.NewRouteKey("UPS", "US"), Pace: shop.Pace{Took: 50 * time.Hour, Pause: 20 * time.Hour}}
	second := first
	second.Parcel = "b"
	note := func(list ...transit.Delivery) {
		t.Helper()
		turn := b.next(t, b.receive(t, ana, "hi"), nil, journal.Answer).Turn
		o := outcome(turn, "hello")
		o.Deliveries = list
		r := b.finish(t, o, journal.Send).Reply
		b.next(t, turn.ConversationID, sent(r, "SM"+list[0].Pace.Took.String()), journal.Done)
	}
	read := func(shop string) []transit.Delivery {
		t.Helper()
		list, err := b.j.Deliveries(t.Context(), shop, b.clock.Now().Add(-transit.Within))
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	note(first)
	b.clock.Pass(time.Hour)
	changed := first
	changed.Pace.Took = time.Hour
	note(changed, second)
	if list := read("acme"); len(list) != 2 || list[0] != second || list[1] != first {
		t.Fatalf("noted %v", list)
	}
	if list := read("beta"); len(list) != 0 {
		t.Fatalf("another shop's: %v", list)
	}
	b.clock.Pass(transit.Within)
	if list := read("acme"); len(list) != 0 {
		t.Fatalf("after a long time: %v", list)
	}
}
