package sandbox

import (
	"net/http"
	"time"
)

// Operation names the calls that can be made to go wrong.
type Operation string

// The operations.
const (
	OnAny   Operation = ""      // whatever comes next
	OnSend  Operation = "send"  // POST Messages.json
	OnList  Operation = "list"  // every other read of the REST API
	OnMedia Operation = "media" // the content of a media resource
)

// Mischief is one way to answer wrongly. Without After nothing is done besides;
// a Delay alone makes a slow but right answer.
type Mischief struct {
	// On is the operation it waits for.
	On Operation
	// Times is how often it strikes: 0 means once, below 0 for ever.
	Times int
	// Delay before the answer; longer than the caller waits, it is silence.
	Delay time.Duration
	// Drop cuts the connection instead of answering.
	Drop bool
	// After does the work first: sent, but the answer is lost or wrong.
	After bool
	// Status, if not 0, is answered, with Body, or Twilio's error JSON with
	// Code if Body is empty.
	Status int
	Code   int
	Body   string
	// RetryAfter is sent as the header of that name.
	RetryAfter string
}

// Misbehave adds mischief; each call meets at most one, the oldest that waits
// for it.
func (t *Twilio) Misbehave(list ...Mischief) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, m := range list {
		if m.Times == 0 {
			m.Times = 1
		}
		t.mischief = append(t.mischief, &m)
	}
}

// Behave forgets all mischief.
func (t *Twilio) Behave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mischief = nil
}

// nextMischief takes the oldest mischief for op, nil if there is none.
func (t *Twilio) nextMischief(op Operation) *Mischief {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, m := range t.mischief {
		if m.On != OnAny && m.On != op {
			continue
		}
		if m.Times > 0 {
			m.Times--
			if m.Times == 0 {
				t.mischief = append(t.mischief[:i:i], t.mischief[i+1:]...)
			}
		}
		return m
	}
	return nil
}

// play answers as m says; it reports false if m leaves the answer as it is.
func (t *Twilio) play(m *Mischief, w http.ResponseWriter, r *http.Request) bool {
	t.pause(r.Context(), m.Delay)
	if m.Drop {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = conn.Close()
		}
		return true
	}
	if m.Status == 0 {
		return false
	}
	if m.RetryAfter != "" {
		w.Header().Set("Retry-After", m.RetryAfter)
	}
	if m.Body != "" {
		w.WriteHeader(m.Status)
		_, _ = w.Write([]byte(m.Body))
		return true
	}
	refuse(m.Status, m.Code, "made to fail").write(w)
	return true
}

// Fate is what becomes of messages to an address after they were taken.
type Fate struct {
	// Status they end in, such as "undelivered"; empty for "delivered".
	Status string
	// Code is the error code reported with it.
	Code int
}

// SetFate decides what becomes of messages to an address, as Twilio writes it.
func (t *Twilio) SetFate(to string, f Fate) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fates[to] = f
}

// Violations returns what Config.Validate has found wrong with requests.
func (t *Twilio) Violations() []error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]error(nil), t.violations...)
}
