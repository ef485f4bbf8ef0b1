package compose_test

import (
	"bytes"
	"io"
	"mime"
	"net/mail"
	"strings"
	"testing"
	"time"

	gomessage "github.com/emersion/go-message"

	"wismo/channels/email/compose"
	"wismo/core/fault"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func reply() compose.Reply {
	return compose.Reply{
		ID: compose.MessageID([]byte("secret"), 7, "care@example.com"), From: "care@example.com", Name: "Acme & Söhne", To: "ana@example.com", At: noon,
		Text: "Your order #1001 is on its way.\n\nTrack it: https://track.example.com/1Z?a=1&b=2.", Signature: "Acme\nhttps://acme.example.com",
		Answers: compose.Answered{
			ID: "<m2@mail.example.com>", References: []string{"<m0@mail.example.com>", "<m1@example.com>"}, Subject: "AW: Re: Order #1001 confirmed",
			Text: "where is my order?\n\n<script>x</script> https://evil.example.net", At: noon.Add(-time.Hour),
		},
	}
}

// read renders a reply and reads it back: header, text part, HTML part.
func read(t *testing.T, r compose.Reply) (h mail.Header, text, page string) {
	t.Helper()
	m, err := compose.Mail(r)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := compose.Bytes(m)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	e, err := gomessage.Read(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	err = e.Walk(func(_ []int, part *gomessage.Entity, err error) error {
		if err != nil {
			return err
		}
		kind, _, _ := part.Header.ContentType()
		if strings.HasPrefix(kind, "multipart/") {
			return nil
		}
		body, err := io.ReadAll(part.Body)
		switch kind {
		case "text/plain":
			text = strings.ReplaceAll(string(body), "\r\n", "\n")
		case "text/html":
			page = string(body)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Header, text, page
}

func TestReplyStandsInTheThread(t *testing.T) {
	t.Parallel()
	h, text, page := read(t, reply())
	for key, want := range map[string]string{
		"Subject": "Re: Order #1001 confirmed", "To": "<ana@example.com>", "In-Reply-To": "<m2@mail.example.com>",
		"References": "<m0@mail.example.com> <m1@example.com> <m2@mail.example.com>", "Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All",
		"Reply-To": "", "Cc": "", "Bcc": "", "X-Mailer": "", "User-Agent": "", "Message-Id": "<" + reply().ID + ">",
	} {
		if got := h.Get(key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	if from, err := mail.ParseAddress(h.Get("From")); err != nil || from.Address != "care@example.com" || from.Name != "Acme & Söhne" {
		t.Errorf("From is %q", h.Get("From"))
	}
	want := "Your order #1001 is on its way.\n\nTrack it: https://track.example.com/1Z?a=1&b=2.\n\n-- \nAcme\nhttps://acme.example.com\n\n" +
		"ana@example.com, 2026-11-23 11:00 UTC:\n> where is my order?\n> \n> <script>x</script> https://evil.example.net\n"
	if text != want {
		t.Errorf("text is\n%q, want\n%q", text, want)
	}
	for _, w := range []string{`<a href="https://track.example.com/1Z?a=1&amp;b=2">https://track.example.com/1Z?a=1&amp;b=2</a>.`, "<blockquote", "&lt;script&gt;"} {
		if !strings.Contains(page, w) {
			t.Errorf("no %q in\n%s", w, page)
		}
	}
	for _, w := range []string{"<script", `href="https://evil`} {
		if strings.Contains(page, w) {
			t.Errorf("%q stands in\n%s", w, page)
		}
	}
}

func TestNothingQuotedWhereNothingIsGiven(t *testing.T) {
	t.Parallel()
	r := reply()
	r.Answers.Text, r.Signature = "", ""
	_, text, page := read(t, r)
	if text != "Your order #1001 is on its way.\n\nTrack it: https://track.example.com/1Z?a=1&b=2.\n" || strings.Contains(page, "blockquote") {
		t.Errorf("%q\n%s", text, page)
	}
}

func TestSubjects(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"Where is it":                     "Re: Where is it",
		"RE: Re: re : Where is it":        "Re: Where is it",
		"Antw: WG: Paket":                 "Re: Paket",
		"Re[2]: Paket":                    "Re: Paket",
		"Reorder":                         "Re: Reorder",
		"":                                "Re: Acme & Söhne",
		"Re: ":                            "Re: Acme & Söhne",
		"a\r\nBcc: eve@example.com\x00 b": "Re: a Bcc: eve@example.com b",
		"Où est ma commande ? 🎁":          "Re: Où est ma commande ? 🎁",
		strings.Repeat("long ", 100):      "Re: " + strings.Repeat("long ", 40),
	} {
		t.Run(given[:min(len(given), 20)], func(t *testing.T) {
			t.Parallel()
			r := reply()
			r.Answers.Subject = given
			h, _, _ := read(t, r)
			got, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
			if err != nil || strings.TrimSpace(got) != strings.TrimSpace(want) {
				t.Errorf("%q, want %q, error %v", got, want, err)
			}
			if h.Get("Bcc") != "" {
				t.Error("a header got in by the subject")
			}
		})
	}
}

// What a stranger wrote into a header does not become one of ours.
func TestHeadersCannotBeMade(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]compose.Answered{
		"a line in the Message-ID": {ID: "<a@b>\r\nBcc: eve@example.com", References: []string{"<x@y>"}},
		"no Message-ID":            {ID: "", References: []string{"<x@y>"}},
		"two in one":               {ID: "<a@b> <c@d>"},
		"a long one":               {ID: "<" + strings.Repeat("a", 300) + "@b>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := reply()
			r.Answers = a
			h, _, _ := read(t, r)
			if h.Get("In-Reply-To") != "" || h.Get("References") != "" || h.Get("Bcc") != "" {
				t.Errorf("%v", h)
			}
		})
	}
	r := reply()
	r.Answers.References = []string{"<ok@example.com>", "bad\r\nBcc: eve@example.com"}
	if h, _, _ := read(t, r); h.Get("References") != "<ok@example.com> <m2@mail.example.com>" || h.Get("Bcc") != "" {
		t.Errorf("References are %q", h.Get("References"))
	}
}

func TestLongThreads(t *testing.T) {
	t.Parallel()
	r := reply()
	r.Answers.References = nil
	for range 100 {
		r.Answers.References = append(r.Answers.References, "<x@example.com>")
	}
	r.Answers.References[0] = "<first@example.com>"
	h, _, _ := read(t, r)
	ids := strings.Fields(h.Get("References"))
	if len(ids) != 20 || ids[0] != "<first@example.com>" || ids[19] != "<m2@mail.example.com>" {
		t.Errorf("%d references: %v", len(ids), ids)
	}
}

func TestAddressesAreChecked(t *testing.T) {
	t.Parallel()
	for _, to := range []string{"", "ana@example.com\r\nBcc: eve@example.com", "ana@example.com, eve@example.com"} {
		r := reply()
		r.To = to
		if _, err := compose.Mail(r); fault.KindOf(err) != fault.Invalid || strings.Contains(err.Error(), "eve") {
			t.Errorf("to %q: %v", to, err)
		}
	}
}

func TestMessageIDs(t *testing.T) {
	t.Parallel()
	a := compose.MessageID([]byte("secret"), 7, "care@example.com")
	if a != compose.MessageID([]byte("secret"), 7, "care@example.com") || !strings.HasSuffix(a, "@example.com") || len(a) != 49+len("@example.com") {
		t.Errorf("%q", a)
	}
	if a == compose.MessageID([]byte("secret"), 8, "care@example.com") || a == compose.MessageID([]byte("another"), 7, "care@example.com") {
		t.Error("two messages have one Message-ID")
	}
}

// A mail that is composed again is the same, byte for byte.
func TestTheSameAgain(t *testing.T) {
	t.Parallel()
	var first []byte
	for range 2 {
		m, err := compose.Mail(reply())
		if err != nil {
			t.Fatal(err)
		}
		raw, err := compose.Bytes(m)
		if err != nil || first != nil && !bytes.Equal(first, raw) {
			t.Fatalf("composed again it differs, error %v", err)
		}
		first = raw
	}
}
