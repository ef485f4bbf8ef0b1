package sandbox

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Own is the sample as an order in the contract of stores/http, by the contract's
// fields.
func (s Sample) Own() map[string]any {
	o := object{
		"id": strconv.Itoa(s.ID), "name": s.Name, "confirmation_number": orNull(s.Confirmation),
		"created_at": stamp(s.CreatedAt), "cancelled_at": stamp(s.CancelledAt),
		"financial": strings.ToLower(s.Financial), "returns": ownReturn(s.Return), "holds": []any{},
		"emails": list(s.Email), "phones": list(s.Phone), "region": "US",
		"items": s.ownItems(), "fulfillments": s.ownParcels(), "fulfill_by": stamp(s.FulfillBy),
		"method": ownMethod(s.Method), "locale": "en", "refunds": []any{},
	}
	if s.Hold != "" {
		o["holds"] = []any{ownHold(s.Hold)}
	}
	if s.Refunded != "" {
		o["refunds"] = []any{object{"at": stamp(s.CreatedAt.Add(48 * time.Hour)), "amount": s.Refunded, "currency": "USD"}}
	}
	return o
}

// list is a list of one, or of none.
func list(s string) []any {
	if s == "" {
		return []any{}
	}
	return []any{s}
}

func (s Sample) ownItems() []any {
	items := []any{}
	for i, l := range s.Items {
		items = append(items, object{
			"id": strconv.Itoa(s.ID*10 + i), "title": l.Title, "quantity": l.Quantity, "unfulfilled": l.Unfulfilled, "requires_shipping": !l.Digital,
		})
	}
	return items
}

func (s Sample) ownParcels() []any {
	parcels := []any{}
	for i, p := range s.Parcels {
		events := []any{}
		for _, e := range p.Events {
			events = append(events, object{
				"status": ownStatus(e.Status, e.Message), "at": stamp(e.At), "place": e.City, "message": e.Message, "estimated_at": stamp(e.Estimated),
			})
		}
		last := ""
		if len(p.Events) > 0 {
			last = p.Events[0].Message
		}
		parcels = append(parcels, object{
			"id": fmt.Sprintf("%d-%d", s.ID, i+1), "status": ownStatus(p.Status, last), "created_at": stamp(p.CreatedAt),
			"estimated_at": stamp(p.Estimated), "delivered_at": stamp(p.Delivered), "events": events,
			"tracking": []any{object{"company": p.Company, "number": p.Number, "url": orNull(p.URL)}},
		})
	}
	return parcels
}

// ownStatus is the status in the contract's words; message is the carrier's last.
func ownStatus(status, message string) string {
	switch {
	case status == "FAILURE" && message == "Return to sender":
		return "return_to_sender"
	case status == "LABEL_PRINTED" || status == "LABEL_PURCHASED":
		return "label_created"
	case status == "LABEL_VOIDED":
		return "cancelled"
	case status == "CARRIER_PICKED_UP":
		return "in_transit"
	case status == "FULFILLED":
		return "shipped"
	case status == "ATTEMPTED_DELIVERY":
		return "attempted"
	}
	return strings.ToLower(status)
}

func ownHold(reason string) string {
	switch reason {
	case "HIGH_RISK_OF_FRAUD":
		return "fraud"
	case "INCORRECT_ADDRESS":
		return "address"
	case "AWAITING_PAYMENT":
		return "payment"
	case "INVENTORY_OUT_OF_STOCK":
		return "inventory"
	}
	return "other"
}

func ownReturn(status string) string {
	switch status {
	case "REQUESTED":
		return "requested"
	case "OPEN":
		return "in_progress"
	case "CLOSED":
		return "returned"
	}
	return "none"
}

func ownMethod(method string) string {
	switch method {
	case "NONE":
		return "none"
	case "LOCAL":
		return "local"
	case "PICK_UP", "PICKUP_POINT", "RETAIL":
		return "pickup"
	}
	return "shipping"
}
