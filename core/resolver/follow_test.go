package resolver_test

import (
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
)

// told asks where order 1001 is by the given channel and returns the world in
// which the bot has named Wednesday as the day.
func told(t *testing.T, channel message.Channel) *world {
	t.Helper()
	in := input(noon, message.Address{Channel: channel, Value: "+14155550101"})
	in.Channel = channel
	w := &world{in: in, orders: []order.Order{parcelOrder(order.InTransit)}}
	_, d := w.hear(t, speaker(t), "where is order 1001?")
	if d.State.Promise == nil || !d.WakeAt.Equal(time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)) {
		t.Fatalf("no promise is remembered: %+v, to be looked at %v", d.State.Promise, d.WakeAt)
	}
	return w
}

func speaker(t *testing.T) *reply.Voice {
	t.Helper()
	v, err := reply.New()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// due takes the turn for which the conversation is woken up at the given time.
func (w *world) due(at time.Time) resolver.Decision {
	w.in.Now, w.in.Heard = at, nil
	var looked *resolver.Looked
	if ask := resolver.Plan(w.in); ask.Ref != "" {
		looked = w.find(ask.Ref)
	}
	d := resolver.Decide(w.in, looked)
	w.in.State = d.State
	return d
}

var thursday = time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)

func TestPromiseIsLookedAt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		channel message.Channel
		now     func(*order.Order)
		says    []string
		handOff handoff.Reason
		again   bool // another look is due later
	}{
		"arrived by SMS": {message.SMS, func(o *order.Order) {
			o.Fulfillments[0].Status, o.Fulfillments[0].DeliveredAt = order.Delivered, thursday.Add(-20*time.Hour)
		}, []string{"delivered", "link", "delivered_next"}, "", false},
		"arrived by WhatsApp, too late to write": {message.WhatsApp, func(o *order.Order) {
			o.Fulfillments[0].Status = order.Delivered
		}, nil, "", false},
		"late by SMS": {message.SMS, func(o *order.Order) {
			o.Fulfillments[0].Events[0].At = thursday.Add(-20 * time.Hour)
		}, []string{"update", "in_transit", "was_expected", "link"}, "", true},
		"late by WhatsApp": {message.WhatsApp, func(o *order.Order) {
			o.Fulfillments[0].Events[0].At = thursday.Add(-20 * time.Hour)
		}, nil, handoff.StalledParcel, false},
		"moved to another day": {message.SMS, func(o *order.Order) {
			o.Fulfillments[0].EstimatedAt, o.Fulfillments[0].Events[0].At = thursday.AddDate(0, 0, 2), thursday.Add(-time.Hour)
		}, []string{"update", "in_transit", "expected", "link"}, "", true},
		"on its way back": {message.SMS, func(o *order.Order) {
			o.Fulfillments[0].Status = order.Returning
		}, []string{"update", "return_to_sender", "link"}, handoff.UnusualState, false},
		"cancelled": {message.SMS, func(o *order.Order) { o.CancelledAt = thursday }, []string{"update", "cancelled", "in_transit", "link"}, handoff.UnusualState, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := told(t, c.channel)
			c.now(&w.orders[0])
			d := w.due(thursday)
			var says []string
			for _, p := range d.Parts {
				says = append(says, p.Key)
			}
			if strings.Join(says, " ") != strings.Join(c.says, " ") {
				t.Errorf("says %v, want %v (rules %v)", says, c.says, d.Rules)
			}
			if (d.HandOff == nil) != (c.handOff == "") || d.HandOff != nil && d.HandOff.Case.Reason != c.handOff {
				t.Errorf("hand-off %+v, want %q", d.HandOff, c.handOff)
			}
			if (d.State.Promise != nil) != c.again || c.again != d.WakeAt.After(thursday) {
				t.Errorf("promise %+v, woken %v; another look wanted: %v", d.State.Promise, d.WakeAt, c.again)
			}
			if (len(d.Parts) > 0) != (d.Told != nil) && c.handOff == "" {
				t.Errorf("said %v, disclosed %+v", says, d.Told)
			}
		})
	}
}

func TestLatePromiseEndsWithAPerson(t *testing.T) {
	t.Parallel()
	w := told(t, message.SMS)
	w.orders[0].Fulfillments[0].Events[0].At = thursday.Add(-time.Hour)
	d := w.due(thursday)
	for n := 0; d.HandOff == nil; n++ {
		if n > 5 || !d.WakeAt.After(w.in.Now) {
			t.Fatalf("look %d: %+v", n, d)
		}
		w.orders[0].Fulfillments[0].Events[0].At = d.WakeAt.Add(-time.Hour)
		d = w.due(d.WakeAt)
	}
	if d.HandOff.Case.Reason != handoff.StalledParcel || len(d.HandOff.Told) == 0 || !d.WakeAt.IsZero() {
		t.Errorf("ended with %+v, woken %v", d.HandOff, d.WakeAt)
	}
}

