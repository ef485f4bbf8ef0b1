package httpstore_test

import (
	"encoding/json"
	"strings"
	"testing"

	"wismo/core/order"
	httpstore "wismo/stores/http"
)

// The contract tells good answers from bad ones, and new fields and words are good.
func TestContract(t *testing.T) {
	t.Parallel()
	judge := judge(t)
	const asked = `{"number":"1001","names":["#1001"]}`
	const whole = `{"orders":[{"id":"1","name":"#1","created_at":"2026-11-20T12:00:00Z","emails":null,"phones":[],"items":[],"fulfillments":[{"id":"1","status":"at the engraver","created_at":"2026-11-20T12:00:00Z","estimated_at":"2026-11-20"}],"colour":"red"}]}`
	if err := judge([]byte(asked), []byte(whole)); err != nil {
		t.Errorf("a good answer: %v", err)
	}
	for from, to := range map[string]string{
		`"id":"1","name"`: `"name"`, `T12:00:00Z`: ``, `[]`: `"none"`, `"estimated_at":"2026-11-20"`: `"estimated_at":"soon"`, `"orders"`: `"order"`,
	} {
		if judge([]byte(asked), []byte(strings.Replace(whole, from, to, 1))) == nil {
			t.Errorf("with %s for %s it is good too", to, from)
		}
	}
	if judge([]byte(`{"number":"1001","names":[]}`), []byte(whole)) == nil {
		t.Error("a request without names is good")
	}
}

// The contract's words are the ones that we know.
func TestContractNamesEveryWord(t *testing.T) {
	t.Parallel()
	var doc struct {
		Defs map[string]struct {
			Properties map[string]struct{ Description string }
		} `json:"$defs"`
	}
	if err := json.Unmarshal([]byte(httpstore.Contract()), &doc); err != nil {
		t.Fatal(err)
	}
	says := func(def, property string, words ...string) {
		for _, w := range words {
			if !strings.Contains(doc.Defs[def].Properties[property].Description, w) {
				t.Errorf("%s.%s does not name %s", def, property, w)
			}
		}
	}
	for _, s := range []order.FulfillmentStatus{
		order.LabelCreated, order.Shipped, order.InTransit, order.OutForDelivery, order.AttemptedDelivery, order.ReadyForPickup, order.PickedUp,
		order.Delivered, order.Delayed, order.NotDelivered, order.Failure, order.Returning, order.Cancelled, order.StatusUnknown,
	} {
		says("fulfillment", "status", string(s))
	}
	says("order", "financial", string(order.Paid), string(order.PaymentPending), string(order.PartiallyRefunded), string(order.Refunded), string(order.Voided))
	says("order", "returns", string(order.ReturnRequested), string(order.ReturnInProgress), string(order.Returned))
	says("order", "method", string(order.Shipping), string(order.Pickup), string(order.LocalDelivery), string(order.NoDelivery))
	says("order", "holds", string(order.HoldFraud), string(order.HoldAddress), string(order.HoldPayment), string(order.HoldInventory), string(order.HoldUnspecified))
}
