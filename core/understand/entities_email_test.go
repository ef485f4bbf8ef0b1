package understand

import (
	"slices"
	"testing"

	"wismo/core/shop"
)

// values are the canonical values of type typ in text.
func values(text string, h Hint, typ EntityType) []string {
	var out []string
	for _, e := range entities(text, h) {
		if e.Type == typ {
			out = append(out, e.Value)
		}
	}
	return out
}

func TestEmails(t *testing.T) {
	t.Parallel()
	one := []string{"ana@example.com"}
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"plain", "ana@example.com", one},
		{"capitals", "ANA@EXAMPLE.COM", one},
		{"end of a sentence", "it is ana@example.com.", one},
		{"next sentence leans on it", "ana@example.com.Please hurry", one},
		{"a domain that goes on", "ana@example.com.au", []string{"ana@example.com.au"}},
		{"in brackets", "(ana@example.com)", one},
		{"in angle brackets", "Ana <ana@example.com>", one},
		{"quoted", `"ana@example.com"`, one},
		{"after a colon", "email:ana@example.com", one},
		{"after an equals sign", "mail=ana@example.com&x=1", one},
		{"two", "ana@example.com,bo@example.com", []string{"ana@example.com", "bo@example.com"}},
		{"tag and dots", "ana.b+shop@example.com", []string{"ana.b+shop@example.com"}},
		{"emoji beside it", "📧ana@example.com📧", one},
		{"umlaut domain", "ana@bücher.example", []string{"ana@xn--bcher-kva.example"}},
		{"accent before the at", "rui.sá@example.pt", []string{"rui.sá@example.pt"}},
		{"full-width at", "ana＠example.com", one},
		{"zero-width space within", "a\u200bna@exa\u200bmple.com", one},
		{"marks of direction around", "\u200eana@example.com\u200e", one},
		{"marks of direction after", "ana@example.com\u200f ok", one},
		{"soft hyphen", "ana@exam\u00adple.com", one},
		{"homoglyph before the at stays", "an\u0430@example.com", []string{"an\u0430@example.com"}},
		{"homoglyph in the domain shows", "ana@ex\u0430mple.com", []string{"ana@xn--exmple-4nf.com"}},
		{"override within", "an\u202ea@example.com", nil},
		{"joiner in the domain", "ana@exam\u200dple.com", nil},
		{"joiner before the end", "ana@example.co\u200dm", nil},
		{"broken byte", "an\xffa@example.com", nil},
		{"exclamation mark", "an!a@example.com", nil},
		{"two ats", "ana@example.com@example.org", nil},
		{"doubled at", "ana@@example.com", nil},
		{"no domain", "ana@", nil},
		{"no top level", "ana@example", nil},
		{"nothing before", "@example.com", nil},
		{"underscore domain", "ana@exam_ple.com", nil},
		{"blanks around the at", "ana @ example.com", one},
		{"blank before the at", "my mail: ana @example.com", one},
		{"blank after the at", "ana@ example.com", one},
		{"blanks and a name before", "Ana Lopez @ example.com", nil},
		{"blanks around the dot", "email is ana @ example . com", one},
		{"spelt with at and dot", "my email is ana at example dot com", one},
		{"spelt and nothing else", "ana at example dot com", one},
		{"spelt after a number", "1001, my mail ana at example dot com", one},
		{"at in brackets", "ana (at) example.com", one},
		{"both in brackets", "ana [at] example [dot] com", one},
		{"no blanks around brackets", "ana(at)example(dot)com", one},
		{"dots before the at", "mail: ana dot b at example dot com", []string{"ana.b@example.com"}},
		{"German", "meine mail ist ana at example punkt com", one},
		{"French", "mon mail est ana arobase example point com", one},
		{"Spanish", "mi correo es ana arroba example punto com", one},
		{"Italian", "la mia mail è ana chiocciola example punto com", one},
		{"Dutch", "mijn mail is ana apenstaartje example punt com", one},
		{"Portuguese", "o meu email é ana arroba example ponto com", one},
		{"a shop spelt out", "I ordered at example dot com", nil},
		{"a shop", "I ordered at example.com", nil},
		{"no such ending", "my email is ana at the dot", nil},
		{"a point in French", "un point à voir", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := Hint{Format: shop.Defaults().Orders, Region: "US"}
			if got := values(tt.text, h, Email); !slices.Equal(got, tt.want) {
				t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

// TestAskedForEmail holds that a bare spelt-out address counts when asked for.
func TestAskedForEmail(t *testing.T) {
	t.Parallel()
	h := Hint{Format: shop.Defaults().Orders, Region: "US", Awaiting: Email}
	if got := values("ana at example dot com thanks", h, Email); !slices.Equal(got, []string{"ana@example.com"}) {
		t.Errorf("got %q", got)
	}
	if got := values("ana at example dot com thanks", Hint{Format: h.Format, Region: "US"}, Email); got != nil {
		t.Errorf("not asked for, and got %q", got)
	}
}
