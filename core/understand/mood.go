package understand

import (
	"strings"

	"wismo/core/understand/lexicon"
	"wismo/core/understand/words"
)

// upsetFrom is the score from which a writer counts as upset.
const upsetFrom = .45

// mood adds up the signs of bad mood: what the rules found, capitals, and
// exclamation marks.
func mood(t *words.Text, hits []lexicon.Hit) Mood {
	score, why := 0.0, []string(nil)
	note := func(s float64, w string) {
		score += s
		if s > 0 {
			why = append(why, w)
		}
	}
	for _, h := range hits {
		note(h.Score, h.Name)
	}
	if shouting(t) {
		note(.4, "capitals")
	}
	if t.Bangs > 0 && score >= .25 {
		note(.2, "exclamation marks")
	}
	score = max(0, min(score, 1))
	return Mood{Is: score >= upsetFrom, Score: score, Why: strings.Join(why, ", ")}
}

// shouting reports whether a text of some length is nearly all capitals.
func shouting(t *words.Text) bool {
	return len(t.Words) >= 4 && t.Letters >= 16 && t.Capitals*10 >= t.Letters*9
}
