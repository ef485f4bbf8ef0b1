package sandbox

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"wismo/stores/ownorder"
)

// OwnConfig describes the platform of a shop's own that is played.
type OwnConfig struct {
	// Secret by which requests and answers are signed; DefaultOwnSecret if empty.
	Secret string
	// Latency delays every answer.
	Latency time.Duration
	// Validate, if set, judges every request and the answer to it. An error is kept
	// for Violations.
	Validate func(request, answer []byte) error
	// Trusting lets every request pass, whatever its signature.
	Trusting bool
	// Now is the platform's clock, by which the samples are dated too; nil for the
	// real one.
	Now func() time.Time
	// Samples replaces the sample orders.
	Samples []Sample
}

// DefaultOwnSecret is the secret where none is configured.
const DefaultOwnSecret = "own-0000000000000000000000000000000000005a4d"

// Own is the local stand-in for a platform that serves the contract of stores/http:
// an http.Handler, safe for concurrent use.
type Own struct {
	cfg   OwnConfig
	guard *ownorder.Guard

	mu         sync.Mutex
	requests   int
	violations []error
	answer     http.HandlerFunc

	server *http.Server
	done   sync.WaitGroup
}

// NewOwn returns a platform.
func NewOwn(cfg OwnConfig) *Own {
	cfg.Secret = cmp.Or(cfg.Secret, DefaultOwnSecret)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Samples == nil {
		cfg.Samples = Samples(cfg.Now())
	}
	return &Own{cfg: cfg, guard: ownorder.NewGuard(cfg.Secret, cfg.Now)}
}

// Start listens on a loopback address and returns the platform's URL. Close must be
// called then.
func (p *Own) Start(address string) (string, error) {
	l, err := loopbackListener(address)
	if err != nil {
		return "", err
	}
	p.server = &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second}
	p.done.Go(func() { _ = p.server.Serve(l) }) // it ends when it is closed
	return "http://" + l.Addr().String(), nil
}

// Close ends it and waits.
func (p *Own) Close() {
	if p.server != nil {
		_ = p.server.Close()
	}
	p.done.Wait()
}

// Requests is how many requests were made.
func (p *Own) Requests() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.requests
}

// Violations are what Validate has found wrong.
func (p *Own) Violations() []error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]error(nil), p.violations...)
}

// Answer lets everything be answered so from now on; nil for as it should be.
func (p *Own) Answer(h http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = h
}

// maxAsked is more than any request of the contract has.
const maxAsked = 64 << 10

// ServeHTTP implements http.Handler.
func (p *Own) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.requests++
	answer := p.answer
	p.mu.Unlock()
	time.Sleep(p.cfg.Latency)
	if answer != nil {
		answer(w, r)
		return
	}
	// The clock that is played is also the one that the header tells.
	w.Header().Set("Date", p.cfg.Now().UTC().Format(http.TimeFormat))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxAsked))
	switch {
	case !strings.HasSuffix(r.URL.Path, ownorder.Path) || r.Method != http.MethodPost:
		w.WriteHeader(http.StatusNotFound)
	case err != nil:
		w.WriteHeader(http.StatusBadRequest)
	default:
		p.serve(w, r, body)
	}
}

func (p *Own) serve(w http.ResponseWriter, r *http.Request, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	if err := p.guard.Check(r, body); err != nil && !p.cfg.Trusting {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, ownorder.Refusal(err)) // the caller may have gone
		return
	}
	var asked ownorder.Asked
	if json.Unmarshal(body, &asked) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	out, err := json.Marshal(object{"orders": p.find(asked)})
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	p.judge(body, out)
	ownorder.SignAnswer(w.Header(), p.cfg.Secret, r.Header.Get(ownorder.HeaderID), http.StatusOK, out)
	_, _ = w.Write(out) // the caller may have gone
}

func (p *Own) judge(request, answer []byte) {
	if p.cfg.Validate == nil {
		return
	}
	if err := p.cfg.Validate(request, answer); err != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.violations = append(p.violations, err)
	}
}

func (p *Own) find(asked ownorder.Asked) []any {
	found := []any{}
	for _, s := range p.cfg.Samples {
		hit := asked.Confirmation != "" && strings.EqualFold(asked.Confirmation, s.Confirmation)
		for _, n := range asked.Names {
			hit = hit || strings.EqualFold(n, s.Name)
		}
		if hit {
			found = append(found, s.Own())
		}
	}
	return found
}
