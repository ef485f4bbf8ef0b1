package shopify_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"wismo/core/order"
	"wismo/core/remote"
	"wismo/core/shop"
	"wismo/stores/sandbox"
	"wismo/stores/shopify"
	"wismo/stores/shopify/shopifycontract"
	"wismo/stores/storetest"
)

// rig is an adapter that reads from a sandbox, whose every request is held
// against the vendor's schema.
type rig struct {
	store   *shopify.Store
	sandbox *sandbox.Shopify
	log     *bytes.Buffer
	// clock is the time by which store and sandbox go, in nanoseconds.
	clock atomic.Int64
}

func (r *rig) now() time.Time { return time.Unix(0, r.clock.Load()) }

func (r *rig) pass(d time.Duration) { r.clock.Add(int64(d)) }

// newRig returns a rig; change, if not nil, changes what it is made of.
func newRig(t *testing.T, change func(*sandbox.Config, *shopify.Config)) *rig {
	t.Helper()
	r := &rig{log: new(bytes.Buffer)}
	r.clock.Store(storetest.Noon().UnixNano())
	box := sandbox.Config{Validate: shopifycontract.Validator(t), Now: r.now}
	cfg := shopify.Config{Token: sandbox.DefaultToken, Version: "2026-10", Format: shop.Defaults().Orders, Budget: 2 * time.Second}
	if change != nil {
		change(&box, &cfg)
	}
	r.sandbox = sandbox.New(box)
	endpoint, err := r.sandbox.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cfg.Endpoint = endpoint
	client := remote.New(remote.Options{Version: "test", Loopback: true, Timeout: 5 * time.Second})
	r.store = shopify.New(cfg, client, r.now, slog.New(slog.NewTextHandler(r.log, nil)))
	t.Cleanup(func() {
		client.CloseIdleConnections()
		r.sandbox.Close()
		if v := r.sandbox.Violations(); len(v) > 0 {
			t.Errorf("%d requests broke the schema, the first: %v", len(v), v[0])
		}
	})
	return r
}

// find reads an order and returns how many requests that took.
func (r *rig) find(t *testing.T, ref string) ([]order.Order, int, error) {
	t.Helper()
	before := r.sandbox.Requests()
	got, err := r.store.Find(t.Context(), order.Ref{Text: ref})
	return got, r.sandbox.Requests() - before, err
}

// mustFind reads one order.
func (r *rig) mustFind(t *testing.T, ref string) order.Order {
	t.Helper()
	got, _, err := r.find(t, ref)
	if err != nil || len(got) != 1 {
		t.Fatalf("Find(%s): %d orders, %v", ref, len(got), err)
	}
	return got[0]
}

// against returns a store that reads from handler.
func against(t *testing.T, budget time.Duration, handler http.HandlerFunc) *shopify.Store {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client := remote.New(remote.Options{Loopback: true})
	t.Cleanup(client.CloseIdleConnections)
	return shopify.New(shopify.Config{
		Token: sandbox.DefaultToken, Version: "2026-10", Endpoint: server.URL, Format: shop.Defaults().Orders, Budget: budget,
	}, client, time.Now, slog.New(slog.DiscardHandler))
}

// answering returns a handler that gives every request the same answer.
func answering(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the caller may have gone
	}
}

func TestSuite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, o storetest.Options) storetest.Rig {
		r := newRig(t, func(box *sandbox.Config, cfg *shopify.Config) {
			box.Samples, cfg.Format, cfg.Budget = o.Samples, o.Format, o.Budget
		})
		return storetest.Rig{Store: r.store, Requests: r.sandbox.Requests, Trouble: func(x storetest.Trouble) {
			r.sandbox.Misbehave(map[storetest.Trouble]sandbox.Mischief{
				storetest.Silence: {Times: -1, Delay: time.Minute},
				storetest.Broken:  {Times: -1, Status: 500, Body: "Internal Server Error for ana@example.com"},
				storetest.Limited: {Times: -1, Throttled: 100_000},
				storetest.Garbage: {Times: -1, Status: 200, Body: "<html>#1001</html>"},
				storetest.Revoked: {Times: -1, Status: 401, Body: `{"errors":"[API] Invalid API key or access token"}`},
			}[x])
		}}
	})
}
