package history_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wismo/cmd/internal/history"
)

// mailText is a mail of a few headers and a text.
func mailText(headers, text string) string {
	return strings.ReplaceAll("Date: Sun, 01 Mar 2026 09:30:00 +0000\n"+headers+"\n\n"+text+"\n", "\n", "\r\n")
}

// mbox puts mails into one file.
func mbox(mails ...string) string {
	var b strings.Builder
	for _, m := range mails {
		b.WriteString("From x Sun Mar  1 09:30:00 2026\n" + m + "\n")
	}
	return b.String()
}

const help = "help@example.com"

func TestMbox(t *testing.T) {
	t.Parallel()
	text := mbox(
		mailText("From: Ana <ana@example.com>\nTo: Shop <help@example.com>\nMessage-ID: <1@x>\nSubject: =?utf-8?q?Order_=231001?=", "where is it?\n\n>From the shop I heard nothing.\n-- \nAna"),
		mailText("From: help@example.com\nTo: ana@example.com\nMessage-ID: <2@x>\nIn-Reply-To: <1@x>\nSubject: Re: Order #1001", "On its way.\n\nOn Sun, 1 Mar 2026 at 09:30, Ana <ana@example.com> wrote:\n> where is it?"),
		mailText("From: ana@example.com\nTo: help@example.com\nMessage-ID: <3@x>\nReferences: <1@x> <2@x>\nSubject: Re: Order #1001", "Thanks!\n\nSent from my iPhone"),
		mailText("From: bob@example.com\nTo: help@example.com\nMessage-ID: <4@x>\nSubject: hello", "hi"),
		mailText("From: bob@example.com\nTo: help@example.com\nAuto-Submitted: auto-replied\nSubject: away", "I am away."),
		mailText("From: MAILER-DAEMON@example.com\nTo: help@example.com\nSubject: failure", "no"),
	)
	f, err := history.Read(put(t, "inbox.mbox", text), history.Options{})
	if err != nil || len(f.Conversations) != 2 || len(f.Problems) != 0 || f.Machines != 2 || f.Own != help {
		t.Fatalf("%d conversations, %d machines, own %q, %v, %v", len(f.Conversations), f.Machines, f.Own, f.Problems, err)
	}
	c := f.Conversations[0]
	if c.Customer.Value != "ana@example.com" || len(c.Lines) != 3 || !c.Lines[0].Customer || c.Lines[1].Customer || !c.Lines[2].Customer {
		t.Fatalf("%+v", c)
	}
	for i, want := range []string{"Order #1001\nwhere is it?\n\nFrom the shop I heard nothing.", "On its way.", "Thanks!"} {
		if got := c.Lines[i].Text; got != want {
			t.Errorf("line %d: %q, want %q", i, got, want)
		}
	}
	if !c.Lines[0].At.Equal(time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)) {
		t.Errorf("time %v", c.Lines[0].At)
	}
}

