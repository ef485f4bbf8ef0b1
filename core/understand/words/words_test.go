package words_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"wismo/core/understand/words"
)

func texts(t *words.Text) []string {
	var out []string
	for _, w := range t.Words {
		out = append(out, w.Text)
	}
	return out
}

func TestSplit(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		text string
		want []string
	}{
		"plain":                  {"Where is my order", []string{"where", "is", "my", "order"}},
		"English contractions":   {"it's don't where's I'll you're", []string{"its", "dont", "wheres", "ill", "youre"}},
		"typographic apostrophe": {"it’s don’t", []string{"its", "dont"}},
		"French elisions":        {"j'ai l'ordre qu'il d'accord", []string{"j", "ai", "l", "ordre", "qu", "il", "d", "accord"}},
		"Italian elisions":       {"dov'è l'ordine", []string{"dov", "e", "l", "ordine"}},
		"accents":                {"Größe ÇA éàü ñandú", []string{"grosse", "ca", "eau", "nandu"}},
		"letters held down":      {"heyyyyy pleeeease", []string{"heyy", "pleease"}},
		"zero width":             {"or\u200bder pa\u00adcket", []string{"order", "packet"}},
		"combining accents":      {"cafe\u0301", []string{"cafe"}},
		"Cyrillic look-alikes":   {"оrder расkage", []string{"order", "package"}},
		"full width":             {"ｏｒｄｅｒ １００１", []string{"order", "1001"}},
		"mathematical":           {"𝐨𝐫𝐝𝐞𝐫", []string{"order"}},
		"real Cyrillic":          {"где мой заказ", []string{"где", "мой", "заказ"}},
		"contacts and mentions":  {"mail ana@example.com or https://example.com @shop ok", []string{"mail", "", "or", "", "", "ok"}},
		"emoji and smileys":      {"late 😡 again :(", []string{"late", "😡", "again", "🙁"}},
		"hashtag":                {"#fail", []string{"fail"}},
		"not UTF-8":              {"a\xffb", []string{"a", "b"}},
		"nothing":                {" \t\n", nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := texts(words.Split(c.text)); !slices.Equal(got, c.want) {
				t.Errorf("%q: %q, want %q", c.text, got, c.want)
			}
		})
	}
}

func TestWhatFoldingWouldLose(t *testing.T) {
	t.Parallel()
	got := words.Split("WHERE is it?! Größe. Ok 1001")
	if !got.Words[0].Upper || got.Words[1].Upper {
		t.Error("capitals of the words are lost")
	}
	if got.Capitals != 7 || got.Bangs != 1 || got.Asks != 1 {
		t.Errorf("%d capitals, %d bangs, %d asks", got.Capitals, got.Bangs, got.Asks)
	}
	if string(got.Marks) != "öß" {
		t.Errorf("marks %q", string(got.Marks))
	}
	opens := []bool{true, false, false, true, true, false}
	for i, w := range got.Words {
		if w.Opens != opens[i] {
			t.Errorf("%q opens a sentence: %v", w.Text, w.Opens)
		}
	}
	if got.Words[5].Kind != words.Number || got.Count() != 6 {
		t.Errorf("%+v, %d words", got.Words[5], got.Count())
	}
}

func TestSplitTakesTimeInProportion(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]string{"words": "where is my order ", "one word": "a", "ats": "@", "apostrophes": "'", "colons": ":"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			long := strings.Repeat(s, 1<<20/len(s))
			began := time.Now()
			got := words.Split(long)
			if took := time.Since(began); took > time.Second {
				t.Errorf("a megabyte took %v", took)
			}
			if len(got.Words) > words.Max {
				t.Errorf("%d words of %d bytes", len(got.Words), words.Max)
			}
		})
	}
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{"", "it's", "'", "a@b", "@", "http://", ":-)", "\xff", "aaaa", "оrder", "𝐨", "e\u0301", "1a2", "..", "l'", "\u202e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := words.Split(text)
		for _, w := range got.Words {
			if !utf8.ValidString(w.Text) {
				t.Fatalf("%q is not UTF-8", w.Text)
			}
			if w.Kind == words.Letters && (w.Text == "" || strings.ToLower(w.Text) != w.Text) {
				t.Fatalf("%q is no folded word", w.Text)
			}
		}
	})
}
