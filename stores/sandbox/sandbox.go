// Package sandbox knows how the stores' APIs behave as seen from outside: local
// stand-ins for Shopify's Admin API, for a WooCommerce site (Woo) and for a platform
// of a shop's own (Own), which answer on loopback from the same sample orders in
// every state, and misbehave when told to. The demo and the tests read from them
// through the adapters that read real shops.
//
// Shopify parses and executes the queries it gets, whatever they select; tests give
// it Config.Validate, which holds each query against the vendor's schema.
package sandbox

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Config describes the shop that the sandbox plays.
type Config struct {
	// Token that requests must carry; DefaultToken if empty.
	Token string
	// ClientID and ClientSecret, if set, are exchanged for tokens.
	ClientID, ClientSecret string
	// TokenLives is how long such a token is good, a day if zero.
	TokenLives time.Duration
	// Version of the API that is served; "2026-10" if empty.
	Version string
	// Latency delays every answer.
	Latency time.Duration
	// Points limit what may be asked; the zero value does not.
	Points Points
	// Validate, if set, judges every query. An error answers 400 and is kept
	// for Violations.
	Validate func(query string, variables map[string]any) error
	// Now is the clock by which the samples are dated, nil for the real one.
	Now func() time.Time
	// Samples replaces the sample orders.
	Samples []Sample
}

// DefaultToken is the static token where none is configured.
const DefaultToken = "shpat_sandbox"

// Shopify is the sandbox: an http.Handler, safe for concurrent use. Close must
// be called at its end if it was started.
type Shopify struct {
	cfg    Config
	mux    *http.ServeMux
	server *http.Server
	done   sync.WaitGroup
	docs   documents
	bucket *bucket

	mu         sync.Mutex
	samples    []Sample
	mischief   []*Mischief
	granted    map[string]time.Time
	denied     map[string]bool
	hidden     bool
	violations []error
	requests   int
	grants     int
}

// New returns a sandbox.
func New(cfg Config) *Shopify {
	cfg.Token = cmp.Or(cfg.Token, DefaultToken)
	cfg.Version = cmp.Or(cfg.Version, "2026-10")
	cfg.TokenLives = cmp.Or(cfg.TokenLives, 24*time.Hour)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Shopify{cfg: cfg, mux: http.NewServeMux(), granted: map[string]time.Time{}, denied: map[string]bool{}}
	s.bucket = newBucket(cfg.Points, cfg.Now)
	s.samples = cfg.Samples
	if s.samples == nil {
		s.samples = Samples(cfg.Now())
	}
	s.mux.HandleFunc("POST /admin/oauth/access_token", s.grant)
	s.mux.HandleFunc("POST /admin/api/{version}/graphql.json", s.graphql)
	return s
}

// ServeHTTP implements http.Handler.
func (s *Shopify) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Start listens on a loopback address and returns the URL to configure as
// endpoint.
func (s *Shopify) Start(address string) (string, error) {
	l, err := loopbackListener(address)
	if err != nil {
		return "", err
	}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	s.done.Go(func() { _ = s.server.Serve(l) })
	return "http://" + l.Addr().String(), nil
}

func loopbackListener(address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("sandbox: %q is no loopback address", address)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	return l, nil
}

// Close ends the server.
func (s *Shopify) Close() {
	if s.server != nil {
		_ = s.server.Close()
	}
	s.done.Wait()
}

// Set puts a sample in the place of the one with the same ID, or adds it.
func (s *Shopify) Set(sample Sample) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := append([]Sample(nil), s.samples...)
	for i := range list {
		if list[i].ID == sample.ID {
			list[i] = sample
			s.samples = list
			return
		}
	}
	s.samples = append(list, sample)
}

// Deny refuses fields by name, such as "returns", as for a missing scope; an
// empty list grants all again.
func (s *Shopify) Deny(fields ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.denied = map[string]bool{}
	for _, f := range fields {
		s.denied[f] = true
	}
}

// HideContacts answers null for e-mail and phone, as for an app without access
// to protected customer data.
func (s *Shopify) HideContacts(hide bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hidden = hide
}

// Requests counts the GraphQL requests so far.
func (s *Shopify) Requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

// Grants counts the tokens granted so far.
func (s *Shopify) Grants() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.grants
}

// Violations returns what Config.Validate has found wrong.
func (s *Shopify) Violations() []error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]error(nil), s.violations...)
}

// RevokeTokens makes every token that was granted invalid.
func (s *Shopify) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.granted = map[string]time.Time{}
}

func (s *Shopify) grant(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	if s.cfg.ClientID == "" || r.FormValue("grant_type") != "client_credentials" || r.FormValue("client_id") != s.cfg.ClientID || r.FormValue("client_secret") != s.cfg.ClientSecret {
		answer(w, http.StatusBadRequest, map[string]any{"error": "application_cannot_be_found"})
		return
	}
	s.mu.Lock()
	s.grants++
	token := fmt.Sprintf("token%d", s.grants)
	s.granted[token] = s.cfg.Now().Add(s.cfg.TokenLives)
	s.mu.Unlock()
	answer(w, http.StatusOK, map[string]any{"access_token": token, "scope": "read_orders", "expires_in": int(s.cfg.TokenLives.Seconds())})
}

