package understand

import (
	"cmp"
	"fmt"
	"slices"

	"wismo/core/understand/lexicon"
	"wismo/core/understand/linear"
	"wismo/core/understand/words"
)

// Recogniser is the built-in recogniser: rules over the meanings of words lead,
// and a small learnt model helps where they are silent or unsure. It keeps no
// state and may be used from any goroutine.
type Recogniser struct {
	lex     *lexicon.Lexicon
	model   *linear.Model
	classes []Intent
}

var _ Recognizer = (*Recogniser)(nil)

// maxClasses is how many classes a model may have.
const maxClasses = 32

// New builds the recogniser from the lexicons and weights that are part of the
// program. An error means that they are broken.
func New() (*Recogniser, error) {
	m, err := linear.Parse(weights)
	if err != nil {
		return nil, err
	}
	return NewWith(m)
}

// NewWith builds the recogniser with another model than the one that is part of
// the program, or with none, as those need who measure what a model is worth.
func NewWith(m *linear.Model) (*Recogniser, error) {
	lex, err := lexicon.New()
	if err != nil {
		return nil, err
	}
	r := &Recogniser{lex: lex, model: m}
	if m != nil {
		if len(m.Classes()) > maxClasses {
			return nil, fmt.Errorf("understand: the model has %d classes", len(m.Classes()))
		}
		for _, c := range m.Classes() {
			r.classes = append(r.classes, Intent(c))
		}
	}
	return r, nil
}

// Understand implements Recognizer.
func (r *Recogniser) Understand(text string, h Hint) Understanding {
	t := words.Split(text)
	f := r.lex.Scan(t)
	u := Understanding{Language: f.Language, Entities: entities(text, h)}
	for _, hit := range f.Intents {
		u.Intents = append(u.Intents, Scored{Intent(hit.Name), hit.Score})
		u.Rules = append(u.Rules, hit.Rule)
	}
	r.consult(&u, t)
	settle(&u, t)
	u.Upset = mood(t, f.Moods)
	return u
}

// settle orders the intents, and names what a text without any is.
func settle(u *Understanding, t *words.Text) {
	if !given(u, t) {
		u.drop(ProvideInfo)
	}
	if slices.ContainsFunc(u.Intents, func(s Scored) bool { return !courtesy(s.Name) }) {
		for i := range u.Intents {
			if courtesy(u.Intents[i].Name) {
				u.Intents[i].Score *= courtesyShare
			}
		}
	}
	if len(u.Intents) == 0 {
		u.add(OutOfScope, .5, "nothing known")
	}
	slices.SortStableFunc(u.Intents, func(a, b Scored) int { return cmp.Compare(b.Score, a.Score) })
}

func (u *Understanding) drop(i Intent) {
	u.Intents = slices.DeleteFunc(u.Intents, func(s Scored) bool { return s.Name == i })
}

func (u *Understanding) add(i Intent, score float64, rule string) {
	u.Intents = append(u.Intents, Scored{i, score})
	u.Rules = append(u.Rules, string(i)+": "+rule)
}

// courtesyShare is what is left of a greeting's score when the message also
// says what it is about.
const courtesyShare = .6

// courtesy reports whether an intent is how people talk, not what about.
func courtesy(i Intent) bool {
	switch i {
	case Greeting, Thanks, Goodbye, Affirm, Deny:
		return true
	}
	return false
}

// given reports whether a text brings what was asked for, an entity or a long
// number, and has no wish of its own.
func given(u *Understanding, t *words.Text) bool {
	for _, s := range u.Intents {
		if !courtesy(s.Name) && s.Name != ProvideInfo && s.Name != OtherStore {
			return false
		}
	}
	if len(u.Entities) > 0 {
		return true
	}
	return slices.ContainsFunc(t.Words, func(w words.Word) bool { return w.Kind == words.Number && len(w.Text) >= 4 })
}
