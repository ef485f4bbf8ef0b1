package resolver

import (
	"strconv"
	"strings"
	"time"

	"wismo/core/handoff"
	"wismo/core/order"
	"wismo/core/reply"
)

// status says where an order is: its own state first, then each parcel, then
// what is not shipped yet.
func (t *talk) status(o order.Order) {
	f := reply.Facts{Order: o.Name}
	parcels := live(o)
	switch {
	case !o.CancelledAt.IsZero():
		f.At = o.CancelledAt
		t.say("cancelled", f)
		for i, p := range parcels { // what could not be stopped any more
			if p.Status != order.LabelCreated {
				t.parcel(o, p, i+1)
			}
		}
		return
	case o.Financial == order.Refunded && len(parcels) == 0:
		t.say("refunded", f)
		return
	case len(parcels) > 0:
		t.parcels(o, parcels)
	case len(o.OnHold) > 0:
		t.say(holdKey(o.OnHold[0]), f)
	case digital(o):
		t.say("digital", f)
	case parcelsHidden(o):
		t.say("parcels_hidden", f)
	default:
		t.preparing(o)
	}
	switch o.Returns {
	case order.ReturnRequested:
		t.say("return_requested", f)
	case order.ReturnInProgress:
		t.say("return_in_progress", f)
	}
	switch o.Financial {
	case order.Refunded:
		t.say("refunded", f)
	case order.PartiallyRefunded:
		t.say("partly_refunded", f)
	}
}

// parcelsHidden reports whether the store shows no parcel, and would show none if
// there were any.
func parcelsHidden(o order.Order) bool {
	return len(o.Fulfillments) == 0 && o.Lacks(order.UnreadFulfillments)
}

// holdKey is the wording for a hold. What a fraud review is about is told to
// nobody.
func holdKey(h order.Hold) string {
	switch h {
	case order.HoldAddress, order.HoldPayment, order.HoldInventory:
		return "on_hold_" + string(h)
	default:
		return "on_hold"
	}
}

func (t *talk) preparing(o order.Order) {
	f := reply.Facts{Order: o.Name}
	if o.Method == order.Pickup {
		t.say("pickup_preparing", f)
		return
	}
	t.say("preparing", f)
	late := pastHandling(o, t.in.Shop, t.in.Now)
	switch {
	case late:
	case !o.FulfillBy.IsZero():
		t.say("ship_by", reply.Facts{Due: o.FulfillBy})
	case t.in.Shop.HandlingDays > 0:
		t.sayRanked("handling", reply.Facts{Count: t.in.Shop.HandlingDays}, 1)
	}
	if takes := t.in.Shop.DeliveryTimes[o.Contacts.Region].In(t.language()); takes != "" {
		t.sayRanked("delivery_time", reply.Facts{Text: takes}, 2)
	}
}

// live lists the parcels that were not cancelled.
func live(o order.Order) []order.Fulfillment {
	var out []order.Fulfillment
	for _, f := range o.Fulfillments {
		if f.Status != order.Cancelled {
			out = append(out, f)
		}
	}
	return out
}

func (t *talk) parcels(o order.Order, parcels []order.Fulfillment) {
	switch {
	case o.Lacks(order.UnreadFulfillments):
		t.say("in_many_parts", reply.Facts{Order: o.Name, Count: len(parcels)})
	case len(parcels) > 1:
		t.say("in_parts", reply.Facts{Order: o.Name, Count: len(parcels)})
	}
	for i, p := range parcels {
		number := 0
		if len(parcels) > 1 {
			number = i + 1
		}
		t.parcel(o, p, number)
	}
	switch n := waiting(o); {
	case n > 0 && o.Lacks(order.UnreadItems):
		t.say("unshipped_some", reply.Facts{})
	case n > 0:
		t.say("unshipped", reply.Facts{Count: n})
	}
}

