package resolver

import (
	"strconv"
	"strings"
	"time"

	"wismo/core/conversation"
	"wismo/core/handoff"
	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/reply"
)

const (
	// lookAt is the hour of the day after the one that was named, in the shop's
	// time zone, at which a promise is looked at.
	lookAt = 10
	// maxLooks bounds how often one promise is looked at.
	maxLooks = 5
	// lookAgain is the pause after the store could not be read for a promise.
	lookAgain = time.Hour
	// window is how long after the customer's last message WhatsApp lets a
	// business write freely (Twilio, error 63016).
	window = 24 * time.Hour
)

// promise remembers that the customer was told to expect something on a day.
// The earliest day named counts.
func (t *talk) promise(due time.Time) {
	loc := t.in.Shop.Location
	at := dayOf(due, loc).AddDate(0, 0, 1).Add(lookAt * time.Hour)
	if !at.After(t.in.Now) {
		return
	}
	if p := t.d.State.Promise; p == nil || p.Ref != t.ref || at.Before(p.At) || !p.At.After(t.in.Now) {
		t.d.State.Promise = &conversation.Promise{Ref: t.ref, Due: due, At: at, Looks: t.looks()}
	}
}

// looks is how often the promise that is due has been looked at, this time
// included; 0 if none is.
func (t *talk) looks() int {
	if !t.promiseDue() {
		return 0
	}
	return t.in.State.Promise.Looks + 1
}

// promiseUnread puts a promise off whose order cannot be read now, and hands
// off when that goes on.
func (t *talk) promiseUnread() bool {
	t.rule("promise_put_off")
	t.d.Strike = true
	p := *t.in.State.Promise
	if p.Looks++; p.Looks >= maxLooks {
		return t.handOff(handoff.StoreDown, "The customer was told to expect the order by now; it could not be looked up.", "Look the order up by hand and tell the customer.", "")
	}
	p.At = t.in.Now.Add(lookAgain)
	t.d.State.Promise = &p
	return true
}

// keepPromise looks at an order for which the named day has passed: the
// customer hears how it stands, if the channel still lets us write, and what
// has not come is handed off before they ask.
func (t *talk) keepPromise(o order.Order) {
	t.rule("promise_due")
	t.d.State.Promise = nil
	found := assess(o, t.in.Shop, t.in.Now)
	switch {
	case delivered(o):
		t.rule("promise_kept")
		if t.mayWrite() {
			t.status(o)
			t.sayRanked("delivered_next", reply.Facts{}, 1)
			t.asked(conversation.AskedReceipt)
		}
	case found.reason != "" || !t.mayWrite() || t.looks() >= maxLooks:
		t.promiseHandedOff(o, found)
	default:
		t.say("update", reply.Facts{})
		t.status(o)
		if t.d.State.Promise == nil {
			// Late, and no new day is known: the next look is when it counts as stalled.
			t.d.State.Promise = &conversation.Promise{Ref: t.ref, Due: t.in.State.Promise.Due, At: t.in.Now.Add(t.in.Shop.Stalled.PastEstimate), Looks: t.looks()}
		}
	}
}

func (t *talk) promiseHandedOff(o order.Order, found finding) {
	detail, next, told := "The day that the customer was told has passed, and the order has not arrived.", "Look into it and tell the customer how it goes on.", "told_stalled"
	reason := handoff.StalledParcel
	if found.reason != "" {
		reason, detail = found.reason, detail+" "+found.detail
	}
	if t.mayWrite() {
		t.say("update", reply.Facts{})
		t.status(o)
	} else {
		detail, told = detail+" WhatsApp no longer lets us write freely: use a template or another way.", ""
	}
	t.handOff(reason, detail, next, told)
}

// mayWrite reports whether the channel lets us write unasked.
func (t *talk) mayWrite() bool {
	return t.in.Channel != message.WhatsApp || t.in.Now.Sub(t.in.State.HeardAt) < window
}

// print tells one state of an order from another.
func print(o order.Order) string {
	var b strings.Builder
	b.WriteString(string(o.Financial) + strconv.Itoa(waiting(o)))
	for _, f := range o.Fulfillments {
		b.WriteString("|" + string(f.Status) + " " + strconv.FormatInt(lastHeard(f).Unix(), 10) + " " + strconv.FormatInt(estimate(f).Unix(), 10))
	}
	return b.String()
}

// again says that nothing has changed, to somebody who asks once more, and
// remembers what is told now.
func (t *talk) again(o order.Order) {
	ref, now := t.in.Shop.Orders.Canonical(t.ref), print(o)
	if told := t.in.State.Told; told != nil && told.Ref == ref && told.Print == now {
		if t.in.Now.Sub(told.At) >= time.Hour {
			t.say("no_news", reply.Facts{At: told.At})
		}
		return
	}
	t.d.State.Told = &conversation.Told{Ref: ref, Print: now, At: t.in.Now}
}