func (s *Shopify) authorized(token string) bool {
	if token == s.cfg.Token {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	until, ok := s.granted[token]
	return ok && s.cfg.Now().Before(until)
}

type request struct {
	Query     string         `json:"query"`
	Variables map[string]any `json:"variables"`
}

func (s *Shopify) graphql(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests++
	s.mu.Unlock()
	if m := s.nextMischief(); m != nil && m.play(w, r) {
		return
	}
	if s.cfg.Latency > 0 {
		time.Sleep(s.cfg.Latency)
	}
	if !s.authorized(r.Header.Get("X-Shopify-Access-Token")) {
		answer(w, http.StatusUnauthorized, map[string]any{"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"})
		return
	}
	if v := r.PathValue("version"); v != s.cfg.Version {
		answer(w, http.StatusNotFound, map[string]any{"errors": "Not Found"})
		return
	}
	var q request
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&q); err != nil {
		answer(w, http.StatusBadRequest, map[string]any{"errors": map[string]any{"query": "Required parameter missing or invalid"}})
		return
	}
	s.execute(w, q)
}

func (s *Shopify) execute(w http.ResponseWriter, q request) {
	if s.cfg.Validate != nil {
		if err := s.cfg.Validate(q.Query, q.Variables); err != nil {
			s.mu.Lock()
			s.violations = append(s.violations, err)
			s.mu.Unlock()
			answer(w, http.StatusBadRequest, map[string]any{"errors": []any{map[string]any{"message": err.Error()}}})
			return
		}
	}
	e, err := s.execution(q)
	if err != nil {
		answer(w, http.StatusOK, map[string]any{"errors": []any{map[string]any{"message": err.Error()}}})
		return
	}
	selection := e.doc.Operations[0].SelectionSet
	requested := e.requested(selection)
	if !s.bucket.take(requested) {
		answer(w, http.StatusOK, throttled(s.bucket.tell(requested, nil)))
		return
	}
	data := e.project(selection, object{"orders": nil}, nil)
	needed := min(actual(data), requested)
	s.bucket.giveBack(requested - needed)
	body := map[string]any{"data": data, "extensions": map[string]any{"cost": s.bucket.tell(requested, needed)}}
	if len(e.errs) > 0 {
		body["errors"] = e.errs
	}
	answer(w, http.StatusOK, body)
}

// throttled is the answer to who asks for more than there is.
func throttled(cost map[string]any) map[string]any {
	return map[string]any{
		"errors":     []any{map[string]any{"message": "Throttled", "extensions": map[string]any{"code": "THROTTLED"}}},
		"extensions": map[string]any{"cost": cost},
	}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller may have gone
}

// Mischief is one way to answer wrongly.
type Mischief struct {
	// Times it strikes: 0 means once, below 0 for ever.
	Times int
	// Delay before the answer; longer than the caller waits, it is silence.
	Delay time.Duration
	// Status and Body, if Status is not 0, are answered.
	Status int
	Body   string
	// RetryAfter is sent as the header of that name.
	RetryAfter string
	// Throttled answers 200 with the error THROTTLED and this many points
	// missing.
	Throttled float64
}

// Misbehave adds mischief; each request meets at most one, the oldest.
func (s *Shopify) Misbehave(list ...Mischief) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range list {
		m.Times = cmp.Or(m.Times, 1)
		s.mischief = append(s.mischief, &m)
	}
}

// Behave forgets all mischief.
func (s *Shopify) Behave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mischief = nil
}

func (s *Shopify) nextMischief() *Mischief {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.mischief) == 0 {
		return nil
	}
	m := s.mischief[0]
	if m.Times > 0 {
		if m.Times--; m.Times == 0 {
			s.mischief = s.mischief[1:]
		}
	}
	return m
}

// play answers as m says; it reports false if m leaves the answer as it is.
func (m *Mischief) play(w http.ResponseWriter, r *http.Request) bool {
	if m.Delay > 0 {
		select {
		case <-time.After(m.Delay):
		case <-r.Context().Done():
			return true
		}
	}
	if m.RetryAfter != "" {
		w.Header().Set("Retry-After", m.RetryAfter)
	}
	switch {
	case m.Throttled > 0:
		answer(w, http.StatusOK, throttled(map[string]any{
			"requestedQueryCost": 1000, "actualQueryCost": nil,
			"throttleStatus": map[string]any{"maximumAvailable": 1000.0, "currentlyAvailable": 1000 - m.Throttled, "restoreRate": 100.0},
		}))
	case m.Status != 0:
		w.WriteHeader(m.Status)
		_, _ = w.Write([]byte(m.Body)) // the caller may have gone
	default:
		return false
	}
	return true
}

// errSyntax is what a query that cannot be parsed is answered with.
var errSyntax = errors.New("syntax error")
