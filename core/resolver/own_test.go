package resolver_test

import (
	"slices"
	"testing"
	"time"

	"wismo/core/conversation"
	"wismo/core/fault"
	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/resolver"
	"wismo/core/shop"
)

// anas is an order of Ana's, so many days old.
func anas(name string, days int, status order.FulfillmentStatus) order.Order {
	o := parcelOrder(status)
	o.ID, o.Name, o.CreatedAt = name, name, noon.Add(-time.Duration(days)*24*time.Hour)
	return o
}

func without(text string) resolver.Input {
	in := input(noon, ana())
	in.Shop.WithoutNumber = true
	in.Heard = heard(text)
	return in
}

func TestOwnOrdersWithoutANumber(t *testing.T) {
	t.Parallel()
	foreign := anas("#2000", 1, order.InTransit)
	foreign.Contacts = order.Contacts{Emails: []string{"ben@example.com"}, Region: "US"}
	refunded := anas("#1009", 1, order.InTransit)
	refunded.Financial = order.Refunded
	for name, tt := range map[string]struct {
		found []order.Order
		told  string
		queue []string
	}{
		"one":                       {[]order.Order{anas("#1001", 3, order.InTransit)}, "#1001", nil},
		"several, the newest first": {[]order.Order{anas("#1003", 1, order.OutForDelivery), anas("#1001", 3, order.InTransit)}, "#1003", []string{"#1001"}},
		"what is open comes before what has arrived": {[]order.Order{anas("#1003", 1, order.Delivered), anas("#1001", 3, order.InTransit)}, "#1001", nil},
		"all have arrived: the newest":               {[]order.Order{anas("#1003", 1, order.Delivered), anas("#1001", 3, order.Delivered)}, "#1003", nil},
		"refunded is not open":                       {[]order.Order{refunded, anas("#1001", 3, order.InTransit)}, "#1001", nil},
		"somebody else's":                            {[]order.Order{foreign}, "", nil},
		"somebody else's beside":                     {[]order.Order{foreign, anas("#1001", 3, order.InTransit)}, "#1001", nil},
		"long ago":                                   {[]order.Order{anas("#1001", 90, order.InTransit)}, "", nil},
		"none":                                       {nil, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := without("where is my order?")
			if ask := resolver.Plan(in); !ask.Own || ask.Ref != "" {
				t.Fatalf("asked %+v", ask)
			}
			d := resolver.Decide(in, &resolver.Looked{Orders: tt.found, Failed: len(tt.found) == 0, Fault: fault.NotFound})
			switch {
			case tt.told == "" && (d.Told != nil || d.State.Asked != conversation.AskedOrder):
				t.Errorf("want the question for the number: %v, %+v", d.Rules, d.Told)
			case tt.told != "" && (d.Told == nil || d.Told.OrderName != tt.told || d.Told.Method != "sender"):
				t.Errorf("told %+v by %v, want %s", d.Told, d.Rules, tt.told)
			case !slices.Equal(d.State.Queue, tt.queue):
				t.Errorf("to be told next: %v, want %v", d.State.Queue, tt.queue)
			}
		})
	}
}

func TestOwnOrdersAreNotLookedFor(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*resolver.Input){
		"the shop does not allow it": func(in *resolver.Input) { in.Shop.WithoutNumber = false },
		"a number is given":          func(in *resolver.Input) { in.Heard = heard("where is order 1001?") },
		"another order is meant":     func(in *resolver.Input) { in.Heard = heard("and the other order?") },
		"a greeting":                 func(in *resolver.Input) { in.Heard = heard("hello") },
		"a hidden number":            func(in *resolver.Input) { in.Customer.Value = "US.13491208655302741918" },
		"a sender who is not proven, where a code is wanted": func(in *resolver.Input) {
			in.Channel, in.Customer = message.Email, message.Address{Channel: message.Email, Value: "ana@example.com"}
			in.Shop.Unauthenticated, in.Heard[0].Sender = shop.UnauthenticatedCode, message.SenderUnknown
		},
		"a forged sender": func(in *resolver.Input) {
			in.Channel, in.Customer = message.Email, message.Address{Channel: message.Email, Value: "ana@example.com"}
			in.Heard[0].Sender = message.SenderFailed
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := without("where is my order?")
			change(&in)
			if ask := resolver.Plan(in); ask.Own {
				t.Errorf("asked %+v", ask)
			}
		})
	}
}

// Where the store cannot be read, the number is asked for, as of everybody.
func TestOwnOrdersWhileTheStoreIsDown(t *testing.T) {
	t.Parallel()
	d := resolver.Decide(without("where is my order?"), &resolver.Looked{Failed: true, Fault: fault.Unavailable})
	if d.State.Asked != conversation.AskedOrder || d.Told != nil {
		t.Errorf("%v, %+v", d.Rules, d.Parts)
	}
}
