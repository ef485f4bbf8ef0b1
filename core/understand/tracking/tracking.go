// Package tracking knows how carriers number their parcels: the shape of each
// format, its check digit, and whose it is. It asks nobody; that a number is
// well formed does not say that a parcel exists.
//
// The formats are those of github.com/jkeen/tracking_number_data (MIT), read
// on 2026-11-23 at commit b79ce4bf.
package tracking

import (
	"strings"
	"unicode"
)

// Match is a format that a number fits.
type Match struct {
	// Courier is the carrier's key, such as "ups", or "s10" for the postal
	// services' common format.
	Courier string
	// Name is what people call the carrier: "UPS", "Royal Mail".
	Name string
	// Service is the format's key, such as "fedex_ground".
	Service string
	// Checked says that a check digit was verified.
	Checked bool
	// Telling says that the shape alone gives the carrier away, by letters or
	// by length; digits of a common length do not.
	Telling bool
	// Country is the ISO 3166 code at the end of a postal (S10) number.
	Country string

	url string
}

// Clean returns number as carriers' systems take it: upper case, no spaces.
func Clean(number string) string {
	if clean(number) {
		return number
	}
	return strings.ToUpper(strings.Join(strings.Fields(number), ""))
}

func clean(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 'a' && c <= 'z' || c >= 0x80 {
			return false
		}
	}
	return true
}

// Identify returns the format that number fits best: checked before unchecked,
// telling before common. Spaces and case do not count. ok is false if there is
// none, or if the check digit is wrong.
func Identify(number string) (best Match, ok bool) {
	s := Clean(number)
	var found *format
	for i := range formats {
		if f := &formats[i]; f.fits(s) && (found == nil || f.rank() > found.rank()) {
			found = f
		}
	}
	if found == nil {
		return Match{}, false
	}
	return found.match(s), true
}

// All returns every format that number fits, in no order of likelihood. A bare
// run of digits may fit several.
func All(number string) []Match {
	s, all := Clean(number), []Match(nil)
	for i := range formats {
		if f := &formats[i]; f.fits(s) {
			all = append(all, f.match(s))
		}
	}
	return all
}

// URL returns the carrier's public page for number, empty if it has none that
// takes a number in its address.
func (m Match) URL(number string) string {
	if m.url == "" {
		return ""
	}
	return strings.Replace(m.url, "%s", Clean(number), 1)
}

// format is one way in which a carrier numbers parcels.
type format struct {
	courier, service string
	// shape as fitsShape reads it. Those with parts that may be missing leave
	// it empty, and check reads all.
	shape string
	// min and max bound the length.
	min, max int
	telling  bool
	// check verifies the check digit, nil if the format has none.
	check func(s string) bool
	// also is what the shape cannot say, nil if nothing.
	also func(s string) bool
}

func (f *format) fits(s string) bool {
	if len(s) < f.min || len(s) > f.max || uniform(s) {
		return false
	}
	return (f.shape == "" || fitsShape(f.shape, s)) && (f.check == nil || f.check(s)) && (f.also == nil || f.also(s))
}

// rank is how much fitting the format says, 1 to 4.
func (f *format) rank() int {
	r := 1
	if f.telling {
		r++
	}
	if f.check != nil {
		r += 2
	}
	return r
}

func (f *format) match(s string) Match {
	c := couriers[f.courier]
	m := Match{Courier: f.courier, Name: c.name, Service: f.service, Checked: f.check != nil, Telling: f.telling, url: c.url}
	if f.courier == "s10" {
		m.Country = s[len(s)-2:]
		if name := operators[m.Country]; name != "" {
			m.Name = name
		}
	}
	return m
}

// uniform reports whether s is one digit repeated, which passes many checks
// and is nobody's parcel.
func uniform(s string) bool { return strings.Trim(s, s[:1]) == "" }

// fitsShape reports whether s has a shape: "d" stands for a digit, "x" for a
// digit or letter, "a" for a letter, "[…]" for one of the characters, "*" for
// any number of the kind before, and anything else for itself.
func fitsShape(shape, s string) bool {
	i := 0
	for p := 0; p < len(shape); {
		kind, n := piece(shape[p:])
		p += n
		if p < len(shape) && shape[p] == '*' {
			p++
			for i < len(s) && oneOf(kind, s[i]) {
				i++
			}
			continue
		}
		if i == len(s) || !oneOf(kind, s[i]) {
			return false
		}
		i++
	}
	return i == len(s)
}

// piece returns the first kind of character in shape, and its length there.
func piece(shape string) (kind string, n int) {
	if shape[0] == '[' {
		n = strings.IndexByte(shape, ']') + 1
		return shape[:n], n
	}
	return shape[:1], 1
}

func oneOf(kind string, c byte) bool {
	digit, letter := c >= '0' && c <= '9', c >= 'A' && c <= 'Z'
	switch kind {
	case "d":
		return digit
	case "a":
		return letter
	case "x":
		return digit || letter
	}
	return len(kind) == 1 && kind[0] == c || len(kind) > 1 && c != '[' && c != ']' && strings.IndexByte(kind, c) > 0
}

// Is reports whether a store's name for a carrier means the one that was found:
// "DHL Express" is DHL, "UPS®" is UPS.
func (m Match) Is(company string) bool {
	return m.Name != "" && firstWord(company) == firstWord(m.Name)
}

// firstWord is the first run of letters and digits, in small letters.
func firstWord(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) == 0 {
		return ""
	}
	return words[0]
}