// A promise that cannot or may not be kept does no harm.
func TestPromiseThatIsNotKept(t *testing.T) {
	t.Parallel()
	t.Run("the store is down", func(t *testing.T) {
		t.Parallel()
		w := told(t, message.SMS)
		at := thursday
		for range 10 {
			w.in.Now, w.in.Heard = at, nil
			d := resolver.Decide(w.in, &resolver.Looked{Failed: true, Fault: fault.Unavailable})
			if w.in.State = d.State; d.HandOff != nil {
				if d.HandOff.Case.Reason != handoff.StoreDown || !d.WakeAt.IsZero() {
					t.Errorf("handed off %+v, woken %v", d.HandOff, d.WakeAt)
				}
				return
			}
			if len(d.Parts) != 0 || !d.WakeAt.After(at) {
				t.Fatalf("said %v, woken %v", d.Parts, d.WakeAt)
			}
			at = d.WakeAt
		}
		t.Error("never handed off")
	})
	for name, change := range map[string]func(*world){
		"opted out":     func(w *world) { w.in.OptedOut = true },
		"with a person": func(w *world) { w.in.HandOff = true },
		"order is gone": func(w *world) { w.orders = nil },
		"contacts have changed": func(w *world) {
			w.orders[0].Contacts = order.Contacts{Emails: []string{"new@example.com"}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := told(t, message.SMS)
			change(w)
			if d := w.due(thursday); len(d.Parts) != 0 || d.HandOff != nil || d.Told != nil || !d.WakeAt.IsZero() {
				t.Errorf("parts %v, hand-off %+v, told %+v, woken %v", d.Parts, d.HandOff, d.Told, d.WakeAt)
			}
		})
	}
	t.Run("kept silent by the reply limit", func(t *testing.T) {
		t.Parallel()
		w := told(t, message.SMS)
		w.in.RepliesLastHour = w.in.Shop.Limits.RepliesPerHour
		if d := w.due(thursday); !d.WakeAt.After(thursday) && !d.WakeAt.IsZero() {
			t.Errorf("it comes back at once: %v", d.WakeAt)
		}
	})
}

func TestSeveralOrders(t *testing.T) {
	t.Parallel()
	second := parcelOrder(order.Delivered)
	second.ID, second.Name = "gid://2", "#1002"
	both := []order.Order{parcelOrder(order.InTransit), second}
	say := func(t *testing.T, w *world, text string) string {
		t.Helper()
		texts, _ := w.hear(t, speaker(t), text)
		return strings.Join(texts, " | ")
	}
	t.Run("named together", func(t *testing.T) {
		t.Parallel()
		w := &world{in: input(noon, ana()), orders: both}
		if got := say(t, w, "where are my orders 1001 and 1002?"); !strings.Contains(got, "#1001 is on its way") {
			t.Fatalf("first %q", got)
		}
		d := w.due(noon)
		if !said(d.Parts, "delivered") || d.Parts[0].Facts.Order != "#1002" || len(d.State.Queue) != 0 {
			t.Errorf("second %+v", d)
		}
	})
	t.Run("the other one, of two", func(t *testing.T) {
		t.Parallel()
		w := &world{in: input(noon, ana()), orders: both}
		say(t, w, "where is 1001")
		say(t, w, "and 1002?")
		if got := say(t, w, "and the other order?"); !strings.Contains(got, "#1001 is on its way") {
			t.Errorf("answered %q", got)
		}
	})
	t.Run("the other one, unknown", func(t *testing.T) {
		t.Parallel()
		w := &world{in: input(noon, ana()), orders: both}
		say(t, w, "where is 1001")
		if got := say(t, w, "and the other order?"); !strings.Contains(got, "Which other order") {
			t.Errorf("answered %q", got)
		}
		if got := say(t, w, "1002"); !strings.Contains(got, "#1002 was delivered") {
			t.Errorf("answered %q", got)
		}
	})
	t.Run("a stranger is asked for the first only", func(t *testing.T) {
		t.Parallel()
		w := &world{in: input(noon, message.Address{Channel: message.SMS, Value: "+14155550177"}), orders: both}
		_, d := w.hear(t, speaker(t), "where are orders 1001 and 1002")
		if !said(d.Parts, "ask_contact") || !d.WakeAt.IsZero() {
			t.Errorf("parts %v, woken %v", d.Parts, d.WakeAt)
		}
	})
	t.Run("corrected", func(t *testing.T) {
		t.Parallel()
		for _, text := range []string{"sorry no, not 1001 I meant 1002", "it is 1002 not 1001", "order no 1002, not order #1001", "no, 1002"} {
			w := &world{in: input(noon, ana()), orders: both}
			say(t, w, "where is 1001")
			if got := say(t, w, text); !strings.Contains(got, "#1002") || strings.Contains(got, "#1001") || len(w.in.State.Queue) != 0 {
				t.Errorf("%q: answered %q", text, got)
			}
		}
	})
}