func TestOwnAddresses(t *testing.T) {
	t.Parallel()
	text := mbox(
		mailText("From: ana@example.com\nTo: x@example.org\nMessage-ID: <1@x>\nSubject: a", "a"),
		mailText("From: eve@shop.example.com\nTo: ana@example.com\nIn-Reply-To: <1@x>\nSubject: b", "b"),
	)
	for name, tt := range map[string]struct {
		own   []string
		agent int // how many lines are an agent's
	}{"domain": {[]string{"@shop.example.com"}, 1}, "address": {[]string{"EVE@shop.example.com "}, 1}, "another": {[]string{"@example.net"}, 0}, "not guessed from one": {nil, 0}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := history.Read(put(t, "a.mbox", text), history.Options{Own: tt.own})
			if err != nil || len(f.Conversations) != 1 || f.Own != "" {
				t.Fatal(f, err)
			}
			n := 0
			for _, l := range f.Conversations[0].Lines {
				if !l.Customer {
					n++
				}
			}
			if n != tt.agent {
				t.Errorf("%d of an agent, want %d", n, tt.agent)
			}
		})
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	const mixed = "From: ana@example.com\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n"
	tests := map[string]struct {
		mail, want string
		files      int
	}{
		"HTML":                {mailText("From: a@example.com\nContent-Type: text/html; charset=utf-8", "<style>p{}</style><p>wo ist<br>1001 &amp; 1002?</p><blockquote>alt</blockquote>"), "wo ist\n1001 & 1002?", 0},
		"latin1":              {mailText("From: a@example.com\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable", "o=F9 est ma commande"), "où est ma commande", 0},
		"unknown charset":     {mailText("From: a@example.com\nContent-Type: text/plain; charset=x-klingon", "where is 1001"), "where is 1001", 0},
		"an attachment":       {mailText(mixed, "--b\nContent-Type: text/plain\n\nsee photo\n--b\nContent-Type: image/jpeg\nContent-Disposition: attachment; filename=a.jpg\n\nxx\n--b--"), "see photo", 1},
		"broken off":          {mailText(mixed, "--b\nContent-Type: text/plain\n\nwhere is it"), "where is it", 0},
		"answers in between":  {mailText("From: a@example.com\nSubject: Re: x\nIn-Reply-To: <1@x>", "On Sun, 1 Mar 2026 Bob wrote:\n> which one?\n1001\n> thanks"), "1001", 0},
		"Outlook":             {mailText("From: a@example.com\nIn-Reply-To: <1@x>", "it is 1001\n\n-----Original Message-----\nFrom: x\nold"), "it is 1001", 0},
		"an mbox line before": {"From a@example.com Sun Mar  1\r\n" + mailText("From: a@example.com\nSubject: Re: x\nIn-Reply-To: <1@x>", "1001"), "1001", 0},
		"a broken header":     {"\n " + mailText("From: a@example.com\nno field\n  nor this\nIn-Reply-To: <1@x>", "1001"), "1001", 0},
		"old Mac's ends":      {strings.ReplaceAll(mailText("From: a@example.com\nIn-Reply-To: <1@x>", "1001"), "\r\n", "\r"), "1001", 0},
		"subject only":        {mailText("From: a@example.com\nSubject: where is 1001?", ""), "where is 1001?", 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := history.Read(put(t, "a.eml", tt.mail), history.Options{Own: []string{help}})
			if err != nil || len(f.Conversations) != 1 {
				t.Fatal(f, err)
			}
			l := f.Conversations[0].Lines[0]
			if l.Text != tt.want || l.Attachments != tt.files {
				t.Errorf("%q, %d files, want %q, %d", l.Text, l.Attachments, tt.want, tt.files)
			}
		})
	}
}

func TestFolderNamesBrokenFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"a.eml": mailText("From: a@example.com\nSubject: hi", "hi"), "b.eml": "\x00\x01", "notes.txt": "no mail", "c.EML": mailText("From: c@example.com\nSubject: yo", "yo")} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f, err := history.Read(dir, history.Options{})
	if err != nil || len(f.Conversations) != 2 || len(f.Problems) != 1 || f.Problems[0].Where != "b.eml" {
		t.Errorf("%d conversations, %v, %v", len(f.Conversations), f.Problems, err)
	}
}

// Mails that were found to be odd or broken are all read without harm.
func TestOddMails(t *testing.T) {
	t.Parallel()
	shared := os.Getenv("WISMO_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "..", "shared")
	}
	dir := filepath.Join(shared, "data", "mime")
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Skip("the odd mails of ../shared/data/mime are not there; WISMO_SHARED may say where they are")
	}
	read := 0
	for _, file := range files {
		f, err := history.Read(filepath.Join(dir, file.Name()), history.Options{Format: history.EML})
		if err != nil {
			t.Errorf("%s: %v", file.Name(), err)
			continue
		}
		for _, c := range f.Conversations {
			read++
			for _, l := range c.Lines {
				if strings.ToValidUTF8(l.Text, "") != l.Text {
					t.Errorf("%s: no UTF-8", file.Name())
				}
			}
		}
	}
	if read < len(files)/2 {
		t.Errorf("only %d of %d were read", read, len(files))
	}
	t.Logf("%d of %d read", read, len(files))
}

func FuzzMbox(f *testing.F) {
	f.Add(mbox(mailText("From: a@example.com\nSubject: x", "hi"), mailText("From: b@example.com", "yo")))
	f.Add("From \n\n\nFrom \n>From x\n>>From y")
	f.Add("From x\nContent-Type: multipart/mixed; boundary=\"\"\n\n--\n--\n")
	f.Fuzz(func(t *testing.T, text string) {
		found, err := history.Read(put(t, "a.mbox", text), history.Options{})
		if err != nil {
			return
		}
		for _, c := range found.Conversations {
			if len(c.Lines) == 0 {
				t.Error("a conversation without lines")
			}
		}
	})
}
