package resolver_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"wismo/core/conversation"
	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/reply"
	"wismo/core/resolver"
	"wismo/core/shop"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) // a Monday

func input(now time.Time, from message.Address) resolver.Input {
	s := shop.Defaults()
	s.Key, s.Name = "acme", "Acme"
	s.SupportEmail = "help@example.com"
	return resolver.Input{Now: now, Shop: s, Channel: message.SMS, Customer: from}
}

// ana's order with one parcel in the given state.
func parcelOrder(st order.FulfillmentStatus) order.Order {
	return order.Order{
		ID: "gid://1", Name: "#1001", CreatedAt: noon.AddDate(0, 0, -4), Financial: order.Paid,
		Contacts: order.Contacts{Emails: []string{"ana@example.com"}, Phones: []string{"+1 415 555 0101"}, Region: "US"},
		Items:    []order.LineItem{{Title: "Mug", Quantity: 1, RequiresShipping: true}},
		Fulfillments: []order.Fulfillment{{
			Status: st, CreatedAt: noon.AddDate(0, 0, -3), EstimatedAt: noon.AddDate(0, 0, 2),
			Tracking: []order.TrackingInfo{{Company: "UPS", Number: "1Z", URL: "https://t.example.com/1"}},
			Events:   []order.TrackingEvent{{Status: st, At: noon.Add(-3 * time.Hour), Place: "Oakland"}},
		}},
	}
}

func ana() message.Address { return message.Address{Channel: message.SMS, Value: "+14155550101"} }

