package carriers

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestMoments(t *testing.T) {
	t.Parallel()
	noon := "2026-11-23T12:00:00Z"
	for raw, want := range map[string]struct{ at, day string }{
		`"2026-11-23T09:30:00Z"`:          {"2026-11-23T09:30:00Z", "2026-11-23T09:30:00Z"},
		`"2026-11-23T09:30:00.123+02:00"`: {"2026-11-23T07:30:00.123Z", "2026-11-23T07:30:00.123Z"},
		`"2026-11-23T09:30:00+0200"`:      {"2026-11-23T07:30:00Z", "2026-11-23T07:30:00Z"},
		`"2026-11-23T09:30:00"`:           {"2026-11-23T09:30:00Z", noon},
		`"2026-11-23 09:30"`:              {"2026-11-23T09:30:00Z", noon},
		`"2026-11-23"`:                    {"2026-11-23T00:00:00Z", noon},
		`"2026-11-23T00:00:00Z"`:          {"2026-11-23T00:00:00Z", noon},
		`"2026-11-23T00:00:00+09:00"`:     {"2026-11-22T15:00:00Z", noon},
		`"2026-11-23T23:59:59-05:00"`:     {"2026-11-24T04:59:59Z", noon},
		`" 2026-11-23 "`:                  {"2026-11-23T00:00:00Z", noon},
		`"0001-01-01T00:00:00Z"`:          {"", ""}, `"soon"`: {"", ""}, `""`: {"", ""}, `null`: {"", ""}, `17`: {"", ""}, `{}`: {"", ""}, `"9999-12-31"`: {"", ""},
	} {
		var m moment
		if err := json.Unmarshal([]byte(raw), &m); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
		if stamp(m.Time) != want.at || stamp(m.day()) != want.day {
			t.Errorf("%s is %s, the day %s, want %+v", raw, stamp(m.Time), stamp(m.day()), want)
		}
	}
}

func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format(time.RFC3339Nano)
}

func TestTexts(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", " Left \n at\tthe door ": "Left at the door", "a\x00b\u200bc\u202ed": "a bcd", "\xff\xfeok": "ok", strings.Repeat("ä", 17): strings.Repeat("ä", 15) + "…",
	} {
		if got := clean(in, 16); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
	for want, names := range map[string][]string{
		"Newark": {"", "Newark", "US"}, "US": {"1 Example Street", "US"}, "": {"10001", "", "  "}, "São Paulo": {" São  Paulo"},
	} {
		if got := place(names...); got != want {
			t.Errorf("%q is %q, want %q", names, got, want)
		}
	}
	for want, links := range map[string][]string{
		"https://track.example.com/a?b=c": {"http://x.example.com", "https://track.example.com/a?b=c"}, "": {"javascript:alert(1)", "https://", "https://a:b@c.example.com", "://", "https://e.example.com/" + strings.Repeat("x", 500)},
	} {
		if got := page(links...); got != want {
			t.Errorf("%.60q is %q, want %q", links, got, want)
		}
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	for name, c := range map[string]struct {
		reset, date string
		want        time.Duration
	}{
		"none": {"", "", 0}, "a word": {"soon", "", 0}, "past": {"1799999999", "", 0}, "in seconds": {"3", "", 3 * time.Second}, "our clock": {"1800000002", "", 2 * time.Second},
		"their clock": {"1700000005", time.Unix(1_700_000_000, 0).UTC().Format(http.TimeFormat), 5 * time.Second}, "far away": {"99999999999999", "", time.Minute}, "negative": {"-4", "", 0},
	} {
		h := http.Header{}
		h.Set("X-RateLimit-Reset", c.reset)
		h.Set("Date", c.date)
		got := time.Duration(0)
		if at := reset(h, now); !at.IsZero() {
			got = at.Sub(now)
		}
		if got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		if !spent(h, now).IsZero() {
			t.Errorf("%s: a limit that is not used up holds", name)
		}
	}
}

// The codes are unique, so that a service's code leads back to one name.
func TestCompaniesAreUnique(t *testing.T) {
	t.Parallel()
	for _, of := range []func(company) string{
		func(c company) string { return c.easypost }, func(c company) string { return c.aftership }, company.number, func(c company) string { return letters(c.name) },
	} {
		seen := map[string]bool{}
		for _, c := range companies() {
			if code := of(c); code != "" && seen[code] {
				t.Errorf("%s is there twice", code)
			} else {
				seen[code] = true
			}
		}
	}
}
