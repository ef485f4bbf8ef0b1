// Package verify knows who may see an order. The rule that everything else
// bends to: order data goes only to someone verified for that very order, and
// its existence is order data too.
//
// A blank never matches a blank: an order whose contacts the store hides
// verifies nobody. Phones are compared in E.164 with the national variants of
// one number folded, never by their last digits; e-mail addresses exactly after
// canonicalisation, with dots and plus-tags kept.
package verify

import (
	"crypto/subtle"

	"wismo/core/message"
	"wismo/core/order"
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
}

// Claims reports whether the claimant has typed a contact that may count.
func (c Claimant) Claims() bool {
	return !c.ClaimsClosed && (c.Email != "" || c.Phone != "")
}

// Check returns how c is verified for o, None if c is not. region is where
// phones on the order that have no country code are read if the order itself
// does not tell.
func Check(o order.Order, c Claimant, region string) Method {
	if o.Contacts.Region != "" {
		region = o.Contacts.Region
	}
	if onOrder(o, c.Address.EmailAddress(), c.Address.Phone(), region) {
		return Sender
	}
	if c.Claims() && onOrder(o, c.Email, c.Phone, region) {
		return Claim
	}
	return None
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
	best, method := order.Order{}, None
	for _, o := range orders {
		if m := Check(o, c, region); m != None && (method == None || o.CreatedAt.After(best.CreatedAt)) {
			best, method = o, m
		}
	}
	return best, method
}
