package remote_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"wismo/core/fault"
	"wismo/core/remote"
)

// script reads by a list of results; the last one stays.
type script struct {
	results []error
	calls   []time.Time
}

func (s *script) read(context.Context) (int, error) {
	s.calls = append(s.calls, time.Now())
	err := s.results[min(len(s.calls), len(s.results))-1]
	if err != nil {
		return 0, err
	}
	return 7, nil
}

func (s *script) run(ctx context.Context, budget time.Duration) (int, error) {
	return remote.Read(ctx, "op", budget, s.read)
}

var down = fault.New(fault.Unavailable, "x", "down")

func TestReadRepeats(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		results []error
		want    fault.Kind
		calls   int
	}{
		{"at once", []error{nil}, fault.Unknown, 1},
		{"the third time", []error{down, errors.New("untranslated"), nil}, fault.Unknown, 3},
		{"not there", []error{fault.New(fault.NotFound, "x", "none")}, fault.NotFound, 1},
		{"denied", []error{fault.New(fault.Denied, "x", "no")}, fault.Denied, 1},
		{"invalid", []error{down, fault.New(fault.Invalid, "x", "bad")}, fault.Invalid, 2},
		{"permanent", []error{fault.New(fault.Permanent, "x", "never")}, fault.Permanent, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := script{results: tt.results}
				got, err := s.run(t.Context(), 5*time.Second)
				if fault.KindOf(err) != tt.want || (err == nil) != (got == 7) || len(s.calls) != tt.calls {
					t.Errorf("%d, %v after %d calls, want %v after %d", got, err, len(s.calls), tt.want, tt.calls)
				}
			})
		})
	}
}

// Whatever failed last, a spent budget is told as unavailable, and it is not
// exceeded. The pauses grow.
func TestReadGivesUp(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{"down": down, "throttled": fault.New(fault.Throttled, "x", "slow"), "unknown": errors.New("odd")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := script{results: []error{err}}
				start := time.Now()
				_, got := s.run(t.Context(), 5*time.Second)
				if fault.KindOf(got) != fault.Unavailable || !errors.Is(got, err) {
					t.Errorf("Read = %v, want unavailable with the cause", got)
				}
				if took := time.Since(start); took > 5*time.Second {
					t.Errorf("it took %v", took)
				}
				if n := len(s.calls); n < 4 || n > 10 {
					t.Errorf("%d calls in 5 s", n)
				}
				for i := 1; i < len(s.calls); i++ {
					if pause := s.calls[i].Sub(s.calls[i-1]); pause < 100*time.Millisecond || pause > 2*time.Second {
						t.Errorf("pause %d is %v", i, pause)
					}
				}
			})
		})
	}
}

func TestReadWaitsUntil(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var waits []time.Duration
		for range 20 {
			s := script{results: []error{&fault.Error{Kind: fault.Throttled, Until: time.Now().Add(2 * time.Second)}, nil}}
			start := time.Now()
			if _, err := s.run(t.Context(), 5*time.Second); err != nil || len(s.calls) != 2 {
				t.Fatalf("%v after %d calls", err, len(s.calls))
			}
			waits = append(waits, s.calls[1].Sub(start))
		}
		distinct := map[time.Duration]bool{}
		for _, w := range waits {
			distinct[w] = true
			if w < 2*time.Second || w > 3*time.Second {
				t.Errorf("asked again after %v, allowed after 2 s", w)
			}
		}
		if len(distinct) < 2 {
			t.Error("all who were told the same time come back at the same moment")
		}
	})
}

// A wait beyond the budget is not begun.
func TestReadDoesNotWaitInVain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := script{results: []error{&fault.Error{Kind: fault.Throttled, Until: time.Now().Add(time.Minute)}}}
		start := time.Now()
		if _, err := s.run(t.Context(), 5*time.Second); fault.KindOf(err) != fault.Unavailable || len(s.calls) != 1 || time.Since(start) > 0 {
			t.Errorf("%v after %d calls and %v", err, len(s.calls), time.Since(start))
		}
	})
}

func TestReadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 250*time.Millisecond)
		defer cancel()
		s := script{results: []error{down}}
		start := time.Now()
		if _, err := s.run(ctx, time.Minute); fault.KindOf(err) != fault.Unavailable || time.Since(start) > 250*time.Millisecond {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

// A read that does not come back is cut off by the budget.
func TestReadIsCutOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		_, err := remote.Read(t.Context(), "op", time.Second, func(ctx context.Context) (int, error) {
			<-ctx.Done()
			return 0, remote.FaultOfErr("x", ctx.Err())
		})
		if fault.KindOf(err) != fault.Unavailable || time.Since(start) != time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}
