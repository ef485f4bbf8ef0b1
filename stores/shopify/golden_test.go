package shopify_test

import (
	"log/slog"
	"testing"

	"wismo/core/remote"
	"wismo/core/shop"
	"wismo/stores/sandbox"
	"wismo/stores/shopify"
	"wismo/stores/storetest"
)

// What `wismo check` says of each thing that may be wrong with a Shopify store.
func TestCheckSays(t *testing.T) {
	t.Parallel()
	cases := map[string]storetest.Checker{"all is well": newRig(t, nil).store}
	for name, url := range storetest.ServeFailures(t) {
		client := remote.New(remote.Options{Loopback: true})
		t.Cleanup(client.CloseIdleConnections)
		cases[name] = shopify.New(shopify.Config{Token: "shpat_x", Version: "2026-10", Endpoint: url, Format: shop.Defaults().Orders}, client, storetest.Noon, slog.New(slog.DiscardHandler))
	}
	for name, change := range map[string]func(*sandbox.Config, *shopify.Config){
		"a wrong token":                func(_ *sandbox.Config, cfg *shopify.Config) { cfg.Token = "shpat_wrong" },
		"a version that is not served": func(_ *sandbox.Config, cfg *shopify.Config) { cfg.Version = "2024-01" },
		"a wrong client secret": func(_ *sandbox.Config, cfg *shopify.Config) {
			cfg.Token, cfg.ClientID, cfg.ClientSecret = "", "id", "wrong"
		},
		"no orders":    func(box *sandbox.Config, _ *shopify.Config) { box.Samples = []sandbox.Sample{} },
		"a small plan": func(box *sandbox.Config, _ *shopify.Config) { box.Points.PerSecond = 100 },
	} {
		cases[name] = newRig(t, change).store
	}
	for name, fields := range map[string][]string{
		"no scope for orders":                        {"orders"},
		"no scope for old orders":                    {"all_orders"},
		"no scopes for customers, holds and returns": {"customer", "fulfillmentOrders", "returns"},
		"contacts are refused":                       {"email", "phone"},
	} {
		r := newRig(t, nil)
		r.sandbox.Deny(fields...)
		cases[name] = r.store
	}
	hidden := newRig(t, nil)
	hidden.sandbox.HideContacts(true)
	cases["contacts are left blank"] = hidden.store
	storetest.GoldenCheck(t, "check.golden", cases)
}
