package resolver_test

import (
	"fmt"
	"strings"
	"testing"

	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/reply"
	"wismo/core/resolver"
)

// A number that a customer is told must be right: where the store has cut the
// order short, none is told that may be too low.
func TestNoNumberOfWhatWasCutShort(t *testing.T) {
	t.Parallel()
	voice, err := reply.New()
	if err != nil {
		t.Fatal(err)
	}
	big := func(parcels, waiting int, status order.FulfillmentStatus, unread ...string) order.Order {
		o := parcelOrder(status)
		for len(o.Fulfillments) < parcels {
			o.Fulfillments = append(o.Fulfillments, o.Fulfillments[0])
		}
		o.Items = append(o.Items, order.LineItem{Title: "Cup", Quantity: 60, Unfulfilled: waiting, RequiresShipping: true})
		o.Unread = unread
		return o
	}
	for name, tt := range map[string]struct {
		o         order.Order
		want, not []string
	}{
		"whole":          {big(2, 5, order.InTransit), []string{"comes in 2 parcels", "5 items are not shipped"}, nil},
		"items":          {big(2, 1, order.InTransit, order.UnreadItems), []string{"comes in 2 parcels", "Some items are not shipped yet"}, []string{"One item"}},
		"parcels":        {big(8, 0, order.InTransit, order.UnreadFulfillments), []string{"comes in many parcels; these are 8 of them"}, []string{"comes in 8"}},
		"some delivered": {big(8, 0, order.Delivered, order.UnreadFulfillments), []string{"many parcels"}, []string{"NOT HERE"}},
		"not all digital": {order.Order{
			ID: "gid://1", Name: "#1001", CreatedAt: noon, Contacts: parcelOrder(order.Shipped).Contacts, Unread: []string{order.UnreadItems},
			Items: []order.LineItem{{Title: "Gift card", Quantity: 1}},
		}, []string{"has not been shipped yet"}, []string{"digital items only"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := input(noon, ana())
			in.Channel, in.Customer.Channel = message.WhatsApp, message.WhatsApp
			in.Heard = heard("where is order 1001")
			d := resolver.Decide(in, &resolver.Looked{Orders: []order.Order{tt.o}})
			text, err := voice.Say(in.Shop, in.Channel, "en", d.Parts, noon)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range tt.want {
				if !strings.Contains(strings.ReplaceAll(text, "*", ""), want) {
					t.Errorf("%q does not stand in %q", want, text)
				}
			}
			for _, not := range tt.not {
				if strings.Contains(text, not) {
					t.Errorf("%q stands in %q", not, text)
				}
			}
		})
	}
}

func TestTicketTellsWhatWasCutShort(t *testing.T) {
	t.Parallel()
	o := parcelOrder(order.Failure)
	o.Items[0].Unfulfilled, o.Unread = 3, []string{order.UnreadItems}
	in := input(noon, ana())
	in.Heard = heard("where is order 1001")
	d := resolver.Decide(in, &resolver.Looked{Orders: []order.Order{o}})
	if d.HandOff == nil {
		t.Fatal("not handed off")
	}
	facts := fmt.Sprint(d.HandOff.Case.Order)
	if !strings.Contains(facts, "at least 3 items") || !strings.Contains(facts, order.UnreadItems) {
		t.Errorf("the ticket tells %s", facts)
	}
}
