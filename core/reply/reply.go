// Package reply knows how the bot speaks: the wording of every situation by
// language and channel, how dates are told, and how a text is made to fit a
// text message. It never decides what is said.
//
// A text is a list of parts, each a key of the catalogue (wording/<language>.json,
// in go-i18n's format) with the facts it may mention. A key may have a variant
// for one channel, "intro.sms" beside "intro", and one that counts has a form
// for each of CLDR's plural categories in its language.
package reply

import (
	"strings"
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

// maxSegments is how long an answer about one parcel may be as a text message.
const maxSegments = 2

// Say words the parts for a channel in a language, falling back to the shop's
// own and to English.
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
	f, t := p.Facts, v.tongue(s, language)
	w := words{
		Shop: s.Name, Order: f.Order, Ref: f.Ref, Carrier: f.Carrier, Place: f.Place, Link: f.Link,
		At: date(t.language, f.At, f.HasTime, s.Location, now), Due: date(t.language, f.Due, false, s.Location, now),
		Text: f.Text, Number: f.Number, Count: f.Count,
	}
	subject := "subject_order"
	if f.Number > 0 {
		subject = "subject_parcel"
	}
	var err error
	if w.What, err = t.say(subject, c, w); err != nil {
		return "", err
	}
	if w.Within, err = t.say("within", c, w); err != nil {
		return "", err
	}
	return t.say(p.Key, c, w)
}

// Text words one key, for what is no reply: the subject and the text of a mail.
func (v *Voice) Text(s shop.Shop, language, key string, f Facts, now time.Time) (string, error) {
	return v.word(s, message.Email, language, Part{Key: key, Facts: f}, now)
}
