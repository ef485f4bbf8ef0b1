package token_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	"wismo/core/verify/token"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// The keys of the tests: two of one shop, and what an attacker knows of them.
var (
	secret  = []byte("a secret of thirty-two bytes, or more")
	private = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	public  = private.Public().(ed25519.PublicKey)
)

func keys(t *testing.T) token.Keys {
	t.Helper()
	k, err := token.NewKeys("acme",
		token.Key{ID: "2026-11", Algorithm: token.HS256, Secret: secret},
		token.Key{ID: "store", Algorithm: token.EdDSA, Public: public, Private: private})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// object is a header or the claims of a token made by hand.
type object map[string]any

func header(change object) object {
	return with(object{"alg": "HS256", "typ": "JWT", "kid": "2026-11"}, change)
}

func claims(change object) object {
	return with(object{
		"iss": "wismo", "aud": "acme", "iat": noon.Unix(), "exp": noon.Add(15 * time.Minute).Unix(), "jti": "AAAAAAAAAAAAAAAAAAAAAA", "order": "1001",
	}, change)
}

// with lays change over base; nil takes away.
func with(base, change object) object {
	for k, v := range change {
		if base[k] = v; v == nil {
			delete(base, k)
		}
	}
	return base
}

func encode(t *testing.T, o object) string {
	t.Helper()
	raw, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// byHand signs with HMAC whatever the header says.
func byHand(t *testing.T, h, c object, key []byte) string {
	t.Helper()
	text := encode(t, h) + "." + encode(t, c)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func byEd25519(t *testing.T, h, c object, key ed25519.PrivateKey) string {
	t.Helper()
	text := encode(t, h) + "." + encode(t, c)
	return text + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(key, []byte(text)))
}

func publicPEM(t *testing.T) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func TestMintedTokensVerify(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mint token.Claims
		key  string
		want token.Claims
	}{
		"an order":               {token.Claims{Order: "1001"}, "", token.Claims{Order: "1001"}},
		"an order, by Ed25519":   {token.Claims{Order: "#EN-1001"}, "store", token.Claims{Order: "#EN-1001"}},
		"an e-mail address":      {token.Claims{Email: " Ana@Example.com"}, "", token.Claims{Email: "ana@example.com"}},
		"a phone":                {token.Claims{Phone: "+1 415 555 0101"}, "store", token.Claims{Phone: "+14155550101"}},
		"an order of a customer": {token.Claims{Order: "1001", Email: "ana@example.com", Once: true}, "2026-11", token.Claims{Order: "1001", Email: "ana@example.com", Once: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw, err := keys(t).Mint(c.mint, c.key, noon)
			if err != nil {
				t.Fatal(err)
			}
			got, err := keys(t).Verify(raw, noon.Add(14*time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			if len(got.ID) != 22 {
				t.Errorf("jti %q is not 128 bits", got.ID)
			}
			c.want.ID, c.want.Expires = got.ID, got.Expires
			if got != c.want || !got.Expires.Equal(noon.Add(15*time.Minute)) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			if len(raw) > 420 {
				t.Errorf("%d bytes are too many for a text", len(raw))
			}
		})
	}
}

func TestTokensAreDrawnAnew(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 50 {
		raw, err := keys(t).Mint(token.Claims{Order: "1001"}, "", noon)
		if err != nil {
			t.Fatal(err)
		}
		if seen[raw] {
			t.Fatal("the same token twice")
		}
		seen[raw] = true
	}
}

func TestMintRefuses(t *testing.T) {
	t.Parallel()
	verifying, err := token.NewKeys("acme", token.Key{ID: "store", Algorithm: token.EdDSA, Public: public})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		keys  token.Keys
		mint  token.Claims
		keyID string
	}{
		"nothing named":           {keys(t), token.Claims{}, ""},
		"a local phone":           {keys(t), token.Claims{Phone: "555 0101"}, ""},
		"no e-mail address":       {keys(t), token.Claims{Email: "ana"}, ""},
		"over a week":             {keys(t), token.Claims{Order: "1", Expires: noon.Add(token.MaxLifetime + time.Second)}, ""},
		"already over":            {keys(t), token.Claims{Order: "1", Expires: noon}, ""},
		"an unknown key":          {keys(t), token.Claims{Order: "1"}, "old"},
		"a key that only reads":   {verifying, token.Claims{Order: "1"}, "store"},
		"no key that can sign":    {verifying, token.Claims{Order: "1"}, ""},
		"no key":                  {token.Keys{}, token.Claims{Order: "1"}, ""},
		"an order of a kilobyte":  {keys(t), token.Claims{Order: strings.Repeat("1", 1024)}, ""},
		"an order of blanks only": {keys(t), token.Claims{Order: "  "}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if raw, err := c.keys.Mint(c.mint, c.keyID, noon); err == nil {
				t.Errorf("minted %s", raw)
			}
		})
	}
}

// Each case is a token that somebody might try; want is why it does not count.
func TestAttacks(t *testing.T) {
	t.Parallel()
	other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, ed25519.SeedSize))
	good := byHand(t, header(nil), claims(nil), secret)
	parts := strings.Split(good, ".")
	ed := header(object{"alg": "EdDSA", "kid": "store"})
	after := func(d time.Duration) int64 { return noon.Add(d).Unix() }
	for name, c := range map[string]struct {
		raw  string
		want error
	}{
		"a good one":                             {good, nil},
		"a good one by Ed25519":                  {byEd25519(t, ed, claims(nil), private), nil},
		"alg none":                               {encode(t, header(object{"alg": "none"})) + "." + encode(t, claims(nil)) + ".", token.BadSignature},
		"alg None":                               {encode(t, header(object{"alg": "None"})) + "." + encode(t, claims(nil)) + ".", token.WrongAlgorithm},
		"alg none with a signature":              {byHand(t, header(object{"alg": "none"}), claims(nil), secret), token.BadSignature},
		"no alg":                                 {byHand(t, header(object{"alg": nil}), claims(nil), secret), token.WrongAlgorithm},
		"alg is a number":                        {byHand(t, header(object{"alg": 256}), claims(nil), secret), token.WrongAlgorithm},
		"HMAC keyed with the public key's bytes": {byHand(t, header(object{"kid": "store"}), claims(nil), public), token.WrongAlgorithm},
		"HMAC keyed with the public key's PEM":   {byHand(t, header(object{"kid": "store"}), claims(nil), publicPEM(t)), token.WrongAlgorithm},
		"EdDSA under the secret's name":          {byEd25519(t, header(object{"alg": "EdDSA"}), claims(nil), private), token.WrongAlgorithm},
		"HS512":                                  {byHand(t, header(object{"alg": "HS512"}), claims(nil), secret), token.BadSignature},
		"RS256":                                  {byHand(t, header(object{"alg": "RS256"}), claims(nil), secret), token.BadSignature},
		"empty secret":                           {byHand(t, header(nil), claims(nil), nil), token.BadSignature},
		"another's secret":                       {byHand(t, header(nil), claims(nil), []byte("another secret of thirty-two bytes")), token.BadSignature},
		"another's private key":                  {byEd25519(t, ed, claims(nil), other), token.BadSignature},
		"the header brings its key":              {byEd25519(t, with(header(object{"alg": "EdDSA", "kid": "store"}), object{"jwk": object{"kty": "OKP", "crv": "Ed25519", "x": base64.RawURLEncoding.EncodeToString(other.Public().(ed25519.PublicKey))}}), claims(nil), other), token.BadSignature},
		"no kid":                                 {byHand(t, header(object{"kid": nil}), claims(nil), secret), token.UnknownKey},
		"empty kid":                              {byHand(t, header(object{"kid": ""}), claims(nil), secret), token.UnknownKey},
		"unknown kid":                            {byHand(t, header(object{"kid": "2025-01"}), claims(nil), secret), token.UnknownKey},
		"kid is a path":                          {byHand(t, header(object{"kid": "../../dev/null"}), claims(nil), nil), token.UnknownKey},
		"kid is a list":                          {byHand(t, header(object{"kid": []string{"2026-11"}}), claims(nil), secret), token.UnknownKey},
		"crit":                                   {byHand(t, header(object{"crit": []string{"exp"}}), claims(nil), secret), token.Critical},
		"crit, empty":                            {byHand(t, header(object{"crit": []string{}}), claims(nil), secret), token.Critical},
		"unencoded payload":                      {byHand(t, header(object{"b64": false, "crit": []string{"b64"}}), claims(nil), secret), token.Critical},
		"another shop's":                         {byHand(t, header(nil), claims(object{"aud": "other"}), secret), token.WrongShop},
		"for several shops":                      {byHand(t, header(nil), claims(object{"aud": []string{"acme", "other"}}), secret), token.WrongShop},
		"for no shop":                            {byHand(t, header(nil), claims(object{"aud": nil}), secret), token.BadClaims},
		"a list of one shop":                     {byHand(t, header(nil), claims(object{"aud": []string{"acme"}}), secret), nil},
		"another issuer":                         {byHand(t, header(nil), claims(object{"iss": "acme"}), secret), token.WrongIssuer},
		"no issuer":                              {byHand(t, header(nil), claims(object{"iss": nil}), secret), token.BadClaims},
		"expired":                                {byHand(t, header(nil), claims(object{"iat": after(-time.Hour), "exp": after(-time.Minute)}), secret), token.Expired},
		"expired within the clocks' difference":  {byHand(t, header(nil), claims(object{"iat": after(-time.Hour), "exp": after(-10 * time.Second)}), secret), nil},
		"no end":                                 {byHand(t, header(nil), claims(object{"exp": nil}), secret), token.BadClaims},
		"good for eight days":                    {byHand(t, header(nil), claims(object{"exp": after(8 * 24 * time.Hour)}), secret), token.TooLongLived},
		"good for ever":                          {byHand(t, header(nil), claims(object{"exp": 1e15}), secret), token.TooLongLived},
		"no beginning":                           {byHand(t, header(nil), claims(object{"iat": nil}), secret), token.BadClaims},
		"not yet valid":                          {byHand(t, header(nil), claims(object{"nbf": after(time.Hour)}), secret), token.NotYet},
		"made in the future":                     {byHand(t, header(nil), claims(object{"iat": after(time.Hour), "exp": after(2 * time.Hour)}), secret), token.NotYet},
		"the other clock is a little fast":       {byHand(t, header(nil), claims(object{"iat": after(10 * time.Second)}), secret), nil},
		"once without an id":                     {byHand(t, header(nil), claims(object{"once": true, "jti": nil}), secret), token.BadClaims},
		"an id of a kilobyte":                    {byHand(t, header(nil), claims(object{"jti": strings.Repeat("A", 1024)}), secret), token.BadClaims},
		"grants nothing":                         {byHand(t, header(nil), claims(object{"order": nil}), secret), token.BadClaims},
		"grants an empty order":                  {byHand(t, header(nil), claims(object{"order": ""}), secret), token.BadClaims},
		"grants an order of blanks":              {byHand(t, header(nil), claims(object{"order": " "}), secret), token.BadClaims},
		"grants every address of a domain":       {byHand(t, header(nil), claims(object{"order": nil, "email": "@example.com"}), secret), token.BadClaims},
		"grants a phone's last digits":           {byHand(t, header(nil), claims(object{"order": nil, "phone": "0101"}), secret), token.BadClaims},
		"the order is an object":                 {byHand(t, header(nil), claims(object{"order": object{"$ne": ""}}), secret), token.Malformed},
		"huge":                                   {byHand(t, header(nil), claims(object{"pad": strings.Repeat("x", 100<<10)}), secret), token.TooLong},
		"just too long":                          {good + strings.Repeat("A", token.MaxLength-len(good)+1), token.TooLong},
		"claims of another token":                {parts[0] + "." + encode(t, claims(object{"order": "1002"})) + "." + parts[2], token.BadSignature},
		"signature cut off":                      {parts[0] + "." + parts[1] + ".", token.BadSignature},
		"signature shortened":                    {good[:len(good)-4], token.Malformed},
		"signature in another spelling":          {good + "=", token.Malformed},
		"broken over two lines":                  {good[:len(good)-4] + "\r\n" + good[len(good)-4:], token.Malformed},
		"two parts":                              {parts[0] + "." + parts[1], token.Malformed},
		"four parts":                             {good + ".AAAA", token.Malformed},
		"empty":                                  {"", token.Malformed},
		"no token":                               {"where is my order", token.Malformed},
		"header is no JSON":                      {"eyJ.eyJ.eyJ", token.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := keys(t).Verify(c.raw, noon)
			if !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "1001") {
				t.Errorf("the error tells what is in the token: %v", err)
			}
			if c.want == nil && got.Order != "1001" {
				t.Errorf("grants %+v", got)
			}
		})
	}
}

