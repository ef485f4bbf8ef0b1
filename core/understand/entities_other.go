package understand

import (
	"bytes"
	"strings"
)

// others marks the numbers that are something else: money, dates, times,
// quantities, postcodes, houses, and whatever the text calls otherwise. What is
// named as an order number is left unless it cannot be one.
func (r *reader) others() {
	for i := 0; i < len(r.toks); i++ {
		t := &r.toks[i]
		if t.taken || !t.numeric() {
			continue
		}
		l := r.before(i)
		end, parts, _ := r.grouped(i)
		if parts > maxGroups || parts >= 3 && r.phoneShaped(i, end, parts) {
			if parts > maxGroups {
				r.take(i, end)
			}
			i = end
			continue
		}
		if j := r.written(i, l); j >= i {
			r.take(i, j)
			i = j
			continue
		}
		if (l == orderLabel || l == hashed) && !r.counted(i) {
			i = end
			continue
		}
		if r.counted(i) || r.sized(i) || r.year(i) || r.place(i) || l == otherLabel || l == moneyLabel && t.digits < minPhone {
			j := r.rowEnd(i, l)
			r.take(i, j)
			i = j
		}
	}
}

// rowEnd returns the last of the groups in which a card or account is written
// from token i on: "card 4111 1111 1111 1111".
func (r *reader) rowEnd(i int, l label) int {
	j := i
	for l == otherLabel && r.toks[i].len() == 4 && r.tok(j+1).numeric() && !r.tok(j+1).taken && r.tok(j+1).len() <= 4 {
		j++
	}
	return j
}

// written returns the last token of what is written as no order number is:
// money, a decimal, a date, a time; -1 if nothing is.
func (r *reader) written(i int, l label) int {
	j, parts, mark := r.grouped(i)
	switch {
	case r.priced(i, j):
		return j
	case mark == 0:
		if k := r.thousands(i); k > i {
			return k
		}
		return r.clock(i)
	case mark == ':' || r.date(i, j, parts, mark):
		return j
	case (mark == '.' || mark == ',') && !(l >= hashed && l <= orderLabel && r.inThousands(i, j)):
		return j
	}
	return -1
}

// phoneShaped reports whether digits joined by one mark are a phone number:
// "415.555.0155", "01.99.00.12.34".
func (r *reader) phoneShaped(i, j, parts int) bool {
	digits := 0
	for k := i; k <= j; k++ {
		digits += int(r.toks[k].digits)
	}
	_, ok := r.national(i, j)
	return ok && r.structured(i, j, parts, digits)
}

// grouped returns the last token of digits joined by one kind of mark, in how
// many parts, and the mark: "12/11/2026". Two marks are allowed only where a
// decimal follows thousands.
func (r *reader) grouped(i int) (last, parts int, mark byte) {
	last, parts = i, 1
	if r.toks[i].kind != number {
		return last, parts, 0
	}
	for {
		p, n := r.tok(last+1), r.tok(last+2)
		if p.kind != punct || p.gap || p.taken || n.kind != number || n.gap || n.taken || !strings.ContainsRune(".,:/-", rune(p.c)) {
			return last, parts, mark
		}
		if mark != 0 && p.c != mark && !(mark == '.' && p.c == ',' || mark == ',' && p.c == '.') {
			return last, parts, mark
		}
		mark = p.c
		last += 2
		parts++
	}
}

// priced reports whether a currency stands at the tokens i to j.
func (r *reader) priced(i, j int) bool {
	before, after := r.tok(i-1), r.tok(j+1)
	if before.is(money) || after.is(money) || after.is('%') {
		return true
	}
	return before.word(cMoney) && !before.has(cFill) && before.len() <= 4 && !before.has(cNum) || after.word(cMoney) && !after.has(cFill) && !paid(after, r)
}

// paid reports whether a word after a number is what was done, not a currency:
// "1001 paid".
func paid(t *token, r *reader) bool {
	switch string(r.bytes(t)) {
	case "total", "paid", "pay", "cost", "costs", "price", "bezahlt", "gezahlt", "paye", "payee", "pagado", "pague", "pagato", "pagata", "betaald", "paguei", "pago", "costo", "costa":
		return true
	}
	return false
}

// thousands returns the last token of an amount whose thousands are set off by
// a blank, "1 250,00 €"; i if there is none.
func (r *reader) thousands(i int) int {
	next := r.tok(i + 1)
	if r.toks[i].len() > 3 || next.kind != number || next.len() != 3 {
		return i
	}
	j, parts, mark := r.grouped(i + 1)
	if r.priced(i, j) || parts == 2 && (mark == ',' || mark == '.') && r.toks[j].len() == 2 {
		return j
	}
	return i
}

// inThousands reports whether the tokens i to j are digits in threes after the
// first mark: "1,204".
func (r *reader) inThousands(i, j int) bool {
	for k := i + 2; k <= j; k += 2 {
		if r.toks[k].len() != 3 {
			return false
		}
	}
	return r.toks[i].len() <= 3
}

// date reports whether the tokens i to j are a day: two or three short parts,
// one of them perhaps a year.
func (r *reader) date(i, j, parts int, mark byte) bool {
	if mark == ',' || parts > 3 || mark != '-' && mark != '/' && mark != '.' {
		return false
	}
	for k := i; k <= j; k += 2 {
		n := r.toks[k].len()
		if n > 2 && !(n == 4 && (k == i || k == j) && r.yearLike(k)) {
			return false
		}
	}
	return true
}

// clock returns i if token i is a time by the word after it, else -1.
func (r *reader) clock(i int) int {
	t, after := &r.toks[i], r.tok(i+1)
	if t.kind == number && t.len() <= 2 && after.word(cTime) {
		return i
	}
	if b := r.bytes(t); t.kind == mixed && len(b) <= 5 && int(t.digits) == len(b)-1 && !isLetter(b[0]) && len(b) >= 4 && b[len(b)-3] == 'h' {
		return i
	}
	return -1
}

