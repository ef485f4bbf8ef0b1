package twilio

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
)

// signatureHeader carries base64(HMAC-SHA1(auth token, URL and form)).
const signatureHeader = "X-Twilio-Signature"

// genuine reports whether signature is Twilio's for a request to publicURL,
// which includes the query, with this raw body and the form parsed from it.
// Any of the tokens may have made it. Twilio signs the URL at times with its
// port and at times without, so both are tried. With bodySHA256 in the query
// the URL alone is signed, and the body must have that hash.
//
// Rules: the vendor's test vectors, ../shared/contracts/twilio/signature_vectors.json.
func genuine(tokens []string, signature, publicURL string, body []byte, form url.Values) bool {
	u, err := url.Parse(publicURL)
	if err != nil || signature == "" {
		return false
	}
	hash := u.Query().Get("bodySHA256")
	if hash != "" {
		if !sameHash(hash, body) {
			return false
		}
		form = nil
	}
	tail := signedForm(form)
	ok := 0
	for _, token := range tokens {
		if token == "" {
			continue
		}
		for _, address := range portVariants(u, publicURL) {
			ok |= subtle.ConstantTimeCompare([]byte(sign(token, address+tail)), []byte(signature))
		}
	}
	return ok == 1
}

func sign(token, data string) string {
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(data))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func sameHash(want string, body []byte) bool {
	sum := sha256.Sum256(body)
	return subtle.ConstantTimeCompare([]byte(strings.ToLower(want)), []byte(hex.EncodeToString(sum[:]))) == 1
}

// signedForm is the part of the signed text that the form makes: every key in
// byte order with its value behind it. A repeated key stands once with each of
// its different values, those in byte order.
func signedForm(form url.Values) string {
	keys := make([]string, 0, len(form))
	for key := range form {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	var b strings.Builder
	for _, key := range keys {
		values := slices.Clone(form[key])
		slices.Sort(values)
		for _, value := range slices.Compact(values) {
			b.WriteString(key)
			b.WriteString(value)
		}
	}
	return b.String()
}

// portVariants returns address with and without its port; a missing port is
// that of the scheme. Only the host part changes, byte for byte.
func portVariants(u *url.URL, address string) []string {
	host := u.Host
	if port := u.Port(); port != "" {
		bare := strings.TrimSuffix(host, ":"+port)
		return []string{address, strings.Replace(address, host, bare, 1)}
	}
	port := ":443"
	if u.Scheme == "http" {
		port = ":80"
	}
	return []string{address, strings.Replace(address, host, host+port, 1)}
}
