package rig_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wismo/channels/twilio/twiliocontract"
	"wismo/cmd/internal/rig"
	"wismo/core/journal/postgres/pgtest"
	"wismo/stores/shopify/shopifycontract"
)

// binary builds the program once for this test run.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "wismo-rig-")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "wismo")
	out, err := exec.Command("go", "build", "-o", bin, "wismo/cmd/wismo").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return bin, nil
})

// plan is how hard a crash test tries.
type plan struct {
	customers, each, kills int
	every                  time.Duration
}

// Two replicas on one PostgreSQL, killed again and again: every message is
// answered, once, in its order.
func TestKilledReplicasLoseAndRepeatNothing(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("skipped by -short: 2,000 messages and 20 kills take minutes; `make test` runs them")
	}
	crash(t, pgtest.Database(t), 2, plan{customers: 100, each: 20, kills: 20, every: time.Second})
}

// The same with one process on SQLite.
func TestKilledProcessLosesAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("skipped by -short: 500 messages and 10 kills take a minute; `make test` runs them")
	}
	crash(t, "sqlite:"+filepath.Join(t.TempDir(), "wismo.db"), 1, plan{customers: 50, each: 10, kills: 10, every: time.Second})
}

func crash(t *testing.T, database string, replicas int, p plan) {
	bin, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	o := rig.Options{Binary: bin, Database: database, Replicas: replicas, Latency: 20 * time.Millisecond, ListLag: 500 * time.Millisecond, Dir: t.TempDir()}
	judge(t, &o)
	r, err := rig.Start(ctx, o)
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
	var answered, kills atomic.Int64
	talking, stop := context.WithCancel(ctx)
	var killer, customers sync.WaitGroup
	killer.Go(func() { killAtRandom(talking, t, r, p, &kills) })
	for i := range p.customers {
		customers.Go(func() { talk(ctx, t, r, i, p, &answered, &kills) })
	}
	customers.Wait()
	stop()
	killer.Wait()
	if kills.Load() < int64(p.kills) {
		t.Errorf("only %d kills; the test must make at least %d", kills.Load(), p.kills)
	}
	audit(t, r, p)
	t.Logf("%d messages answered through %d kills in %s", answered.Load(), kills.Load(), time.Since(began).Round(time.Second))
}

// killAtRandom kills a replica again and again and starts it anew, as often as
// planned; at the end all run.
func killAtRandom(ctx context.Context, t *testing.T, r *rig.Rig, p plan, kills *atomic.Int64) {
	for kills.Load() < int64(p.kills) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(p.every/2 + rand.N(p.every)):
		}
		victim := r.Replicas[rand.N(len(r.Replicas))]
		victim.Kill()
		if err := victim.Run(); err != nil {
			t.Error(err)
			return
		}
		if err := victim.Ready(context.WithoutCancel(ctx)); err != nil {
			t.Error(err)
			return
		}
		kills.Add(1)
	}
}

// judge has every request held against the vendors' contracts. Where those are
// not there, the subtest says that it is skipped, and the rest goes on.
func judge(t *testing.T, o *rig.Options) {
	t.Helper()
	t.Run("contracts", func(t *testing.T) {
		o.ValidateTwilio = twiliocontract.Validator(t)
		o.ValidateShopify = shopifycontract.Validator(t)
	})
}

func phoneOf(i int) string { return rig.Phone(i) }

// refOf is an order number that no other message names, so that its answer can
// be told from all others.
func refOf(customer, message int) string { return fmt.Sprintf("%d", 5_000_000+customer*1000+message) }

// talk is one customer: each message waits for the answer to the one before,
// and now and then a webhook comes twice.
//
// The conversation keeps pace with the kills, so that they fall all over it.
func talk(ctx context.Context, t *testing.T, r *rig.Rig, customer int, p plan, answered, kills *atomic.Int64) {
	for m := range p.each {
		for ctx.Err() == nil && kills.Load()*int64(p.each) < int64((m+1)*p.kills) {
			time.Sleep(rand.N(100 * time.Millisecond))
		}
		ref := refOf(customer, m)
		if err := r.Deliver(ctx, phoneOf(customer), "where is order "+ref, rand.N(10) == 0); err != nil {
			t.Error(err)
			return
		}
		if !await(ctx, r, phoneOf(customer), ref) {
			t.Errorf("customer %d got no answer to message %d", customer, m)
			return
		}
		answered.Add(1)
	}
}

// patience is how long a customer waits for an answer: a take-over and a look-up
// of what may have been sent, with room for a slow machine.
const patience = 90 * time.Second

func await(ctx context.Context, r *rig.Rig, phone, ref string) bool {
	end := time.Now().Add(patience)
	for time.Now().Before(end) && ctx.Err() == nil {
		for _, s := range r.Twilio.SentTo(phone) {
			if strings.Contains(s.Body, ref) {
				return true
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	return false
}

var refRE = regexp.MustCompile(`\b5\d{6}\b`)

// audit holds what each customer got against what they sent: each message
// answered exactly once, in its order.
func audit(t *testing.T, r *rig.Rig, p plan) {
	t.Helper()
	for i := range p.customers {
		var got, want []string
		for _, s := range r.Twilio.SentTo(phoneOf(i)) {
			got = append(got, refRE.FindAllString(s.Body, -1)...)
		}
		for m := range p.each {
			want = append(want, refOf(i, m))
		}
		if !slices.Equal(got, want) {
			t.Errorf("customer %d got answers about\n%v, want\n%v", i, got, want)
		}
	}
	if v := r.Violations(); len(v) > 0 {
		t.Errorf("requests against the contract: %v", v[0])
	}
}

func tail(s string, n int) string {
	if len(s) > n {
		return s[len(s)-n:]
	}
	return s
}
