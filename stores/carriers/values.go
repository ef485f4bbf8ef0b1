package carriers

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"wismo/core/order"
)

// Bounds of what is taken over from a service: a page that tells of everything is no
// parcel's way.
const (
	maxEvents  = 50
	maxMessage = 300
	maxPlace   = 60
	maxURL     = 500
)

// moment is a time as services write it: with a zone, without one (then UTC is
// assumed, which is hours off at most), or a date alone.
type moment struct {
	time.Time
	// said is the moment as it was written, in the zone that was named; zero if
	// none was.
	said time.Time
}

// UnmarshalJSON implements json.Unmarshaler. What is no time is none.
func (m *moment) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		*m = momentOf(s)
	}
	return nil
}

func momentOf(s string) moment {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04Z07:00"} {
		if at, err := time.Parse(layout, s); err == nil && plausible(at) {
			return moment{at.UTC(), at}
		}
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if at, err := time.Parse(layout, s); err == nil && plausible(at) {
			return moment{Time: at}
		}
	}
	return moment{}
}

// plausible leaves out what services write for "none", such as the year 1.
func plausible(at time.Time) bool { return at.Year() >= 2000 && at.Year() < 2100 }

// day is the moment as an estimate. Most estimates are a day: written as its first or
// last moment, in a zone of nobody's, they would fall on the day before or after for
// customers elsewhere, so they are put at noon, which is the same day nearly
// everywhere.
func (m moment) day() time.Time {
	if m.IsZero() {
		return time.Time{}
	}
	said := m.said
	if said.IsZero() {
		said = m.Time
	}
	hour, minute, _ := said.Clock()
	if edge := hour == 0 && minute == 0 || hour == 23 && minute == 59; !m.said.IsZero() && !edge {
		return m.Time
	}
	y, month, d := said.Date()
	return time.Date(y, month, d, 12, 0, 0, 0, time.UTC)
}

// first returns the first time that is one.
func first(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// clean is a text of others on one line, without what cannot be printed and no longer
// than most runes.
func clean(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > most {
		return strings.TrimSpace(string(runes[:most-1])) + "…"
	}
	return s
}

// place is the first name that can be a city's or a country's. One with a figure in it
// is an address or a postcode that got into the wrong field.
func place(names ...string) string {
	for _, n := range names {
		if n = clean(n, maxPlace); n != "" && !strings.ContainsFunc(n, unicode.IsDigit) {
			return n
		}
	}
	return ""
}

// page is a link that can be shown to a customer, else nothing.
func page(links ...string) string {
	for _, l := range links {
		u, err := url.Parse(l)
		if err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil && len(l) <= maxURL {
			return u.String()
		}
	}
	return ""
}

// newest are the events in our order. One without a time is left out, as nobody could
// say when it was.
func newest(events []order.TrackingEvent) []order.TrackingEvent {
	events = slices.DeleteFunc(events, func(e order.TrackingEvent) bool { return e.At.IsZero() })
	slices.SortStableFunc(events, func(a, b order.TrackingEvent) int { return b.At.Compare(a.At) })
	return events[:min(len(events), maxEvents)]
}

// deliveredAt is when a delivered parcel was, by the newest event that says so.
func deliveredAt(m order.Movement) time.Time {
	if m.Status != order.Delivered && m.Status != order.PickedUp {
		return time.Time{}
	}
	for _, e := range m.Events {
		if e.Status == order.Delivered || e.Status == order.PickedUp {
			return e.At
		}
	}
	return time.Time{}
}

// same reports whether a service's answer is about the number that was asked for. What
// it says of another's parcel must not reach the customer.
func same(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(a), ""), b)
}