func TestConversations(t *testing.T) {
	t.Parallel()
	voice, err := reply.New()
	if err != nil {
		t.Fatal(err)
	}
	late := parcelOrder(order.InTransit)
	late.Fulfillments[0].Events[0].At = noon.AddDate(0, 0, -8)
	late.Fulfillments[0].CreatedAt = noon.AddDate(0, 0, -9)
	late.Fulfillments[0].EstimatedAt = time.Time{}
	unscanned := parcelOrder(order.LabelCreated)
	unscanned.Fulfillments[0].CreatedAt = noon.AddDate(0, 0, -10)
	unheard := func(days int) order.Order {
		o := parcelOrder(order.Shipped)
		o.Fulfillments[0].CreatedAt, o.Fulfillments[0].EstimatedAt, o.Fulfillments[0].Events = noon.AddDate(0, 0, -days), time.Time{}, nil
		return o
	}
	overdue := parcelOrder(order.InTransit)
	overdue.Fulfillments[0].EstimatedAt = noon.AddDate(0, 0, -3)
	held := parcelOrder(order.InTransit)
	held.Fulfillments, held.OnHold = nil, []order.Hold{order.HoldFraud}
	stranger := message.Address{Channel: message.SMS, Value: "+14155550177"}
	type line struct {
		say    string
		want   []string // each stands in what is answered
		silent bool
		reason handoff.Reason
	}
	cases := map[string]struct {
		from   message.Address
		orders []order.Order
		lines  []line
	}{
		"status with link": {ana(), []order.Order{parcelOrder(order.InTransit)}, []line{
			{say: "where is my order #1001?", want: []string{"#1001 is on its way with UPS", "Oakland", "Expected Wed 25 Nov", "https://t.example.com/1", "Automated reply"}},
			{say: "thanks!", want: []string{"You're welcome"}},
			{say: "thanks", silent: true},
		}},
		"number asked for": {ana(), []order.Order{parcelOrder(order.InTransit)}, []line{
			{say: "where's my package", want: []string{"Which order"}},
			{say: "1001", want: []string{"on its way"}},
		}},
		"claim": {stranger, []order.Order{parcelOrder(order.InTransit)}, []line{
			{say: "where is order 1001", want: []string{"need to know that it's yours"}},
			{say: "ana@example.com", want: []string{"on its way"}},
			{say: "and when will it arrive", want: []string{"Expected"}},
		}},
		"wrong claim": {stranger, []order.Order{parcelOrder(order.InTransit)}, []line{
			{say: "where is order 1001, my mail is bob@example.com", want: []string{"couldn't match order 1001"}},
			{say: "sorry, ana@example.com", want: []string{"on its way"}},
		}},
		"claims closed then a person": {stranger, []order.Order{parcelOrder(order.InTransit)}, []line{
			{say: "order 1001 a@example.com", want: []string{"couldn't match"}},
			{say: "b@example.com", want: []string{"couldn't match"}},
			{say: "c@example.com", want: []string{"couldn't match"}},
			{say: "d@example.com", want: []string{"couldn't match"}},
			{say: "e@example.com", want: []string{"couldn't match"}},
			{say: "ana@example.com", want: []string{"can't check further details", "AGENT"}},
			{say: "AGENT", want: []string{"colleague"}, reason: handoff.Unverified},
		}},
		"delivered, not received": {ana(), []order.Order{parcelOrder(order.Delivered)}, []line{
			{say: "where is order 1001", want: []string{"was delivered", "NOT HERE"}},
			{say: "not here", want: []string{"sorry that #1001 isn't with you"}, reason: handoff.DeliveredNotReceived},
			{say: "hello??", silent: true},
		}},
		"delivered, denied": {ana(), []order.Order{parcelOrder(order.Delivered)}, []line{
			{say: "where is order 1001", want: []string{"was delivered"}},
			{say: "no it isn't", want: []string{"sorry"}, reason: handoff.DeliveredNotReceived},
		}},
		"says delivered but": {ana(), []order.Order{parcelOrder(order.Delivered)}, []line{{say: "#1001 says delivered but I never got it", want: []string{"sorry"}, reason: handoff.DeliveredNotReceived}}},
		"not delivered yet":  {ana(), []order.Order{parcelOrder(order.InTransit)}, []line{{say: "order 1001 never arrived", want: []string{"on its way"}}}},
		"no movement":        {ana(), []order.Order{late}, []line{{say: "where is 1001", want: []string{"on its way", "taking longer"}, reason: handoff.StalledParcel}}},
		"never scanned":      {ana(), []order.Order{unscanned}, []line{{say: "where is 1001", want: []string{"hasn't scanned"}, reason: handoff.StalledParcel}}},
		"nothing heard, a week": {ana(), []order.Order{unheard(7)}, []line{
			{say: "where is 1001", want: []string{"was sent with UPS"}},
			{say: "it never arrived", want: []string{"taking longer"}, reason: handoff.StalledParcel},
		}},
		"nothing heard, a day":   {ana(), []order.Order{unheard(1)}, []line{{say: "order 1001 never arrived", want: []string{"was sent with UPS"}}}},
		"nothing heard for long": {ana(), []order.Order{unheard(11)}, []line{{say: "where is 1001", want: []string{"taking longer"}, reason: handoff.StalledParcel}}},
		"payment of an order":    {ana(), []order.Order{parcelOrder(order.InTransit)}, []line{{say: "I was charged twice for order 1001!", want: []string{"has your request"}, reason: handoff.Request}}},
		"payment, a stranger": {stranger, []order.Order{parcelOrder(order.InTransit)}, []line{
			{say: "can you send me the invoice for order 1001", want: []string{"need to know that it's yours"}},
			{say: "ana@example.com", want: []string{"has your request"}, reason: handoff.Request},
		}},
		"thanks, and a question": {ana(), []order.Order{parcelOrder(order.InTransit)}, []line{
			{say: "where is 1001", want: []string{"on its way"}},
			{say: "ok thanks, can my wife fetch the thing instead of me?", want: []string{"didn't quite get that"}},
		}},
		"past its estimate":    {ana(), []order.Order{overdue}, []line{{say: "where is 1001", want: []string{"It was expected Fri 20 Nov"}, reason: handoff.StalledParcel}}},
		"held, fraud not said": {ana(), []order.Order{held}, []line{{say: "where is 1001", want: []string{"on hold"}, reason: handoff.UnusualState}}},
		"upset":                {ana(), []order.Order{parcelOrder(order.InTransit)}, []line{{say: "where is 1001 this is fucking ridiculous", want: []string{"on its way", "sorry for the trouble"}, reason: handoff.Upset}}},
		"asks for a person":    {ana(), nil, []line{{say: "can I talk to a human please", want: []string{"colleague is taking over"}, reason: handoff.Asked}}},
		"not understood twice": {ana(), nil, []line{
			{say: "blue monkey sandwich", want: []string{"didn't quite get that"}},
			{say: "purple", want: []string{"can't make that out"}, reason: handoff.NotUnderstood},
		}},
		"opt-out in free words": {ana(), nil, []line{{say: "please stop texting me", want: []string{"won't get any more"}}}},
		"opt-out by keyword":    {ana(), nil, []line{{say: "STOP", silent: true}}},
		"cancel while an order is talked about": {ana(), []order.Order{parcelOrder(order.InTransit)}, []line{
			{say: "where is 1001", want: []string{"on its way"}},
			{say: "CANCEL", want: []string{"CANCEL ends our text messages", "order 1001"}, reason: handoff.Request},
		}},
		"request": {ana(), []order.Order{parcelOrder(order.InTransit)}, []line{{say: "please cancel my order 1001", want: []string{"already on its way", "has your request"}, reason: handoff.Request}}},
		"second order": {ana(), []order.Order{parcelOrder(order.InTransit)}, []line{
			{say: "where is 1001", want: []string{"on its way"}},
			{say: "and order 1002?", want: []string{"To see order 1002"}},
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{in: input(noon, c.from), orders: c.orders}
			for _, l := range c.lines {
				texts, d := w.hear(t, voice, l.say)
				all := strings.Join(texts, " | ")
				if l.silent != (all == "") {
					t.Fatalf("%q: silent %v wanted, answered %q (rules %v)", l.say, l.silent, all, d.Rules)
				}
				for _, want := range l.want {
					if !strings.Contains(all, want) {
						t.Errorf("%q: %q does not stand in %q (rules %v)", l.say, want, all, d.Rules)
					}
				}
				var reason handoff.Reason
				if d.HandOff != nil {
					reason = d.HandOff.Case.Reason
				}
				if reason != l.reason {
					t.Errorf("%q: handed off for %q, want %q (rules %v)", l.say, reason, l.reason, d.Rules)
				}
			}
		})
	}
}

