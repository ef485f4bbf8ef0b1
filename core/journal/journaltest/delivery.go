package journaltest

import (
	"bytes"
	"slices"
	"sync"
	"testing"
	"time"

	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/journal"
	"wismo/core/message"
)

func failureHandsOff(t *testing.T, b *bench) {
	id, r := b.sending(t, ana, "a")
	b.next(t, id, &journal.Settlement{ReplyID: r.ID, Attempt: 1, Err: &fault.Error{Kind: fault.Permanent, Reason: fault.BadRecipient}}, journal.Done)
	list := b.handOffs(t)
	if len(list) != 1 || list[0].Case.Reason != handoff.ReplyFailed || list[0].State != journal.HandOffOwed || list[0].Customer.Value != ana {
		t.Fatalf("hand-offs %+v", list)
	}
	if _, n, _ := b.owed.Counts(); n != 1 {
		t.Fatalf("%d tickets owed", n)
	}
	if l := b.lines(t, id); l[1].Status != message.Failed {
		t.Fatalf("status %s", l[1].Status)
	}
}

func reportsNeverGoBack(t *testing.T, b *bench) {
	id, r := b.sending(t, ana, "a")
	b.next(t, id, sent(r, "SMout1"), journal.Done)
	for _, step := range []struct {
		report, want message.Status
	}{
		{message.Delivered, message.Delivered},
		{message.Sent, message.Delivered},
		{message.Delivered, message.Delivered},
		{message.Read, message.Read},
		{message.Failed, message.Read},
	} {
		err := b.j.Report(t.Context(), message.Delivery{Account: account, ProviderID: "SMout1", Status: step.report, At: b.clock.Now(), Err: fault.New(fault.Permanent, "report", "x")})
		if err != nil {
			t.Fatal(err)
		}
		if got := b.lines(t, id)[1].Status; got != step.want {
			t.Fatalf("after %s: %s, want %s", step.report, got, step.want)
		}
	}
	if list := b.handOffs(t); len(list) != 0 {
		t.Fatalf("a failure after the delivery made a hand-off: %+v", list)
	}
	// A failure of one that was only sent is final and is handed off once.
	_, r = b.sending(t, ana, "b")
	b.next(t, id, sent(r, "SMout2"), journal.Done)
	for range 2 {
		if err := b.j.Report(t.Context(), message.Delivery{Account: account, ProviderID: "SMout2", Status: message.Failed, Err: fault.New(fault.Permanent, "report", "x")}); err != nil {
			t.Fatal(err)
		}
	}
	if list := b.handOffs(t); len(list) != 1 || list[0].Case.Reason != handoff.ReplyFailed {
		t.Fatalf("hand-offs %+v", list)
	}
	if err := b.j.Report(t.Context(), message.Delivery{Account: account, ProviderID: "SMnobody", Status: message.Delivered}); err != nil {
		t.Fatalf("a report on an unknown message: %v", err)
	}
}

func earlyReport(t *testing.T, b *bench) {
	id, r := b.sending(t, ana, "a")
	err := b.j.Report(t.Context(), message.Delivery{Account: account, ProviderID: "SMout1", Status: message.Failed, Err: &fault.Error{Kind: fault.Permanent, Reason: fault.OptedOut}})
	if err != nil {
		t.Fatal(err)
	}
	b.next(t, id, sent(r, "SMout1"), journal.Done)
	if got := b.lines(t, id)[1].Status; got != message.Failed {
		t.Fatalf("status %s; the report that came first was lost", got)
	}
	b.receive(t, ana, "hi")
	if turn := b.next(t, id, nil, journal.Answer).Turn; !turn.OptedOut {
		t.Fatal("the opt-out that was reported early was lost")
	}
}

func optedOut(t *testing.T, b *bench) {
	id := b.receive(t, ana, "STOP")
	turn := b.next(t, id, nil, journal.Answer).Turn
	o := outcome(turn, "not this")
	o.Consent = journal.OptOut
	o.Replies = append(o.Replies, journal.NewReply{Text: "bye", Author: message.Bot, DespiteOptOut: true})
	r := b.finish(t, o, journal.Send).Reply
	if r.Text != "bye" {
		t.Fatalf("sent %q to somebody who opted out", r.Text)
	}
	b.next(t, id, sent(r, "SMout1"), journal.Done)
	if list := b.handOffs(t); len(list) != 0 {
		t.Fatalf("hand-offs %+v", list)
	}
	b.receive(t, ana, "START")
	turn = b.next(t, id, nil, journal.Answer).Turn
	if !turn.OptedOut {
		t.Fatal("the opt-out is forgotten")
	}
	o = outcome(turn, "welcome")
	o.Consent = journal.OptIn
	r = b.finish(t, o, journal.Send).Reply
	b.next(t, id, sent(r, "SMout2"), journal.Done)
}