// sized reports whether token i is a size in two directions: "34x32".
func (r *reader) sized(i int) bool {
	b := r.bytes(&r.toks[i])
	x := bytes.IndexByte(b, 'x')
	return r.toks[i].kind == mixed && x > 0 && x < len(b)-1 && int(r.toks[i].digits) == len(b)-1
}

// counted reports whether the word after token i is a unit or a thing counted.
func (r *reader) counted(i int) bool {
	t, after := &r.toks[i], r.tok(i+1)
	if t.kind == number && t.digits <= 4 && after.kind == word && after.gap && after.cue == 0 && r.toOrder(i-1) {
		return true
	}
	if t.kind != number || !after.word(cUnit) || r.before(i) == hashed {
		return false
	}
	return after.len() > 1 || !after.gap
}

// toOrder reports whether token i is the verb: "I want to order 500 flyers".
func (r *reader) toOrder(i int) bool {
	if !r.tok(i).has(cOrder) {
		return false
	}
	switch before := r.tok(i - 1); string(r.bytes(before)) {
	case "to", "i", "we", "can", "you", "would":
		return before.kind == word
	}
	return false
}

// yearLike reports whether token i is a year of these times.
func (r *reader) yearLike(i int) bool {
	b := r.bytes(&r.toks[i])
	return len(b) == 4 && (b[0] == '2' && b[1] == '0' && b[2] < '5' || b[0] == '1' && b[1] == '9')
}

// year reports whether token i is a year, by the word before it; or a date
// without marks, "20261123".
func (r *reader) year(i int) bool {
	if b := r.bytes(&r.toks[i]); len(b) == 8 && r.toks[i].kind == number && b[0] == '2' && b[1] == '0' && b[2] < '5' &&
		(b[4] == '0' || b[4] == '1' && b[5] <= '2') && b[6] <= '3' {
		return r.hint.Awaiting != OrderNumber
	}
	if !r.yearLike(i) {
		return false
	}
	for k := i - 1; k >= 0 && k >= i-3; k-- {
		switch t := &r.toks[k]; {
		case t.has(cMonth), k == i-1 && t.has(cYear):
			return true
		case t.is(','), t.is('.'), t.kind == number && t.digits <= 2, t.has(cYear):
		default:
			return false
		}
	}
	return false
}

// place reports whether token i is a house or a postcode.
func (r *reader) place(i int) bool {
	t, before := &r.toks[i], r.tok(i-1)
	if before.word(cStreet) || r.tok(i-2).word(cStreet) && before.kind == word && before.cue&^cStreet == 0 {
		return true
	}
	if r.addressed && t.len() == 5 && string(r.bytes(before)) == "in" {
		return true
	}
	for k := i + 1; k <= i+3; k++ {
		if a := r.tok(k); a.kind != word {
			break
		} else if a.word(cStreet) && (k > i+1 || a.len() > 2) && !a.has(cFill) {
			return true
		}
	}
	return t.len() >= 4 && r.postcode(i)
}

// postcode reports whether token i is one by how it is written and what stands
// around it.
func (r *reader) postcode(i int) bool {
	t, before, after := &r.toks[i], r.tok(i-1), r.tok(i+1)
	tail := r.tok(i + 2)
	switch {
	case t.len() == 6 && t.kind == mixed && t.digits == 4 && (r.hint.Region == "NL" || r.addressed): // 1012AB
		return isLetter(r.f.b[t.b-1]) && isLetter(r.f.b[t.b-2])
	case t.kind != number || t.len() > 5:
		return false
	case after.is('-') && !after.gap && tail.kind == number && !tail.gap: // 1100-053, 01310-100, 94105-1234
		return t.len()+tail.len() == 7+t.len()/5+tail.len()/4
	case t.len() == 5 && before.kind == word && before.len() == 2 && r.hint.Region == "US",
		t.len() == 4 && before.kind == word && before.len() <= 3 && r.hint.Region == "AU":
		_, all := r.upper(before)
		return all && !r.caps
	}
	return r.town(i, after)
}

// town reports whether the word after token i is a place's name: a capital that
// nothing else accounts for, in a text that speaks of an address.
func (r *reader) town(i int, after *token) bool {
	if after.kind != word || after.c == foreign || after.cue&^cStreet != 0 || r.caps {
		return false
	}
	first, all := r.upper(after)
	if !first {
		return false
	}
	if r.addressed || r.hint.Awaiting == OrderNumber {
		return r.addressed
	}
	before := r.tok(i - 1)
	if r.toks[i].len() == 5 && r.latin() && i > 0 && !before.has(cIs|cNum) && before.kind == word {
		return true
	}
	return before.is(',') && (r.toks[i].len() == 5 || all && after.len() == 2 || r.shortCodes()) ||
		r.toks[i].len() == 5 && r.hint.Region != "US" && inTown(r.bytes(before))
}

// latin reports whether the region's languages write few words but names with a
// capital, and its postcodes with five digits.
func (r *reader) latin() bool {
	return r.hint.Region == "FR" || r.hint.Region == "ES" || r.hint.Region == "IT"
}

// shortCodes reports whether the region's postcodes have four digits.
func (r *reader) shortCodes() bool {
	switch r.hint.Region {
	case "AT", "AU", "BE", "CH", "DK", "HU", "LU", "NO", "NZ":
		return true
	}
	return false
}

// inTown reports whether a word stands before places.
func inTown(w []byte) bool {
	switch string(w) {
	case "in", "en", "em", "nach", "aus", "a", "te":
		return true
	}
	return false
}
