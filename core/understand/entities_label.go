package understand

// label is what the words beside a number call it.
type label uint8

const (
	noLabel       label = iota
	someNumber          // "number 1001": a number, it is not said whose
	hashed              // "#1001"
	orderLabel          // "order no. 1001"
	chained             // "orders 1001, 1002": the second
	trackLabel          // "tracking 1Z…"
	phoneLabel          // "call me on …"
	otherLabel          // "customer number 77120", "apt 12"
	moneyLabel          // "paid 1500"
	mailLabel           // "e-mail 1001"
	parcelLabel         // "my parcel 1Z…"
	maxLabelSteps = 9
)

// nouns are the cues that call a number something.
const nouns = cOrder | cTrack | cPhone | cOther | cMoney | cMail

func labelOf(c cue) label {
	switch {
	case c&cOther != 0:
		return otherLabel
	case c&cOrder != 0:
		return orderLabel
	case c&cTrack != 0:
		return trackLabel
	case c&cPhone != 0:
		return phoneLabel
	case c&cMoney != 0:
		return moneyLabel
	case c&cMail != 0:
		return mailLabel
	}
	return noLabel
}

// labelled returns what the tokens i to j are called, by the words before them
// or else by those after.
func (r *reader) labelled(i, j int) label {
	l := r.before(i)
	if l == noLabel || l == someNumber {
		if after := r.after(j); after != noLabel {
			return after
		}
	}
	return l
}

// before walks left from token i to the noun that names it.
func (r *reader) before(i int) label {
	seen := noLabel
	if and := r.tok(i - 1); and.kind == word && isAnd(r.bytes(and)) && r.after(i) != noLabel {
		return noLabel // "… is my phone and 1001 is my order"
	}
	for k, steps := i-1, 0; k >= 0 && steps < maxLabelSteps; k, steps = k-1, steps+1 {
		t := &r.toks[k]
		switch {
		case t.kind == punct:
			if t.c == '#' && seen == noLabel {
				seen = hashed
			}
			if !r.passes(k, seen) {
				return seen
			}
		case t.numeric():
			if t.order && chains(r, k, i) {
				return chained
			}
			if seen == noLabel || !t.taken || t.order {
				return seen
			}
		case t.has(nouns) && !r.address(t):
			return labelOf(t.cue)
		case t.has(cNum):
			if seen == noLabel {
				seen = someNumber
			}
			if before := r.tok(k - 1); t.len() >= 4 && r.f.b[t.a] == 'c' && before.kind == word && before.cue == 0 {
				return otherLabel // "gate code"
			}
		case t.has(cParcel):
			if seen == noLabel {
				seen = parcelLabel
			}
			return seen
		case t.has(cMonth) && seen != noLabel:
		case !t.has(cFill):
			return seen
		}
	}
	return seen
}

// address reports whether a word was read as part of an e-mail address or link.
func (r *reader) address(t *token) bool { return t.taken }

// chains reports whether nothing but "and" and commas stands between tokens k
// and i: "orders 1001, 1002 and 1003".
func chains(r *reader, k, i int) bool {
	if next := r.tok(i + 1); next.kind == number && !next.line {
		return false
	}
	if i == k+1 && r.toks[k].len() != r.toks[i].len() {
		return false
	}
	for n := k + 1; n < i; n++ {
		t := &r.toks[n]
		if !(t.taken || t.is(',') || t.is('#') || t.is('&') || t.is('+') || t.is('/') || t.kind == word && t.len() <= 6 && t.has(cFill)) {
			return false
		}
	}
	return true
}

// passes reports whether a name may reach over the punctuation at k to a number
// after it.
func (r *reader) passes(k int, seen label) bool {
	t, before := &r.toks[k], r.tok(k-1)
	switch t.c {
	case ':', '=', '-', '#', '"', '\'', '(', '[', '*', '<', '>', '_', '{':
		return true
	case '.':
		return (before.has(cAbbr|cNum) || before.has(cOrder) && !r.tok(k+1).gap || before.is('.')) && !t.gap || seen != noLabel && before.numeric() && before.taken
	case ',':
		return seen != noLabel || before.has(cNum) || before.order
	case '/', '&', '+':
		return before.order
	}
	return false
}

// isAnd reports whether a folded word says "and" or "or".
func isAnd(w []byte) bool {
	switch string(w) {
	case "and", "or", "und", "oder", "et", "ou", "y", "o", "e", "en", "of", "sowie":
		return true
	}
	return false
}

// after reads what follows token j: "1001 is my order number".
func (r *reader) after(j int) label {
	is := r.tok(j + 1)
	if !is.word(cIs) || !is.gap || r.f.b[is.a] == 'e' && is.len() == 1 && r.f.text[r.f.start(is.a)] < 0x80 {
		return noLabel
	}
	seen := noLabel
	for k := j + 2; k < j+2+maxLabelSteps && k < len(r.toks); k++ {
		t := &r.toks[k]
		switch {
		case t.has(nouns):
			return labelOf(t.cue)
		case t.has(cNum):
			seen = someNumber
		case t.is('\''), t.has(cFill):
		default:
			return seen
		}
	}
	return seen
}
