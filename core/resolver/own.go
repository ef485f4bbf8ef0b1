package resolver

import (
	"time"

	"wismo/core/order"
	"wismo/core/verify"
)

// ownWithin is how old an order may be that is meant without being named.
const ownWithin = 60 * 24 * time.Hour

// mayAskWithoutNumber reports whether the sender's own orders may be looked for: the
// shop allows it, no order is named or meant, and the sender's address counts.
func (t *talk) mayAskWithoutNumber() bool {
	if !t.in.Shop.WithoutNumber || t.ref != "" || t.other || t.doubted() || t.due() {
		return false
	}
	return t.in.Customer.Phone() != "" || t.in.Customer.EmailAddress() != ""
}

// takeOwn takes the sender's own orders for those that are meant: all that are open,
// the newest first, or the newest of all. If there is none, it is as if nobody had
// looked.
func (t *talk) takeOwn() {
	if t.ref != "" || t.looked == nil || t.looked.Hints != nil || !t.mayAskWithoutNumber() || t.looked.Failed {
		return
	}
	own := t.own()
	if len(own) == 0 {
		return
	}
	t.rule("own_order")
	t.setHint(own[0].Name)
	for _, o := range own[1:] {
		t.d.State.Queue = append(t.d.State.Queue, o.Name)
	}
	t.looked.Orders = own[:1]
}

// own lists the orders that are meant, of those that were found.
func (t *talk) own() []order.Order {
	var all, open []order.Order
	for _, o := range t.looked.Orders {
		if verify.Check(o, verify.Claimant{Address: t.in.Customer}, t.in.Shop.Region) != verify.Sender || t.in.Now.Sub(o.CreatedAt) > ownWithin {
			continue
		}
		all = append(all, o)
		if o.CancelledAt.IsZero() && o.Financial != order.Refunded && !delivered(o) {
			open = append(open, o)
		}
	}
	if len(open) > 0 {
		return open[:min(len(open), maxNamed)]
	}
	return all[:min(len(all), 1)]
}
