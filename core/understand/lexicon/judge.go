package lexicon

// judge tries all rules on a window.
func (l *Lexicon) judge(w *window, count int, f *Finding) {
	for i := range l.rules.defs {
		d := &l.rules.defs[i]
		if m := d.cond.match(w, count); m != 0 {
			w.at[d.name] |= m
			w.present.add(d.name)
		}
	}
	for i := range l.rules.intents {
		r := &l.rules.intents[i]
		if r.cond.match(w, count) != 0 {
			note(&f.Intents, r)
		}
	}
	for i := range l.rules.moods {
		r := &l.rules.moods[i]
		if r.cond.match(w, count) != 0 {
			note(&f.Moods, r)
		}
	}
}

// note keeps a hit, or the better of two with one name.
func note(hits *[]Hit, r *rule) {
	for i := range *hits {
		h := &(*hits)[i]
		if h.Name == r.name {
			if r.score > h.Score {
				h.Score, h.Rule = r.score, r.label
			}
			return
		}
	}
	*hits = append(*hits, Hit{r.name, r.score, r.label})
}

// match returns the places where the first sequence ends, none if the
// condition does not hold.
func (c *condition) match(w *window, count int) uint64 {
	if c.below > 0 && count >= c.below {
		return 0
	}
	p := &w.present
	for i := range c.must {
		m := &c.must[i]
		if m[0]&p[0]|m[1]&p[1]|m[2]&p[2] == 0 {
			return 0
		}
	}
	ends := c.need[0].ends(w)
	if ends == 0 {
		return 0
	}
	for _, s := range c.need[1:] {
		if s.ends(w) == 0 {
			return 0
		}
	}
	for _, s := range c.forbid {
		if s.ends(w) != 0 {
			return 0
		}
	}
	return ends
}

// ends returns the places where the sequence ends.
func (s sequence) ends(w *window) uint64 {
	reach := s[0].at(w)
	for _, e := range s[1:] {
		if reach == 0 {
			return 0
		}
		var spread uint64
		for k := uint(1); k <= e.gap+1; k++ {
			spread |= reach << k
		}
		reach = spread & e.at(w)
	}
	return reach
}

func (e *element) at(w *window) uint64 {
	var m uint64
	for _, c := range e.alts {
		m |= w.at[c]
	}
	if e.on != cAny {
		m &= w.at[e.on]
	}
	return m
}

// overrule takes away the intents that a stronger one makes moot.
func (l *Lexicon) overrule(f *Finding) {
	for _, o := range l.rules.over {
		if !hasHit(f.Intents, o.winner) {
			continue
		}
		keep := f.Intents[:0]
		for _, h := range f.Intents {
			if !contains(o.losers, h.Name) {
				keep = append(keep, h)
			}
		}
		f.Intents = keep
	}
}

func hasHit(hits []Hit, name string) bool {
	for _, h := range hits {
		if h.Name == name {
			return true
		}
	}
	return false
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
