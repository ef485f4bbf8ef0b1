// Package lexicon knows which words mean what in each language, and which
// sequences of meanings make an intent or a mood. The knowledge stands in text
// files beside this one: per language a list of words for each concept, and
// one list of rules over the concepts that holds for all languages.
package lexicon

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed *.txt
var files embed.FS

// Languages are the languages that have a lexicon, in the order in which they
// are numbered.
var languages = [...]string{"en", "de", "fr", "es", "it", "nl", "pt"}

const (
	english = 0
	german  = 1
	// other is the number of the list of words of languages that are not
	// spoken here; it serves to tell them apart.
	other = len(languages)
	// any stands for symbols and emoji, which belong to no language.
	anyLang = other + 1
	noLang  = -1
)

// concept is a meaning, numbered.
type concept = uint8

// maxConcepts bounds how many meanings there may be.
const maxConcepts = 192

// set is a set of concepts.
type set [maxConcepts / 64]uint64

func (s *set) add(c concept) { s[c/64] |= 1 << (c % 64) }
func (s *set) union(o set)   { s[0] |= o[0]; s[1] |= o[1]; s[2] |= o[2] }
func (s set) empty() bool    { return s[0]|s[1]|s[2] == 0 }

// entry is what is known of a word.
type entry struct {
	word string
	// langs has a bit for each language that knows the word.
	langs uint16
	// senses hold what it means there.
	senses []sense
}

type sense struct {
	lang int8
	set  set
}

func (e *entry) add(lang int, s set) {
	e.langs |= 1 << lang
	for i := range e.senses {
		if int(e.senses[i].lang) == lang {
			e.senses[i].set.union(s)
			return
		}
	}
	e.senses = append(e.senses, sense{int8(lang), s})
}

// in returns what the word means to a writer of a language: its meaning there
// if it has one, else in English, else wherever it has one.
func (e *entry) in(lang int) set {
	var all, en set
	inEnglish := false
	for _, s := range e.senses {
		switch int(s.lang) {
		case lang, anyLang:
			return s.set
		case english:
			en, inEnglish = s.set, true
		}
		all.union(s.set)
	}
	if inEnglish {
		return en
	}
	return all
}

// Lexicon is the compiled knowledge. It does not change once built and may be
// used from any goroutine.
type Lexicon struct {
	names    map[string]concept
	order    []string
	words    map[string]*entry
	stems    map[string]*entry
	phrases  map[string][]phrase
	near     map[uint64][]*entry
	suffixes [][]string
	marks    map[rune][other + 1]uint8
	minStem  int

	rules rules
}

// New compiles the embedded files. An error names the file and line at fault.
func New() (*Lexicon, error) {
	l, err := Bare()
	if err != nil {
		return nil, err
	}
	return l, l.loadKnown("known.txt")
}

// Bare is New without the list of English words that have no meaning here. It
// takes more words for misspellings than it should, which shows what belongs
// on that list.
func Bare() (*Lexicon, error) {
	l := &Lexicon{
		names: map[string]concept{}, words: map[string]*entry{}, stems: map[string]*entry{}, phrases: map[string][]phrase{},
		near: map[uint64][]*entry{}, suffixes: make([][]string, other+1), marks: map[rune][other + 1]uint8{}, minStem: 3,
	}
	for _, n := range builtin {
		l.concept(n)
	}
	for i, name := range languages {
		if err := l.load(name+".txt", i); err != nil {
			return nil, err
		}
	}
	if err := l.load("other.txt", other); err != nil {
		return nil, err
	}
	if err := l.load("signs.txt", anyLang); err != nil {
		return nil, err
	}
	if err := l.loadRules("rules.txt"); err != nil {
		return nil, err
	}
	l.inherit()
	l.indexNear()
	return l, nil
}

// The concepts that a text has by its form and not by its words.
var builtin = []string{"ANY", "FIRST", "LAST", "OPENS", "NUMBER", "CONTACT", "WORD", "FOREIGN"}

const (
	cAny concept = iota
	cFirst
	cLast
	cOpens
	cNumber
	cContact
	cWord
	cForeign
)

// concept returns the number of a name, new if it is new.
func (l *Lexicon) concept(name string) concept {
	if c, ok := l.names[name]; ok {
		return c
	}
	c := concept(len(l.order))
	l.names[name] = c
	l.order = append(l.order, name)
	return c
}

// lines calls do with each line of a file that is neither blank nor a comment.
// A line that begins with white space continues the one before.
func lines(file string, do func(line string) error) error {
	raw, err := files.ReadFile(file)
	if err != nil {
		return fmt.Errorf("lexicon: %w", err)
	}
	pending, at := "", 0
	flush := func() error {
		if pending == "" {
			return nil
		}
		if err := do(pending); err != nil {
			return fmt.Errorf("lexicon: %s line %d: %w", file, at, err)
		}
		return nil
	}
	for i, line := range strings.Split(string(raw), "\n") {
		text := strings.TrimSpace(line)
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		if line[0] == ' ' || line[0] == '\t' {
			pending += " " + text
			continue
		}
		if err := flush(); err != nil {
			return err
		}
		pending, at = text, i+1
	}
	return flush()
}
