package shopify_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"wismo/core/fault"
	"wismo/core/order"
	"wismo/stores/sandbox"
	"wismo/stores/shopify"
)

// What a scope is missing for is left out after one refusal, all parts at once,
// and asked for again after a while.
func TestRefusedParts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		denied []string
	}{
		{"customer", []string{"customer"}},
		{"holds", []string{"fulfillmentOrders"}},
		{"returns", []string{"returns"}},
		{"all", []string{"customer", "fulfillmentOrders", "returns"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			r.sandbox.Deny(tt.denied...)
			for i, want := range []int{2, 1, 1} {
				got, requests, err := r.find(t, "1001")
				if err != nil || len(got) != 1 || !slices.Equal(got[0].Unread, tt.denied) {
					t.Fatalf("reading %d: %v, %v", i, got, err)
				}
				if requests != want {
					t.Errorf("reading %d took %d requests, want %d", i, requests, want)
				}
				if len(got[0].Fulfillments) != 1 || got[0].Contacts.Hidden {
					t.Errorf("reading %d: more is missing than was refused", i)
				}
			}
			r.sandbox.Deny()
			r.pass(11 * time.Minute)
			if got := r.mustFind(t, "1001"); len(got.Unread) > 0 {
				t.Errorf("granted again, yet after 11 minutes it lacks %v", got.Unread)
			}
		})
	}
}

// A whole answer may be refused because a part that must not be null is.
func TestRefusedWhole(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.sandbox.Misbehave(sandbox.Mischief{Status: 200, Body: `{"data":null,"errors":[
		{"message":"Access denied for returns field.","path":["orders","nodes",0,"returns"],"extensions":{"code":"ACCESS_DENIED"}},
		{"message":"Access denied for fulfillmentOrders field.","path":["orders","nodes",0,"fulfillmentOrders"],"extensions":{"code":"ACCESS_DENIED"}}]}`})
	got, requests, err := r.find(t, "1001")
	if err != nil || requests != 2 || !slices.Equal(got[0].Unread, []string{"fulfillmentOrders", "returns"}) {
		t.Errorf("%v after %d requests, %v", got, requests, err)
	}
}

func TestOrdersRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.sandbox.Deny("orders")
	_, requests, err := r.find(t, "1001")
	if fault.KindOf(err) != fault.Denied || !strings.Contains(err.Error(), "read_orders") || requests != 1 {
		t.Errorf("%v after %d requests, want denied at once with the scope to grant", err, requests)
	}
}

// An app without access to protected customer data gets null for contacts, or
// errors beside the order: both leave the order readable.
func TestContactsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.sandbox.HideContacts(true)
	if o := r.mustFind(t, "1001"); !o.Contacts.Hidden || len(o.Fulfillments) != 1 {
		t.Errorf("contacts %+v", o.Contacts)
	}
	r.sandbox.HideContacts(false)
	r.sandbox.Deny("email", "phone", "shippingAddress", "billingAddress")
	o := r.mustFind(t, "1001")
	if !slices.Contains(o.Unread, order.UnreadContacts) || len(o.Fulfillments) != 1 {
		t.Errorf("unread %v", o.Unread)
	}
	if !slices.Contains(o.Contacts.Emails, "ana@example.com") {
		t.Error("the customer's own contacts were readable and are gone")
	}
}

// A count told to a customer must never be wrong: an answer cut short says so.
func TestCutShort(t *testing.T) {
	t.Parallel()
	base := sandbox.Samples(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))[0]
	many := func(items, parcels int) sandbox.Sample {
		s := base
		s.Items, s.Parcels = nil, nil
		for range items {
			s.Items = append(s.Items, sandbox.Item{Title: "Mug", Quantity: 1, Unfulfilled: 1})
		}
		for range parcels {
			s.Parcels = append(s.Parcels, base.Parcels[0])
		}
		return s
	}
	for _, tt := range []struct {
		name           string
		items, parcels int
		want           []string
	}{
		{"just whole", 50, 8, nil},
		{"items", 51, 1, []string{order.UnreadItems}},
		{"parcels", 1, 9, []string{order.UnreadFulfillments}},
		{"both", 200, 40, []string{order.UnreadFulfillments, order.UnreadItems}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(box *sandbox.Config, _ *shopify.Config) {
				box.Samples = []sandbox.Sample{many(tt.items, tt.parcels)}
			})
			if o := r.mustFind(t, "1001"); !slices.Equal(o.Unread, tt.want) {
				t.Errorf("unread %v with %d items and %d parcels, want %v", o.Unread, len(o.Items), len(o.Fulfillments), tt.want)
			}
		})
	}
}

// An answer without data is no proof that there is no such order.
func TestNoData(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{}`, `{"data":null}`, `{"data":{}}`, `{"data":{"orders":null}}`, `{"data":{"orders":{}}}`, `{"data":{"orders":{"nodes":null}}}`,
		`null`, `[]`, `"ok"`, `{"errors":[]}`, `{"errors":"[API] odd"}`, `{"errors":[{"message":"Internal error","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`,
		`{"data":{"orders":{"nodes":[{"name":7}]}}}`, `{"data":{"orders"`, ``, `<html>`, `{"data":null,"errors":[{"message":"x","extensions":{"code":["ACCESS_DENIED"]}}]}`,
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			store := against(t, 150*time.Millisecond, answering(http.StatusOK, body))
			got, err := store.Find(t.Context(), order.Ref{Text: "1001"})
			if fault.KindOf(err) != fault.Unavailable || len(got) > 0 {
				t.Errorf("Find = %v, %v, want unavailable", got, err)
			}
		})
	}
}

// The status page is for agents: an app that may not read it reads orders all the same.
func TestStatusPage(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	if o := r.mustFind(t, "1001"); o.StatusURL == "" {
		t.Error("the status page is missing")
	}
	r.sandbox.Deny("statusPageUrl")
	if o := r.mustFind(t, "1001"); o.StatusURL != "" || len(o.Unread) != 0 || len(o.Fulfillments) != 1 {
		t.Errorf("status page %q, unread %v", o.StatusURL, o.Unread)
	}
}
