package understand

import (
	"bytes"
	"strings"

	"wismo/core/message"
)

// spokenAt reports whether a text may spell an address out.
func spokenAt(b []byte) bool {
	for _, w := range [...]string{"dot", "punkt", "point", "punto", "ponto", "punt", "(at", "[at", "{at", "arroba", "chiocc", "apenst"} {
		if bytes.Contains(b, []byte(w)) {
			return true
		}
	}
	return false
}

// isDot reports whether token i says ".", and how many tokens it takes:
// "dot", "(punkt)".
func (r *reader) isDot(i int) int { return r.said(i, dotWords) }

// isAt reports whether token i says "@", and whether by a word that says
// nothing else.
func (r *reader) isAt(i int) (n int, sure bool) {
	if n = r.said(i, surelyAt); n > 0 {
		return n, true
	}
	if n = r.said(i, " at ät "); n > 0 {
		return n, n == 3
	}
	return 0, false
}

const (
	dotWords = " dot punkt point punto ponto punt "
	surelyAt = " arroba arobase arobas chiocciola chiocciolina apenstaartje apestaartje klammeraffe "
)

// said reports whether token i, bare or in brackets, is one of words: how many
// tokens it takes, 0 if it is none.
func (r *reader) said(i int, list string) int {
	t, n := r.tok(i), 1
	if t.is('(') || t.is('[') || t.is('{') {
		t, n = r.tok(i+1), 3
		if end := r.tok(i + 2); !end.is(')') && !end.is(']') && !end.is('}') {
			return 0
		}
	}
	if t.kind != word || t.c == foreign || t.taken {
		return 0
	}
	for list = list[1:]; list != ""; {
		w, rest, _ := strings.Cut(list, " ")
		if w == string(r.bytes(t)) {
			return n
		}
		list = rest
	}
	return 0
}

// spokenEmails reads addresses that are spelt out: "ana at example dot com".
func (r *reader) spokenEmails() {
	for i, n := 0, 0; i < len(r.toks) && n < maxAts; i++ {
		width, sure := r.isAt(i)
		if width == 0 {
			continue
		}
		n++
		r.spokenEmail(i, width, sure)
	}
}

// spacedEmail reads an address with blanks around its "@" or dots. text[at:after]
// is the "@".
func (r *reader) spacedEmail(at, after int) {
	for i := range r.toks {
		if t := &r.toks[i]; t.is('@') && r.f.start(t.a) == at {
			if r.tok(i+1).gap || t.gap {
				r.spokenEmail(i, 1, true)
			}
			return
		}
	}
}

// spokenEmail reads the address around the "@" that stands at token i and is
// width tokens wide. If sure is false it may be the mere word "at", and
// something must say that an address is meant.
func (r *reader) spokenEmail(i, width int, sure bool) {
	first := r.localBefore(i - 1)
	last, dots := r.domainAfter(i + width)
	if first < 0 || last < 0 || r.anyTaken(first, last) {
		return
	}
	asked := r.announced(first) || r.hint.Awaiting == Email && first == 0
	if !sure && (dots == 0 || !asked && !(first == 0 && r.mailAfter(last))) || !asked && !r.alone(first) {
		return
	}
	value, ok := message.CanonicalEmail(r.spell(first, i) + "@" + r.spell(i+width, last+1))
	if !ok || !delegated(value[strings.IndexByte(value, '@')+1:]) {
		return
	}
	r.add(Email, first, last, value)
}

// localBefore returns the first token of the part that ends before the "@" with
// token i, -1 if there is none.
func (r *reader) localBefore(i int) int {
	if !r.plain(i) {
		return -1
	}
	for {
		switch {
		case r.joins(i-1) && r.plain(i-2) && !r.toks[i].gap && !r.toks[i-1].gap:
			i -= 2
		case r.isDot(i-1) == 1 && r.plain(i-2):
			i -= 2
		default:
			return i
		}
	}
}

// plain reports whether token i is letters or digits of ASCII.
func (r *reader) plain(i int) bool {
	t := r.tok(i)
	if t == &r.none || t.kind == punct || t.c == foreign {
		return false
	}
	for _, c := range []byte(r.original(i, i)) {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// joins reports whether token i is a mark that joins the parts of an address.
func (r *reader) joins(i int) bool {
	t := r.tok(i)
	return t.is('.') || t.is('_') || t.is('-') || t.is('+')
}

// domainAfter returns the last token of the domain that begins at token i, -1
// if there is none, and how many of its dots are words.
func (r *reader) domainAfter(i int) (last, dots int) {
	if !r.plain(i) {
		return -1, 0
	}
	parts := 1
	for {
		n := r.isDot(i + 1)
		switch {
		case n > 0 && r.plain(i+1+n):
			i += 1 + n
			dots++
			parts++
		case r.tok(i+1).is('.') && r.plain(i+2) && (!r.tok(i+2).gap || r.tok(i+1).gap):
			i += 2
			parts++
		case r.tok(i+1).is('-') && !r.tok(i+1).gap && !r.tok(i+2).gap && r.plain(i+2):
			i += 2
		case parts == 1:
			return -1, 0
		default:
			return i, dots
		}
	}
}

// announced reports whether the words before token i say that an address comes:
// "my e-mail is".
func (r *reader) announced(i int) bool {
	for k := i - 1; k >= 0 && k >= i-4; k-- {
		switch t := &r.toks[k]; {
		case t.has(cMail):
			return true
		case t.has(cFill), t.is(':'), t.is('='), t.is('-'), t.is('\''):
		default:
			return false
		}
	}
	return false
}

// alone reports whether token i is set off from what stands before it, so that
// no word there can be a part of the same name.
func (r *reader) alone(i int) bool {
	before := r.tok(i - 1)
	return before == &r.none || before.kind == punct && !r.joins(i-1) || before.kind == number || before.has(cFill|cMail)
}

// mailAfter reports whether the words after token i call it an address.
func (r *reader) mailAfter(i int) bool {
	if i == len(r.toks)-1 {
		return r.hint.Awaiting != OrderNumber || len(r.toks) <= 7
	}
	return r.tok(i+1).word(cIs) && (r.tok(i+2).has(cMail) || r.tok(i+2).has(cFill) && r.tok(i+3).has(cMail))
}

// spell writes the tokens from i to before j as they are meant.
func (r *reader) spell(i, j int) string {
	var s strings.Builder
	for i < j {
		if n := r.isDot(i); n > 0 {
			s.WriteByte('.')
			i += n
			continue
		}
		s.Write(r.bytes(&r.toks[i]))
		i++
	}
	return s.String()
}
