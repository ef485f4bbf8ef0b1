package shop

import (
	"strings"
	"time"
)

// Thresholds are those past which a parcel needs a person.
type Thresholds struct {
	// NeverScanned is how many working days a label may wait for its first
	// scan.
	NeverScanned int
	// NoMovement is how long a parcel in transit may be without an event.
	NoMovement time.Duration
	// Unheard is how long a parcel may be under way of which the carrier tells
	// nothing at all, as where the store knows no scans: it is judged by its age.
	Unheard time.Duration
	// PastEstimate is how long the estimated delivery may have passed.
	PastEstimate time.Duration
}

// Stalled holds the thresholds, and others for some carriers and destinations.
type Stalled struct {
	Thresholds
	// Routes have thresholds of their own, as the shop has set them; what is zero in
	// them is as usual.
	Routes []Route
	// Learnt is how long the shop's parcels have taken, by route. What the shop has
	// set for a route counts before it.
	Learnt map[RouteKey]Pace
}

// Route is a carrier, a destination, or both, with thresholds.
type Route struct {
	RouteKey
	Thresholds
}

// RouteKey names parcels of a carrier to a country.
type RouteKey struct {
	// Carrier is the carrier's name in small letters, empty for any.
	Carrier string
	// Country is the ISO 3166 code of the destination, empty for any.
	Country string
}

// NewRouteKey returns the key of a route, whatever way its parts are written.
func NewRouteKey(carrier, country string) RouteKey {
	return RouteKey{strings.ToLower(strings.TrimSpace(carrier)), strings.ToUpper(strings.TrimSpace(country))}
}

// Pace is how long nine in ten of the parcels on a route have taken.
type Pace struct {
	// Took is from leaving the shop to the door.
	Took time.Duration
	// Pause is the longest without a scan on the way.
	Pause time.Duration
}

// On returns the thresholds of a route: as usual, as learnt, as the shop has set them
// for the carrier or the country, or for both, the latter counting most.
func (s Stalled) On(carrier, country string) Thresholds {
	th, key := s.Thresholds, NewRouteKey(carrier, country)
	if p, ok := s.Learnt[key]; ok && key.Carrier != "" && key.Country != "" {
		th.NoMovement, th.Unheard = near(p.Pause, th.NoMovement), near(p.Took, th.Unheard)
	}
	for _, fits := range []func(RouteKey) bool{
		func(k RouteKey) bool { return k.Carrier == "" && k.Country == key.Country },
		func(k RouteKey) bool { return k.Carrier == key.Carrier && k.Country == "" },
		func(k RouteKey) bool { return k == key },
	} {
		for _, r := range s.Routes {
			if fits(r.RouteKey) {
				th = r.over(th)
			}
		}
	}
	return th
}

// near keeps what was learnt within half and three times the usual, so that a few odd
// weeks can neither call a person for every parcel nor for none.
func near(learnt, usual time.Duration) time.Duration {
	return min(max(learnt, usual/2), 3*usual)
}

// over puts what t sets in the place of what is usual.
func (t Thresholds) over(usual Thresholds) Thresholds {
	if t.NeverScanned > 0 {
		usual.NeverScanned = t.NeverScanned
	}
	if t.NoMovement > 0 {
		usual.NoMovement = t.NoMovement
	}
	if t.Unheard > 0 {
		usual.Unheard = t.Unheard
	}
	if t.PastEstimate > 0 {
		usual.PastEstimate = t.PastEstimate
	}
	return usual
}
