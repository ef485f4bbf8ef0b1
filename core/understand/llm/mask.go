package llm

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"wismo/core/understand"
)

// masked is a text as the model sees it.
type masked struct {
	// text with placeholders, original without.
	text, original string
	hidden         []stretch
}

// stretch is a part of the original that is hidden behind a placeholder.
type stretch struct {
	start, end  int
	kind        understand.EntityType // empty: a number that nobody knows
	placeholder string
}

var (
	addressRE = regexp.MustCompile(`[^\s@<>]+@[^\s@<>]+`)
	// numberRE finds four digits or more, in groups or not, with the letters
	// that they hang together with.
	numberRE = regexp.MustCompile(`[\pL\p{Nd}_-]*(?:\p{Nd}[ .\-/()]{0,3}){3}\p{Nd}(?:[ .\-/()]{0,2}\p{Nd})*[\pL\p{Nd}_-]*`)
	// linkRE finds links, which may hold tokens.
	linkRE = regexp.MustCompile(`(?i)(?:https?://|www\.)\S+`)
)

// mask replaces what was recognised, and all else that looks like an address, a
// link or a long number, by placeholders.
func mask(text string, found []understand.Entity) masked {
	m := masked{original: cut(text)}
	for _, e := range found {
		m.hide(e.Start, e.End, e.Type)
	}
	for _, re := range []*regexp.Regexp{linkRE, addressRE, numberRE} {
		for _, at := range re.FindAllStringIndex(m.original, -1) {
			m.hideRest(at[0], at[1])
		}
	}
	m.hidden = m.ordered()
	var b strings.Builder
	count, last := map[string]int{}, 0
	for i := range m.hidden {
		s := &m.hidden[i]
		name := nameOf(s.kind)
		count[name]++
		s.placeholder = fmt.Sprintf("[%s_%d]", name, count[name])
		b.WriteString(m.original[last:s.start])
		b.WriteString(s.placeholder)
		last = s.end
	}
	b.WriteString(m.original[last:])
	m.text = b.String()
	return m
}

// cut is text, at most maxText bytes of it, not cut within a character.
func cut(text string) string {
	if len(text) <= maxText {
		return text
	}
	n := maxText
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// hide hides a stretch, unless it lies outside or over another.
func (m *masked) hide(start, end int, kind understand.EntityType) {
	if start < 0 || end <= start || end > len(m.original) || m.over(start, end) {
		return
	}
	m.hidden = append(m.hidden, stretch{start: start, end: end, kind: kind})
}

// hideRest hides what of a stretch is not hidden yet.
func (m *masked) hideRest(start, end int) {
	at := start
	for _, s := range m.ordered() {
		if s.end <= at || s.start >= end {
			continue
		}
		m.hideSaying(at, s.start)
		at = s.end
	}
	m.hideSaying(at, end)
}

// hideSaying hides a stretch that has letters or digits.
func (m *masked) hideSaying(start, end int) {
	if start < end && strings.ContainsFunc(m.original[start:end], func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }) {
		m.hide(start, end, "")
	}
}

// ordered are the stretches as they stand in the text.
func (m *masked) ordered() []stretch {
	return slices.SortedFunc(slices.Values(m.hidden), func(a, b stretch) int { return cmp.Compare(a.start, b.start) })
}

func (m *masked) over(start, end int) bool {
	return slices.ContainsFunc(m.hidden, func(s stretch) bool { return start < s.end && s.start < end })
}

func nameOf(k understand.EntityType) string {
	switch k {
	case understand.Email:
		return "EMAIL"
	case understand.Phone:
		return "PHONE"
	case understand.OrderNumber:
		return "ORDER"
	case understand.TrackingNumber:
		return "TRACKING"
	default:
		return "NUMBER"
	}
}
