package resolver_test

import (
	"slices"
	"strings"
	"testing"

	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/resolver"
	"wismo/core/shop"
	"wismo/core/verify"
)

// mailOf is a turn of one mail from that address.
func mailOf(from, text string, sender message.Authentication, hints ...string) resolver.Input {
	in := input(noon, message.Address{Channel: message.Email, Value: from})
	in.Channel, in.Digits, in.Salt = message.Email, "424242", "salt"
	in.Heard = heard(text)
	in.Heard[0].Sender, in.Heard[0].Hints = sender, hints
	return in
}

// settle decides a turn against a store of these orders.
func settle(in resolver.Input, orders ...order.Order) (resolver.Ask, resolver.Decision) {
	ask := resolver.Plan(in)
	find := func(ref string) (found []order.Order) {
		for _, o := range orders {
			if in.Shop.Orders.Canonical(o.Name) == in.Shop.Orders.Canonical(ref) {
				found = append(found, o)
			}
		}
		return found
	}
	switch {
	case ask.Ref != "":
		looked := &resolver.Looked{Orders: find(ask.Ref)}
		looked.Failed = len(looked.Orders) == 0
		if looked.Failed {
			looked.Fault = fault.NotFound
		}
		return ask, resolver.Decide(in, looked)
	case len(ask.Hints) > 0:
		looked := &resolver.Looked{Hints: map[string][]order.Order{}}
		for _, ref := range ask.Hints {
			looked.Hints[ref] = find(ref)
		}
		return ask, resolver.Decide(in, looked)
	}
	return ask, resolver.Decide(in, nil)
}

func TestMailSenders(t *testing.T) {
	t.Parallel()
	anas := parcelOrder(order.InTransit)
	for name, c := range map[string]struct {
		sender message.Authentication
		policy shop.UnauthenticatedPolicy
		told   verify.Method
		rule   string
		reads  bool
	}{
		"proven":                        {message.SenderProven, shop.UnauthenticatedHandOff, verify.Sender, "verified_sender", true},
		"unknown, answered":             {message.SenderUnknown, shop.UnauthenticatedAnswer, verify.Sender, "verified_sender", true},
		"unknown, a code is asked for":  {message.SenderUnknown, shop.UnauthenticatedCode, verify.None, "code_sent", true},
		"unknown, a person looks":       {message.SenderUnknown, shop.UnauthenticatedHandOff, verify.None, "sender_not_proven", false},
		"forged, whatever the policy":   {message.SenderFailed, shop.UnauthenticatedAnswer, verify.None, "sender_not_proven", false},
		"forged, where a code would do": {message.SenderFailed, shop.UnauthenticatedCode, verify.None, "sender_not_proven", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := mailOf("ana@example.com", "where is order 1001?", c.sender)
			in.Shop.Unauthenticated = c.policy
			ask, d := settle(in, anas)
			if told := d.Told != nil; told != (c.told != verify.None) || told && d.Told.Method != c.told {
				t.Errorf("told %+v, want by %q", d.Told, c.told)
			}
			if !slices.Contains(d.Rules, c.rule) || (ask.Ref != "") != c.reads {
				t.Errorf("rules %v, asked for %q", d.Rules, ask.Ref)
			}
			if c.rule == "sender_not_proven" && (len(d.Parts) > 0 || d.HandOff == nil || d.HandOff.Case.Reason != handoff.Unverified || len(d.HandOff.Told) > 0 || d.HandOff.Case.Order != nil) {
				t.Errorf("%+v", d)
			}
			if c.rule == "code_sent" && (d.Code == nil || d.Code.To != "ana@example.com") {
				t.Errorf("code %+v", d.Code)
			}
		})
	}
}

// Of several mails the worst sender counts, and it counts still when the store is
// read later.
func TestTheWorstSenderCounts(t *testing.T) {
	t.Parallel()
	in := mailOf("ana@example.com", "where is order 1001?", message.SenderProven)
	in.Heard = append(in.Heard, mailOf("ana@example.com", "hello?", message.SenderFailed).Heard...)
	if _, d := settle(in, parcelOrder(order.InTransit)); d.Told != nil || d.HandOff == nil {
		t.Errorf("%+v", d)
	}
	in = mailOf("ana@example.com", "where is order 1001?", message.SenderUnknown)
	in.Shop.Unauthenticated = shop.UnauthenticatedCode
	d := resolver.Decide(in, &resolver.Looked{Failed: true, Fault: fault.Unavailable})
	in.State, in.Heard, in.Now = d.State, nil, d.WakeAt
	if _, d := settle(in, parcelOrder(order.InTransit)); d.Told != nil || !slices.Contains(d.Rules, "code_sent") {
		t.Errorf("%+v", d)
	}
}

