package mailbox

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strconv"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"

	"wismo/core/fault"
)

// dialWithin bounds the way to a session: connection, encryption and sign-in.
const dialWithin = 30 * time.Second

// Session is a connection on which somebody is signed in. It serves one goroutine
// at a time. Close must be called.
type Session struct {
	client *imapclient.Client
	news   chan struct{}
	stop   func() bool
	folder string // that is selected, empty if none is
	valid  uint32 // its UIDVALIDITY
	sent   string // as configured
}

// Dial connects and signs in. When ctx ends, so does the connection, at whatever
// point. Its error is a *fault.Error that holds neither user nor password.
func Dial(ctx context.Context, c Config) (*Session, error) {
	within, cancel := context.WithTimeout(ctx, dialWithin)
	defer cancel()
	s := &Session{sent: c.Sent, news: make(chan struct{}, 1)}
	conn, err := connect(within, c)
	if err != nil {
		return nil, faultOf("connect", err)
	}
	s.stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
	early := context.AfterFunc(within, func() { _ = conn.Close() })
	if s.client, err = s.greet(conn, c); err == nil {
		err = s.signIn(within, c)
	}
	if !early() && err == nil {
		err = within.Err()
	}
	if err != nil {
		s.stop()
		_ = conn.Close()
		return nil, faultOf("sign in", err)
	}
	return s, nil
}

// connect opens the connection, encrypted if that comes first.
func connect(ctx context.Context, c Config) (net.Conn, error) {
	port := c.Port
	if port == 0 {
		port = map[Security]int{TLS: 993}[c.Security]
	}
	if port == 0 {
		port = 143
	}
	raw, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(c.Host, strconv.Itoa(port)))
	if err != nil {
		return nil, err
	}
	conn := net.Conn(patient{raw})
	if c.Security == TLS {
		secure := tls.Client(conn, tlsOf(c))
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = raw.Close()
			return nil, err
		}
		conn = secure
	}
	return conn, nil
}

func tlsOf(c Config) *tls.Config {
	return &tls.Config{ServerName: c.Host, MinVersion: tls.VersionTLS12, RootCAs: c.Roots}
}

// patient is a connection on which each read and each write may take Patience. The
// client's own deadlines, which are none while it idles, are passed over.
type patient struct{ net.Conn }

func (p patient) Read(b []byte) (int, error) {
	if err := p.Conn.SetReadDeadline(time.Now().Add(Patience)); err != nil {
		return 0, err
	}
	return p.Conn.Read(b)
}

func (p patient) Write(b []byte) (int, error) {
	if err := p.Conn.SetWriteDeadline(time.Now().Add(Patience)); err != nil {
		return 0, err
	}
	return p.Conn.Write(b)
}

func (patient) SetDeadline(time.Time) error      { return nil }
func (patient) SetReadDeadline(time.Time) error  { return nil }
func (patient) SetWriteDeadline(time.Time) error { return nil }

// greet begins the session, encrypted by now.
func (s *Session) greet(conn net.Conn, c Config) (*imapclient.Client, error) {
	o := &imapclient.Options{TLSConfig: tlsOf(c), UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(d *imapclient.UnilateralDataMailbox) {
			if d.NumMessages == nil {
				return
			}
			select {
			case s.news <- struct{}{}:
			default:
			}
		},
	}}
	if c.Security == STARTTLS {
		return imapclient.NewStartTLS(conn, o)
	}
	client := imapclient.New(conn, o)
	return client, client.WaitGreeting()
}

// signIn proves who we are, by the best way that the server offers.
func (s *Session) signIn(ctx context.Context, c Config) error {
	caps := s.client.Caps()
	switch {
	case c.Token != nil:
		token, err := c.Token(ctx)
		if err != nil {
			return fault.New(fault.Denied, "mailbox", "no access token: %w", err)
		}
		if caps.Has(imap.AuthCap(sasl.OAuthBearer)) {
			return s.client.Authenticate(sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: c.User, Token: token, Host: c.Host, Port: c.Port}))
		}
		return s.client.Authenticate(&xoauth2{c.User, token})
	case caps.Has(imap.AuthCap(sasl.Plain)):
		return s.client.Authenticate(sasl.NewPlainClient("", c.User, c.Password))
	case caps.Has(imap.CapLoginDisabled):
		return fault.New(fault.Denied, "mailbox", "the server takes no password on a connection that is not encrypted")
	default:
		return s.client.Login(c.User, c.Password).Wait()
	}
}

// xoauth2 is the way of Google and Microsoft to sign in with an access token
// (developers.google.com/workspace/gmail/imap/xoauth2-protocol). A refusal comes as
// a challenge with a JSON text, which says less than its being one.
type xoauth2 struct{ user, token string }

// Start implements sasl.Client.
func (x *xoauth2) Start() (mech string, first []byte, err error) {
	return "XOAUTH2", []byte("user=" + x.user + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

// Next implements sasl.Client. There is nothing to answer.
func (x *xoauth2) Next([]byte) ([]byte, error) {
	return nil, fault.New(fault.Denied, "mailbox", "the server refuses the access token")
}

// Close says good-bye and ends the connection.
func (s *Session) Close() {
	// A server that is gone needs no good-bye.
	select {
	case <-s.client.Closed():
	default:
		if s.client.State() != imap.ConnStateLogout {
			_ = s.client.Logout().Wait()
		}
	}
	s.stop()
	_ = s.client.Close()
}

// faultOf says what a failure means. The server's own words are left out but for
// its code: they may name the user.
func faultOf(op string, err error) error {
	op = "mailbox: " + op
	if err == nil {
		return nil
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	if said, ok := errors.AsType[*imap.Error](err); ok {
		kind := fault.Unavailable
		switch said.Code {
		case imap.ResponseCodeAuthenticationFailed, imap.ResponseCodeAuthorizationFailed, imap.ResponseCodeExpired, imap.ResponseCodePrivacyRequired, imap.ResponseCodeNoPerm:
			kind = fault.Denied
		case imap.ResponseCodeNonExistent:
			kind = fault.NotFound
		}
		if op == "mailbox: sign in" && said.Code != imap.ResponseCodeUnavailable && said.Code != imap.ResponseCodeInUse {
			kind = fault.Denied
		}
		return fault.New(kind, op, "the server answers %s %s", said.Type, said.Code)
	}
	if _, ok := errors.AsType[*sasl.OAuthBearerError](err); ok {
		return fault.New(fault.Denied, op, "the server refuses the access token")
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return fault.New(fault.Denied, op, "the server's certificate is not to be trusted")
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return fault.New(fault.Denied, op, "the server's certificate is not to be trusted")
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return fault.New(fault.Invalid, op, "the server does not speak TLS on this port")
	}
	return fault.New(fault.Unavailable, op, "%w", err)
}
