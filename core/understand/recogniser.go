package understand

import (
	"cmp"
	"slices"

	"wismo/core/understand/lexicon"
	"wismo/core/understand/words"
)

// Recogniser is the built-in recogniser: rules over the meanings of words lead,
// and a small learnt model helps where they are silent or unsure. It keeps no
// state and may be used from any goroutine.
type Recogniser struct {
	lex *lexicon.Lexicon
}

var _ Recognizer = (*Recogniser)(nil)

// New builds the recogniser from the lexicons and weights that are part of the
// program. An error means that they are broken.
func New() (*Recogniser, error) {
	lex, err := lexicon.New()
	if err != nil {
		return nil, err
	}
	return &Recogniser{lex: lex}, nil
}

// Understand implements Recognizer.
func (r *Recogniser) Understand(text string, h Hint) Understanding {
	t := words.Split(text)
	f := r.lex.Scan(t)
	u := Understanding{Language: f.Language, Entities: entities(text, h)}
	for _, hit := range f.Intents {
		u.Intents = append(u.Intents, Scored{Intent(hit.Name), float64(hit.Score)})
		u.Rules = append(u.Rules, hit.Rule)
	}
	settle(&u, t)
	u.Upset = mood(t, f.Moods)
	return u
}

// settle orders the intents, and names what a text without any is.
func settle(u *Understanding, t *words.Text) {
	if given(u, t) {
		u.add(ProvideInfo, .88, "little but an entity")
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

// given reports whether a text brings what was asked for: an entity, with few
// words around it and no wish of its own.
func given(u *Understanding, t *words.Text) bool {
	for _, s := range u.Intents {
		if !courtesy(s.Name) && s.Name != OtherStore && s.Name != OutOfScope {
			return false
		}
	}
	plain, numbers := 0, 0
	for _, w := range t.Words {
		switch w.Kind {
		case words.Letters:
			plain++
		case words.Number:
			if len(w.Text) >= 4 {
				numbers++
			}
		}
	}
	if len(u.Entities) > 0 {
		return plain <= maxAround
	}
	return numbers > 0 && plain <= 4 && len(u.Intents) == 0
}

// maxAround is how many words may stand around an entity that is merely given.
const maxAround = 10
