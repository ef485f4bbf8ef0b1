package ownorder

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// The headers that carry a signature.
const (
	// HeaderTimestamp is when the request was made, in seconds since 1970 (UTC).
	HeaderTimestamp = "Wismo-Timestamp"
	// HeaderID is a random text that no other request has.
	HeaderID = "Wismo-Request-Id"
	// HeaderSignature is the signature in lower-case hexadecimal digits, in the
	// request and in its answer.
	HeaderSignature = "Wismo-Signature"
)

// Skew is how far the clocks of both sides may be apart.
const Skew = 5 * time.Minute

// Why a request or an answer is not genuine.
var (
	ErrUnsigned = errors.New("the signature is missing")
	ErrForged   = errors.New("the signature is not right")
	ErrExpired  = errors.New("the time of the request is too far from now")
	ErrReplayed = errors.New("the request was made before")
)

// Sign sets the headers of a request with this method, path (as it is sent:
// escaped, with whatever folder the platform lies in), body and id, made at this
// time. The signature is
//
//	hex(HMAC-SHA256(secret, "v1\n" + timestamp + "\n" + id + "\n" + method + "\n" + path + "\n" + body))
func Sign(h http.Header, secret, method, path string, body []byte, id string, at time.Time) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	h.Set(HeaderTimestamp, stamp)
	h.Set(HeaderID, id)
	h.Set(HeaderSignature, hex.EncodeToString(requestSum(secret, method, path, body, id, stamp)))
}

// SignAnswer sets the header of the answer with this status and body to the request
// with this id. The signature is
//
//	hex(HMAC-SHA256(secret, "v1 answer\n" + id + "\n" + status + "\n" + body))
//
// so that no answer fits another request, and no request can pass for an answer.
func SignAnswer(h http.Header, secret, id string, status int, body []byte) {
	h.Set(HeaderSignature, hex.EncodeToString(answerSum(secret, id, status, body)))
}

// idRE is what a request's id may be.
var idRE = regexp.MustCompile(`^[A-Za-z0-9_-]{16,64}$`)

// Verify tells a platform whether a request with this body is from who shares the
// secret, and not older than Skew: nil, ErrUnsigned, ErrForged or ErrExpired. It
// does not know whether the request was made before; Guard does.
func Verify(r *http.Request, body []byte, secret string, now time.Time) error {
	id, stamp := r.Header.Get(HeaderID), r.Header.Get(HeaderTimestamp)
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if secret == "" || err != nil || !idRE.MatchString(id) {
		return ErrUnsigned
	}
	if err := compare(r.Header, requestSum(secret, r.Method, r.URL.EscapedPath(), body, id, stamp)); err != nil {
		return err
	}
	if d := now.Sub(time.Unix(seconds, 0)).Abs(); d > Skew {
		return ErrExpired
	}
	return nil
}

// VerifyAnswer tells whether an answer is from who shares the secret and to the
// request with this id: nil, ErrUnsigned or ErrForged.
func VerifyAnswer(h http.Header, secret, id string, status int, body []byte) error {
	if secret == "" {
		return ErrUnsigned
	}
	return compare(h, answerSum(secret, id, status, body))
}

// compare takes the same time wherever the signatures differ.
func compare(h http.Header, want []byte) error {
	given := h.Get(HeaderSignature)
	if given == "" {
		return ErrUnsigned
	}
	sum, err := hex.DecodeString(given)
	if err != nil || !hmac.Equal(sum, want) {
		return ErrForged
	}
	return nil
}

func requestSum(secret, method, path string, body []byte, id, stamp string) []byte {
	return sum(secret, "v1\n"+stamp+"\n"+id+"\n"+method+"\n"+path+"\n", body)
}

func answerSum(secret, id string, status int, body []byte) []byte {
	return sum(secret, "v1 answer\n"+id+"\n"+strconv.Itoa(status)+"\n", body)
}

func sum(secret, head string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(head)) // a hash never fails to take
	mac.Write(body)
	return mac.Sum(nil)
}
