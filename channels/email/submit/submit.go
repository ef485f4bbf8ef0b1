// Package submit knows how mail leaves: by SMTP submission (RFC 6409) to the
// shop's own server, encrypted, as the shop's own address.
//
// Each mail has a connection of its own: there are few, and an idle one would be
// gone when it is needed. A mail's Message-ID follows from what it says, so that
// one that is sent twice after a crash can be told for the same.
package submit

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"wismo/core/check"
	"wismo/core/fault"
)

// Security is how the connection is encrypted.
type Security string

// The ways. Plain is for a server on this very machine.
const (
	STARTTLS Security = "starttls" // port 587; refused if the server does not offer it
	TLS      Security = "tls"      // port 465, encrypted from the first byte (RFC 8314)
	Plain    Security = "none"     // port 25
)

// Config is how to reach a server and as whom.
type Config struct {
	Host string
	// Port, 0 for the usual one of Security.
	Port int
	// User and Password, both empty for a server that asks for none.
	User, Password string
	// Token returns an OAuth 2.0 access token for User; nil where Password counts.
	Token    func(ctx context.Context) (string, error)
	Security Security
	// From is the shop's address, Name what stands before it.
	From, Name string
	// Roots are the authorities that may sign the server's certificate, nil for
	// the system's.
	Roots *x509.CertPool
}

// Server is a server that takes the shop's mail. It is safe for use by many
// goroutines.
type Server struct {
	c   Config
	now func() time.Time
}

// New returns the server of that configuration. Nothing is dialled yet.
func New(c Config, now func() time.Time) *Server { return &Server{c: c, now: now} }

// stepWithin bounds the connection and each step on it.
const stepWithin = 15 * time.Second

// Send hands a mail in plain text to the server. Its error is a *fault.Error that
// holds neither address nor text; Unclear if the server may have taken the mail.
func (s *Server) Send(ctx context.Context, to, subject, text string) error {
	m, err := s.message(to, subject, text)
	if err != nil {
		return err
	}
	return s.Submit(ctx, m)
}

// Submit hands a mail to the server. Its error is as that of Send.
func (s *Server) Submit(ctx context.Context, m *mail.Msg) error {
	client, conn, err := s.dial(ctx)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	err = client.SendWithSMTPClient(conn, m)
	// What was taken stays taken, however the farewell goes.
	_ = client.CloseWithSMTPClient(conn)
	return sendFault(err)
}

// message makes the mail.
func (s *Server) message(to, subject, text string) (*mail.Msg, error) {
	m := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if m.FromFormat(s.c.Name, s.c.From) != nil || m.To(to) != nil {
		return nil, fault.New(fault.Invalid, "mail", "the sender's or the recipient's address is none")
	}
	m.Subject(oneLine(subject))
	m.SetDateWithValue(s.now())
	m.SetMessageIDWithValue(s.messageID(to, subject, text))
	// RFC 3834: nobody's holiday notice is wanted in reply.
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader("X-Auto-Response-Suppress", "All")
	m.SetBodyString(mail.TypeTextPlain, text)
	return m, nil
}

// oneLine keeps what is no line's end: a header ends there.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func (s *Server) messageID(to, subject, text string) string {
	sum := sha256.Sum256([]byte(to + "\x00" + subject + "\x00" + text))
	return hex.EncodeToString(sum[:16]) + "@" + s.c.From[strings.LastIndexByte(s.c.From, '@')+1:]
}

// dial connects and signs in.
func (s *Server) dial(ctx context.Context) (*mail.Client, *smtp.Client, error) {
	options, err := s.options(ctx)
	if err != nil {
		return nil, nil, err
	}
	client, err := mail.NewClient(s.c.Host, options...)
	if err != nil {
		return nil, nil, fault.New(fault.Invalid, "mail", "the server's settings are wrong: %w", err)
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return nil, nil, dialFault(err)
	}
	return client, conn, nil
}

// within is how long a step may take. The library heeds a context while it
// connects, and this from then on.
func within(ctx context.Context) time.Duration {
	if end, ok := ctx.Deadline(); ok {
		return min(stepWithin, max(time.Until(end), time.Millisecond))
	}
	return stepWithin
}

func (s *Server) options(ctx context.Context) ([]mail.Option, error) {
	list := []mail.Option{
		mail.WithTimeout(within(ctx)), mail.WithoutNoop(), mail.WithoutRset(),
		mail.WithTLSConfig(&tls.Config{ServerName: s.c.Host, MinVersion: tls.VersionTLS12, RootCAs: s.c.Roots}),
	}
	port := s.c.Port
	usual := func(p int) {
		if port == 0 {
			port = p
		}
	}
	switch s.c.Security {
	case TLS:
		usual(465)
		list = append(list, mail.WithSSL())
	case Plain:
		usual(25)
		list = append(list, mail.WithTLSPolicy(mail.NoTLS))
	default:
		usual(587)
		list = append(list, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	auth, err := s.auth(ctx)
	return append(append(list, auth...), mail.WithPort(port)), err
}

func (s *Server) auth(ctx context.Context) ([]mail.Option, error) {
	switch {
	case s.c.Token != nil:
		token, err := s.c.Token(ctx)
		if err != nil {
			return nil, fault.New(fault.Unavailable, "mail sign-in", "no access token: %w", err)
		}
		return []mail.Option{mail.WithSMTPAuth(mail.SMTPAuthXOAUTH2), mail.WithUsername(s.c.User), mail.WithPassword(token)}, nil
	case s.c.User != "" && s.c.Security == Plain:
		return []mail.Option{mail.WithSMTPAuth(mail.SMTPAuthPlainNoEnc), mail.WithUsername(s.c.User), mail.WithPassword(s.c.Password)}, nil
	case s.c.User != "":
		return []mail.Option{mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(s.c.User), mail.WithPassword(s.c.Password)}, nil
	}
	return nil, nil
}

// Check connects and signs in; it sends nothing.
func (s *Server) Check(ctx context.Context) check.Finding {
	f := check.Finding{Name: "mail server", Level: check.OK, Detail: "it answers and takes our password"}
	if s.c.User == "" {
		f.Detail = "it answers"
	}
	client, conn, err := s.dial(ctx)
	if err != nil {
		f.Level, f.Detail = check.Failed, err.Error()
		f.Hint = "are smtp.host, port, security, user and password right? Many providers want an app password"
		return f
	}
	_ = client.CloseWithSMTPClient(conn)
	return f
}
