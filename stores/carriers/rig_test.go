package carriers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"wismo/core/contract"
	"wismo/core/order"
	"wismo/core/remote"
	"wismo/stores/carriers"
	"wismo/stores/carriers/carrierstest"
)

// number is an example of UPS's.
const number = "1Z999AA10123456784"

func kinds() []carriers.Kind {
	return []carriers.Kind{carriers.EasyPost, carriers.AfterShip, carriers.SeventeenTrack}
}

// each runs a test for every service.
func each(t *testing.T, test func(t *testing.T, kind carriers.Kind)) {
	t.Helper()
	for _, kind := range kinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			test(t, kind)
		})
	}
}

// rig is a reader and the service that it asks.
type rig struct {
	*carriers.Reader
	service *carrierstest.Service
	url     string
	skew    *skew
}

// skew is a clock that can be put forward.
type skew struct{ by time.Duration }

func (s *skew) now() time.Time { return time.Now().Add(s.by) }

// newRig opens a reader of a service that has parcel number in a state, and others.
func newRig(t *testing.T, kind carriers.Kind, state carrierstest.State, change ...func(*carriers.Config, *carrierstest.Config)) *rig {
	t.Helper()
	cfg := carriers.Config{Kind: kind, Key: carrierstest.Key, Budget: 5 * time.Second}
	site := carrierstest.Config{Kind: kind, Parcels: []carrierstest.Parcel{{Number: number, State: state}}, Validate: shapes(t, kind)}
	for _, f := range change {
		f(&cfg, &site)
	}
	service := carrierstest.New(site)
	server := httptest.NewServer(service)
	t.Cleanup(server.Close)
	cfg.BaseURL = server.URL
	r := &rig{service: service, url: server.URL, skew: &skew{}}
	r.Reader = open(t, cfg, r.skew.now)
	t.Cleanup(func() {
		if v := service.Violations(); len(v) > 0 {
			t.Errorf("against the contract: %v", v[0])
		}
	})
	return r
}

func open(t *testing.T, cfg carriers.Config, now func() time.Time) *carriers.Reader {
	t.Helper()
	client := remote.New(remote.Options{Loopback: true})
	t.Cleanup(client.CloseIdleConnections)
	r, err := carriers.New(cfg, client, now)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// registered has the parcel known to the service before.
func registered(_ *carriers.Config, site *carrierstest.Config) { site.Parcels[0].Registered = true }

// budget bounds a question.
func budget(d time.Duration) func(*carriers.Config, *carrierstest.Config) {
	return func(cfg *carriers.Config, _ *carrierstest.Config) { cfg.Budget = d }
}

// track asks for the parcel and returns how many requests that took.
func (r *rig) track(t *testing.T, company string) (order.Movement, int) {
	t.Helper()
	before := len(r.service.Asked())
	m, err := r.Track(t.Context(), order.Parcel{Number: number, Company: company})
	if err != nil {
		t.Fatalf("Track: %v", err)
	}
	return m, len(r.service.Asked()) - before
}

// asked counts the requests that a question takes, however it ends.
func (r *rig) asked(t *testing.T) (int, error) {
	t.Helper()
	before := len(r.service.Asked())
	_, err := r.Track(t.Context(), order.Parcel{Number: number})
	return len(r.service.Asked()) - before, err
}

// shapes judges request bodies by the vendor's contract, as far as there is one: for
// 17TRACK the schemas of v1, whose requests v2 has kept.
func shapes(t *testing.T, kind carriers.Kind) func(path string, body []byte) error {
	t.Helper()
	if kind != carriers.SeventeenTrack {
		return nil
	}
	doc := oas(t)
	if doc == nil {
		return nil
	}
	return func(path string, body []byte) error {
		name := path[strings.LastIndex(path, "/"):]
		item := doc.Paths.Find(name)
		if item == nil {
			return nil // since v2 only
		}
		schema := item.Post.RequestBody.Value.Content["application/json"].Schema.Value
		if name == "/gettrackinfo" || schema.Items == nil {
			schema = &openapi3.Schema{Type: &openapi3.Types{"array"}, Items: doc.Components.Schemas["TrackNumberRequest"]}
		}
		return visit(schema, body)
	}
}

func visit(schema *openapi3.Schema, body []byte) error {
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return fmt.Errorf("no JSON: %w", err)
	}
	return schema.VisitJSON(v)
}

// oas is 17TRACK's description, nil if it is not there.
func oas(t *testing.T) *openapi3.T {
	t.Helper()
	raw := sample(t, "17track_v1.thirdparty.openapi.json")
	if raw == nil {
		return nil
	}
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return doc
}

// sample is one of the contract's files, nil if it is not there, which it says.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	dir, err := contract.Folder("tracking")
	if err != nil {
		t.Logf("SKIPPED: %s is not read: %v", name, err)
		return nil
	}
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
