// Package llm knows how to ask a language model what a text means, at any
// endpoint that speaks OpenAI's chat completions, as a second opinion where the
// built-in recogniser is unsure.
//
// The model is trusted with nothing. It sees the customer's text and nothing
// else: no order, no conversation, and the text with its addresses and numbers
// replaced by placeholders. It chooses from the closed list of intents and
// points at what stands in the text; it never words a reply. An answer with any
// other intent, or with anything that the text does not hold byte for byte, is
// thrown away whole, and so is one that comes late. Then the first opinion
// stands. What it may change is therefore what the customer is taken to want;
// who may see an order is decided elsewhere, and not by it.
package llm

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"
	"unicode"

	"wismo/core/understand"
)

const (
	// Unsure is the score below which the best intent is asked about again. The
	// built-in rules begin at .85 and courtesies beside another intent at about
	// .5; what lies below .7 is the small model's word alone, at less than .75
	// of its confidence.
	Unsure = .7
	// Within bounds a question, answer included; one try.
	Within = 3 * time.Second
	// MaxBytes bounds the answer's size.
	MaxBytes = 64 << 10
	// maxText is how much of a text is shown, in bytes.
	maxText = 2000
	// maxAsking is how many questions may be under way; one more is not asked.
	maxAsking = 8
)

// Config of a Recogniser.
type Config struct {
	// First is asked first, and stands wherever the model does not help.
	First understand.Recognizer
	// URL is the endpoint's base, to which "/chat/completions" is added:
	// "https://api.openai.com/v1".
	URL string
	// Model is the model's name at the endpoint.
	Model string
	// Key is the bearer token, empty for none.
	Key string
	// HTTP is made by core/remote, with MaxBytes.
	HTTP *http.Client
	// Within replaces the bound of that name if it is above 0.
	Within time.Duration
	// Now is time.Now.
	Now func() time.Time
	Log *slog.Logger
}

// Recogniser asks another one, and the model where that is unsure. It may be
// used from any goroutine.
type Recogniser struct {
	c     Config
	slots chan struct{}
	rest  rest
}

var _ understand.Recognizer = (*Recogniser)(nil)

// New returns a Recogniser. Nothing is called yet.
func New(c Config) *Recogniser {
	c.URL = strings.TrimRight(c.URL, "/")
	c.Within = cmp.Or(c.Within, Within)
	return &Recogniser{c: c, slots: make(chan struct{}, maxAsking)}
}

// Understand implements understand.Recognizer. It takes at most Within longer
// than the first recogniser alone.
func (r *Recogniser) Understand(text string, h understand.Hint) understand.Understanding {
	u := r.c.First.Understand(text, h)
	if !unsure(u, text) || r.rest.resting(r.c.Now()) {
		return u
	}
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	default:
		return u
	}
	ctx, cancel := context.WithTimeout(context.Background(), r.c.Within)
	defer cancel()
	m := mask(text, u.Entities)
	o, err := r.ask(ctx, m.text)
	if err == nil {
		var second understand.Understanding
		if second, err = join(u, o, m, h); err == nil {
			r.rest.answered()
			return second
		}
	}
	if r.rest.failed(err, r.c.Now()) {
		r.c.Log.Warn("the second opinion fails; it is not asked for a while", "error", err)
	}
	return u
}

// unsure reports whether a second opinion is worth asking for.
func unsure(u understand.Understanding, text string) bool {
	if len(u.Intents) == 0 || !wordy(text) {
		return false
	}
	best := u.Intents[0]
	return best.Score < Unsure || best.Name == understand.OutOfScope
}

// wordy reports whether there is a word in a text, and not only signs, numbers
// and addresses.
func wordy(text string) bool {
	for _, w := range strings.Fields(cut(text)) {
		letters := 0
		for _, c := range w {
			switch {
			case unicode.IsLetter(c):
				letters++
			case c == '@', unicode.IsDigit(c):
				letters = -maxText
			}
		}
		if letters >= 2 {
			return true
		}
	}
	return false
}