func TestAnswersToOurQuestions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		asked conversation.Question
		text  string
		want  string
		hand  handoff.Reason
	}{
		"found it":                   {conversation.AskedReceipt, "yes, found it", "found", ""},
		"has no number":              {conversation.AskedOrder, "no", "no_number", ""},
		"will give no contact":       {conversation.AskedContact, "no", "no_contact", ""},
		"wants the person offered":   {conversation.AskedPerson, "yes please", "", handoff.Unverified},
		"wants no person":            {conversation.AskedPerson, "no", "goodbye", ""},
		"what can I do? yes":         {conversation.AskedMeaning, "yes", "ask_order", ""},
		"yes to nothing":             {conversation.AskedNothing, "yes", "", ""},
		"did not find it":            {conversation.AskedReceipt, "no", "", handoff.DeliveredNotReceived},
		"has no number, in German":   {conversation.AskedOrder, "nein", "no_number", ""},
		"found it, in French":        {conversation.AskedReceipt, "oui", "found", ""},
		"did not find it, in Dutch":  {conversation.AskedReceipt, "nee", "", handoff.DeliveredNotReceived},
		"wants a person, in Spanish": {conversation.AskedPerson, "sí", "", handoff.Unverified},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{in: input(noon, ana()), orders: []order.Order{parcelOrder(order.Delivered)}}
			w.in.State = conversation.State{Asked: c.asked, Ref: "1001", Introduced: true}
			_, d := w.hear(t, speaker(t), c.text)
			if c.want != "" && !said(d.Parts, c.want) {
				t.Errorf("parts %+v, rules %v; want %s", d.Parts, d.Rules, c.want)
			}
			if (d.HandOff == nil) != (c.hand == "") || d.HandOff != nil && d.HandOff.Case.Reason != c.hand {
				t.Errorf("hand-off %+v, want %q (rules %v)", d.HandOff, c.hand, d.Rules)
			}
		})
	}
}

func TestStillNothing(t *testing.T) {
	t.Parallel()
	w := &world{in: input(noon, ana()), orders: []order.Order{parcelOrder(order.InTransit)}}
	w.hear(t, speaker(t), "where is 1001")
	w.in.Now = noon.Add(30 * time.Hour)
	texts, d := w.hear(t, speaker(t), "still nothing??")
	if !said(d.Parts, "no_news") || !strings.Contains(strings.Join(texts, " "), "nothing has changed since I wrote on Mon 23 Nov") {
		t.Errorf("answered %q (rules %v)", texts, d.Rules)
	}
	w.orders[0].Fulfillments[0].Events[0].At = noon.Add(40 * time.Hour)
	w.in.Now = noon.Add(42 * time.Hour)
	if _, d = w.hear(t, speaker(t), "and now?"); said(d.Parts, "no_news") {
		t.Errorf("there is news, and it was said that there is none: %v", d.Parts)
	}
}

func TestWhatTheStateAllows(t *testing.T) {
	t.Parallel()
	open := parcelOrder(order.InTransit)
	open.Fulfillments, open.Items[0].Unfulfilled = nil, 1
	refunded := parcelOrder(order.Delivered)
	refunded.Financial = order.Refunded
	for name, c := range map[string]struct {
		order   order.Order
		text    string
		says    []string
		handOff bool
	}{
		"cancel, not shipped":           {open, "please cancel my order 1001", []string{"not_shipped_yet"}, true},
		"cancel, on its way":            {parcelOrder(order.InTransit), "please cancel my order 1001", []string{"cancel_shipped", "policy", "return_portal"}, true},
		"address, not shipped":          {open, "I need to change the shipping address of order 1001", []string{"not_shipped_yet"}, true},
		"address, on its way":           {parcelOrder(order.InTransit), "I need to change the shipping address of order 1001", []string{"change_shipped"}, true},
		"return":                        {parcelOrder(order.Delivered), "I want to return order 1001", []string{"policy", "return_portal"}, true},
		"where is my refund, not given": {parcelOrder(order.Delivered), "where is my refund for order 1001", []string{"no_refund"}, true},
		"where is my refund, given":     {refunded, "where is my refund for order 1001", []string{"refunded"}, false},
		"a refund, given already":       {refunded, "I want a refund for order 1001", []string{"refunded"}, false},
		"damaged":                       {parcelOrder(order.Delivered), "order 1001 arrived broken", nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{in: input(noon, ana()), orders: []order.Order{c.order}}
			w.in.Shop.ReturnPolicy = map[string]string{"": "Within 30 days."}
			w.in.Shop.ReturnPortal = "https://example.com/returns"
			w.in.State.Introduced = true
			_, d := w.hear(t, speaker(t), c.text)
			var says []string
			for _, p := range d.Parts {
				says = append(says, p.Key)
			}
			if strings.Join(says, " ") != strings.Join(c.says, " ") {
				t.Errorf("says %v, want %v (intent %s)", says, c.says, d.Intent)
			}
			if (d.HandOff != nil) != c.handOff || d.HandOff != nil && (d.HandOff.Case.Reason != handoff.Request || len(d.HandOff.Told) == 0) {
				t.Errorf("hand-off %+v", d.HandOff)
			}
		})
	}
}
