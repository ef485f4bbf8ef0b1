package understand

import (
	"strings"
	"unicode"

	"wismo/core/understand/tracking"
)

// maxTracking is how long the longest tracking number may be.
const maxTracking = 42

// minTracking is how short the shortest is.
const minTracking = 10

// trackingNumbers reads the numbers of parcels, whole or in groups.
func (r *reader) trackingNumbers() {
	for i := 0; i < len(r.toks); i++ {
		t := &r.toks[i]
		if t.taken || t.kind == punct || t.kind == word && !r.mayBegin(i) || r.midway(i) {
			continue
		}
		if j, m := r.parcel(i); j >= 0 {
			r.addParcel(i, j, m)
			i = j
		} else if r.failed(i) {
			r.take(i, i)
		}
	}
}

// mayBegin reports whether the word at token i may be the letters with which a
// number begins. Words of speech are, if digits lean on them or if they are
// single capitals.
func (r *reader) mayBegin(i int) bool {
	t, next := &r.toks[i], r.tok(i+1)
	if t.len() > 4 || t.c == foreign {
		return false
	}
	return t.cue == 0 || r.beforeDigits(i) || t.len() == 1 && r.shouted(i) && (next.kind == number || next.len() == 1)
}

// midway reports whether token i is a later group of a row of digits. What is
// called an order number is no part of the row.
func (r *reader) midway(i int) bool {
	t, before := &r.toks[i], r.tok(i-1)
	if t.kind != number || before.kind != number || before.taken || t.line || t.len() >= minTracking {
		return false
	}
	l := r.before(i - 1)
	return l != orderLabel && l != hashed
}

// beforeDigits reports whether token i is letters set against digits.
func (r *reader) beforeDigits(i int) bool {
	next := r.tok(i + 1)
	return next.numeric() && !next.gap
}

// parcel returns the last token of the longest tracking number that begins at
// token i, -1 if none does.
func (r *reader) parcel(i int) (last int, found tracking.Match) {
	last = -1
	n, digits := 0, 0
	var label label
	for j := i; j < len(r.toks); j++ {
		t := &r.toks[j]
		if t.taken || t.line && j > i || n+t.len() > maxTracking || !r.goesOn(i, j) {
			break
		}
		n += r.copyUpper(n, t)
		digits += int(t.digits)
		if n < minTracking || digits < 7 && (j > i || n < 15 || digits < 3) || t.kind == punct {
			continue
		}
		m, ok := tracking.Identify(string(r.buf[:n]))
		if !ok {
			continue
		}
		if label == noLabel {
			label = r.labelled(i, j)
		}
		if label == parcelLabel && (m.Checked || m.Telling) && !r.trunk(i, j) {
			label = trackLabel
		}
		if r.believed(i, j, m, label, digits, n) {
			last, found = j, m
		}
	}
	return last, found
}

// goesOn reports whether token j may belong to a number that begins at i.
func (r *reader) goesOn(i, j int) bool {
	t := &r.toks[j]
	if j == i {
		return true
	}
	switch t.kind {
	case punct:
		return t.c == '-' && (!t.gap || r.singles(i, j)) && r.tok(j+1).gap == t.gap && r.tok(j+1).kind == number && r.tok(j+1).len() == 1
	case word:
		if t.c == foreign || t.len() > 2 || t.gap && t.cue != 0 && t.len() > 1 {
			return false
		}
		_, all := r.upper(t)
		return all || !t.gap || t.len() == 1 && r.tok(j-1).len() == 1
	}
	return true
}

func (r *reader) copyUpper(n int, t *token) int {
	for k, c := range r.bytes(t) {
		if isLetter(c) {
			c -= 'a' - 'A'
		}
		r.buf[n+k] = c
	}
	return t.len()
}

// believed reports whether a number that fits a format is one. Digits alone may
// be a phone, and letters with digits anything; so the less a format says, the
// more the text must.
func (r *reader) believed(i, j int, m tracking.Match, l label, digits, n int) bool {
	whole := i == j
	if r.tok(i-1).is('+') && !m.Telling {
		return false
	}
	if l == otherLabel || l == phoneLabel || l == orderLabel && (digits >= r.own.min && digits <= r.own.max || !m.Checked && !m.Telling) {
		return false
	}
	if !whole && r.toks[i].kind == number && l != trackLabel && (l != noLabel && l != someNumber || !m.Telling && !r.regular(i, j)) {
		return false
	}
	switch {
	case m.Service == "dhl_ecommerce":
		return digits*2 >= n && (whole || l == trackLabel || r.numbersFrom(i+1, j))
	case m.Telling && m.Checked:
		return whole || digits < n || r.ends(i, j)
	case m.Telling:
		return whole || l == trackLabel || r.shouted(i) && r.ends(i, j) && (r.tok(i).len() > 1 || r.tok(i+1).len() == 1)
	case n <= 11:
		return r.believedShort(i, j, l, whole)
	}
	return r.ends(i, j) && (whole || m.Checked || l == trackLabel) && !r.after07(i, j, l)
}

