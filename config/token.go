package config

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"fmt"
)

const (
	// maxTokenKeys is how many keys of signed tokens a shop may have: one, and
	// others while they are changed.
	maxTokenKeys = 4
	// minTokenSecret is the shortest HS256 secret in bytes (RFC 7518, 3.2).
	minTokenSecret = 32
)

// validateTokens checks the keys of signed tokens.
func (i Identity) validateTokens(a *audit, key string) {
	a.want(len(i.Tokens) <= maxTokenKeys, key, fmt.Sprintf("there are %d", len(i.Tokens)), fmt.Sprintf("at most %d; take out those whose tokens have all ended", maxTokenKeys))
	ids := map[string]bool{}
	for n, k := range i.Tokens {
		at := fmt.Sprintf("%s[%d].", key, n)
		a.want(tokenIDRE.MatchString(k.ID), at+"id", fmt.Sprintf("%q is no id", k.ID), "letters, digits, - . and _, at most 40, such as 2026-11")
		a.want(!ids[k.ID], at+"id", fmt.Sprintf("%q is used twice", k.ID), "give each key its own id, and never the id of an earlier key")
		ids[k.ID] = true
		k.validate(a, at)
	}
}

func (k TokenKey) validate(a *audit, key string) {
	switch k.Algorithm {
	case "HS256":
		a.want(len(k.Key) >= minTokenSecret, key+"key", fmt.Sprintf("it has %d bytes", len(k.Key)), "a random secret of 32 bytes or more: openssl rand -base64 48")
		a.want(k.PublicKey == "", key+"public_key", "HS256 has none", "take it out, or set algorithm: EdDSA")
	case "EdDSA":
		private, okPrivate := ed25519Private(k.Key.Reveal())
		public, okPublic := ed25519Public(k.PublicKey)
		a.want(k.Key == "" || okPrivate, key+"key", "it is no Ed25519 private key in PEM", "openssl genpkey -algorithm ed25519; leave it out where tokens are only verified")
		a.want(k.PublicKey == "" || okPublic, key+"public_key", "it is no Ed25519 public key in PEM", "openssl pkey -pubout -in private.pem")
		a.want(k.Key != "" || k.PublicKey != "", key+"public_key", "it is missing", "set it, or public_key_file: openssl pkey -pubout -in private.pem")
		a.want(!okPrivate || !okPublic || public.Equal(private.Public()), key+"public_key", "it does not belong to the private key", "openssl pkey -pubout -in private.pem; or leave it out")
	default:
		a.want(false, key+"algorithm", fmt.Sprintf("%q is not known", k.Algorithm), "HS256 (one secret) or EdDSA (an Ed25519 key pair)")
	}
}

func ed25519Private(text string) (ed25519.PrivateKey, bool) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, false
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(ed25519.PrivateKey)
	return key, ok && err == nil
}

func ed25519Public(text string) (ed25519.PublicKey, bool) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, false
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	key, ok := parsed.(ed25519.PublicKey)
	return key, ok && err == nil
}
