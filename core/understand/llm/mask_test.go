package llm

import (
	"strings"
	"testing"
	"unicode/utf8"

	"wismo/core/fault"
	"wismo/core/understand"
)

func TestMask(t *testing.T) {
	t.Parallel()
	ent := func(text, part string, k understand.EntityType) understand.Entity {
		at := strings.Index(text, part)
		return understand.Entity{Type: k, Text: part, Start: at, End: at + len(part)}
	}
	const both = "order #1001 for ana@example.com or +14155550101 and 1002003"
	tests := []struct {
		name, text string
		found      []understand.Entity
		want       string
	}{
		{"nothing", "where is it", nil, "where is it"},
		{
			"each kind", both,
			[]understand.Entity{ent(both, "#1001", understand.OrderNumber), ent(both, "ana@example.com", understand.Email), ent(both, "+14155550101", understand.Phone)},
			"order [ORDER_1] for [EMAIL_1] or [PHONE_1] and [NUMBER_1]",
		},
		{"unknown ones", "a@b.c and 12345 and 67890x", nil, "[NUMBER_1] and [NUMBER_2] and [NUMBER_3]"},
		{"short numbers stay", "2 of 10 for 250", nil, "2 of 10 for 250"},
		{"part of a number is known", "1001 2002", []understand.Entity{{Type: understand.OrderNumber, Start: 0, End: 4}}, "[ORDER_1][NUMBER_1]"},
		{"two entities at one place", "4155550101", []understand.Entity{{Type: understand.Phone, Start: 0, End: 10}, {Type: understand.TrackingNumber, Start: 0, End: 10}}, "[PHONE_1]"},
		{"beyond the end", "hi", []understand.Entity{{Type: understand.Phone, Start: 1, End: 9}, {Type: understand.Phone, Start: -1, End: 1}}, "hi"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := mask(tt.text, tt.found)
			if m.text != tt.want {
				t.Errorf("%q, want %q", m.text, tt.want)
			}
			for _, s := range m.hidden {
				if start, end, kind, ok := m.place(s.placeholder); !ok || start != s.start || end != s.end || kind != s.kind {
					t.Errorf("%s is found at %d:%d", s.placeholder, start, end)
				}
			}
		})
	}
}

// An order number that no mask hides must stand in the text byte for byte.
func TestPlace(t *testing.T) {
	t.Parallel()
	m := mask("it is AB-12, says ana@example.com", nil)
	for text, want := range map[string]bool{"AB-12": true, "ab-12": false, "AB-13": false, "ana": false, "NUMBER": false, "[NUMBER_1]": true, " ": true} {
		if _, _, _, ok := m.place(text); ok != want {
			t.Errorf("%q: %v, want %v", text, ok, want)
		}
	}
}

func TestListIsWhole(t *testing.T) {
	t.Parallel()
	seen := map[understand.Intent]bool{}
	for _, c := range choices() {
		if seen[c.intent] || c.means == "" {
			t.Errorf("%s is listed twice or without meaning", c.intent)
		}
		seen[c.intent] = true
	}
	if len(seen) != 22 {
		t.Errorf("%d intents, want the 22 of core/understand", len(seen))
	}
}

func TestHints(t *testing.T) {
	t.Parallel()
	for _, k := range []fault.Kind{fault.Denied, fault.NotFound, fault.Invalid, fault.Throttled, fault.Unavailable, fault.Unknown} {
		if hintOf(fault.New(k, "x", "y")) == "" {
			t.Errorf("%v: nothing said to mend it", k)
		}
	}
}

func FuzzMask(f *testing.F) {
	f.Add("order #1001 for ana@example.com", 6, 11)
	f.Add("\xff\xfe 12345 \u202e67890", 0, 3)
	f.Add(strings.Repeat("ä1234 ", 500), 1999, 2003)
	f.Fuzz(func(t *testing.T, text string, start, end int) {
		m := mask(text, []understand.Entity{{Type: understand.Email, Start: start, End: end}})
		last := 0
		for _, s := range m.hidden {
			if s.start < last || s.end <= s.start || s.end > len(m.original) {
				t.Fatalf("stretch %+v after %d in %q", s, last, text)
			}
			last = s.end
		}
		if utf8.ValidString(text) && !utf8.ValidString(m.original) {
			t.Errorf("%q is cut within a character", text)
		}
	})
}
