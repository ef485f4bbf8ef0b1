package email_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"wismo/channels/email"
	"wismo/channels/email/mailbox"
	"wismo/channels/email/parse"
	"wismo/channels/email/submit"
	"wismo/channels/sandbox/post"
	"wismo/core/fault"
	"wismo/core/journal"
	"wismo/core/journal/sqlite"
	"wismo/core/message"
	"wismo/core/queue"
)

const (
	care = "care@example.com"
	ana  = "ana@example.com"
)

// shop is a mailbox on a local provider, with a journal of its own.
type shop struct {
	*email.Account
	post    *post.Server
	letters *letters
}

// letters is a real journal, of which a test may say what a reply answers.
type letters struct {
	journal.Letters
	mu      sync.Mutex
	answers map[int64]journal.Heard
	changed chan struct{}
	failed  []message.Delivery
	byHand  []journal.ByHand
	taken   []journal.Letter
}

func (l *letters) Answers(ctx context.Context, id int64) (journal.Heard, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if h, ok := l.answers[id]; ok {
		return h, nil
	}
	return l.Letters.Answers(ctx, id)
}

func (l *letters) TakeLetters(ctx context.Context, account, folder string, list []journal.Letter, upTo journal.Place) (int, error) {
	fresh, err := l.Letters.TakeLetters(ctx, account, folder, list, upTo)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, x := range list {
		l.taken = append(l.taken, x)
		if x.Failed != nil {
			l.failed = append(l.failed, *x.Failed)
		}
		if x.ByHand != nil {
			l.byHand = append(l.byHand, *x.ByHand)
		}
	}
	close(l.changed)
	l.changed = make(chan struct{})
	return fresh, err
}

// await waits until that many letters were taken, and returns them.
func (l *letters) await(t *testing.T, n int) []journal.Letter {
	t.Helper()
	end := time.After(30 * time.Second)
	for {
		l.mu.Lock()
		list, changed := l.taken, l.changed
		l.mu.Unlock()
		if len(list) >= n {
			return list
		}
		select {
		case <-changed:
		case <-end:
			t.Fatalf("%d letters were taken, want %d", len(list), n)
		}
	}
}

