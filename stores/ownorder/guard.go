package ownorder

import (
	"net/http"
	"sync"
	"time"
)

// Guard tells a platform which requests are genuine and made for the first time. It
// is safe for concurrent use. A platform with several servers keeps the ids where
// all of them see it instead.
type Guard struct {
	secret string
	now    func() time.Time

	mu sync.Mutex
	// seen and before hold the ids of two spans of twice Skew each, after which a
	// request has expired in any case.
	seen, before map[string]bool
	since        time.Time
}

// NewGuard returns a guard for requests signed with secret; now is the clock.
func NewGuard(secret string, now func() time.Time) *Guard {
	return &Guard{secret: secret, now: now, seen: map[string]bool{}, since: now()}
}

// Check is Verify, and ErrReplayed for a request that was made before. Only genuine
// requests are remembered, so that nobody else can fill the memory.
func (g *Guard) Check(r *http.Request, body []byte) error {
	now := g.now()
	if err := Verify(r, body, g.secret, now); err != nil {
		return err
	}
	id := r.Header.Get(HeaderID)
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Sub(g.since).Abs() > 2*Skew {
		g.before, g.seen, g.since = g.seen, map[string]bool{}, now
	}
	if g.seen[id] || g.before[id] {
		return ErrReplayed
	}
	g.seen[id] = true
	return nil
}

// Refusal is what the contract answers a request that Check has refused with: its
// body, beside status 401.
func Refusal(err error) string {
	word := map[error]string{ErrUnsigned: "unsigned", ErrExpired: "expired", ErrReplayed: "replayed"}[err]
	if word == "" {
		word = "forged"
	}
	return `{"error":"` + word + `"}`
}
