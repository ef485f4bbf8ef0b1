package bot_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"wismo/core/bot"
	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/journal"
	"wismo/core/journal/journaltest"
	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/understand"
)

func wantOne(t *testing.T, texts []string, part string) {
	t.Helper()
	if len(texts) != 1 || !strings.Contains(texts[0], part) {
		t.Fatalf("got %q, want one text with %q", texts, part)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	wantOne(t, r.say(ana, "where is my order 1001"), "on its way with UPS")
	// Two messages before a worker comes are answered together.
	id := r.hear(ana, "hi")
	r.hear(ana, "and when will 1001 come?")
	before := len(r.phone.texts())
	r.work(id)
	wantOne(t, r.phone.texts()[before:], "on its way")
	if owed, err := r.journal.Owed(t.Context()); err != nil || owed != 0 {
		t.Errorf("%d owed, error %v", owed, err)
	}
}

func TestStoreDownAndBack(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.store.set(true, "")
	id := r.hear(ana, "where is my order 1001")
	r.work(id)
	wantOne(t, r.phone.texts(), "can't reach our order system")
	r.clock.Pass(11 * time.Second)
	r.work(id)
	wantOne(t, r.phone.texts(), "can't reach")
	r.store.set(false, "")
	r.clock.Pass(time.Minute)
	r.work(id)
	wantOne(t, r.phone.texts()[1:], "on its way")
}

func TestStoreStaysAway(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.store.set(true, "")
	id := r.hear(ana, "where is my order 1001")
	for range 12 {
		r.work(id)
		r.clock.Pass(3 * time.Minute)
	}
	r.tickets()
	list := r.handOffs()
	if len(list) != 1 || list[0].Case.Reason != handoff.StoreDown {
		t.Fatalf("hand-offs %+v", list)
	}
	texts := r.phone.texts()
	if len(texts) != 2 || !strings.Contains(texts[1], "colleague") {
		t.Fatalf("texts %q", texts)
	}
}

func TestUnclearSends(t *testing.T) {
	t.Parallel()
	for name, taken := range map[string]bool{"taken": true, "not taken": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.phone.ends(end{unclear(), taken})
			id := r.hear(ana, "where is my order 1001")
			r.work(id)
			// Too early to ask, for whoever comes.
			r.work(id)
			if r.phone.finds != 0 {
				t.Fatal("asked before the provider can know")
			}
			r.clock.Pass(journal.Grace + time.Second)
			r.work(id)
			if r.phone.finds != 1 {
				t.Fatalf("asked %d times", r.phone.finds)
			}
			wantOne(t, r.phone.texts(), "on its way")
			r.clock.Pass(time.Hour)
			r.work(id)
			wantOne(t, r.phone.texts(), "on its way")
		})
	}
}

// Somebody who opts out while a reply is of unclear end gets it no more, if it
// was not taken.
func TestOptOutBeforeTheLookup(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.phone.ends(end{unclear(), false})
	id := r.hear(ana, "where is my order 1001")
	r.work(id)
	r.hear(ana, "STOP")
	r.work(id)
	r.clock.Pass(journal.Grace + time.Second)
	r.work(id)
	if texts := r.phone.texts(); len(texts) != 0 {
		t.Fatalf("wrote %q to somebody who opted out", texts)
	}
}

// A worker that was held up between its step to Sending and the call does not
// call any more.
func TestHeldUpWorkerSendsNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.hear(ana, "where is my order 1001")
	late := &slowJournal{Journal: r.journal, clock: r.clock}
	held := newRigOn(r, late)
	if err := held.Conversation(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if n := len(r.phone.texts()); n != 0 {
		t.Fatalf("%d texts by a worker that was held up", n)
	}
	r.clock.Pass(journal.Grace)
	r.work(id)
	wantOne(t, r.phone.texts(), "on its way")
}

// slowJournal lets time go by after each turn it has written.
type slowJournal struct {
	journal.Journal
	clock *journaltest.Clock
}

