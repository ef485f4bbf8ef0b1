package order

import (
	"cmp"
	"context"
	"time"
)

// Parcel is what a Tracker is told of a parcel: nothing of the order or of the
// customer.
type Parcel struct {
	// Number is the tracking number, without spaces.
	Number string
	// Company is the carrier's name as the store has it; empty if it names none.
	Company string
}

// Movement is what is known of a parcel's way now.
type Movement struct {
	// Status as the carrier tells it; StatusUnknown if it has not been heard of.
	Status FulfillmentStatus
	// RawStatus is the service's own word for it.
	RawStatus string
	// Company is the carrier's name, empty if the service does not say.
	Company string
	// URL is a page on which to follow the parcel, empty if there is none.
	URL string
	// EstimatedAt and DeliveredAt are zero if they are unknown.
	EstimatedAt, DeliveredAt time.Time
	// Events, newest first, with the carrier's own words.
	Events []TrackingEvent
}

// Tracker is the port to a service that asks carriers where parcels are.
type Tracker interface {
	// Track reads a parcel's way as it is now. A parcel that the service hears of
	// for the first time is registered with it; what it then knows, often nothing
	// yet, is a Movement with StatusUnknown and no error. An error is a
	// *fault.Error: fault.NotFound for what can be no tracking number of a carrier
	// that the service knows.
	Track(ctx context.Context, p Parcel) (Movement, error)
}

// Silent reports whether the store tells no more of a parcel's way than that it has
// left, or is about to, and there is a number by which to ask.
func (f Fulfillment) Silent() bool {
	if len(f.Events) > 0 || len(f.Tracking) == 0 || f.Tracking[0].Number == "" {
		return false
	}
	return f.Status == LabelCreated || f.Status == Shipped || f.Status == StatusUnknown
}

// Moved returns f as a Tracker tells it: its word counts before the store's, and
// what it does not know is left as it was.
func (f Fulfillment) Moved(m Movement) Fulfillment {
	if len(f.Tracking) > 0 {
		first := f.Tracking[0]
		first.Company, first.URL = cmp.Or(first.Company, m.Company), cmp.Or(first.URL, m.URL)
		f.Tracking = append([]TrackingInfo{first}, f.Tracking[1:]...)
	}
	if m.Status == StatusUnknown || m.Status == "" {
		return f
	}
	f.Status, f.RawStatus, f.Events = m.Status, m.RawStatus, m.Events
	if !m.EstimatedAt.IsZero() {
		f.EstimatedAt = m.EstimatedAt
	}
	if !m.DeliveredAt.IsZero() {
		f.DeliveredAt = m.DeliveredAt
	}
	return f
}
