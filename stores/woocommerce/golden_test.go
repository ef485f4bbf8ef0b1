package woocommerce_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"wismo/core/shop"
	"wismo/stores/sandbox"
	"wismo/stores/storetest"
	"wismo/stores/woocommerce"
)

// What `wismo check` says of each thing that may be wrong with a WooCommerce shop.
func TestCheckSays(t *testing.T) {
	t.Parallel()
	at := func(url string) storetest.Checker {
		return open(t, woocommerce.Config{URL: url, Key: sandbox.DefaultKey, Secret: sandbox.DefaultSecret, Format: shop.Defaults().Orders})
	}
	cases := map[string]storetest.Checker{}
	for name, url := range storetest.ServeFailures(t) {
		cases[name] = at(url)
	}
	for name, answer := range map[string]http.HandlerFunc{
		"a wrong key":                            answering(401, "application/json", `{"code":"woocommerce_rest_authentication_error","message":"x","data":{"status":401}}`),
		"a key whose user may not see orders":    answering(403, "application/json", `{"code":"woocommerce_rest_cannot_view","message":"x","data":{"status":403}}`),
		"WordPress without WooCommerce":          answering(404, "application/json", `{"code":"rest_no_route","message":"x","data":{"status":404}}`),
		"a REST API that is kept for who log in": answering(401, "application/json", `{"code":"rest_not_logged_in","message":"x","data":{"status":401}}`),
		"no orders":                              answering(200, "application/json", `[]`),
	} {
		server := httptest.NewServer(answer)
		t.Cleanup(server.Close)
		cases[name] = at(server.URL)
	}
	cases["all is well"] = newRig(t)
	for name, change := range map[string]func(*sandbox.WooConfig, *woocommerce.Config){
		"no tracking":                    func(site *sandbox.WooConfig, _ *woocommerce.Config) { site.Tracking = "none" },
		"tracking by an extension":       func(site *sandbox.WooConfig, _ *woocommerce.Config) { site.Tracking = "shipment-tracking" },
		"a site without pretty links":    func(site *sandbox.WooConfig, _ *woocommerce.Config) { site.NoPermalinks = true },
		"contacts that a plugin removes": func(site *sandbox.WooConfig, _ *woocommerce.Config) { site.Samples = []sandbox.Sample{bare()} },
	} {
		cases[name] = newRig(t, change)
	}
	cases["not encrypted"] = at("http://shop.example.com")
	storetest.GoldenCheck(t, "check.golden", cases)
}

// bare is an order without contacts.
func bare() sandbox.Sample {
	return sandbox.Sample{ID: 1, Name: "#1001", CreatedAt: storetest.Noon(), Financial: "PAID", Items: []sandbox.Item{{Title: "Mug", Quantity: 1}}}
}
