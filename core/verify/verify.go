// Package verify knows who may see an order. The rule that everything else
// bends to: order data goes only to someone verified for that very order, and
// its existence is order data too.
//
// A blank never matches a blank: an order whose contacts the store hides
// verifies nobody. Phones are compared in E.164 with the national variants of
// one number folded, never by their last digits; e-mail addresses exactly after
// canonicalisation, with dots and plus-tags kept.
//
// A signed token (core/verify/token) that names an order opens the one order of
// that very name; where a store has several of one name, the token must name
// their customer as well. One that names a customer opens any order on which that
// contact stands. Nothing is guessed with a token, so it counts as no attempt.
package verify

import (
	"crypto/subtle"
	"time"

	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/shop"
)

// Method is how somebody proved that they may see an order.
type Method string

// The methods.
const (
	None   Method = ""
	Sender Method = "sender" // the sender's own address is on the order
	Claim  Method = "claim"  // the customer typed the e-mail or phone on the order
	Token  Method = "token"  // a signed token names customer or order
)

// Claimant is who asks, with what they have typed.
type Claimant struct {
	// Address the message came from.
	Address message.Address
	// Email and Phone as typed, canonical; empty if not given.
	Email, Phone string
	// ClaimsClosed is true when typed contacts count no longer: too many
	// failures, or the shop does not accept them.
	ClaimsClosed bool
	// Grant of a signed token that has not ended; nothing if there is none.
	Grant Grant
	// Format of the shop's order numbers, by which a grant's is compared.
	Format shop.OrderFormat
}

// Grant is what a verified token grants: an order, or a customer's orders.
type Grant struct {
	// Order is the number that the token names, empty if it names none.
	Order string `json:"order,omitempty"`
	// Email and Phone of the customer, canonical; empty if not named.
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
	// Until is when it ends.
	Until time.Time `json:"until"`
}

// Empty reports whether nothing is granted.
func (g Grant) Empty() bool { return g.Order == "" && g.Email == "" && g.Phone == "" }

// Claims reports whether the claimant has typed a contact that may count.
func (c Claimant) Claims() bool {
	return !c.ClaimsClosed && (c.Email != "" || c.Phone != "")
}

// Check returns how c is verified for o, None if c is not. region is where
// phones on the order that have no country code are read if the order itself
// does not tell.
func Check(o order.Order, c Claimant, region string) Method { return check(o, c, region, true) }

// check is Check for one of several orders of a name; alone says that it is the
// only one which a grant can mean.
func check(o order.Order, c Claimant, region string, alone bool) Method {
	if o.Contacts.Region != "" {
		region = o.Contacts.Region
	}
	if onOrder(o, c.Address.EmailAddress(), c.Address.Phone(), region) {
		return Sender
	}
	if granted(o, c, region, alone) {
		return Token
	}
	if c.Claims() && onOrder(o, c.Email, c.Phone, region) {
		return Claim
	}
	return None
}

// granted reports whether c's token opens o.
func granted(o order.Order, c Claimant, region string, alone bool) bool {
	g := c.Grant
	if g.Order != "" && !c.names(o) {
		return false
	}
	if g.Email == "" && g.Phone == "" {
		return g.Order != "" && alone
	}
	return onOrder(o, g.Email, g.Phone, region)
}

// names reports whether c's token names o.
func (c Claimant) names(o order.Order) bool {
	name := c.Format.Canonical(o.Name)
	return name != "" && name == c.Format.Canonical(c.Grant.Order)
}

// onOrder compares with every contact, matching or not, so that its time tells
// nothing.
func onOrder(o order.Order, email, phone, region string) bool {
	found := 0
	for _, raw := range o.Contacts.Emails {
		if v, ok := message.CanonicalEmail(raw); ok && email != "" {
			found |= subtle.ConstantTimeCompare([]byte(v), []byte(email))
		}
	}
	for _, raw := range o.Contacts.Phones {
		if v, ok := message.CanonicalPhone(raw, region); ok && message.SamePhone(v, phone) {
			found = 1
		}
	}
	return found == 1
}

// Match returns the orders among several of one name that c is verified for,
// with the method; names are not unique in a store, so only the one whose
// contact matches counts.
func Match(orders []order.Order, c Claimant, region string) (order.Order, Method) {
	best, method, named := order.Order{}, None, 0
	for _, o := range orders {
		if c.names(o) {
			named++
		}
	}
	for _, o := range orders {
		if m := check(o, c, region, named == 1); m != None && (method == None || o.CreatedAt.After(best.CreatedAt)) {
			best, method = o, m
		}
	}
	return best, method
}
