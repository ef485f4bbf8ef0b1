package lexicon

import (
	"strings"

	"wismo/core/understand/words"
)

// tongues is the evidence for each language.
type tongues [other + 1]float32

// language weighs what the words and letters tell. It returns the number of
// the language, noLang where nothing tells, and how clear it is, 0 to 1.
func (l *Lexicon) language(t *words.Text) (int, float32) {
	var sum tongues
	unknown, foreign, latin := 0, 0, 0
	for i := range t.Words {
		w := &t.Words[i]
		switch w.Kind {
		case words.Foreign:
			foreign++
		case words.Letters:
			latin++
			if !l.weigh(w.Text, &sum) {
				unknown++
			}
		}
	}
	for _, r := range t.Marks {
		for lang, weight := range l.marks[r] {
			sum[lang] += float32(weight)
		}
	}
	if foreign > latin {
		return other, 1
	}
	if latin == 0 {
		return noLang, 0
	}
	return sum.best(unknown, latin)
}

// weigh adds what one word tells.
func (l *Lexicon) weigh(word string, sum *tongues) bool {
	e, w := l.words[word], float32(2)
	if e == nil {
		e, w = l.stemOf(word), 1
	}
	if e != nil {
		n := 0
		for lang := 0; lang <= other; lang++ {
			if e.langs&(1<<lang) != 0 {
				n++
			}
		}
		for lang := 0; lang <= other && n > 0; lang++ {
			if e.langs&(1<<lang) != 0 {
				sum[lang] += w / float32(n*n)
			}
		}
		return true
	}
	for lang, ends := range l.suffixes {
		for _, end := range ends {
			if len(word) > len(end)+2 && strings.HasSuffix(word, end) {
				sum[lang] += .7
			}
		}
	}
	return false
}

// best picks the language with the most evidence. A text of mostly unknown
// words is in another language.
func (s *tongues) best(unknown, latin int) (int, float32) {
	top, second := 0, float32(-1)
	for lang := 1; lang <= other; lang++ {
		switch {
		case s[lang] > s[top]:
			top, second = lang, max(second, s[top])
		case s[lang] > second:
			second = s[lang]
		}
	}
	if s[0] > second && top != 0 {
		second = s[0]
	}
	if s[top] < .3 {
		if unknown >= 3 && unknown == latin {
			return other, .5
		}
		return noLang, 0
	}
	if unknown >= 3 && unknown*5 >= latin*4 && s[top] < 2 {
		return other, .3
	}
	return top, (s[top] - second) / (s[top] + 1)
}
