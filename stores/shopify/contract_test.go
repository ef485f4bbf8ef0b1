package shopify_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
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

// exchange is one request with its answer.
type exchange struct {
	Query     string         `json:"query"`
	Variables map[string]any `json:"variables"`
	data      json.RawMessage
}

// recorder keeps what passes between adapter and sandbox.
type recorder struct {
	next http.RoundTripper
	mu   sync.Mutex
	list []exchange
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	asked, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	req.Body = io.NopCloser(bytes.NewReader(asked))
	res, err := r.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	answered, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(answered))
	var x exchange
	var a struct{ Data json.RawMessage }
	if json.Unmarshal(asked, &x) == nil && json.Unmarshal(answered, &a) == nil && x.Query != "" {
		x.data = a.Data
		r.mu.Lock()
		r.list = append(r.list, x)
		r.mu.Unlock()
	}
	return res, nil
}

// recorded reads every sample and checks once, and returns what passed.
func recorded(t *testing.T) []exchange {
	t.Helper()
	box := sandbox.New(sandbox.Config{Validate: shopifycontract.Validator(t), Now: storetest.Noon})
	endpoint, err := box.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(box.Close)
	client := remote.New(remote.Options{Loopback: true})
	r := &recorder{next: client.Transport}
	client.Transport = r
	store := shopify.New(shopify.Config{Token: sandbox.DefaultToken, Version: "2026-10", Endpoint: endpoint, Format: shop.Defaults().Orders}, client, storetest.Noon, slog.New(slog.DiscardHandler))
	for _, s := range sandbox.Samples(storetest.Noon()) {
		if _, err := store.Find(t.Context(), order.Ref{Text: s.Name}); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
	for _, who := range []order.Contact{{Email: "ana@example.com"}, {Phone: "+14155550101"}} {
		if _, err := store.Recent(t.Context(), who); err != nil {
			t.Error(err)
		}
	}
	store.Check(t.Context())
	if v := box.Violations(); len(v) > 0 || len(r.list) < 20 {
		t.Fatalf("%d requests were seen, %d broke the schema: %v", len(r.list), len(v), v)
	}
	return r.list
}

// The sandbox answers as the schema says, so that what passes here is no
// accident of the sandbox; and no query asks for more than Shopify lets one.
func TestSandboxKeepsTheSchema(t *testing.T) {
	t.Parallel()
	schema := shopifycontract.Schema(t)
	most := 0
	for _, x := range recorded(t) {
		if err := shopifycontract.Answer(schema, x.Query, x.Variables, x.data); err != nil {
			t.Errorf("%v: %v", x.Variables, err)
		}
		cost, err := shopifycontract.Cost(schema, x.Query, x.Variables)
		if err != nil {
			t.Error(err)
		}
		most = max(most, cost)
	}
	t.Logf("the dearest query asks for %d points", most)
	if most < 100 || most >= shopifycontract.MostPoints {
		t.Errorf("the dearest query asks for %d points; Shopify refuses more than %d", most, shopifycontract.MostPoints)
	}
}

// The client in the repository is what the schema and the queries make.
func TestGeneratedClientIsCurrent(t *testing.T) {
	t.Parallel()
	schema := filepath.Join(shopifycontract.Dir(t), "admin_2026-10.trimmed.graphql")
	dir := t.TempDir()
	config, err := os.ReadFile("genqlient.yaml")
	if err != nil {
		t.Fatal(err)
	}
	queries, err := filepath.Abs("queries.graphql")
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "generated.go")
	var lines []string
	for line := range strings.Lines(string(config)) {
		switch {
		case strings.HasPrefix(line, "schema:"):
			line = "schema: " + schema + "\n"
		case strings.HasPrefix(line, "generated:"):
			line = "generated: " + out + "\n"
		case strings.HasPrefix(line, "  - queries.graphql"):
			line = "  - " + queries + "\n"
		}
		lines = append(lines, line)
	}
	file := filepath.Join(dir, "genqlient.yaml")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	if log, err := exec.CommandContext(t.Context(), "go", "tool", "genqlient", file).CombinedOutput(); err != nil {
		t.Fatalf("genqlient: %v\n%s", err, log)
	}
	if want, got := withoutComments(t, out), withoutComments(t, "generated.go"); want != got {
		t.Error("generated.go is not what the schema and queries.graphql make; run `make generate`")
	}
}