func TestTheTicketSaysThatTheSenderIsNotAuthenticated(t *testing.T) {
	t.Parallel()
	const want = "not authenticated"
	for sender, says := range map[message.Authentication]bool{message.SenderUnknown: true, message.SenderProven: false} {
		_, d := settle(mailOf("ana@example.com", "I want to talk to a person about order 1001", sender), parcelOrder(order.InTransit))
		if d.HandOff == nil || strings.Contains(d.HandOff.Case.Detail, want) != says {
			t.Errorf("%q: %+v", sender, d.HandOff)
		}
	}
}

func TestHints(t *testing.T) {
	t.Parallel()
	anas, second, bens := parcelOrder(order.InTransit), parcelOrder(order.OutForDelivery), parcelOrder(order.InTransit)
	second.ID, second.Name = "gid://2", "#1002"
	bens.ID, bens.Name, bens.Contacts = "gid://3", "#1003", order.Contacts{Emails: []string{"ben@example.com"}}
	for name, c := range map[string]struct {
		text  string
		hints []string
		told  string // the order that is told of, empty for none
		rule  string
	}{
		"in the subject":                  {"where is my order?", []string{"1001"}, "#1001", "order_hinted_at"},
		"one of two is the sender's":      {"where is my order?", []string{"1003", "1001"}, "#1001", "order_hinted_at"},
		"two are the sender's":            {"where is my order?", []string{"1002", "1001"}, "", "which_order"},
		"somebody else's":                 {"where is my order?", []string{"1003"}, "", "which_order"},
		"none of that number":             {"where is my order?", []string{"9999"}, "", "which_order"},
		"the customer's words come first": {"where is order 1002?", []string{"1001"}, "#1002", "verified_sender"},
		"nothing is wanted of an order":   {"thank you", []string{"1001"}, "", "parting"},
		"the other order":                 {"and the other order?", []string{"1001"}, "", "which_order"},
		"at most three are looked at":     {"where is my order?", []string{"9996", "9997", "9998", "1001"}, "", "which_order"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, d := settle(mailOf("ana@example.com", c.text, message.SenderProven, c.hints...), anas, second, bens)
			got := ""
			if d.Told != nil {
				got = d.Told.OrderName
			}
			if got != c.told || !slices.Contains(d.Rules, c.rule) {
				t.Errorf("told of %q, want %q; rules %v", got, c.told, d.Rules)
			}
		})
	}
}

// A stranger who quotes a number gets the very words that one without gets.
func TestAStrangersHintsTellNothing(t *testing.T) {
	t.Parallel()
	answer := func(hints ...string) []string {
		_, d := settle(mailOf("eve@example.com", "where is my order?", message.SenderProven, hints...), parcelOrder(order.InTransit))
		var keys []string
		for _, p := range d.Parts {
			keys = append(keys, p.Key+p.Facts.Ref+p.Facts.Order)
		}
		return append(keys, d.State.Ref)
	}
	want := answer()
	for _, hints := range [][]string{{"1001"}, {"9999"}, {"1001", "9999"}} {
		if got := answer(hints...); !slices.Equal(got, want) {
			t.Errorf("%v: %v, want %v", hints, got, want)
		}
	}
}

// A hint waits for the store as a number that was given does.
func TestAHintWaitsForTheStore(t *testing.T) {
	t.Parallel()
	in := mailOf("ana@example.com", "where is my order?", message.SenderProven, "1001")
	d := resolver.Decide(in, &resolver.Looked{Hints: map[string][]order.Order{}, Failed: true, Fault: fault.Unavailable})
	if d.State.Waiting == nil || !said(d.Parts, "store_down") {
		t.Fatalf("%+v", d)
	}
	in.State, in.Heard, in.Now = d.State, nil, d.WakeAt
	if _, d := settle(in, parcelOrder(order.InTransit)); d.Told == nil || d.Told.OrderName != "#1001" {
		t.Errorf("%+v", d)
	}
}
