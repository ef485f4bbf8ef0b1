package bot_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wismo/core/bot"
	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/journal"
	"wismo/core/message"
)

// follower is a help desk that keeps tickets, and fails as the test says.
type follower struct {
	mu      sync.Mutex
	tickets []*held
	// next are how the next calls end: nil does it, an error does not, an unclear one
	// does it and says that it may not have.
	next []error
	// reads counts the reads.
	reads int
}

// held is a ticket as it is held.
type held struct {
	handoff.Ticket
	entries []handoff.Entry
	replies []handoff.AgentReply
	stage   handoff.Stage
	into    string
}

func (f *follower) Kind() string { return "test" }

// ends returns whether a call is done, and how it ends.
func (f *follower) ends() (done bool, err error) {
	if len(f.next) == 0 {
		return true, nil
	}
	err, f.next = f.next[0], f.next[1:]
	return err == nil || fault.Unclear(err), err
}

func (f *follower) Open(_ context.Context, t handoff.Ticket) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if t.Again {
		for i, h := range f.tickets {
			if h.Key == t.Key {
				return fmt.Sprint("T", i), nil
			}
		}
	}
	done, err := f.ends()
	if done {
		f.tickets = append(f.tickets, &held{Ticket: t, stage: handoff.StageOpen})
	}
	return fmt.Sprint("T", len(f.tickets)-1), err
}

func (f *follower) at(id string) *held {
	var i int
	if _, err := fmt.Sscanf(id, "T%d", &i); err != nil || i >= len(f.tickets) || f.tickets[i].stage == handoff.StageGone {
		return nil
	}
	return f.tickets[i]
}

func (f *follower) Append(_ context.Context, id string, e handoff.Entry) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	h := f.at(id)
	if h == nil {
		return fault.New(fault.NotFound, "desk", "no such ticket")
	}
	if e.Again && slices.ContainsFunc(h.entries, func(x handoff.Entry) bool { return x.Key == e.Key }) {
		return nil
	}
	done, err := f.ends()
	if done {
		h.entries = append(h.entries, e)
	}
	return err
}

func (f *follower) Read(_ context.Context, id, mark string) (handoff.Progress, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reads++
	h := f.at(id)
	if h == nil {
		return handoff.Progress{Stage: handoff.StageGone}, nil
	}
	from := 0
	_, _ = fmt.Sscan(mark, &from)
	return handoff.Progress{Stage: h.stage, Into: h.into, Replies: h.replies[from:], Mark: fmt.Sprint(len(h.replies))}, nil
}

func (f *follower) Fetch(context.Context, handoff.ReplyFile, int64) (handoff.File, error) {
	return handoff.File{}, fault.New(fault.NotFound, "desk", "no file")
}

// agent writes to the customer.
func (f *follower) agent(i int, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	h := f.tickets[i]
	h.replies = append(h.replies, handoff.AgentReply{Key: fmt.Sprint("r", len(h.replies)), Text: text})
}

func (f *follower) set(i int, stage handoff.Stage, into string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tickets[i].stage, f.tickets[i].into = stage, into
}

func newFollowerRig(t *testing.T) (*rig, *follower) {
	t.Helper()
	f := &follower{}
	r := newRig(t, func(b *bot.Config) {
		acme := b.Shops["acme"]
		acme.Desk = f
		b.Shops = map[string]bot.Shop{"acme": acme}
	})
	return r, f
}

// handed brings a conversation of Ana's to a person.
func handed(t *testing.T) (*rig, *follower) {
	t.Helper()
	r, f := newFollowerRig(t)
	r.store.set(false, "delivered")
	r.say(ana, "order 1001 never came")
	r.desks()
	if len(f.tickets) != 1 {
		t.Fatalf("%d tickets", len(f.tickets))
	}
	return r, f
}

// desks lets a worker do what hand-offs owe at the desk, and then the conversations.
func (r *rig) desks() {
	r.t.Helper()
	for _, h := range r.handOffs() {
		if err := r.Ticket(r.t.Context(), h.ID); err != nil {
			r.t.Fatal(err)
		}
		r.work(h.ConversationID)
	}
}

