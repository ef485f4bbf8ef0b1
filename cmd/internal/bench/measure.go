package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"wismo/cmd/internal/rig"
)

// figures are what one run measures.
type figures struct {
	floor             float64 // messages a second
	sustained         float64 // messages a second, answered
	half              float64 // offered at half of that
	webhook, answered []time.Duration
	commit            []time.Duration // a bare insert's, in the meantime
	memory            int64           // bytes, resident
	startup           time.Duration
	lost, twice       int
}

// senders is how many webhooks are under way at once when the limit is sought.
const senders = 64

// measure finds the sustained rate with as many webhooks as are taken, then
// the latencies at half of it.
func measure(ctx context.Context, r *rig.Rig, db string, d time.Duration) (*figures, error) {
	f := &figures{}
	c := &crowd{rig: r, sent: map[string]time.Time{}}
	// Warm up: connections, plans, caches.
	if err := c.closed(ctx, 16, 2*time.Second); err != nil {
		return nil, err
	}
	if err := c.drain(ctx); err != nil {
		return nil, err
	}
	before, began := len(c.sent), time.Now()
	if err := c.closed(ctx, senders, d); err != nil {
		return nil, err
	}
	if err := c.drain(ctx); err != nil {
		return nil, err
	}
	f.sustained = float64(len(c.sent)-before) / time.Since(began).Seconds()
	f.half = f.sustained / 2
	from := c.next
	stop := probe(ctx, db, f)
	webhook, err := c.steady(ctx, f.half, d)
	if err := errors.Join(err, stop()); err != nil {
		return nil, err
	}
	if err := c.drain(ctx); err != nil {
		return nil, err
	}
	f.webhook = webhook
	f.answered = c.latencies(from)
	f.lost, f.twice = c.audit()
	f.memory, err = resident(r.Replicas[0].PID())
	return f, err
}

// crowd are distinct customers, each of whom writes once.
type crowd struct {
	rig *rig.Rig

	mu   sync.Mutex
	next int
	sent map[string]time.Time // by phone
}

// write sends one customer's message and returns how long the webhook took.
func (c *crowd) write(ctx context.Context) (time.Duration, error) {
	c.mu.Lock()
	phone := rig.Phone(c.next)
	c.next++
	c.sent[phone] = time.Now()
	c.mu.Unlock()
	began := time.Now()
	err := c.rig.Deliver(ctx, phone, "where is my order #1001?", false)
	return time.Since(began), err
}

// closed keeps n webhooks under way for d.
func (c *crowd) closed(ctx context.Context, n int, d time.Duration) error {
	end := time.Now().Add(d)
	errs := make(chan error, n)
	for range n {
		go func() {
			for time.Now().Before(end) {
				if _, err := c.write(ctx); err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		}()
	}
	for range n {
		if err := <-errs; err != nil {
			return err
		}
	}
	return nil
}

// steady offers rate messages a second for d, each at its own time whether or
// not those before were taken, and returns how long the webhooks took.
func (c *crowd) steady(ctx context.Context, rate float64, d time.Duration) ([]time.Duration, error) {
	var (
		mu    sync.Mutex
		took  []time.Duration
		first error
		all   sync.WaitGroup
	)
	gap := time.Duration(float64(time.Second) / rate)
	due := time.Now()
	for end := due.Add(d); due.Before(end); due = due.Add(gap) {
		time.Sleep(time.Until(due))
		all.Go(func() {
			t, err := c.write(ctx)
			mu.Lock()
			defer mu.Unlock()
			took = append(took, t)
			if first == nil {
				first = err
			}
		})
	}
	all.Wait()
	return took, first
}

// drain waits until every customer has an answer.
func (c *crowd) drain(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for {
		if len(c.rig.Twilio.Sent()) >= len(c.sent) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d of %d messages were answered in time", len(c.rig.Twilio.Sent()), len(c.sent))
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// latencies returns how long each answer took from the webhook's start to the
// local Twilio's having it, for the customers from the given one on.
func (c *crowd) latencies(from int) []time.Duration {
	var out []time.Duration
	for i := from; i < c.next; i++ {
		phone := rig.Phone(i)
		for _, s := range c.rig.Twilio.SentTo(phone)[:1] {
			out = append(out, s.At.Sub(c.sent[phone]))
		}
	}
	return out
}

// audit counts customers without an answer and those with more than one.
func (c *crowd) audit() (lost, twice int) {
	for phone := range c.sent {
		switch n := len(c.rig.Twilio.SentTo(phone)); {
		case n == 0:
			lost++
		case n > 1:
			twice++
		}
	}
	return lost, twice
}

// resident returns a process's resident memory in bytes.
func resident(pid int) (int64, error) { return memoryOf(pid, "VmRSS:") }

// memoryOf reads one of the kernel's figures of a process's memory.
func memoryOf(pid int, key string) (int64, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(raw)) {
		if v, ok := strings.CutPrefix(line, key); ok {
			kb, err := strconv.ParseInt(strings.Fields(v)[0], 10, 64)
			return kb << 10, err
		}
	}
	return 0, fmt.Errorf("no %s of process %d", key, pid)
}

func quantile(d []time.Duration, q float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(d))
	return sorted[int(q*float64(len(sorted)-1))]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

func (f *figures) rows() [][3]string {
	return [][3]string{
		{"floor (2 bare insert transactions, 16 clients)", fmt.Sprintf("%.0f msg/s", f.floor), ""},
		{"sustained, answered", fmt.Sprintf("%.0f msg/s", f.sustained), ""},
		{"share of the floor", fmt.Sprintf("%.1f %%", 100*f.sustained/f.floor), "≥ 25 %"},
		{"offered at half of it", fmt.Sprintf("%.0f msg/s", f.half), ""},
		{"  webhook p50", ms(quantile(f.webhook, .5)), ""},
		{"  webhook p99", ms(quantile(f.webhook, .99)), "≤ 25 ms"},
		{"  a bare insert meanwhile p50", ms(quantile(f.commit, .5)), ""},
		{"  a bare insert meanwhile p99", ms(quantile(f.commit, .99)), ""},
		{"  in to out p50 (100 ms of it outside)", ms(quantile(f.answered, .5)), "≤ 200 ms"},
		{"  in to out p99", ms(quantile(f.answered, .99)), ""},
		{"resident memory", fmt.Sprintf("%d MB", f.memory>>20), "≤ 150 MB"},
		{"start to ready, existing database", ms(f.startup), "≤ 1000 ms"},
		{"messages without an answer", strconv.Itoa(f.lost), "0"},
		{"messages answered twice", strconv.Itoa(f.twice), "0"},
	}
}

func printRows(w io.Writer, rows [][3]string) {
	for _, r := range rows {
		fmt.Fprintf(w, "%-50s %14s   %s\n", r[0], r[1], r[2])
	}
}
