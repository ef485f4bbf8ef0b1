package understand

import (
	_ "embed"
	"fmt"
	"slices"

	"wismo/core/understand/linear"
	"wismo/core/understand/words"
)

//go:generate go run wismo/cmd/internal/trainintents -known lexicon/known.txt
//go:generate go run wismo/cmd/internal/trainintents -out weights.bin

//go:embed weights.bin
var weights []byte

// opinion is what the model makes of a text.
type opinion struct {
	intent Intent
	// sure is the model's probability for the intent, familiar how much of the
	// text it has seen in training.
	sure, familiar float64
}

// bar is how sure of a text, and how familiar with it, the model must be to be
// heard. It was trained on English only, and on machine-made or other trades'
// texts mostly: it knows those by heart and real customers less well.
type bar struct{ sure, familiar float64 }

var (
	// whereSilent holds where the rules found nothing.
	whereSilent = bar{.55, .3}
	// overCourtesy holds where they found a courtesy only, and not a clear one.
	overCourtesy = bar{.8, .5}
	// overRules holds against an intent that they found.
	overRules = bar{.9, .65}
	// outOfScope holds for saying that such an intent is none after all.
	outOfScope = bar{.97, .9}
)

const (
	// clearCourtesy is the score of a courtesy that is not argued with, and
	// clearIntent that of an intent that is not taken for out of scope.
	clearCourtesy = .9
	clearIntent   = .925
	// wordsToArgue is how many words it takes to argue with the rules.
	wordsToArgue = 3
)

func (o opinion) clears(b bar) bool { return o.sure >= b.sure && o.familiar >= b.familiar }

// consult asks the model for its opinion and lets it count where it may.
func (r *Recogniser) consult(u *Understanding, t *words.Text) {
	if r.model == nil || (u.Language != "en" && u.Language != "") || len(t.Words) == 0 {
		return
	}
	o := r.opinion(t)
	score := .4 + .4*o.sure
	if len(u.Intents) == 0 {
		if !o.clears(whereSilent) {
			return
		}
	} else {
		top := slices.MaxFunc(u.Intents, func(a, b Scored) int { return int(1e6 * (a.Score - b.Score)) })
		if top.Name == o.intent || t.Count() < wordsToArgue || !o.clears(barAgainst(top, o.intent)) {
			return
		}
		score = top.Score + .01
	}
	u.drop(o.intent)
	u.Intents = append(u.Intents, Scored{o.intent, score})
	u.Rules = append(u.Rules, fmt.Sprintf("model: %s, %.2f sure, %.2f familiar", o.intent, o.sure, o.familiar))
}

// never is a bar that nothing clears.
var never = bar{2, 2}

func barAgainst(top Scored, i Intent) bar {
	switch {
	case courtesy(top.Name) && top.Score < clearCourtesy && !courtesy(i) && i != OutOfScope:
		return overCourtesy
	case i == OutOfScope && top.Score > clearIntent:
		return never
	case i == OutOfScope:
		return outOfScope
	}
	return overRules
}

func (r *Recogniser) opinion(t *words.Text) opinion {
	var f linear.Features
	f.Read(t)
	var room [maxClasses]float32
	p := room[:len(r.classes)]
	r.model.Score(&f, p)
	best := 0
	for c, v := range p {
		if v > p[best] {
			best = c
		}
	}
	return opinion{r.classes[best], float64(p[best]), r.model.Familiar(&f, best)}
}
