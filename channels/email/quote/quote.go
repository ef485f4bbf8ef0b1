// Package quote knows which words of a mail its writer wrote now: it tells them from
// the mails quoted beside them, in the ways of many clients and languages, and from
// signatures, "Sent from my iPhone" and disclaimers.
//
// Words that stand between quoted lines are kept with what they answer. What may be
// either is kept: to lose a customer's words is worse than to read old ones again.
// A mail that is passed on is what its writer sends now, and is kept, too; Parts
// tells where it begins.
package quote

import "strings"

// Parts are what a mail's text consists of, each without blank lines around it.
type Parts struct {
	// Reply is what the writer wrote or passed on now. Quoted lines that are kept
	// with their answers begin with ">".
	Reply string
	// Forwarded is the end of Reply that somebody else had written, empty unless a
	// mail was passed on.
	Forwarded string
	// Quoted is what stood in earlier mails, with the lines that announce it.
	Quoted string
	// Signature is the signature, what the client adds of its own, and disclaimers.
	Signature string
}

// maxText is how much of a text is looked at, in bytes. Nobody writes as much; what
// lies beyond is a mail's history.
const maxText = 256 << 10

// Text takes a plain text body apart.
func Text(s string) Parts { return split(linesOf(clipped(s))) }

// HTML takes an HTML body apart. Markup that cannot be read is left out; what is
// hidden from the reader's eye is, too.
func HTML(s string) Parts { return split(linesOfHTML(clipped(s))) }

// PlainText is what a reader sees of an HTML body, with quoted lines marked by ">".
func PlainText(s string) string {
	lines := linesOfHTML(clipped(s))
	return joined(lines, func(int) bool { return true })
}

func clipped(s string) string {
	if len(s) > maxText {
		s = s[:maxText]
	}
	return strings.ToValidUTF8(s, "\ufffd")
}

// role is what a line is.
type role uint8

const (
	own       role = iota
	forwarded      // own, but somebody else's words
	quoted
	signature
)

// line is one line of a body.
type line struct {
	text string // without its quote marks, and blanks at its end
	// bar is how deep it is quoted: by ">" in a text, by <blockquote> in HTML.
	bar int
	// markup is true if it is quoted by markup, which only clients write.
	markup bool
	// code is true within ``` ```, where nothing is what it seems.
	code bool
	// signed is true if the client marks it as its signature.
	signed bool
	raw    string // with its quote marks
}

func (l line) blank() bool { return l.text == "" }

// unseen takes away what nobody sees, and brings line ends and blanks into one form.
var unseen = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u00a0", " ", "\u200b", "", "\u200e", "", "\u200f", "", "\ufeff", "",
	"\u202a", "", "\u202b", "", "\u202c", "", "\u202d", "", "\u202e", "", "\u2066", "", "\u2067", "", "\u2068", "", "\u2069", "")

// linesOf are the lines of a plain text.
func linesOf(s string) []line {
	if strings.IndexFunc(s, func(r rune) bool { return r >= '\u00a0' }) >= 0 || strings.Count(s, "\r") != strings.Count(s, "\r\n") {
		s = unseen.Replace(s)
	}
	lines := make([]line, 0, 2+strings.Count(s, "\n"))
	code := false
	for raw := range strings.SplitSeq(s, "\n") {
		raw = strings.TrimRight(raw, " \t\f\v\r")
		l := line{raw: raw, code: code}
		l.text, l.bar = unbarred(raw)
		if l.bar == 0 && strings.HasPrefix(strings.TrimSpace(raw), "```") {
			l.code, code = true, !code
		}
		before, from := broken(l)
		if before.text != "" {
			lines = append(lines, before)
		}
		lines = append(lines, from)
	}
	if code { // a fence that nothing closes is none
		for i := range lines {
			lines[i].code = false
		}
	}
	return lines
}

// unbarred is a line without its quote marks, and how many they were.
func unbarred(s string) (string, int) {
	n := 0
	t := strings.TrimLeft(s, " \t")
	for strings.HasPrefix(t, ">") {
		n++
		t = strings.TrimLeft(t[1:], " \t")
	}
	if n == 0 {
		return s, 0
	}
	return t, n
}

// joined are the lines that are wanted, without blank ones around them.
func joined(lines []line, want func(int) bool) string {
	var b strings.Builder
	size, gap := 0, 0
	for i, l := range lines {
		if want(i) {
			size += len(l.raw) + 1
		}
	}
	b.Grow(size)
	for i, l := range lines {
		switch {
		case !want(i):
		case l.blank() && l.bar == 0:
			gap++
		default:
			if b.Len() > 0 {
				b.WriteString(strings.Repeat("\n", min(gap, 2)+1))
			}
			gap = 0
			b.WriteString(l.raw)
		}
	}
	return strings.TrimSpace(b.String())
}
