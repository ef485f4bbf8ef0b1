package journaltest

import (
	"testing"
	"time"

	"wismo/core/fault"
	"wismo/core/journal"
)

// mailing is an outcome that says something and sends a mail.
func (b *bench) mailing(turn *journal.Turn) journal.Outcome {
	o := outcome(turn, "I've sent a code")
	o.Mails = []journal.NewMail{{To: "ana@example.com", Subject: "Your code", Text: "It is 123456", Until: b.clock.Now().Add(10 * time.Minute)}}
	return o
}

func (b *bench) mail(t *testing.T, id int64) journal.Mail {
	t.Helper()
	m, err := b.j.Mail(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (b *bench) owes(t *testing.T, want int) {
	t.Helper()
	if n, err := b.j.Owed(t.Context()); err != nil || n != want {
		t.Fatalf("%d owed, want %d, error %v", n, want, err)
	}
}

func mailOwed(t *testing.T, b *bench) {
	id := b.receive(t, ana, "ana@example.com")
	r := b.finish(t, b.mailing(b.next(t, id, nil, journal.Answer).Turn), journal.Send).Reply
	b.next(t, id, sent(r, "SMout1"), journal.Done)
	list := b.owed.Mails()
	if len(list) != 1 {
		t.Fatalf("mails %v are owed", list)
	}
	m := b.mail(t, list[0])
	if m.Shop != "acme" || m.To != "ana@example.com" || m.Subject != "Your code" || m.Text != "It is 123456" || m.State != journal.MailOwed || !m.Until.Equal(b.clock.Now().Add(10*time.Minute)) {
		t.Fatalf("mail %+v", m)
	}
	b.owes(t, 1)
	for _, state := range []journal.MailState{journal.MailSent, journal.MailDropped} {
		if err := b.j.Mailed(t.Context(), list[0], state, b.clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if m := b.mail(t, list[0]); m.State != journal.MailSent || m.To+m.Subject+m.Text != "" {
		t.Fatalf("of a mail that was sent is kept %+v", m)
	}
	b.owes(t, 0)
	b.clock.Pass(72 * time.Hour)
	if _, err := b.j.Stranded(t.Context(), b.clock.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	_, err := b.j.Mail(t.Context(), list[0])
	wantFault(t, err, fault.NotFound)
}

// A mail stands and falls with the turn that wants it.
func mailWithTurn(t *testing.T, b *bench) {
	id := b.receive(t, ana, "ana@example.com")
	turn := b.next(t, id, nil, journal.Answer).Turn
	b.owed.Break(true)
	if _, err := b.j.Finish(t.Context(), b.mailing(turn), b.clock.Now()); err == nil {
		t.Fatal("a turn was written although the mail's job was not")
	}
	b.owed.Break(false)
	b.finish(t, b.mailing(turn), journal.Send)
	if list := b.owed.Mails(); len(list) != 1 {
		t.Fatalf("mails %v are owed", list)
	}
	if _, err := b.j.Finish(t.Context(), b.mailing(turn), b.clock.Now()); err == nil {
		t.Fatal("a turn was written twice")
	}
	if list := b.owed.Mails(); len(list) != 1 {
		t.Fatalf("a turn that was thrown away owes mails: %v", list)
	}
	b.owes(t, 3) // the conversation, its reply, the mail
}
