package shopify_test

import (
	"slices"
	"testing"
	"time"

	"wismo/core/order"
	"wismo/stores/sandbox"
	"wismo/stores/shopify"
	"wismo/stores/storetest"
)

// with returns the order of a rig whose only sample is #1001, changed.
func with(t *testing.T, change func(*sandbox.Sample)) order.Order {
	t.Helper()
	s := sandbox.Samples(storetest.Noon())[0]
	change(&s)
	r := newRig(t, func(box *sandbox.Config, _ *shopify.Config) { box.Samples = []sandbox.Sample{s} })
	return r.mustFind(t, "1001")
}

// Every value of Shopify's FulfillmentDisplayStatus, and some it has not.
func TestDisplayStatuses(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]order.FulfillmentStatus{
		"ATTEMPTED_DELIVERY": order.AttemptedDelivery, "CANCELED": order.Cancelled, "CARRIER_PICKED_UP": order.InTransit, "CONFIRMED": order.LabelCreated,
		"DELAYED": order.Delayed, "DELIVERED": order.Delivered, "FAILURE": order.Failure, "FULFILLED": order.Shipped, "IN_TRANSIT": order.InTransit,
		"LABEL_PRINTED": order.LabelCreated, "LABEL_PURCHASED": order.LabelCreated, "LABEL_VOIDED": order.Cancelled, "MARKED_AS_FULFILLED": order.Shipped,
		"NOT_DELIVERED": order.NotDelivered, "OUT_FOR_DELIVERY": order.OutForDelivery, "PICKED_UP": order.PickedUp, "READY_FOR_PICKUP": order.ReadyForPickup,
		"SUBMITTED": order.LabelCreated, "ON_A_CAMEL": order.StatusUnknown, "": order.StatusUnknown,
	} {
		t.Run(raw, func(t *testing.T) {
			t.Parallel()
			o := with(t, func(s *sandbox.Sample) { s.Parcels[0].Status, s.Parcels[0].Events = raw, nil })
			if f := o.Fulfillments[0]; f.Status != want || f.RawStatus != raw {
				t.Errorf("%q, raw %q, want %q", f.Status, f.RawStatus, want)
			}
		})
	}
}

func TestParcelStatus(t *testing.T) {
	t.Parallel()
	event := func(status, message string) []sandbox.Event {
		return []sandbox.Event{{Status: status, At: storetest.Noon().Add(-time.Hour), Message: message}}
	}
	for name, tt := range map[string]struct {
		change func(*sandbox.Parcel)
		want   order.FulfillmentStatus
	}{
		"taken back whatever it displays":      {func(p *sandbox.Parcel) { p.Cancelled = true }, order.Cancelled},
		"marked by hand, the carrier heard":    {func(p *sandbox.Parcel) { p.Status, p.Events = "MARKED_AS_FULFILLED", event("OUT_FOR_DELIVERY", "") }, order.OutForDelivery},
		"marked by hand, an unknown event":     {func(p *sandbox.Parcel) { p.Status, p.Events = "FULFILLED", event("ON_A_CAMEL", "") }, order.Shipped},
		"on its way back":                      {func(p *sandbox.Parcel) { p.Events = event("IN_TRANSIT", "Returning to Sender") }, order.Returning},
		"delivered is not on its way back":     {func(p *sandbox.Parcel) { p.Status, p.Events = "DELIVERED", event("DELIVERED", "Returned to sender") }, order.Delivered},
		"voided is not on its way back either": {func(p *sandbox.Parcel) { p.Status, p.Events = "LABEL_VOIDED", event("IN_TRANSIT", "being returned") }, order.Cancelled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := with(t, func(s *sandbox.Sample) { tt.change(&s.Parcels[0]) })
			if got := o.Fulfillments[0].Status; got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestOrderStates(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*sandbox.Sample)
		right  func(order.Order) bool
	}{
		"authorized":       {func(s *sandbox.Sample) { s.Financial = "AUTHORIZED" }, func(o order.Order) bool { return o.Financial == order.PaymentPending }},
		"partly paid":      {func(s *sandbox.Sample) { s.Financial = "PARTIALLY_PAID" }, func(o order.Order) bool { return o.Financial == order.PaymentPending }},
		"voided":           {func(s *sandbox.Sample) { s.Financial = "VOIDED" }, func(o order.Order) bool { return o.Financial == order.Voided }},
		"expired":          {func(s *sandbox.Sample) { s.Financial = "EXPIRED" }, func(o order.Order) bool { return o.Financial == order.Voided }},
		"odd payment":      {func(s *sandbox.Sample) { s.Financial = "IN_KIND" }, func(o order.Order) bool { return o.Financial == order.FinancialUnknown }},
		"awaiting payment": {func(s *sandbox.Sample) { s.Hold = "AWAITING_PAYMENT" }, func(o order.Order) bool { return slices.Equal(o.OnHold, []order.Hold{order.HoldPayment}) }},
		"out of stock":     {func(s *sandbox.Sample) { s.Hold = "INVENTORY_OUT_OF_STOCK" }, func(o order.Order) bool { return slices.Equal(o.OnHold, []order.Hold{order.HoldInventory}) }},
		"odd hold":         {func(s *sandbox.Sample) { s.Hold = "MERCURY_RETROGRADE" }, func(o order.Order) bool { return slices.Equal(o.OnHold, []order.Hold{order.HoldUnspecified}) }},
		"pick-up":          {func(s *sandbox.Sample) { s.Method = "PICK_UP" }, func(o order.Order) bool { return o.Method == order.Pickup }},
		"local":            {func(s *sandbox.Sample) { s.Method = "LOCAL" }, func(o order.Order) bool { return o.Method == order.LocalDelivery }},
		"odd method":       {func(s *sandbox.Sample) { s.Method = "BY_DRONE" }, func(o order.Order) bool { return o.Method == order.Shipping }},
		"return asked for": {func(s *sandbox.Sample) { s.Return = "REQUESTED" }, func(o order.Order) bool { return o.Returns == order.ReturnRequested }},
		"return open":      {func(s *sandbox.Sample) { s.Return = "OPEN" }, func(o order.Order) bool { return o.Returns == order.ReturnInProgress }},
		"return declined":  {func(s *sandbox.Sample) { s.Return = "DECLINED" }, func(o order.Order) bool { return o.Returns == order.NoReturn }},
		"promised":         {func(s *sandbox.Sample) { s.Display, s.FulfillBy = "UNFULFILLED", storetest.Noon() }, func(o order.Order) bool { return o.FulfillBy.Equal(storetest.Noon()) }},
		"kept":             {func(s *sandbox.Sample) { s.FulfillBy = storetest.Noon() }, func(o order.Order) bool { return o.FulfillBy.IsZero() }},
		"parcels out of order": {func(s *sandbox.Sample) {
			first := s.Parcels[0]
			first.CreatedAt = first.CreatedAt.AddDate(0, 0, -1)
			s.Parcels = append(s.Parcels, first)
		}, func(o order.Order) bool { return o.Fulfillments[0].CreatedAt.Before(o.Fulfillments[1].CreatedAt) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if o := with(t, tt.change); !tt.right(o) {
				t.Errorf("payment %q, holds %v, method %q, returns %q, by %v", o.Financial, o.OnHold, o.Method, o.Returns, o.FulfillBy)
			}
		})
	}
}
