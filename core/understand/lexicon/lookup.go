package lexicon

// find returns what is known of a word, nil if nothing is. A word that nobody
// knows is taken for a misspelling of one that it nearly is.
func (l *Lexicon) find(word string, lang int) *entry {
	if e := l.words[word]; e != nil {
		return e
	}
	if n := len(word); n >= 3 && word[n-1] == word[n-2] {
		if e := l.words[word[:n-1]]; e != nil {
			return e
		}
	}
	if e := l.stemOf(word); e != nil {
		return e
	}
	return l.nearest(word, lang)
}

// stemOf returns the longest stem that a word begins with.
func (l *Lexicon) stemOf(word string) *entry {
	for n := min(len(word), maxStem); n >= l.minStem; n-- {
		if e := l.stems[word[:n]]; e != nil {
			return e
		}
	}
	return nil
}

// inherit gives each word, beside the meaning of its own that it has in a
// language, that of the longest stem it begins with there.
func (l *Lexicon) inherit() {
	for word, e := range l.words {
		var done uint16
		for n := min(len(word), maxStem); n >= l.minStem; n-- {
			stem := l.stems[word[:n]]
			if stem == nil {
				continue
			}
			for _, s := range stem.senses {
				if done&(1<<s.lang) == 0 {
					e.add(int(s.lang), s.set)
				}
			}
			done |= stem.langs
		}
	}
}

const (
	maxStem = 24
	// minNear is how long a word must be for a misspelling of it to be
	// recognised.
	minNear = 5
	maxNear = 20
)

// indexNear lists each word under itself and under all that is left of it when
// one letter is taken away, so that words one slip apart meet.
func (l *Lexicon) indexNear() {
	for _, m := range []map[string]*entry{l.words, l.stems} {
		for w, e := range m {
			if len(w) < minNear || len(w) > maxNear || !e.meaning() {
				continue
			}
			for skip := -1; skip < len(w); skip++ {
				h := hashWithout(w, skip)
				l.near[h] = append(l.near[h], e)
			}
		}
	}
}

// meaning reports whether the word means something anywhere.
func (e *entry) meaning() bool {
	for _, s := range e.senses {
		if !s.set.empty() {
			return true
		}
	}
	return false
}

// hashWithout is the FNV-1a hash of a word without one of its letters.
func hashWithout(w string, skip int) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(w); i++ {
		if i != skip {
			h = (h ^ uint64(w[i])) * 1099511628211
		}
	}
	return h
}

// nearest returns the word of the language, else of English, that is one slip
// away; among several the alphabetically first, so that it is always the same.
func (l *Lexicon) nearest(word string, lang int) *entry {
	if len(word) < minNear || len(word) > maxNear {
		return nil
	}
	var best *entry
	rank := 0
	for skip := -1; skip < len(word); skip++ {
		for _, e := range l.near[hashWithout(word, skip)] {
			r := e.rank(lang)
			if r > rank || (r == rank && best != nil && e.word < best.word) {
				if r > 0 && oneSlip(word, e.word) {
					best, rank = e, r
				}
			}
		}
	}
	return best
}

func (e *entry) rank(lang int) int {
	switch {
	case lang >= 0 && e.langs&(1<<lang) != 0:
		return 2
	case lang < 0 && e.langs&(1<<english) != 0:
		return 2
	case e.langs&(1<<english) != 0, lang < 0:
		return 1
	}
	return 0
}

// oneSlip reports whether two words differ by one letter missing, added,
// wrong, or by two neighbours swapped.
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) != len(b) {
		return a[i:] == b[i+1:]
	}
	if i == len(a) || a[i+1:] == b[i+1:] {
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// Corrected returns the English word that an unknown word is taken to be a
// misspelling of, if it is taken for one.
func (l *Lexicon) Corrected(word string) (string, bool) {
	if l.words[word] != nil || l.stemOf(word) != nil {
		return "", false
	}
	e := l.nearest(word, english)
	if e == nil {
		return "", false
	}
	return e.word, true
}
