package resolver

import (
	"time"

	"wismo/core/handoff"
	"wismo/core/order"
	"wismo/core/shop"
)

// finding is what an order's state asks for beside telling it.
type finding struct {
	reason handoff.Reason // empty: nothing
	detail string
}

// assess judges an order's state at now: is there anything that a person
// should look at? The first finding counts.
func assess(o order.Order, s shop.Shop, now time.Time) finding {
	switch {
	case !o.CancelledAt.IsZero():
		return finding{handoff.UnusualState, "The order is cancelled, and the customer still asks about it."}
	case o.Financial == order.Refunded, o.Financial == order.PartiallyRefunded:
		return finding{handoff.UnusualState, "The order is refunded or partly refunded, and the customer still asks about it."}
	case len(o.OnHold) > 0:
		return finding{handoff.UnusualState, "The order is on hold (" + string(o.OnHold[0]) + ")."}
	}
	for _, f := range o.Fulfillments {
		if x := assessParcel(f, s, routeOf(o, f, s), now); x.reason != "" {
			return x
		}
	}
	if parcelsHidden(o) && !digital(o) {
		return finding{handoff.UnusualState, "The store does not show the parcels of its orders: `wismo check` says why."}
	}
	if waiting(o) > 0 && len(o.Fulfillments) == 0 && pastHandling(o, s, now) {
		return finding{handoff.UnusualState, "Not shipped although the promised handling time has passed."}
	}
	return finding{}
}

// routeOf are the thresholds for a parcel's carrier and destination.
func routeOf(o order.Order, f order.Fulfillment, s shop.Shop) shop.Thresholds {
	carrier := ""
	if len(f.Tracking) > 0 {
		carrier = f.Tracking[0].Company
	}
	return s.Stalled.On(carrier, o.Contacts.Region)
}

func assessParcel(f order.Fulfillment, s shop.Shop, late shop.Thresholds, now time.Time) finding {
	switch f.Status {
	case order.NotDelivered, order.Failure:
		return finding{handoff.UnusualState, "The carrier could not deliver the parcel."}
	case order.Returning:
		return finding{handoff.UnusualState, "The parcel is on its way back to the shop."}
	case order.LabelCreated:
		if s.Calendar.WorkingDays(f.CreatedAt, now, s.Location) > late.NeverScanned {
			return finding{handoff.StalledParcel, "The carrier has never scanned the parcel since the label was made."}
		}
	case order.Shipped, order.InTransit, order.Delayed, order.StatusUnknown:
		if due := estimate(f); !due.IsZero() && now.Sub(due) > late.PastEstimate {
			return finding{handoff.StalledParcel, "The estimated delivery passed some time ago."}
		}
		if unheard(f) {
			if !f.CreatedAt.IsZero() && now.Sub(f.CreatedAt) > late.Unheard {
				return finding{handoff.StalledParcel, "The parcel left some time ago, and nothing is known of its way."}
			}
			break
		}
		if last := lastHeard(f); !last.IsZero() && now.Sub(last) > late.NoMovement {
			return finding{handoff.StalledParcel, "The parcel has not moved for some time."}
		}
	}
	return finding{}
}

// unheard reports whether nothing is known of a parcel's way.
func unheard(f order.Fulfillment) bool { return f.Status == order.Shipped && len(f.Events) == 0 }

// unheardTooLong reports whether a parcel of which nothing is known is under way for
// longer than others stand still.
func unheardTooLong(o order.Order, s shop.Shop, now time.Time) bool {
	for _, f := range o.Fulfillments {
		if unheard(f) && !f.CreatedAt.IsZero() && now.Sub(f.CreatedAt) > routeOf(o, f, s).NoMovement {
			return true
		}
	}
	return false
}

// estimate is when a parcel is expected, the carrier's newest word first.
func estimate(f order.Fulfillment) time.Time {
	for _, e := range f.Events {
		if !e.EstimatedAt.IsZero() {
			return e.EstimatedAt
		}
	}
	return f.EstimatedAt
}

// lastHeard is when a parcel last moved, its making if nothing was heard.
func lastHeard(f order.Fulfillment) time.Time {
	last := f.CreatedAt
	for _, e := range f.Events {
		if e.At.After(last) {
			last = e.At
		}
	}
	return last
}

// waiting counts the items that have yet to be shipped.
func waiting(o order.Order) int {
	n := 0
	for _, i := range o.Items {
		if i.RequiresShipping {
			n += i.Unfulfilled
		}
	}
	return n
}

// digital reports whether nothing of the order is ever shipped.
func digital(o order.Order) bool {
	for _, i := range o.Items {
		if i.RequiresShipping {
			return false
		}
	}
	return len(o.Items) > 0 && !o.Lacks(order.UnreadItems)
}

func pastHandling(o order.Order, s shop.Shop, now time.Time) bool {
	if !o.FulfillBy.IsZero() {
		return now.After(o.FulfillBy)
	}
	return s.HandlingDays > 0 && s.Calendar.WorkingDays(o.CreatedAt, now, s.Location) > s.HandlingDays
}

// delivered reports whether every parcel of the order has arrived and nothing
// is left to ship.
func delivered(o order.Order) bool {
	if len(o.Fulfillments) == 0 || o.Lacks(order.UnreadFulfillments) {
		return false
	}
	for _, f := range o.Fulfillments {
		if f.Status != order.Delivered && f.Status != order.Cancelled {
			return false
		}
	}
	return anyDelivered(o) && waiting(o) == 0
}

func anyDelivered(o order.Order) bool {
	for _, f := range o.Fulfillments {
		if f.Status == order.Delivered {
			return true
		}
	}
	return false
}

// shipped reports whether anything of the order has left.
func shipped(o order.Order) bool {
	for _, f := range o.Fulfillments {
		if f.Status != order.Cancelled && f.Status != order.LabelCreated {
			return true
		}
	}
	return false
}
