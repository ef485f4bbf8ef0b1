package ownorder_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"wismo/stores/ownorder"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

const (
	secret = "a-secret-of-both-sides"
	id     = "4ZT5BO6VQJ3DGRWFXPNB2MH7KA"
)

func request(change func(*http.Request)) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/shop%20one"+ownorder.Path, http.NoBody)
	ownorder.Sign(r.Header, secret, r.Method, r.URL.EscapedPath(), []byte("body"), id, noon)
	if change != nil {
		change(r)
	}
	return r
}

// The signatures are as the contract says, reckoned by hand with openssl:
//
//	printf 'v1\n1795435200\n%s\nPOST\n/shop%%20one/wismo/v1/orders/find\nbody' $id | openssl dgst -sha256 -hmac $secret
//	printf 'v1 answer\n%s\n200\nbody' $id | openssl dgst -sha256 -hmac $secret
func TestSignaturesAreAsDescribed(t *testing.T) {
	t.Parallel()
	r := request(nil)
	if got, want := r.Header.Get("Wismo-Signature"), "8803dc2b756ce33b6b32f090064395d20cbbe0fc664abeb031c0686a33f98bf6"; got != want || r.Header.Get("Wismo-Timestamp") != "1795435200" || r.Header.Get("Wismo-Request-Id") != id {
		t.Errorf("request: %s, want %s (%v)", got, want, r.Header)
	}
	h := http.Header{}
	ownorder.SignAnswer(h, secret, id, 200, []byte("body"))
	if got, want := h.Get("Wismo-Signature"), "895f0afe060404bb1e1718ba80605e7ce81c2cfa4d0edbf7108bb69e1e7ab671"; got != want {
		t.Errorf("answer: %s, want %s", got, want)
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for name, c := range map[string]struct {
		change func(*http.Request)
		body   string
		secret string
		after  time.Duration
		want   error
	}{
		"genuine":             {},
		"as old as may be":    {after: ownorder.Skew},
		"from a clock ahead":  {after: -ownorder.Skew},
		"too old":             {after: ownorder.Skew + time.Second, want: ownorder.ErrExpired},
		"from the future":     {after: -ownorder.Skew - time.Second, want: ownorder.ErrExpired},
		"another body":        {body: "bodY", want: ownorder.ErrForged},
		"another secret":      {secret: "another", want: ownorder.ErrForged},
		"no secret":           {secret: "-", want: ownorder.ErrUnsigned},
		"another method":      {change: func(r *http.Request) { r.Method = http.MethodPut }, want: ownorder.ErrForged},
		"another path":        {change: func(r *http.Request) { r.URL.Path, r.URL.RawPath = "/shop two"+ownorder.Path, "" }, want: ownorder.ErrForged},
		"another time":        {change: set(ownorder.HeaderTimestamp, "1795435201"), want: ownorder.ErrForged},
		"no time":             {change: set(ownorder.HeaderTimestamp, ""), want: ownorder.ErrUnsigned},
		"a time that is none": {change: set(ownorder.HeaderTimestamp, "noon"), want: ownorder.ErrUnsigned},
		"another id":          {change: set(ownorder.HeaderID, strings.ToLower(id)), want: ownorder.ErrForged},
		"a short id":          {change: set(ownorder.HeaderID, "1"), want: ownorder.ErrUnsigned},
		"no signature":        {change: set(ownorder.HeaderSignature, ""), want: ownorder.ErrUnsigned},
		"no digits":           {change: set(ownorder.HeaderSignature, "zz"), want: ownorder.ErrForged},
		"half a signature": {change: func(r *http.Request) {
			r.Header.Set(ownorder.HeaderSignature, r.Header.Get(ownorder.HeaderSignature)[:32])
		}, want: ownorder.ErrForged},
		"an answer's signature":  {change: func(r *http.Request) { ownorder.SignAnswer(r.Header, secret, id, 200, []byte("body")) }, want: ownorder.ErrForged},
		"signature of a newline": {change: set(ownorder.HeaderID, id+"\nPOST"), want: ownorder.ErrUnsigned},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, key := "body", secret
			if c.body != "" {
				body = c.body
			}
			if c.secret != "" {
				key = strings.Trim(c.secret, "-")
			}
			if err := ownorder.Verify(request(c.change), []byte(body), key, noon.Add(c.after)); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

func TestVerifyAnswer(t *testing.T) {
	t.Parallel()
	h := http.Header{}
	ownorder.SignAnswer(h, secret, id, 200, []byte("body"))
	for name, c := range map[string]struct {
		header     http.Header
		secret, id string
		status     int
		body       string
		want       error
	}{
		"genuine":         {h, secret, id, 200, "body", nil},
		"another body":    {h, secret, id, 200, "", ownorder.ErrForged},
		"another status":  {h, secret, id, 201, "body", ownorder.ErrForged},
		"another request": {h, secret, id + "A", 200, "body", ownorder.ErrForged},
		"another secret":  {h, "another", id, 200, "body", ownorder.ErrForged},
		"no secret":       {h, "", id, 200, "body", ownorder.ErrUnsigned},
		"not signed":      {http.Header{}, secret, id, 200, "body", ownorder.ErrUnsigned},
		"the request's":   {request(nil).Header, secret, id, 200, "body", ownorder.ErrForged},
	} {
		if err := ownorder.VerifyAnswer(c.header, c.secret, c.id, c.status, []byte(c.body)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// A request counts once, however long it could be repeated, and forged ones are not
// remembered.
func TestGuard(t *testing.T) {
	t.Parallel()
	now := noon.Add(-3*ownorder.Skew + time.Minute)
	g := ownorder.NewGuard(secret, func() time.Time { return now })
	now = noon.Add(-ownorder.Skew + 30*time.Second) // a span of its memory is nearly over
	forged := request(func(r *http.Request) { r.Header.Set(ownorder.HeaderSignature, "00") })
	if err := g.Check(forged, []byte("body")); !errors.Is(err, ownorder.ErrForged) {
		t.Errorf("forged: %v", err)
	}
	if err := g.Check(request(nil), []byte("body")); err != nil {
		t.Errorf("the first: %v", err)
	}
	for range 40 { // its time passes, and with it the memory's spans
		want := ownorder.ErrReplayed
		if now = now.Add(30 * time.Second); now.Sub(noon) > ownorder.Skew {
			want = ownorder.ErrExpired
		}
		if err := g.Check(request(nil), []byte("body")); !errors.Is(err, want) {
			t.Errorf("%v later: %v, want %v", now.Sub(noon), err, want)
		}
	}
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]string{
		ownorder.ErrUnsigned: "unsigned", ownorder.ErrForged: "forged", ownorder.ErrExpired: "expired", ownorder.ErrReplayed: "replayed", errors.New("x"): "forged",
	} {
		if got := ownorder.Refusal(err); got != `{"error":"`+want+`"}` {
			t.Errorf("%v: %s", err, got)
		}
	}
}
