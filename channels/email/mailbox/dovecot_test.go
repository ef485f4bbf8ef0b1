package mailbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wismo/channels/email/dovecottest"
	"wismo/channels/email/mailbox"
	"wismo/core/check"
	"wismo/core/fault"
)

// tokens plays the provider's judge of access tokens: "good-USER" is USER's.
func tokens(t *testing.T) string {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, ok := strings.CutPrefix(r.FormValue("token"), "good-")
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(map[string]any{"active": ok, "username": user, "sub": user}); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(web.Close)
	return web.URL + "/introspect"
}

func dovecotConfig(d *dovecottest.Server, user string) mailbox.Config {
	return mailbox.Config{
		Host: "127.0.0.1", Port: d.TLSPort, Security: mailbox.TLS, Roots: d.Roots, User: user, Password: dovecottest.Password,
		MaxAge: 48 * time.Hour, Beat: 200 * time.Millisecond,
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	d := dovecottest.New(t, tokens(t))
	for name, x := range map[string]struct {
		change func(*mailbox.Config)
		want   fault.Kind // Unknown for none
	}{
		"password":                {func(*mailbox.Config) {}, fault.Unknown},
		"wrong password":          {func(c *mailbox.Config) { c.Password = "guess" }, fault.Denied},
		"token":                   {func(c *mailbox.Config) { c.Token = token("good-ana") }, fault.Unknown},
		"bad token":               {func(c *mailbox.Config) { c.Token = token("bad") }, fault.Denied},
		"no token":                {func(c *mailbox.Config) { c.Token = noToken }, fault.Denied},
		"certificate not trusted": {func(c *mailbox.Config) { c.Roots = nil }, fault.Denied},
		"TLS on the other port":   {func(c *mailbox.Config) { c.Port = d.Port }, fault.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := dovecotConfig(d, "ana")
			x.change(&c)
			s, err := mailbox.Dial(t.Context(), c)
			if err == nil {
				s.Close()
			}
			if (err == nil) != (x.want == fault.Unknown) || err != nil && fault.KindOf(err) != x.want {
				t.Errorf("%v, want %s", err, x.want)
			}
			if err != nil && (strings.Contains(err.Error(), "ana") || strings.Contains(err.Error(), "guess")) {
				t.Errorf("%v tells too much", err)
			}
		})
	}
}

func token(s string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return s, nil }
}

func noToken(context.Context) (string, error) { return "", errors.New("the provider is down") }

// XOAUTH2 is what is left where a server has no OAUTHBEARER.
func TestXOAUTH2(t *testing.T) {
	t.Parallel()
	d := dovecottest.New(t, tokens(t))
	for name, good := range map[string]bool{"good-ana": true, "bad": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := dovecotConfig(d, "ana")
			c.Port, c.Security, c.Token = without(t, d.Port, "AUTH=OAUTHBEARER"), mailbox.Plain, token(name)
			s, err := mailbox.Dial(t.Context(), c)
			if err == nil {
				s.Close()
			}
			if (err == nil) != good || err != nil && fault.KindOf(err) != fault.Denied {
				t.Errorf("%v", err)
			}
		})
	}
}

// without is a port at which the server on another one answers, but for a word
// that it is not to say.
func without(t *testing.T, port int, word string) int {
	t.Helper()
	return through(t, port, func(_ net.Conn, b []byte) []byte {
		return []byte(strings.ReplaceAll(string(b), " "+word, ""))
	})
}

// through is a port that leads to another one; pass sees what the server says.
func through(t *testing.T, port int, pass func(server net.Conn, b []byte) []byte) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	work.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			if err != nil {
				_ = client.Close()
				continue
			}
			work.Go(func() { _, _ = io.Copy(server, client); _ = server.Close() })
			work.Go(func() {
				defer client.Close()
				b := make([]byte, 16<<10)
				for {
					n, err := server.Read(b)
					if n > 0 {
						if _, err := client.Write(pass(server, b[:n])); err != nil {
							return
						}
					}
					if err != nil {
						return
					}
				}
			})
		}
	})
	t.Cleanup(func() { _ = l.Close(); work.Wait() })
	return l.Addr().(*net.TCPAddr).Port
}