// withoutComments reads Go without comment lines, blank lines and alignment,
// which go generate changes afterwards.
func withoutComments(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for line := range strings.Lines(string(raw)) {
		fields := strings.Join(strings.Fields(line), " ")
		if fields != "" && !strings.HasPrefix(fields, "//") {
			kept = append(kept, fields)
		}
	}
	return strings.Join(kept, "\n")
}

// FuzzAnswer changes real answers at random. Whatever Shopify says, an order is
// told or a fault is, in time and without a panic.
func FuzzAnswer(f *testing.F) {
	real := sampleAnswer(f)
	for _, change := range [][2]string{
		{"", ""},
		{"IN_TRANSIT", "ON_A_CAMEL"},
		{"IN_TRANSIT", ""},
		{"PAID", "PAID_IN_KIND"},
		{"SHIPPING", "BY_DRONE"},
		{"SUCCESS", "MAYBE"},
		{`"customer":{`, `"customer":null,"x":{`},
		{`"fulfillments":[`, `"fulfillments":null,"x":[`},
		{`"shippingAddress":{`, `"shippingAddress":null,"x":{`},
		{`"events":{`, `"events":null,"x":{`},
		{`"hasNextPage":false`, `"hasNextPage":true`},
		{`"nodes":[`, `"nodes":[null,`},
		{`"count":1`, `"count":-1`},
		{`"createdAt":"2026`, `"createdAt":"0000`},
		{`"name":"#1001"`, `"name":7`},
		{`"currentQuantity":1`, `"currentQuantity":1e99`},
		{`{"data"`, `{"errors":[{"path":[0,{},null]}],"data"`},
	} {
		f.Add(strings.Replace(real, change[0], change[1], 1))
	}
	f.Fuzz(func(t *testing.T, body string) {
		client := &http.Client{Transport: canned(body)}
		store := shopify.New(shopify.Config{Token: "t", Version: "2026-10", Endpoint: "http://shop.example.com", Format: shop.Defaults().Orders, Budget: time.Millisecond}, client, storetest.Noon, slog.New(slog.DiscardHandler))
		got, err := store.Find(t.Context(), order.Ref{Text: "1001"})
		if (err == nil) == (len(got) == 0) {
			t.Errorf("%d orders and %v", len(got), err)
		}
		for _, o := range got {
			if !strings.EqualFold(o.Name, "#1001") && o.Name != "1001" && o.ConfirmationNumber == "" {
				t.Errorf("an order of another name was told: %q", o.Name)
			}
		}
	})
}

// canned answers every request with the same text.
type canned string

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(c))), Request: r}, nil
}

// sampleAnswer is the sandbox's answer to the question for #1001.
func sampleAnswer(f *testing.F) string {
	f.Helper()
	queries, err := os.ReadFile("queries.graphql")
	if err != nil {
		f.Fatal(err)
	}
	find := string(queries[:bytes.Index(queries, []byte("# Who has a phone"))])
	body, err := json.Marshal(map[string]any{"query": find, "variables": map[string]any{"query": `name:"#1001"`, "customer": true, "holds": true, "returns": true, "status": true}})
	if err != nil {
		f.Fatal(err)
	}
	box := sandbox.New(sandbox.Config{Now: storetest.Noon})
	w := httptest.NewRecorder()
	req, err := http.NewRequestWithContext(f.Context(), http.MethodPost, "/admin/api/2026-10/graphql.json", bytes.NewReader(body))
	if err != nil {
		f.Fatal(err)
	}
	req.Header.Set("X-Shopify-Access-Token", sandbox.DefaultToken)
	box.ServeHTTP(w, req)
	if !strings.Contains(w.Body.String(), "IN_TRANSIT") {
		f.Fatalf("the sandbox answered %s", w.Body)
	}
	return w.Body.String()
}
