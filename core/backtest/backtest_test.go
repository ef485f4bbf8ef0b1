package backtest_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"wismo/core/backtest"
	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/shop"
	"wismo/core/understand"
)

func mind(t *testing.T) understand.Recognizer {
	t.Helper()
	m, err := understand.New()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func testShop() shop.Shop {
	s := shop.Defaults()
	s.Languages = []string{"en", "de"}
	s.ShippingPolicy = shop.Texts{"": "We ship within three days."}
	return s
}

// talk makes a conversation of lines that begin with "c " or "a ".
func talk(lines ...string) backtest.Conversation {
	c := backtest.Conversation{Channel: message.WhatsApp}
	for _, l := range lines {
		c.Lines = append(c.Lines, backtest.Line{Customer: l[0] == 'c', Text: l[2:]})
	}
	return c
}

// store holds one order and counts how often it is read.
type store struct {
	order order.Order
	err   error
	reads int
}

func (s *store) Find(_ context.Context, r order.Ref) ([]order.Order, error) {
	s.reads++
	if s.err != nil {
		return nil, s.err
	}
	if strings.TrimPrefix(r.Text, "#") != strings.TrimPrefix(s.order.Name, "#") {
		return nil, fault.New(fault.NotFound, "find", "none")
	}
	return []order.Order{s.order}, nil
}

func inTransit() order.Order {
	at := time.Date(2026, 1, 4, 12, 0, 0, 0, time.UTC)
	return order.Order{
		ID: "1", Name: "#1001", CreatedAt: at.Add(-24 * time.Hour), Financial: order.Paid,
		Contacts: order.Contacts{Emails: []string{"ana@example.com"}},
		Items:    []order.LineItem{{Quantity: 1, RequiresShipping: true}},
		Fulfillments: []order.Fulfillment{{
			Status: order.InTransit, CreatedAt: at, EstimatedAt: at.Add(72 * time.Hour), Events: []order.TrackingEvent{{Status: order.InTransit, At: at}},
		}},
	}
}

func TestOutcomesWithoutAStore(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		talk   backtest.Conversation
		want   backtest.Outcome
		reason handoff.Reason
		intent understand.Intent
		later  int
	}{
		{"a number given at once", talk("c where is my order #1001?"), backtest.FromOrder, "", understand.TrackOrder, 0},
		{"a number given when an agent asks", talk("c where is my order?", "a which one is it?", "c 1001"), backtest.FromOrder, "", understand.TrackOrder, 0},
		{"no number ever", talk("c where is my order?", "a let me look", "c thanks"), backtest.AskedBack, "", understand.TrackOrder, 0},
		{"no number for a request", talk("c please cancel my order"), backtest.AskedForPerson, handoff.Request, understand.CancelOrder, 0},
		{"no number, not received", talk("c it says delivered but my parcel never came"), backtest.AskedForPerson, handoff.DeliveredNotReceived, understand.DeliveredNotReceived, 0},
		{"an answer to the agent", talk("c where is my order?", "a your name please", "c Alessandro Phoenix", "a and the number", "c #1001"), backtest.FromOrder, "", understand.TrackOrder, 1},
		{"delivered but not received", talk("c #1001 says delivered but I never got it"), backtest.HandedOff, handoff.DeliveredNotReceived, understand.DeliveredNotReceived, 0},
		{"a request", talk("c please cancel order 1001"), backtest.HandedOff, handoff.Request, understand.CancelOrder, 0},
		{"a person", talk("c can I talk to a real person"), backtest.HandedOff, handoff.Asked, understand.HumanAgent, 0},
		{"upset", talk("c THIS IS THE WORST SERVICE EVER!!! I AM FURIOUS"), backtest.HandedOff, handoff.Upset, "", 0},
		{"policy", talk("c how long does shipping take?"), backtest.FromShop, "", understand.ShippingPolicy, 0},
		{"not understood", talk("c the moon is made of green cheese", "a pardon?", "c and the sun of red wine"), backtest.NotUnderstood, handoff.NotUnderstood, "", 0},
		{"greeting", talk("a hello", "c hi", "a how can I help", "c bye"), backtest.NothingAsked, "", understand.Greeting, 0},
		{"greeting, then a question", talk("c hi", "a hello!", "c where is #1001"), backtest.FromOrder, "", understand.TrackOrder, 0},
		{"nothing after a hand-off counts", talk("c agent please", "a here I am", "c where is #1001"), backtest.HandedOff, handoff.Asked, understand.HumanAgent, 0},
		{"two orders at once", talk("c where are #1001 and #1002?"), backtest.FromOrder, "", understand.TrackOrder, 0},
	}
	m := mind(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := backtest.New(backtest.Config{Shop: testShop(), Mind: m}).Play(t.Context(), tt.talk)
			if err != nil || len(got) != 1 {
				t.Fatalf("%d results, %v", len(got), err)
			}
			r := got[0]
			if r.Outcome != tt.want || r.Reason != tt.reason || r.Later != tt.later {
				t.Errorf("outcome %d (%s), %d later, want %d (%s), %d", r.Outcome, r.Reason, r.Later, tt.want, tt.reason, tt.later)
			}
			if tt.intent != "" && r.Intent != tt.intent {
				t.Errorf("intent %s, want %s", r.Intent, tt.intent)
			}
		})
	}
}