func TestOneBitChanged(t *testing.T) {
	t.Parallel()
	for name, keyID := range map[string]string{"HS256": "2026-11", "EdDSA": "store"} {
		raw, err := keys(t).Mint(token.Claims{Order: "1001"}, keyID, noon)
		if err != nil {
			t.Fatal(err)
		}
		for i := range len(raw) {
			for bit := range 7 {
				changed := []byte(raw)
				changed[i] ^= 1 << bit
				if _, err := keys(t).Verify(string(changed), noon); err == nil {
					t.Fatalf("%s: byte %d may be changed from %q to %q", name, i, raw[i], changed[i])
				}
			}
		}
	}
}

func TestKeysAreChanged(t *testing.T) {
	t.Parallel()
	newer := token.Key{ID: "2026-12", Algorithm: token.HS256, Secret: []byte("the next secret of thirty-two bytes")}
	older := token.Key{ID: "2026-11", Algorithm: token.HS256, Secret: secret}
	both, err := token.NewKeys("acme", newer, older)
	if err != nil {
		t.Fatal(err)
	}
	after, err := token.NewKeys("acme", newer)
	if err != nil {
		t.Fatal(err)
	}
	old, err := keys(t).Mint(token.Claims{Order: "1001"}, "2026-11", noon)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := both.Mint(token.Claims{Order: "1001"}, "", noon)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		keys token.Keys
		raw  string
		want error
	}{
		"the old one while both stand": {both, old, nil},
		"the new one while both stand": {both, fresh, nil},
		"the old one is gone":          {after, old, token.UnknownKey},
		"the first key mints":          {after, fresh, nil},
		"no keys at all":               {token.Keys{}, fresh, token.UnknownKey},
	} {
		if _, err := c.keys.Verify(c.raw, noon); !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
	}
}

