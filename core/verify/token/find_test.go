package token_test

import (
	"strings"
	"testing"

	"wismo/core/verify/token"
)

const jwt = "eyJhbGciOiJIUzI1NiIsImtpZCI6ImEifQ.eyJpc3MiOiJ3aXNtbyJ9.c2lnbmF0dXJl-_0"

func TestFind(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, token, rest string }{
		"nothing":                    {"where is my order #1001?", "", "where is my order #1001?"},
		"alone":                      {jwt, jwt, ""},
		"behind a question":          {"Where is my order? " + jwt, jwt, "Where is my order?"},
		"before a question":          {jwt + " where is it", jwt, "where is it"},
		"in the middle":              {"my order " + jwt + " please", jwt, "my order please"},
		"on a line of its own":       {"Where is my order?\n\n" + jwt + "\n-- \nAna", jwt, "Where is my order?\n\n\n-- \nAna"},
		"at the end of a sentence":   {"it is " + jwt + ".", jwt, "it is ."},
		"in brackets":                {"(" + jwt + ")", jwt, "()"},
		"in a link":                  {"https://example.com/track?t=" + jwt + "&lang=en", jwt, "https://example.com/track?t=&lang=en"},
		"in a link to WhatsApp":      {"https://wa.me/14155550100?text=Where%20is%20my%20order%3F%20" + jwt, jwt, "https://wa.me/14155550100?text=Where%20is%20my%20order%3F%20"},
		"unsigned":                   {"x eyJhbGciOiJub25lIn0.eyJpc3MiOiJ3aXNtbyJ9.", "eyJhbGciOiJub25lIn0.eyJpc3MiOiJ3aXNtbyJ9.", "x"},
		"only the first":             {jwt + " " + jwt, jwt, jwt},
		"two parts are none":         {"eyJhbGciOiJub25lIn0.eyJpc3MiOiJ3aXNtbyJ9", "", "eyJhbGciOiJub25lIn0.eyJpc3MiOiJ3aXNtbyJ9"},
		"words with points are none": {"eyJ.eyJ.eyJ www.example.com", "", "eyJ.eyJ.eyJ www.example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, rest, found := token.Find(c.text)
			if got != c.token || rest != c.rest || found != (c.token != "") {
				t.Errorf("found %v %q, left %q", found, got, rest)
			}
		})
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"where is #1001":                "where is #1001",
		"it: " + jwt + "!":              "it: [token]!",
		jwt + " " + jwt:                 "[token] [token]",
		"https://example.com/?t=" + jwt: "https://example.com/?t=[token]",
	} {
		if got := token.Mask(text); got != want {
			t.Errorf("%q is shown as %q", text, got)
		}
	}
}

// A text that is all but a token is read in a moment.
func TestFindIsNotSlowed(t *testing.T) {
	t.Parallel()
	for _, text := range []string{strings.Repeat("eyJ", 20<<10), strings.Repeat("eyJa.", 20<<10), strings.Repeat("eyJa.eyJ", 10<<10)} {
		if _, _, found := token.Find(text); found && !strings.Contains(text, ".") {
			t.Error("found a token without points")
		}
	}
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{"", jwt, "a " + jwt + " b", "eyJ", "eyJa.eyJb.", "\xff" + jwt + "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, rest, found := token.Find(text)
		if !found && rest != text {
			t.Fatalf("%q was changed into %q", text, rest)
		}
		if found && (!strings.Contains(text, got) || len(rest) > len(text)-len(got)) {
			t.Fatalf("%q: token %q, rest %q", text, got, rest)
		}
		if strings.Contains(token.Mask(text), got) && found {
			t.Fatalf("the token is shown: %q", token.Mask(text))
		}
	})
}
