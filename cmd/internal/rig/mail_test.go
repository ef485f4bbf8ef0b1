package rig_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wismo/channels/email/dovecottest"
	"wismo/channels/sandbox/post"
	"wismo/cmd/internal/rig"
	"wismo/core/journal/postgres/pgtest"
)

// Two replicas read one mailbox of a Dovecot over a line that is cut again and
// again, hand their replies to a server that refuses, delays and dies, and are
// killed meanwhile: each mail is answered, once.
func TestKilledReplicasAnswerEachMailOnce(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("skipped by -short: 1,000 mails and 10 kills take a minute; `make test` runs them")
	}
	bin, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	const mails, kills = 1000, 10
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	d := dovecottest.New(t, "")
	var filing sync.Mutex
	p, err := post.Start(post.Config{Password: dovecottest.Password, SMTP: "127.0.0.1:0", IMAP: "127.0.0.1:0", File: func(_ string, raw []byte) error {
		filing.Lock()
		defer filing.Unlock()
		return d.FillSent("care@example.com", [][]byte{raw})
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	cuts := new(atomic.Int64)
	box := fmt.Sprintf(`{address: care@example.com, password: %s, max_age: 1h, imap: {host: 127.0.0.1, port: %d, security: none}, smtp: {host: 127.0.0.1, port: %s, security: none}}`,
		dovecottest.Password, cutting(t, d.Port, cuts), p.SMTP()[strings.LastIndexByte(p.SMTP(), ':')+1:])
	r, err := rig.Start(ctx, rig.Options{Binary: bin, Database: pgtest.Database(t), Replicas: 2, Latency: 20 * time.Millisecond, Dir: t.TempDir(), Mail: box})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if t.Failed() {
			for _, p := range r.Replicas {
				t.Logf("end of a replica's log:\n%s", tail(p.Log(), 4000))
			}
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}()
	began := time.Now()
	var killed atomic.Int64
	killing, stop := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(func() { killAtRandom(killing, t, r, plan{kills: kills, every: 2 * time.Second}, &killed) })
	failing, mend := context.WithCancel(killing)
	work.Go(func() { misbehave(failing, p) })
	for i := 0; i < mails; i += 20 {
		var batch [][]byte
		for j := i; j < i+20; j++ {
			batch = append(batch, []byte(fmt.Sprintf("From: Customer <%s>\r\nTo: care@example.com\r\nSubject: My order\r\nMessage-ID: <%d@example.com>\r\nDate: %s\r\n\r\nWhere is order %s?\r\n",
				writer(j), j, time.Now().Format(time.RFC1123Z), refOf(0, j))))
		}
		if err := d.Fill("care@example.com", batch); err != nil {
			t.Fatal(err)
		}
		time.Sleep(400 * time.Millisecond)
	}
	mend() // or those whose turn comes late would wait for longer and longer
	answers(ctx, p, mails)
	for killed.Load() < kills && ctx.Err() == nil {
		time.Sleep(100 * time.Millisecond)
	}
	stop()
	work.Wait()
	// What would be said twice is said within the time after which a reply of
	// unclear end is looked up.
	time.Sleep(15 * time.Second)
	got := answers(ctx, p, mails)
	var missing, twice []string
	for j := range mails {
		switch n := got[writer(j)]; {
		case n == 0:
			missing = append(missing, writer(j))
		case n > 1:
			twice = append(twice, fmt.Sprintf("%s (%d)", writer(j), n))
		}
	}
	if len(missing)+len(twice) > 0 || len(got) != mails {
		t.Errorf("%d got no answer, such as %v; %d got several: %v", len(missing), missing[:min(3, len(missing))], len(twice), twice)
	}
	if cuts.Load() < 5 {
		t.Errorf("the line was cut %d times only", cuts.Load())
	}
	t.Logf("%d mails answered through %d kills and %d cuts in %s", len(got), killed.Load(), cuts.Load(), time.Since(began).Round(time.Second))
}

func writer(i int) string { return fmt.Sprintf("customer%d@example.net", i) }

// answers counts the mails that each customer got, when that many customers have one
// or the time is over.
func answers(ctx context.Context, p *post.Server, customers int) map[string]int {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	for {
		list, changed := p.Taken(0)
		got := map[string]int{}
		for _, m := range list {
			got[m.To]++
		}
		if len(got) >= customers {
			return got
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return got
		}
	}
}

// misbehave lets the mail server go wrong in every way, now and then.
func misbehave(ctx context.Context, p *post.Server) {
	ways := []post.Mischief{
		{Code: 451, Times: 3}, {Code: 421, AtText: true, Times: 2}, {HangUp: true, Taken: true, Times: 1}, {HangUp: true, Times: 1}, {Delay: 300 * time.Millisecond, Times: 5},
	}
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			p.Behave()
			return
		case <-time.After(700 * time.Millisecond):
			p.Misbehave(ways[i%len(ways)])
		}
	}
}

// cutting is a way to a port on which connections are cut at random points.
func cutting(t *testing.T, port int, cuts *atomic.Int64) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var open []net.Conn
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
			mu.Lock()
			open = append(open, client, server)
			mu.Unlock()
			work.Go(func() { _, _ = io.Copy(server, client); _ = server.Close() })
			work.Go(func() {
				defer client.Close()
				left := int64(20_000 + rand.N(200_000))
				if n, _ := io.CopyN(client, server, left); n == left {
					cuts.Add(1)
					_ = server.Close()
				}
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for _, c := range slices.Clone(open) {
			_ = c.Close()
		}
		mu.Unlock()
		work.Wait()
	})
	return l.Addr().(*net.TCPAddr).Port
}