// follow reads what agents have done, and sends it.
func (r *rig) follow() []string {
	r.t.Helper()
	before := len(r.phone.texts())
	r.clock.Pass(time.Minute)
	if err := r.FollowAll(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	id, _ := r.owed.Last()
	r.work(id)
	return r.phone.texts()[before:]
}

func TestTicketHoldsWhatTheAgentNeeds(t *testing.T) {
	t.Parallel()
	_, f := handed(t)
	got := f.tickets[0]
	if got.Key != "wismo-acme-t1" || got.Person.Phone != ana || !slices.Contains(got.Tags, "delivered_not_received") || len(got.Files) != 2 {
		t.Errorf("key %q, person %v, tags %v, %d files", got.Key, got.Person, got.Tags, len(got.Files))
	}
	for _, want := range []string{"never came", "#1001", "sender"} {
		if !strings.Contains(got.Body.Plain, want) || !strings.Contains(string(got.Files[0].Bytes), want) {
			t.Errorf("body or transcript lacks %q", want)
		}
	}
}

func TestLaterWordsAreAddedOnceAndInOrder(t *testing.T) {
	t.Parallel()
	r, f := handed(t)
	for i := range 5 {
		if got := r.say(ana, fmt.Sprintf("still nothing %d", i)); len(got) != 0 {
			t.Errorf("the bot spoke while a person has the case: %q", got)
		}
	}
	// The second is added although no answer comes, the third is refused at first.
	f.next = []error{nil, unclear(), fault.New(fault.Unavailable, "desk", "down")}
	for range 3 {
		_ = r.Ticket(t.Context(), r.handOffs()[0].ID) // the queue tries again
	}
	r.desks()
	var texts []string
	for _, e := range f.tickets[0].entries {
		texts = append(texts, e.Text.Plain)
	}
	want := []string{"still nothing 0", "still nothing 1", "still nothing 2", "still nothing 3", "still nothing 4"}
	if !slices.Equal(texts, want) {
		t.Errorf("the ticket has %q", texts)
	}
}

func TestTicketIsMadeOnceWhateverHappens(t *testing.T) {
	t.Parallel()
	r, f := newFollowerRig(t)
	r.store.set(false, "delivered")
	f.next = []error{fault.New(fault.Unavailable, "desk", "down"), unclear()}
	r.say(ana, "order 1001 never came")
	for range 2 {
		if err := r.Ticket(t.Context(), r.handOffs()[0].ID); err == nil {
			t.Error("a failure was not told to the queue")
		}
	}
	r.desks()
	if len(f.tickets) != 1 || r.handOffs()[0].State != journal.HandOffOpen {
		t.Fatalf("%d tickets, the hand-off is %s", len(f.tickets), r.handOffs()[0].State)
	}
	told := 0
	for _, text := range r.phone.texts() {
		if strings.Contains(text, "colleague") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("the customer was told %d times that a person takes over: %q", told, r.phone.texts())
	}
}

func TestAgentsAnswerReachesTheCustomerOnce(t *testing.T) {
	t.Parallel()
	r, f := handed(t)
	f.agent(0, "We have found it.\nIt comes tomorrow.")
	if got := r.follow(); len(got) != 1 || !strings.Contains(got[0], "It comes tomorrow.") {
		t.Fatalf("the customer got %q", got)
	}
	if got := r.follow(); len(got) != 0 {
		t.Errorf("and again %q", got)
	}
	// The same again although the mark was lost, as when two replicas read at once.
	h := r.handOffs()[0]
	err := r.journal.Took(t.Context(), h.ID, journal.TicketNews{Replies: []journal.KeyedReply{{Key: "r0", Texts: []string{"We have found it."}}}}, r.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if got := r.follow(); len(got) != 0 {
		t.Errorf("one reply was sent twice: %q", got)
	}
	lines, err := r.journal.Transcript(t.Context(), h.ConversationID)
	if err != nil || lines[len(lines)-1].Author != message.Agent {
		t.Errorf("the transcript does not say that an agent wrote it: %v", err)
	}
}

func TestSolvedTicketGivesTheConversationBack(t *testing.T) {
	t.Parallel()
	r, f := handed(t)
	f.agent(0, "Done.")
	f.set(0, handoff.StageSolved, "")
	if got := r.follow(); len(got) != 1 {
		t.Fatalf("the last answer was lost: %q", got)
	}
	if len(r.handOffs()) != 0 {
		t.Fatal("the hand-off is still open")
	}
	r.store.set(false, "in_transit")
	if got := r.asks(ana, "where is order 1001?"); !strings.Contains(got, "on its way") {
		t.Errorf("the bot says %q", got)
	}
}

func TestMergedTicketIsFollowed(t *testing.T) {
	t.Parallel()
	r, f := handed(t)
	f.mu.Lock()
	f.tickets = append(f.tickets, &held{stage: handoff.StageOpen})
	f.mu.Unlock()
	f.set(0, handoff.StageMerged, "T1")
	r.follow()
	f.agent(1, "From the other ticket.")
	if got := r.follow(); len(got) != 1 || !strings.Contains(got[0], "other ticket") {
		t.Errorf("the customer got %q", got)
	}
}

func TestDeletedTicketLosesNothing(t *testing.T) {
	t.Parallel()
	r, f := handed(t)
	f.set(0, handoff.StageGone, "")
	r.say(ana, "hello?")
	r.desks()
	if len(f.tickets) != 2 || !strings.Contains(f.tickets[1].Body.Plain, "hello?") {
		t.Fatalf("%d tickets; what the customer says to a deleted one is lost", len(f.tickets))
	}
	f.set(1, handoff.StageGone, "")
	r.follow()
	if len(r.handOffs()) != 0 {
		t.Error("the bot stays silent for a ticket that is gone")
	}
}

func TestTwoWorkersAtOneTicket(t *testing.T) {
	t.Parallel()
	r, f := handed(t)
	for i := range 10 {
		r.say(ana, fmt.Sprintf("and %d", i))
	}
	id := r.handOffs()[0].ID
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { _ = r.Ticket(t.Context(), id) })
	}
	wg.Wait()
	r.desks()
	if n := len(f.tickets[0].entries); n != 10 {
		t.Fatalf("%d entries, want ten", n)
	}
	for i, e := range f.tickets[0].entries {
		if e.Text.Plain != fmt.Sprintf("and %d", i) {
			t.Errorf("entry %d is %q", i, e.Text.Plain)
		}
	}
}