func attempt(order string) journal.Attempt {
	return journal.Attempt{Shop: "acme", Sender: message.Address{Channel: message.SMS, Value: ana}, Order: order}
}

func attemptsRace(t *testing.T, b *bench) {
	var mu sync.Mutex
	var counts []int
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			n, err := b.j.Attempt(t.Context(), attempt("1001"), b.clock.Now())
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			counts = append(counts, n.ByOrder)
		})
	}
	all.Wait()
	slices.Sort(counts)
	for i, n := range counts {
		if n != i+1 {
			t.Fatalf("attempts were counted as %v", counts)
		}
	}
	b.clock.Pass(2 * time.Hour)
	n, err := b.j.Failures(t.Context(), attempt("1001"), b.clock.Now())
	if err != nil || n.BySender != 0 || n.ByOrder != 20 {
		t.Fatalf("two hours later %+v, error %v", n, err)
	}
	b.clock.Pass(23 * time.Hour)
	if n, err := b.j.Failures(t.Context(), attempt("1001"), b.clock.Now()); err != nil || n.ByOrder != 0 {
		t.Fatalf("a day later %+v, error %v", n, err)
	}
}

func provenAttempt(t *testing.T, b *bench) {
	id := b.receive(t, ana, "1001 ana@example.com")
	turn := b.next(t, id, nil, journal.Answer).Turn
	n, err := b.j.Attempt(t.Context(), attempt("1001"), b.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	o := outcome(turn)
	o.Proven = []int64{n.ID}
	b.finish(t, o, journal.Done)
	if n, err := b.j.Failures(t.Context(), attempt("1001"), b.clock.Now()); err != nil || n.ByOrder != 0 || n.BySender != 0 {
		t.Fatalf("counted %+v, error %v", n, err)
	}
}

// A worker that was slower with the same claim must not make it count twice.
func withdrawnAttempt(t *testing.T, b *bench) {
	first, err := b.j.Attempt(t.Context(), attempt("1001"), b.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.j.Attempt(t.Context(), attempt("1001"), b.clock.Now()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := b.j.Withdraw(t.Context(), first.ID); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := b.j.Failures(t.Context(), attempt("1001"), b.clock.Now()); err != nil || n.ByOrder != 1 || n.BySender != 1 {
		t.Fatalf("counted %+v, error %v", n, err)
	}
}

func oneHandOff(t *testing.T, b *bench) {
	id := b.receive(t, ana, "agent")
	turn := b.next(t, id, nil, journal.Answer).Turn
	o := outcome(turn)
	o.HandOff = &handoff.Case{Reason: handoff.Asked, Detail: "first"}
	b.finish(t, o, journal.Done)
	b.receive(t, ana, "agent!")
	turn = b.next(t, id, nil, journal.Answer).Turn
	if turn.HandOff == 0 {
		t.Fatal("the turn does not know of the hand-off")
	}
	o = outcome(turn)
	o.HandOff = &handoff.Case{Reason: handoff.Upset}
	b.finish(t, o, journal.Done)
	list := b.handOffs(t)
	if len(list) != 1 || list[0].Case.Detail != "first" {
		t.Fatalf("hand-offs %+v", list)
	}
	for range 2 {
		if err := b.j.Close(t.Context(), list[0].ID, b.clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	b.receive(t, ana, "agent again")
	turn = b.next(t, id, nil, journal.Answer).Turn
	if turn.HandOff != 0 {
		t.Fatal("the closed hand-off still has the conversation")
	}
	o = outcome(turn)
	o.HandOff = &handoff.Case{Reason: handoff.Asked, Detail: "second"}
	b.finish(t, o, journal.Done)
	if list := b.handOffs(t); len(list) != 1 || list[0].Case.Detail != "second" {
		t.Fatalf("hand-offs %+v", list)
	}
}

func toldWhenOpen(t *testing.T, b *bench) {
	id := b.receive(t, ana, "agent")
	turn := b.next(t, id, nil, journal.Answer).Turn
	o := outcome(turn)
	o.HandOff = &handoff.Case{Reason: handoff.Asked, Told: "a colleague takes over"}
	b.finish(t, o, journal.Done)
	if lines := b.lines(t, id); len(lines) != 1 {
		t.Fatalf("told before the ticket is open: %+v", lines)
	}
	_, ticket := b.owed.Last()
	h, err := b.j.HandOff(t.Context(), ticket)
	if err != nil || len(h.Transcript) != 1 || h.ConversationID != id || h.Shop != "acme" {
		t.Fatalf("hand-off %+v, error %v", h, err)
	}
	for range 2 {
		if err := b.j.Opened(t.Context(), ticket, "inbox", "7", 0, b.clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	r := b.next(t, id, nil, journal.Send).Reply
	if r.Text != "a colleague takes over" {
		t.Fatalf("told %q", r.Text)
	}
	b.next(t, id, sent(r, "SMout1"), journal.Done)
	if h, err := b.j.HandOff(t.Context(), ticket); err != nil || h.State != journal.HandOffOpen || h.Desk != "inbox" || h.TicketID != "7" {
		t.Fatalf("hand-off %+v, error %v", h, err)
	}
	_, err = b.j.HandOff(t.Context(), 9999)
	wantFault(t, err, fault.NotFound)
}

func media(t *testing.T, b *bench) {
	m := b.inbound(ana, "look")
	m.Attachments = []message.Attachment{{URL: "https://api.twilio.com/x", Type: "image/jpeg"}, {URL: "https://api.twilio.com/y", Type: "application/pdf"}}
	m.Extra = map[string]string{"Body": "look"}
	if _, err := b.j.Receive(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if _, _, n := b.owed.Counts(); n != 2 {
		t.Fatalf("%d media jobs", n)
	}
	id, _ := b.owed.Last()
	turn := b.next(t, id, nil, journal.Answer).Turn
	list := turn.Unanswered[0].Attachments
	if len(list) != 2 || list[1].Type != "application/pdf" || turn.Unanswered[0].Extra["Body"] != "look" {
		t.Fatalf("heard %+v", turn.Unanswered[0])
	}
	a, err := b.j.Attachment(t.Context(), list[0].ID)
	if err != nil || a.MessageProviderID != m.ProviderID || a.Account != account || a.URL != m.Attachments[0].URL {
		t.Fatalf("attachment %+v, error %v", a, err)
	}
	for range 2 {
		if err := b.j.KeepMedia(t.Context(), a.ID, message.Media{Type: "image/jpeg", Bytes: bytes.Repeat([]byte{0, 255}, 10)}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.j.KeepMedia(t.Context(), list[1].ID, message.Media{}, fault.New(fault.NotFound, "fetch", "gone")); err != nil {
		t.Fatal(err)
	}
	if l := b.lines(t, id); l[0].Attachments[0].Size != 20 {
		t.Fatalf("line %+v", l[0])
	}
	if a, err = b.j.Attachment(t.Context(), a.ID); err != nil || a.Customer.Value != ana || a.OptedOut || a.Kept != 1 {
		t.Fatalf("attachment %+v, error %v", a, err)
	}
	b.clock.Pass(25 * time.Hour)
	if a, err = b.j.Attachment(t.Context(), a.ID); err != nil || a.Kept != 0 {
		t.Fatalf("a day later %+v, error %v", a, err)
	}
	_, err = b.j.Attachment(t.Context(), 9999)
	wantFault(t, err, fault.NotFound)
}

func sweeps(t *testing.T, b *bench) {
	if at, err := b.j.Swept(t.Context(), account); err != nil || !at.IsZero() {
		t.Fatalf("swept %v, error %v", at, err)
	}
	now := b.clock.Now()
	for _, at := range []time.Time{now, now.Add(-time.Hour)} {
		if err := b.j.Sweep(t.Context(), account, at); err != nil {
			t.Fatal(err)
		}
	}
	if at, err := b.j.Swept(t.Context(), account); err != nil || !at.Equal(now) {
		t.Fatalf("swept %v, want %v; error %v", at, now, err)
	}
}
