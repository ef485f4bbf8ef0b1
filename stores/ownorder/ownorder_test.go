package ownorder_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"wismo/core/order"
	"wismo/core/shop"
	"wismo/stores/ownorder"
	"wismo/stores/sandbox"
)

func read(t *testing.T, raw string) order.Order {
	t.Helper()
	o, err := ownorder.Read([]byte(raw), noon)
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return o
}

func TestAsk(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		prefix, suffix, ref, number string
		names                       []string
		confirmation                string
	}{
		{"#", "", "1001", "1001", []string{"#1001", "1001"}, ""},
		{"#", "", "#1001", "1001", []string{"#1001", "1001"}, ""},
		{"EN", "-A", "en 1001", "1001", []string{"EN1001-A", "EN1001"}, "EN1001"},
		{"#SO-", "", "1001", "1001", []string{"#SO-1001", "1001", "SO-1001"}, ""},
		{"#", "", "hg40000x0", "HG40000X0", []string{"#HG40000X0", "HG40000X0"}, "HG40000X0"},
	} {
		got, ok := ownorder.Ask(shop.OrderFormat{Prefix: c.prefix, Suffix: c.suffix}, c.ref)
		if !ok || got.Number != c.number || !slices.Equal(got.Names, c.names) || got.Confirmation != c.confirmation {
			t.Errorf("Ask(%q) = %+v, %v", c.ref, got, ok)
		}
	}
	for _, ref := range []string{"", "#", "1001;", strings.Repeat("1", 10_000), "\xff", "١٠٠١"} {
		if _, ok := ownorder.Ask(shop.OrderFormat{Prefix: "#"}, ref); ok {
			t.Errorf("%.20q is asked for", ref)
		}
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	a, _ := ownorder.Ask(shop.OrderFormat{Prefix: "#"}, "abc1001")
	for name, want := range map[string]bool{"#ABC1001": true, "abc1001": true, "#abc10011": false, "bc1001": false, "": false} {
		if got := a.Matches(order.Order{Name: name}); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
	if !a.Matches(order.Order{Name: "#1", ConfirmationNumber: "Abc1001"}) || a.Matches(order.Order{Name: "#1", ConfirmationNumber: "abc100"}) {
		t.Error("confirmation numbers are not compared wholly")
	}
	if short, _ := ownorder.Ask(shop.OrderFormat{}, "1001"); short.Matches(order.Order{Name: "x"}) {
		t.Error("no confirmation number matches that of an order without one")
	}
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	for _, s := range []order.FulfillmentStatus{
		order.LabelCreated, order.Shipped, order.InTransit, order.OutForDelivery, order.AttemptedDelivery, order.ReadyForPickup, order.PickedUp,
		order.Delivered, order.Delayed, order.NotDelivered, order.Failure, order.Returning, order.Cancelled, order.StatusUnknown,
	} {
		for _, spelt := range []string{string(s), strings.ToUpper(string(s)), strings.ReplaceAll(string(s), "_", "-"), strings.ReplaceAll(string(s), "_", " ")} {
			o := read(t, fmt.Sprintf(`{"name":"1","fulfillments":[{"status":%q,"events":[{"status":%q,"at":"2026-11-20T12:00:00Z"}]}]}`, spelt, spelt))
			if f := o.Fulfillments[0]; f.Status != s || f.RawStatus != spelt || f.Events[0].Status != s {
				t.Errorf("%q: %s, %q, %s", spelt, f.Status, f.RawStatus, f.Events[0].Status)
			}
		}
	}
	for raw, want := range map[string]order.FulfillmentStatus{
		`{"status":"shipped","events":[{"status":"delayed","at":"2026-11-20T12:00:00Z"},{"status":"in_transit","at":"2026-11-19T12:00:00Z"}]}`: order.Delayed,
		`{"status":"shipped","events":[{"status":"weighed","at":"2026-11-20T12:00:00Z"}]}`:                                                     order.Shipped, `{"status":"failure","events":[{"status":"in_transit"}]}`: order.Failure,
		`{"status":"at the engraver"}`: order.StatusUnknown, `{"status":"canceled"}`: order.Cancelled, `{"status":7}`: order.StatusUnknown,
		`{"id":"1"}`: order.Shipped, `{"id":"1","status":null}`: order.Shipped, `{"delivered_at":"2026-11-20T12:00:00Z"}`: order.Delivered,
	} {
		if f := read(t, `{"name":"1","fulfillments":[`+raw+`]}`).Fulfillments[0]; f.Status != want || f.ID == "" {
			t.Errorf("%s: %s", raw, f.Status)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for raw, ok := range map[string]func(order.Order) bool{
		`"financial":"paid"`:                   func(o order.Order) bool { return o.Financial == order.Paid },
		`"financial":"Pending"`:                func(o order.Order) bool { return o.Financial == order.PaymentPending },
		`"financial":"partially refunded"`:     func(o order.Order) bool { return o.Financial == order.PartiallyRefunded },
		`"financial":"refunded"`:               func(o order.Order) bool { return o.Financial == order.Refunded },
		`"financial":"voided"`:                 func(o order.Order) bool { return o.Financial == order.Voided },
		`"financial":"on account"`:             func(o order.Order) bool { return o.Financial == order.FinancialUnknown },
		`"returns":"requested"`:                func(o order.Order) bool { return o.Returns == order.ReturnRequested && !o.Lacks("returns") },
		`"returns":"in_progress"`:              func(o order.Order) bool { return o.Returns == order.ReturnInProgress },
		`"returns":"returned"`:                 func(o order.Order) bool { return o.Returns == order.Returned },
		`"returns":"none"`:                     func(o order.Order) bool { return o.Returns == order.NoReturn && !o.Lacks("returns") },
		`"returns":"at customs"`:               func(o order.Order) bool { return o.Returns == order.NoReturn && o.Lacks("returns") },
		`"method":"shipping"`:                  func(o order.Order) bool { return o.Method == order.Shipping },
		`"method":"pickup"`:                    func(o order.Order) bool { return o.Method == order.Pickup },
		`"method":"local"`:                     func(o order.Order) bool { return o.Method == order.LocalDelivery },
		`"method":"none","items":[{"id":"1"}]`: func(o order.Order) bool { return o.Method == order.NoDelivery && !o.Items[0].RequiresShipping },
		`"method":"by pigeon"`:                 func(o order.Order) bool { return o.Method == order.Shipping },
		`"holds":["fraud","address","fraud"]`: func(o order.Order) bool {
			return slices.Equal(o.OnHold, []order.Hold{order.HoldFraud, order.HoldAddress})
		},
		`"holds":["payment","inventory"]`: func(o order.Order) bool {
			return slices.Equal(o.OnHold, []order.Hold{order.HoldPayment, order.HoldInventory})
		},
		`"holds":"the boss"`:       func(o order.Order) bool { return slices.Equal(o.OnHold, []order.Hold{order.HoldUnspecified}) },
		`"holds":true`:             func(o order.Order) bool { return slices.Equal(o.OnHold, []order.Hold{order.HoldUnspecified}) },
		`"holds":null`:             func(o order.Order) bool { return len(o.OnHold) == 0 },
		`"region":"us"`:            func(o order.Order) bool { return o.Contacts.Region == "US" },
		`"region":"United States"`: func(o order.Order) bool { return o.Contacts.Region == "" },
		`"emails":"ana@example.com"`: func(o order.Order) bool {
			return slices.Equal(o.Contacts.Emails, []string{"ana@example.com"}) && !o.Contacts.Hidden
		},
		`"phones":[" +14155550101 ",null,""]`: func(o order.Order) bool {
			return slices.Equal(o.Contacts.Phones, []string{"+14155550101"}) && !o.Contacts.Hidden
		},
		`"phones":[4155550101]`:                           func(o order.Order) bool { return slices.Equal(o.Contacts.Phones, []string{"4155550101"}) },
		`"emails":[],"phones":[""]`:                       func(o order.Order) bool { return o.Contacts.Hidden && !o.Lacks(order.UnreadContacts) },
		`"emails":{"a":"b"}`:                              func(o order.Order) bool { return o.Contacts.Hidden && o.Lacks(order.UnreadContacts) },
		`"unread":["returns"]`:                            func(o order.Order) bool { return o.Lacks("returns") },
		`"refunds":[{"amount":"12.50","currency":"eur"}]`: func(o order.Order) bool { return o.Refunds[0].Amount == "12.50 EUR" },
		`"refunds":[{"amount":-7}]`:                       func(o order.Order) bool { return o.Refunds[0].Amount == "7" },
		`"refunds":[{"amount":"a lot"}]`:                  func(o order.Order) bool { return len(o.Refunds) == 1 && o.Refunds[0].Amount == "" },
		`"refunds":[{"at":null,"amount":null}]`:           func(o order.Order) bool { return len(o.Refunds) == 0 },
		`"refunds":7`:                                     func(o order.Order) bool { return o.Lacks("refunds") },
	} {
		if o := read(t, `{"name":"1",`+raw+`}`); !ok(o) {
			t.Errorf("%s: %#v", raw, struct{ A, B, C, D, E, F, G any }{o.Financial, o.Returns, o.Method, o.OnHold, o.Contacts, o.Refunds, o.Unread})
		}
	}
}

// What is missing or cannot be read is named; null and an empty list are facts.
func TestUnread(t *testing.T) {
	t.Parallel()
	list := func(n int) string { return "[" + strings.Repeat(`{"id":"1"},`, n) + `{"id":"2"}]` }
	for raw, want := range map[string]bool{
		"": true, `,"P":null`: false, `,"P":[]`: false, `,"P":[null]`: false, `,"P":"[]"`: false, `,"P":"x"`: true, `,"P":""`: true, `,"P":{}`: true, `,"P":[1]`: true, `,"P":7`: true,
		`,"P":` + list(98): false, `,"P":` + list(600): true,
	} {
		for _, part := range []string{order.UnreadItems, order.UnreadFulfillments} {
			if o := read(t, `{"name":"1"`+strings.ReplaceAll(raw, "P", part)+`}`); o.Lacks(part) != want {
				t.Errorf("%.40s of %s: unread %v", raw, part, o.Unread)
			}
		}
	}
	// An outer join makes a row of nulls of nothing.
	o := read(t, `{"name":"1","items":[{"id":null,"title":null,"quantity":null}],"fulfillments":[{"id":null,"status":null,"tracking":null}]}`)
	p := read(t, `{"name":"1","fulfillments":[null,{"id":"1","tracking":[null],"events":[null],"items":[null]}],"refunds":[null]}`)
	if f := p.Fulfillments; len(f) != 1 || len(f[0].Tracking)+len(f[0].Events)+len(f[0].Items)+len(p.Refunds) > 0 {
		t.Errorf("something is made of null: %+v", f)
	}
	if len(o.Items)+len(o.Fulfillments) > 0 {
		t.Errorf("%d items and %d parcels are made up", len(o.Items), len(o.Fulfillments))
	}
}

// How many are not shipped yet may be left to us.
func TestUnfulfilled(t *testing.T) {
	t.Parallel()
	for fulfillments, want := range map[string]int{
		`[]`: 3, `[{"id":"p","items":[{"id":"a","quantity":1}]}]`: 2, `[{"id":"p"}]`: 0, `[{"id":"p","status":"cancelled"}]`: 3,
		`[{"id":"p","items":[{"id":"a","quantity":2}]},{"id":"q","items":[{"id":"a","quantity":2}]}]`: 0,
		`[{"id":"p","items":[{"id":"b","quantity":1}]}]`:                                              3,
	} {
		o := read(t, `{"name":"1","items":[{"id":"a","title":"Mug","quantity":3},{"id":"c","quantity":1,"unfulfilled":1}],"fulfillments":`+fulfillments+`}`)
		if o.Items[0].Unfulfilled != want || o.Items[1].Unfulfilled != 1 || !o.Items[0].RequiresShipping {
			t.Errorf("%s: %d and %d, want %d and 1", fulfillments, o.Items[0].Unfulfilled, o.Items[1].Unfulfilled, want)
		}
	}
}

func TestTimesAndOrder(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	for raw, want := range map[string]time.Time{
		`"2026-11-20T10:30:00Z"`: day.Add(10*time.Hour + 30*time.Minute), `"2026-11-20T10:30:00.123456+02:00"`: day.Add(8*time.Hour + 30*time.Minute + 123456*time.Microsecond),
		`"2026-11-20T10:30:00+0200"`: day.Add(8*time.Hour + 30*time.Minute), `"2026-11-20 10:30:00.5+02"`: day.Add(8*time.Hour + 30*time.Minute + 500*time.Millisecond),
		`"2026-11-20 10:30:00+05:30"`: day.Add(5 * time.Hour),
		`"2026-11-20T10:30:00"`:       day.Add(10*time.Hour + 30*time.Minute), `"2026-11-20 10:30:00"`: day.Add(10*time.Hour + 30*time.Minute),
		`"2026-11-20"`: day.Add(12 * time.Hour), `"infinity"`: {}, `null`: {}, `1795435200`: {}, `{}`: {}, `"20.11.2026"`: {},
	} {
		if got := read(t, `{"name":"1","created_at":`+raw+`}`).CreatedAt; !got.Equal(want) {
			t.Errorf("%s: %v", raw, got)
		}
	}
	o := read(t, `{"name":"1","fulfillments":[
		{"id":"b","status":"delivered","created_at":"2026-11-20T00:00:00Z","events":[{"status":"in_transit","at":"2026-11-20T01:00:00Z"},{"status":"delivered","at":"2026-11-21T00:00:00Z"}]},
		{"id":"a","status":"shipped","created_at":"2026-11-19T00:00:00Z","tracking":[{"number":"1","url":"javascript:alert(1)"},{"url":"https://www.ups.com/track"}]}]}`)
	if o.Fulfillments[0].ID != "a" || o.Fulfillments[1].Events[0].Status != order.Delivered || !o.Fulfillments[1].DeliveredAt.Equal(day.AddDate(0, 0, 1)) {
		t.Errorf("parcels oldest first, events newest first: %+v", o.Fulfillments)
	}
	if tr := o.Fulfillments[0].Tracking; tr[0].URL != "" || tr[1].URL == "" {
		t.Errorf("links %+v", tr)
	}
	if o.ID == "" || o.ID == read(t, `{"name":"1","created_at":"2026-11-20"}`).ID {
		t.Error("two orders of one name have one id")
	}
}

func TestNoOrder(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{``, `null`, `[]`, `"#1001"`, `{}`, `{"name":null}`, `{"name":{}}`, `{"name":"#1001"`, `{"id":"ana@example.com"}`, "\xff"} {
		if _, err := ownorder.Read([]byte(raw), noon); !errors.Is(err, ownorder.ErrUnreadable) || strings.Contains(err.Error(), "ana") {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

// FuzzRead: whatever a platform says is an order or none, never a panic, and what
// callers rely on holds.
func FuzzRead(f *testing.F) {
	for _, s := range sandbox.Samples(noon) {
		raw, err := json.Marshal(s.Own())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte(`{"name":1e999,"items":[{"quantity":"1e308","unfulfilled":-1}],"fulfillments":"[{\"status\":[]}]","refunds":[{"amount":1e99}],"created_at":"0000-01-01T00:00:00Z"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		o, err := ownorder.Read(raw, noon)
		if err != nil {
			if !reflect.DeepEqual(o, order.Order{}) {
				t.Error("an error, and an order")
			}
			return
		}
		if o.Name == "" || o.ID == "" || o.Contacts.Hidden != (len(o.Contacts.Emails)+len(o.Contacts.Phones) == 0) {
			t.Error("no name, no id, or hidden contacts that are not")
		}
		for _, i := range o.Items {
			if i.Quantity < 0 || i.Unfulfilled < 0 {
				t.Errorf("%d of %d", i.Unfulfilled, i.Quantity)
			}
		}
		for _, p := range o.Fulfillments {
			if p.ID == "" || p.Status == "" {
				t.Error("a parcel without id or status")
			}
		}
	})
}
