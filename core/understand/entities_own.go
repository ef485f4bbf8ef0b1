package understand

import (
	"strings"

	"wismo/core/shop"
)

// ownFormat is how a shop's order numbers look, as the scanner compares them:
// only the letters and digits of prefix and suffix, folded.
type ownFormat struct {
	prefix, suffix string
	// short is the prefix from its first digit on, "2026" of "B2026-", empty if
	// it begins with one or has none.
	short    string
	min, max int
	// plain says that digits alone are canonical as they stand.
	plain bool
}

func ownOf(f shop.OrderFormat) ownFormat {
	o := ownFormat{prefix: alnum(f.Prefix), suffix: alnum(f.Suffix), min: f.MinDigits, max: f.MaxDigits}
	if o.min == 0 {
		o.min = 3
	}
	if o.max == 0 {
		o.max = 10
	}
	if at := strings.IndexAny(o.prefix, "0123456789"); at > 0 {
		o.short = o.prefix[at:]
	}
	o.plain = (o.prefix == "" || isLetter(o.prefix[0])) && (o.suffix == "" || isLetter(o.suffix[len(o.suffix)-1]))
	return o
}

// alnum is what is left of s in a folded text without punctuation.
func alnum(s string) string {
	if s == "" || s == "#" {
		return ""
	}
	var out strings.Builder
	f := fold(s)
	for _, c := range f.b {
		if isLetter(c) || isDigit(c) {
			out.WriteByte(c)
		}
	}
	return out.String()
}

// ownNumbers reads numbers that carry the shop's own prefix or suffix.
func (r *reader) ownNumbers() {
	if r.own.prefix == "" && r.own.suffix == "" {
		return
	}
	for i := 0; i < len(r.toks); i++ {
		if t := &r.toks[i]; t.taken || t.kind == punct {
			continue
		}
		from, to, end, ok := r.ownAt(i)
		if !ok {
			continue
		}
		j := i
		for j+1 < len(r.toks) && r.toks[j+1].a < int32(end) {
			j++
		}
		if r.anyTaken(i, j) || int(r.toks[j].b) != end || r.counted(j) || r.priced(i, j) {
			continue
		}
		r.addOrder(i, j, r.canonical(string(r.f.b[from:to])))
		i = j
	}
}

// ownAt reads one of the shop's numbers from token i on: its digits are the
// bytes from to to, its last byte is before end.
func (r *reader) ownAt(i int) (from, to, end int, ok bool) {
	b, at := r.f.b, int(r.toks[i].a)
	if from, ok = matchLoose(b, at, r.own.prefix); !ok && r.own.short != "" {
		from, ok = matchLoose(b, at, r.own.short)
		ok = ok && from < len(b) && !isDigit(b[from])
	}
	if !ok {
		return 0, 0, 0, false
	}
	if r.own.prefix != "" {
		if from = skipMarks(b, from); from < 0 {
			return 0, 0, 0, false
		}
	}
	to = from
	for to < len(b) && isDigit(b[to]) {
		to++
	}
	if n := to - from; n < r.own.min || n > r.own.max {
		return 0, 0, 0, false
	}
	if end, ok = r.ownSuffix(to); ok {
		return from, to, end, true
	}
	return from, to, to, r.own.prefix != "" && (to == len(b) || !isLetter(b[to]))
}

// ownSuffix reads the shop's suffix after the digits that end at to.
func (r *reader) ownSuffix(to int) (end int, ok bool) {
	b := r.f.b
	if r.own.suffix == "" {
		return to, false
	}
	from := skipMarks(b, to)
	if from < 0 {
		return to, false
	}
	end, ok = matchLoose(b, from, r.own.suffix)
	if !ok || end < len(b) && (isLetter(b[end]) || isDigit(b[end])) {
		return to, false
	}
	apart := from > to && !strings.ContainsAny(string(b[to:from]), "-_/.")
	return end, !apart || isUpper(r.f.text[r.f.start(int32(from))])
}

// matchLoose reads want from b[at:], over a mark or blank between its letters.
func matchLoose(b []byte, at int, want string) (end int, ok bool) {
	for k := range len(want) {
		if k > 0 {
			if next := skipMarks(b, at); next >= 0 && isDigit(want[k]) != isDigit(want[k-1]) {
				at = next
			}
		}
		if at >= len(b) || b[at] != want[k] {
			return 0, false
		}
		at++
	}
	return at, true
}

// skipMarks returns where up to three blanks and joining marks from at on end,
// -1 if there are more or nothing follows.
func skipMarks(b []byte, at int) int {
	n := at
	for n < len(b) && strings.IndexByte(" -_./#", b[n]) >= 0 {
		n++
	}
	if n == len(b) || n-at > 3 {
		return -1
	}
	return n
}
