package understand

import (
	"bytes"

	"github.com/nyaruka/phonenumbers"
)

const (
	// minPhone and maxPhone bound the digits of a phone number (E.164 allows
	// fifteen after the "+").
	minPhone, maxPhone = 7, 15
	// maxGroups bounds the groups in which it is written.
	maxGroups = 15
)

// phones reads phone numbers.
func (r *reader) phones() {
	for i := 0; i < len(r.toks); i++ {
		if t := &r.toks[i]; t.free() && t.kind == number {
			if j := r.phone(i); j > i {
				i = j
			}
		}
	}
}

// phone reads the number that begins with the digits at token i, and returns
// its last token, i if there is none.
func (r *reader) phone(i int) int {
	var ends [maxGroups]int
	groups, digits := 0, 0
	for j := i; j < len(r.toks) && groups < maxGroups; {
		t := &r.toks[j]
		if digits += int(t.digits); digits > maxPhone+2 {
			break
		}
		ends[groups] = j
		groups++
		if j = r.nextGroup(j); j < 0 {
			break
		}
	}
	first := r.plus(i)
	if first == i && r.inRow(i) {
		return i
	}
	for n := groups; n > 0; n-- {
		j := ends[n-1]
		if value, ok := r.phoneAt(first, i, j, n); ok {
			if value != "" {
				r.add(Phone, first, j, value)
			} else {
				r.take(i, j)
			}
			return j
		}
	}
	return i
}

// inRow reports whether the digits at token i go on a row of them, so that a
// phone number would be cut out of something longer. One number of another
// length may stand before it: "1001 415 555 0101".
func (r *reader) inRow(i int) bool {
	t, before := &r.toks[i], r.tok(i-1)
	if t.line || before.kind != number || before.taken {
		return false
	}
	if l := r.before(i - 1); l == orderLabel || l == hashed {
		return false
	}
	next := r.tok(i + 1)
	same := before.len() == t.len() && next.kind == number && next.len() == t.len() && !r.startsWith(i, "00")
	return same || before.len() < 3 || r.tok(i-2).kind == number && !before.line
}

// nextGroup returns the digits that go on a phone number after token j, -1 if
// there are none.
func (r *reader) nextGroup(j int) int {
	for k := j + 1; k <= j+3 && k < len(r.toks); k++ {
		t := &r.toks[k]
		switch {
		case t.taken, t.line:
			return -1
		case t.kind == number:
			return k
		case !t.is('-') && !t.is('.') && !t.is('/') && !t.is('(') && !t.is(')'):
			return -1
		}
	}
	return -1
}

// plus returns the token with which a number at i begins: a "+" or "(" may
// stand before its digits.
func (r *reader) plus(i int) int {
	for i > 0 && !r.toks[i].gap && (r.toks[i-1].is('+') || r.toks[i-1].is('(')) && r.toks[i-1].free() {
		i--
	}
	return i
}

// phoneAt judges the tokens first to j, digits from token i on, in so many
// groups. ok without a value is a number that is called a phone and is none.
func (r *reader) phoneAt(first, i, j, groups int) (value string, ok bool) {
	digits := 0
	for k := i; k <= j; k++ {
		digits += int(r.toks[k].digits)
	}
	if digits < minPhone || digits > maxPhone+2 {
		return "", false
	}
	if first < i && r.toks[first].is('+') || r.abroad(i, j, groups, digits) {
		return r.international(first, j)
	}
	l := r.labelled(first, j)
	if l == orderLabel && !r.structured(i, j, groups, digits) || l == otherLabel || l == trackLabel && groups == 1 {
		return "", false
	}
	if value, ok = r.national(i, j); ok {
		return value, true
	}
	if l != phoneLabel && !(l == someNumber && groups >= 3 && !r.singles(i, j) && digits >= 9) {
		return "", false
	}
	value, ok = e164(r.asPhone(first, j), r.hint.Region)
	return value, ok || groups == 1
}

// abroad reports whether digits begin with the prefix for abroad, "0044 7700".
// One row of digits that is called an order number does not.
func (r *reader) abroad(i, j, groups, digits int) bool {
	if !r.startsWith(i, "00") || digits < 10 || r.toks[i].len() < 4 {
		return false
	}
	return groups > 1 || r.before(i) != orderLabel && r.before(i) != hashed
}

// structured reports whether groups of digits are written as a phone is, so
// that they are none of an order's even where one is named.
func (r *reader) structured(i, j, groups, digits int) bool {
	if groups < 3 || r.singles(i, j) {
		return false
	}
	return digits >= 9 && (r.startsWith(i, "0") || r.toks[i].len() == 3 && r.toks[j].len() == 4)
}

func (r *reader) startsWith(i int, s string) bool {
	return bytes.HasPrefix(r.bytes(&r.toks[i]), []byte(s))
}

// asPhone is what stands from token i to j, folded.
func (r *reader) asPhone(i, j int) string { return string(r.f.b[r.toks[i].a:r.toks[j].b]) }

// international reads a number with its country code.
func (r *reader) international(i, j int) (string, bool) {
	raw := r.asPhone(i, j)
	if r.startsWith(i, "00") {
		raw = "+" + raw[2:]
	}
	for raw[0] == '(' {
		raw = raw[1:]
	}
	v, ok := e164(raw, r.hint.Region)
	return v, ok && len(v) >= 9
}

// national reads a number without its country code, if it is written as those
// of the region are.
func (r *reader) national(i, j int) (e164 string, ok bool) {
	var buf [maxPhone + 2]byte
	digits := buf[:0]
	for k := i; k <= j; k++ {
		if t := &r.toks[k]; t.kind == number {
			if len(digits)+t.len() > len(buf) {
				return "", false
			}
			digits = append(digits, r.bytes(t)...)
		}
	}
	switch r.hint.Region {
	case "US", "CA", "PR":
		return northAmerican(digits)
	}
	return r.elsewhere(digits)
}

// northAmerican reads ten digits, or eleven that begin with 1, in which area
// and exchange begin as they must.
func northAmerican(d []byte) (string, bool) {
	if len(d) == 11 && d[0] == '1' {
		d = d[1:]
	}
	if len(d) != 10 || d[0] < '2' || d[3] < '2' {
		return "", false
	}
	return "+1" + string(d), true
}

// elsewhere reads digits in the region: with its trunk prefix if it has one,
// else as a number that is in use.
func (r *reader) elsewhere(digits []byte) (string, bool) {
	if len(digits) < 8 || len(digits) > 12 {
		return "", false
	}
	trunk := phonenumbers.GetNddPrefixForRegion(r.hint.Region, true) == "0"
	if trunk && digits[0] == '0' {
		if len(digits) < 9 || digits[1] == '0' && r.hint.Region != "NL" {
			return "", false
		}
		return e164(string(digits), r.hint.Region)
	}
	n, err := phonenumbers.Parse(string(digits), r.hint.Region)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return "", false
	}
	if trunk && (len(digits) < 10 || phonenumbers.GetNumberType(n) != phonenumbers.MOBILE) {
		return "", false
	}
	return e164(string(digits), r.hint.Region)
}
