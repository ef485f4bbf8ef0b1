// Package token knows signed tokens: the short-lived proof, minted where a
// customer is signed in, that names an order or a customer of one shop and is
// carried by a link, a prefilled text or a mail address. They are JSON Web Tokens
// (RFC 7519) signed with HS256 or EdDSA (RFC 8037).
//
// A token says who made it (iss "wismo"), for which shop (aud, the shop's key,
// alone), until when (exp, at most MaxLifetime after iat), by which key (kid in
// the header) and what it grants: "order", or "email" or "phone" of the
// customer, or both, and then the order must be that customer's. With "once" it
// is good for one conversation only; who sees to that needs its jti.
//
// The key alone decides the algorithm. What the header says of it must agree, and
// a header that wants more than that ("crit") is refused, as are "none" and every
// key that the header brings along.
package token

import (
	"errors"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"wismo/core/message"
)

// Issuer is what iss must be.
const Issuer = "wismo"

const (
	// MaxLifetime is how long after iat a token may be good.
	MaxLifetime = 7 * 24 * time.Hour
	// DefaultLifetime is how long a token is good where nobody says.
	DefaultLifetime = 15 * time.Minute
	// Leeway is by how much the clocks of who mints and who verifies may differ.
	Leeway = 30 * time.Second
	// MaxLength is how long a token may be, in bytes; ours take about 300.
	MaxLength = 2048
	// maxID and maxOrder bound claims, in bytes.
	maxID    = 64
	maxOrder = 64
)

// Claims is what a token says, checked by Verify or to be minted.
type Claims struct {
	// ID is the token's own, jti; Mint draws one where it is empty.
	ID string
	// Order is an order's number, empty if the token names none.
	Order string
	// Email and Phone are the customer's, canonical, empty if not named.
	Email, Phone string
	// Once says that the token is good for one conversation only.
	Once bool
	// Expires is when the token ends.
	Expires time.Time
}

// Refusal is why a token does not count. It holds nothing of the token, so that
// it may be logged.
type Refusal string

// Error returns the reason.
func (r Refusal) Error() string { return "token refused: " + string(r) }

// The refusals.
const (
	Malformed      Refusal = "malformed"
	TooLong        Refusal = "too_long"
	UnknownKey     Refusal = "unknown_key"
	WrongAlgorithm Refusal = "wrong_algorithm"
	Critical       Refusal = "critical_header"
	BadSignature   Refusal = "bad_signature"
	WrongIssuer    Refusal = "wrong_issuer"
	WrongShop      Refusal = "wrong_shop"
	Expired        Refusal = "expired"
	NotYet         Refusal = "not_yet_valid"
	TooLongLived   Refusal = "too_long_lived"
	BadClaims      Refusal = "bad_claims"
	// Spent is for who keeps count of one-use tokens.
	Spent Refusal = "spent"
)

// payload is a token's second part.
type payload struct {
	jwt.RegisteredClaims
	Order string `json:"order,omitempty"`
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
	Once  bool   `json:"once,omitempty"`
}

// Verify returns what a token says if it counts at now, else a Refusal.
func (k Keys) Verify(raw string, now time.Time) (Claims, error) {
	if len(raw) > MaxLength {
		return Claims{}, TooLong
	}
	if strings.ContainsAny(raw, "\r\n") { // which encoding/base64 passes over
		return Claims{}, Malformed
	}
	var p payload
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{string(HS256), string(EdDSA)}), jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(func() time.Time { return now }), jwt.WithLeeway(Leeway),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithIssuer(Issuer), jwt.WithAudience(k.shop),
	)
	if _, err := parser.ParseWithClaims(raw, &p, k.pick); err != nil {
		return Claims{}, refusalOf(err)
	}
	return p.claims(k.shop)
}

// pick returns the key that a token's header names, if the header asks for
// nothing else.
func (k Keys) pick(t *jwt.Token) (any, error) {
	if _, ok := t.Header["crit"]; ok {
		return nil, Critical
	}
	id, ok := t.Header["kid"].(string)
	if !ok || id == "" {
		return nil, UnknownKey
	}
	key, ok := k.find(id)
	switch {
	case !ok:
		return nil, UnknownKey
	case t.Header["alg"] != string(key.Algorithm) || t.Method.Alg() != string(key.Algorithm):
		return nil, WrongAlgorithm
	case key.Algorithm == HS256:
		return key.Secret, nil
	default:
		return key.Public, nil
	}
}

// refusalOf tells from the library's error what was wrong. A token that has
// ended and is wrong besides is told by what it is wrong besides.
func refusalOf(err error) Refusal {
	if r, ok := errors.AsType[Refusal](err); ok {
		return r
	}
	for _, c := range []struct {
		err error
		is  Refusal
	}{
		{jwt.ErrTokenMalformed, Malformed},
		{jwt.ErrTokenSignatureInvalid, BadSignature},
		{jwt.ErrTokenUnverifiable, WrongAlgorithm},
		{jwt.ErrTokenInvalidIssuer, WrongIssuer},
		{jwt.ErrTokenInvalidAudience, WrongShop},
		{jwt.ErrTokenExpired, Expired},
		{jwt.ErrTokenNotValidYet, NotYet},
		{jwt.ErrTokenUsedBeforeIssued, NotYet},
	} {
		if errors.Is(err, c.err) {
			return c.is
		}
	}
	return BadClaims
}

// claims checks what the library does not.
func (p payload) claims(shop string) (Claims, error) {
	switch {
	case len(p.Audience) != 1 || p.Audience[0] != shop:
		return Claims{}, WrongShop
	case p.IssuedAt == nil || p.Once && p.ID == "" || len(p.ID) > maxID:
		return Claims{}, BadClaims
	case p.ExpiresAt.Sub(p.IssuedAt.Time) > MaxLifetime:
		return Claims{}, TooLongLived
	}
	c := Claims{ID: p.ID, Order: p.Order, Email: p.Email, Phone: p.Phone, Once: p.Once, Expires: p.ExpiresAt.Time}
	err := c.settle()
	return c, err
}

// settle brings the contacts into canonical form. A claim that names nothing,
// or something that is nothing of the kind, is refused: a blank must never
// match a blank.
func (c *Claims) settle() error {
	ok := true
	if c.Email != "" {
		c.Email, ok = message.CanonicalEmail(c.Email)
	}
	if ok && c.Phone != "" {
		c.Phone, ok = message.CanonicalPhone(c.Phone, "")
	}
	named := c.Order != "" || c.Email != "" || c.Phone != ""
	if !ok || !named || len(c.Order) > maxOrder || c.Order != strings.TrimSpace(c.Order) {
		return BadClaims
	}
	return nil
}
