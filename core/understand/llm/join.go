package llm

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"wismo/core/message"
	"wismo/core/shop"
	"wismo/core/understand"
)

const (
	// score is what the model's first intent counts, step how much less each
	// further one.
	score, step = .7, .05
	// most is how many intents and entities the model may name.
	most, mostEntities = 3, 16
)

// join is the first opinion u with the model's in the place of its intents. An
// error means that the model's holds something that may not be.
func join(u understand.Understanding, o opinion, m masked, h understand.Hint) (understand.Understanding, error) {
	intents, err := intentsOf(o)
	if err != nil {
		return u, err
	}
	found, err := entitiesOf(o, u, m, h)
	if err != nil {
		return u, err
	}
	if !slices.Contains(languages(), cmp.Or(o.Language, "other")) {
		return u, refused("the language is not one of those that are told apart")
	}
	rules := slices.Clone(u.Rules)
	for _, i := range intents {
		rules = append(rules, string(i.Name)+": second opinion")
	}
	// Nobody who asks for a person, or complains, is to lose that.
	for _, i := range u.Intents {
		keep := i.Name == understand.HumanAgent || i.Name == understand.Complaint
		if keep && !slices.ContainsFunc(intents, func(s understand.Scored) bool { return s.Name == i.Name }) {
			intents = append(intents, i)
		}
	}
	slices.SortStableFunc(intents, func(a, b understand.Scored) int { return cmp.Compare(b.Score, a.Score) })
	u.Intents, u.Rules, u.Entities = intents, rules, append(slices.Clone(u.Entities), found...)
	slices.SortStableFunc(u.Entities, func(a, b understand.Entity) int { return cmp.Compare(a.Start, b.Start) })
	if u.Language == "" || u.Language == "other" {
		u.Language = o.Language
	}
	return u, nil
}

func intentsOf(o opinion) ([]understand.Scored, error) {
	if len(o.Intents) == 0 || len(o.Intents) > most {
		return nil, refused("it names no intent, or too many")
	}
	var out []understand.Scored
	for n, name := range o.Intents {
		i := understand.Intent(name)
		if !listed(i) {
			return nil, refused("an intent is not on the list")
		}
		if slices.ContainsFunc(out, func(s understand.Scored) bool { return s.Name == i }) {
			return nil, refused("an intent is named twice")
		}
		out = append(out, understand.Scored{Name: i, Score: score - step*float64(n)})
	}
	return out, nil
}

// entitiesOf are those that the model adds to the first opinion's. Each must
// stand in the text byte for byte, and be what it is said to be.
func entitiesOf(o opinion, u understand.Understanding, m masked, h understand.Hint) ([]understand.Entity, error) {
	if len(o.Entities) > mostEntities {
		return nil, refused("it names too many entities")
	}
	var out []understand.Entity
	for _, e := range o.Entities {
		start, end, kind, ok := m.place(e.Text)
		if !ok {
			return nil, refused("an entity does not stand in the text")
		}
		said := understand.EntityType(e.Type)
		if kind != "" && kind != said {
			return nil, refused("an entity is taken for one of another type")
		}
		if kind != "" || slices.ContainsFunc(out, func(x understand.Entity) bool { return start < x.End && x.Start < end }) {
			continue // known
		}
		if slices.ContainsFunc(u.Entities, func(x understand.Entity) bool { return start < x.End && x.Start < end }) {
			return nil, refused("an entity lies over another")
		}
		text := m.original[start:end]
		value, ok := valueOf(said, text, h)
		if !ok {
			return nil, refused("an entity is not of the type that it is said to be")
		}
		out = append(out, understand.Entity{Type: said, Text: text, Value: value, Start: start, End: end})
	}
	return out, nil
}

// place finds where something that the model names stands in the original, and
// what it is known to be.
func (m masked) place(text string) (start, end int, kind understand.EntityType, ok bool) {
	for _, s := range m.hidden {
		if s.placeholder == text {
			return s.start, s.end, s.kind, true
		}
	}
	if text == "" || !strings.Contains(m.text, text) {
		return 0, 0, "", false
	}
	at := strings.Index(m.original, text)
	if at < 0 || m.over(at, at+len(text)) {
		return 0, 0, "", false
	}
	return at, at + len(text), "", true
}

// trackingRE is what tracking numbers have in common.
var trackingRE = regexp.MustCompile(`^[A-Z0-9]{8,35}$`)

// valueOf brings a text into the canonical form of its type; ok is false if it
// is not of it.
func valueOf(t understand.EntityType, text string, h understand.Hint) (value string, ok bool) {
	switch t {
	case understand.Email:
		return message.CanonicalEmail(text)
	case understand.Phone:
		return message.CanonicalPhone(text, h.Region)
	case understand.TrackingNumber:
		value = strings.ToUpper(strings.Join(strings.Fields(text), ""))
		return value, trackingRE.MatchString(value)
	case understand.OrderNumber:
		value = h.Format.Canonical(text)
		return value, fits(value, h.Format)
	default:
		return "", false
	}
}

var orderRE = regexp.MustCompile(`^[A-Z0-9-]{1,24}$`)

// fits reports whether a canonical order number has the shop's count of digits.
func fits(v string, f shop.OrderFormat) bool {
	digits := 0
	for _, c := range v {
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	return orderRE.MatchString(v) && digits >= max(f.MinDigits, 1) && digits <= max(f.MaxDigits, f.MinDigits)
}
