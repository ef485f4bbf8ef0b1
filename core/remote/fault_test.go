package remote_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"wismo/core/fault"
	"wismo/core/remote"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestFaultOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status  int
		want    fault.Kind
		unclear bool
	}{
		{200, fault.Unknown, false},
		{201, fault.Unknown, false},
		{204, fault.Unknown, false},
		{301, fault.Denied, false},
		{307, fault.Denied, false},
		{400, fault.Invalid, false},
		{401, fault.Denied, false},
		{402, fault.Denied, false},
		{403, fault.Denied, false},
		{404, fault.NotFound, false},
		{405, fault.Invalid, false},
		{408, fault.Unavailable, false},
		{410, fault.NotFound, false},
		{413, fault.Invalid, false},
		{422, fault.Invalid, false},
		{423, fault.Denied, false},
		{425, fault.Unavailable, false},
		{429, fault.Throttled, false},
		{500, fault.Unavailable, true},
		{502, fault.Unavailable, true},
		{503, fault.Unavailable, true},
		{504, fault.Unavailable, true},
		{529, fault.Unavailable, true},
	} {
		t.Run(fmt.Sprint(tt.status), func(t *testing.T) {
			t.Parallel()
			err := remote.FaultOf("twilio send", &http.Response{StatusCode: tt.status, Header: http.Header{}}, noon)
			if (err == nil) != (tt.status < 300) {
				t.Fatalf("FaultOf = %v", err)
			}
			if fault.KindOf(err) != tt.want || fault.Unclear(err) != tt.unclear || !fault.Until(err).IsZero() {
				t.Errorf("%v, unclear %v, want %v, %v", err, fault.Unclear(err), tt.want, tt.unclear)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{
		"2": 2 * time.Second, "2.0": 2 * time.Second, "0.25": 250 * time.Millisecond, "0": 0, "7200": time.Hour, "1e300": time.Hour, "+Inf": time.Hour,
		noon.Add(90 * time.Second).Format(http.TimeFormat): 90 * time.Second, noon.Add(48 * time.Hour).Format(http.TimeFormat): time.Hour,
		// What says nothing useful asks for no wait of its own.
		"-5": 0, "soon": 0, "NaN": 0, "99999999999999999999999999": time.Hour, "2, 3": 0, noon.Add(-time.Hour).Format(http.TimeFormat): 0,
	} {
		res := &http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {value}}}
		until := fault.Until(remote.FaultOf("x", res, noon))
		if got := max(until.Sub(noon), 0); got != want {
			t.Errorf("Retry-After %q: %v, want %v", value, got, want)
		}
	}
}

func TestFaultOfErr(t *testing.T) {
	t.Parallel()
	secret := "https://user:hunter2@api.example.com/v1/orders?name=%231001&email=ana@example.com"
	at := func(err error) error { return &url.Error{Op: "Post", URL: secret, Err: err} }
	known := fault.New(fault.Permanent, "inner", "known")
	for _, tt := range []struct {
		name    string
		err     error
		want    fault.Kind
		unclear bool
	}{
		{"private", at(&net.OpError{Op: "dial", Err: remote.ErrPrivate}), fault.Denied, false},
		{"deadline", at(context.DeadlineExceeded), fault.Unavailable, true},
		{"given up", at(context.Canceled), fault.Unavailable, true},
		{"no such host", at(&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "ana.example.com"}}), fault.Unavailable, false},
		{"no connection", at(&net.OpError{Op: "dial", Err: errors.New("connection refused " + secret)}), fault.Unavailable, false},
		{"broken connection", at(&net.OpError{Op: "read", Err: errors.New("reset " + secret)}), fault.Unavailable, true},
		{"ended early", at(io.ErrUnexpectedEOF), fault.Unavailable, true},
		{"too large", at(remote.ErrTooLarge), fault.Unavailable, true},
		{"another's certificate", at(x509.HostnameError{Certificate: &x509.Certificate{}, Host: "ana.example.com"}), fault.Denied, false},
		{"unknown authority", at(x509.UnknownAuthorityError{}), fault.Denied, false},
		{"anything", at(errors.New(secret)), fault.Unavailable, true},
		{"a fault", known, fault.Permanent, false},
		{"a fault in a URL's error", at(known), fault.Permanent, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := remote.FaultOfErr("shopify", tt.err)
			if fault.KindOf(err) != tt.want || fault.Unclear(err) != tt.unclear {
				t.Errorf("%v, unclear %v, want %v, %v", err, fault.Unclear(err), tt.want, tt.unclear)
			}
			for _, s := range []string{"hunter2", "1001", "ana", "example", "http"} {
				if strings.Contains(err.Error(), s) {
					t.Errorf("the error tells %q: %v", s, err)
				}
			}
		})
	}
}

// The same with real calls.
func TestFaultOfCalls(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(silent.Close)
	t.Cleanup(func() { close(release) })
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(broken.Close)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	client := remote.New(remote.Options{Loopback: true, Timeout: 100 * time.Millisecond})
	for _, tt := range []struct {
		name, url string
		unclear   bool
		text      string
	}{
		{"silent", silent.URL, true, "no answer in time"},
		{"broken", broken.URL, true, "the call failed"},
		{"gone", gone.URL, false, "no connection"},
		{"no such name", "http://no-such-host.invalid", false, "host name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			res, err := client.Get(tt.url + "/?q=secret")
			if err == nil {
				_ = res.Body.Close()
				t.Fatal("it was answered")
			}
			err = remote.FaultOfErr("test", err)
			if fault.KindOf(err) != fault.Unavailable || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "127.0.0.1") {
				t.Errorf("%v", err)
			}
			// Without a resolver a name may also just take too long.
			if tt.name != "no such name" && (fault.Unclear(err) != tt.unclear || !strings.Contains(err.Error(), tt.text)) {
				t.Errorf("%v, unclear %v, want %q, %v", err, fault.Unclear(err), tt.text, tt.unclear)
			}
		})
	}
}
