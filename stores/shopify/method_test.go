package shopify

import (
	"testing"

	"wismo/core/order"
)

// An order may be split over fulfillment orders that reach the customer in
// different ways; what is still to come decides, and shipping wins.
func TestMethodOfSeveral(t *testing.T) {
	t.Parallel()
	part := func(status FulfillmentOrderStatus, m DeliveryMethodType) fulfillmentOrderNode {
		n := fulfillmentOrderNode{Status: status}
		if m != "" {
			n.DeliveryMethod = new(fulfillmentOrderNodeDeliveryMethod)
			n.DeliveryMethod.MethodType = m
		}
		return n
	}
	open, closed, cancelled := FulfillmentOrderStatusOpen, FulfillmentOrderStatusClosed, FulfillmentOrderStatusCancelled
	for name, tt := range map[string]struct {
		parts []fulfillmentOrderNode
		want  order.Method
	}{
		"none":                          {nil, order.Shipping},
		"unsaid":                        {[]fulfillmentOrderNode{part(open, "")}, order.Shipping},
		"pick-up":                       {[]fulfillmentOrderNode{part(open, DeliveryMethodTypePickUp)}, order.Pickup},
		"fetched already":               {[]fulfillmentOrderNode{part(closed, DeliveryMethodTypePickUp)}, order.Pickup},
		"shipping and a gift card":      {[]fulfillmentOrderNode{part(open, DeliveryMethodTypeShipping), part(closed, DeliveryMethodTypeNone)}, order.Shipping},
		"shipping and pick-up":          {[]fulfillmentOrderNode{part(open, DeliveryMethodTypeShipping), part(open, DeliveryMethodTypePickUp)}, order.Shipping},
		"shipped, the rest to fetch":    {[]fulfillmentOrderNode{part(closed, DeliveryMethodTypeShipping), part(open, DeliveryMethodTypePickUp)}, order.Pickup},
		"pick-up changed into shipping": {[]fulfillmentOrderNode{part(open, DeliveryMethodTypeShipping), part(cancelled, DeliveryMethodTypePickUp)}, order.Shipping},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := order.Order{Method: order.Shipping}
			addFulfillmentOrders(&o, &fulfillmentOrdersNode{Nodes: tt.parts})
			if o.Method != tt.want {
				t.Errorf("%q, want %q", o.Method, tt.want)
			}
		})
	}
}
