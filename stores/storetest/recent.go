package storetest

import (
	"slices"
	"testing"
	"time"

	"wismo/core/fault"
	"wismo/core/order"
	"wismo/stores/sandbox"
)

// recent holds that a customer's newest orders are found by their own e-mail or
// phone, where the store can be asked so.
func recent(t *testing.T, open Open) {
	o := standard()
	ben := named("#1009", 9, time.Minute)
	ben.Email = "ben@example.com"
	o.Samples = []sandbox.Sample{ben}
	for i, name := range []string{"#1006", "#1005", "#1004", "#1003", "#1002", "#1001"} {
		s := named(name, i+1, time.Duration(i+1)*time.Hour)
		s.Customer, s.Phone = "Ana", "+14155550101"
		o.Samples = append(o.Samples, s)
	}
	r := open(t, o)
	store, ok := r.Store.(order.Recent)
	if !ok {
		t.Log("this store cannot be asked for a customer's orders")
		return
	}
	for name, who := range map[string]order.Contact{"by e-mail": {Email: "ana@example.com"}, "by phone": {Phone: "+14155550101"}} {
		got, err := store.Recent(t.Context(), who)
		if want := []string{"#1006", "#1005", "#1004", "#1003"}; err != nil || !slices.Equal(names(got), want) {
			t.Errorf("%s: %v, %v, want %v", name, names(got), err, want)
		}
	}
	for _, who := range []order.Contact{{}, {Email: "nobody@example.com"}, {Phone: "+14155550199"}, {Email: `ana@example.com" OR name:"1009`}} {
		if got, err := store.Recent(t.Context(), who); fault.KindOf(err) != fault.NotFound || len(got) > 0 {
			t.Errorf("of nobody: %v, %v", names(got), err)
		}
	}
}
