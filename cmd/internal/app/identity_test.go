package app_test

import (
	"errors"
	"io"
	"net"
	netsmtp "net/smtp"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"wismo/cmd/internal/app"
	"wismo/config"
	"wismo/core/verify/token"
)

// says lets somebody write a text and returns the last reply once all is done.
func says(t *testing.T, a *app.App, from, text string) string {
	t.Helper()
	if err := a.Phones().Text(t.Context(), "whatsapp", from, text); err != nil {
		t.Fatal(err)
	}
	if err := a.Settled(t.Context()); err != nil {
		t.Fatal(err)
	}
	replies, err := a.Phones().Replies(t.Context(), "whatsapp", from, 0, 0)
	if err != nil || len(replies) == 0 {
		t.Fatalf("no reply, error %v", err)
	}
	return replies[len(replies)-1].Text
}

// mails lets somebody write a mail to an address of the shop's and returns the reply.
func mails(t *testing.T, a *app.App, from, to, text string) string {
	t.Helper()
	at, err := a.Phones().Mail(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	raw := "From: " + from + "\r\nTo: " + to + "\r\nSubject: My order\r\nMessage-ID: <" + from + ">\r\n\r\n" + text + "\r\n"
	if err := netsmtp.SendMail(at.SMTP, netsmtp.PlainAuth("", from, at.Password, "127.0.0.1"), from, []string{to}, []byte(raw)); err != nil {
		t.Fatal(err)
	}
	replies, err := a.Phones().Replies(t.Context(), "email", from, 0, 30*time.Second)
	if err != nil || len(replies) == 0 {
		t.Fatalf("no reply, error %v", err)
	}
	return replies[len(replies)-1].Text
}

const nobody = "+14155550177"

// A token that the configuration's key has signed opens the order to a phone that
// is not on it.
func TestTokenThroughTheProgram(t *testing.T) {
	t.Parallel()
	c := demo(t)
	c.Shops[0].Identity.Tokens = []config.TokenKey{{ID: "a", Algorithm: "HS256", Key: config.Secret(strings.Repeat("k", 32))}}
	keys, err := app.TokenKeys(c.Shops[0])
	if err != nil {
		t.Fatal(err)
	}
	a := start(t, c)
	raw, err := keys.Mint(token.Claims{Order: "1001", Once: true}, "", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if got := says(t, a, nobody, "Where is my order? "+raw); !strings.Contains(got, "*#1001* is on its way") {
		t.Errorf("answered %q", got)
	}
	// By mail, beside the text: in the address that the shop's page has made.
	another, err := keys.Mint(token.Claims{Order: "1002"}, "", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if got := mails(t, a, "eve@example.net", "care+"+another+"@example.com", "Where is my order?"); !strings.Contains(got, "#1002 was delivered") {
		t.Errorf("by mail answered %q", got)
	}
	if got := says(t, a, "+14155550178", "Where is my order? "+raw); !strings.Contains(got, "link is no longer good") {
		t.Errorf("another phone was answered %q", got)
	}
}

// letters is a mail server that keeps the texts it takes.
type letters struct {
	mu   sync.Mutex
	to   []string
	text []string
}

func (l *letters) NewSession(*smtp.Conn) (smtp.Session, error) { return l, nil }
func (l *letters) Reset()                                      {}
func (l *letters) Logout() error                               { return nil }
func (l *letters) Mail(string, *smtp.MailOptions) error        { return nil }

func (l *letters) Rcpt(to string, _ *smtp.RcptOptions) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.to = append(l.to, to)
	return nil
}

func (l *letters) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, string(raw))
	return err
}

// mailServer starts l on loopback and returns its settings.
func mailServer(t *testing.T, l *letters) config.SMTP {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serving := smtp.NewServer(l)
	serving.Domain = "localhost"
	var ended sync.WaitGroup
	ended.Go(func() {
		if err := serving.Serve(listener); err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		_ = serving.Close()
		// A server that is closed before it serves does not close what it serves on.
		_ = listener.Close()
		ended.Wait()
	})
	addr, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		t.Fatal("no TCP address")
	}
	return config.SMTP{Host: "127.0.0.1", Port: addr.Port, Security: "none", From: "care@example.com"}
}

// A code that was mailed to the order's address opens it to whoever has read it.
func TestCodeThroughTheProgram(t *testing.T) {
	t.Parallel()
	c, l := demo(t), &letters{}
	c.SMTP, c.Shops[0].Identity.Claim = mailServer(t, l), "code"
	a := start(t, c)
	if got := says(t, a, nobody, "where is order 1001, my mail is ana@example.com"); !strings.Contains(got, "six-digit code") {
		t.Fatalf("answered %q", got)
	}
	if got := says(t, a, "+14155550178", "where is order 1001, my mail is eve@example.com"); !strings.Contains(got, "six-digit code") {
		t.Fatalf("answered %q", got)
	}
	l.mu.Lock()
	to, texts := strings.Join(l.to, ","), strings.Join(l.text, "\n")
	l.mu.Unlock()
	code := regexp.MustCompile(`Your code is (\d{6})`).FindStringSubmatch(texts)
	if to != "ana@example.com" || code == nil {
		t.Fatalf("mailed to %q: %q", to, texts)
	}
	if got := says(t, a, nobody, code[1]); !strings.Contains(got, "*#1001* is on its way") {
		t.Errorf("answered %q", got)
	}
	if got := says(t, a, "+14155550178", code[1]); !strings.Contains(got, "code isn't right") {
		t.Errorf("another's code: answered %q", got)
	}
}
