package app

import (
	"crypto/ed25519"
	"fmt"

	"wismo/config"
	"wismo/core/verify/token"
)

// TokenKeys are the keys of a shop's signed tokens.
func TokenKeys(c config.Shop) (token.Keys, error) {
	list := make([]token.Key, 0, len(c.Identity.Tokens))
	for _, k := range c.Identity.Tokens {
		key, err := tokenKey(k)
		if err != nil {
			return token.Keys{}, fmt.Errorf("token key %q: %w", k.ID, err)
		}
		list = append(list, key)
	}
	return token.NewKeys(c.Key, list...)
}

func tokenKey(c config.TokenKey) (token.Key, error) {
	k := token.Key{ID: c.ID, Algorithm: token.Algorithm(c.Algorithm)}
	if k.Algorithm == token.HS256 {
		k.Secret = []byte(c.Key.Reveal())
		return k, nil
	}
	var err error
	if c.Key != "" {
		if k.Private, err = token.ParsePrivate(c.Key.Reveal()); err != nil {
			return k, err
		}
		k.Public, _ = k.Private.Public().(ed25519.PublicKey)
	}
	if c.PublicKey != "" {
		k.Public, err = token.ParsePublic(c.PublicKey)
	}
	return k, err
}
