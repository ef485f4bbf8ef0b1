package shopify_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"wismo/core/check"
	"wismo/stores/sandbox"
	"wismo/stores/shopify"
)

// expectFinding looks for a finding by name; text stands in its detail or hint.
func expectFinding(t *testing.T, list []check.Finding, name string, level check.Level, text string) {
	t.Helper()
	for _, f := range list {
		if f.Name == name {
			if f.Level != level || !strings.Contains(f.Detail+" "+f.Hint, text) {
				t.Errorf("%s: %v %q, hint %q, want %v with %q", name, f.Level, f.Detail, f.Hint, level, text)
			}
			return
		}
	}
	t.Errorf("there is no finding %q in %+v", name, list)
}

func TestCheckAllWell(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	list := r.store.Check(t.Context())
	for _, f := range list {
		if f.Level != check.OK {
			t.Errorf("%s: %s", f.Name, f.Detail)
		}
		for _, secret := range []string{sandbox.DefaultToken, "ana", "example.com", "555"} {
			if strings.Contains(f.Detail+f.Hint, secret) {
				t.Errorf("%s tells %q", f.Name, secret)
			}
		}
	}
	expectFinding(t, list, "shopify token", check.OK, "demo.myshopify.com")
	expectFinding(t, list, "shopify API version", check.OK, "2026-10")
	expectFinding(t, list, "shopify read", check.OK, "40 days old")
	expectFinding(t, list, "shopify cost", check.OK, "questions a second")
}

func TestCheckScopes(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]struct {
		finding string
		level   check.Level
		text    string
	}{
		"all_orders":        {"shopify scope read_all_orders", check.Warning, "60 days"},
		"customer":          {"shopify scope read_customers", check.Warning, "verified"},
		"fulfillmentOrders": {"shopify scope read_merchant_managed_fulfillment_orders", check.Warning, "holds"},
		"returns":           {"shopify scope read_returns", check.Warning, "returns"},
		"orders":            {"shopify scope read_orders", check.Failed, "install the app again"},
	} {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			r.sandbox.Deny(field)
			list := r.store.Check(t.Context())
			expectFinding(t, list, want.finding, want.level, want.text)
			if field == "orders" {
				expectFinding(t, list, "shopify read", check.Failed, "grant read_orders")
			}
		})
	}
}

func TestCheckToken(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *sandbox.Config, cfg *shopify.Config) { cfg.Token = "shpat_wrong" })
	list := r.store.Check(t.Context())
	if len(list) != 1 || strings.Contains(list[0].Detail+list[0].Hint, "shpat_wrong") {
		t.Errorf("%+v", list)
	}
	expectFinding(t, list, "shopify token", check.Failed, "make a new one")
	expectFinding(t, granting(t, "wrong").store.Check(t.Context()), "shopify token", check.Failed, "client id and secret")
	served := newRig(t, func(box *sandbox.Config, _ *shopify.Config) { box.Version = "2027-01" })
	expectFinding(t, served.store.Check(t.Context()), "shopify token", check.Failed, "version")
}

func TestCheckVersion(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		versions string
		level    check.Level
		text     string
	}{
		"newest":            {`{"handle":"2026-07","supported":true},{"handle":"2026-10","supported":true},{"handle":"2027-01","supported":false}`, check.OK, "2026-10"},
		"oldest":            {`{"handle":"2025-10","supported":false},{"handle":"2026-10","supported":true},{"handle":"2027-01","supported":true},{"handle":"unstable","supported":true}`, check.Warning, "oldest"},
		"oldest, any order": {`{"handle":"unstable","supported":true},{"handle":"2027-01","supported":true},{"handle":"2026-10","supported":true}`, check.Warning, "oldest"},
		"gone":              {`{"handle":"2027-01","supported":true}`, check.Failed, "not served"},
		"not supported":     {`{"handle":"2026-10","supported":false},{"handle":"2027-01","supported":true}`, check.Failed, "not served"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := against(t, time.Second, answering(http.StatusOK, `{"data":{"shop":{"name":"x","myshopifyDomain":"x.myshopify.com"},
				"currentAppInstallation":{"accessScopes":[]},"publicApiVersions":[`+tt.versions+`],"orders":{"nodes":[]}}}`))
			list := store.Check(t.Context())
			expectFinding(t, list, "shopify API version", tt.level, tt.text)
			expectFinding(t, list, "shopify read", check.Warning, "no order is visible")
		})
	}
}

func TestCheckContacts(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.sandbox.HideContacts(true)
	expectFinding(t, r.store.Check(t.Context()), "shopify contacts", check.Warning, "level 2")
	// Refused with errors beside the data instead of left out in silence.
	r.sandbox.HideContacts(false)
	r.sandbox.Deny("email", "phone")
	expectFinding(t, r.store.Check(t.Context()), "shopify contacts", check.Warning, "level 2")
	empty := newRig(t, func(box *sandbox.Config, _ *shopify.Config) { box.Samples = []sandbox.Sample{} })
	expectFinding(t, empty.store.Check(t.Context()), "shopify read", check.Warning, "new shop")
}

// A shop that does not answer is found out when the caller's time is up.
func TestCheckSilence(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.sandbox.Misbehave(sandbox.Mischief{Times: -1, Delay: time.Minute})
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	expectFinding(t, r.store.Check(ctx), "shopify token", check.Failed, "no answer in time")
}
