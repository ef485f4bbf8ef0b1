// Package ownorder knows how a shop with a platform of its own tells of its
// orders: the JSON shape of an order, how it becomes ours, which orders are
// exactly the one that was asked for, and how request and answer are signed. The
// adapters of such shops share it; stores/http documents the shape in full
// (contract.v1.json).
//
// Platforms are written by many hands, so that reading is lenient: unknown fields
// are passed over, an unknown word means "unknown" and never an error, numbers may
// stand in strings. But nothing is made up: a part that is missing or cannot be
// read is named in the order's Unread, so that its absence is not taken for a fact,
// while null and an empty list say that there is nothing.
package ownorder

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"wismo/core/order"
	"wismo/core/shop"
)

// Path is where a platform is asked, below its address. The number never stands in
// it, so that it stays out of access logs.
const Path = "/wismo/v1/orders/find"

// Asked is what a platform is asked for: the request's body.
type Asked struct {
	// Number is the order number as the customer gave it, in upper case, without
	// spaces, "#" and the shop's own prefix and suffix.
	Number string `json:"number"`
	// Names are all the spellings of the order's name that count, likeliest first.
	Names []string `json:"names"`
	// Confirmation is what to compare confirmation numbers with; empty if what the
	// customer gave can be none.
	Confirmation string `json:"confirmation_number,omitempty"`
}

// refRE is what an order number may be made of; anything else, a lone "#" too, is
// no order of any shop and is not asked for.
var refRE = regexp.MustCompile(`^(?:# *)?[A-Za-z0-9][A-Za-z0-9 _./-]{0,39}$`)

// minConfirmation is the length from which a text may be a confirmation number; a
// shorter one would be guessed.
const minConfirmation = 6

// Ask returns what to ask a platform for, false if ref can be no order.
func Ask(f shop.OrderFormat, ref string) (Asked, bool) {
	if !refRE.MatchString(ref) {
		return Asked{}, false
	}
	a := Asked{Number: f.Canonical(ref)}
	names := f.Names(ref)
	for _, n := range names {
		a.add(n)
	}
	// Many platforms keep the bare number and print "#" before it.
	for _, n := range names {
		a.add(strings.TrimSpace(strings.TrimPrefix(n, "#")))
	}
	bare := strings.TrimPrefix(strings.ToUpper(strings.Join(strings.Fields(ref), "")), "#")
	if len(bare) >= minConfirmation {
		a.Confirmation = bare
	}
	return a, len(a.Names) > 0
}

func (a *Asked) add(name string) {
	same := func(n string) bool { return strings.EqualFold(n, name) }
	if name != "" && !slices.ContainsFunc(a.Names, same) {
		a.Names = append(a.Names, name)
	}
}

// Matches reports whether o is one of those asked for: exactly, whatever the
// platform takes for near enough.
func (a Asked) Matches(o order.Order) bool {
	for _, n := range a.Names {
		if strings.EqualFold(n, o.Name) {
			return true
		}
	}
	return a.Confirmation != "" && strings.EqualFold(a.Confirmation, o.ConfirmationNumber)
}

// Among returns those of all that match, in their order.
func (a Asked) Among(all []order.Order) []order.Order {
	var found []order.Order
	for _, o := range all {
		if a.Matches(o) {
			found = append(found, o)
		}
	}
	return found
}

// ErrUnreadable is what Read fails with; it quotes nothing of the order.
var ErrUnreadable = errors.New("the order is no JSON object with a name")

// Read turns one order of the platform, a JSON object, into ours, read at now.
func Read(raw []byte, now time.Time) (order.Order, error) {
	var w wire
	if !bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) || json.Unmarshal(raw, &w) != nil {
		return order.Order{}, ErrUnreadable
	}
	if w.Name == "" {
		return order.Order{}, ErrUnreadable
	}
	return w.order(now), nil
}
