package lexicon

import (
	"strings"
	"sync"
	"testing"

	"wismo/core/understand/words"
)

var built = sync.OnceValues(New)

func lexicon(t testing.TB) *Lexicon {
	t.Helper()
	l, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLanguage(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"where is my order":                  "en",
		"wo bleibt mein paket":               "de",
		"où est ma commande":                 "fr",
		"dónde está mi pedido":               "es",
		"dov'è il mio pacco":                 "it",
		"waar blijft mijn pakje":             "nl",
		"onde está minha encomenda":          "pt",
		"gdzie jest moja paczka":             "other",
		"var är mitt paket":                  "other",
		"где мой заказ":                      "other",
		"我的订单在哪里":                            "other",
		"":                                   "",
		"1001":                               "",
		"😡":                                  "",
		"zxcv":                               "",
		"ich habe gestern ein shirt gekauft": "de",
	}
	for text, want := range cases {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			if got := lexicon(t).Scan(words.Split(text)).Language; got != want {
				t.Errorf("%q is %q, want %q", text, got, want)
			}
		})
	}
}

func TestCorrected(t *testing.T) {
	t.Parallel()
	cases := map[string]string{"rfeund": "refund", "pakage": "package", "trackng": "tracking", "cancell": "", "there": "", "truck": "", "order": "", "xyzzyx": "", "odr": ""}
	for word, want := range cases {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			if got, _ := lexicon(t).Corrected(word); got != want {
				t.Errorf("%q is taken for %q, want %q", word, got, want)
			}
		})
	}
}

func TestOneSlip(t *testing.T) {
	t.Parallel()
	cases := []struct {
		a, b string
		want bool
	}{
		{"order", "order", true},
		{"order", "oder", true},
		{"order", "orders", true},
		{"order", "ordre", true},
		{"order", "ordar", true},
		{"order", "order12", false},
		{"order", "redro", false},
		{"order", "odre", false},
		{"", "a", true},
	}
	for _, c := range cases {
		t.Run(c.a+" "+c.b, func(t *testing.T) {
			t.Parallel()
			if oneSlip(c.a, c.b) != c.want || oneSlip(c.b, c.a) != c.want {
				t.Errorf("one slip from %q to %q: not %v", c.a, c.b, c.want)
			}
		})
	}
}

// window lays concepts, one a place, "." for none.
func laid(t *testing.T, l *Lexicon, line string) *window {
	t.Helper()
	w := &window{}
	for i, name := range strings.Fields(line) {
		w.put(cAny, uint(i))
		if name != "." {
			w.put(l.names[name], uint(i))
		}
	}
	return w
}

func TestConditions(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		rule, text string
		want       bool
	}{
		"in order":          {"WHERE PARCEL", "WHERE . PARCEL", true},
		"not in order":      {"WHERE PARCEL", "PARCEL WHERE", false},
		"too far":           {"WHERE PARCEL", "WHERE . . . . PARCEL", false},
		"as far as may be":  {"WHERE PARCEL", "WHERE . . . PARCEL", true},
		"farther":           {"WHERE ..4 PARCEL", "WHERE . . . . PARCEL", true},
		"adjacent":          {"WHERE + PARCEL", "WHERE PARCEL", true},
		"not adjacent":      {"WHERE + PARCEL", "WHERE . PARCEL", false},
		"either":            {"WHERE|WHEN PARCEL", "WHEN PARCEL", true},
		"both":              {"WHERE & PARCEL", "PARCEL . WHERE", true},
		"one is missing":    {"WHERE & PARCEL", "PARCEL", false},
		"forbidden":         {"PARCEL & !REFUND", "REFUND PARCEL", false},
		"forbidden nearby":  {"PARCEL & !NOT + REFUND", "REFUND . NOT . PARCEL", true},
		"short enough":      {"PARCEL & <3", "PARCEL .", true},
		"too long":          {"PARCEL & <3", "PARCEL . .", false},
		"second start fits": {"WHERE + PARCEL", "WHERE . WHERE PARCEL", true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := lexicon(t)
			cond, err := l.condition(c.rule)
			if err != nil {
				t.Fatal(err)
			}
			w := laid(t, l, c.text)
			if got := cond.match(w, len(strings.Fields(c.text))) != 0; got != c.want {
				t.Errorf("%q in %q: %v", c.rule, c.text, got)
			}
		})
	}
}

func TestBrokenRules(t *testing.T) {
	t.Parallel()
	for _, rule := range []string{"", "NOSUCHTHING", "WHERE ..x PARCEL", "!WHERE", "<3", "WHERE & <x", "WHERE@NOWHERE", "WHERE ..99 PARCEL"} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			if _, err := lexicon(t).condition(rule); err == nil {
				t.Errorf("%q was taken for a rule", rule)
			}
		})
	}
}

func TestEachRuleNamesAnIntentOnce(t *testing.T) {
	t.Parallel()
	l := lexicon(t)
	seen := map[string]bool{}
	for _, r := range l.rules.intents {
		if r.score <= 0 || r.score > 1 {
			t.Errorf("%s %q scores %v", r.name, r.label, r.score)
		}
		if seen[r.name+r.label] {
			t.Errorf("%s %q stands twice", r.name, r.label)
		}
		seen[r.name+r.label] = true
	}
	for _, o := range l.rules.over {
		for _, name := range append([]string{o.winner}, o.losers...) {
			if !strings.Contains(name, "_") && name != "deny" {
				t.Errorf("%q in a line with over is no intent", name)
			}
		}
	}
}

func TestWordsStandForThemselvesBeforeMisspellings(t *testing.T) {
	t.Parallel()
	l := lexicon(t)
	for w, e := range l.words {
		if got := l.find(w, english); got != e {
			t.Fatalf("%q is read as %q", w, got.word)
		}
	}
}

func TestLongTexts(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("blah ", 200) + "where is my order?"
	f := lexicon(t).Scan(words.Split(text))
	if !hasHit(f.Intents, "track_order") {
		t.Errorf("the question at the end of a long text is lost: %v", f.Intents)
	}
}

func FuzzScan(f *testing.F) {
	l := lexicon(f)
	for _, s := range []string{"", "where is my order", strings.Repeat("where order ", 300), "😡😡", "@a @b", "où est-ce", "1 2 3", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := l.Scan(words.Split(text))
		for _, h := range got.Intents {
			if h.Name == "" || h.Rule == "" || h.Score <= 0 {
				t.Fatalf("a hit without name, rule or score: %+v", h)
			}
		}
	})
}
