package post_test

import (
	"net/smtp"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"wismo/channels/sandbox/post"
)

const (
	ana  = "ana@example.com"
	care = "care@example.com"
)

func start(t *testing.T) *post.Server {
	t.Helper()
	s, err := post.Start(post.Config{Password: "secret", Name: "mx.example.com", SMTP: "127.0.0.1:0", IMAP: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func send(s *post.Server, as, password, to string) error {
	return smtp.SendMail(s.SMTP(), smtp.PlainAuth("", as, password, "127.0.0.1"), ana, []string{to}, []byte("From: "+ana+"\r\nSubject: hi\r\n\r\nhello\r\n"))
}

// folder returns the mails in a folder of a mailbox.
func folder(t *testing.T, s *post.Server, user, name string) []string {
	t.Helper()
	c, err := imapclient.DialInsecure(s.IMAP(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(user, "secret").Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Select(name, nil).Wait(); err != nil {
		t.Fatal(err)
	}
	whole := &imap.FetchItemBodySection{Peek: true}
	list, err := c.Fetch(imap.SeqSet{{Start: 1}}, &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{whole}}).Collect()
	if err != nil {
		return nil // an empty folder has no first mail
	}
	var out []string
	for _, m := range list {
		out = append(out, string(m.FindBodySection(whole)))
	}
	return out
}

// A mail reaches its mailbox, with what the provider makes of the sender, and lies in
// the sender's folder of sent mail; what stands after a "+" leads to the same mailbox.
func TestDelivers(t *testing.T) {
	t.Parallel()
	s := start(t)
	if err := send(s, ana, "secret", "care+token@example.com"); err != nil {
		t.Fatal(err)
	}
	if err := send(s, "eve@example.net", "secret", care); err != nil {
		t.Fatal(err)
	}
	got := folder(t, s, care, post.Inbox)
	if len(got) != 2 || !strings.Contains(got[0], "mx.example.com; dmarc=pass header.from=example.com") || !strings.Contains(got[1], "dmarc=fail") || !strings.HasSuffix(got[0], "hello\r\n") {
		t.Errorf("%d mails: %q", len(got), got)
	}
	if sent := folder(t, s, ana, post.Sent); len(sent) != 1 || strings.Contains(sent[0], "dmarc") {
		t.Errorf("sent: %q", sent)
	}
	if taken, _ := s.Taken(1); len(taken) != 1 || taken[0].N != 2 || taken[0].To != care {
		t.Errorf("taken: %+v", taken)
	}
}

func TestPasswordAndAddresses(t *testing.T) {
	t.Parallel()
	s := start(t)
	if err := send(s, ana, "wrong", care); err == nil {
		t.Error("a wrong password was taken by SMTP")
	}
	c, err := imapclient.DialInsecure(s.IMAP(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(care, "wrong").Wait(); err == nil {
		t.Error("a wrong password was taken by IMAP")
	}
	if _, err := post.Start(post.Config{SMTP: "0.0.0.0:0", IMAP: "127.0.0.1:0"}); err == nil {
		t.Error("it listens to the whole network")
	}
}

// It misbehaves as often as told, towards whom it was told.
func TestMisbehaves(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Misbehave(post.Mischief{To: care, Code: 451, Times: 1})
	if err := send(s, ana, "secret", "other@example.com"); err != nil {
		t.Errorf("another recipient was refused: %v", err)
	}
	if err := send(s, ana, "secret", care); err == nil || !strings.HasPrefix(err.Error(), "451") {
		t.Errorf("not refused: %v", err)
	}
	for name, m := range map[string]post.Mischief{"taken": {HangUp: true, Taken: true, Times: 1}, "lost": {HangUp: true, Times: 1}} {
		before, _ := s.Taken(0)
		s.Misbehave(m)
		if err := send(s, ana, "secret", care); err == nil {
			t.Errorf("%s: it did not hang up", name)
		}
		if after, _ := s.Taken(len(before)); len(after) == 1 != m.Taken {
			t.Errorf("%s: %d mails were taken", name, len(after))
		}
	}
	s.Misbehave(post.Mischief{Delay: time.Minute})
	s.Behave()
	if err := send(s, ana, "secret", care); err != nil {
		t.Errorf("still misbehaving: %v", err)
	}
}
