package carriers_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"wismo/core/check"
	"wismo/core/fault"
	"wismo/core/order"
	"wismo/stores/carriers"
	"wismo/stores/carriers/carrierstest"
)

// kindOf is what a trouble means for the caller.
func kindOf(t carrierstest.Trouble) fault.Kind {
	switch t {
	case carrierstest.Unauthorized, carrierstest.Forbidden, carrierstest.Gone, carrierstest.Elsewhere:
		return fault.Denied
	}
	return fault.Unavailable
}

// Whatever a service does, a question ends in its budget with the right kind of fault,
// and nothing of it gets out.
func TestTroubles(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, kind carriers.Kind) {
		for _, trouble := range carrierstest.Troubles() {
			t.Run(string(trouble), func(t *testing.T) {
				t.Parallel()
				r := newRig(t, kind, carrierstest.InTransit, budget(300*time.Millisecond))
				r.service.Answer(trouble.Handler())
				start := time.Now()
				m, err := r.Track(t.Context(), order.Parcel{Number: number, Company: "UPS"})
				if took := time.Since(start); took > 2*time.Second {
					t.Errorf("it took %v", took)
				}
				if fault.KindOf(err) != kindOf(trouble) || m.Status != "" || m.Events != nil {
					t.Errorf("%+v, %v, want %s", m, err, kindOf(trouble))
				}
				r.leaks(t, err.Error())
			})
		}
	})
}

// The check names cause and cure of each.
func TestCheckOfTroubles(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, kind carriers.Kind) {
		for _, trouble := range carrierstest.Troubles() {
			t.Run(string(trouble), func(t *testing.T) {
				t.Parallel()
				r := newRig(t, kind, carrierstest.InTransit, budget(300*time.Millisecond))
				r.service.Answer(trouble.Handler())
				f := r.Check(t.Context())
				if len(f) != 1 || f[0].Level != check.Failed || f[0].Hint == "" {
					t.Fatalf("%+v", f)
				}
				r.leaks(t, f[0].Detail+f[0].Hint)
				want := map[carrierstest.Trouble]string{carrierstest.Unauthorized: "key", carrierstest.Forbidden: "key", carrierstest.Gone: "address", carrierstest.Elsewhere: "address"}[trouble]
				if !strings.Contains(f[0].Hint, want) {
					t.Errorf("the hint is %q, want something about the %s", f[0].Hint, want)
				}
			})
		}
	})
}

func (r *rig) leaks(t *testing.T, text string) {
	t.Helper()
	for _, secret := range []string{number, carrierstest.Key, carrierstest.Secret, strings.TrimPrefix(r.url, "http://"), "169.254", "<h1>", "DOCTYPE"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q has %q in it", text, secret)
		}
	}
}

// A service that fails again and again costs nothing, until it has had its pause.
func TestLeftAlone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, kind carriers.Kind) {
		r := newRig(t, kind, carrierstest.InTransit, registered, budget(500*time.Millisecond), func(cfg *carriers.Config, _ *carrierstest.Config) { cfg.Failures = 3 })
		r.service.Answer(carrierstest.Broken.Handler())
		for range 3 {
			if n, err := r.asked(t); n == 0 || fault.KindOf(err) != fault.Unavailable {
				t.Fatalf("%d requests, %v", n, err)
			}
		}
		for range 20 {
			if n, err := r.asked(t); n != 0 || fault.KindOf(err) != fault.Unavailable {
				t.Fatalf("left alone: %d requests, %v", n, err)
			}
		}
		r.skew.by += 31 * time.Second
		if n, err := r.asked(t); n == 0 || err == nil {
			t.Errorf("the trial: %d requests, %v", n, err)
		}
		if n, _ := r.asked(t); n != 0 {
			t.Errorf("after a trial that failed: %d requests", n)
		}
		r.service.Answer(nil)
		r.skew.by += 31 * time.Second
		for range 3 {
			if n, err := r.asked(t); n != 1 || err != nil {
				t.Errorf("when it is back: %d requests, %v", n, err)
			}
		}
	})
}

// What no carrier knows is no failure of the service.
func TestRefusalsAreNotFailures(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, kind carriers.Kind) {
		r := newRig(t, kind, carrierstest.NoNumber, func(cfg *carriers.Config, _ *carrierstest.Config) { cfg.Failures = 1 })
		for range 3 {
			if n, err := r.asked(t); n == 0 || fault.KindOf(err) != fault.NotFound {
				t.Errorf("%d requests, %v", n, err)
			}
		}
	})
}

// A service that asks to wait is not asked until then, by whomever.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, kind carriers.Kind) {
		r := newRig(t, kind, carrierstest.InTransit, registered)
		r.service.Answer(carrierstest.LimitedLong.Handler())
		if n, err := r.asked(t); n != 1 || fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%d requests, %v", n, err)
		}
		r.service.Answer(nil)
		for range 10 {
			if n, err := r.asked(t); n != 0 || err == nil {
				t.Fatalf("too early: %d requests, %v", n, err)
			}
		}
		r.skew.by += time.Hour + time.Second
		if n, err := r.asked(t); n != 1 || err != nil {
			t.Errorf("then: %d requests, %v", n, err)
		}
	})
}

// Without a Retry-After the limit is per second, which fits into the budget.
func TestLimitedForASecond(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, kind carriers.Kind) {
		r := newRig(t, kind, carrierstest.InTransit, registered)
		limited := carrierstest.Limited.Handler()
		r.service.Answer(func(w http.ResponseWriter, q *http.Request) {
			r.service.Answer(nil)
			limited(w, q)
		})
		start := time.Now()
		m, n := r.track(t, "")
		if took := time.Since(start); m.Status != order.InTransit || n != 2 || took < 900*time.Millisecond {
			t.Errorf("%s by %d requests after %v", m.Status, n, took)
		}
	})
}

// When a limit is used up, the next question waits for the next window, by the
// service's clock.
func TestWindowUsedUp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, kind carriers.Kind) {
		r := newRig(t, kind, carrierstest.InTransit, registered)
		theirs := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
		r.service.Header("Date", theirs.Format(http.TimeFormat))
		r.service.Header("X-RateLimit-Remaining", "0")
		r.service.Header("X-RateLimit-Reset", strconv.FormatInt(theirs.Unix()+20, 10))
		if n, err := r.asked(t); n != 1 || err != nil {
			t.Fatalf("%d requests, %v", n, err)
		}
		if n, err := r.asked(t); n != 0 || fault.KindOf(err) != fault.Unavailable {
			t.Errorf("in the same window: %d requests, %v", n, err)
		}
		r.skew.by += 21 * time.Second
		if n, err := r.asked(t); n != 1 || err != nil {
			t.Errorf("in the next: %d requests, %v", n, err)
		}
	})
}
