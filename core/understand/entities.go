package understand

import "bytes"

// reader finds entities in one text. Each kind takes its tokens, the strongest
// evidence first, so that no stretch is read as two things.
type reader struct {
	f    folded
	toks []token
	hint Hint
	own  ownFormat
	none token
	// talk says that the text speaks of orders or parcels, named that an order
	// number is called one.
	talk, named bool
	// caps says that the text has no small letters, so that capitals say
	// nothing.
	caps bool
	// addressed says that the text speaks of a street or of living somewhere.
	addressed bool
	buf       [maxTracking]byte
	found     []Entity
}

const (
	// maxScan bounds how much of a text is searched for entities, in bytes.
	maxScan = 16 << 10
	// maxFound bounds how many entities are reported.
	maxFound = 64
)

// entities finds the entities of a text, in the order in which they stand.
func entities(text string, h Hint) []Entity {
	r := &reader{f: fold(cut(text, maxScan)), hint: h}
	r.read()
	sortByStart(r.found)
	return r.found
}

// read runs the passes over the tokens.
func (r *reader) read() {
	digit := bytes.ContainsAny(r.f.b, "0123456789")
	address := bytes.IndexByte(r.f.b, '@') >= 0 || spokenAt(r.f.b)
	if !digit && !address {
		return
	}
	r.split()
	if address {
		r.emails()
		r.spokenEmails()
	}
	if !digit {
		return
	}
	r.own = ownOf(r.hint.Format)
	r.survey()
	r.links()
	r.ownNumbers()
	r.trackingNumbers()
	r.others()
	r.phones()
	r.namedOrders()
	r.bareOrders()
}

// cut is text, at most n bytes of it, not cut within a character.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && text[n]&0xc0 == 0x80 {
		n--
	}
	return text[:n]
}

// survey notes what holds for the text as a whole.
func (r *reader) survey() {
	r.caps = true
	for i := range r.toks {
		t := &r.toks[i]
		r.talk = r.talk || t.has(cTalk|cOrder|cTrack) || t.word(cNum) && t.len() > 3
		r.addressed = r.addressed || t.word(cStreet)
		if t.kind == word && t.len() > 2 {
			_, all := r.upper(t)
			r.caps = r.caps && all
		}
	}
}

// take marks the tokens i to j as read.
func (r *reader) take(i, j int) {
	for k := i; k <= j; k++ {
		r.toks[k].taken = true
	}
}

// anyTaken reports whether one of the tokens i to j is read already.
func (r *reader) anyTaken(i, j int) bool {
	for k := i; k <= j; k++ {
		if r.toks[k].taken {
			return true
		}
	}
	return false
}

// add reports the tokens i to j as an entity.
func (r *reader) add(t EntityType, i, j int, value string) {
	r.take(i, j)
	r.report(t, r.f.start(r.toks[i].a), r.f.end(r.toks[j].b), value)
}

func (r *reader) report(t EntityType, start, end int, value string) {
	if len(r.found) >= maxFound || value == "" {
		return
	}
	if r.found == nil {
		r.found = make([]Entity, 0, 4)
	}
	r.found = append(r.found, Entity{Type: t, Text: r.f.text[start:end], Value: value, Start: start, End: end})
}

func sortByStart(es []Entity) {
	for i := 1; i < len(es); i++ {
		for j := i; j > 0 && es[j].Start < es[j-1].Start; j-- {
			es[j], es[j-1] = es[j-1], es[j]
		}
	}
}