// regular reports whether the digits from token i to j are in groups of one
// length, but for the last; or all there is in the text.
func (r *reader) regular(i, j int) bool {
	for k := i; k < j; k++ {
		if r.toks[k].len() != r.toks[i].len() {
			return r.onlyDigits(i, j)
		}
	}
	return r.toks[j].len() <= r.toks[i].len() || r.onlyDigits(i, j)
}

// trunk reports whether the tokens i to j are a phone number that begins with a
// zero, as none of the short tracking numbers need do.
func (r *reader) trunk(i, j int) bool {
	if !r.startsWith(i, "0") {
		return false
	}
	_, phone := r.national(i, j)
	return phone
}

// onlyDigits reports whether the tokens i to j are all there is, and no order
// number with a phone number after it.
func (r *reader) onlyDigits(i, j int) bool {
	if !r.eitherOr(i, j) {
		return false
	}
	if r.toks[i].len() < 3 {
		return true
	}
	if _, phone := r.national(i+1, j); phone {
		return false
	}
	rest := 0
	for k := i + 1; k <= j; k++ {
		rest += r.toks[k].len()
	}
	from := r.toks[i].len()
	m, ok := tracking.Identify(string(r.buf[from : from+rest]))
	return !ok || !m.Checked
}

// believedShort is believed for ten or eleven digits, as phones have as well.
func (r *reader) believedShort(i, j int, l label, whole bool) bool {
	if l == trackLabel {
		return true
	}
	if before := r.tok(i - 1); before.is('+') || before.is('(') || !whole && !r.singles(i, j) {
		return false
	}
	if r.tok(i).len() >= 10 && r.hint.Awaiting == OrderNumber && r.own.min >= 9 {
		return false
	}
	_, phone := r.national(i, j)
	return !phone || r.eitherOr(i, j)
}

// eitherOr reports whether the tokens i to j are all there is, so that nothing
// tells a phone number from a tracking number.
func (r *reader) eitherOr(i, j int) bool {
	return i == 0 && j == len(r.toks)-1 && r.hint.Awaiting != Phone && r.hint.Awaiting != Email
}

// after07 holds for groups of digits that begin as a national phone number
// does, where nothing says that a parcel is meant.
func (r *reader) after07(i, j int, l label) bool {
	t := &r.toks[i]
	n := 0
	for k := i; k <= j; k++ {
		n += r.toks[k].len()
	}
	return n <= 12 && l != trackLabel && r.toks[j].kind == number && r.f.b[t.a] == '0' && t.len() >= 3 && t.len() <= 6
}

// numbersFrom reports whether the tokens i to j are digits only.
func (r *reader) numbersFrom(i, j int) bool {
	for ; i <= j; i++ {
		if r.toks[i].kind != number {
			return false
		}
	}
	return true
}

// shouted reports whether token i is in capitals.
func (r *reader) shouted(i int) bool {
	return strings.IndexFunc(r.original(i, i), unicode.IsLower) < 0
}

// singles reports whether the tokens i to j are one character each.
func (r *reader) singles(i, j int) bool {
	for ; i <= j; i++ {
		if r.toks[i].len() != 1 {
			return false
		}
	}
	return true
}

// ends reports whether no more digits stand directly before token i or after j,
// so that the number is not cut out of a longer one.
func (r *reader) ends(i, j int) bool {
	before, after := r.tok(i-1), r.tok(j+1)
	return (r.toks[i].kind != number || before.kind != number || before.taken || r.toks[i].line || i == j || r.before(i-1) == orderLabel) && (after.kind != number || after.line || i == j)
}

// addParcel reports a tracking number. Digits that are as well a phone number,
// and all there is, are reported as both: nobody can tell.
func (r *reader) addParcel(i, j int, m tracking.Match) {
	n := 0
	for k := i; k <= j; k++ {
		n += r.copyUpper(n, &r.toks[k])
	}
	if !m.Telling && n <= 11 && r.eitherOr(i, j) {
		if e164, ok := r.national(i, j); ok {
			r.add(Phone, i, j, e164)
		}
	}
	r.add(TrackingNumber, i, j, string(r.buf[:n]))
}

// failed reports whether token i is formed as a tracking number that its check
// digit refuses, so that it must not be taken for anything else.
func (r *reader) failed(i int) bool {
	t := &r.toks[i]
	if t.kind != mixed || t.digits < 7 {
		return false
	}
	w := r.bytes(t)
	if len(w) == 18 && w[0] == '1' && w[1] == 'z' {
		return true
	}
	return len(w) == 13 && t.digits == 9 && isLetter(w[0]) && isLetter(w[1]) && isLetter(w[11]) && isLetter(w[12])
}
