package understand

import "strings"

// addOrder reports the tokens i to j as an order number, with a "#" before it.
func (r *reader) addOrder(i, j int, value string) {
	if r.tok(i-1).is('#') && r.tok(i-1).free() {
		i--
	}
	r.named = true
	for k := i; k <= j; k++ {
		r.toks[k].order = true
	}
	r.add(OrderNumber, i, j, value)
}

// canonical is a number in the shop's canonical form.
func (r *reader) canonical(typed string) string {
	if r.own.plain && strings.Trim(typed, "0123456789") == "" {
		return typed
	}
	return r.hint.Format.Canonical(typed)
}

// namedOrders reads what the text itself calls an order number; if there is
// none, what it calls just a number.
func (r *reader) namedOrders() {
	r.ordersCalled(func(l label) bool { return l == orderLabel || l == chained || l == hashed })
	if !r.named {
		r.ordersCalled(func(l label) bool { return l == someNumber || l == chained })
	}
	if r.named {
		r.alternatives()
	}
}

// alternatives reads numbers that are put beside a named one by a word, and are
// as long: "order 1001 I think, or 1002".
func (r *reader) alternatives() {
	length := 0
	for i := range r.toks {
		t, and := &r.toks[i], r.tok(i-1)
		switch {
		case t.order && t.kind == number && length == 0:
			length = t.len()
		case t.free() && t.kind == number && t.len() == length && r.besides(and) && r.before(i) == noLabel && r.after(i) == noLabel && r.tok(i+1).kind != number:
			if v := r.value(i, i, false); v != "" {
				r.addOrder(i, i, v)
			}
		}
	}
}

func (r *reader) ordersCalled(so func(label) bool) {
	for i := 0; i < len(r.toks); i++ {
		t := &r.toks[i]
		if t.taken || !t.numeric() {
			continue
		}
		first := r.leftOf(i)
		l := r.before(first)
		last := r.rightOf(i, true)
		if l == noLabel || l == someNumber {
			if after := r.after(last); after != noLabel {
				l = after
			}
		}
		if !so(l) || l == someNumber && r.row(i) {
			continue
		}
		if v := r.value(first, last, l == orderLabel); v != "" {
			r.addOrder(first, last, v)
			i = last
		}
	}
}

// besides reports whether a word puts a number beside one that was named: "or
// 1002", "mine is 1002". "of" does so in Dutch only.
func (r *reader) besides(t *token) bool {
	w := r.bytes(t)
	if string(w) == "of" && r.hint.Region != "NL" && r.hint.Region != "BE" {
		return false
	}
	return t.kind == word && (isAnd(w) || t.has(cIs) && len(w) > 1)
}

// leftOf returns the first token of the number that token i belongs to: letters
// or digits may be joined to it by a dash.
func (r *reader) leftOf(i int) int {
	mark, head := r.tok(i-1), r.tok(i-2)
	if r.toks[i].gap || mark.gap || !mark.is('-') && !mark.is('_') || mark.taken || head.taken {
		return i
	}
	if head.kind == word && head.c != foreign && head.len() <= 6 && !head.has(nouns|cNum) || head.kind == mixed {
		return i - 2
	}
	return i
}

// rightOf returns the last token of the number that begins at token i. Where it
// is called an order number it may be in groups.
func (r *reader) rightOf(i int, named bool) int {
	if j := r.spelt(i); j > i {
		return j
	}
	j := r.joined(i)
	if j > i || r.toks[i].kind != number || !named {
		return j
	}
	if last, _, mark := r.grouped(i); (mark == ',' || mark == '.') && r.inThousands(i, last) {
		return last
	}
	return r.groups(i)
}

// spelt returns the last of single digits that follow token i: "1 0 0 1".
func (r *reader) spelt(i int) int {
	n, j := 1, i
	for r.toks[j].kind == number && r.toks[j].len() == 1 && n <= r.own.max {
		next := j + 1
		if t := r.tok(next); t.is('-') || t.is(',') || t.is('.') {
			next++
		}
		if t := r.tok(next); t.kind != number || t.len() != 1 || t.taken {
			break
		}
		j = next
		n++
	}
	if n < 3 || r.counted(j) {
		return i
	}
	return j
}

// joined returns the last token joined to token i by dashes.
func (r *reader) joined(i int) int {
	j := i
	for n := 0; n < 2; n++ {
		mark, tail := r.tok(j+1), r.tok(j+2)
		if !mark.is('-') && !mark.is('_') || mark.gap || mark.taken || tail.gap || tail.taken || tail.c == foreign && tail.kind == word {
			break
		}
		if !tail.numeric() && (tail.kind != word || tail.len() > 4 || tail.cue != 0 && tail.len() > 2) {
			break
		}
		j += 2
	}
	return j
}

// groups returns the last of the groups of digits that from token i on make up
// a number long enough, i if they do not: "123 456" where six are the least.
func (r *reader) groups(i int) int {
	digits, j := int(r.toks[i].digits), i
	if digits >= r.own.min {
		return i
	}
	for t := r.tok(j + 1); t.kind == number && !t.taken && !t.line && (digits < r.own.min || digits+int(t.digits) <= r.own.max && !r.counted(j+1)); t = r.tok(j + 1) {
		j++
		digits += int(t.digits)
	}
	if digits < r.own.min || digits > r.own.max || j == i || r.counted(j) || r.priced(i, j) || r.leansOn(j) {
		return i
	}
	return j
}

// leansOn reports whether a mark and more digits stand against token j.
func (r *reader) leansOn(j int) bool {
	mark, next := r.tok(j+1), r.tok(j+2)
	return mark.kind == punct && !mark.gap && next.numeric() && !next.gap
}

// value is the canonical order number that the tokens i to j are, empty if they
// can be none. A named one may be a confirmation code, whose digits are few.
func (r *reader) value(i, j int, named bool) string {
	var buf [48]byte
	out, digits, letters := buf[:0], 0, 0
	for k := i; k <= j; k++ {
		t := &r.toks[k]
		if len(out)+t.len() > len(buf) {
			return ""
		}
		if t.kind == punct && (t.c != '-' && t.c != '_' || r.toks[i].len() == 1) {
			continue
		}
		digits += int(t.digits)
		if t.kind != punct {
			letters += t.len() - int(t.digits)
		}
		out = append(out, r.bytes(t)...)
	}
	code := named && i == j && letters > 0 && len(out) >= 8 && len(out) <= 12 && r.shouted(i)
	if !code && (digits < r.own.min || digits > r.own.max || letters > 8) {
		return ""
	}
	return r.canonical(strings.ToUpper(string(out)))
}
