package app_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"wismo/cmd/internal/app"
	"wismo/config"
	"wismo/core/check"
	"wismo/core/fault"
	"wismo/core/order"
)

// fakeModel answers every question alike.
func fakeModel(t *testing.T, status int) (url string, calls *atomic.Int32) {
	t.Helper()
	calls = &atomic.Int32{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"choices":[{"message":{"content":"{\"intents\":[\"human_agent\"]}"}}]}`)
	}))
	t.Cleanup(server.Close)
	return server.URL, calls
}

// A customer whom the built-in recogniser does not understand is answered by
// what the model says.
func TestSecondOpinionIsHeard(t *testing.T) {
	t.Parallel()
	c := demo(t)
	url, calls := fakeModel(t, http.StatusOK)
	c.Understand.LLM = config.LLM{URL: url, Model: "small"}
	a := start(t, c)
	if err := a.Phones().Text(t.Context(), "sms", "+14155550101", "xyzzy plugh frobnicate"); err != nil {
		t.Fatal(err)
	}
	if err := a.Settled(t.Context()); err != nil {
		t.Fatal(err)
	}
	replies, err := a.Phones().Replies(t.Context(), "sms", "+14155550101", 0, 0)
	if err != nil || len(replies) != 1 || !strings.Contains(replies[0].Text, "colleague") {
		t.Errorf("replies %+v, %v", replies, err)
	}
	if calls.Load() == 0 {
		t.Error("the model was not asked")
	}
}

func TestCheckTriesTheSecondOpinion(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status int
		level  check.Level
	}{"works": {http.StatusOK, check.OK}, "wrong key": {http.StatusUnauthorized, check.Failed}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := checkable(t)
			url, _ := fakeModel(t, tt.status)
			c.Understand.LLM = config.LLM{URL: url, Model: "small"}
			found := 0
			for _, f := range app.Check(t.Context(), c, "test") {
				if f.Name == "second opinion" {
					found++
					if f.Level != tt.level {
						t.Errorf("%+v, want %s", f, tt.level)
					}
				}
			}
			if found != 1 {
				t.Errorf("%d findings", found)
			}
		})
	}
}

// OpenShop reads a shop's orders with nothing else running.
func TestOpenShop(t *testing.T) {
	t.Parallel()
	c, _ := checkable(t)
	s, store, err := app.OpenShop(t.Context(), c, "demo", "test")
	if err != nil || s.Key != "demo" || s.Orders.Prefix != "#" {
		t.Fatalf("%+v, %v", s, err)
	}
	if found, err := store.Find(t.Context(), order.Ref{Text: "1001"}); err != nil || len(found) != 1 || found[0].Name != "#1001" {
		t.Errorf("%d orders, %v", len(found), err)
	}
	if _, err := store.Find(t.Context(), order.Ref{Text: "987654"}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("error %v, want not found", err)
	}
	if _, _, err := app.OpenShop(t.Context(), c, "nobody", "test"); err == nil || !strings.Contains(err.Error(), `there is no shop "nobody"; the configuration has: demo`) {
		t.Errorf("error %v", err)
	}
}
