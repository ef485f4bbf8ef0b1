// Package transit knows how long parcels take: what a delivered one tells of its
// way, and what many of them tell of a carrier and a country. It keeps nothing of
// whose they were: of a tracking number there is a hash, so that each counts once.
package transit

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"wismo/core/order"
	"wismo/core/shop"
)

// Delivery is what one delivered parcel tells.
type Delivery struct {
	// Parcel is a hash of the tracking number, so that none counts twice.
	Parcel string
	// Route it came by.
	Route shop.RouteKey
	// Pace of its own.
	Pace shop.Pace
}

const (
	// Enough is how many deliveries on a route tell something.
	Enough = 30
	// Within is how long a delivery counts.
	Within = 180 * 24 * time.Hour
	// longest is how long a parcel may have taken to be believed.
	longest = 120 * 24 * time.Hour
)

// Of returns what the delivered parcels of an order tell, nothing of those whose
// carrier, destination or times are not known.
func Of(o order.Order) []Delivery {
	var out []Delivery
	for _, f := range o.Fulfillments {
		if d, ok := deliveryOf(f, o.Contacts.Region); ok {
			out = append(out, d)
		}
	}
	return out
}

func deliveryOf(f order.Fulfillment, country string) (Delivery, bool) {
	if f.Status != order.Delivered || f.DeliveredAt.IsZero() || len(f.Tracking) == 0 || f.Tracking[0].Number == "" {
		return Delivery{}, false
	}
	route, began := shop.NewRouteKey(f.Tracking[0].Company, country), f.CreatedAt
	took := f.DeliveredAt.Sub(began)
	if route.Carrier == "" || route.Country == "" || began.IsZero() || took <= 0 || took > longest {
		return Delivery{}, false
	}
	sum := sha256.Sum256([]byte(f.Tracking[0].Number))
	return Delivery{Parcel: hex.EncodeToString(sum[:12]), Route: route, Pace: shop.Pace{Took: took, Pause: pause(f)}}, true
}

// pause is the longest time between two scans, up to the delivery; without scans, the
// whole way.
func pause(f order.Fulfillment) time.Duration {
	times := []time.Time{f.DeliveredAt}
	for _, e := range f.Events {
		if !e.At.IsZero() && e.At.Before(f.DeliveredAt) {
			times = append(times, e.At)
		}
	}
	if len(times) == 1 {
		return f.DeliveredAt.Sub(f.CreatedAt)
	}
	slices.SortFunc(times, time.Time.Compare)
	longest := time.Duration(0)
	for i := 1; i < len(times); i++ {
		longest = max(longest, times[i].Sub(times[i-1]))
	}
	return longest
}

// Learn returns how long nine in ten parcels have taken on each route of which enough
// deliveries are known.
func Learn(list []Delivery) map[shop.RouteKey]shop.Pace {
	took, paused := map[shop.RouteKey][]time.Duration{}, map[shop.RouteKey][]time.Duration{}
	for _, d := range list {
		took[d.Route] = append(took[d.Route], d.Pace.Took)
		paused[d.Route] = append(paused[d.Route], d.Pace.Pause)
	}
	learnt := map[shop.RouteKey]shop.Pace{}
	for route, times := range took {
		if len(times) >= Enough {
			learnt[route] = shop.Pace{Took: ninth(times), Pause: ninth(paused[route])}
		}
	}
	return learnt
}

// ninth is the 90th percentile, by nearest rank.
func ninth(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[(len(times)*9+9)/10-1]
}