func TestNewKeysRefuses(t *testing.T) {
	t.Parallel()
	hs := token.Key{ID: "a", Algorithm: token.HS256, Secret: secret}
	for name, c := range map[string]struct {
		shop string
		list []token.Key
	}{
		"no shop":                {"", []token.Key{hs}},
		"a short secret":         {"acme", []token.Key{{ID: "a", Algorithm: token.HS256, Secret: secret[:31]}}},
		"no secret":              {"acme", []token.Key{{ID: "a", Algorithm: token.HS256}}},
		"no id":                  {"acme", []token.Key{{Algorithm: token.HS256, Secret: secret}}},
		"an id twice":            {"acme", []token.Key{hs, hs}},
		"both kinds":             {"acme", []token.Key{{ID: "a", Algorithm: token.HS256, Secret: secret, Public: public}}},
		"a secret for EdDSA":     {"acme", []token.Key{{ID: "a", Algorithm: token.EdDSA, Secret: secret, Public: public}}},
		"half a public key":      {"acme", []token.Key{{ID: "a", Algorithm: token.EdDSA, Public: public[:16]}}},
		"another's private key":  {"acme", []token.Key{{ID: "a", Algorithm: token.EdDSA, Public: public, Private: ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, 32))}}},
		"half a private key":     {"acme", []token.Key{{ID: "a", Algorithm: token.EdDSA, Public: public, Private: private[:32]}}},
		"no algorithm":           {"acme", []token.Key{{ID: "a", Secret: secret}}},
		"an algorithm of nobody": {"acme", []token.Key{{ID: "a", Algorithm: "none", Secret: secret}}},
	} {
		if _, err := token.NewKeys(c.shop, c.list...); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestKeysInPEM(t *testing.T) {
	t.Parallel()
	got, err := token.ParsePublic(string(publicPEM(t)))
	if err != nil || !got.Equal(public) {
		t.Errorf("public key %v, error %v", got, err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	text := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	if key, err := token.ParsePrivate(text); err != nil || !key.Equal(private) {
		t.Errorf("private key, error %v", err)
	}
	for name, text := range map[string]string{"nothing": "", "words": "hush", "the other kind": text} {
		if _, err := token.ParsePublic(text); err == nil {
			t.Errorf("%s was read as a public key", name)
		}
	}
	for name, text := range map[string]string{"nothing": "", "words": "hush", "the other kind": string(publicPEM(t))} {
		if _, err := token.ParsePrivate(text); err == nil {
			t.Errorf("%s was read as a private key", name)
		}
	}
}

// Whatever is handed over, it is refused or was signed by us.
func FuzzVerify(f *testing.F) {
	k, err := token.NewKeys("acme", token.Key{ID: "2026-11", Algorithm: token.HS256, Secret: secret})
	if err != nil {
		f.Fatal(err)
	}
	good, err := k.Mint(token.Claims{ID: "the same in every process", Order: "1001"}, "", noon)
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"", good, "eyJ.eyJ.", "..", "e30.e30.", strings.Repeat(".", 3000), "\x00.\xff.=", good + "\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		c, err := k.Verify(raw, noon)
		if err == nil && raw != good {
			t.Fatalf("%q counts: %+v", raw, c)
		}
		if _, ok := errors.AsType[token.Refusal](err); err != nil && !ok {
			t.Fatalf("%q: %v is no refusal", raw, err)
		}
	})
}
