package resolver

import (
	"time"

	"wismo/core/conversation"
	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/order"
	"wismo/core/reply"
	"wismo/core/shop"
	"wismo/core/understand"
	"wismo/core/verify"
)

// order answers what is asked about one order, once it may be told.
func (t *talk) order() bool {
	if !t.aboutOrder() || t.ref == "" || t.looked == nil {
		return false
	}
	t.d.State.Misses, t.d.State.Parted = 0, false
	if t.code != "" && t.tryCode() {
		return true
	}
	if t.looked.Failed && t.looked.Fault != fault.NotFound {
		if t.promiseDue() {
			return t.promiseUnread()
		}
		return t.storeFailed()
	}
	t.d.State.Waiting = nil
	o, method := t.match()
	switch {
	case method == verify.None && t.promiseDue():
		t.rule("promise_dropped")
		t.d.State.Promise = nil
		return true
	case method == verify.None:
		// What was not even looked at must not count: else one stranger could shut
		// an order for everybody, at the door that is shut for the stranger.
		t.d.Strike = t.claimsClosed()
		return t.upset() || t.unproven()
	}
	t.proven(o, method)
	if !t.asksOfOrder() {
		return t.upset() || t.notUnderstood()
	}
	t.asked(conversation.AskedNothing)
	if t.promiseDue() {
		t.keepPromise(o)
	} else {
		t.answer(o)
	}
	if len(t.d.Parts) > 0 || t.d.HandOff != nil {
		t.disclose(o, method)
	}
	return true
}

// asksOfOrder reports whether something is wanted of the order itself, and it
// is not only upset words or the wish for a person that brought it up.
func (t *talk) asksOfOrder() bool {
	if t.due() || t.gives() || t.other || t.deniesReceipt() {
		return true
	}
	for _, i := range orderIntents {
		if t.wants(i) {
			return true
		}
	}
	return false
}

// match returns the order that the customer may see, of those that were read.
func (t *talk) match() (order.Order, verify.Method) {
	if t.looked == nil {
		return order.Order{}, verify.None
	}
	c := t.claimant()
	if t.needsCode() {
		c.ClaimsClosed = true // by itself a claim opens nothing
	}
	if o, m := verify.Match(t.looked.Orders, c, t.in.Shop.Region); m != verify.None {
		return o, m
	}
	for _, o := range t.looked.Orders {
		if v, ok := t.d.State.Remembers(o.ID, t.in.Now); ok {
			return o, verify.Method(v.Method)
		}
	}
	return order.Order{}, verify.None
}

// unproven answers somebody who is not verified: word for word the same
// whether there is such an order or not.
func (t *talk) unproven() bool {
	switch {
	case t.in.Shop.Claim == shop.ClaimDeny || t.claimsClosed():
		t.rule("claims_closed")
		t.say("claims_closed", reply.Facts{Ref: t.ref})
		t.asked(conversation.AskedPerson)
	case t.needsCode() && t.typed():
		t.sendCode()
	case t.typed():
		t.rule("claim_refused")
		t.say("refused", reply.Facts{Ref: t.ref})
		t.asked(conversation.AskedContact)
	default:
		t.rule("contact_needed")
		t.say("ask_contact", reply.Facts{Ref: t.ref})
		t.asked(conversation.AskedContact)
	}
	return true
}

func (t *talk) proven(o order.Order, m verify.Method) {
	t.rule("verified_" + string(m))
	t.d.Strike = true
	t.remember(o.ID, m)
}

// remember keeps a proof for this conversation, unless one is kept already.
func (t *talk) remember(orderID string, m verify.Method) {
	if _, ok := t.d.State.Remembers(orderID, t.in.Now); ok {
		return
	}
	kept := make([]conversation.Verified, 0, len(t.d.State.Verified)+1)
	for _, v := range t.d.State.Verified {
		if v.OrderID != orderID && t.in.Now.Sub(v.At) < conversation.VerifiedFor {
			kept = append(kept, v)
		}
	}
	t.d.State.Verified = append(kept, conversation.Verified{OrderID: orderID, Method: string(m), At: t.in.Now})
}

// storeFailed tells the customer at once that it takes longer, asks again
// later, and hands off when the store stays away.
func (t *talk) storeFailed() bool {
	t.rule("store_" + t.looked.Fault.String())
	t.d.Strike = true
	w := conversation.Waiting{Since: t.in.Now}
	if t.in.State.Waiting != nil {
		w = *t.in.State.Waiting
	}
	gone := t.in.Now.Sub(w.Since)
	if gone >= t.in.Shop.StoreDownAfter {
		return t.handOff(handoff.StoreDown, "The store could not be read since "+w.Since.In(t.in.Shop.Location).Format("15:04 MST")+" ("+t.looked.Fault.String()+").", "Look the order up by hand and answer the customer.", "told_store_down")
	}
	if len(t.in.Heard) > 0 {
		t.say("store_down", reply.Facts{})
	}
	w.Tries++
	pause := 5 * time.Second << min(w.Tries, 5)
	if !t.looked.Until.IsZero() {
		pause = max(t.looked.Until.Sub(t.in.Now), time.Second)
	}
	w.Next = t.in.Now.Add(min(pause, max(t.in.Shop.StoreDownAfter-gone, time.Second)))
	t.d.State.Waiting = &w
	return true
}

