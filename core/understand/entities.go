package understand

import (
	"regexp"
	"strings"
	"unicode"

	"wismo/core/message"
	"wismo/core/shop"
)

// reader finds entities in a text. Each kind claims its bytes, strongest
// evidence first, so that no stretch is read as two things.
type reader struct {
	text  string
	lower string // ASCII-lowered, same length as text
	hint  Hint
	taken []bool
	found []Entity
}

// maxRead bounds how much of a text is searched for entities.
const maxRead = 4 << 10

func entities(text string, h Hint) []Entity {
	if len(text) > maxRead {
		text = strings.ToValidUTF8(text[:maxRead], "")
	}
	r := &reader{text: text, lower: asciiLower(text), hint: h, taken: make([]bool, len(text))}
	r.emails()
	if hasDigit(text) {
		r.links()
		r.trackingNumbers()
		r.notNumbers()
		r.namedOrders()
		r.phones()
		r.bareOrders()
	}
	sortByStart(r.found)
	return r.found
}

func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

func sortByStart(es []Entity) {
	for i := 1; i < len(es); i++ {
		for j := i; j > 0 && es[j].Start < es[j-1].Start; j-- {
			es[j], es[j-1] = es[j-1], es[j]
		}
	}
}

func (r *reader) free(start, end int) bool {
	for i := start; i < end; i++ {
		if r.taken[i] {
			return false
		}
	}
	return true
}

func (r *reader) claim(start, end int) {
	for i := start; i < end; i++ {
		r.taken[i] = true
	}
}

func (r *reader) add(t EntityType, start, end int, value string) {
	r.claim(start, end)
	r.found = append(r.found, Entity{Type: t, Text: r.text[start:end], Value: value, Start: start, End: end})
}

var (
	emailRE    = regexp.MustCompile(`[\pL\pN._%+'-]+@[\pL\pN-]+(?:\.[\pL\pN-]+)+`)
	linkRE     = regexp.MustCompile(`(?:https?://|www\.)\S+`)
	trackingRE = regexp.MustCompile(`\b(?:1z[0-9a-z]{16}|[a-z]{2}\d{9}[a-z]{2}|\d{18,34}|jjd\d{14,20}|tba\d{12})\b`)
	// What looks like a number but is a date, a time, money, a share or a
	// quantity.
	dateRE     = regexp.MustCompile(`\b\d{1,4}[./-]\d{1,2}(?:[./-]\d{1,4})?\b`)
	monthRE    = regexp.MustCompile(`\b(?:\d{1,2}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d{1,2}(?:st|nd|rd|th)?)(?:,?\s+\d{4})?\b`)
	yearRE     = regexp.MustCompile(`\b(?:in|of|since|year)\s+(?:19|20)\d\d\b`)
	timeRE     = regexp.MustCompile(`\b\d{1,2}(?::\d{2})?\s?(?:am|pm|h|o'clock)\b|\b\d{1,2}:\d{2}\b`)
	moneyRE    = regexp.MustCompile(`[$€£]\s?\d[\d.,]*|\b\d[\d.,]*\s?(?:[$€£]|usd|eur|gbp|dollars?|euros?|bucks|pounds?)|\b\d+[.,]\d{2}\b`)
	quantityRE = regexp.MustCompile(`\b\d+\s?(?:%|x\b|days?|weeks?|months?|years?|hours?|hrs?|minutes?|mins?|times?|items?|pcs|pieces?|pairs?|boxes|parcels?|packages?|kg|g\b|lbs?|cm|mm|oz|people|emails?|messages?|st\b|street|ave|avenue|road|rd\b)`)
	postcodeRE = regexp.MustCompile(`\b(?:zip|zip ?code|postcode|postal code|post code)\s*(?:is|:|=)?\s*[a-z0-9]{3,8}(?:[ -][a-z0-9]{3,4})?\b`)
	phoneRE    = regexp.MustCompile(`\+?\(?\d[\d\s().-]{7,18}\d`)
)

func (r *reader) emails() {
	if !strings.Contains(r.text, "@") {
		return
	}
	for _, m := range emailRE.FindAllStringIndex(r.text, 8) {
		start, end := m[0], m[1]
		raw := strings.TrimRight(r.text[start:end], ".'-")
		if v, ok := message.CanonicalEmail(raw); ok {
			r.add(Email, start, start+len(raw), v)
		}
	}
}

func (r *reader) links() {
	if !strings.Contains(r.lower, "http") && !strings.Contains(r.lower, "www.") {
		return
	}
	for _, m := range linkRE.FindAllStringIndex(r.lower, 8) {
		if r.free(m[0], m[1]) {
			r.claim(m[0], m[1])
		}
	}
}

func (r *reader) trackingNumbers() {
	for _, m := range trackingRE.FindAllStringIndex(r.lower, 8) {
		if r.free(m[0], m[1]) {
			r.add(TrackingNumber, m[0], m[1], strings.ToUpper(r.text[m[0]:m[1]]))
		}
	}
}

// notNumbers claims what must not be read as an order number, unless it is
// named as one ("order 2026").
func (r *reader) notNumbers() {
	for _, re := range []*regexp.Regexp{postcodeRE, moneyRE, dateRE, monthRE, yearRE, timeRE, quantityRE} {
		for _, m := range re.FindAllStringIndex(r.lower, 16) {
			if r.free(m[0], m[1]) && !r.named(m[0]) {
				r.claim(m[0], m[1])
			}
		}
	}
}

