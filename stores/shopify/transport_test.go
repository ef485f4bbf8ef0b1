package shopify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wismo/core/fault"
	"wismo/core/order"
	"wismo/core/remote"
	"wismo/core/shop"
	"wismo/stores/sandbox"
	"wismo/stores/shopify"
	"wismo/stores/shopify/shopifycontract"
	"wismo/stores/storetest"
)

// shapes returns the vendor's sample answers by name.
func shapes(t *testing.T) map[string]json.RawMessage {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(shopifycontract.Dir(t), "rest_shapes.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list map[string]json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestShapes(t *testing.T) {
	t.Parallel()
	list := shapes(t)
	for _, tt := range []struct {
		shape  string
		status int
		want   fault.Kind
		hint   string
	}{
		{"graphql_throttled", 200, fault.Unavailable, ""}, // 1.68 s are more than the budget
		{"graphql_throttled", 429, fault.Unavailable, ""},
		{"graphql_access_denied", 200, fault.Denied, "read_orders"},
		{"http_401", 401, fault.Denied, "token is not valid"},
		{"http_401", 403, fault.Denied, ""},
		{"http_401", 402, fault.Denied, "frozen"},
		{"http_401", 423, fault.Denied, "frozen"},
		{"http_401", 404, fault.Denied, "version"},
		{"http_401", 301, fault.Denied, "myshopify.com"},
	} {
		t.Run(fmt.Sprint(tt.shape, " ", tt.status), func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			answer := answering(tt.status, string(list[tt.shape]))
			store := against(t, time.Second, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				answer(w, r)
			})
			_, err := store.Find(t.Context(), order.Ref{Text: "1001"})
			if fault.KindOf(err) != tt.want || !strings.Contains(err.Error(), tt.hint) {
				t.Errorf("Find = %v, want %v with a hint of %q", err, tt.want, tt.hint)
			}
			if n := calls.Load(); n != 1 {
				t.Errorf("%d calls, want one: a static token cannot be renewed, and the wait is known to be too long", n)
			}
		})
	}
}

func TestThrottled(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		mischief sandbox.Mischief
		atLeast  time.Duration
	}{
		{"200", sandbox.Mischief{Throttled: 40}, 400 * time.Millisecond},
		{"429 with seconds", sandbox.Mischief{Status: 429, RetryAfter: "0.4", Body: "{}"}, 400 * time.Millisecond},
		{"429 without", sandbox.Mischief{Status: 429, Body: "{}"}, 100 * time.Millisecond},
		{"429 with the cost", sandbox.Mischief{Status: 429, Body: `{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],
			"extensions":{"cost":{"requestedQueryCost":100,"throttleStatus":{"currentlyAvailable":80,"restoreRate":50}}}}`}, 400 * time.Millisecond},
		{"503", sandbox.Mischief{Status: 503}, 100 * time.Millisecond},
		{"500", sandbox.Mischief{Status: 500, Body: "<html>"}, 100 * time.Millisecond},
		{"HTML with 200", sandbox.Mischief{Status: 200, Body: "<html>"}, 100 * time.Millisecond},
		{"truncated", sandbox.Mischief{Status: 200, Body: `{"data":{"orders":{"nodes":[{"na`}, 100 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			r.clock.Store(time.Now().UnixNano()) // pauses are real
			r.sandbox.Misbehave(tt.mischief)
			start := time.Now()
			got, requests, err := r.find(t, "1001")
			if err != nil || len(got) != 1 || requests != 2 {
				t.Fatalf("%d orders after %d requests, %v", len(got), requests, err)
			}
			if took := time.Since(start); took < tt.atLeast {
				t.Errorf("it was asked again after %v, want %v at least", took, tt.atLeast)
			}
		})
	}
}

// granting is a rig whose app uses the client credentials grant.
func granting(t *testing.T, secret string) *rig {
	t.Helper()
	return newRig(t, func(box *sandbox.Config, cfg *shopify.Config) {
		box.ClientID, box.ClientSecret, box.TokenLives = "id", "secret", time.Hour
		cfg.Token, cfg.ClientID, cfg.ClientSecret = "", "id", secret
	})
}