func (t *talk) parcel(o order.Order, p order.Fulfillment, number int) {
	f := reply.Facts{Order: o.Name, Number: number}
	if len(p.Tracking) > 0 {
		f.Carrier = p.Tracking[0].Company
	}
	f.At, f.Place, f.HasTime = lastSeen(p)
	if p.Status == order.Delivered {
		f.Place, f.HasTime = "", false
	}
	if key := string(p.Status); o.Method == order.Pickup && (p.Status == order.StatusUnknown || p.Status == order.Shipped) {
		t.say("pickup_done", f) // nothing was sent
	} else {
		t.say(key, f)
	}
	if o.CancelledAt.IsZero() {
		t.expected(p)
	}
	if link := linkOf(p); link != "" {
		t.say("link", reply.Facts{Link: link})
	}
}

// expected says when a parcel should come, only if carrier or store says so.
func (t *talk) expected(p order.Fulfillment) {
	due := estimate(p)
	switch p.Status {
	case order.LabelCreated, order.Shipped, order.InTransit, order.OutForDelivery, order.Delayed, order.StatusUnknown:
	default:
		return
	}
	if due.IsZero() {
		return
	}
	loc := t.in.Shop.Location
	key := "expected"
	if dayOf(due, loc).Before(dayOf(t.in.Now, loc)) {
		key = "was_expected"
	} else {
		t.promise(due)
	}
	t.say(key, reply.Facts{Due: due})
}

func dayOf(at time.Time, loc *time.Location) time.Time {
	y, m, d := at.In(loc).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, loc)
}

// lastSeen is when and where a parcel was last scanned; for one marked as
// sent without any scan it is when that was.
func lastSeen(p order.Fulfillment) (at time.Time, place string, hasTime bool) {
	switch {
	case p.Status == order.Delivered:
		return deliveredAt(p), "", false
	case len(p.Events) > 0:
		e := p.Events[0]
		return e.At, e.Place, true
	case p.Status == order.Shipped:
		return p.CreatedAt, "", false
	default:
		return time.Time{}, "", false
	}
}

func deliveredAt(p order.Fulfillment) time.Time {
	if !p.DeliveredAt.IsZero() {
		return p.DeliveredAt
	}
	for _, e := range p.Events {
		if e.Status == order.Delivered {
			return e.At
		}
	}
	return time.Time{}
}

// linkOf is where to follow a parcel: the carrier's page, never the store's own
// about the order, which shows address and payment to whoever has the link.
func linkOf(p order.Fulfillment) string {
	for _, i := range p.Tracking {
		if strings.HasPrefix(i.URL, "https://") || strings.HasPrefix(i.URL, "http://") {
			return i.URL
		}
	}
	return ""
}

// orderFacts is an order for the agent's eyes.
func orderFacts(o order.Order) []handoff.Fact {
	facts := []handoff.Fact{{Name: "order", Value: o.Name}, {Name: "placed", Value: stamp(o.CreatedAt)}}
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, handoff.Fact{Name: name, Value: value})
		}
	}
	add("payment", string(o.Financial))
	add("returns", string(o.Returns))
	if !o.CancelledAt.IsZero() {
		add("cancelled", stamp(o.CancelledAt))
	}
	for _, h := range o.OnHold {
		add("on hold", string(h))
	}
	for i, p := range o.Fulfillments {
		name := "parcel " + strconv.Itoa(i+1)
		add(name, parcelFact(p))
		for _, tr := range p.Tracking {
			add(name+" tracking", strings.TrimSpace(tr.Company+" "+tr.Number+" "+tr.URL))
		}
	}
	for _, i := range o.Items {
		add("item", strconv.Itoa(i.Quantity)+" x "+i.Title)
	}
	if n := waiting(o); n > 0 {
		atLeast := ""
		if o.Lacks(order.UnreadItems) {
			atLeast = "at least "
		}
		add("not shipped", atLeast+strconv.Itoa(n)+" items")
	}
	add("status page, for you alone", o.StatusURL)
	for _, n := range o.Notes {
		add("written to the customer "+stamp(n.At), n.Text)
	}
	for _, part := range o.Unread {
		add("not readable", part)
	}
	return facts
}

func parcelFact(p order.Fulfillment) string {
	s := string(p.Status) + ", made " + stamp(p.CreatedAt)
	if at, place, _ := lastSeen(p); !at.IsZero() {
		s += ", last seen " + stamp(at)
		if place != "" {
			s += " in " + place
		}
	}
	if due := estimate(p); !due.IsZero() {
		s += ", expected " + stamp(due)
	}
	return s
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}