func (s *slowJournal) Finish(ctx context.Context, o journal.Outcome, now time.Time) (journal.Step, error) {
	step, err := s.Journal.Finish(ctx, o, now)
	s.clock.Pass(journal.SendDeadline + time.Second)
	return step, err
}

// Two equal texts of unclear end are two messages: each adopts one receipt.
func TestTwoEqualTexts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for range 2 {
		r.phone.ends(end{unclear(), true})
		id := r.hear(eve, "where is my order 1001")
		r.work(id)
		r.clock.Pass(journal.Grace + time.Second)
		r.work(id)
	}
	r.say(eve, "where is order 1001")
	texts := r.phone.texts()
	if len(texts) != 3 || texts[1] != texts[2] {
		t.Fatalf("texts %q", texts)
	}
	lines, err := r.journal.Transcript(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		if l.Direction == message.Out && l.Status != message.Sent {
			t.Errorf("%q is %s", l.Text, l.Status)
		}
	}
}

func TestThrottled(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	until := r.clock.Now().Add(time.Minute)
	r.phone.ends(end{err: &fault.Error{Kind: fault.Throttled, Until: until}})
	id := r.hear(ana, "where is my order 1001")
	r.work(id)
	r.clock.Pass(50 * time.Second)
	r.work(id)
	if n := len(r.phone.texts()); n != 0 {
		t.Fatalf("%d texts before the provider allows", n)
	}
	r.clock.Pass(20 * time.Second)
	r.work(id)
	wantOne(t, r.phone.texts(), "on its way")
}

func TestFinalFailures(t *testing.T) {
	t.Parallel()
	t.Run("bad number", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		r.phone.ends(end{err: &fault.Error{Kind: fault.Permanent, Reason: fault.BadRecipient}})
		r.work(r.hear(ana, "where is my order 1001"))
		if list := r.handOffs(); len(list) != 1 || list[0].Case.Reason != handoff.ReplyFailed {
			t.Fatalf("hand-offs %+v", list)
		}
	})
	t.Run("opted out", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		r.phone.ends(end{err: &fault.Error{Kind: fault.Permanent, Reason: fault.OptedOut}})
		r.work(r.hear(ana, "where is my order 1001"))
		if texts := r.say(ana, "where is my order 1001"); len(texts) != 0 || len(r.handOffs()) != 0 {
			t.Fatalf("wrote %q to somebody who opted out; hand-offs %d", texts, len(r.handOffs()))
		}
	})
	t.Run("down for good", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		for range 40 {
			r.phone.ends(end{err: fault.New(fault.Unavailable, "send", "down")})
		}
		id := r.hear(ana, "where is my order 1001")
		for range 40 {
			r.work(id)
			r.clock.Pass(time.Hour)
		}
		if list := r.handOffs(); len(list) != 1 || list[0].Case.Reason != handoff.ReplyFailed {
			t.Fatalf("hand-offs %+v", list)
		}
	})
}

// The customer is told when the ticket is open, once, and the bot is quiet
// until it is closed.
func TestHandOff(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.store.set(false, order.Delivered)
	if texts := r.say(ana, "#1001 says delivered but I never got it"); len(texts) != 0 {
		t.Fatalf("told before the ticket is open: %q", texts)
	}
	r.desk.fail = 1
	h := r.handOffs()[0]
	if err := r.Ticket(t.Context(), h.ID); fault.KindOf(err) != fault.Unavailable {
		t.Fatalf("error %v", err)
	}
	r.tickets()
	if err := r.Ticket(t.Context(), h.ID); err != nil {
		t.Fatal(err)
	}
	wantOne(t, r.phone.texts(), "I'm sorry that #1001 isn't with you")
	if n := len(r.desk.opened); n != 1 {
		t.Fatalf("%d tickets", n)
	}
	ticket := r.desk.opened[0]
	if ticket.Case.Verified != "sender" || len(ticket.Case.Order) == 0 || len(ticket.Transcript) != 1 || !strings.Contains(ticket.Subject, "1001") {
		t.Errorf("ticket %+v", ticket)
	}
	if texts := r.say(ana, "hello?"); len(texts) != 0 {
		t.Fatalf("the bot speaks over a person: %q", texts)
	}
	if err := r.journal.Close(t.Context(), h.ID, r.clock.Now()); err != nil {
		t.Fatal(err)
	}
	wantOne(t, r.say(ana, "where is 1001"), "was delivered")
}