func (r *rig) findMany(t *testing.T, n int) {
	t.Helper()
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			if _, err := r.store.Find(t.Context(), order.Ref{Text: "1001"}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestGrant(t *testing.T) {
	t.Parallel()
	r := granting(t, "secret")
	step := func(what string, grants int) {
		t.Helper()
		r.findMany(t, 30)
		if got := r.sandbox.Grants(); got != grants {
			t.Errorf("%s: %d tokens were granted in all, want %d", what, got, grants)
		}
	}
	step("at first", 1)
	r.pass(50 * time.Minute)
	step("still good", 1)
	r.pass(5 * time.Minute)
	step("before its end", 2)
	r.sandbox.RevokeTokens()
	step("revoked", 3)
}

func TestGrantRefused(t *testing.T) {
	t.Parallel()
	r := granting(t, "wrong")
	start := time.Now()
	_, requests, err := r.find(t, "1001")
	if fault.KindOf(err) != fault.Denied || !strings.Contains(err.Error(), "client id and secret") || requests != 0 {
		t.Errorf("%v after %d requests, want denied with a hint", err, requests)
	}
	if strings.Contains(err.Error(), "wrong") {
		t.Error("the error tells the secret")
	}
	if time.Since(start) > time.Second {
		t.Error("a wrong secret was tried again and again")
	}
}

// A refusal that a new token cannot mend asks for none.
func TestGrantKept(t *testing.T) {
	t.Parallel()
	r := granting(t, "secret")
	r.mustFind(t, "1001")
	r.sandbox.Misbehave(sandbox.Mischief{Status: 404, Body: "{}"}, sandbox.Mischief{Status: 402, Body: "{}"})
	for range 2 {
		if _, _, err := r.find(t, "1001"); fault.KindOf(err) != fault.Denied {
			t.Errorf("Find = %v, want denied", err)
		}
	}
	r.mustFind(t, "1001")
	if n := r.sandbox.Grants(); n != 1 {
		t.Errorf("%d tokens were granted, want 1", n)
	}
}

// Whoever waits for a token that another caller asks for gives up in time.
func TestGrantSilent(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(release) })
	store := shopify.New(shopify.Config{ClientID: "id", ClientSecret: "secret", Version: "2026-10", Endpoint: server.URL, Format: shop.Defaults().Orders, Budget: 10 * time.Second},
		remote.New(remote.Options{Loopback: true}), time.Now, slog.New(slog.DiscardHandler))
	var first sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	first.Go(func() { _, _ = store.Find(ctx, order.Ref{Text: "1001"}) }) // it is only in the way
	t.Cleanup(func() { cancel(); first.Wait() })
	start := time.Now()
	short, done := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer done()
	if _, err := store.Find(short, order.Ref{Text: "1002"}); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("Find = %v, want unavailable", err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("Find took %v, its caller waits 200 ms", took)
	}
}

// Credentials go to the configured host alone.
func TestRedirectNotFollowed(t *testing.T) {
	t.Parallel()
	var reached atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	t.Cleanup(other.Close)
	store := against(t, time.Second, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	_, err := store.Find(t.Context(), order.Ref{Text: "1001"})
	if fault.KindOf(err) != fault.Denied || reached.Load() {
		t.Errorf("Find = %v, the other host was reached: %v", err, reached.Load())
	}
}

func TestPrivateHostRefused(t *testing.T) {
	t.Parallel()
	for _, endpoint := range []string{"http://127.0.0.1:9", "http://10.0.0.1", "http://169.254.169.254", "http://[::1]:9", "http://localhost:9"} {
		store := shopify.New(shopify.Config{Token: "t", Version: "2026-10", Endpoint: endpoint, Format: shop.Defaults().Orders},
			remote.New(remote.Options{}), time.Now, slog.New(slog.DiscardHandler))
		if _, err := store.Find(t.Context(), order.Ref{Text: "1001"}); fault.KindOf(err) != fault.Denied {
			t.Errorf("%s: %v, want denied", endpoint, err)
		}
	}
}

func TestForeignCertificateRefused(t *testing.T) {
	t.Parallel()
	var reached atomic.Bool
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	t.Cleanup(server.Close)
	store := shopify.New(shopify.Config{Token: "t", Version: "2026-10", Endpoint: server.URL, Format: shop.Defaults().Orders},
		remote.New(remote.Options{Loopback: true}), time.Now, slog.New(slog.DiscardHandler))
	if _, err := store.Find(t.Context(), order.Ref{Text: "1001"}); fault.KindOf(err) != fault.Denied || reached.Load() {
		t.Errorf("Find = %v, reached %v, want denied before anything is sent", err, reached.Load())
	}
}

func TestWhateverComesBack(t *testing.T) {
	t.Parallel()
	storetest.HTTP(t, func(t *testing.T, url string, budget time.Duration) order.Store {
		client := remote.New(remote.Options{Version: "test", Loopback: true})
		t.Cleanup(client.CloseIdleConnections)
		return shopify.New(shopify.Config{Token: "shpat_x", Version: "2026-10", Format: shop.Defaults().Orders, Endpoint: url, Budget: budget}, client, time.Now, slog.New(slog.DiscardHandler))
	})
}
