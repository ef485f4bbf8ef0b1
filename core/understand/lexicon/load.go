package lexicon

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"wismo/core/understand/words"
)

// phrase is several words that together mean something, beside what each of
// them means, or in place of it.
type phrase struct {
	rest  []string
	lang  int
	set   set
	alone bool
}

// load reads the words of one language: lines of "CONCEPT,CONCEPT: word
// stem* several_words =only_together", and the lines @common (words that only tell the
// language), @suffix (endings that do) and @marks (letters that do, each with
// its weight).
func (l *Lexicon) load(file string, lang int) error {
	return lines(file, func(line string) error {
		head, tail, ok := strings.Cut(line, ":")
		if !ok {
			return errors.New("no colon")
		}
		items := strings.Fields(tail)
		switch head {
		case "@common":
			return l.addAll(items, lang, set{})
		case "@suffix":
			l.suffixes[lang] = append(l.suffixes[lang], items...)
			return nil
		case "@marks":
			return l.addMarks(items, lang)
		}
		var s set
		for _, name := range strings.Split(head, ",") {
			if name == "" || strings.ToUpper(name) != name {
				return fmt.Errorf("%q is no name for a concept", name)
			}
			s.add(l.concept(name))
		}
		if len(l.order) > maxConcepts {
			return errors.New("too many concepts")
		}
		return l.addAll(items, lang, s)
	})
}

func (l *Lexicon) addMarks(items []string, lang int) error {
	for _, it := range items {
		r := []rune(it)
		w, err := strconv.Atoi(string(r[1:]))
		if err != nil {
			return fmt.Errorf("mark %q has no weight", it)
		}
		weights := l.marks[r[0]]
		weights[lang] = uint8(w)
		l.marks[r[0]] = weights
	}
	return nil
}

func (l *Lexicon) addAll(items []string, lang int, s set) error {
	for _, it := range items {
		for _, form := range spellings(it, lang) {
			if err := l.addForm(form, lang, s); err != nil {
				return fmt.Errorf("%q: %w", it, err)
			}
		}
	}
	return nil
}

// spellings returns the ways in which a word is typed: German umlauts are also
// written with an e.
func spellings(word string, lang int) []string {
	if lang != german || !strings.ContainsAny(word, "äöü") {
		return []string{word}
	}
	alt := strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(word, "ä", "ae"), "ö", "oe"), "ü", "ue")
	return []string{word, alt}
}

func (l *Lexicon) addForm(form string, lang int, s set) error {
	stem := strings.HasSuffix(form, "*")
	t := words.Split(strings.Map(plainly, form))
	switch {
	case len(t.Words) == 0:
		return errors.New("nothing is left of it")
	case len(t.Words) > 1:
		l.addPhrase(t, form, lang, s)
		return nil
	case stem:
		add(l.stems, t.Words[0].Text, lang, s)
	default:
		add(l.words, t.Words[0].Text, lang, s)
	}
	return nil
}

// plainly turns the file's signs into spaces.
func plainly(r rune) rune {
	switch r {
	case '_', '*', '=':
		return ' '
	}
	return r
}

func add(m map[string]*entry, word string, lang int, s set) {
	e := m[word]
	if e == nil {
		e = &entry{word: word}
		m[word] = e
	}
	e.add(lang, s)
}

// addPhrase adds several words; the last of them may be a stem.
func (l *Lexicon) addPhrase(t *words.Text, form string, lang int, s set) {
	p := phrase{lang: lang, set: s, alone: strings.HasPrefix(form, "=")}
	for _, w := range t.Words[1:] {
		p.rest = append(p.rest, w.Text)
	}
	if strings.HasSuffix(form, "*") {
		p.rest[len(p.rest)-1] += "*"
	}
	first := t.Words[0].Text
	l.phrases[first] = append(l.phrases[first], p)
	for i, w := range t.Words {
		if i < len(t.Words)-1 || !strings.HasSuffix(form, "*") {
			l.spell(w.Text, lang)
		}
	}
}

// spell lets a word that stands only in phrases tell its language.
func (l *Lexicon) spell(word string, lang int) {
	if _, ok := l.words[word]; !ok && lang < other {
		add(l.words, word, lang, set{})
	}
}

// loadKnown reads English words that have no meaning here but exist, so that
// they are not taken for misspellings of those that have.
func (l *Lexicon) loadKnown(file string) error {
	return lines(file, func(line string) error {
		for _, w := range strings.Fields(line) {
			if _, ok := l.words[w]; !ok && l.stemOf(w) == nil {
				add(l.words, w, english, set{})
			}
		}
		return nil
	})
}
