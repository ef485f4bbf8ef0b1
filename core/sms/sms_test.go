package sms_test

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"pgregory.net/rapid"

	"wismo/core/sms"
)

func TestCount(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		want       sms.Segments
	}{
		{"empty", "", sms.Segments{Encoding: sms.GSM7}},
		{"one character", "a", sms.Segments{sms.GSM7, 1, 1}},
		{"GSM full", strings.Repeat("a", 160), sms.Segments{sms.GSM7, 160, 1}},
		{"GSM one too many", strings.Repeat("a", 161), sms.Segments{sms.GSM7, 161, 2}},
		{"GSM two full", strings.Repeat("a", 306), sms.Segments{sms.GSM7, 306, 2}},
		{"GSM three", strings.Repeat("a", 307), sms.Segments{sms.GSM7, 307, 3}},
		{"letters of the default alphabet", "@£$¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà_\r\n", sms.Segments{sms.GSM7, 44, 1}},
		{"the extension table takes two", "\f^{}\\[~]|€", sms.Segments{sms.GSM7, 20, 1}},
		{"80 euro signs fill one", strings.Repeat("€", 80), sms.Segments{sms.GSM7, 160, 1}},
		{"an escape is not split from its code", strings.Repeat("a", 152) + "€" + strings.Repeat("a", 10), sms.Segments{sms.GSM7, 164, 2}},
		{"the unit lost at a cut can cost a segment", strings.Repeat("a", 152) + "€" + strings.Repeat("a", 152), sms.Segments{sms.GSM7, 306, 3}},
		{"ç is not in the alphabet though Ç is", "ç", sms.Segments{sms.UCS2, 1, 1}},
		{"backtick is not in the alphabet", "`", sms.Segments{sms.UCS2, 1, 1}},
		{"tab is not in the alphabet", "\t", sms.Segments{sms.UCS2, 1, 1}},
		{"UCS-2 full", strings.Repeat("я", 70), sms.Segments{sms.UCS2, 70, 1}},
		{"UCS-2 one too many", strings.Repeat("я", 71), sms.Segments{sms.UCS2, 71, 2}},
		{"UCS-2 two full", strings.Repeat("я", 134), sms.Segments{sms.UCS2, 134, 2}},
		{"UCS-2 three", strings.Repeat("я", 135), sms.Segments{sms.UCS2, 135, 3}},
		{"emoji take two", strings.Repeat("😀", 35), sms.Segments{sms.UCS2, 70, 1}},
		{"a surrogate pair is not split", strings.Repeat("я", 66) + "😀" + strings.Repeat("я", 10), sms.Segments{sms.UCS2, 78, 2}},
		{"67 emoji need three, not two", strings.Repeat("😀", 67), sms.Segments{sms.UCS2, 134, 3}},
		{"one euro sign among Cyrillic takes one", "я€", sms.Segments{sms.UCS2, 2, 1}},
		{"10,000 emoji", strings.Repeat("😀", 10_000), sms.Segments{sms.UCS2, 20_000, 304}},
		{"broken UTF-8", "a\xffb", sms.Segments{sms.UCS2, 3, 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := sms.Count(tt.text); got != tt.want {
				t.Errorf("Count = %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"nothing to do", "Order #1001 is on its way.", "Order #1001 is on its way."},
		{"quotes", "It’s “here” ‘now’ „so“ «là»", `It's "here" 'now' "so" "là"`},
		{"dashes", "Mon–Wed — soon ‑ −1", "Mon-Wed - soon - -1"},
		{"ellipsis", "wait…", "wait..."},
		{"spaces", "1\u00a0000\u202f€\tx\u2003y", "1 000 € x y"},
		{"no width", "a\u200bb\u00adc\ufeffd\u2060e\u200ef", "abcdef"},
		{"line separators", "a\u2028b\u2029c\u0085d", "a\nb\nc\nd"},
		{"ligatures and marks", "oﬃce ﬁle Acme™ №5", "office file Acme(TM) No.5"},
		{"combining accents are put together", "e\u0301te\u0301", "été"},
		{"accents found under a zero-width space", "e\u200b\u0301", "é"},
		{"letters of a language stay", "já não, ça va, straße, Łódź, где", "já não, ça va, straße, Łódź, где"},
		{"emoji stay, with their joiners", "👩\u200d👩\u200d👧 ❤\ufe0f", "👩\u200d👩\u200d👧 ❤\ufe0f"},
		{"a stray joiner goes where it alone forces UCS-2", "#1001\ufe0f\u200d ok", "#1001 ok"},
		{"controls go", "a\x00b\x07c\x1bd\x7f", "abcd"},
		{"broken UTF-8 is marked", "a\xffb", "a\ufffdb"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := sms.Plain(tt.text); got != tt.want {
				t.Errorf("Plain(%+q) = %+q, want %+q", tt.text, got, tt.want)
			}
		})
	}
}

func TestFit(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Your parcel is on its way. ", 10)
	link := "https://track.example.com/parcels/1Z999AA10123456784?lang=en&from=sms"
	for _, tt := range []struct {
		name, text string
		segments   int
		want       string
	}{
		{"short enough", "On its way.", 1, "On its way."},
		{"nothing allowed", "On its way.", 0, ""},
		{"cut between words", long, 1, strings.TrimSpace(long[:135]) + " Your parcel is on its..."},
		{"a link that does not fit goes whole", strings.Repeat("word ", 25) + link + " bye", 1, strings.TrimSpace(strings.Repeat("word ", 25)) + "..."},
		{"a link that fits stays whole", link + " " + strings.Repeat("word ", 40), 1, link + " " + strings.TrimSpace(strings.Repeat("word ", 17)) + "..."},
		{"a link longer than everything leaves nothing", "https://example.com/" + strings.Repeat("x", 400), 2, ""},
		{"a family is one character", strings.Repeat("👩\u200d👩\u200d👧", 9), 1, strings.Repeat("👩\u200d👩\u200d👧", 8) + "..."},
		{"a flag is one character", strings.Repeat("🇩🇪", 18), 1, strings.Repeat("🇩🇪", 16) + "..."},
		{"a script without spaces is cut inside", strings.Repeat("注", 100), 1, strings.Repeat("注", 67) + "..."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := sms.Fit(tt.text, tt.segments); got != tt.want {
				t.Errorf("Fit = %q (%+v)\nwant  %q", got, sms.Count(got), tt.want)
			}
		})
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		units      int
		want       []string
	}{
		{"empty", "", 10, nil},
		{"only space", " \n ", 10, nil},
		{"short enough", "On its way.", 20, []string{"On its way."}},
		{"between words", "one two three four", 9, []string{"one two", "three", "four"}},
		{"between sentences", "It went there. It is there now", 20, []string{"It went there.", "It is there now"}},
		{"between paragraphs", "one two three\n\nfour five six", 20, []string{"one two three", "four five six"}},
		{"a link stays whole", "see https://example.com/t/1 now", 25, []string{"see", "https://example.com/t/1", "now"}},
		{"a word that is too long is cut", "abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		{"an emoji is not cut", "😀😀😀", 3, []string{"😀", "😀", "😀"}},
		{"a character longer than the limit is cut at code points", "👩\u200d👧", 3, []string{"👩\u200d", "👧"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := sms.Split(tt.text, tt.units); strings.Join(got, "|") != strings.Join(tt.want, "|") {
				t.Errorf("Split = %q, want %q", got, tt.want)
			}
		})
	}
}

// texts draws texts that are hard on the eye of the counter: links, joined
// emoji, combining marks, extension characters, broken bytes.
func texts() *rapid.Generator[string] {
	part := rapid.OneOf(
		rapid.SampledFrom([]string{
			"https://example.com/t/AbC?x=1", "www.example.com/a", "example.com/orders/1001", " ", "\n", "\n\n", "€", "’", "…",
			"👩\u200d👩\u200d👧", "🇩🇪", "e\u0301", "a", "word", "注", "\xff", "\u200d", "\u200b", "\ufe0f", ". ",
		}),
		rapid.String(),
	)
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(part, 0, 60).Draw(t, "parts"), "")
	})
}

func TestCountProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := texts().Draw(t, "text")
		checkCount(t, text)
	})
}

// failer is what *testing.T, *testing.F's T and *rapid.T share.
type failer interface {
	Fatalf(format string, args ...any)
}

func checkCount(t failer, text string) {
	c := sms.Count(text)
	alone, joined := 160, 153
	if c.Encoding == sms.UCS2 {
		alone, joined = 70, 67
		if want := len(utf16.Encode([]rune(text))); c.Units != want {
			t.Fatalf("%d UTF-16 units, want %d", c.Units, want)
		}
	}
	low := (c.Units + joined - 1) / joined
	if c.Units <= alone {
		low = min(low, 1)
	}
	// A cut wastes at most one unit in each segment.
	high := max((c.Units+joined-2)/(joined-1), low)
	if c.Segments < low || c.Segments > high {
		t.Fatalf("%+v: want %d to %d segments", c, low, high)
	}
	if (text == "") != (c.Segments == 0) {
		t.Fatalf("%+v for %q", c, text)
	}
}

func TestPlainProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) { checkPlain(t, texts().Draw(t, "text")) })
}

func checkPlain(t failer, text string) {
	plain := sms.Plain(text)
	if again := sms.Plain(plain); again != plain {
		t.Fatalf("Plain(%+q) = %+q, and again %+q", text, plain, again)
	}
	if !utf8.ValidString(plain) {
		t.Fatalf("Plain(%+q) is no UTF-8", text)
	}
	if sms.Count(text).Encoding == sms.GSM7 && plain != text {
		t.Fatalf("Plain changed the GSM-7 text %+q to %+q", text, plain)
	}
}

func TestFitProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		checkFit(t, texts().Draw(t, "text"), rapid.IntRange(0, 4).Draw(t, "segments"))
	})
}

func checkFit(t failer, text string, segments int) {
	got := sms.Fit(text, segments)
	if n := sms.Count(got).Segments; n > segments {
		t.Fatalf("Fit(%+q, %d) takes %d", text, segments, n)
	}
	if got == text || got == "" {
		return
	}
	head, cut := strings.CutSuffix(got, "...")
	if !cut || !strings.HasPrefix(text, head) {
		t.Fatalf("Fit(%+q) = %+q is no beginning of it", text, got)
	}
	links := make(map[string]bool)
	for _, word := range strings.Fields(text) {
		links[word] = true
	}
	for _, word := range strings.Fields(head) {
		if strings.Contains(word, "://") && !links[word] {
			t.Fatalf("the link %q was cut", word)
		}
	}
	if !endsCharacter(text, len(head)) {
		t.Fatalf("Fit(%+q) = %+q is cut inside a character", text, got)
	}
}

// endsCharacter reports whether text may be cut at a byte offset.
func endsCharacter(text string, at int) bool {
	clusters := uniseg.NewGraphemes(text)
	for clusters.Next() {
		if from, to := clusters.Positions(); from < at && at < to {
			return false
		}
	}
	return true
}

func TestSplitProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		checkSplit(t, texts().Draw(t, "text"), rapid.IntRange(2, 200).Draw(t, "units"))
	})
}

func checkSplit(t failer, text string, units int) {
	var all strings.Builder
	for _, piece := range sms.Split(text, units) {
		if n := len(utf16.Encode([]rune(piece))); n == 0 || n > units {
			t.Fatalf("a piece of %d units, at most %d allowed", n, units)
		}
		all.WriteString(piece)
	}
	if got, want := strings.Join(strings.Fields(all.String()), ""), strings.Join(strings.Fields(text), ""); got != want {
		t.Fatalf("Split(%+q) lost text: %+q", text, got)
	}
}

func FuzzSegments(f *testing.F) {
	for _, seed := range []string{
		"", "Where is my order #1001?", strings.Repeat("€", 160), strings.Repeat("😀", 300), "a\xff\xfeb", "e\u0301\u200d",
		"see https://example.com/t/1?x=%20y now", strings.Repeat("a", 152) + "€", "🇩🇪🇩🇪🇩", strings.Repeat("\u0301", 500), "\x00\x1b\r\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkCount(t, text)
		checkPlain(t, text)
		checkFit(t, text, 1)
		checkFit(t, text, 2)
		checkSplit(t, text, 1600)
		checkSplit(t, text, 3)
	})
}

func BenchmarkCount(b *testing.B) {
	text := strings.Repeat("Your order #1001 is on its way. ", 5)
	for b.Loop() {
		sms.Count(text)
	}
}
