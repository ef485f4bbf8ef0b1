package journaltest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wismo/core/journal"
)

func (b *bench) spend(t *testing.T, jti string, conversation int64) bool {
	t.Helper()
	ok, err := b.j.Spend(t.Context(), jti, conversation, b.clock.Now().Add(time.Hour))
	if err != nil {
		t.Error(err)
	}
	return ok
}

func spentOnce(t *testing.T, b *bench) {
	one, two := b.receive(t, ana, "hi"), b.receive(t, "+14155550102", "hi")
	for _, step := range []struct {
		name         string
		jti          string
		conversation int64
		want         bool
	}{
		{"the first time", "acme/a", one, true},
		{"the same turn once more", "acme/a", one, true},
		{"another conversation", "acme/a", two, false},
		{"another conversation again", "acme/a", two, false},
		{"the first again", "acme/a", one, true},
		{"another token", "acme/b", two, true},
		{"another shop's token of that name", "beta/a", two, true},
	} {
		if got := b.spend(t, step.jti, step.conversation); got != step.want {
			t.Fatalf("%s: %v", step.name, got)
		}
	}
	// What has ended is forgotten, and not a moment earlier.
	b.clock.Pass(59 * time.Minute)
	if _, err := b.j.Stranded(t.Context(), b.clock.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if b.spend(t, "acme/a", two) {
		t.Fatal("a spent token was forgotten before its end")
	}
	b.clock.Pass(2 * time.Minute)
	if _, err := b.j.Stranded(t.Context(), b.clock.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if !b.spend(t, "acme/a", two) {
		t.Fatal("a spent token is kept for ever")
	}
}

func spendRace(t *testing.T, b *bench) {
	one, two := b.receive(t, ana, "hi"), b.receive(t, "+14155550102", "hi")
	for _, jti := range []string{"acme/a", "acme/b", "acme/c"} {
		var won [2]atomic.Int32
		var all sync.WaitGroup
		for range 8 {
			for i, id := range []int64{one, two} {
				all.Go(func() {
					if b.spend(t, jti, id) {
						won[i].Add(1)
					}
				})
			}
		}
		all.Wait()
		if a, z := won[0].Load(), won[1].Load(); a != 8 && z != 8 || a != 0 && z != 0 {
			t.Fatalf("%s was used %d times by one and %d times by the other", jti, a, z)
		}
	}
}

func tokenMasked(t *testing.T, b *bench) {
	const raw = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJ3aXNtbyJ9.c2ln"
	id := b.receive(t, ana, "where is it "+raw)
	if got := b.lines(t, id)[0].Text; got != "where is it [token]" {
		t.Fatalf("the transcript shows %q", got)
	}
	if turn := b.next(t, id, nil, journal.Answer).Turn; turn.Unanswered[0].Text != "where is it "+raw {
		t.Fatalf("the turn has %q", turn.Unanswered[0].Text)
	}
}
