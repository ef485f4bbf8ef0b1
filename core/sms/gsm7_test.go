package sms

import (
	"testing"
	"unicode/utf8"
)

// The default alphabet has 128 codes, one of which is the escape.
func TestAlphabetIsComplete(t *testing.T) {
	t.Parallel()
	if n := utf8.RuneCountInString(basic); n != 127 {
		t.Errorf("%d characters, want 127", n)
	}
	seen := make(map[rune]bool)
	for _, r := range basic + extension {
		if seen[r] {
			t.Errorf("%q stands twice", r)
		}
		seen[r] = true
		if septets(r) == 0 {
			t.Errorf("septets(%q) = 0", r)
		}
	}
	one := 0
	for r := rune(0); r < 0x3000; r++ {
		if septets(r) == 1 {
			one++
		}
	}
	if one != 127 {
		t.Errorf("%d characters take one septet, want 127", one)
	}
}
