package shopify

import (
	"slices"
	"strings"
	"time"

	"wismo/core/order"
)

// mapOrder turns Shopify's order into ours. Values it does not know are kept
// as unknown, never an error: every enum of the API may grow.
func mapOrder(n orderNode, unread []string, now time.Time) order.Order {
	o := order.Order{
		ID: n.Id, Name: n.Name, ConfirmationNumber: value(n.ConfirmationNumber), CreatedAt: n.CreatedAt, CancelledAt: value(n.CancelledAt),
		Financial: financial(value(n.DisplayFinancialStatus)), Contacts: contacts(n),
		StatusURL: value(n.StatusPageUrl), Locale: value(n.CustomerLocale), Method: order.Shipping, Unread: slices.Clone(unread), ReadAt: now,
	}
	for _, l := range n.LineItems.Nodes {
		o.Items = append(o.Items, order.LineItem{
			ID: l.Id, Title: l.Title, Quantity: l.CurrentQuantity, Unfulfilled: l.UnfulfilledQuantity, RequiresShipping: l.RequiresShipping,
		})
	}
	for _, f := range n.Fulfillments {
		o.Fulfillments = append(o.Fulfillments, fulfillment(f))
	}
	slices.SortStableFunc(o.Fulfillments, func(a, b order.Fulfillment) int { return a.CreatedAt.Compare(b.CreatedAt) })
	if c := n.FulfillmentsCount; c != nil && c.Count > len(n.Fulfillments) {
		o.Unread = append(o.Unread, order.UnreadFulfillments)
	}
	if n.LineItems.PageInfo.HasNextPage {
		o.Unread = append(o.Unread, order.UnreadItems)
	}
	for _, r := range n.Refunds {
		m := r.TotalRefundedSet.PresentmentMoney
		o.Refunds = append(o.Refunds, order.Refund{At: value(r.CreatedAt), Amount: m.Amount + " " + string(m.CurrencyCode)})
	}
	addFulfillmentOrders(&o, n.FulfillmentOrders)
	if n.Returns != nil {
		o.Returns = returns(n.Returns)
	}
	return o
}

func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// contacts gathers whom the order belongs to. Where the store shows none at
// all it may be hiding them: protected customer data, level 2.
func contacts(n orderNode) order.Contacts {
	var c order.Contacts
	email := func(s *string) {
		if v := strings.TrimSpace(value(s)); v != "" {
			c.Emails = append(c.Emails, v)
		}
	}
	phone := func(s *string) {
		if v := strings.TrimSpace(value(s)); v != "" {
			c.Phones = append(c.Phones, v)
		}
	}
	email(n.Email)
	phone(n.Phone)
	if n.ShippingAddress != nil {
		phone(n.ShippingAddress.Phone)
		c.Region = string(value(n.ShippingAddress.CountryCodeV2))
	}
	if n.BillingAddress != nil {
		phone(n.BillingAddress.Phone)
	}
	if n.Customer != nil {
		if n.Customer.DefaultEmailAddress != nil {
			email(&n.Customer.DefaultEmailAddress.EmailAddress)
		}
		if n.Customer.DefaultPhoneNumber != nil {
			phone(&n.Customer.DefaultPhoneNumber.PhoneNumber)
		}
	}
	c.Hidden = len(c.Emails) == 0 && len(c.Phones) == 0
	return c
}

func financial(s OrderDisplayFinancialStatus) order.Financial {
	switch s {
	case OrderDisplayFinancialStatusPaid:
		return order.Paid
	case OrderDisplayFinancialStatusPending, OrderDisplayFinancialStatusAuthorized, OrderDisplayFinancialStatusPartiallyPaid:
		return order.PaymentPending
	case OrderDisplayFinancialStatusPartiallyRefunded:
		return order.PartiallyRefunded
	case OrderDisplayFinancialStatusRefunded:
		return order.Refunded
	case OrderDisplayFinancialStatusVoided, OrderDisplayFinancialStatusExpired:
		return order.Voided
	default:
		return order.FinancialUnknown
	}
}

func fulfillment(f fulfillmentNode) order.Fulfillment {
	out := order.Fulfillment{
		ID: f.Id, RawStatus: string(value(f.DisplayStatus)), CreatedAt: f.CreatedAt,
		EstimatedAt: value(f.EstimatedDeliveryAt), DeliveredAt: value(f.DeliveredAt),
	}
	for _, t := range f.TrackingInfo {
		out.Tracking = append(out.Tracking, order.TrackingInfo{Company: value(t.Company), Number: value(t.Number), URL: value(t.Url)})
	}
	for _, e := range f.Events.Nodes {
		out.Events = append(out.Events, order.TrackingEvent{
			Status: eventStatus(e.Status), At: e.HappenedAt, Place: place(e), Message: value(e.Message), EstimatedAt: value(e.EstimatedDeliveryAt),
		})
	}
	out.Status = status(f, out)
	return out
}

// place is a city or, where there is none, a country.
func place(e eventNode) string {
	if city := strings.TrimSpace(value(e.City)); city != "" {
		return city
	}
	return strings.TrimSpace(value(e.Country))
}

