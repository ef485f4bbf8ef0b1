package transit_test

import (
	"fmt"
	"testing"
	"time"

	"wismo/core/order"
	"wismo/core/shop"
	"wismo/core/transit"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func arrived(change func(*order.Fulfillment)) order.Order {
	f := order.Fulfillment{
		Status: order.Delivered, CreatedAt: noon.Add(-100 * time.Hour), DeliveredAt: noon,
		Tracking: []order.TrackingInfo{{Company: " UPS ", Number: "1Z999AA10123456784"}},
		Events: []order.TrackingEvent{
			{Status: order.Delivered, At: noon}, {Status: order.InTransit, At: noon.Add(-10 * time.Hour)}, {Status: order.InTransit, At: noon.Add(-70 * time.Hour)},
		},
	}
	if change != nil {
		change(&f)
	}
	return order.Order{Contacts: order.Contacts{Region: "us"}, Fulfillments: []order.Fulfillment{f}}
}

func TestOf(t *testing.T) {
	t.Parallel()
	got := transit.Of(arrived(nil))
	if len(got) != 1 || got[0].Route != shop.NewRouteKey("ups", "US") || got[0].Pace != (shop.Pace{Took: 100 * time.Hour, Pause: 60 * time.Hour}) {
		t.Fatalf("%+v", got)
	}
	if len(got[0].Parcel) != 24 || got[0].Parcel != transit.Of(arrived(nil))[0].Parcel {
		t.Errorf("the parcel is %q", got[0].Parcel)
	}
	silent := transit.Of(arrived(func(f *order.Fulfillment) { f.Events = nil }))
	if len(silent) != 1 || silent[0].Pace.Pause != 100*time.Hour {
		t.Errorf("without scans: %+v", silent)
	}
	for name, change := range map[string]func(*order.Fulfillment){
		"on its way":         func(f *order.Fulfillment) { f.Status = order.InTransit },
		"nobody knows when":  func(f *order.Fulfillment) { f.DeliveredAt = time.Time{} },
		"before it was sent": func(f *order.Fulfillment) { f.DeliveredAt = f.CreatedAt.Add(-time.Hour) },
		"a year":             func(f *order.Fulfillment) { f.CreatedAt = noon.AddDate(-1, 0, 0) },
		"no carrier":         func(f *order.Fulfillment) { f.Tracking[0].Company = "" },
		"no number":          func(f *order.Fulfillment) { f.Tracking = nil },
	} {
		if got := transit.Of(arrived(change)); len(got) != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestLearn(t *testing.T) {
	t.Parallel()
	many := func(carrier string, n int) []transit.Delivery {
		var list []transit.Delivery
		for i := range n {
			took := time.Duration(i+1) * time.Hour
			list = append(list, transit.Delivery{Parcel: fmt.Sprint(carrier, i), Route: shop.NewRouteKey(carrier, "US"), Pace: shop.Pace{Took: took, Pause: took / 2}})
		}
		return list
	}
	got := transit.Learn(append(many("UPS", 100), many("DHL", transit.Enough-1)...))
	if len(got) != 1 || got[shop.NewRouteKey("ups", "us")] != (shop.Pace{Took: 90 * time.Hour, Pause: 45 * time.Hour}) {
		t.Errorf("%v", got)
	}
	if got := transit.Learn(many("GLS", transit.Enough)); got[shop.NewRouteKey("gls", "US")].Took != 27*time.Hour {
		t.Errorf("of thirty the twenty-seventh: %v", got)
	}
}
