// Package journaltest knows what every driver of the journal must keep: one
// suite of promises, crash cases included. Only tests import it.
package journaltest

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"wismo/core/conversation"
	"wismo/core/fault"
	"wismo/core/journal"
	"wismo/core/message"
)

// Owed stands in for the queue: it records what a journal owes to it.
type Owed struct {
	mu                            sync.Mutex
	conversations, tickets, media []int64
	mails                         []int64
	broken                        bool
}

var _ journal.Owe = (*Owed)(nil)

// Conversation implements journal.Owe.
func (o *Owed) Conversation(id int64, _ time.Time) journal.Statement {
	return o.note(&o.conversations, id)
}

// Taken implements journal.Owe. What is taken is noted by whoever takes it.
func (o *Owed) Taken(id int64) journal.Statement {
	return journal.Statement{SQL: "SELECT CAST($1 AS bigint)", Args: []any{id}}
}

// AllTaken implements journal.Owe.
func (o *Owed) AllTaken() string { return "SELECT id AS job, id AS conversation FROM owing" }

// AllLater implements journal.Owe. It notes nothing.
func (o *Owed) AllLater() string { return "SELECT id FROM waking" }

// Ticket implements journal.Owe.
func (o *Owed) Ticket(id int64) journal.Statement { return o.note(&o.tickets, id) }

// Media implements journal.Owe.
func (o *Owed) Media(id int64) journal.Statement { return o.note(&o.media, id) }

// Mail implements journal.Owe.
func (o *Owed) Mail(id int64) journal.Statement { return o.note(&o.mails, id) }

// Mails returns which mails were owed.
func (o *Owed) Mails() []int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.mails)
}

func (o *Owed) note(list *[]int64, id int64) journal.Statement {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.broken {
		return journal.Statement{SQL: "INSERT INTO no_such_table VALUES ($1)", Args: []any{id}}
	}
	*list = append(*list, id)
	return journal.Statement{SQL: "SELECT 1"}
}

// Break makes every further statement fail, or work again.
func (o *Owed) Break(broken bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.broken = broken
}

// Counts returns how much was owed.
func (o *Owed) Counts() (conversations, tickets, media int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.conversations), len(o.tickets), len(o.media)
}

// Last returns what was owed last, 0 for nothing.
func (o *Owed) Last() (conversation, ticket int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if n := len(o.conversations); n > 0 {
		conversation = o.conversations[n-1]
	}
	if n := len(o.tickets); n > 0 {
		ticket = o.tickets[n-1]
	}
	return conversation, ticket
}

// Clock is a clock that tests turn.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock returns a clock at a Monday's noon.
func NewClock() *Clock { return &Clock{at: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)} }

// Now returns the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Pass lets d go by.
func (c *Clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// Make returns a new and empty journal that owes its jobs to owe.
type Make func(t *testing.T, owe journal.Owe, opts journal.Options) journal.Journal

// Run runs the suite.
func Run(t *testing.T, build Make) {
	for name, check := range map[string]func(*testing.T, *bench){
		"a message is written once":               writtenOnce,
		"a message is taken once":                 takenOnce,
		"a burst owes one job":                    burstOwesOne,
		"nothing is kept if the job is not":       allOrNothing,
		"a turn answers all that is unanswered":   turnAnswersAll,
		"a flood is answered turn by turn":        flood,
		"the slower worker's turn is thrown away": staleTurn,
		"a message during a turn is not lost":     messageDuringTurn,
		"replies go out in order":                 repliesInOrder,
		"a crash while sending leads to a lookup": crashWhileSending,
		"a provider's id is adopted once":         adoptedOnce,
		"a retry waits and keeps the order":       retryWaits,
		"a failed reply is handed off":            failureHandsOff,
		"reports never go back":                   reportsNeverGoBack,
		"an early report is taken up":             earlyReport,
		"an opted-out customer gets nothing":      optedOut,
		"attempts cannot be raced":                attemptsRace,
		"a withdrawn attempt does not count":      withdrawnAttempt,
		"a proven attempt does not count":         provenAttempt,
		"a one-use token is used once":            spentOnce,
		"a one-use token cannot be raced":         spendRace,
		"a delivery counts once":                  deliveriesNoted,
		"a ticket is mailed once":                 ticketMailedOnce,
		"steps at a desk":                         stepsAtDesk,
		"one worker has a step at a desk":         stepsRaced,
		"what agents do is read":                  readAtDesk,
		"a token is not shown":                    tokenMasked,
		"a mail is owed until it is settled":      mailOwed,
		"a mail is owed with its turn":            mailWithTurn,
		"one hand-off at a time":                  oneHandOff,
		"told when the ticket is open":            toldWhenOpen,
		"a quiet conversation ends":               quietEnds,
		"a wake-up is due":                        wakeUp,
		"a wake-up beside a reply is due":         wakeUpBesideAReply,
		"attachments and media":                   media,
		"sweeps move on only":                     sweeps,
		"what is stranded is found":               stranded,
		"many write at once":                      manyAtOnce,
		"odd texts come back":                     oddTexts,
		"a letter is taken once":                  lettersOnce,
		"letters and their place go together":     lettersAllOrNothing,
		"an answered letter is flagged once":      lettersFlagged,
		"a bounce hands off":                      bounceHandsOff,
		"a person's own answer silences the bot":  byHandSilences,
		"letters bring their files":               letterFiles,
		"a lease has one holder":                  leases,
		"a secret is made once":                   secretKept,
		"letters beside letters":                  lettersBesideLetters,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := &bench{clock: NewClock(), owed: &Owed{}}
			b.j = build(t, b.owed, journal.Options{QuietAfter: func(string) time.Duration { return 24 * time.Hour }, Now: b.clock.Now})
			check(t, b)
		})
	}
}