func TestOutcomesWithAStore(t *testing.T) {
	t.Parallel()
	ana := message.Address{Channel: message.Email, Value: "ana@example.com"}
	tests := []struct {
		name string
		who  message.Address
		talk backtest.Conversation
		want backtest.Outcome
	}{
		{"the sender's own", ana, talk("c where is #1001"), backtest.FromOrder},
		{"nobody known", message.Address{}, talk("c where is #1001"), backtest.AskedBack},
		{"claimed", message.Address{}, talk("c where is #1001", "a your e-mail?", "c ana@example.com"), backtest.FromOrder},
		{"claimed by a stranger", message.Address{}, talk("c where is #1001", "a your e-mail?", "c mallory@example.com"), backtest.AskedBack},
		{"a stranger's request", message.Address{}, talk("c please cancel #1001"), backtest.AskedForPerson},
		{"no such order", ana, talk("c where is #9999"), backtest.AskedBack},
	}
	m := mind(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.talk.Customer = tt.who
			got, err := backtest.New(backtest.Config{Shop: testShop(), Mind: m, Store: &store{order: inTransit()}}).Play(t.Context(), tt.talk)
			if err != nil || len(got) != 1 || got[0].Outcome != tt.want {
				t.Errorf("%+v, %v, want outcome %d", got, err, tt.want)
			}
		})
	}
}

// A code that nobody could type then is taken for entered.
func TestCodeIsTakenForGiven(t *testing.T) {
	t.Parallel()
	s := testShop()
	s.Claim = shop.ClaimCode
	p := backtest.New(backtest.Config{Shop: s, Mind: mind(t), Store: &store{order: inTransit()}})
	for who, want := range map[string]backtest.Outcome{"ana": backtest.FromOrder, "mallory": backtest.AskedBack} {
		got, err := p.Play(t.Context(), talk("c where is #1001", "a your e-mail?", "c "+who+"@example.com"))
		if err != nil || len(got) != 1 || got[0].Outcome != want {
			t.Errorf("%s: %+v, %v, want outcome %d", who, got, err, want)
		}
	}
}

func TestStoreIsReadOnceForANumberAndMustAnswer(t *testing.T) {
	t.Parallel()
	s := &store{order: inTransit()}
	p := backtest.New(backtest.Config{Shop: testShop(), Mind: mind(t), Store: s})
	for range 3 {
		if _, err := p.Play(t.Context(), talk("c where is #1001")); err != nil {
			t.Fatal(err)
		}
	}
	if s.reads != 1 {
		t.Errorf("%d reads, want 1", s.reads)
	}
	s.err = fault.New(fault.Unavailable, "find", "down")
	if _, err := p.Play(t.Context(), talk("c where is #1002")); !errors.Is(err, s.err) {
		t.Errorf("error %v, want the store's", err)
	}
}

