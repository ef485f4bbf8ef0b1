package journaltest

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/journal"
	"wismo/core/message"
)

// handedOff brings a conversation of Ana's to a desk and returns it and the hand-off.
func (b *bench) handedOff(t *testing.T) (conversationID, handOffID int64) {
	t.Helper()
	id := b.receive(t, ana, "agent")
	o := outcome(b.next(t, id, nil, journal.Answer).Turn)
	o.HandOff = &handoff.Case{Reason: handoff.Asked}
	b.finish(t, o, journal.Done)
	_, ticket := b.owed.Last()
	return id, ticket
}

func (b *bench) atDesk(t *testing.T, id int64, want journal.DeskStepKind, again bool) journal.DeskStep {
	t.Helper()
	step, err := b.j.NextAtDesk(t.Context(), id, b.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if step.Kind != want || step.Again != again {
		t.Fatalf("step %d, again %v, want %d, %v", step.Kind, step.Again, want, again)
	}
	return step
}

func (b *bench) opened(t *testing.T, id, upTo int64) {
	t.Helper()
	if err := b.j.Opened(t.Context(), id, "desk", "T1", upTo, b.clock.Now()); err != nil {
		t.Fatal(err)
	}
}

// hears takes a message in that the bot passes over, since a person has the case.
func (b *bench) hears(t *testing.T, conversationID int64, text string) {
	t.Helper()
	b.receive(t, ana, text)
	b.finish(t, outcome(b.next(t, conversationID, nil, journal.Answer).Turn), journal.Done)
}

func (b *bench) notDone(t *testing.T, id int64, unclear, gone bool) {
	t.Helper()
	if err := b.j.NotDone(t.Context(), id, unclear, gone); err != nil {
		t.Fatal(err)
	}
}

func stepsAtDesk(t *testing.T, b *bench) {
	conversationID, id := b.handedOff(t)
	step := b.atDesk(t, id, journal.DeskOpen, false)
	if len(step.HandOff.Transcript) != 1 {
		t.Fatalf("%d lines for the ticket", len(step.HandOff.Transcript))
	}
	b.atDesk(t, id, journal.DeskBusy, false)
	b.notDone(t, id, false, false)
	b.atDesk(t, id, journal.DeskOpen, false) // it was not done, and that is certain
	b.notDone(t, id, true, false)
	b.atDesk(t, id, journal.DeskOpen, true)
	b.clock.Pass(journal.DeskStepWithin + time.Second)
	b.atDesk(t, id, journal.DeskOpen, true) // whoever was at it has died
	b.opened(t, id, step.HandOff.Transcript[0].ID)
	b.atDesk(t, id, journal.DeskDone, false)
	b.hears(t, conversationID, "one")
	b.hears(t, conversationID, "two")
	if _, ticket := b.owed.Last(); ticket != id {
		t.Fatal("what the customer says meanwhile owes the desk nothing")
	}
	for _, want := range []string{"one", "two"} {
		step := b.atDesk(t, id, journal.DeskAppend, false)
		if step.Line.Text != want || step.HandOff.TicketID != "T1" {
			t.Fatalf("to be added: %q to %q", step.Line.Text, step.HandOff.TicketID)
		}
		if err := b.j.Appended(t.Context(), id, step.Line.ID); err != nil {
			t.Fatal(err)
		}
	}
	b.atDesk(t, id, journal.DeskDone, false)
	b.undelivered(t, conversationID, id)
	note := b.atDesk(t, id, journal.DeskNote, false)
	if !strings.Contains(note.Line.Text, "could not be delivered") {
		t.Fatalf("the note is %q", note.Line.Text)
	}
	for range 2 {
		if err := b.j.Noted(t.Context(), id, note.Line.ID); err != nil {
			t.Fatal(err)
		}
	}
	b.atDesk(t, id, journal.DeskDone, false)
	b.hears(t, conversationID, "three")
	b.atDesk(t, id, journal.DeskAppend, false)
	b.notDone(t, id, false, true)
	if step := b.atDesk(t, id, journal.DeskOpen, false); len(step.HandOff.Transcript) != 5 {
		t.Fatalf("a ticket that is gone is made anew with %d lines", len(step.HandOff.Transcript))
	}
}

func ticketMailedOnce(t *testing.T, b *bench) {
	_, id := b.handedOff(t)
	for range 2 {
		if err := b.j.MailTicket(t.Context(), id, journal.NewMail{To: "help@example.com", Subject: "s", Text: "t", Until: b.clock.Now().Add(time.Hour)}, b.clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if m := b.mail(t, 1); m.To != "help@example.com" || m.State != journal.MailOwed {
		t.Fatalf("the mail is %+v", m)
	}
	_, err := b.j.Mail(t.Context(), 2)
	wantFault(t, err, fault.NotFound)
}

// undelivered lets an agent's reply fail for good.
func (b *bench) undelivered(t *testing.T, conversationID, id int64) {
	t.Helper()
	if err := b.j.Took(t.Context(), id, journal.TicketNews{Replies: []journal.KeyedReply{{Key: "a", Texts: []string{"one"}}}}, b.clock.Now()); err != nil {
		t.Fatal(err)
	}
	r := b.next(t, conversationID, nil, journal.Send).Reply
	b.next(t, conversationID, &journal.Settlement{ReplyID: r.ID, Attempt: r.Attempt, Err: fault.New(fault.Permanent, "send", "no such number")}, journal.Done)
}

// stepsRaced holds that of many workers one has a step.
func stepsRaced(t *testing.T, b *bench) {
	_, id := b.handedOff(t)
	var mu sync.Mutex
	kinds := map[journal.DeskStepKind]int{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			step, err := b.j.NextAtDesk(t.Context(), id, b.clock.Now())
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			kinds[step.Kind]++
		})
	}
	wg.Wait()
	if kinds[journal.DeskOpen] != 1 || kinds[journal.DeskBusy] != 7 {
		t.Errorf("steps %v, want one that opens", kinds)
	}
}

func readAtDesk(t *testing.T, b *bench) {
	conversationID, id := b.handedOff(t)
	b.opened(t, id, 0)
	due := func(ago time.Duration) []journal.AtDesk {
		t.Helper()
		list, err := b.j.ToRead(t.Context(), b.clock.Now().Add(-ago), 10)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if list := due(time.Minute); len(list) != 0 {
		t.Fatalf("due at once: %+v", list)
	}
	b.clock.Pass(2 * time.Minute)
	list := due(time.Minute)
	if len(list) != 1 || list[0].ID != id || list[0].TicketID != "T1" || list[0].Shop != "acme" || list[0].Channel != message.SMS || list[0].ConversationID != conversationID {
		t.Fatalf("due: %+v", list)
	}
	news := journal.TicketNews{Mark: "m1", Replies: []journal.KeyedReply{{Key: "a", Texts: []string{"one", "two"}}, {Key: "b", Texts: []string{"three"}}}}
	var wg sync.WaitGroup
	for range 4 { // as many replicas
		wg.Go(func() {
			if err := b.j.Took(t.Context(), id, news, b.clock.Now()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var texts []string
	for _, l := range b.lines(t, conversationID) {
		if l.Author == message.Agent {
			texts = append(texts, l.Text)
		}
	}
	if !slices.Equal(texts, []string{"one", "two", "three"}) {
		t.Fatalf("agents' words: %q", texts)
	}
	if a, err := b.j.OpenTicket(t.Context(), "acme", "T1"); err != nil || a.Mark != "m1" || a.ReadAt.IsZero() || len(due(time.Minute)) != 0 {
		t.Fatalf("%+v, %v", a, err)
	}
	b.workOff(t, conversationID)
	if err := b.j.Took(t.Context(), id, journal.TicketNews{Mark: "m2", Into: "T2"}, b.clock.Now()); err != nil {
		t.Fatal(err)
	}
	_, err := b.j.OpenTicket(t.Context(), "acme", "T1")
	wantFault(t, err, fault.NotFound)
	if a, err := b.j.OpenTicket(t.Context(), "acme", "T2"); err != nil || a.Mark != "" {
		t.Fatalf("merged: %+v, %v", a, err)
	}
	if err := b.j.Took(t.Context(), id, journal.TicketNews{Closed: true}, b.clock.Now()); err != nil {
		t.Fatal(err)
	}
	_, err = b.j.OpenTicket(t.Context(), "acme", "T2")
	wantFault(t, err, fault.NotFound)
	_, err = b.j.OpenTicket(t.Context(), "other", "T2")
	wantFault(t, err, fault.NotFound)
}

// workOff sends all that a conversation owes.
func (b *bench) workOff(t *testing.T, id int64) {
	t.Helper()
	step := b.next(t, id, nil, journal.Send)
	for i := range 3 {
		s := sent(step.Reply, "SMagent"+step.Reply.Text)
		if i == 2 {
			b.next(t, id, s, journal.Done)
			return
		}
		step = b.next(t, id, s, journal.Send)
	}
}
