package bot_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"wismo/core/bot"
	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/journal"
	"wismo/core/journal/journaltest"
	"wismo/core/journal/sqlite"
	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/reply"
	"wismo/core/shop"
	"wismo/core/understand"
)

const (
	account = "AC00000000000000000000000000000001"
	ana     = "+14155550101"
	eve     = "+14155550177"
)

// rig is a bot on a real journal with everything outside played by the test.
type rig struct {
	*bot.Bot
	t       *testing.T
	journal journal.Journal
	owed    *journaltest.Owed
	clock   *journaltest.Clock
	phone   *phone
	store   *store
	desk    *desk
	log     *bytes.Buffer
	config  bot.Config
	sids    int
}

func newRig(t *testing.T, change ...func(*bot.Config)) *rig {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "wismo.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	r := &rig{t: t, owed: &journaltest.Owed{}, clock: journaltest.NewClock(), phone: &phone{}, desk: &desk{}, log: &bytes.Buffer{}}
	r.store = &store{clock: r.clock}
	r.journal = sqlite.New(db, r.owed, journal.Options{QuietAfter: func(string) time.Duration { return 24 * time.Hour }, Now: r.clock.Now})
	voice, err := reply.New()
	if err != nil {
		t.Fatal(err)
	}
	pages, err := handoff.NewPages()
	if err != nil {
		t.Fatal(err)
	}
	mind, err := recogniser()
	if err != nil {
		t.Fatal(err)
	}
	s := shop.Defaults()
	s.Key, s.Name = "acme", "Acme"
	c := bot.Config{
		Journal: r.journal, Shops: map[string]bot.Shop{"acme": {Shop: s, Store: r.store, Desk: r.desk}},
		Pages: pages, Senders: map[string]message.Sender{account: r.phone}, Mind: mind, Voice: voice,
		Now: r.clock.Now, Log: slog.New(slog.NewJSONHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, f := range change {
		f(&c)
	}
	r.config = c
	r.Bot = bot.New(c)
	return r
}

// recogniser is built once for all tests.
var recogniser = sync.OnceValues(understand.New)

// newRigOn returns another bot with all that r has, but for its journal.
func newRigOn(r *rig, j bot.Journal) *bot.Bot {
	c := r.config
	c.Journal = j
	return bot.New(c)
}

// hear takes a message in without working on it.
func (r *rig) hear(from, text string) int64 {
	r.t.Helper()
	r.sids++
	_, err := r.journal.Receive(r.t.Context(), message.Message{
		Shop: "acme", Channel: message.SMS, Account: account, ProviderID: fmt.Sprintf("SM%d", r.sids), Text: text, At: r.clock.Now(),
		From: message.Address{Channel: message.SMS, Value: from}, To: message.Address{Channel: message.SMS, Value: "+14155550100"},
	})
	if err != nil {
		r.t.Fatal(err)
	}
	id, _ := r.owed.Last()
	return id
}

// work lets a worker look at a conversation.
func (r *rig) work(id int64) {
	r.t.Helper()
	if err := r.Conversation(r.t.Context(), id); err != nil {
		r.t.Fatal(err)
	}
}

// say is hear and work, and returns what the customer has got since.
func (r *rig) say(from, text string) []string {
	r.t.Helper()
	before := len(r.phone.texts())
	r.work(r.hear(from, text))
	return r.phone.texts()[before:]
}

// tickets opens every ticket that is owed.
func (r *rig) tickets() {
	r.t.Helper()
	for _, h := range r.handOffs() {
		if h.State == journal.HandOffOwed {
			if err := r.Ticket(r.t.Context(), h.ID); err != nil {
				r.t.Fatal(err)
			}
			r.work(h.ConversationID)
		}
	}
}

func (r *rig) handOffs() []journal.HandOff {
	r.t.Helper()
	list, err := r.journal.HandOffs(r.t.Context(), journal.HandOffFilter{})
	if err != nil {
		r.t.Fatal(err)
	}
	return list
}

// phone is the provider: it takes texts, or fails as the test says.
type phone struct {
	mu   sync.Mutex
	sent []message.Receipt
	out  []message.Outbound
	// next are what the next sends end in; nil succeeds.
	next []end
	// held are texts that were taken by a call that seemed to fail.
	finds int
}

// end is how a send ends: with err, after the provider took it or before.
type end struct {
	err   error
	taken bool
}

func (p *phone) take(out message.Outbound) message.Receipt {
	r := message.Receipt{ProviderID: fmt.Sprintf("SMout%d", len(p.sent)+1), Status: message.Sent}
	p.sent, p.out = append(p.sent, r), append(p.out, out)
	return r
}

func (p *phone) Send(_ context.Context, out message.Outbound) (message.Receipt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.next) > 0 {
		e := p.next[0]
		p.next = p.next[1:]
		if e.taken {
			p.take(out)
		}
		if e.err != nil {
			return message.Receipt{}, e.err
		}
	}
	return p.take(out), nil
}

func (p *phone) Find(_ context.Context, out message.Outbound) ([]message.Receipt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finds++
	var found []message.Receipt
	for i, o := range p.out {
		if o.To == out.To && o.Text == out.Text {
			found = append(found, p.sent[i])
		}
	}
	return found, nil
}

func (p *phone) texts() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for _, o := range p.out {
		out = append(out, o.Text)
	}
	return out
}

func (p *phone) ends(list ...end) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = append(p.next, list...)
}

func unclear() error {
	return &fault.Error{Kind: fault.Unavailable, Op: "send", Unclear: true}
}

// store holds Ana's order #1001, delivered or on its way, or is down.
type store struct {
	clock *journaltest.Clock
	mu    sync.Mutex
	down  bool
	state order.FulfillmentStatus
}

func (s *store) set(down bool, state order.FulfillmentStatus) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down, s.state = down, state
}

func (s *store) Find(_ context.Context, ref order.Ref) ([]order.Order, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.down:
		return nil, fault.New(fault.Unavailable, "store", "down")
	case ref.Text != "1001":
		return nil, fault.New(fault.NotFound, "store", "none")
	}
	state := s.state
	if state == "" {
		state = order.InTransit
	}
	now := s.clock.Now()
	return []order.Order{{
		ID: "gid://1", Name: "#1001", CreatedAt: now.Add(-72 * time.Hour), Financial: order.Paid,
		Contacts: order.Contacts{Phones: []string{ana}, Emails: []string{"ana@example.com"}, Region: "US"},
		Items:    []order.LineItem{{Title: "Secretmug", Quantity: 1, RequiresShipping: true}},
		Fulfillments: []order.Fulfillment{{
			Status: state, CreatedAt: now.Add(-48 * time.Hour), DeliveredAt: now.Add(-24 * time.Hour),
			Tracking: []order.TrackingInfo{{Company: "UPS", Number: "1Z", URL: "https://t.example.com/1"}},
			Events:   []order.TrackingEvent{{Status: state, At: now.Add(-2 * time.Hour), Place: "Oakland"}},
		}},
	}}, nil
}

// desk is a help desk that fails as often as the test says.
type desk struct {
	mu     sync.Mutex
	fail   int
	opened []handoff.Ticket
}

func (d *desk) Kind() string { return "test" }

func (d *desk) Open(_ context.Context, t handoff.Ticket) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail > 0 {
		d.fail--
		return "", fault.New(fault.Unavailable, "desk", "down")
	}
	d.opened = append(d.opened, t)
	return fmt.Sprint("T", t.ID), nil
}
