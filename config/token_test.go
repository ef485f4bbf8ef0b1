package config_test

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wismo/config"
)

// pair writes an Ed25519 key pair in PEM and returns the files' names.
func pair(t *testing.T, seed byte) (private, public string) {
	t.Helper()
	key := ed25519.NewKeyFromSeed(slices.Repeat([]byte{seed}, ed25519.SeedSize))
	asPrivate, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	asPublic, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	private, public = filepath.Join(dir, "private.pem"), filepath.Join(dir, "public.pem")
	write(t, private, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: asPrivate})))
	write(t, public, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: asPublic})))
	return private, public
}

// loadTokens loads a shop with the given list of token keys.
func loadTokens(t *testing.T, list ...string) (config.Config, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "wismo.yaml")
	write(t, file, `
database: sqlite:x
public_url: https://bot.example.com
shops:
  - key: acme
    name: Acme
    store: {domain: acme.myshopify.com, token: hush}
    identity: {tokens: [`+strings.Join(list, ", ")+`]}
`)
	return config.Load(file, nil)
}

func TestTokenKeys(t *testing.T) {
	t.Parallel()
	private, public := pair(t, 1)
	_, stranger := pair(t, 2)
	secret := strings.Repeat("x", 32)
	hs := func(id string) string { return fmt.Sprintf("{id: %s, algorithm: HS256, key: %s}", id, secret) }
	for name, c := range map[string]struct {
		list []string
		want string // the setting that is wrong
	}{
		"none":                            {nil, ""},
		"a secret":                        {[]string{hs("a")}, ""},
		"four secrets":                    {[]string{hs("a"), hs("b"), hs("c"), hs("d")}, ""},
		"five secrets":                    {[]string{hs("a"), hs("b"), hs("c"), hs("d"), hs("e")}, "identity.tokens"},
		"an id twice":                     {[]string{hs("a"), hs("a")}, "identity.tokens[1].id"},
		"an id with blanks":               {[]string{hs(`"a b"`)}, "identity.tokens[0].id"},
		"no id":                           {[]string{hs(`""`)}, "identity.tokens[0].id"},
		"a short secret":                  {[]string{"{id: a, algorithm: HS256, key: " + secret[:31] + "}"}, "identity.tokens[0].key"},
		"no secret":                       {[]string{"{id: a, algorithm: HS256}"}, "identity.tokens[0].key"},
		"a secret and a public key":       {[]string{"{id: a, algorithm: HS256, key: " + secret + ", public_key_file: " + public + "}"}, "identity.tokens[0].public_key"},
		"a public key":                    {[]string{"{id: a, algorithm: EdDSA, public_key_file: " + public + "}"}, ""},
		"a private key":                   {[]string{"{id: a, algorithm: EdDSA, key_file: " + private + "}"}, ""},
		"a key pair":                      {[]string{"{id: a, algorithm: EdDSA, key_file: " + private + ", public_key_file: " + public + "}"}, ""},
		"a pair that is none":             {[]string{"{id: a, algorithm: EdDSA, key_file: " + private + ", public_key_file: " + stranger + "}"}, "identity.tokens[0].public_key"},
		"the private key as public":       {[]string{"{id: a, algorithm: EdDSA, public_key_file: " + private + "}"}, "identity.tokens[0].public_key"},
		"a secret for EdDSA":              {[]string{"{id: a, algorithm: EdDSA, key: " + secret + "}"}, "identity.tokens[0].key"},
		"no key":                          {[]string{"{id: a, algorithm: EdDSA}"}, "identity.tokens[0].public_key"},
		"a file that is not there":        {[]string{"{id: a, algorithm: EdDSA, public_key_file: /does/not/exist}"}, "identity.tokens[0].public_key_file"},
		"alg none":                        {[]string{"{id: a, algorithm: none, key: " + secret + "}"}, "identity.tokens[0].algorithm"},
		"an algorithm in another writing": {[]string{"{id: a, algorithm: hs256, key: " + secret + "}"}, "identity.tokens[0].algorithm"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := loadTokens(t, c.list...)
			var wrong config.Mistakes
			errors.As(err, &wrong)
			if c.want == "" {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
				return
			}
			if !slices.ContainsFunc(wrong, func(m config.Mistake) bool { return m.Key == "shops[0]."+c.want && m.Hint != "" }) {
				t.Errorf("%s is not reported, but %v", c.want, err)
			}
			if err != nil && strings.Contains(err.Error(), "xxxx") {
				t.Errorf("the error shows the secret: %v", err)
			}
		})
	}
}

func TestTokenKeyFromTheEnvironment(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "wismo.yaml")
	write(t, file, `
public_url: https://bot.example.com
shops:
  - key: acme
    name: Acme
    store: {domain: acme.myshopify.com, token: hush}
    identity: {tokens: [{id: a, algorithm: HS256}]}
`)
	secret := strings.Repeat("y", 40)
	c, err := config.Load(file, []string{"WISMO_SHOPS_0_IDENTITY_TOKENS_0_KEY=" + secret})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Shops[0].Identity.Tokens[0].Key; got.Reveal() != secret || strings.Contains(fmt.Sprintf("%+v", c), secret) {
		t.Errorf("key %v", got)
	}
}
