// Package reply knows how the bot speaks: the wording of every situation by
// language and channel, how dates are told, and how a text is made to fit a
// text message. It never decides what is said.
//
// A text is a list of parts, each a key of the catalogue (wording/<language>.json)
// with the facts it may mention. A key may have a variant for one channel,
// "intro.sms" beside "intro".
package reply

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"text/template"
	"time"

	"wismo/core/message"
	"wismo/core/shop"
	"wismo/core/sms"
)

// Part is one sentence or two of a reply.
type Part struct {
	// Key of the catalogue.
	Key string
	// Facts that the wording may mention.
	Facts Facts
	// Rank is how readily the part is left out where the text is too long for
	// two SMS segments: 0 never, then the highest first.
	Rank int
}

// Facts are the values a wording may mention; only what its situation has is
// filled.
type Facts struct {
	// Order is the order's name, Ref an order number as the customer typed it.
	Order, Ref string
	// Number counts parcels from 1; 0 means that the order is one parcel.
	Number int
	// Carrier, Place and Link of a parcel.
	Carrier, Place, Link string
	// At is when something happened, Due when something is expected. HasTime
	// says whether At's hour is worth telling.
	At, Due time.Time
	HasTime bool
	// Count of something.
	Count int
	// Text is anything else: a policy, an example, an address.
	Text string
}

// Voice speaks for the shops. It is safe for use by many goroutines.
type Voice struct {
	languages map[string]*template.Template
}

//go:embed wording/*.json
var wording embed.FS

// New reads the catalogues. An error names the language and the key.
func New() (*Voice, error) {
	files, err := wording.ReadDir("wording")
	if err != nil {
		return nil, fmt.Errorf("read the wording: %w", err)
	}
	v := &Voice{languages: map[string]*template.Template{}}
	for _, f := range files {
		language := strings.TrimSuffix(f.Name(), ".json")
		t, err := catalogue("wording/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("wording of %s: %w", language, err)
		}
		v.languages[language] = t
	}
	return v, nil
}

func catalogue(file string) (*template.Template, error) {
	raw, err := wording.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var texts map[string]string
	if err := json.Unmarshal(raw, &texts); err != nil {
		return nil, err
	}
	root := template.New("").Option("missingkey=error")
	for key, text := range texts {
		if _, err := root.New(key).Parse(text); err != nil {
			return nil, fmt.Errorf("key %q: %w", key, err)
		}
	}
	return root, nil
}

// maxSegments is how long an answer about one parcel may be as a text message.
const maxSegments = 2

// Say words the parts for a channel in a language, falling back to English.
// On SMS the text is written plainly and parts with a Rank are left out until
// it fits two segments. now decides how dates are told.
func (v *Voice) Say(s shop.Shop, c message.Channel, language string, parts []Part, now time.Time) (string, error) {
	parts = append([]Part(nil), parts...)
	for {
		text, err := v.join(s, c, language, parts, now)
		if err != nil || c != message.SMS {
			return text, err
		}
		text = sms.Plain(text)
		if sms.Count(text).Segments <= maxSegments || !dropOne(&parts) {
			return text, nil
		}
	}
}

// dropOne leaves out the part with the highest rank, the last among equals.
func dropOne(parts *[]Part) bool {
	at := -1
	for i, p := range *parts {
		if p.Rank > 0 && (at < 0 || p.Rank >= (*parts)[at].Rank) {
			at = i
		}
	}
	if at < 0 {
		return false
	}
	*parts = append((*parts)[:at], (*parts)[at+1:]...)
	return true
}

func (v *Voice) join(s shop.Shop, c message.Channel, language string, parts []Part, now time.Time) (string, error) {
	lines := make([]string, 0, len(parts))
	for _, p := range parts {
		line, err := v.word(s, c, language, p, now)
		if err != nil {
			return "", err
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	if c == message.SMS {
		return strings.Join(lines, " "), nil
	}
	return strings.Join(lines, "\n"), nil
}

// words are the facts as a template sees them: everything as text.
type words struct {
	Shop, Order, Ref, What, Carrier, Place, Link, At, Due, Text, Within string
	Number, Count                                                       int
}

func (v *Voice) word(s shop.Shop, c message.Channel, language string, p Part, now time.Time) (string, error) {
	f := p.Facts
	w := words{
		Shop: s.Name, Order: f.Order, Ref: f.Ref, Carrier: f.Carrier, Place: f.Place, Link: f.Link,
		At: date(f.At, f.HasTime, s.Location, now), Due: date(f.Due, false, s.Location, now),
		Text: f.Text, Within: s.AnswerWithin, Number: f.Number, Count: f.Count,
	}
	subject := "subject_order"
	if f.Number > 0 {
		subject = "subject_parcel"
	}
	what, err := v.execute(language, c, subject, w)
	if err != nil {
		return "", err
	}
	w.What = what
	return v.execute(language, c, p.Key, w)
}

func (v *Voice) execute(language string, c message.Channel, key string, w words) (string, error) {
	root, ok := v.languages[language]
	if !ok {
		root = v.languages["en"]
	}
	t := root.Lookup(key + "." + string(c))
	if t == nil {
		t = root.Lookup(key)
	}
	if t == nil {
		return "", fmt.Errorf("no wording for %q in %s", key, language)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, w); err != nil {
		return "", fmt.Errorf("wording %q in %s: %w", key, language, err)
	}
	return b.String(), nil
}

// date tells a day as people do: "Mon 23 Nov", with the year if it is not this
// one and the hour if it is worth telling. A zero time is "".
func date(t time.Time, withTime bool, loc *time.Location, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	t, now = t.In(loc), now.In(loc)
	layout := "Mon 2 Jan"
	if t.Year() != now.Year() {
		layout = "Mon 2 Jan 2006"
	}
	if withTime {
		layout += ", 15:04"
	}
	return t.Format(layout)
}