// bench is one test's journal.
type bench struct {
	j     journal.Journal
	owed  *Owed
	clock *Clock
	mu    sync.Mutex
	sids  int
}

const account = "AC00000000000000000000000000000001"

// inbound returns a new message of a customer.
func (b *bench) inbound(from, text string) message.Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sids++
	return message.Message{
		Shop: "acme", Channel: message.SMS, Account: account, ProviderID: fmt.Sprintf("SM%d", b.sids),
		From: message.Address{Channel: message.SMS, Value: from}, To: message.Address{Channel: message.SMS, Value: "+14155550100"},
		Text: text, At: b.clock.Now(),
	}
}

const ana = "+14155550101"

func (b *bench) receive(t *testing.T, from, text string) (conversationID int64) {
	t.Helper()
	return b.take(t, b.inbound(from, text)).ConversationID
}

// take takes a message in and notes the job that it made.
func (b *bench) take(t *testing.T, m message.Message) journal.Taken {
	t.Helper()
	taken, err := b.j.Take(t.Context(), m)
	if err != nil {
		t.Error(err)
	}
	if taken.JobID != 0 {
		b.owed.note(&b.owed.conversations, taken.ConversationID)
	}
	return taken
}

func (b *bench) next(t *testing.T, id int64, s *journal.Settlement, want journal.StepKind) journal.Step {
	t.Helper()
	step, err := b.j.Next(t.Context(), id, s, b.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if step.Kind != want {
		t.Fatalf("step %d, want %d (%+v)", step.Kind, want, step)
	}
	return step
}

// outcome answers all of a turn with the given texts.
func outcome(turn *journal.Turn, texts ...string) journal.Outcome {
	o := journal.Outcome{ConversationID: turn.ConversationID, Version: turn.Version, State: turn.State, Decision: []byte("{}")}
	if n := len(turn.Unanswered); n > 0 {
		o.AnsweredUpTo = turn.Unanswered[n-1].ID
	}
	for _, s := range texts {
		o.Replies = append(o.Replies, journal.NewReply{Text: s, Author: message.Bot})
	}
	return o
}

func (b *bench) finish(t *testing.T, o journal.Outcome, want journal.StepKind) journal.Step {
	t.Helper()
	step, err := b.j.Finish(t.Context(), o, b.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if step.Kind != want {
		t.Fatalf("step %d, want %d (%+v)", step.Kind, want, step)
	}
	return step
}

// sending receives a message and answers it, up to the reply's being handed
// over.
func (b *bench) sending(t *testing.T, from string, texts ...string) (int64, *journal.Reply) {
	t.Helper()
	id := b.receive(t, from, "where is my order")
	turn := b.next(t, id, nil, journal.Answer).Turn
	return id, b.finish(t, outcome(turn, texts...), journal.Send).Reply
}

func sent(r *journal.Reply, sid string) *journal.Settlement {
	return &journal.Settlement{ReplyID: r.ID, Attempt: r.Attempt, Receipt: &message.Receipt{ProviderID: sid, Status: message.Sent}}
}

func (b *bench) lines(t *testing.T, id int64) []conversation.Line {
	t.Helper()
	lines, err := b.j.Transcript(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func (b *bench) handOffs(t *testing.T) []journal.HandOff {
	t.Helper()
	list, err := b.j.HandOffs(t.Context(), journal.HandOffFilter{})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func wantFault(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if fault.KindOf(err) != kind || err == nil {
		t.Fatalf("error %v, want one of kind %s", err, kind)
	}
}
