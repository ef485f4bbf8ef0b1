package token

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Mint signs c with the key named keyID, the first that can sign if that is
// empty, and returns the token. It is good for DefaultLifetime from now where
// c.Expires is zero.
func (k Keys) Mint(c Claims, keyID string, now time.Time) (string, error) {
	key, err := k.signer(keyID)
	if err != nil {
		return "", err
	}
	if c.Expires.IsZero() {
		c.Expires = now.Add(DefaultLifetime)
	}
	if d := c.Expires.Sub(now); d <= 0 || d > MaxLifetime {
		return "", fmt.Errorf("a token is good for more than nothing and at most %d days", MaxLifetime/(24*time.Hour))
	}
	if c.ID == "" {
		c.ID = newID()
	}
	if err := c.settle(); err != nil || len(c.ID) > maxID {
		return "", errors.New("a token names an order, an e-mail address or a phone number with its country code")
	}
	p := payload{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: Issuer, Audience: jwt.ClaimStrings{k.shop}, ID: c.ID,
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(c.Expires),
		},
		Order: c.Order, Email: c.Email, Phone: c.Phone, Once: c.Once,
	}
	return key.sign(p)
}

func (k Key) sign(p payload) (string, error) {
	method, with := jwt.SigningMethod(jwt.SigningMethodHS256), any(k.Secret)
	if k.Algorithm == EdDSA {
		method, with = jwt.SigningMethodEdDSA, k.Private
	}
	t := jwt.NewWithClaims(method, p)
	t.Header["kid"] = k.ID
	return t.SignedString(with)
}

// signer returns the key to mint with.
func (k Keys) signer(id string) (Key, error) {
	for _, key := range k.list {
		switch {
		case id != "" && key.ID != id:
		case key.Algorithm == HS256 || len(key.Private) > 0:
			return key, nil
		case id != "":
			return Key{}, fmt.Errorf("token key %q has no private key here: it verifies only", id)
		}
	}
	if id != "" {
		return Key{}, fmt.Errorf("there is no token key %q", id)
	}
	return Key{}, errors.New("the shop has no token key that can sign")
}

// newID draws 128 random bits.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b[:])
}