func TestClaimsAreCountedAndClosed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.say(eve, "where is order 1001")
	for range 4 {
		wantOne(t, r.say(eve, "mallory@example.com"), "couldn't match")
	}
	// The right one, in time, is not counted.
	wantOne(t, r.say(eve, "ana@example.com"), "on its way")
	n, err := r.journal.Failures(t.Context(), journal.Attempt{Shop: "acme", Sender: message.Address{Channel: message.SMS, Value: eve}, Order: "1001"}, r.clock.Now())
	if err != nil || n.BySender != 4 {
		t.Fatalf("counted %+v, error %v", n, err)
	}
	other := "+14155550178"
	r.say(other, "where is order 1001")
	for range 5 {
		wantOne(t, r.say(other, "mallory@example.com"), "couldn't match")
	}
	wantOne(t, r.say(other, "ana@example.com"), "can't check further details")
	// Who is shut out already cannot shut the order for others as well.
	for range 5 {
		wantOne(t, r.say(other, "mallory@example.com"), "can't check further details")
	}
	wantOne(t, r.say("+14155550179", "where is order 1001, ana@example.com"), "on its way")
	// An order's own limit holds over many senders.
	wantOne(t, r.say("+14155550180", "where is order 1001, mallory@example.com"), "couldn't match")
	for range 2 {
		wantOne(t, r.say("+14155550181", "where is order 1001, ana@example.com"), "can't check further details")
	}
	wantOne(t, r.say(ana, "where is order 1001"), "on its way")
}

// Two workers on one conversation make one answer.
func TestTwoWorkersOneAnswer(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.hear(ana, "where is my order 1001")
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			if err := r.Conversation(context.Background(), id); err != nil {
				t.Error(err)
			}
		})
	}
	workers.Wait()
	wantOne(t, r.phone.texts(), "on its way")
}

// files is a phone with media and a list of what it received.
type files struct {
	*phone
	media    error
	received []message.Message
	since    time.Time
	fail     error
}

func (f *files) Fetch(context.Context, string, message.Attachment) (message.Media, error) {
	return message.Media{Type: "image/jpeg", Bytes: []byte("jpeg")}, f.media
}

func (f *files) Received(ctx context.Context, since time.Time, each func(context.Context, message.Message) error) error {
	f.since = since
	for _, m := range f.received {
		if err := each(ctx, m); err != nil {
			return err
		}
	}
	return f.fail
}

