package sms

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Plain writes typographic characters as a typewriter would: straight quotes,
// hyphens for dashes, three dots for an ellipsis, ordinary spaces, nothing for
// what has no width. Letters and emoji stay as they are, and letters written
// with a combining accent are put together, since é is in the GSM alphabet and
// e with U+0301 is not. The joiners that emoji and some scripts are made with
// are taken out only where the text would fit GSM-7 without them.
func Plain(text string) string {
	s := norm.NFC.String(strings.ToValidUTF8(text, "\uFFFD"))
	s = norm.NFC.String(typographic.Replace(dropControls(s)))
	if Count(s).Encoding == GSM7 {
		return s
	}
	if bare := unaccented(strings.Map(dropJoiner, s)); Count(bare).Encoding == GSM7 {
		return bare
	}
	return s
}

// unaccented writes the letters that GSM-7 lacks without their marks: é stays,
// ê becomes e. Readers of every language that this touches know it from their
// own texting; a text that is sent as UCS-2 anyway is left alone.
func unaccented(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case Count(string(r)).Encoding == GSM7:
			b.WriteRune(r)
		case r == 'œ' || r == 'Œ':
			b.WriteString("oe")
		default:
			b.WriteString(strings.Map(dropMark, norm.NFD.String(string(r))))
		}
	}
	return b.String()
}

func dropMark(r rune) rune {
	if unicode.Is(unicode.Mn, r) {
		return -1
	}
	return r
}

// typographic lists what is written plainly, by what it becomes.
var typographic = strings.NewReplacer(
	// quotes and primes
	"‘", "'", "’", "'", "‚", "'", "‛", "'", "′", "'", "‹", "'", "›", "'", "`", "'", "´", "'", "ʼ", "'",
	"“", "\"", "”", "\"", "„", "\"", "‟", "\"", "″", "\"", "«", "\"", "»", "\"",
	// dashes, and the minus
	"‐", "-", "‑", "-", "‒", "-", "–", "-", "—", "-", "―", "-", "−", "-", "⁃", "-", "•", "-", "·", "-", "‧", "-",
	// dots, slashes, tildes, arrows
	"…", "...", "․", ".", "‥", "..", "⁄", "/", "∕", "/", "∼", "~", "→", "->", "←", "<-", "⇒", "=>", "×", "x",
	// ligatures and marks
	"ﬀ", "ff", "ﬁ", "fi", "ﬂ", "fl", "ﬃ", "ffi", "ﬄ", "ffl", "™", "(TM)", "®", "(R)", "©", "(C)", "№", "No.",
	// spaces of every width, line and paragraph separators
	"\u00a0", " ", "\u1680", " ", "\u2000", " ", "\u2001", " ", "\u2002", " ", "\u2003", " ", "\u2004", " ",
	"\u2005", " ", "\u2006", " ", "\u2007", " ", "\u2008", " ", "\u2009", " ", "\u200a", " ", "\u202f", " ",
	"\u205f", " ", "\u3000", " ", "\t", " ", "\v", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n",
	// no width: soft hyphen, zero-width space, word joiner, byte order
	// mark, and the marks that steer direction
	"\u00ad", "", "\u200b", "", "\u2060", "", "\ufeff", "", "\u200e", "", "\u200f", "",
	"\u202a", "", "\u202b", "", "\u202c", "", "\u202d", "", "\u202e", "",
	"\u2066", "", "\u2067", "", "\u2068", "", "\u2069", "",
)

// dropControls takes out C0 controls and DEL, except those that end lines, tab
// and form feed.
func dropControls(s string) string {
	return strings.Map(func(r rune) rune {
		if r == 0x7f || r < ' ' && !strings.ContainsRune("\n\r\t\v\f", r) {
			return -1
		}
		return r
	}, s)
}

// dropJoiner takes out U+200C, U+200D and the variation selectors.
func dropJoiner(r rune) rune {
	if r == '\u200c' || r == '\u200d' || r >= '\ufe00' && r <= '\ufe0f' {
		return -1
	}
	return r
}