// status maps the display status; a fulfillment that was cancelled is so
// whatever it displays. Shopify has no status for a parcel on its way back, but
// carriers say so in the text of their last event.
func status(f fulfillmentNode, mapped order.Fulfillment) order.FulfillmentStatus {
	if f.Status == FulfillmentStatusCancelled || f.Status == FulfillmentStatusError {
		return order.Cancelled
	}
	s := displayStatus(value(f.DisplayStatus))
	if s == order.Shipped && len(mapped.Events) > 0 && mapped.Events[0].Status != order.StatusUnknown {
		// Marked as sent by hand, yet the carrier has been heard since.
		s = mapped.Events[0].Status
	}
	if s != order.Delivered && s != order.Cancelled && len(mapped.Events) > 0 && saysReturning(mapped.Events[0].Message) {
		return order.Returning
	}
	return s
}

func saysReturning(message string) bool {
	m := strings.ToLower(message)
	return strings.Contains(m, "return to sender") || strings.Contains(m, "returned to sender") || strings.Contains(m, "returning to sender") || strings.Contains(m, "being returned")
}

func displayStatus(s FulfillmentDisplayStatus) order.FulfillmentStatus {
	switch s {
	case FulfillmentDisplayStatusLabelPrinted, FulfillmentDisplayStatusLabelPurchased, FulfillmentDisplayStatusConfirmed, FulfillmentDisplayStatusSubmitted:
		return order.LabelCreated
	case FulfillmentDisplayStatusFulfilled, FulfillmentDisplayStatusMarkedAsFulfilled:
		return order.Shipped
	case FulfillmentDisplayStatusInTransit, FulfillmentDisplayStatusCarrierPickedUp:
		return order.InTransit
	case FulfillmentDisplayStatusOutForDelivery:
		return order.OutForDelivery
	case FulfillmentDisplayStatusAttemptedDelivery:
		return order.AttemptedDelivery
	case FulfillmentDisplayStatusReadyForPickup:
		return order.ReadyForPickup
	case FulfillmentDisplayStatusPickedUp:
		return order.PickedUp
	case FulfillmentDisplayStatusDelivered:
		return order.Delivered
	case FulfillmentDisplayStatusDelayed:
		return order.Delayed
	case FulfillmentDisplayStatusNotDelivered:
		return order.NotDelivered
	case FulfillmentDisplayStatusFailure:
		return order.Failure
	case FulfillmentDisplayStatusCanceled, FulfillmentDisplayStatusLabelVoided:
		return order.Cancelled
	default:
		return order.StatusUnknown
	}
}

// eventStatus maps a carrier's event, whose words are a part of the display
// statuses.
func eventStatus(s FulfillmentEventStatus) order.FulfillmentStatus {
	return displayStatus(FulfillmentDisplayStatus(s))
}

func addFulfillmentOrders(o *order.Order, list *fulfillmentOrdersNode) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		if isOpen(n) && n.FulfillBy != nil && (o.FulfillBy.IsZero() || n.FulfillBy.Before(o.FulfillBy)) {
			o.FulfillBy = *n.FulfillBy
		}
		for _, h := range n.FulfillmentHolds {
			o.OnHold = append(o.OnHold, hold(h.Reason))
		}
		if n.Status == FulfillmentOrderStatusOnHold && len(n.FulfillmentHolds) == 0 {
			o.OnHold = append(o.OnHold, order.HoldUnspecified)
		}
	}
	o.Method = methodOf(list.Nodes)
}

// isOpen reports whether something of a fulfillment order is still to come.
func isOpen(n fulfillmentOrderNode) bool {
	switch n.Status {
	case FulfillmentOrderStatusOpen, FulfillmentOrderStatusInProgress, FulfillmentOrderStatusScheduled, FulfillmentOrderStatusOnHold:
		return true
	}
	return false
}

// methodOf is how an order reaches the customer. Its parts may do so in
// different ways: what is still to come decides, and shipping wins.
func methodOf(nodes []fulfillmentOrderNode) order.Method {
	var open, closed []order.Method
	for _, n := range nodes {
		switch {
		case n.DeliveryMethod == nil:
		case isOpen(n):
			open = append(open, method(n.DeliveryMethod.MethodType))
		case n.Status != FulfillmentOrderStatusCancelled:
			closed = append(closed, method(n.DeliveryMethod.MethodType))
		}
	}
	if len(open) == 0 {
		open = closed
	}
	if len(open) == 0 || slices.Contains(open, order.Shipping) {
		return order.Shipping
	}
	return open[0]
}

func method(m DeliveryMethodType) order.Method {
	switch m {
	case DeliveryMethodTypePickUp, DeliveryMethodTypePickupPoint, DeliveryMethodTypeRetail:
		return order.Pickup
	case DeliveryMethodTypeLocal:
		return order.LocalDelivery
	case DeliveryMethodTypeNone:
		return order.NoDelivery
	default:
		return order.Shipping
	}
}

func hold(r FulfillmentHoldReason) order.Hold {
	switch r {
	case FulfillmentHoldReasonHighRiskOfFraud:
		return order.HoldFraud
	case FulfillmentHoldReasonIncorrectAddress:
		return order.HoldAddress
	case FulfillmentHoldReasonAwaitingPayment:
		return order.HoldPayment
	case FulfillmentHoldReasonInventoryOutOfStock:
		return order.HoldInventory
	default:
		return order.HoldUnspecified
	}
}

func returns(list *returnsNode) order.ReturnState {
	state := order.NoReturn
	for _, r := range list.Nodes {
		switch r.Status {
		case ReturnStatusRequested:
			state = order.ReturnRequested
		case ReturnStatusOpen:
			return order.ReturnInProgress
		case ReturnStatusClosed:
			if state == order.NoReturn {
				state = order.Returned
			}
		}
	}
	return state
}