func TestStoreDown(t *testing.T) {
	t.Parallel()
	in := input(noon, ana())
	down := &resolver.Looked{Failed: true, Fault: fault.Unavailable}
	in.Heard = heard("where is order 1001")
	if ask := resolver.Plan(in); ask.Ref != "1001" || ask.Claim {
		t.Fatalf("asked %+v", ask)
	}
	d := resolver.Decide(in, down)
	if !said(d.Parts, "store_down") || d.State.Waiting == nil || !d.WakeAt.After(noon) {
		t.Fatalf("not told at once: %+v", d)
	}
	in.State, in.Heard = d.State, nil
	if d := resolver.Decide(in, nil); len(d.Parts) != 0 || d.WakeAt.IsZero() {
		t.Fatalf("an early wake-up must do nothing and wake again: %+v", d)
	}
	in.Now = d.WakeAt
	d = resolver.Decide(in, down)
	if len(d.Parts) != 0 || d.HandOff != nil || !d.WakeAt.After(in.Now) {
		t.Fatalf("the second failure must be silent: %+v", d)
	}
	in.State, in.Now = d.State, d.WakeAt
	back := resolver.Decide(in, &resolver.Looked{Orders: []order.Order{parcelOrder(order.InTransit)}})
	if !said(back.Parts, "in_transit") || back.State.Waiting != nil || back.State.Promise == nil || !back.WakeAt.Equal(back.State.Promise.At) {
		t.Fatalf("not answered when the store was back: %+v", back)
	}
	in.Now = noon.Add(16 * time.Minute)
	gone := resolver.Decide(in, down)
	if gone.HandOff == nil || gone.HandOff.Case.Reason != handoff.StoreDown || gone.State.Waiting != nil {
		t.Fatalf("not handed off: %+v", gone)
	}
}

func TestReturnsAreTold(t *testing.T) {
	t.Parallel()
	for state, want := range map[order.ReturnState]string{order.ReturnRequested: "return_requested", order.ReturnInProgress: "return_in_progress"} {
		o := parcelOrder(order.Delivered)
		o.Returns = state
		in := input(noon, ana())
		in.Heard = heard("what about my order 1001")
		if d := resolver.Decide(in, &resolver.Looked{Orders: []order.Order{o}}); !said(d.Parts, want) {
			t.Errorf("%s: %+v", state, d.Parts)
		}
	}
}

