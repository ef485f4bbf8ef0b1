package mailbox_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wismo/channels/email/dovecottest"
	"wismo/channels/email/mailbox"
	"wismo/channels/sandbox/post"
)

// sink is a journal in memory.
type sink struct {
	mu      sync.Mutex
	places  map[string]mailbox.Place
	taken   []mailbox.Raw
	folders []string
	holder  string
	until   time.Time
	fail    int // how many Takes are to fail
	chores  func(*mailbox.Session) error
	changed chan struct{}
}

func newSink() *sink {
	return &sink{places: map[string]mailbox.Place{}, changed: make(chan struct{})}
}

// as is the sink as one replica sees it.
func (s *sink) as(name string) replica { return replica{s, name} }

type replica struct {
	*sink
	name string
}

func (s *sink) Place(_ context.Context, folder string) (mailbox.Place, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.places[folder]
	return p, ok, nil
}

func (s *sink) Take(_ context.Context, folder string, mails []mailbox.Raw, upTo mailbox.Place) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail > 0 {
		s.fail--
		return fmt.Errorf("the database is down")
	}
	for _, m := range mails {
		m.Body = slices.Clone(m.Body)
		s.taken, s.folders = append(s.taken, m), append(s.folders, folder)
	}
	s.places[folder] = upTo
	close(s.changed)
	s.changed = make(chan struct{})
	return nil
}

func (r replica) Hold(_ context.Context, until time.Time) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.holder != r.name && time.Now().Before(r.until) {
		return false, nil
	}
	r.holder, r.until = r.name, until
	return true, nil
}

func (r replica) Release(context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.holder == r.name {
		r.until = time.Time{}
	}
	return nil
}

func (s *sink) Chores(_ context.Context, session *mailbox.Session) error {
	if s.chores == nil {
		return nil
	}
	return s.chores(session)
}

// subjects lists what was taken, in its order.
func (s *sink) subjects() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for _, m := range s.taken {
		_, after, _ := strings.Cut(string(m.Body), "Subject: ")
		subject, _, _ := strings.Cut(after, "\r\n")
		list = append(list, subject)
	}
	return list
}

// shortest is the length of the shortest mail that was taken.
func (s *sink) shortest() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.taken[0].Body)
	for _, m := range s.taken {
		n = min(n, len(m.Body))
	}
	return n
}

// await waits until that many mails were taken.
func (s *sink) await(t *testing.T, n int) []string {
	t.Helper()
	deadline := time.After(60 * time.Second)
	for {
		s.mu.Lock()
		have, changed := len(s.taken), s.changed
		s.mu.Unlock()
		if have >= n {
			return s.subjects()
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("%d mails were taken, want %d", have, n)
		}
	}
}

func mail(subject string) []byte {
	return []byte("From: ana@example.com\r\nTo: care@example.com\r\nSubject: " + subject + "\r\nMessage-ID: <" + subject + "@example.com>\r\n\r\nwhere is it?\r\n")
}

// run reads a mailbox until the test or the returned function ends it.
func run(t *testing.T, c mailbox.Config, s mailbox.Sink) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var ended sync.WaitGroup
	m := mailbox.New(c, s, time.Now, slog.New(slog.DiscardHandler))
	ended.Go(func() { m.Run(ctx) })
	stop = func() { cancel(); ended.Wait() }
	t.Cleanup(stop)
	return stop
}