func TestNumbersAnew(t *testing.T) {
	t.Parallel()
	d := dovecottest.New(t, "")
	if err := d.Fill("ana", [][]byte{mail("one"), mail("two")}); err != nil {
		t.Fatal(err)
	}
	s := newSink()
	stop := run(t, dovecotConfig(d, "ana"), s.as("a"))
	s.await(t, 2)
	stop()
	first := s.places["INBOX"]
	time.Sleep(1100 * time.Millisecond) // Dovecot takes the time in seconds for a new UIDVALIDITY
	if err := d.Renumber("ana"); err != nil {
		t.Fatal(err)
	}
	if err := d.Fill("ana", [][]byte{mail("three")}); err != nil {
		t.Fatal(err)
	}
	run(t, dovecotConfig(d, "ana"), s.as("a"))
	got := s.await(t, 5)[2:]
	slices.Sort(got)
	if !slices.Equal(got, []string{"one", "three", "two"}) {
		t.Fatalf("took %v", got)
	}
	if second := s.places["INBOX"]; second.UIDValidity == first.UIDValidity || !second.Since.Equal(first.Since) {
		t.Fatalf("place %+v, before %+v", second, first)
	}
}

// The connection breaks at any point, again and again: each mail is taken, in the
// place's order, and none twice.
func TestCutAtRandomPoints(t *testing.T) {
	t.Parallel()
	const mails = 1000
	d := dovecottest.New(t, "")
	var all [][]byte
	for i := range mails {
		all = append(all, append(mail(fmt.Sprintf("m%04d", i)), []byte(strings.Repeat("x", 2000))...))
	}
	if err := d.Fill("ana", all); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	left, cuts := 0, 0
	c := dovecotConfig(d, "ana")
	c.Security = mailbox.Plain
	c.Port = through(t, d.Port, func(server net.Conn, b []byte) []byte {
		mu.Lock()
		defer mu.Unlock()
		if left -= len(b); left < 0 {
			left, cuts = rand.N(600_000), cuts+1
			_ = server.Close()
			return b[:rand.N(len(b))]
		}
		return b
	})
	s := newSink()
	m := mailbox.New(c, s.as("a"), quick(), slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	var ended sync.WaitGroup
	ended.Go(func() { m.Run(ctx) })
	defer ended.Wait()
	defer cancel()
	got := s.await(t, mails)
	if len(got) != mails || !slices.IsSorted(got) {
		t.Errorf("%d mails were taken, in order: %v", len(got), slices.IsSorted(got))
	}
	if n := s.shortest(); n < 2000 {
		t.Errorf("a mail of which only %d bytes came was taken for whole", n)
	}
	mu.Lock()
	defer mu.Unlock()
	t.Logf("%d mails through %d cuts", len(got), cuts)
	if cuts < 3 {
		t.Errorf("the connection was cut %d times only", cuts)
	}
}

// quick is the real clock.
func quick() func() time.Time { return time.Now }

// A server that is none, or is mad, leads to an error within the time and to no
// harm.
func TestMadServers(t *testing.T) {
	t.Parallel()
	for name, says := range map[string][]string{
		"hangs up":               nil,
		"garbage":                {"\x00\xff\x16\x03 GARBAGE\r\n"},
		"says BYE":               {"* BYE go away\r\n"},
		"an endless line":        {"* OK " + strings.Repeat("x", 1<<20)},
		"NO to all":              {"* OK hi\r\n", "NO"},
		"BAD to all":             {"* OK hi\r\n", "BAD"},
		"a literal without end":  {"* OK hi\r\n", "* CAPABILITY {99999999999}\r\n"},
		"a huge number":          {"* OK hi\r\n", "* 99999999999999999999 EXISTS\r\n"},
		"answers nobody's asked": {"* PREAUTH hi\r\n", "zz OK done\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := mailbox.Config{Host: "127.0.0.1", Port: mad(t, says), Security: mailbox.Plain, User: "ana", Password: "x"}
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			s, err := mailbox.Dial(ctx, c)
			if err == nil {
				_, err = s.Has("INBOX", "x")
				s.Close()
			}
			if err == nil {
				t.Error("no error")
			}
		})
	}
}

