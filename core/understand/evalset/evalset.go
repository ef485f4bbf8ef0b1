// Package evalset knows the texts by which the recogniser is judged, and how
// its answers are counted. Only tests and measuring programs import it.
package evalset

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"wismo/core/shop"
	"wismo/core/understand"
)

// Case is a text and the entities that stand in it, as canonical values in any
// order.
type Case struct {
	// ID is the language and a number: "de-017". "xx" is hostile or mixed.
	ID   string `json:"id"`
	Text string `json:"text"`
	// Shop names the order number format, as Format knows it.
	Shop string `json:"shop"`
	// Region is the ISO 3166 code in which phones are read.
	Region string `json:"region"`
	// Awaiting is what the bot has just asked for, empty if nothing.
	Awaiting understand.EntityType `json:"awaiting"`

	Order    []string `json:"order"`
	Phone    []string `json:"phone"`
	Email    []string `json:"email"`
	Tracking []string `json:"tracking"`
}

// Load reads cases, one JSON object a line.
func Load(r io.Reader) ([]Case, error) {
	var out []Case
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		var c Case
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return nil, fmt.Errorf("line %d of the entity cases: %w", len(out)+1, err)
		}
		if _, ok := Format(c.Shop); !ok {
			return nil, fmt.Errorf("case %s names the unknown shop %q", c.ID, c.Shop)
		}
		out = append(out, c)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading entity cases: %w", err)
	}
	return out, nil
}

// Format returns the order number format that goes by a name in the cases.
func Format(name string) (f shop.OrderFormat, ok bool) {
	switch name {
	case "default": // #1001
		return shop.Defaults().Orders, true
	case "abc": // ABC-1001
		return shop.OrderFormat{Prefix: "ABC-", MinDigits: 4, MaxDigits: 6}, true
	case "suffix": // 1001-DE
		return shop.OrderFormat{Suffix: "-DE", MinDigits: 4, MaxDigits: 6}, true
	case "so": // SO00123
		return shop.OrderFormat{Prefix: "SO", MinDigits: 5, MaxDigits: 5}, true
	case "letters": // EN1001-A
		return shop.OrderFormat{Prefix: "EN", Suffix: "-A", MinDigits: 4, MaxDigits: 6}, true
	case "plain": // 12345678
		return shop.OrderFormat{MinDigits: 6, MaxDigits: 8}, true
	case "ten": // 5000012345
		return shop.OrderFormat{MinDigits: 10, MaxDigits: 10}, true
	case "year": // B2026-1001
		return shop.OrderFormat{Prefix: "B2026-", MinDigits: 4, MaxDigits: 6}, true
	}
	return shop.OrderFormat{}, false
}

// Hint is what the recogniser is told beside the text.
func (c Case) Hint() understand.Hint {
	f, _ := Format(c.Shop)
	return understand.Hint{Format: f, Region: c.Region, Awaiting: c.Awaiting}
}

// Figures count how many cases were read exactly: all values of a kind, and no
// others.
type Figures struct {
	Cases int
	// Order, Phone, Email and Tracking are the cases exact in that kind; All
	// those exact in each.
	Order, Phone, Email, Tracking, All int
	// Confused counts the order numbers that are a phone or tracking number of
	// the same case, or a part of one. It must be none.
	Confused int
	// Wrong are the cases not exact in every kind.
	Wrong []Miss
}

// Miss is a case that was read otherwise than it should.
type Miss struct {
	Case Case
	Got  []understand.Entity
}

// Share is n of the figures' cases, 0 to 1.
func (f Figures) Share(n int) float64 { return float64(n) / float64(max(f.Cases, 1)) }

// Entities counts what a recogniser makes of cases.
func Entities(cases []Case, r understand.Recognizer) Figures {
	f := Figures{Cases: len(cases)}
	for _, c := range cases {
		got := r.Understand(c.Text, c.Hint()).Entities
		exact := [4]bool{
			same(got, understand.OrderNumber, c.Order), same(got, understand.Phone, c.Phone),
			same(got, understand.Email, c.Email), same(got, understand.TrackingNumber, c.Tracking),
		}
		for i, n := range [4]*int{&f.Order, &f.Phone, &f.Email, &f.Tracking} {
			if exact[i] {
				*n++
			}
		}
		if exact == [4]bool{true, true, true, true} {
			f.All++
		} else {
			f.Wrong = append(f.Wrong, Miss{c, got})
		}
		f.Confused += confused(c, got)
	}
	return f
}

// same reports whether the values of type t are those wanted, each once or
// more, in any order.
func same(got []understand.Entity, t understand.EntityType, want []string) bool {
	n := 0
	for _, e := range got {
		if e.Type == t {
			n++
			if !slices.Contains(want, e.Value) {
				return false
			}
		}
	}
	for _, w := range want {
		if !slices.ContainsFunc(got, func(e understand.Entity) bool { return e.Type == t && e.Value == w }) {
			return false
		}
	}
	return n >= len(want)
}

// confused counts the order numbers in got that the case does not have and
// whose digits lie in one of its phone or tracking numbers.
func confused(c Case, got []understand.Entity) int {
	n := 0
	for _, e := range got {
		if e.Type != understand.OrderNumber || slices.Contains(c.Order, e.Value) {
			continue
		}
		if slices.ContainsFunc(slices.Concat(c.Phone, c.Tracking), func(v string) bool { return holds(v, e.Value) }) {
			n++
		}
	}
	return n
}

// holds reports whether the digits of part stand in whole, leading zeros aside.
func holds(whole, part string) bool {
	w, p := digits(whole), digits(part)
	for len(p) > 0 && p[0] == '0' {
		p = p[1:]
	}
	return len(p) > 0 && bytes.Contains(w, p)
}

func digits(s string) []byte {
	var out []byte
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			out = append(out, s[i])
		}
	}
	return out
}
