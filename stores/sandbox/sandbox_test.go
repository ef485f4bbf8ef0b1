package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wismo/stores/sandbox"
)

func noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

// response is an answer of the sandbox.
type response struct {
	status int
	header http.Header
	Data   map[string]any   `json:"data"`
	Errors []map[string]any `json:"errors"`
}

// ask sends a query to the sandbox.
func ask(t testing.TB, h http.Handler, token, query string, vars map[string]any) response {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": vars})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/admin/api/2026-10/graphql.json", bytes.NewReader(body))
	r.Header.Set("X-Shopify-Access-Token", token)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	res := response{status: w.Code, header: w.Header()}
	if w.Code == http.StatusOK {
		if err := json.Unmarshal(w.Body.Bytes(), &res); err != nil {
			t.Fatalf("%v: %s", err, w.Body)
		}
	}
	return res
}

// nodes asks for orders and returns them.
func nodes(t testing.TB, h http.Handler, query string, vars map[string]any) []map[string]any {
	t.Helper()
	res := ask(t, h, sandbox.DefaultToken, query, vars)
	orders, _ := res.Data["orders"].(map[string]any)
	list, _ := orders["nodes"].([]any)
	var out []map[string]any
	for _, n := range list {
		out = append(out, n.(map[string]any))
	}
	return out
}

func names(list []map[string]any) []string {
	var out []string
	for _, n := range list {
		out = append(out, n["name"].(string))
	}
	return out
}

// fictionRE are the numbers that are kept for fiction: 555-01XX, and 07700 900XXX of
// Ofcom's.
var fictionRE = regexp.MustCompile(`^(?:\+1415|\(415\) )555-?01\d\d$|^\+447700900\d{3}$`)

func TestSamples(t *testing.T) {
	t.Parallel()
	list := sandbox.Samples(noon())
	if len(list) < 14 {
		t.Fatalf("%d samples", len(list))
	}
	ids, codes := map[int]bool{}, map[string]bool{}
	statuses, holds, financial := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, s := range list {
		if ids[s.ID] || codes[s.Confirmation] || s.About == "" || s.CreatedAt.After(noon()) || len(s.Items) == 0 {
			t.Errorf("%s: id, confirmation number, description, date or items are wrong", s.Name)
		}
		if s.Email != "" && !strings.HasSuffix(s.Email, "@example.com") || s.Phone != "" && !fictionRE.MatchString(s.Phone) {
			t.Errorf("%s may be somebody's", s.Name)
		}
		ids[s.ID], codes[s.Confirmation], holds[s.Hold], financial[s.Financial] = true, true, true, true
		for _, p := range s.Parcels {
			statuses[p.Status] = true
		}
	}
	for _, want := range []string{"IN_TRANSIT", "DELIVERED", "OUT_FOR_DELIVERY", "LABEL_PRINTED", "LABEL_PURCHASED", "ATTEMPTED_DELIVERY", "READY_FOR_PICKUP", "FAILURE", "DELAYED"} {
		if !statuses[want] {
			t.Errorf("no parcel is %s", want)
		}
	}
	if !holds["HIGH_RISK_OF_FRAUD"] || !holds["INCORRECT_ADDRESS"] || !financial["PARTIALLY_REFUNDED"] || !financial["REFUNDED"] {
		t.Error("a hold or a refund is missing")
	}
}