// mad is a port at which each line is answered with the next of what is said, the
// last again and again; NO and BAD with the line's tag before.
func mad(t *testing.T, says []string) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	work.Go(func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		stop := context.AfterFunc(t.Context(), func() { _ = conn.Close() })
		defer stop()
		line := make([]byte, 4096)
		for i := 0; len(says) > 0; i++ {
			say := says[min(i, len(says)-1)]
			if i > 0 {
				n, err := conn.Read(line)
				if err != nil {
					return
				}
				if tag, _, _ := strings.Cut(string(line[:n]), " "); say == "NO" || say == "BAD" {
					say = tag + " " + say + " no\r\n"
				}
			}
			if _, err := io.WriteString(conn, say); err != nil {
				return
			}
		}
	})
	t.Cleanup(func() { _ = l.Close(); work.Wait() })
	return l.Addr().(*net.TCPAddr).Port
}

func TestSentFolder(t *testing.T) {
	t.Parallel()
	d := dovecottest.New(t, "")
	s, err := mailbox.Dial(t.Context(), dovecotConfig(d, "ana"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.File(mail("sent"), time.Now()); err != nil {
		t.Fatal(err)
	}
	if ok, err := s.Has("Sent", "sent@example.com"); !ok || err != nil {
		t.Errorf("it lies in Sent: %v, %v", ok, err)
	}
}

func TestMove(t *testing.T) {
	t.Parallel()
	d := dovecottest.New(t, "")
	if err := d.Fill("ana", [][]byte{mail("one")}); err != nil {
		t.Fatal(err)
	}
	k := newSink()
	stop := run(t, dovecotConfig(d, "ana"), k.as("a"))
	k.await(t, 1)
	stop()
	s, err := mailbox.Dial(t.Context(), dovecotConfig(d, "ana"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	place := k.places["INBOX"]
	if err := s.Answered("INBOX", place.UIDValidity, []uint32{1}); err != nil {
		t.Fatal(err)
	}
	if err := s.Move("INBOX", place.UIDValidity, []uint32{1}, "Done"); err != nil {
		t.Fatal(err)
	}
	for folder, want := range map[string]bool{"INBOX": false, "Done": true} {
		if ok, err := s.Has(folder, "one@example.com"); ok != want || err != nil {
			t.Errorf("in %s: %v, %v", folder, ok, err)
		}
	}
	if err := s.Move("INBOX", place.UIDValidity, []uint32{1}, "nowhere"); err != nil && fault.KindOf(err) == fault.Unknown {
		t.Errorf("%v", err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	d := dovecottest.New(t, "")
	for name, x := range map[string]struct {
		change func(*mailbox.Config)
		level  check.Level
		want   string
	}{
		"all is well":    {func(*mailbox.Config) {}, check.OK, "INBOX"},
		"wrong password": {func(c *mailbox.Config) { c.Password = "x" }, check.Failed, "password"},
		"no such folder": {func(c *mailbox.Config) { c.Folders = []string{"INBOX", "Orders"} }, check.Failed, "Orders"},
		"wrong port":     {func(c *mailbox.Config) { c.Port = d.Port }, check.Failed, "port"},
		"certificate":    {func(c *mailbox.Config) { c.Roots = nil }, check.Failed, "certificate"},
		"nobody there":   {func(c *mailbox.Config) { c.Port = 1 }, check.Failed, "imap.host"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := dovecotConfig(d, "ana")
			x.change(&c)
			f := mailbox.New(c, newSink().as("a"), time.Now, slog.New(slog.DiscardHandler)).Check(t.Context())
			if f.Level != x.level || !strings.Contains(f.Detail+" "+f.Hint, x.want) {
				t.Errorf("%+v", f)
			}
		})
	}
}
