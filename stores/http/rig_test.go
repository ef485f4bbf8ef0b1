package httpstore_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"wismo/core/remote"
	"wismo/core/shop"
	httpstore "wismo/stores/http"
	"wismo/stores/ownorder"
	"wismo/stores/sandbox"
	"wismo/stores/storetest"
)

// rig is a store that asks a platform of the sandbox.
type rig struct {
	*httpstore.Store
	own *sandbox.Own
}

func newRig(t *testing.T, change ...func(*sandbox.OwnConfig, *httpstore.Config)) *rig {
	t.Helper()
	platform := sandbox.OwnConfig{Now: storetest.Noon, Validate: judge(t)}
	cfg := httpstore.Config{Secret: sandbox.DefaultOwnSecret, Format: shop.Defaults().Orders}
	for _, f := range change {
		f(&platform, &cfg)
	}
	own := sandbox.NewOwn(platform)
	server := httptest.NewServer(own)
	t.Cleanup(server.Close)
	cfg.URL = server.URL + cfg.URL
	t.Cleanup(func() {
		for _, v := range own.Violations() {
			t.Errorf("against the contract: %v", v)
		}
	})
	return &rig{open(t, cfg), own}
}

func open(t testing.TB, cfg httpstore.Config) *httpstore.Store {
	t.Helper()
	client := remote.New(remote.Options{Loopback: true})
	t.Cleanup(client.CloseIdleConnections)
	return httpstore.New(cfg, client, storetest.Noon, slog.New(slog.DiscardHandler))
}

// judge holds requests and answers against the published contract.
func judge(t *testing.T) func(request, answer []byte) error {
	t.Helper()
	request, answer := schema(t, "request"), schema(t, "answer")
	return func(asked, answered []byte) error {
		for part, c := range map[*jsonschema.Schema][]byte{request: asked, answer: answered} {
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(c))
			if err != nil {
				return err
			}
			if err := part.Validate(v); err != nil {
				return err
			}
		}
		return nil
	}
}

func schema(t *testing.T, part string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(httpstore.Contract()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("contract.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("contract.json#/$defs/" + part)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSuite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, o storetest.Options) storetest.Rig {
		r := newRig(t, func(p *sandbox.OwnConfig, cfg *httpstore.Config) {
			p.Now, p.Samples, cfg.Format, cfg.Budget = o.Now, o.Samples, o.Format, o.Budget
		})
		return storetest.Rig{
			Store: r.Store, Requests: r.own.Requests, Trouble: func(x storetest.Trouble) { r.own.Answer(trouble(x)) },
		}
	})
}

// answering gives every request the same answer, dated by the clock that the store
// goes by.
func answering(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", storetest.Noon().Format(http.TimeFormat))
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the caller may have gone
	}
}

// signed answers every request so, genuinely.
func signed(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ownorder.SignAnswer(w.Header(), sandbox.DefaultOwnSecret, r.Header.Get(ownorder.HeaderID), http.StatusOK, []byte(body))
		_, _ = io.WriteString(w, body) // the caller may have gone
	}
}

func trouble(x storetest.Trouble) http.HandlerFunc {
	switch x {
	case storetest.Silence:
		return func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // else nobody notices that the caller has gone
			<-r.Context().Done()
		}
	case storetest.Broken:
		return answering(500, "text/html", "<p>ana@example.com cannot be saved")
	case storetest.Limited:
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(429)
		}
	case storetest.Garbage:
		return answering(200, "text/html", "<html>#1001</html>")
	case storetest.Revoked:
		return answering(401, "application/json", ownorder.Refusal(ownorder.ErrForged))
	}
	return answering(500, "text/plain", fmt.Sprintf("no such trouble: %s", x))
}
