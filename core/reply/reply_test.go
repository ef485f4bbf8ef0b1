package reply_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"wismo/core/message"
	"wismo/core/reply"
	"wismo/core/shop"
	"wismo/core/sms"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) // a Monday

// common is the voice of shops without a wording of their own.
var common = sync.OnceValues(func() (*reply.Voice, error) { return reply.New() })

func voice(t *testing.T) *reply.Voice {
	t.Helper()
	v, err := common()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func acme() shop.Shop {
	s := shop.Defaults()
	s.Name = "Acme"
	return s
}

func say(t *testing.T, s shop.Shop, c message.Channel, now time.Time, parts ...reply.Part) string {
	t.Helper()
	text, err := voice(t).Say(s, c, "en", parts, now)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestDates(t *testing.T) {
	t.Parallel()
	zone := func(name string) *time.Location {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return loc
	}
	for _, tt := range []struct {
		name string
		loc  *time.Location
		now  time.Time
		at   time.Time
		hour bool
		want string
	}{
		{"this year", time.UTC, noon, noon.AddDate(0, 0, -3), false, "Fri 20 Nov"},
		{"with the hour", time.UTC, noon, noon.Add(-3 * time.Hour), true, "Mon 23 Nov, 09:00"},
		{"last year", time.UTC, noon, noon.AddDate(-1, 0, 0), false, "Sun 23 Nov 2025"},
		{"last year with the hour", time.UTC, noon, noon.AddDate(-1, 0, 0), true, "Sun 23 Nov 2025, 12:00"},
		{"next year", time.UTC, time.Date(2026, 12, 30, 12, 0, 0, 0, time.UTC), time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC), false, "Sat 2 Jan 2027"},
		{"the shop's evening is the next day's morning", zone("America/Los_Angeles"), noon, time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC), true, "Sun 22 Nov, 21:00"},
		{"the day changes to the east", zone("Asia/Tokyo"), noon, time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC), false, "Mon 23 Nov"},
		{"the shop's year is what counts", zone("America/New_York"), time.Date(2027, 1, 1, 3, 0, 0, 0, time.UTC), time.Date(2026, 12, 31, 12, 0, 0, 0, time.UTC), false, "Thu 31 Dec"},
		{"summer time", zone("America/Los_Angeles"), noon, time.Date(2026, 7, 1, 19, 30, 0, 0, time.UTC), true, "Wed 1 Jul, 12:30"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := acme()
			s.Location = tt.loc
			got := say(t, s, message.WhatsApp, tt.now, reply.Part{Key: "picked_up", Facts: reply.Facts{Order: "#1", At: tt.at, HasTime: tt.hour}})
			if want := "Your order *#1* was picked up on " + tt.want + "."; got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

func TestChannels(t *testing.T) {
	t.Parallel()
	parts := []reply.Part{{Key: "intro"}, {Key: "in_transit", Facts: reply.Facts{Order: "#1001", Carrier: "UPS"}}}
	for c, want := range map[message.Channel]string{
		message.SMS:      "Automated reply from Acme; for a person text AGENT. Your order #1001 is on its way with UPS.",
		message.WhatsApp: "You're talking to Acme's automated assistant; you can ask for a person at any time.\nYour order *#1001* is on its way with UPS.",
		message.Email:    "You're talking to Acme's automated assistant; you can ask for a person at any time.\nYour order #1001 is on its way with UPS.",
	} {
		if got := say(t, acme(), c, noon, parts...); got != want {
			t.Errorf("%s: %q, want %q", c, got, want)
		}
	}
}

func TestUnknownLanguageIsEnglish(t *testing.T) {
	t.Parallel()
	got, err := voice(t).Say(acme(), message.SMS, "tlh", []reply.Part{{Key: "greeting"}}, noon)
	if err != nil || !strings.Contains(got, "order number") {
		t.Errorf("%q, %v", got, err)
	}
}

func TestUnknownKeyIsAnError(t *testing.T) {
	t.Parallel()
	if got, err := voice(t).Say(acme(), message.SMS, "en", []reply.Part{{Key: "no_such_key"}}, noon); err == nil || got != "" {
		t.Errorf("%q, %v", got, err)
	}
}

// What is ranked is left out of a text message that is too long, the highest
// rank first; what has rank 0 stays, and other channels get everything.
func TestTooLongForTwoSegments(t *testing.T) {
	t.Parallel()
	long := reply.Facts{Text: strings.Repeat("word ", 25)}
	parts := []reply.Part{
		{Key: "policy", Facts: long},
		{Key: "policy", Facts: reply.Facts{Text: "ONE" + long.Text}, Rank: 1},
		{Key: "policy", Facts: reply.Facts{Text: "TWO" + long.Text}, Rank: 2},
		{Key: "link", Facts: reply.Facts{Link: "https://t.example.com/1"}},
	}
	text := say(t, acme(), message.SMS, noon, parts...)
	if strings.Contains(text, "TWO") || !strings.Contains(text, "ONE") || !strings.HasSuffix(text, "https://t.example.com/1") {
		t.Errorf("the wrong part was left out: %q", text)
	}
	if n := sms.Count(text).Segments; n > 2 {
		t.Errorf("%d segments", n)
	}
	if mail := say(t, acme(), message.Email, noon, parts...); !strings.Contains(mail, "ONE") || !strings.Contains(mail, "TWO") {
		t.Errorf("something was left out of an e-mail: %q", mail)
	}
	if len(parts) != 4 || parts[2].Rank != 2 {
		t.Error("the caller's parts were changed")
	}
}

// What customers and stores write is not taken for a template or for markup.
func TestFactsAreNoTemplates(t *testing.T) {
	t.Parallel()
	got := say(t, acme(), message.WhatsApp, noon, reply.Part{Key: "refused", Facts: reply.Facts{Ref: "{{.Shop}}<b>"}})
	if !strings.Contains(got, "order {{.Shop}}<b> with") {
		t.Errorf("%q", got)
	}
}
