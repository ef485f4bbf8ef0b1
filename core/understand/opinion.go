package understand

import (
	_ "embed"
	"fmt"
	"slices"

	"wismo/core/understand/linear"
	"wismo/core/understand/words"
)

//go:generate go run wismo/cmd/internal/trainintents -out weights.bin

//go:embed weights.bin
var weights []byte

// The model has seen English only, and machine-made or other trades' texts
// mostly. It knows them by heart and real customers less well, so it speaks
// only where the rules are silent or where it is all but certain.
const (
	// sureAlone is how sure the model must be where the rules are silent.
	sureAlone = .55
	// sureAgainst is how sure it must be to speak against the rules.
	sureAgainst = .97
)

// consult asks the model for its opinion.
func (r *Recogniser) consult(u *Understanding, t *words.Text) {
	if r.model == nil || (u.Language != "en" && u.Language != "") || len(t.Words) == 0 {
		return
	}
	var f linear.Features
	f.Read(t)
	var room [32]float32
	p := room[:len(r.model.Classes())]
	r.model.Score(&f, p)
	best, elsewhere := 0, float32(0)
	for c, v := range p {
		if v > p[best] {
			best = c
		}
		if i := r.classes[c]; i == OutOfScope || i == OtherStore {
			elsewhere += v
		}
	}
	u.weigh(t, r.classes[best], float64(p[best]), r.model.Familiar(&f, best))
	_ = elsewhere
}

// weigh lets the model's opinion count.
func (u *Understanding) weigh(t *words.Text, i Intent, sure, familiar float64) {
	rule := fmt.Sprintf("model: %s %.2f familiar %.2f", i, sure, familiar)
	if len(u.Intents) == 0 {
		if sure >= sureAlone && familiar >= FamAlone {
			u.Intents = append(u.Intents, Scored{i, .4 + .4*sure})
			u.Rules = append(u.Rules, rule)
		}
		return
	}
	top := slices.MaxFunc(u.Intents, func(a, b Scored) int {
		if a.Score < b.Score {
			return -1
		}
		return 1
	})
	fa, sa := FamAgainst, SureAgainst
	if i == OutOfScope {
		fa, sa = FamOut, SureOut
	}
	if courtesy(top.Name) && top.Score < .9 && !courtesy(i) {
		fa, sa = .5, .8
	}
	if t.Count() < 3 || top.Score > .92 && i == OutOfScope || top.Name == i || sure < sa || familiar < fa {
		return
	}
	u.Intents = slices.DeleteFunc(u.Intents, func(s Scored) bool { return s.Name == i })
	u.Intents = append(u.Intents, Scored{i, top.Score + .01})
	u.Rules = append(u.Rules, rule)
}

var FamOut, SureOut = .9, .97
var FamAlone, FamAgainst, SureAgainst = .3, .65, .9