func TestPausesAndTurns(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	said := func(after time.Duration, customer bool, text string) backtest.Line {
		return backtest.Line{At: at.Add(after), Customer: customer, Text: text}
	}
	const week = 7 * 24 * time.Hour
	tests := []struct {
		name  string
		lines []backtest.Line
		want  []backtest.Outcome
	}{
		{"a long pause parts", []backtest.Line{said(0, true, "where is #1001"), said(2*week, true, "how long does shipping take?")}, []backtest.Outcome{backtest.FromOrder, backtest.FromShop}},
		{"a short one does not", []backtest.Line{said(0, true, "where is #1001"), said(week/2, true, "please cancel it")}, []backtest.Outcome{backtest.HandedOff}},
		{"lines are put in order", []backtest.Line{said(time.Minute, true, "please cancel #1001"), said(0, true, "hi")}, []backtest.Outcome{backtest.HandedOff}},
		{"near lines are one turn", []backtest.Line{said(0, true, "the moon"), said(time.Second, true, "is made of cheese")}, []backtest.Outcome{backtest.NotUnderstood}},
		{"only the shop spoke", []backtest.Line{said(0, false, "sale!")}, nil},
		{"nothing", nil, nil},
	}
	m := mind(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := backtest.New(backtest.Config{Shop: testShop(), Mind: m}).Play(t.Context(), backtest.Conversation{Channel: message.WhatsApp, Lines: tt.lines})
			if err != nil || len(got) != len(tt.want) {
				t.Fatalf("%d results, %v, want %d", len(got), err, len(tt.want))
			}
			for i, r := range got {
				if r.Outcome != tt.want[i] {
					t.Errorf("result %d: outcome %d (%s), want %d", i, r.Outcome, r.Reason, tt.want[i])
				}
			}
		})
	}
}

func TestPlayEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := backtest.New(backtest.Config{Shop: testShop(), Mind: mind(t)})
	if _, err := p.Play(ctx, talk("c hi")); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	r := backtest.NewReport(false)
	may := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	for _, x := range []backtest.Result{
		{Outcome: backtest.FromOrder, Intent: understand.TrackOrder, Language: "en", Heard: 2, Later: 1, At: may.AddDate(0, 1, 0)},
		{Outcome: backtest.FromShop, Intent: understand.ShippingPolicy, Language: "de", Heard: 1, At: may},
		{Outcome: backtest.HandedOff, Reason: handoff.Asked, Intent: understand.TrackOrder, Language: "en", Heard: 1, Upset: true},
		{Outcome: backtest.NotUnderstood, Reason: handoff.NotUnderstood, Intent: understand.OutOfScope, Language: "other", Heard: 2},
		{Outcome: backtest.AskedBack, Intent: understand.TrackOrder, Language: "en", Heard: 1},
		{Outcome: backtest.AskedForPerson, Reason: handoff.Asked, Intent: understand.TrackOrder, Language: "en", Heard: 1},
	} {
		r.Add(x)
	}
	if r.All.Total() != 6 || r.All.Answered() != .5 || r.Heard != 8 || r.Later != 1 || r.Upset != 1 {
		t.Errorf("%+v", r)
	}
	if in := r.Intents(); len(in) != 3 || in[0].Name != "track_order" || in[0].Tally.Share(backtest.HandedOff) != .25 {
		t.Errorf("intents %+v", in)
	}
	if by := r.ByReason(); len(by) != 1 || by[0] != (backtest.Reason{Reason: handoff.Asked, Count: 2}) {
		t.Errorf("reasons %+v", by)
	}
	if m := r.Months(); len(m) != 2 || m[0].Name != "2026-05" {
		t.Errorf("months %+v", m)
	}
	if l := r.Languages(); len(l) != 3 || l[0].Name != "en" {
		t.Errorf("languages %+v", l)
	}
	if (backtest.Tally{}).Share(backtest.FromOrder) != 0 {
		t.Error("a share of nothing is not 0")
	}
}