// A store that does not show its parcels has not said that nothing was shipped.
func TestParcelsThatAreNotShown(t *testing.T) {
	t.Parallel()
	o := parcelOrder(order.InTransit)
	o.Fulfillments, o.Unread, o.Items[0].Unfulfilled = nil, []string{order.UnreadFulfillments}, 1
	in := input(noon, ana())
	in.Heard = heard("where is order 1001")
	d := resolver.Decide(in, &resolver.Looked{Orders: []order.Order{o}})
	if !said(d.Parts, "parcels_hidden") || said(d.Parts, "preparing") || d.HandOff == nil || d.HandOff.Case.Reason != handoff.UnusualState {
		t.Errorf("%v: %+v", d.Rules, d.Parts)
	}
}

// A store that allows only so much says when it is this customer's turn.
func TestStoreSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	in := input(noon, ana())
	in.Heard = heard("where is order 1001")
	d := resolver.Decide(in, &resolver.Looked{Failed: true, Fault: fault.Unavailable, Until: noon.Add(40 * time.Second)})
	if !said(d.Parts, "store_down") || !d.WakeAt.Equal(noon.Add(40*time.Second)) {
		t.Errorf("woken at %v", d.WakeAt)
	}
	d = resolver.Decide(in, &resolver.Looked{Failed: true, Fault: fault.Unavailable, Until: noon.Add(time.Hour)})
	if d.WakeAt.After(noon.Add(in.Shop.StoreDownAfter)) {
		t.Errorf("woken at %v, which is too late for the hand-off", d.WakeAt)
	}
}

func TestReplyLimit(t *testing.T) {
	t.Parallel()
	in := input(noon, ana())
	in.RepliesLastHour = in.Shop.Limits.RepliesPerHour
	in.Heard = heard("hi")
	d := resolver.Decide(in, nil)
	if len(d.Parts) != 0 || d.HandOff == nil {
		t.Fatalf("want silence and one hand-off, got %+v", d)
	}
	in.State = d.State
	if d := resolver.Decide(in, nil); len(d.Parts) != 0 || d.HandOff != nil {
		t.Fatalf("want silence only, got %+v", d)
	}
}

func TestOtherCountriesAreNotAnswered(t *testing.T) {
	t.Parallel()
	in := input(noon, message.Address{Channel: message.SMS, Value: "+447700900123"})
	in.Heard = heard("hi")
	for countries, silent := range map[string]bool{"US": true, "GB": false} {
		in.Shop.Countries = []string{countries}
		if d := resolver.Decide(in, nil); (len(d.Parts) == 0) != silent {
			t.Errorf("allowed %s: %+v", countries, d.Parts)
		}
	}
}

func TestRememberedVerificationEnds(t *testing.T) {
	t.Parallel()
	in := input(noon, message.Address{Channel: message.SMS, Value: "+14155550177"})
	in.State = conversation.State{Ref: "1001", Verified: []conversation.Verified{{OrderID: "gid://1", Method: "claim", At: noon.Add(-25 * time.Hour)}}}
	in.Heard = heard("where is my order")
	looked := &resolver.Looked{Orders: []order.Order{parcelOrder(order.InTransit)}}
	if d := resolver.Decide(in, looked); d.Told != nil {
		t.Fatal("a proof of yesterday still counts")
	}
	in.State.Verified[0].At = noon.Add(-23 * time.Hour)
	if d := resolver.Decide(in, looked); d.Told == nil || !slices.Contains(d.Rules, "verified_claim") {
		t.Fatalf("a proof of today does not count: %v", d.Rules)
	}
}

func TestOneParcelAnswersFitTwoSegments(t *testing.T) {
	t.Parallel()
	voice, err := reply.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range []order.FulfillmentStatus{order.LabelCreated, order.Shipped, order.InTransit, order.OutForDelivery, order.AttemptedDelivery, order.ReadyForPickup, order.Delivered, order.Delayed} {
		o := parcelOrder(st)
		o.Fulfillments[0].Tracking[0].URL = "https://www.ups.com/track?loc=en_US&tracknum=1Z999AA10123456784&requester=WT"
		in := input(noon, ana())
		in.Heard = heard("where is order 1001")
		d := resolver.Decide(in, &resolver.Looked{Orders: []order.Order{o}})
		text, err := voice.Say(in.Shop, message.SMS, "en", d.Parts, noon)
		if err != nil {
			t.Fatal(err)
		}
		if len(text) > 306 {
			t.Errorf("%s: %d characters: %s", st, len(text), text)
		}
		if !strings.Contains(text, o.Fulfillments[0].Tracking[0].URL) {
			t.Errorf("%s: the link is missing: %s", st, text)
		}
	}
}
