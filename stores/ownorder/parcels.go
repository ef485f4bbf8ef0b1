package ownorder

import (
	"encoding/json"
	"strconv"
	"time"

	"wismo/core/order"
)

type wireParcel struct {
	ID        text            `json:"id"`
	Status    text            `json:"status"`
	Created   moment          `json:"created_at"`
	Estimated moment          `json:"estimated_at"`
	Delivered moment          `json:"delivered_at"`
	Tracking  json.RawMessage `json:"tracking"`
	Events    json.RawMessage `json:"events"`
	Items     json.RawMessage `json:"items"`
}

// empty is true for the row of nulls that an outer join makes of nothing.
func (p wireParcel) empty() bool {
	return p.ID == "" && p.Status == "" && p.Created.IsZero() && p.Delivered.IsZero() && len(p.Tracking) <= len("null")
}

type wireTracking struct {
	Company text `json:"company"`
	Number  text `json:"number"`
	URL     text `json:"url"`
}

type wireEvent struct {
	Status    text   `json:"status"`
	At        moment `json:"at"`
	Place     text   `json:"place"`
	Message   text   `json:"message"`
	Estimated moment `json:"estimated_at"`
}

// How many of each a parcel may have; what is more is passed over.
const (
	maxTracking, maxEvents = 20, 500
)

func (w wire) parcels(o *order.Order) {
	list, ok := part[wireParcel](w.Fulfillments, maxParcels)
	if !ok {
		unread(o, order.UnreadFulfillments)
	}
	for i, p := range list {
		if p.empty() {
			continue
		}
		f := p.fulfillment()
		if f.ID == "" {
			f.ID = o.ID + "/" + strconv.Itoa(i+1)
		}
		o.Fulfillments = append(o.Fulfillments, f)
	}
	byTime(o.Fulfillments, false, func(f order.Fulfillment) time.Time { return f.CreatedAt })
}

func (p wireParcel) fulfillment() order.Fulfillment {
	f := order.Fulfillment{
		ID: string(p.ID), Status: status(p.Status), RawStatus: string(p.Status),
		CreatedAt: p.Created.Time, EstimatedAt: p.Estimated.Time, DeliveredAt: p.Delivered.Time,
		Events: p.events(),
	}
	tracking, _ := part[wireTracking](p.Tracking, maxTracking)
	for _, t := range tracking {
		f.Tracking = append(f.Tracking, order.TrackingInfo{Company: string(t.Company), Number: string(t.Number), URL: link(t.URL)})
	}
	items, _ := part[wireItem](p.Items, maxItems)
	for _, i := range items {
		f.Items = append(f.Items, order.LineItem{ID: string(i.ID), Title: string(i.Title), Quantity: i.Quantity.n, RequiresShipping: true})
	}
	settle(&f)
	return f
}

// settle fills in what follows from the rest: a parcel without a status has left at
// least, what the carrier has told since says more than that it has left, and one that
// the carrier delivered was delivered at that scan.
func settle(f *order.Fulfillment) {
	if f.RawStatus == "" {
		f.Status = order.Shipped
		if !f.DeliveredAt.IsZero() {
			f.Status = order.Delivered
		}
	}
	if f.Status == order.Shipped && len(f.Events) > 0 && f.Events[0].Status != order.StatusUnknown {
		f.Status = f.Events[0].Status
	}
	if f.Status != order.Delivered || !f.DeliveredAt.IsZero() {
		return
	}
	for _, e := range f.Events {
		if e.Status == order.Delivered {
			f.DeliveredAt = e.At
			return
		}
	}
}

func (p wireParcel) events() []order.TrackingEvent {
	list, _ := part[wireEvent](p.Events, maxEvents)
	var out []order.TrackingEvent
	for _, e := range list {
		out = append(out, order.TrackingEvent{
			Status: status(e.Status), At: e.At.Time, Place: string(e.Place), Message: string(e.Message), EstimatedAt: e.Estimated.Time,
		})
	}
	byTime(out, true, func(e order.TrackingEvent) time.Time { return e.At })
	return out
}

// status is the word as ours, unknown if it is none of ours.
func status(t text) order.FulfillmentStatus {
	switch s := order.FulfillmentStatus(t.word()); s {
	case order.LabelCreated, order.Shipped, order.InTransit, order.OutForDelivery, order.AttemptedDelivery,
		order.ReadyForPickup, order.PickedUp, order.Delivered, order.Delayed, order.NotDelivered,
		order.Failure, order.Returning, order.Cancelled:
		return s
	case "canceled":
		return order.Cancelled
	}
	return order.StatusUnknown
}
