package submit_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"net/mail"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"wismo/channels/email/submit"
	"wismo/core/check"
	"wismo/core/fault"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// server is a real SMTP server on loopback that keeps what it takes and refuses
// what the test says.
type server struct {
	mu sync.Mutex
	// atRcpt and atData are what it answers, nil to take the mail.
	atRcpt, atData error
	// hangUp closes the connection at the end of the text.
	hangUp bool
	got    []taken
	secure bool // the last mail came encrypted
	signed bool // and from somebody signed in
}

type taken struct{ from, to, raw string }

// session is one connection.
type session struct {
	s    *server
	conn *smtp.Conn
	taken
	signedIn bool
}

func (s *server) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &session{s: s, conn: c}, nil
}

func (x *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (x *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "shop" || password != "hush" {
			return smtp.ErrAuthFailed
		}
		x.signedIn = true
		return nil
	}), nil
}

func (x *session) Reset()        { x.taken = taken{} }
func (x *session) Logout() error { return nil }

func (x *session) Mail(from string, _ *smtp.MailOptions) error {
	x.from = from
	return nil
}

func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	x.to = to
	return x.s.atRcpt
}

func (x *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	if x.s.hangUp {
		return x.conn.Close()
	}
	if x.s.atData != nil {
		return x.s.atData
	}
	x.raw = string(raw)
	x.s.got = append(x.s.got, x.taken)
	_, x.s.secure = x.conn.TLSConnectionState()
	x.s.signed = x.signedIn
	return nil
}

// start starts a server with the given security and returns how to reach it.
func start(t *testing.T, s *server, by submit.Security) submit.Config {
	t.Helper()
	web := httptest.NewTLSServer(nil) // for its certificate of 127.0.0.1
	defer web.Close()
	roots := x509.NewCertPool()
	roots.AddCert(web.Certificate())
	serving := smtp.NewServer(s)
	serving.Domain, serving.AllowInsecureAuth = "localhost", true
	serving.ErrorLog = quiet{}
	config := &tls.Config{Certificates: web.TLS.Certificates}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if by == submit.TLS {
		l = tls.NewListener(l, config)
	}
	if by == submit.STARTTLS {
		serving.TLSConfig = config
	}
	var ended sync.WaitGroup
	ended.Go(func() {
		if err := serving.Serve(l); err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		_ = serving.Close()
		// A server that is closed before it serves does not close what it serves on.
		_ = l.Close()
		ended.Wait()
	})
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	c := submit.Config{Host: host, Port: n, User: "shop", Password: "hush", Security: by, From: "care@example.com", Name: "Acme & Söhne", Roots: roots}
	if by == submit.Plain {
		c.User, c.Password = "", ""
	}
	return c
}

// quiet keeps the server's log from the test's.
type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

func clock() time.Time { return noon }

func TestMailArrives(t *testing.T) {
	t.Parallel()
	for _, by := range []submit.Security{submit.STARTTLS, submit.TLS, submit.Plain} {
		t.Run(string(by), func(t *testing.T) {
			t.Parallel()
			s := &server{}
			m := submit.New(start(t, s, by), clock)
			if err := m.Send(t.Context(), "ana@example.com", "Ihr Code für Acme", "Ihr Code ist 424242.\nEr gilt zehn Minuten, grüße."); err != nil {
				t.Fatal(err)
			}
			if len(s.got) != 1 || s.got[0].from != "care@example.com" || s.got[0].to != "ana@example.com" || s.secure != (by != submit.Plain) || s.signed == (by == submit.Plain) {
				t.Fatalf("the server has %+v, encrypted %v, signed in %v", s.got, s.secure, s.signed)
			}
			read(t, s.got[0].raw)
		})
	}
}

// read checks what a mail says.
func read(t *testing.T, raw string) {
	t.Helper()
	got, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	from, err := got.Header.AddressList("From")
	if err != nil || len(from) != 1 || from[0].Name != "Acme & Söhne" || from[0].Address != "care@example.com" {
		t.Errorf("from %v, error %v", from, err)
	}
	if date, err := got.Header.Date(); err != nil || !date.Equal(noon) {
		t.Errorf("date %v, error %v", date, err)
	}
	if !strings.Contains(got.Header.Get("Subject"), "f=C3=BCr") || got.Header.Get("Auto-Submitted") != "auto-generated" || got.Header.Get("X-Mailer")+got.Header.Get("User-Agent") != "" {
		t.Errorf("headers %v", got.Header)
	}
	body, err := io.ReadAll(got.Body)
	if err != nil || !strings.Contains(string(body), "424242") || !strings.Contains(string(body), "gr=C3=BC=C3=9Fe") {
		t.Errorf("text %q, error %v", body, err)
	}
}