// answer says what was asked of a verified order and hands off what needs a
// person.
func (t *talk) answer(o order.Order) {
	switch t.d.Intent {
	case understand.DeliveredNotReceived:
		t.answerNotReceived(o)
	case understand.DamagedOrWrong, understand.CancelOrder, understand.ChangeAddress, understand.ChangeOrder,
		understand.RefundStatus, understand.RefundRequest, understand.ReturnExchange, understand.OtherStore:
		t.answerRequest(o)
	default:
		t.answerStatus(o)
	}
}

func (t *talk) answerNotReceived(o order.Order) {
	if !anyDelivered(o) {
		t.answerStatus(o)
		if t.d.HandOff == nil && unheardTooLong(o, t.in.Shop, t.in.Now) {
			t.handOff(handoff.StalledParcel, "The customer says that it did not come; nothing is known of its way.", "Ask the carrier where the parcel is.", "told_stalled")
		}
		return
	}
	f := reply.Facts{Order: o.Name}
	for _, p := range o.Fulfillments {
		if p.Status == order.Delivered {
			f.At = deliveredAt(p)
		}
	}
	t.handOff(handoff.DeliveredNotReceived, "The carrier says delivered; the customer says it did not come.", "Ask the carrier for proof of delivery; check safe places and neighbours with the customer.", "")
	t.d.HandOff.Told = []reply.Part{{Key: "told_delivered_not_received", Facts: f}}
}

// answerStatus tells where the order is. A finding or an upset customer leads
// to a person as well.
func (t *talk) answerStatus(o order.Order) {
	t.again(o)
	t.status(o)
	found := assess(o, t.in.Shop, t.in.Now)
	switch {
	case found.reason == handoff.StalledParcel:
		t.handOff(found.reason, found.detail, "Ask the carrier to trace the parcel.", "told_stalled")
	case found.reason != "":
		t.handOff(found.reason, found.detail, "Look at the order and tell the customer how it goes on.", "told_unusual_state")
	case t.upsetBy != "":
		t.upset()
	case delivered(o):
		t.sayRanked("delivered_next", reply.Facts{}, 1)
		t.asked(conversation.AskedReceipt)
	}
}

// answerRequest tells what the order's state allows and hands the request to a
// person. A refund that is done needs none.
func (t *talk) answerRequest(o order.Order) {
	f, told := reply.Facts{Order: o.Name}, "told_request"
	if t.d.Intent == understand.RefundRequest && (o.Financial == order.Refunded || o.Financial == order.PartiallyRefunded) {
		t.d.Intent = understand.RefundStatus // there is one already
	}
	switch t.d.Intent {
	case understand.CancelOrder:
		t.canStill(o, "cancel_shipped")
	case understand.ChangeAddress, understand.ChangeOrder:
		t.canStill(o, "change_shipped")
	case understand.ReturnExchange, understand.RefundRequest:
		// A policy is no answer to somebody who is upset.
		if t.upsetBy == "" {
			t.returns()
		}
	case understand.DamagedOrWrong:
		told = "told_damaged"
	case understand.RefundStatus:
		switch o.Financial {
		case order.Refunded:
			t.say("refunded", f)
			return
		case order.PartiallyRefunded:
			t.say("partly_refunded", f)
		default:
			t.say("no_refund", f)
		}
	}
	if t.upsetBy != "" {
		told = "told_upset"
	}
	t.handOff(handoff.Request, "The customer asks: "+string(t.d.Intent)+". "+stateOf(o), "", told)
}

// canStill says whether an order can still be stopped or changed: shipped is
// the wording for one that is on its way.
func (t *talk) canStill(o order.Order, shippedKey string) {
	f := reply.Facts{Order: o.Name}
	switch {
	case !o.CancelledAt.IsZero():
		t.status(o)
	case delivered(o):
		t.status(o)
		t.returns()
	case shipped(o):
		t.say(shippedKey, f)
		if shippedKey == "cancel_shipped" {
			t.returns()
		}
	case parcelsHidden(o):
		t.say("parcels_hidden", f)
	default:
		t.say("not_shipped_yet", f)
	}
}

// returns tells how the shop takes things back.
func (t *talk) returns() {
	if text := t.in.Shop.ReturnPolicy.In(t.language()); text != "" {
		t.sayRanked("policy", reply.Facts{Text: text}, 1)
	}
	if t.in.Shop.ReturnPortal != "" {
		t.say("return_portal", reply.Facts{Link: t.in.Shop.ReturnPortal})
	}
}

// stateOf is in a word, for the agent, what can still be done.
func stateOf(o order.Order) string {
	switch {
	case !o.CancelledAt.IsZero():
		return "The order is cancelled."
	case delivered(o):
		return "The order is delivered."
	case shipped(o):
		return "The order is on its way."
	case parcelsHidden(o):
		return "The store does not show whether the order has been shipped."
	default:
		return "The order has not been shipped yet."
	}
}

// disclose names what the customer is told of the order.
func (t *talk) disclose(o order.Order, m verify.Method) {
	d := &Disclosure{OrderID: o.ID, OrderName: o.Name, Method: m, Facts: []string{"status"}}
	seen := map[string]bool{}
	for _, p := range t.d.Parts {
		f := p.Facts
		for name, has := range map[string]bool{"carrier": f.Carrier != "", "place": f.Place != "", "link": f.Link != "", "date": !f.At.IsZero() || !f.Due.IsZero()} {
			seen[name] = seen[name] || has
		}
	}
	for _, name := range []string{"carrier", "place", "link", "date"} {
		if seen[name] {
			d.Facts = append(d.Facts, name)
		}
	}
	t.d.Told = d
}