func provider(t *testing.T) (*post.Server, mailbox.Config) {
	t.Helper()
	p, err := post.Start(post.Config{Password: "demo", Name: "mx.example.com", SMTP: "127.0.0.1:0", IMAP: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p, at(t, p.IMAP(), mailbox.Config{User: "care@example.com", Password: "demo", Security: mailbox.Plain})
}

func at(t *testing.T, address string, c mailbox.Config) mailbox.Config {
	t.Helper()
	c.Host = "127.0.0.1"
	if _, err := fmt.Sscanf(address, "127.0.0.1:%d", &c.Port); err != nil {
		t.Fatal(err)
	}
	c.MaxAge, c.Beat = 48*time.Hour, 200*time.Millisecond
	return c
}

func put(t *testing.T, p *post.Server, folder, subject string, at time.Time) {
	t.Helper()
	if err := p.Put("care@example.com", folder, mail(subject), at); err != nil {
		t.Fatal(err)
	}
}

func TestReadsEachMailOnce(t *testing.T) {
	t.Parallel()
	p, c := provider(t)
	put(t, p, post.Inbox, "last-year", time.Now().AddDate(-1, 0, 0))
	put(t, p, post.Inbox, "yesterday", time.Now().AddDate(0, 0, -1))
	s := newSink()
	stop := run(t, c, s.as("a"))
	s.await(t, 1)
	put(t, p, post.Inbox, "now", time.Now())
	if got := s.await(t, 2); !slices.Equal(got, []string{"yesterday", "now"}) {
		t.Fatalf("took %v", got)
	}
	stop()
	put(t, p, post.Inbox, "meanwhile", time.Now())
	run(t, c, s.as("b"))
	if got := s.await(t, 3); !slices.Equal(got, []string{"yesterday", "now", "meanwhile"}) {
		t.Fatalf("took %v", got)
	}
}

func TestReadsSeveralFolders(t *testing.T) {
	t.Parallel()
	p, c := provider(t)
	c.Folders = []string{post.Inbox, post.Sent}
	s := newSink()
	run(t, c, s.as("a"))
	put(t, p, post.Inbox, "in", time.Now())
	s.await(t, 1)
	put(t, p, post.Sent, "out", time.Now())
	if got := s.await(t, 2); !slices.Equal(got, []string{"in", "out"}) || !slices.Equal(s.folders, []string{post.Inbox, post.Sent}) {
		t.Fatalf("took %v from %v", got, s.folders)
	}
}

// What could not be written down is read again.
func TestADatabaseThatFailsLosesNothing(t *testing.T) {
	t.Parallel()
	p, c := provider(t)
	s := newSink()
	s.fail = 1
	put(t, p, post.Inbox, "one", time.Now())
	run(t, c, s.as("a"))
	if got := s.await(t, 1); !slices.Equal(got, []string{"one"}) {
		t.Fatalf("took %v", got)
	}
}

func TestOneReaderAtATime(t *testing.T) {
	t.Parallel()
	p, c := provider(t)
	s := newSink()
	stop := run(t, c, s.as("a"))
	put(t, p, post.Inbox, "one", time.Now())
	s.await(t, 1)
	run(t, c, s.as("b"))
	put(t, p, post.Inbox, "two", time.Now())
	s.await(t, 2)
	s.mu.Lock()
	holder := s.holder
	s.mu.Unlock()
	if holder != "a" {
		t.Fatalf("%s reads beside a", holder)
	}
	stop()
	put(t, p, post.Inbox, "three", time.Now())
	if got := s.await(t, 3); !slices.Equal(got, []string{"one", "two", "three"}) {
		t.Fatalf("took %v", got)
	}
}

func TestSessions(t *testing.T) {
	t.Parallel()
	p, c := provider(t)
	put(t, p, post.Inbox, "one", time.Now())
	s := newSink()
	marked := make(chan error, 100)
	s.chores = func(x *mailbox.Session) error {
		place, _, _ := s.Place(t.Context(), post.Inbox)
		if place.UID == 0 {
			return nil
		}
		err := x.Answered(post.Inbox, place.UIDValidity, []uint32{1})
		marked <- err
		return err
	}
	run(t, c, s.as("a"))
	s.await(t, 1)
	if err := <-marked; err != nil {
		t.Fatal(err)
	}
	x, err := mailbox.Dial(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if ok, err := x.HasSent("r1@example.com"); ok || err != nil {
		t.Fatalf("found in an empty folder: %v, %v", ok, err)
	}
	if err := x.File([]byte("Message-ID: <r1@example.com>\r\nSubject: x\r\n\r\nhi\r\n"), time.Now()); err != nil {
		t.Fatal(err)
	}
	if ok, err := x.HasSent("r1@example.com"); !ok || err != nil {
		t.Fatalf("not found: %v", err)
	}
	// Numbers of another UIDVALIDITY mean nothing.
	if err := x.Answered(post.Inbox, 4711, []uint32{1}); err != nil {
		t.Fatal(err)
	}
}

func TestDovecot(t *testing.T) {
	t.Parallel()
	d := dovecottest.New(t, "")
	base := mailbox.Config{Host: "127.0.0.1", Password: dovecottest.Password, Roots: d.Roots, MaxAge: 48 * time.Hour, Beat: 200 * time.Millisecond}
	for name, c := range map[string]mailbox.Config{
		"tls":      {Port: d.TLSPort, Security: mailbox.TLS},
		"starttls": {Port: d.Port, Security: mailbox.STARTTLS},
		"plain":    {Port: d.Port, Security: mailbox.Plain},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := base
			b.Port, b.Security, b.User = c.Port, c.Security, name
			s := newSink()
			if err := d.Fill(name, [][]byte{mail("one"), mail("two")}); err != nil {
				t.Fatal(err)
			}
			run(t, b, s.as("a"))
			s.await(t, 2)
			if err := d.Fill(name, [][]byte{mail("three")}); err != nil {
				t.Fatal(err)
			}
			if got := s.await(t, 3); got[2] != "three" {
				t.Fatalf("took %v\n%s", got, d.Log())
			}
		})
	}
}