// mailbox takes mails.
type mailbox struct {
	mu   sync.Mutex
	sent []string
}

func (m *mailbox) Send(_ context.Context, to, _, text string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sent = append(m.sent, to+" "+text)
	return nil
}

// A desk that cannot be reached for long: the ticket goes to the support mailbox, once,
// and to the desk when it is back.
func TestTicketIsMailedWhenTheDeskStaysAway(t *testing.T) {
	t.Parallel()
	f, post := &follower{}, &mailbox{}
	r := newRig(t, func(b *bot.Config) {
		acme := b.Shops["acme"]
		acme.Desk, acme.Mailer, acme.SupportEmail = f, post, "help@example.com"
		b.Shops = map[string]bot.Shop{"acme": acme}
	})
	r.store.set(false, "delivered")
	r.say(ana, "order 1001 never came")
	id := r.handOffs()[0].ID
	down := fault.New(fault.Unavailable, "desk", "down")
	for range 8 {
		f.next = []error{down}
		if err := r.Ticket(t.Context(), id); fault.KindOf(err) != fault.Unavailable {
			t.Fatalf("the queue is told %v", err)
		}
		r.clock.Pass(6 * time.Minute)
	}
	if err := r.Mail(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if len(post.sent) != 1 || !strings.HasPrefix(post.sent[0], "help@example.com ") || !strings.Contains(post.sent[0], "never came") {
		t.Fatalf("mailed %q", post.sent)
	}
	if err := r.Mail(t.Context(), 2); fault.KindOf(err) != fault.NotFound {
		t.Errorf("it was mailed twice: %v", err)
	}
	r.desks()
	if len(f.tickets) != 1 {
		t.Errorf("%d tickets when the desk was back", len(f.tickets))
	}
}

// An agent's answer that cannot be delivered is told in the ticket, once.
func TestAgentLearnsWhatWasNotDelivered(t *testing.T) {
	t.Parallel()
	r, f := handed(t)
	f.agent(0, "We have found it.")
	r.phone.ends(end{err: &fault.Error{Kind: fault.Permanent, Reason: fault.NeedsTemplate, Op: "send"}})
	if got := r.follow(); len(got) != 0 {
		t.Fatalf("sent %q", got)
	}
	for range 3 {
		r.desks()
	}
	e := f.tickets[0].entries
	if len(e) != 1 || !e[0].Note || !strings.Contains(e[0].Text.Plain, "24 hours") {
		t.Fatalf("the ticket has %+v", e)
	}
	if n := len(r.handOffs()); n != 1 {
		t.Errorf("%d hand-offs", n)
	}
}
