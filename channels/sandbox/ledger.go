package sandbox

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// record is one message as the account holds it.
type record struct {
	n              int // counts all messages, from 1
	sid            string
	from, to, body string // addresses as Twilio writes them; from is empty until a service has chosen
	pool           string // the number that the service will choose
	service        string
	inbound        bool
	status         string
	code           int // error code, 0 if none
	created        time.Time
	callback       string
	media          []Media
	fate           Fate
}

// Media is a file of an inbound message.
type Media struct {
	// Type is the media type, such as "image/jpeg".
	Type string
	// Bytes is the content.
	Bytes []byte

	sid string
}

// Sent is a message that the sandbox has taken from us.
type Sent struct {
	// N counts messages in and out, from 1.
	N int
	// SID is the id it was given.
	SID string
	// From and To as Twilio writes addresses; From is the number that a
	// Messaging Service chose.
	From, To string
	// ServiceSID of the Messaging Service used, empty if none.
	ServiceSID string
	// Body is the text.
	Body string
	// Status it has come to: queued, accepted, sent, delivered, …
	Status string
	// Callback is the StatusCallback it was sent with.
	Callback string
	// At is when it was taken.
	At time.Time
}

// ledger holds the account's messages by what they are looked up by.
type ledger struct {
	run   string // tells this sandbox's ids from those of an earlier one
	all   []*record
	bySID map[string]*record
	byTo  map[string][]*record
	media map[string]Media
}

func newLedger() ledger {
	return ledger{run: newRun(), bySID: make(map[string]*record), byTo: make(map[string][]*record), media: make(map[string]Media)}
}

// newRun returns 16 hexadecimal digits. A shop's journal may outlive the
// sandbox, and an id that came before is a repeat to it.
func newRun() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// add numbers r, gives it and its media their ids and keeps it.
func (l *ledger) add(r *record) {
	r.n = len(l.all) + 1
	kind := "SM"
	if len(r.media) > 0 {
		kind = "MM"
	}
	r.sid = fmt.Sprintf("%s%s%016x", kind, l.run, r.n)
	r.media = slices.Clone(r.media)
	for i := range r.media {
		r.media[i].sid = fmt.Sprintf("ME%s%08x%08x", l.run, r.n, i)
		l.media[r.media[i].sid] = r.media[i]
	}
	l.all = append(l.all, r)
	l.bySID[r.sid] = r
	l.byTo[r.to] = append(l.byTo[r.to], r)
}

// Sent returns what has been sent so far, in order.
func (t *Twilio) Sent() []Sent {
	return t.sentAfter(0, func(*record) bool { return true })
}

// SentTo returns what has been sent to one address, as Twilio writes it.
func (t *Twilio) SentTo(to string) []Sent {
	t.mu.Lock()
	defer t.mu.Unlock()
	return outOf(t.kept.byTo[to], 0, func(*record) bool { return true })
}

func (t *Twilio) sentAfter(n int, want func(*record) bool) []Sent {
	t.mu.Lock()
	defer t.mu.Unlock()
	return outOf(t.kept.all, n, want)
}

func outOf(list []*record, after int, want func(*record) bool) []Sent {
	var out []Sent
	for _, r := range list {
		if !r.inbound && r.n > after && want(r) {
			out = append(out, r.asSent())
		}
	}
	return out
}

func (r *record) asSent() Sent {
	from := r.from
	if from == "" {
		from = r.pool
	}
	return Sent{
		N: r.n, SID: r.sid, From: from, To: r.to, ServiceSID: r.service, Body: r.body,
		Status: r.status, Callback: r.callback, At: r.created,
	}
}
