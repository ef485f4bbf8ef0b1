package backtest

import (
	"time"

	"wismo/core/conversation"
	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/resolver"
	"wismo/core/understand"
)

// suppose decides where no store can be read: the order is supposed to be an
// ordinary one of this customer.
func (r *replay) suppose(in resolver.Input, looked *resolver.Looked, ask resolver.Ask) resolver.Decision {
	o := r.ordinary(ask.Order, in.Now)
	looked.Orders = []order.Order{o}
	d := resolver.Decide(in, looked)
	if d.Intent == understand.DeliveredNotReceived {
		looked.Orders = []order.Order{arrived(o, in.Now)}
		d = resolver.Decide(in, looked)
	}
	return d
}

// owner is who an ordinary order belongs to where nobody is known.
func owner() message.Address {
	return message.Address{Channel: message.Email, Value: "customer@example.com"}
}

// foresee decides as if the customer now gave the number of an ordinary order of
// theirs.
func (r *replay) foresee() resolver.Decision {
	f := r.p.cfg.Shop.Orders
	number := r.state.Ref
	if number == "" {
		number = "100100100100100100"[:max(f.MinDigits, min(4, f.MaxDigits), 1)]
	}
	state := r.state
	state.Asked, state.Email, state.Phone = conversation.AskedOrder, "", ""
	r.customer = owner()
	in := resolver.Input{Now: r.now, Shop: r.p.cfg.Shop, Channel: r.channel, Customer: r.customer, State: state, Heard: []resolver.Heard{{
		Text: number, Means: understand.Understanding{
			Intents:  []understand.Scored{{Name: understand.ProvideInfo, Score: 1}},
			Entities: []understand.Entity{{Type: understand.OrderNumber, Text: number, Value: number, End: len(number)}},
		},
	}}}
	ask := resolver.Plan(in)
	if ask.Ref == "" {
		return resolver.Decide(in, nil)
	}
	return r.suppose(in, &resolver.Looked{}, ask)
}

const day = 24 * time.Hour

// ordinary is an order of this customer, shipped the day after it was placed,
// on its way and on time.
func (r *replay) ordinary(number string, now time.Time) order.Order {
	f := r.p.cfg.Shop.Orders
	item := order.LineItem{ID: "1", Title: "item", Quantity: 1, RequiresShipping: true}
	return order.Order{
		ID: "supposed " + number, Name: f.Prefix + number + f.Suffix, CreatedAt: now.Add(-2 * day), Financial: order.Paid, Method: order.Shipping,
		Contacts: order.Contacts{Emails: []string{r.customer.EmailAddress()}, Phones: []string{r.customer.Phone()}, Region: r.p.cfg.Shop.Region},
		Items:    []order.LineItem{item},
		Fulfillments: []order.Fulfillment{{
			ID: "1", Status: order.InTransit, CreatedAt: now.Add(-day), EstimatedAt: now.Add(2 * day),
			Events: []order.TrackingEvent{{Status: order.InTransit, At: now.Add(-day / 2)}}, Items: []order.LineItem{item},
		}},
		ReadAt: now,
	}
}

// arrived is the same order, delivered the day before now.
func arrived(o order.Order, now time.Time) order.Order {
	f := o.Fulfillments[0]
	f.Status, f.CreatedAt, f.EstimatedAt, f.DeliveredAt = order.Delivered, now.Add(-3*day), time.Time{}, now.Add(-day)
	f.Events = []order.TrackingEvent{{Status: order.Delivered, At: f.DeliveredAt}}
	o.CreatedAt, o.Fulfillments = now.Add(-4*day), []order.Fulfillment{f}
	return o
}
