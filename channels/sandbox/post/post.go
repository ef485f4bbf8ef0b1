// Package post knows how a mail provider behaves as seen from outside: a local
// server that takes mail by SMTP (RFC 5321), keeps a mailbox for every address and
// shows it by IMAP (RFC 9051), says of each mail who sent it (RFC 8601), files what
// a mailbox's owner sends under Sent, and misbehaves when told to. The demo's shop
// has its mailbox here, any mail program can be pointed at it, and tests read from
// it what really arrived.
//
// Whoever knows the one password may be anybody: it listens on loopback only and is
// no place for real mail.
package post

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-smtp"
)

// Config describes the provider.
type Config struct {
	// Password opens every mailbox.
	Password string
	// Name stands in Authentication-Results as the server's own (authserv-id).
	Name string
	// SMTP and IMAP are loopback addresses to listen on; port 0 for a free one.
	SMTP, IMAP string
	// File, if not nil, takes what a mailbox's owner sends, in place of its own folder
	// Sent. The mail is taken when it returns.
	File func(owner string, raw []byte) error
	// Now is the clock, nil for the real one.
	Now func() time.Time
}

// The folders of every mailbox.
const (
	Inbox = "INBOX"
	Sent  = "Sent"
)

// Mail is one that was taken.
type Mail struct {
	// N rises with every mail, from 1.
	N        int
	From, To string // of the envelope
	Raw      []byte
	At       time.Time
}

// Server is the provider. Close must be called at its end.
type Server struct {
	cfg  Config
	mem  *imapmemserver.Server
	imap *imapserver.Server
	smtp *smtp.Server
	ends []net.Listener
	work sync.WaitGroup

	mu       sync.Mutex
	users    map[string]*imapmemserver.User
	all      []Mail
	mischief []Mischief
	changed  chan struct{} // closed when a mail is taken
}

// Start starts a provider.
func Start(c Config) (*Server, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	s := &Server{cfg: c, mem: imapmemserver.New(), users: map[string]*imapmemserver.User{}, changed: make(chan struct{})}
	s.imap = imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &reader{s: s}, nil, nil
		},
		Caps:   imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIMAP4rev2: {}},
		Logger: log.New(io.Discard, "", 0), InsecureAuth: true,
	})
	s.smtp = smtp.NewServer(taker{s})
	s.smtp.Domain, s.smtp.AllowInsecureAuth, s.smtp.ErrorLog = "localhost", true, log.New(io.Discard, "", 0)
	s.smtp.MaxMessageBytes, s.smtp.ReadTimeout, s.smtp.WriteTimeout = 50<<20, time.Minute, time.Minute
	for _, x := range []struct {
		address string
		serve   func(net.Listener) error
	}{{c.IMAP, s.imap.Serve}, {c.SMTP, s.smtp.Serve}} {
		if err := s.listen(x.address, x.serve); err != nil {
			s.Close()
			return nil, err
		}
	}
	return s, nil
}

func (s *Server) listen(address string, serve func(net.Listener) error) error {
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("local mail: %q is no loopback address", address)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("local mail: %w", err)
	}
	s.ends = append(s.ends, l)
	s.work.Go(func() { _ = serve(l) }) // it ends when the listener is closed
	return nil
}

// IMAP and SMTP are where it listens, host:port.
func (s *Server) IMAP() string { return s.ends[0].Addr().String() }

// SMTP is where mail is taken.
func (s *Server) SMTP() string { return s.ends[1].Addr().String() }

// Close ends it and waits.
func (s *Server) Close() {
	_ = s.imap.Close()
	_ = s.smtp.Close()
	for _, l := range s.ends {
		_ = l.Close() // a server that never came to serve leaves it open
	}
	s.work.Wait()
}

// Taken returns the mails taken so far after that number, and a channel that is
// closed when there is another.
func (s *Server) Taken(after int) ([]Mail, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.all[min(after, len(s.all)):]), s.changed
}

// Put lays a mail into a folder of an address's mailbox, as it is, as if it had
// come at that time.
func (s *Server) Put(address, folder string, raw []byte, at time.Time) error {
	_, err := s.user(address).Append(folder, literal{bytes.NewReader(raw)}, &imap.AppendOptions{Time: at})
	return err
}

// literal is a mail to be appended.
type literal struct{ *bytes.Reader }

// user returns an address's mailbox, made if there is none yet. What stands after a
// "+" leads to the same.
func (s *Server) user(address string) *imapmemserver.User {
	local, domain, _ := strings.Cut(strings.ToLower(strings.Trim(address, "<> ")), "@")
	local, _, _ = strings.Cut(local, "+")
	address = local + "@" + domain
	s.mu.Lock()
	defer s.mu.Unlock()
	if u, ok := s.users[address]; ok {
		return u
	}
	u := imapmemserver.NewUser(address, s.cfg.Password)
	for name, options := range map[string]*imap.CreateOptions{Inbox: nil, Sent: {SpecialUse: []imap.MailboxAttr{imap.MailboxAttrSent}}} {
		// A mailbox that is new has neither folder.
		_ = u.Create(name, options)
	}
	s.mem.AddUser(u)
	s.users[address] = u
	return u
}

// take takes a mail that came by SMTP. owner is who signed in.
func (s *Server) take(owner, from, to string, raw []byte) error {
	now := s.cfg.Now()
	s.mu.Lock()
	s.all = append(s.all, Mail{N: len(s.all) + 1, From: from, To: to, Raw: raw, At: now})
	close(s.changed)
	s.changed = make(chan struct{})
	s.mu.Unlock()
	if owner != "" {
		file := s.cfg.File
		if file == nil {
			file = func(owner string, raw []byte) error { return s.Put(owner, Sent, raw, now) }
		}
		if err := file(owner, raw); err != nil {
			return err
		}
	}
	return s.Put(to, Inbox, append([]byte(s.stamp(owner, from, now)), raw...), now)
}

// stamp is what the provider writes above a mail: whether the sender is who the
// envelope says. Whoever signed in as that very address is.
func (s *Server) stamp(owner, from string, now time.Time) string {
	verdict := "none"
	if owner != "" {
		verdict = "fail"
	}
	if strings.EqualFold(owner, from) {
		verdict = "pass"
	}
	domain := from[strings.LastIndexByte(from, '@')+1:]
	return fmt.Sprintf("Return-Path: <%s>\r\nAuthentication-Results: %s; dmarc=%s header.from=%s\r\nReceived: from localhost by %s; %s\r\n",
		from, s.cfg.Name, verdict, domain, s.cfg.Name, now.UTC().Format(time.RFC1123Z))
}

// reader is a connection by IMAP. Who signs in for the first time gets a mailbox.
type reader struct {
	*imapmemserver.UserSession
	s *Server
}

// Login implements imapserver.Session.
func (r *reader) Login(user, password string) error {
	if !strings.Contains(user, "@") || password != r.s.cfg.Password {
		return imapserver.ErrAuthFailed
	}
	r.UserSession = imapmemserver.NewUserSession(r.s.user(user))
	return nil
}

// Close implements imapserver.Session.
func (r *reader) Close() error {
	if r.UserSession == nil {
		return nil
	}
	return r.UserSession.Close()
}

// errPassword is what who signs in with another password hears.
var errPassword = errors.New("wrong password")
