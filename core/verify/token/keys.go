package token

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// Algorithm is how a key signs, by its name in RFC 7518 and RFC 8037.
type Algorithm string

// The algorithms.
const (
	HS256 Algorithm = "HS256" // one secret signs and verifies
	EdDSA Algorithm = "EdDSA" // Ed25519: a private key signs, its public key verifies
)

// MinSecret is how long an HS256 secret must be, in bytes (RFC 7518, 3.2).
const MinSecret = 32

// Key is one key of a shop.
type Key struct {
	// ID is the name under which tokens refer to it, kid.
	ID        string
	Algorithm Algorithm
	// Secret is HS256's.
	Secret []byte
	// Public is EdDSA's.
	Public ed25519.PublicKey
	// Private is EdDSA's as well; it is needed to mint only.
	Private ed25519.PrivateKey
}

// Keys are one shop's. Several are good at once, so that they can be changed
// while tokens of the old one are still about. The zero value refuses every token.
type Keys struct {
	shop string
	list []Key
}

// NewKeys returns the keys of the shop whose own key is shop. The first of them
// mints where none is named.
func NewKeys(shop string, list ...Key) (Keys, error) {
	k := Keys{shop: shop}
	if shop == "" {
		return k, errors.New("tokens need the shop's key")
	}
	for _, key := range list {
		if err := key.check(); err != nil {
			return Keys{}, fmt.Errorf("token key %q: %w", key.ID, err)
		}
		if _, twice := k.find(key.ID); twice {
			return Keys{}, fmt.Errorf("token key %q stands there twice", key.ID)
		}
		k.list = append(k.list, key)
	}
	return k, nil
}

// check reports what is wrong with a key by itself.
func (k Key) check() error {
	hs, ed := len(k.Secret) > 0, len(k.Public) > 0 || len(k.Private) > 0
	switch {
	case k.ID == "":
		return errors.New("it has no id")
	case k.Algorithm == HS256 && !ed && len(k.Secret) >= MinSecret:
		return nil
	case k.Algorithm == HS256:
		return fmt.Errorf("HS256 needs a secret of %d bytes or more, and no public key", MinSecret)
	case k.Algorithm == EdDSA && !hs && len(k.Public) == ed25519.PublicKeySize:
		return k.pair()
	case k.Algorithm == EdDSA:
		return errors.New("EdDSA needs an Ed25519 public key, and no secret")
	default:
		return fmt.Errorf("algorithm %q is neither HS256 nor EdDSA", k.Algorithm)
	}
}

// pair reports whether a private key, if there is one, belongs to the public one.
func (k Key) pair() error {
	if len(k.Private) == 0 {
		return nil
	}
	if len(k.Private) != ed25519.PrivateKeySize || !k.Public.Equal(k.Private.Public()) {
		return errors.New("private and public key do not belong together")
	}
	return nil
}

// find returns the key of that name.
func (k Keys) find(id string) (Key, bool) {
	for _, key := range k.list {
		if key.ID == id {
			return key, true
		}
	}
	return Key{}, false
}

// ParsePublic reads an Ed25519 public key in PEM ("PUBLIC KEY", as `openssl pkey
// -pubout` writes it).
func ParsePublic(text string) (ed25519.PublicKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("it is no PEM text")
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, errors.New("it is no public key")
	}
	key, ok := parsed.(ed25519.PublicKey)
	if !ok {
		return nil, errors.New("it is no Ed25519 key")
	}
	return key, nil
}

// ParsePrivate reads an Ed25519 private key in PEM ("PRIVATE KEY", as `openssl
// genpkey -algorithm ed25519` writes it). Its errors tell nothing of the key.
func ParsePrivate(text string) (ed25519.PrivateKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("it is no PEM text")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("it is no private key")
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, errors.New("it is no Ed25519 key")
	}
	return key, nil
}
