package post

import (
	"io"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Mischief is what goes wrong with mail to an address.
type Mischief struct {
	// To is the recipient it is about, empty for all.
	To string
	// Times it happens, 0 for always.
	Times int
	// Code answers the recipient (or the text, with AtText) with a failure: 451
	// is temporary, 550 is for good. 0 for none.
	Code   int
	AtText bool
	// HangUp breaks the connection off at the text's end: Taken says whether the
	// mail was taken all the same.
	HangUp, Taken bool
	// Delay is slept before the answer to the text.
	Delay time.Duration
}

// Misbehave adds mischief; what was added last comes first.
func (s *Server) Misbehave(m Mischief) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mischief = append(s.mischief, m)
}

// Behave takes all mischief back.
func (s *Server) Behave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mischief = nil
}

// next returns what goes wrong now with mail to an address, at the text or before.
func (s *Server) next(to string, atText bool) (Mischief, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.mischief) - 1; i >= 0; i-- {
		m := &s.mischief[i]
		if m.To != "" && m.To != to || (m.AtText || m.HangUp || m.Delay > 0) != atText {
			continue
		}
		found := *m
		switch m.Times {
		case 0:
		case 1:
			s.mischief = append(s.mischief[:i], s.mischief[i+1:]...)
		default:
			m.Times--
		}
		return found, true
	}
	return Mischief{}, false
}

// taker begins connections by SMTP.
type taker struct{ s *Server }

// NewSession implements smtp.Backend.
func (t taker) NewSession(c *smtp.Conn) (smtp.Session, error) { return &session{s: t.s, conn: c}, nil }

// session is one connection.
type session struct {
	s     *Server
	conn  *smtp.Conn
	owner string // who signed in, empty for nobody
	from  string
	to    []string
}

// AuthMechanisms implements smtp.AuthSession.
func (x *session) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth implements smtp.AuthSession.
func (x *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if password != x.s.cfg.Password {
			return errPassword
		}
		x.owner = user
		return nil
	}), nil
}

// Reset implements smtp.Session.
func (x *session) Reset() { x.from, x.to = "", nil }

// Logout implements smtp.Session.
func (x *session) Logout() error { return nil }

// Mail implements smtp.Session.
func (x *session) Mail(from string, _ *smtp.MailOptions) error {
	x.from = from
	return nil
}

// Rcpt implements smtp.Session.
func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if m, ok := x.s.next(to, false); ok && m.Code != 0 {
		return refusal(m.Code)
	}
	x.to = append(x.to, to)
	return nil
}

// Data implements smtp.Session.
func (x *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	for _, to := range x.to {
		m, wrong := x.s.next(to, true)
		time.Sleep(m.Delay)
		if m.Code != 0 {
			return refusal(m.Code)
		}
		if !wrong || !m.HangUp || m.Taken {
			if err := x.s.take(x.owner, x.from, to, raw); err != nil {
				return err
			}
		}
		if m.HangUp {
			return x.conn.Close()
		}
	}
	return nil
}

func refusal(code int) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: "not now, or not at all"}
}
