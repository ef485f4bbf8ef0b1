package understand

// kind is what a token is made of.
type kind uint8

const (
	punct  kind = iota // one character that is no letter or digit
	word               // letters
	number             // digits
	mixed              // both
)

// token is a piece of a folded text.
type token struct {
	a, b   int32 // bytes of the folded text
	cue    cue
	digits int16
	kind   kind
	c      byte // the character of a punct
	gap    bool // a blank stands before it
	line   bool // it begins a line
	taken  bool
	order  bool // taken as an order number
}

func (t *token) numeric() bool   { return t.kind == number || t.kind == mixed }
func (t *token) is(c byte) bool  { return t.kind == punct && t.c == c }
func (t *token) has(c cue) bool  { return t.cue&c != 0 }
func (t *token) len() int        { return int(t.b - t.a) }
func (t *token) free() bool      { return !t.taken }
func (t *token) word(c cue) bool { return t.kind == word && t.cue&c != 0 }

// split cuts the folded text into tokens.
func (r *reader) split() {
	b := r.f.b
	r.toks = make([]token, 0, len(b)/4+8)
	gap, line := false, false
	for i := 0; i < len(b); {
		c, n, had := b[i], i+1, len(r.toks)
		switch {
		case c == blank || c == newline:
			gap, line = true, line || c == newline
			i++
			continue
		case isLetter(c) || isDigit(c):
			for n < len(b) && (isLetter(b[n]) || isDigit(b[n])) {
				n++
			}
			r.pushRun(i, n, gap)
		default:
			r.toks = append(r.toks, token{a: int32(i), b: int32(n), kind: punct, c: c, gap: gap})
		}
		if c == foreign {
			n = r.foreignRun(n)
		}
		r.toks[had].line = line
		i, gap, line = n, false, false
	}
}

// foreignRun makes one word of the letters of other scripts that go on at n.
func (r *reader) foreignRun(n int) int {
	for n < len(r.f.b) && r.f.b[n] == foreign {
		n++
	}
	t := &r.toks[len(r.toks)-1]
	t.kind, t.b = word, int32(n)
	return n
}

// pushRun appends letters and digits that stand together, cut where a word
// leans on a number: "order1001", "14days".
func (r *reader) pushRun(from, to int, gap bool) {
	t := token{a: int32(from), b: int32(to), gap: gap}
	for _, c := range r.f.b[from:to] {
		if isDigit(c) {
			t.digits = min(t.digits+1, 1000)
		}
	}
	switch int(t.digits) {
	case 0:
		t.kind = word
		t.cue = cueOf(r.f.b[from:to])
		if t.has(cOrder) && r.f.b[to-1] == 'e' && r.f.text[r.f.start(t.b-1)] >= 0x80 {
			t.cue = cTalk // "commandé", what was done, not the thing
		}
	case to - from:
		t.kind = number
	default:
		if r.pushApart(t) {
			return
		}
		t.kind = mixed
	}
	r.toks = append(r.toks, t)
}

// pushApart appends a mixed run as a word and a number, if the word is one that
// is written against numbers.
func (r *reader) pushApart(t token) bool {
	run := r.f.b[t.a:t.b]
	head := 0
	for isLetter(run[head]) {
		head++
	}
	tail := len(run)
	for isLetter(run[tail-1]) {
		tail--
	}
	digits := int(t.digits)
	switch {
	case head > 1 && len(run)-head == digits:
		if c := cueOf(run[:head]); c&(cOrder|cNum|cPhone|cOther|cMoney|cTrack) != 0 {
			r.pushPair(t, head, word, number, c, 0)
			return true
		}
	case head > 2 && tail-head == digits && len(run)-tail > 2: // "order1001please"
		if c := cueOf(run[:head]); c&(cOrder|cNum) != 0 {
			r.pushPair(t, head, word, number, c, 0)
			n := &r.toks[len(r.toks)-1]
			rest := *n
			n.b = t.a + int32(tail)
			rest.a, rest.kind, rest.digits, rest.cue = n.b, word, 0, cueOf(run[tail:])
			r.toks = append(r.toks, rest)
			return true
		}
	case head == 0 && tail == digits && tail < len(run):
		if c := cueOf(run[tail:]); c&(cUnit|cMoney|cTime|cOrder) != 0 {
			r.pushPair(t, tail, number, word, 0, c)
			return true
		}
	}
	return false
}

func (r *reader) pushPair(t token, at int, first, second kind, c1, c2 cue) {
	x, y := t, t
	x.b, y.a, y.gap = t.a+int32(at), t.a+int32(at), false
	x.kind, y.kind, x.cue, y.cue = first, second, c1, c2
	if first == word {
		x.digits = 0
	} else {
		y.digits = 0
	}
	r.toks = append(r.toks, x, y)
}

// tok returns token i, or one that is nothing.
func (r *reader) tok(i int) *token {
	if i < 0 || i >= len(r.toks) {
		return &r.none
	}
	return &r.toks[i]
}

func (r *reader) bytes(t *token) []byte { return r.f.b[t.a:t.b] }

// original is the text from token i to token j as the customer wrote it.
func (r *reader) original(i, j int) string {
	return r.f.text[r.f.start(r.toks[i].a):r.f.end(r.toks[j].b)]
}

// upper reports whether a token begins with a capital, and whether it is all
// capitals.
func (r *reader) upper(t *token) (first, all bool) {
	s := r.f.text[r.f.start(t.a):r.f.end(t.b)]
	first, all = isUpper(s[0]), true
	for i := range len(s) {
		if s[i] >= 'a' && s[i] <= 'z' {
			all = false
		}
	}
	return first, first && all
}

// isUpper holds for the capitals of ASCII, and for all that lies beyond.
func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' || c >= 0x80 }