var (
	// The words that name what follows as an order number.
	namingRE = regexp.MustCompile(`(?:\border|\bordernr|\bpurchase|\bconfirmation)\s*(?:number|no\.?|nr\.?|num|id|code|ref(?:erence)?)?\s*(?:is|was|:|=|-)?\s*[#'"(]*\s*$`)
	// A run that may be an order number: digits, perhaps with letters before or
	// after, perhaps spelt out digit by digit.
	runRE     = regexp.MustCompile(`(?:#\s?)?[a-z]{0,6}-?\d[\d-]*[a-z]{0,4}\d*(?:-[a-z0-9]{1,6})?\b`)
	spacedRE  = regexp.MustCompile(`\b\d(?: \d){2,9}\b`)
	confirmRE = regexp.MustCompile(`\b[A-Z0-9]{8,12}\b`)
)

func (r *reader) named(start int) bool {
	from := max(0, start-40)
	return namingRE.MatchString(r.lower[from:start]) || strings.HasSuffix(r.lower[:start], "#")
}

// namedOrders reads what the text itself calls an order number: "#1001",
// "order no. 1001", the shop's own prefix.
func (r *reader) namedOrders() {
	for _, m := range spacedRE.FindAllStringIndex(r.lower, 4) {
		if r.free(m[0], m[1]) && r.named(m[0]) {
			r.order(m[0], m[1])
		}
	}
	for _, m := range runRE.FindAllStringIndex(r.lower, 32) {
		start, end := m[0], m[1]
		if !r.startsClean(start) || !r.free(start, end) {
			continue
		}
		run := r.lower[start:end]
		if strings.HasPrefix(run, "#") || r.named(start) || r.ownPrefix(run) {
			r.order(start, end)
		}
	}
	for _, m := range confirmRE.FindAllStringIndex(r.text, 8) {
		if r.free(m[0], m[1]) && r.named(m[0]) && hasDigit(r.text[m[0]:m[1]]) {
			r.add(OrderNumber, m[0], m[1], r.text[m[0]:m[1]])
		}
	}
}

// startsClean reports whether a run does not begin inside a word.
func (r *reader) startsClean(start int) bool {
	if start == 0 {
		return true
	}
	c := rune(r.lower[start-1])
	return !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '.' && c != ',' && c < 0x80
}

func (r *reader) ownPrefix(run string) bool {
	p := strings.TrimPrefix(strings.ToLower(r.hint.Format.Prefix), "#")
	return p != "" && strings.HasPrefix(strings.TrimPrefix(run, "#"), p)
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// order adds text[start:end] as an order number if its length is right.
func (r *reader) order(start, end int) {
	raw := r.text[start:end]
	trimmed := strings.TrimRight(raw, "-")
	end = start + len(trimmed)
	value := orderValue(trimmed, r.hint.Format)
	if value == "" {
		return
	}
	r.add(OrderNumber, start, end, value)
}

// orderValue cleans a run into an order number, empty if it can be none.
func orderValue(raw string, f shop.OrderFormat) string {
	v := strings.ToUpper(strings.Join(strings.Fields(raw), ""))
	v = strings.TrimPrefix(v, "#")
	digits := 0
	for _, c := range v {
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	lo, hi := f.MinDigits, f.MaxDigits
	if lo == 0 {
		lo = 3
	}
	if hi == 0 {
		hi = 10
	}
	if digits < lo || digits > hi {
		return ""
	}
	return v
}

func (r *reader) phones() {
	for _, m := range phoneRE.FindAllStringIndex(r.text, 8) {
		start, end := m[0], m[1]
		if !r.free(start, end) {
			continue
		}
		if v, ok := message.CanonicalPhone(r.text[start:end], r.hint.Region); ok && len(v) >= 9 {
			r.add(Phone, start, end, v)
		}
	}
}

// bareOrders reads a number that nothing names. It counts when the bot has
// asked for one, when it is nearly all there is, or when the text speaks of an
// order or a parcel; and only if no named one was found.
func (r *reader) bareOrders() {
	for _, e := range r.found {
		if e.Type == OrderNumber {
			return
		}
	}
	if r.hint.Awaiting != OrderNumber && !orderTalkRE.MatchString(r.lower) && !r.mostlyNumber() {
		return
	}
	for _, re := range []*regexp.Regexp{spacedRE, runRE} {
		for _, m := range re.FindAllStringIndex(r.lower, 16) {
			if r.startsClean(m[0]) && r.free(m[0], m[1]) {
				r.order(m[0], m[1])
			}
		}
	}
}

var orderTalkRE = regexp.MustCompile(`\b(?:orders?|ordered|parcels?|packages?|delivery|delivered|deliver|shipment|shipped|shipping|arrived?|track(?:ing)?|where|bought|purchase|number)\b`)

// mostlyNumber reports whether the text is little more than one number:
// "1001", "it's 1001", "1001 ana@example.com".
func (r *reader) mostlyNumber() bool {
	letters := 0
	for i, c := range r.text {
		if unicode.IsLetter(c) && !r.taken[i] {
			letters++
		}
	}
	return letters <= 12
}
