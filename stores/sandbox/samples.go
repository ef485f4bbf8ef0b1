package sandbox

import (
	"fmt"
	"time"
)

// Sample is one sample order. Its fields are those of Shopify's Order by their
// own names where they are plain, and shorthands where they are not.
type Sample struct {
	// ID is the number in its gid.
	ID int
	// Name as the customer sees it.
	Name string
	// Confirmation is the random number printed beside the name.
	Confirmation string
	// Customer's first name; empty for a guest, who has no customer record.
	Customer string
	// Email and Phone on the order, empty if there is none.
	Email, Phone string
	CreatedAt    time.Time
	CancelledAt  time.Time
	// Financial and Display are displayFinancialStatus and
	// displayFulfillmentStatus.
	Financial, Display string
	// Parcels sent so far.
	Parcels []Parcel
	// Hold is the reason of a hold, empty if there is none.
	Hold string
	// FulfillBy is the store's own promise; zero for none.
	FulfillBy time.Time
	// Method is the delivery method's type.
	Method string
	// Refunded is an amount, empty if nothing was refunded.
	Refunded string
	// Return is a return's status, empty if there is none.
	Return string
	// Items bought.
	Items []Item
	// About says in a few words what the sample shows.
	About string
}

// Parcel is one fulfillment of a sample.
type Parcel struct {
	// Status is displayStatus.
	Status string
	// Cancelled marks a fulfillment that was taken back.
	Cancelled bool
	CreatedAt time.Time
	// Estimated and Delivered, zero if not known.
	Estimated, Delivered time.Time
	Company, Number, URL string
	// Events, newest first.
	Events []Event
}

// Event is one scan.
type Event struct {
	Status  string
	At      time.Time
	City    string
	Message string
	// Estimated is what the carrier now expects, zero if not said.
	Estimated time.Time
}

// Item is one line of a sample.
type Item struct {
	Title       string
	Quantity    int
	Unfulfilled int
	Digital     bool
}

// node is the sample as the API's Order.
func (s Sample) node() object {
	o := object{
		"id": gid("Order", s.ID), "name": s.Name, "confirmationNumber": orNull(s.Confirmation),
		"createdAt": stamp(s.CreatedAt), "cancelledAt": stamp(s.CancelledAt), "email": orNull(s.Email), "phone": orNull(s.Phone),
		"customerLocale": "en", "displayFulfillmentStatus": s.Display, "displayFinancialStatus": s.Financial,
		"statusPageUrl":   fmt.Sprintf("https://demo.example.com/orders/%d/status", s.ID),
		"shippingAddress": object{"phone": orNull(s.Phone), "countryCodeV2": "US"}, "billingAddress": object{"phone": nil},
		"customer": nil, "refunds": []any{}, "returns": []any{},
	}
	if s.Customer != "" {
		o["customer"] = object{"defaultEmailAddress": field("emailAddress", s.Email), "defaultPhoneNumber": field("phoneNumber", s.Phone)}
	}
	var fulfillments, lines []any
	for i, p := range s.Parcels {
		fulfillments = append(fulfillments, p.node(s.ID*10+i))
	}
	for i, l := range s.Items {
		lines = append(lines, object{
			"id": gid("LineItem", s.ID*10+i), "title": l.Title, "currentQuantity": l.Quantity, "unfulfilledQuantity": l.Unfulfilled, "requiresShipping": !l.Digital,
		})
	}
	o["fulfillments"], o["lineItems"] = orEmpty(fulfillments), orEmpty(lines)
	o["fulfillmentsCount"] = object{"count": len(fulfillments)}
	o["fulfillmentOrders"] = s.fulfillmentOrders()
	if s.Refunded != "" {
		o["refunds"] = []any{object{"createdAt": stamp(s.CreatedAt.Add(48 * time.Hour)), "totalRefundedSet": object{"presentmentMoney": object{"amount": s.Refunded, "currencyCode": "USD"}}}}
	}
	if s.Return != "" {
		o["returns"] = []any{object{"status": s.Return}}
	}
	return o
}

func (s Sample) fulfillmentOrders() []any {
	status, holds := "OPEN", []any{}
	if s.Hold != "" {
		status, holds = "ON_HOLD", []any{object{"reason": s.Hold}}
	}
	if s.Display == "FULFILLED" || !s.CancelledAt.IsZero() {
		status = "CLOSED"
	}
	method := s.Method
	if method == "" {
		method = "SHIPPING"
	}
	return []any{object{"status": status, "fulfillBy": stamp(s.FulfillBy), "deliveryMethod": object{"methodType": method}, "fulfillmentHolds": holds}}
}

func (p Parcel) node(id int) object {
	status := "SUCCESS"
	if p.Cancelled {
		status = "CANCELLED"
	}
	var events []any
	for _, e := range p.Events {
		events = append(events, object{
			"status": e.Status, "happenedAt": stamp(e.At), "message": orNull(e.Message), "city": orNull(e.City), "country": "United States", "estimatedDeliveryAt": stamp(e.Estimated),
		})
	}
	tracking := []any{}
	if p.Number != "" {
		tracking = append(tracking, object{"company": orNull(p.Company), "number": p.Number, "url": orNull(p.URL)})
	}
	return object{
		"id": gid("Fulfillment", id), "status": status, "displayStatus": orNull(p.Status), "createdAt": stamp(p.CreatedAt),
		"estimatedDeliveryAt": stamp(p.Estimated), "deliveredAt": stamp(p.Delivered), "trackingInfo": tracking, "events": orEmpty(events),
	}
}

func gid(kind string, id int) string { return fmt.Sprintf("gid://shopify/%s/%d", kind, id) }

// stamp is a time as the API writes it, null for none.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func orEmpty(list []any) []any {
	if list == nil {
		return []any{}
	}
	return list
}

func field(name, value string) any {
	if value == "" {
		return nil
	}
	return object{name: value}
}
