package lexicon

import (
	"strings"

	"wismo/core/understand/words"
)

// Hit is a rule that spoke.
type Hit struct {
	// Name is the intent, or the reason for a mood.
	Name  string
	Score float64
	// Rule is the intent with the sequence that was found.
	Rule string
}

// Finding is what the lexicon makes of a text.
type Finding struct {
	// Language is a code such as "de", "other", or empty where nothing tells.
	Language string
	// Intents and Moods hold each name once, with its best rule.
	Intents, Moods []Hit
	// Known is how many of the words mean something here.
	Known int
}

// width is how many words are looked at together: one bit each.
const width = 64

// window holds for each concept the places where it stands, a bit each, among
// at most width words.
type window struct {
	at      [maxConcepts]uint64
	present set
}

func (w *window) put(c concept, place uint) {
	w.at[c] |= 1 << place
	w.present.add(c)
}

func (w *window) putAll(s set, place uint) {
	w.present.union(s)
	for i, bits := range s {
		for c := concept(i * 64); bits != 0; bits, c = bits>>1, c+1 {
			if bits&1 != 0 {
				w.at[c] |= 1 << place
			}
		}
	}
}

// Scan finds what the words of a text mean.
func (l *Lexicon) Scan(t *words.Text) Finding {
	var f Finding
	lang, clear := l.language(t)
	count := t.Count()
	if clear < .02 && count <= 2 && lang != other {
		lang = noLang
	}
	f.Language = languageName(lang)
	if clear < .1 && lang != other {
		lang = noLang
	}
	var w window
	for i := 0; i < len(t.Words); {
		w = window{}
		i = l.fill(&w, t, i, lang, &f)
		l.judge(&w, count, &f)
	}
	l.overrule(&f)
	return f
}

func languageName(lang int) string {
	switch {
	case lang == noLang:
		return ""
	case lang == other:
		return "other"
	}
	return languages[lang]
}

// fill lays the words from number i on into a window and returns the first
// that found no room. Between sentences two places are left empty.
func (l *Lexicon) fill(w *window, t *words.Text, i, lang int, f *Finding) int {
	place, first := uint(0), i
	covered := 0
	for ; i < len(t.Words); i++ {
		word := &t.Words[i]
		if word.Opens && i > first {
			place += 2
		}
		if place >= width {
			return i
		}
		if word.Opens || i == 0 {
			w.put(cOpens, place)
		}
		if i == 0 {
			w.put(cFirst, place)
		}
		if word.Kind == words.Mention {
			continue
		}
		covered = l.place(w, t, i, place, lang, covered, f)
		place++
	}
	if place > 0 {
		w.put(cLast, place-1)
	}
	return i
}

// place lays one word and the phrases that begin with it. Words before number
// covered belong to a phrase and mean nothing by themselves; the new such
// number is returned.
func (l *Lexicon) place(w *window, t *words.Text, i int, place uint, lang, covered int, f *Finding) int {
	word := &t.Words[i]
	switch word.Kind {
	case words.Contact:
		w.put(cContact, place)
		return covered
	case words.Number:
		w.put(cNumber, place)
	case words.Foreign:
		w.put(cForeign, place)
	}
	w.put(cAny, place)
	e := l.find(word.Text, lang)
	if e == nil {
		w.put(cWord, place)
		return covered
	}
	meant := e.in(lang)
	if i < covered {
		meant = set{}
	}
	for _, first := range [2]string{word.Text, e.word} {
		covered = max(covered, l.phrasesAt(w, t.Words[i+1:], first, place, lang, i, &meant))
		if first == e.word {
			break
		}
	}
	if !meant.empty() {
		w.putAll(meant, place)
		f.Known++
	}
	return covered
}

// phrasesAt lays the phrases that begin with a word and returns the number of
// the first word after those that mean something only together.
func (l *Lexicon) phrasesAt(w *window, rest []words.Word, first string, place uint, lang, i int, meant *set) int {
	covered := 0
	ps := l.phrases[first]
	for k := range ps {
		p := &ps[k]
		if !l.follows(p, rest) {
			continue
		}
		for n := 0; n <= len(p.rest) && place+uint(n) < width; n++ {
			w.putAll(p.set, place+uint(n))
		}
		if p.alone {
			*meant = set{}
			covered = max(covered, i+1+len(p.rest))
		}
	}
	return covered
}

func (l *Lexicon) follows(p *phrase, rest []words.Word) bool {
	if len(p.rest) > len(rest) {
		return false
	}
	for k, want := range p.rest {
		got := rest[k].Text
		if rest[k].Opens {
			return false
		}
		if stem, ok := strings.CutSuffix(want, "*"); ok {
			if !strings.HasPrefix(got, stem) {
				return false
			}
			continue
		}
		if got != want && (len(got) < minNear || !oneSlip(got, want) || l.words[got] != nil) {
			return false
		}
	}
	return true
}
