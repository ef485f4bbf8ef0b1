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
		case t.free() && t.kind == number && t.len() == length && and.kind == word && isAnd(r.bytes(and)) && r.before(i) == noLabel && r.after(i) == noLabel && r.tok(i+1).kind != number:
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

// bareOrders reads a number that nothing names. It counts when the bot has
// asked for one, when it is nearly all there is, or when the text speaks of an
// order or a parcel; and only if no named one was found.
func (r *reader) bareOrders() {
	if r.named {
		return
	}
	asked := r.hint.Awaiting == OrderNumber || r.mostlyNumber() || r.onlyNumber()
	if !asked && !r.talk {
		return
	}
	for i := 0; i < len(r.toks); i++ {
		t := &r.toks[i]
		if t.taken || !t.numeric() {
			continue
		}
		first, last := r.leftOf(i), r.rightOf(i, asked && !r.tok(i-1).numeric())
		if !r.mayBeBare(first, i, last, asked) {
			i = last
			continue
		}
		if v := r.value(first, last, false); v != "" {
			r.addOrder(first, last, v)
		}
		i = last
	}
}

// mayBeBare reports whether the tokens first to last, the digits from i on, can
// be an order number that nobody calls one.
func (r *reader) mayBeBare(first, i, last int, asked bool) bool {
	switch r.labelled(first, last) {
	case phoneLabel, otherLabel, moneyLabel:
		return false
	case trackLabel:
		if r.digits(first, last) >= 8 {
			return false
		}
	}
	t, before, after := &r.toks[i], r.tok(first-1), r.tok(last+1)
	if last > i && before.kind == word && before.len() == 1 && before.gap == t.gap && r.shouted(first-1) {
		return false // letters spelt out as well
	}
	if r.row(i) || before.word(cFill) && r.tok(first-2).numeric() && isRange(r.bytes(before)) {
		return false
	}
	if !before.gap && !r.toks[first].gap && (before.is('.') || before.is('-') || before.is('/') || before.is('&') && r.tok(first-2).c == 0) {
		return false
	}
	if t.kind == mixed && (t.len()-int(t.digits) > 3 || t.digits > 6 || r.own.prefix != "" && !asked) {
		return false
	}
	if last == i && r.amount(i, before, after, asked) {
		return false
	}
	return !(last > i && r.toks[last].kind == number && r.toks[i].len() > 1 && r.tok(i+1).kind == punct)
}

// onlyNumber reports whether a short text has one number that is left over, and
// that is long enough to be no count: "what's up with 10455".
func (r *reader) onlyNumber() bool {
	words, numbers := 0, 0
	for i := range r.toks {
		switch t := &r.toks[i]; {
		case t.kind == word:
			words++
		case t.numeric() && !t.taken:
			if numbers++; t.digits < 4 {
				return false
			}
		}
	}
	return numbers == 1 && words <= 8
}

// amount reports whether a short number that nothing names counts something, by
// the words beside it: "1500 followers", "only 800 came".
func (r *reader) amount(i int, before, after *token, asked bool) bool {
	t := &r.toks[i]
	thing := after.kind == word && after.gap && after.cue == 0
	if t.digits <= 3 && thing {
		return true
	}
	if t.kind != number || t.digits > 4 {
		return false
	}
	said := before.kind == word && !before.has(cFill|cIs|cNum)
	b := r.bytes(t)
	round := b[len(b)-1] == '0' && b[len(b)-2] == '0'
	switch {
	case thing:
		return said || round || r.yearLike(i) || after.len() > 3 && r.f.b[after.b-1] == 's'
	case round:
		return said && !asked
	}
	return false
}

// digits is how many the tokens i to j have.
func (r *reader) digits(i, j int) int {
	n := 0
	for k := i; k <= j; k++ {
		n += int(r.toks[k].digits)
	}
	return n
}

// mostlyNumber reports whether the text is little more than one number:
// "1001", "it's 1001", "1001 ana@example.com".
func (r *reader) mostlyNumber() bool {
	letters := 0
	for i := range r.toks {
		if t := &r.toks[i]; t.kind == word && !t.taken {
			letters += t.len()
		}
	}
	return letters <= 12
}

// isRange reports whether a word stands between the ends of a range.
func isRange(w []byte) bool {
	switch string(w) {
	case "to", "bis", "a", "au", "al", "ao", "tot":
		return true
	}
	return false
}

// row reports whether token i is one of several groups of digits side by side,
// as phones, cards and accounts are written, and too many for an order.
func (r *reader) row(i int) bool {
	groups, digits, single := 0, 0, true
	from := i
	for from > 0 && i-from < maxGroups && r.toks[from-1].numeric() && !r.toks[from-1].taken && !r.toks[from].line {
		from--
	}
	for k := from; k < len(r.toks) && k-from < 2*maxGroups && r.toks[k].numeric() && !r.toks[k].taken && (k == i || !r.toks[k].line || k < i); k++ {
		groups++
		digits += int(r.toks[k].digits)
		single = single && r.toks[k].len() == 1
	}
	return groups >= 3 && digits >= minPhone && !single
}