func TestMedia(t *testing.T) {
	t.Parallel()
	f := &files{}
	r := newRig(t, func(c *bot.Config) { f.phone = c.Senders[account].(*phone); c.Senders[account] = f })
	_, err := r.journal.Receive(t.Context(), message.Message{
		Shop: "acme", Channel: message.SMS, Account: account, ProviderID: "MM1", Attachments: []message.Attachment{{URL: "https://x", Type: "image/jpeg"}},
		From: message.Address{Channel: message.SMS, Value: ana}, To: message.Address{Channel: message.SMS, Value: "+14155550100"},
	})
	if err != nil {
		t.Fatal(err)
	}
	f.media = fault.New(fault.NotFound, "fetch", "not yet")
	if err := r.Media(t.Context(), 1); fault.KindOf(err) != fault.NotFound {
		t.Fatalf("error %v; a file that is not there yet must be tried again", err)
	}
	f.media = nil
	if err := r.Media(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	lines, err := r.journal.Transcript(t.Context(), 1)
	if err != nil || lines[0].Attachments[0].Size != 4 {
		t.Fatalf("lines %+v, error %v", lines, err)
	}
	f.media = fault.New(fault.Invalid, "fetch", "too large")
	if err := r.Media(t.Context(), 1); err != nil {
		t.Fatalf("error %v; what can never be fetched is noted, not tried again", err)
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	f := &files{}
	r := newRig(t, func(c *bot.Config) { f.phone = c.Senders[account].(*phone); c.Senders[account] = f })
	f.received = []message.Message{{
		Shop: "acme", Channel: message.SMS, Account: account, ProviderID: "SMmissed", Text: "where is 1001", At: r.clock.Now(),
		From: message.Address{Channel: message.SMS, Value: ana}, To: message.Address{Channel: message.SMS, Value: "+14155550100"},
	}}
	f.fail = errors.New("the list ended early")
	if err := r.Sweep(t.Context()); err == nil {
		t.Fatal("the failure is not told")
	}
	if at, err := r.journal.Swept(t.Context(), account); err != nil || !at.IsZero() {
		t.Fatalf("a sweep that failed moved the position to %v, error %v", at, err)
	}
	f.fail = nil
	for range 2 {
		if err := r.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	id, _ := r.owed.Last()
	r.work(id)
	wantOne(t, r.phone.texts(), "on its way")
	r.clock.Pass(48 * time.Hour)
	if err := r.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if age := r.clock.Now().Sub(f.since); age > 13*time.Hour {
		t.Errorf("looked %s back; what is not fresh must not be answered", age)
	}
}

// broken is a recogniser with a fault.
type broken struct{}

func (broken) Understand(string, understand.Hint) understand.Understanding { panic("a fault") }

func TestGiveUp(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *bot.Config) { c.Mind = broken{} })
	id := r.hear(ana, "where is my order 1001")
	if err := r.GiveUp(t.Context(), "conversation", id, errors.New("panic")); err != nil {
		t.Fatal(err)
	}
	r.tickets()
	wantOne(t, r.phone.texts(), "colleague")
	if owed, err := r.journal.Owed(t.Context()); err != nil || owed != 0 {
		t.Errorf("%d owed, error %v", owed, err)
	}
	if list := r.handOffs(); len(list) != 1 || list[0].Case.Reason != handoff.ReplyFailed {
		t.Errorf("hand-offs %+v", list)
	}
}

func TestShopGone(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *bot.Config) { c.Shops = map[string]bot.Shop{} })
	id := r.hear(ana, "hi")
	if err := r.Conversation(t.Context(), id); fault.KindOf(err) != fault.Invalid {
		t.Fatalf("error %v", err)
	}
	if err := r.GiveUp(t.Context(), "conversation", id, errors.New("x")); err != nil {
		t.Fatal(err)
	}
	if len(r.handOffs()) != 1 {
		t.Error("no hand-off")
	}
}

// Nothing a customer wrote, no address and nothing of an order gets into the
// log.
func TestLogTellsNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.phone.ends(end{unclear(), true}, end{err: &fault.Error{Kind: fault.Throttled, Until: r.clock.Now()}})
	r.say(ana, "where is my order 1001 wordsofmine")
	r.clock.Pass(time.Minute)
	r.work(1)
	r.store.set(true, "")
	r.say(eve, "order 1001 ana@example.com")
	r.store.set(false, order.Delivered)
	r.say(ana, "1001 never came though delivered")
	r.tickets()
	if err := r.GiveUp(t.Context(), "conversation", 1, errors.New("x")); err != nil {
		t.Fatal(err)
	}
	if r.log.Len() == 0 {
		t.Fatal("nothing was logged; the test looks in the wrong place")
	}
	for _, secret := range []string{"5550101", "5550177", "ana@", "wordsofmine", "Secretmug", "Oakland", "t.example.com", "1001"} {
		if strings.Contains(r.log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, r.log.String())
		}
	}
}

// A conversation that was left with work and no job is found.
func TestWatch(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.hear(ana, "where is 1001")
	r.clock.Pass(6 * time.Minute)
	before, _, _ := r.owed.Counts()
	if err := r.Watch(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after, _, _ := r.owed.Counts(); after != before+1 {
		t.Error("it was not found")
	}
}