func open(t *testing.T, change ...func(*email.Config)) *shop {
	t.Helper()
	p, err := post.Start(post.Config{Password: "secret", Name: "mx.example.com", SMTP: "127.0.0.1:0", IMAP: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "wismo.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	l := &letters{
		Letters: sqlite.New(db, queue.OweSQLite("r"), journal.Options{QuietAfter: func(string) time.Duration { return time.Hour }, Now: time.Now}),
		answers: map[int64]journal.Heard{}, changed: make(chan struct{}),
	}
	c := email.Config{
		Shop: "acme", ShopName: "Acme", Address: care, Also: []string{"orders@example.com"}, Ours: []string{"us@example.com"}, AuthservID: "mx.example.com", Signature: "Acme, 1 Example Street",
		IMAP: mailbox.Config{Host: "127.0.0.1", Port: port(t, p.IMAP()), Security: mailbox.Plain, User: care, Password: "secret", MaxAge: time.Hour, Beat: 50 * time.Millisecond},
		SMTP: submit.Config{Host: "127.0.0.1", Port: port(t, p.SMTP()), Security: submit.Plain, User: care, Password: "secret"},
	}
	for _, f := range change {
		f(&c)
	}
	a, err := email.New(t.Context(), c, l, "r", time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return &shop{a, p, l}
}

func port(t *testing.T, address string) int {
	t.Helper()
	_, raw, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(raw)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// run reads the mailbox until the test ends.
func (s *shop) run(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var work sync.WaitGroup
	work.Go(func() { s.Run(ctx) })
	t.Cleanup(func() { cancel(); work.Wait() })
}

func (s *shop) put(t *testing.T, folder, raw string) {
	t.Helper()
	if err := s.post.Put(care, folder, []byte(strings.ReplaceAll(raw, "\n", "\r\n")), time.Now()); err != nil {
		t.Fatal(err)
	}
}

const proven = "Authentication-Results: mx.example.com; dmarc=pass header.from=example.com\n"

func mailFrom(from, id, rest string) string {
	return "From: " + from + "\nTo: " + care + "\nMessage-ID: <" + id + ">\nDate: Mon, 16 Nov 2026 09:12:00 +0000\n" + rest
}

// What becomes of each kind of mail; the sum is whole, and a mail that lies there
// twice counts once.
func TestTakesMail(t *testing.T) {
	t.Parallel()
	s := open(t)
	mails := []struct{ raw, ignored, text, hints, sender string }{
		{proven + mailFrom(ana, "1@example.com", "Reply-To: eve@example.net\nCc: eve@example.net\nSubject: My order\n\nWhere is #1001?"), "", "My order\nWhere is #1001?", "", ""},
		{mailFrom(ana, "2@example.com", "Subject: Re: Order #1001 confirmed\nIn-Reply-To: <x@example.com>\n\nWhere is it?\n\n-- \nAna\n\nOn 16/11/2026 09:12, Care <care@example.com> wrote:\n> thanks\n"), "", "Where is it?", "Order #1001 confirmed\n--\nAna\nOn 16/11/2026 09:12, Care <care@example.com> wrote:\n> thanks", "none"},
		{mailFrom(ana, "3@example.com", "Subject: Fwd: Order\n\nwhere?\n\n---------- Forwarded message ---------\nFrom: Care <care@example.com>\nSubject: #1001\n\nthanks"), "", "where?", "Order\n---------- Forwarded message ---------\nFrom: Care <care@example.com>\nSubject: #1001\n\nthanks", "none"},
		{mailFrom(ana, "4@example.com", "Subject: Re: hi\n\nOn 16/11/2026 09:12, Care wrote:\n> Did it arrive?\n\nNo it did not arrive\n\n> Is #1002 yours?\n\nYes that is mine\n"), "", "No it did not arrive\n\n\nYes that is mine", "hi\n> Did it arrive?\n> Is #1002 yours?\nOn 16/11/2026 09:12, Care wrote:", "none"},
		{"Authentication-Results: mx.example.com; dmarc=fail header.from=example.com\n" + mailFrom(ana, "5@example.com", "Subject: x\n\nx"), "", "x", "", "fail"},
		{"Authentication-Results: evil.example.net; dmarc=pass header.from=example.com\n" + mailFrom(ana, "6@example.com", "Subject: y\n\ny"), "", "y", "", "none"},
		// Message-IDs used again, or not at all.
		{mailFrom(ana, "1@example.com", "Subject: another\n\nanother"), "", "another", "", "none"},
		{"From: " + ana + "\nSubject: no id\n\nno id", "", "no id", "", "none"},
		{mailFrom(ana, "a@example.com", "Auto-Submitted: auto-replied\n\nI am away"), "auto_reply", "", "", ""},
		{mailFrom("mailer-daemon@example.net", "b@example.com", "Subject: failure notice\n\nno"), "bounce", "", "", ""},
		{mailFrom("news@example.net", "c@example.com", "List-Id: <news>\n\nbuy"), "list", "", "", ""},
		{mailFrom("us@example.com", "d@example.com", "\nhi"), "self", "", "", ""},
		{mailFrom("orders@example.com", "e@example.com", "\nhi"), "self", "", "", ""},
		{"Subject: nobody\n\nhi", "no_sender", "", "", ""},
		{mailFrom("root@localhost", "f@example.com", "\nhi"), "no_sender", "", "", ""},
	}
	for _, m := range mails {
		s.put(t, post.Inbox, m.raw)
	}
	s.put(t, post.Inbox, mails[0].raw) // delivered twice
	s.run(t)
	got := s.letters.await(t, len(mails)+1)
	for i, want := range mails {
		l := got[i]
		if l.Ignored != want.ignored {
			t.Errorf("mail %d is ignored for %q, want %q", i, l.Ignored, want.ignored)
		}
		if l.Message == nil {
			continue
		}
		m := l.Message
		if m.Text != want.text || m.Extra[message.ExtraHints] != want.hints || m.Extra[message.ExtraSender] != want.sender {
			t.Errorf("mail %d:\ntext  %q\nwant  %q\nhints %q\nwant  %q\nsender %q, want %q", i, m.Text, want.text, m.Extra[message.ExtraHints], want.hints, m.Extra[message.ExtraSender], want.sender)
		}
		if m.From.Value != ana || m.To.Value != care || m.Account != s.Name() || m.Shop != "acme" {
			t.Errorf("mail %d: %+v", i, m)
		}
	}
	tally, err := s.letters.Tally(t.Context(), s.Name())
	if err != nil || !tally.Whole() || tally.Seen != len(mails) || tally.Waiting != 8 {
		t.Errorf("tally %+v, %v", tally, err)
	}
}

// A file that is too large to be loaded is noted.
func TestLargeFile(t *testing.T) {
	t.Parallel()
	s := open(t)
	head := mailFrom(ana, "1@example.com", "Subject: film\nContent-Type: multipart/mixed; boundary=a\n\n--a\n\nit is broken, see here\n--a\nContent-Type: video/mp4; name=film.mp4\nContent-Transfer-Encoding: base64\n\n")
	s.put(t, post.Inbox, head+strings.Repeat(strings.Repeat("A", 76)+"\n", 50<<20/78)+"--a--\n")
	s.run(t)
	l := s.letters.await(t, 1)[0]
	if l.Message == nil || l.Message.Text != "film\nit is broken, see here" || len(l.Message.Attachments) != 1 || l.Message.Attachments[0].Size < 50<<20 || l.Files[0].Bytes != nil {
		t.Errorf("letter %+v", l)
	}
}

// A bounce of our reply is a failed delivery; one that tells of a mail that is not
// ours, or that delivery is tried again, is none.
func TestBounce(t *testing.T) {
	t.Parallel()
	s := open(t)
	ours := s.reply(t, 7, journal.Heard{})
	bounce := func(id, action string) string {
		return mailFrom("mailer-daemon@mx.example.com", "b"+action+id, "Content-Type: multipart/report; report-type=delivery-status; boundary=a\n\n--a\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; "+ana+"\nAction: "+action+"\nStatus: 5.1.1\n\n--a\nContent-Type: text/rfc822-headers\n\nMessage-ID: <"+id+">\n--a--\n")
	}
	s.put(t, post.Inbox, bounce(ours.MessageID, "delayed"))
	s.put(t, post.Inbox, bounce("0123456789abcdef.0123456789abcdef@example.com", "failed"))
	s.put(t, post.Inbox, bounce(ours.MessageID, "failed"))
	s.run(t)
	s.letters.await(t, 4) // our own reply lies in Sent
	s.letters.mu.Lock()
	defer s.letters.mu.Unlock()
	if len(s.letters.failed) != 1 || s.letters.failed[0].ProviderID != ours.MessageID || s.letters.failed[0].Code != "5.1.1" {
		t.Errorf("failed: %+v", s.letters.failed)
	}
}

// What a person sends from the mailbox is told from the bot's replies, and from what
// the shop's software sends.
func TestSentMail(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.reply(t, 7, journal.Heard{})
	s.put(t, post.Sent, "From: Acme <"+care+">\nTo: Ana <"+ana+">\nSubject: Re: My order\nMessage-ID: <hand@example.com>\nIn-Reply-To: <1@example.com>\n\nIt left today.")
	s.put(t, post.Sent, "From: Acme <"+care+">\nTo: Ana <"+ana+">\nSubject: Your order\nMessage-ID: <shop@example.com>\n\nThank you.")
	s.run(t)
	s.letters.await(t, 3)
	s.letters.mu.Lock()
	defer s.letters.mu.Unlock()
	if len(s.letters.byHand) != 1 || s.letters.byHand[0].To.Value != ana || s.letters.byHand[0].Text != "It left today." {
		t.Errorf("by hand: %+v", s.letters.byHand)
	}
	reasons := map[string]int{}
	for _, l := range s.letters.taken {
		reasons[l.Ignored]++
	}
	if reasons["sent_by_bot"] != 1 || reasons["sent"] != 2 {
		t.Errorf("ignored: %v", reasons)
	}
}

func outbound(id int64) message.Outbound {
	return message.Outbound{
		ID: id, Shop: "acme", Channel: message.Email, From: message.Address{Channel: message.Email, Value: care},
		To: message.Address{Channel: message.Email, Value: ana}, Text: "It is on its way.", FirstTry: time.Now(),
	}
}

// reply sends a reply to what was heard, and returns what arrived.
func (s *shop) reply(t *testing.T, id int64, h journal.Heard) parse.Mail {
	t.Helper()
	s.letters.mu.Lock()
	s.letters.answers[id] = h
	s.letters.mu.Unlock()
	before, _ := s.post.Taken(0)
	receipt, err := s.Send(t.Context(), outbound(id))
	if err != nil {
		t.Fatal(err)
	}
	got, _ := s.post.Taken(len(before))
	if len(got) != 1 || got[0].To != ana || got[0].From != care {
		t.Fatalf("%d mails left: %+v", len(got), got)
	}
	m := parse.Read(got[0].Raw, parse.Options{})
	if m.MessageID != receipt.ProviderID {
		t.Errorf("the receipt is for %s, the mail is %s", receipt.ProviderID, m.MessageID)
	}
	return m
}

func heard(extra map[string]string) journal.Heard {
	return journal.Heard{ID: 1, Text: "Where is it?", Extra: extra, At: time.Now()}
}

func TestReplies(t *testing.T) {
	t.Parallel()
	s := open(t)
	known := s.reply(t, 1, journal.Heard{})
	for name, c := range map[string]struct {
		extra           map[string]string
		subject, quoted string
		references      string
	}{
		"proven":                        {map[string]string{"subject": "Order #1001", "message_id": "<1@example.com>", "references": "<0@example.com>"}, "Order #1001", "Where is it?", "0@example.com 1@example.com"},
		"not proven":                    {map[string]string{"subject": "Order #1001", "message_id": "<1@example.com>", "sender": "none"}, "Order #1001", "", "1@example.com"},
		"forged, to make us send words": {map[string]string{"subject": "win at evil.example", "message_id": "<1@example.com>", "sender": "fail"}, "Acme", "", "1@example.com"},
		"in our thread":                 {map[string]string{"subject": "Order", "message_id": "<2@example.com>", "references": "<" + known.MessageID + ">", "sender": "none"}, "Order", "Where is it?", known.MessageID + " 2@example.com"},
		"a thread that looks like ours": {map[string]string{"subject": "Order", "message_id": "<2@example.com>", "references": "<0123456789abcdef0123456789abcdef.0123456789abcdef@example.com>", "sender": "none"}, "Order", "", "0123456789abcdef0123456789abcdef.0123456789abcdef@example.com 2@example.com"},
		"lines in the header":           {map[string]string{"subject": "a\r\nBcc: eve@example.net", "message_id": "<1@example.com>\r\nBcc: eve@example.net"}, "a Bcc: eve@example.net", "Where is it?", ""},
		"no id, no subject":             {map[string]string{}, "Acme", "Where is it?", ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := s.reply(t, int64(10+len(name)), heard(c.extra))
			if m.Subject != c.subject || strings.Join(m.References, " ") != c.references || !m.Answers {
				t.Errorf("subject %q, references %q", m.Subject, m.References)
			}
			if m.Reply != "It is on its way." || m.Signature != "--\nAcme, 1 Example Street" || strings.Contains(m.Quoted, "Where is it?") != (c.quoted != "") {
				t.Errorf("reply %q, signature %q, quoted %q", m.Reply, m.Signature, m.Quoted)
			}
			if m.Class != parse.AutoReply || m.From != care || m.FromName != "Acme" {
				t.Errorf("class %s (%s), from %s %q", m.Class, m.Why, m.From, m.FromName)
			}
		})
	}
}

// What the server does decides what happens next; whether a mail was taken whose end
// is unclear shows where sent mail lies.
func TestServersThatFail(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mischief post.Mischief
		kind     fault.Kind
		unclear  bool
		found    int
	}{
		"refused for now":   {post.Mischief{Code: 451}, fault.Unavailable, false, 0},
		"refused for good":  {post.Mischief{Code: 550}, fault.Permanent, false, 0},
		"refused at text":   {post.Mischief{Code: 554, AtText: true}, fault.Permanent, false, 0},
		"dies, mail taken":  {post.Mischief{HangUp: true, Taken: true}, fault.Unavailable, true, 1},
		"dies, mail lost":   {post.Mischief{HangUp: true}, fault.Unavailable, true, 0},
		"too slow, but all": {post.Mischief{Delay: 2 * time.Second}, fault.Unavailable, true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			s.post.Misbehave(c.mischief)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := s.Send(ctx, outbound(5))
			if err == nil || fault.KindOf(err) != c.kind || fault.Unclear(err) != c.unclear {
				t.Errorf("error %v, kind %s, unclear %v", err, fault.KindOf(err), fault.Unclear(err))
			}
			if strings.Contains(fmt.Sprint(err), "@") {
				t.Errorf("the error tells an address: %v", err)
			}
			if c.mischief.Delay > 0 {
				time.Sleep(c.mischief.Delay)
			}
			found, err := s.Find(t.Context(), outbound(5))
			if err != nil || len(found) != c.found {
				t.Errorf("found %d, %v; want %d", len(found), err, c.found)
			}
		})
	}
}

func TestFilesReplies(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *email.Config) { c.FileSent = true; c.SMTP.User, c.SMTP.Password = "", "" })
	s.reply(t, 3, journal.Heard{})
	if found, err := s.Find(t.Context(), outbound(3)); err != nil || len(found) != 1 {
		t.Errorf("found %d, %v", len(found), err)
	}
}