// The same mail sent again has the same Message-ID, another has another.
func TestMessageIDFollowsFromTheMail(t *testing.T) {
	t.Parallel()
	s := &server{}
	m := submit.New(start(t, s, submit.STARTTLS), clock)
	for _, text := range []string{"424242", "424242", "424243"} {
		if err := m.Send(t.Context(), "ana@example.com", "Your code", text); err != nil {
			t.Fatal(err)
		}
	}
	var ids []string
	for _, g := range s.got {
		got, err := mail.ReadMessage(strings.NewReader(g.raw))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, got.Header.Get("Message-ID"))
	}
	if len(ids) != 3 || ids[0] != ids[1] || ids[1] == ids[2] || !strings.HasSuffix(ids[0], "@example.com>") {
		t.Errorf("ids %v", ids)
	}
}

// Whatever stands in a subject or an address, it makes no further header and no
// further recipient.
func TestNothingIsInjected(t *testing.T) {
	t.Parallel()
	s := &server{}
	m := submit.New(start(t, s, submit.STARTTLS), clock)
	if err := m.Send(t.Context(), "ana@example.com", "Code\r\nBcc: eve@example.com\r\n\r\nhello", "424242\r\n.\r\nMAIL FROM:<eve@example.com>"); err != nil {
		t.Fatal(err)
	}
	got, err := mail.ReadMessage(strings.NewReader(s.got[0].raw))
	if err != nil || got.Header.Get("Bcc") != "" || len(s.got) != 1 {
		t.Errorf("headers %v, %d mails, error %v", got.Header, len(s.got), err)
	}
	for _, to := range []string{"", "ana", "ana@example.com\r\nRCPT TO:<eve@example.com>", "ana@example.com, eve@example.com"} {
		if err := m.Send(t.Context(), to, "x", "y"); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q is taken for an address: %v", to, err)
		}
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	busy := &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "ana@example.com later"}
	nobody := &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no ana@example.com here"}
	for name, c := range map[string]struct {
		server  *server
		by      submit.Security
		change  func(*submit.Config)
		kind    fault.Kind
		reason  fault.Reason
		unclear bool
	}{
		"later, at the address":     {server: &server{atRcpt: busy}, kind: fault.Unavailable},
		"no such mailbox":           {server: &server{atRcpt: nobody}, kind: fault.Permanent, reason: fault.BadRecipient},
		"later, at the text":        {server: &server{atData: busy}, kind: fault.Unavailable},
		"refused, at the text":      {server: &server{atData: nobody}, kind: fault.Permanent},
		"hung up after the text":    {server: &server{hangUp: true}, kind: fault.Unavailable, unclear: true},
		"wrong password":            {change: func(c *submit.Config) { c.Password = "guess" }, kind: fault.Denied},
		"certificate of nobody":     {change: func(c *submit.Config) { c.Roots = x509.NewCertPool() }, kind: fault.Denied},
		"no STARTTLS":               {by: submit.Plain, change: func(c *submit.Config) { c.Security = submit.STARTTLS }, kind: fault.Unavailable},
		"TLS where there is none":   {by: submit.Plain, change: func(c *submit.Config) { c.Security = submit.TLS }, kind: fault.Unavailable},
		"nobody listens":            {change: func(c *submit.Config) { c.Port = 1 }, kind: fault.Unavailable},
		"the sender has no address": {change: func(c *submit.Config) { c.From = "nobody" }, kind: fault.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, by := c.server, c.by
			if s == nil {
				s = &server{}
			}
			if by == "" {
				by = submit.STARTTLS
			}
			to := start(t, s, by)
			if c.change != nil {
				c.change(&to)
			}
			err := submit.New(to, clock).Send(t.Context(), "ana@example.com", "Your code", "424242")
			if err == nil || fault.KindOf(err) != c.kind || fault.ReasonOf(err) != c.reason || fault.Unclear(err) != c.unclear {
				t.Fatalf("error %v (%s, %s, unclear %v)", err, fault.KindOf(err), fault.ReasonOf(err), fault.Unclear(err))
			}
			for _, never := range []string{"ana", "424242", "hush", "guess"} {
				if strings.Contains(err.Error(), never) {
					t.Errorf("the error tells %q: %v", never, err)
				}
			}
			if len(s.got) != 0 {
				t.Errorf("%d mails arrived", len(s.got))
			}
		})
	}
}

// A server that says nothing does not hold anybody up.
func TestSilentServer(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	addr, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		t.Fatal("no TCP address")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	began := time.Now()
	err = submit.New(submit.Config{Host: "127.0.0.1", Port: addr.Port, Security: submit.Plain, From: "care@example.com"}, clock).Send(ctx, "ana@example.com", "x", "y")
	if fault.KindOf(err) != fault.Unavailable || time.Since(began) > 10*time.Second {
		t.Errorf("error %v after %s", err, time.Since(began))
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	s := &server{}
	c := start(t, s, submit.STARTTLS)
	if f := submit.New(c, clock).Check(t.Context()); f.Level != check.OK || len(s.got) != 0 {
		t.Errorf("%+v", f)
	}
	c.Password = "guess"
	if f := submit.New(c, clock).Check(t.Context()); f.Level != check.Failed || f.Hint == "" || strings.Contains(f.Detail, "guess") {
		t.Errorf("%+v", f)
	}
}