// by returns the sample of a name.
func by(t *testing.T, name string) sandbox.Sample {
	t.Helper()
	for _, s := range sandbox.Samples(noon()) {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("there is no %s", name)
	return sandbox.Sample{}
}

// What the demo promises of its samples.
func TestPromisedSamples(t *testing.T) {
	t.Parallel()
	ana, ben := by(t, "#1001"), by(t, "#1002")
	if ana.Phone != "+14155550101" || ana.Email != "ana@example.com" || ana.Parcels[0].Status != "IN_TRANSIT" {
		t.Errorf("#1001 is %+v", ana)
	}
	if ben.Phone != "+14155550102" || ben.Email != "ben@example.com" || ben.Parcels[0].Status != "DELIVERED" || noon().Sub(ben.Parcels[0].Delivered) != 72*time.Hour {
		t.Errorf("#1002 is %+v", ben)
	}
	if split := by(t, "#1005"); len(split.Parcels) < 2 || split.Display != "PARTIALLY_FULFILLED" {
		t.Error("#1005 is not split")
	}
	if stalled := by(t, "#1006"); noon().Sub(stalled.Parcels[0].Events[0].At) < 7*24*time.Hour {
		t.Error("#1006 has moved")
	}
	if s := by(t, "#1015"); s.Customer != "" {
		t.Error("#1015 is no guest's")
	}
	if s := by(t, "#1016"); s.Phone != "" {
		t.Error("#1016 has a phone")
	}
	if s := by(t, "#1020"); s.CancelledAt.IsZero() {
		t.Error("#1020 is not cancelled")
	}
	if s := by(t, "#1018"); !s.Items[0].Digital {
		t.Error("#1018 is not digital")
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	s := sandbox.New(sandbox.Config{Now: noon})
	const query = `query($q: String, $n: Int!, $r: Boolean) { orders(first: $n, query: $q, sortKey: CREATED_AT, reverse: $r) { nodes { name } } }`
	for _, tt := range []struct {
		q    string
		n    int
		r    bool
		want []string
	}{
		{`name:"#1001"`, 9, false, []string{"#1001"}},
		{`name:"1010"`, 9, false, []string{"#1010", "#10100"}}, // near names too, as the real search
		{`name:"1010"`, 9, true, []string{"#10100", "#1010"}},
		{`name:"1010"`, 1, false, []string{"#1010"}},
		{`name:"1017"`, 9, true, []string{"#1017", "#1017"}},
		{`name:"1001" OR name:"1002"`, 9, true, []string{"#1001", "#1002"}},
		{`name:"9999"`, 9, false, nil},
		{`confirmation_number:"` + by(t, "#1003").Confirmation + `"`, 9, false, []string{"#1003"}},
		{`confirmation_number:"HG"`, 9, false, nil},
	} {
		if got := names(nodes(t, s, query, map[string]any{"q": tt.q, "n": tt.n, "r": tt.r})); !slices.Equal(got, tt.want) {
			t.Errorf("%s, first %d, reverse %v: %v, want %v", tt.q, tt.n, tt.r, got, tt.want)
		}
	}
	if got := nodes(t, s, query, map[string]any{"q": nil, "n": 100}); len(got) != len(sandbox.Samples(noon())) {
		t.Errorf("%d orders without a search", len(got))
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	s := sandbox.New(sandbox.Config{Now: noon})
	const query = `query($after: String) { orders(first: 5, after: $after) { pageInfo { hasNextPage endCursor } nodes { id } } }`
	seen, pages, after := map[any]bool{}, 0, any(nil)
	for {
		res := ask(t, s, sandbox.DefaultToken, query, map[string]any{"after": after})
		orders := res.Data["orders"].(map[string]any)
		for _, n := range orders["nodes"].([]any) {
			seen[n.(map[string]any)["id"]] = true
		}
		info := orders["pageInfo"].(map[string]any)
		if pages++; info["hasNextPage"] != true || pages > 20 {
			break
		}
		after = info["endCursor"]
	}
	if total := len(sandbox.Samples(noon())); len(seen) != total || pages != (total+4)/5 {
		t.Errorf("%d orders on %d pages of 5", len(seen), pages)
	}
}

// Queries are executed and not recognised: whatever they select is answered.
func TestQueries(t *testing.T) {
	t.Parallel()
	s := sandbox.New(sandbox.Config{Now: noon})
	for name, tt := range map[string]struct{ query, want string }{
		"alias":            {`{ orders(first: 1, query: "name:\"1001\"") { list: nodes { number: name } } }`, `{"orders":{"list":[{"number":"#1001"}]}}`},
		"fragment":         {`query { orders(first: 1, query: "name:\"1001\"") { nodes { ...o } } } fragment o on Order { name ...p } fragment p on Order { email }`, `{"orders":{"nodes":[{"email":"ana@example.com","name":"#1001"}]}}`},
		"inline fragment":  {`{ orders(first: 1, query: "name:\"1001\"") { nodes { ... on Order { name } } } }`, `{"orders":{"nodes":[{"name":"#1001"}]}}`},
		"include and skip": {`query($y: Boolean = true) { orders(first: 1, query: "name:\"1001\"") { nodes { name @include(if: false) email @skip(if: true) phone @include(if: true) } } }`, `{"orders":{"nodes":[{"phone":"+14155550101"}]}}`},
		"no customer":      {`{ orders(first: 1, query: "name:\"1015\"") { nodes { customer { id } } } }`, `{"orders":{"nodes":[{"customer":null}]}}`},
		"first within":     {`{ orders(first: 1, query: "name:\"1005\"") { nodes { fulfillmentsCount { count } fulfillments(first: 1) { displayStatus } lineItems(first: 2) { pageInfo { hasNextPage } nodes { title } } } } }`, `{"orders":{"nodes":[{"fulfillments":[{"displayStatus":"DELIVERED"}],"fulfillmentsCount":{"count":2},"lineItems":{"nodes":[{"title":"Cast iron pan"},{"title":"Lid"}],"pageInfo":{"hasNextPage":true}}}]}}`},
		"the shop":         {`{ shop { myshopifyDomain } publicApiVersions { handle } }`, `{"publicApiVersions":[{"handle":"2026-10"}],"shop":{"myshopifyDomain":"demo.myshopify.com"}}`},
		"no such fragment": {`{ orders(first: 1, query: "name:\"1001\"") { nodes { name ...gone } } }`, `{"orders":{"nodes":[{"name":"#1001"}]}}`},
		"an empty term":    {`{ orders(first: 1, query: "name:\"\"") { nodes { name } } }`, `{"orders":{"nodes":[]}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := json.Marshal(ask(t, s, sandbox.DefaultToken, tt.query, nil).Data)
			if err != nil || string(got) != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := sandbox.New(sandbox.Config{Now: noon})
	if res := ask(t, s, "wrong", `{ shop { name } }`, nil); res.status != http.StatusUnauthorized {
		t.Errorf("a wrong token: %d", res.status)
	}
	for _, query := range []string{`{`, `query A { shop { name } } query B { shop { name } }`, ``} {
		if res := ask(t, s, sandbox.DefaultToken, query, nil); len(res.Errors) == 0 {
			t.Errorf("%q is answered", query)
		}
	}
	s.Deny("returns")
	res := ask(t, s, sandbox.DefaultToken, `{ orders(first: 1) { nodes { name returns(first: 1) { nodes { status } } } } }`, nil)
	if len(res.Errors) != 1 || fmt.Sprint(res.Errors[0]["path"]) == "" || res.Errors[0]["extensions"].(map[string]any)["code"] != "ACCESS_DENIED" {
		t.Errorf("%v", res.Errors)
	}
	other := sandbox.New(sandbox.Config{Version: "2027-01"})
	if res := ask(t, other, sandbox.DefaultToken, `{ shop { name } }`, nil); res.status != http.StatusNotFound {
		t.Errorf("another version: %d", res.status)
	}
	strict := sandbox.New(sandbox.Config{Validate: func(string, map[string]any) error { return io.ErrUnexpectedEOF }})
	if res := ask(t, strict, sandbox.DefaultToken, `{ shop { name } }`, nil); res.status != http.StatusBadRequest || len(strict.Violations()) != 1 {
		t.Errorf("what breaks the schema: %d, %v", res.status, strict.Violations())
	}
}

func grant(s *sandbox.Shopify, secret string) (int, string) {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {"id"}, "client_secret": {secret}}
	r := httptest.NewRequest(http.MethodPost, "/admin/oauth/access_token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	var answer struct {
		Token string `json:"access_token"`
	}
	_ = json.Unmarshal(w.Body.Bytes(), &answer) // no token, then
	return w.Code, answer.Token
}

func TestTokens(t *testing.T) {
	t.Parallel()
	now := noon()
	s := sandbox.New(sandbox.Config{ClientID: "id", ClientSecret: "secret", TokenLives: time.Hour, Now: func() time.Time { return now }})
	if code, token := grant(s, "wrong"); code < 400 || token != "" {
		t.Errorf("a wrong secret: %d", code)
	}
	_, first := grant(s, "secret")
	ok := func(token string) bool { return ask(t, s, token, `{ shop { name } }`, nil).status == http.StatusOK }
	if !ok(first) {
		t.Error("a new token is refused")
	}
	s.RevokeTokens()
	_, second := grant(s, "secret")
	if ok(first) || !ok(second) || first == second {
		t.Errorf("after revoking, the old token %v and the new %v", ok(first), ok(second))
	}
	now = now.Add(61 * time.Minute)
	if ok(second) {
		t.Error("a token outlives its time")
	}
}

func TestMischief(t *testing.T) {
	t.Parallel()
	s := sandbox.New(sandbox.Config{Now: noon})
	s.Misbehave(sandbox.Mischief{Status: 500}, sandbox.Mischief{Times: 2, Status: 429, RetryAfter: "3"}, sandbox.Mischief{Throttled: 50})
	var got []string
	for range 5 {
		res := ask(t, s, sandbox.DefaultToken, `{ shop { name } }`, nil)
		what := fmt.Sprint(res.status, res.header.Get("Retry-After"))
		if len(res.Errors) > 0 {
			what += fmt.Sprint(res.Errors[0]["message"])
		}
		got = append(got, what)
	}
	if want := []string{"500", "4293", "4293", "200Throttled", "200"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	s.Misbehave(sandbox.Mischief{Times: -1, Status: 503})
	for range 10 {
		if res := ask(t, s, sandbox.DefaultToken, `{ shop { name } }`, nil); res.status != 503 {
			t.Errorf("for ever is not %d", res.status)
		}
	}
	s.Behave()
	if res := ask(t, s, sandbox.DefaultToken, `{ shop { name } }`, nil); res.status != http.StatusOK || s.Requests() != 16 {
		t.Errorf("%d after %d requests", res.status, s.Requests())
	}
}

// Everything may be done at once; the race detector watches.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	s := sandbox.New(sandbox.Config{ClientID: "id", ClientSecret: "secret", Now: noon})
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			nodes(t, s, fmt.Sprintf(`{ orders(first: %d) { nodes { name } } }`, i+1), nil)
			sample := by(t, "#1001")
			sample.Financial = "REFUNDED"
			s.Set(sample)
			s.Misbehave(sandbox.Mischief{Status: 500})
			s.Deny("returns")
			s.HideContacts(i%2 == 0)
			grant(s, "secret")
			s.RevokeTokens()
			_, _, _ = s.Requests(), s.Violations(), s.Grants()
			s.Behave()
		})
	}
	wg.Wait()
	if got := nodes(t, s, `{ orders(first: 1, query: "name:\"1001\"") { nodes { name displayFinancialStatus } } }`, nil); len(got) != 1 || got[0]["displayFinancialStatus"] != "REFUNDED" {
		t.Errorf("%v", got)
	}
}

func TestStartsOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "example.com:0", "127.0.0.1", "[::]:0"} {
		s := sandbox.New(sandbox.Config{})
		if at, err := s.Start(address); err == nil {
			t.Errorf("%s listens at %s", address, at)
		}
		s.Close()
	}
	s := sandbox.New(sandbox.Config{})
	at, err := s.Start("127.0.0.1:0")
	if err != nil || !strings.HasPrefix(at, "http://127.0.0.1:") {
		t.Fatalf("%s, %v", at, err)
	}
	s.Close()
	s.Close() // twice does no harm
}

func BenchmarkOrder(b *testing.B) {
	s := sandbox.New(sandbox.Config{})
	const query = `query($q: String!) { orders(first: 4, query: $q) { nodes { id name email phone fulfillments(first: 8) { displayStatus trackingInfo(first: 3) { number url } events(first: 5) { nodes { status happenedAt city } } } lineItems(first: 50) { nodes { title } } } } }`
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if got := nodes(b, s, query, map[string]any{"q": `name:"1001"`}); len(got) != 1 {
				b.Fatal("no order")
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}
