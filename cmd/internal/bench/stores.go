package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"wismo/core/order"
	"wismo/core/remote"
	"wismo/core/shop"
	httpstore "wismo/stores/http"
	"wismo/stores/sandbox"
	"wismo/stores/shopify"
	"wismo/stores/woocommerce"
)

// asking counts what a store is asked for and what comes back.
type asking struct {
	next            http.RoundTripper
	requests, bytes atomic.Int64
}

// RoundTrip implements http.RoundTripper.
func (a *asking) RoundTrip(r *http.Request) (*http.Response, error) {
	a.requests.Add(1)
	res, err := a.next.RoundTrip(r)
	if err == nil {
		res.Body = &weighed{res.Body, &a.bytes}
	}
	return res, err
}

type weighed struct {
	io.ReadCloser
	bytes *atomic.Int64
}

// Read implements io.Reader.
func (c *weighed) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.bytes.Add(int64(n))
	return n, err
}

// platform is a local stand-in that a store is measured on.
type platform struct {
	name string
	// start starts it and returns the store that reads from it, and its end.
	start func(*http.Client) (order.Store, func(), error)
}

// platforms lists them, each taking 50 ms an answer.
func platforms() []platform {
	list := []platform{{"shopify", startShopify}}
	for _, tracking := range []string{"fulfillments", "shipment-tracking", "meta"} {
		list = append(list, platform{"woocommerce, " + tracking, func(c *http.Client) (order.Store, func(), error) { return startWoo(c, tracking) }})
	}
	return append(list, platform{"http", startOwn})
}

func startOwn(c *http.Client) (order.Store, func(), error) {
	own := sandbox.NewOwn(sandbox.OwnConfig{Latency: outside})
	url, err := own.Start("127.0.0.1:0")
	cfg := httpstore.Config{URL: url, Secret: sandbox.DefaultOwnSecret, Format: shop.Defaults().Orders}
	return httpstore.New(cfg, c, time.Now, slog.New(slog.DiscardHandler)), own.Close, err
}

func startShopify(c *http.Client) (order.Store, func(), error) {
	box := sandbox.New(sandbox.Config{Latency: outside})
	url, err := box.Start("127.0.0.1:0")
	cfg := shopify.Config{Token: sandbox.DefaultToken, Version: "2026-10", Endpoint: url, Format: shop.Defaults().Orders}
	return shopify.New(cfg, c, time.Now, slog.New(slog.DiscardHandler)), box.Close, err
}

func startWoo(c *http.Client, tracking string) (order.Store, func(), error) {
	site := sandbox.NewWoo(sandbox.WooConfig{Latency: outside, Tracking: tracking})
	url, err := site.Start("127.0.0.1:0")
	cfg := woocommerce.Config{URL: url, Key: sandbox.DefaultKey, Secret: sandbox.DefaultSecret, Format: shop.Defaults().Orders}
	return woocommerce.New(cfg, c, time.Now, slog.New(slog.DiscardHandler)), site.Close, err
}

// answersMeasured is how many answers are measured of each store.
const answersMeasured = 60

// measureStores reads orders one after the other from each store and tells what an
// answer costs.
func measureStores(ctx context.Context) ([][3]string, error) {
	var rows [][3]string
	for _, p := range platforms() {
		row, err := measureStore(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func measureStore(ctx context.Context, p platform) ([3]string, error) {
	client := remote.New(remote.Options{Loopback: true})
	count := &asking{next: client.Transport}
	client.Transport = count
	defer client.CloseIdleConnections()
	store, end, err := p.start(client)
	if err != nil {
		return [3]string{}, err
	}
	defer end()
	names := []string{"1001", "1002", "1003", "1005", "1008", "1015"}
	if _, err := store.Find(ctx, order.Ref{Text: names[0]}); err != nil { // it learns where the tracking stands
		return [3]string{}, err
	}
	count.requests.Store(0)
	count.bytes.Store(0)
	began := time.Now()
	for i := range answersMeasured {
		if _, err := store.Find(ctx, order.Ref{Text: names[i%len(names)]}); err != nil {
			return [3]string{}, err
		}
	}
	took := time.Since(began) / answersMeasured
	requests := float64(count.requests.Load()) / answersMeasured
	return [3]string{
		"store: " + p.name,
		fmt.Sprintf("%.1f requests, %.1f kB, %s", requests, float64(count.bytes.Load())/answersMeasured/1000, ms(took)), "≤ 2 requests",
	}, nil
}
