package httpstore_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"wismo/core/check"
	httpstore "wismo/stores/http"
	"wismo/stores/sandbox"
	"wismo/stores/storetest"
)

func levels(findings []check.Finding) string {
	var list []string
	for _, f := range findings {
		list = append(list, string(f.Level))
	}
	return strings.Join(list, " ")
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*sandbox.OwnConfig, *httpstore.Config)
		levels string
		says   string
	}{
		"as it should be": {func(*sandbox.OwnConfig, *httpstore.Config) {}, "ok ok ok ok ok", "it refuses an old request"},
		"a short secret":  {func(p *sandbox.OwnConfig, cfg *httpstore.Config) { p.Secret, cfg.Secret = "short", "short" }, "ok warn ok ok ok", "only 5 characters"},
		"another secret":  {func(_ *sandbox.OwnConfig, cfg *httpstore.Config) { cfg.Secret = "another" }, "FAIL", "does not take the signature"},
		"a trusting one":  {func(p *sandbox.OwnConfig, _ *httpstore.Config) { p.Trusting = true }, "ok ok FAIL warn warn", "anybody can read orders"},
		"an answer to everything": {func(p *sandbox.OwnConfig, _ *httpstore.Config) {
			p.Samples = []sandbox.Sample{{ID: 1, Name: "wismo-check", CreatedAt: storetest.Noon()}}
		}, "warn ok ok ok ok", "answers with 1"},
		"clocks seven minutes apart": {func(p *sandbox.OwnConfig, _ *httpstore.Config) {
			p.Now = func() time.Time { return storetest.Noon().Add(7 * time.Minute) }
		}, "warn FAIL", "differ by 7 minutes"},
		"clocks four minutes apart": {func(p *sandbox.OwnConfig, _ *httpstore.Config) {
			p.Now = func() time.Time { return storetest.Noon().Add(-4 * time.Minute) }
		}, "ok ok ok ok ok", "signs its answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			findings := newRig(t, c.change).Check(t.Context())
			var said strings.Builder
			for _, f := range findings {
				said.WriteString(f.Detail + "\n")
				if f.Level != check.OK && f.Hint == "" {
					t.Errorf("%s: how to mend it is not said", f.Detail)
				}
			}
			if got := levels(findings); got != c.levels || !strings.Contains(said.String(), c.says) {
				t.Errorf("%s, want %s:\n%s", got, c.levels, said.String())
			}
		})
	}
}

// What cannot be tried is not called good.
func TestCheckIsNotFooled(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	n := 0
	r.own.Answer(func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Date", storetest.Noon().Format(http.TimeFormat))
		if n++; n == 1 {
			signed(`{"orders":[]}`)(w, q)
			return
		}
		w.WriteHeader(500)
	})
	if f := r.Check(t.Context()); levels(f) != "ok ok warn warn warn" {
		t.Errorf("%+v", f)
	}
}
