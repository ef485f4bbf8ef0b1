// Package remote knows how wismo calls out: every adapter's HTTP goes through a
// client made here. It reaches no private network (checked on the address that
// is dialled, so that a name which changes its mind is caught), follows no
// redirect, reads no more than a set size, and translates statuses into faults
// whose text holds neither URL queries nor bodies.
package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"syscall"
	"time"

	"wismo/core/fault"
)

// Options of a client.
type Options struct {
	// Version of the program, told to those who are called.
	Version string
	// Loopback allows calls to this machine (a local stand-in) and to nothing
	// else.
	Loopback bool
	// Timeout bounds one call, answer included; 10 s if zero.
	Timeout time.Duration
	// MaxBytes bounds the answer's size; 8 MiB if zero.
	MaxBytes int64
}

// New returns a client.
func New(o Options) *http.Client {
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 8 << 20
	}
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second, ControlContext: guard(o.Loopback)}
	transport := &http.Transport{
		DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
		MaxIdleConns: 200, MaxIdleConnsPerHost: 100, IdleConnTimeout: 90 * time.Second,
		TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: o.Timeout, MaxResponseHeaderBytes: 64 << 10,
	}
	return &http.Client{
		Transport: &bounded{next: transport, agent: "wismo/" + o.Version, max: o.MaxBytes},
		Timeout:   o.Timeout,
		// A redirect is an answer like another: nobody we call has reason to send
		// us elsewhere, and credentials must not go there.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// ErrPrivate is what a call to a private network fails with.
var ErrPrivate = errors.New("the address is in a private network")

// guard refuses to dial addresses that the public cannot have, or with
// loopback, all but this machine.
func guard(loopback bool) func(context.Context, string, string, syscall.RawConn) error {
	return func(_ context.Context, _, address string, _ syscall.RawConn) error {
		ap, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("dial: %w", err)
		}
		if ip := ap.Addr().Unmap(); loopback != ip.IsLoopback() || !loopback && !public(ip) {
			return ErrPrivate
		}
		return nil
	}
}

// public reports whether an address can be somebody else's in the internet.
func public(ip netip.Addr) bool {
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.Is6() && !netip.MustParsePrefix("2000::/3").Contains(ip) {
		return false
	}
	for _, p := range reserved() {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

// reserved lists what IANA keeps for special purposes beside what net/netip
// knows: carrier-grade NAT, documentation, benchmarks, IPv4 carried in IPv6. Of
// IPv6 only 2000::/3 is given out at all.
// Source: IANA special-purpose address registries.
func reserved() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
		netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"),
		netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
		netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("3fff::/20"),
	}
}

// bounded names us and limits what is read of an answer.
type bounded struct {
	next  http.RoundTripper
	agent string
	max   int64
}

// RoundTrip implements http.RoundTripper.
func (b *bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", b.agent)
	res, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	res.Body = &limited{ReadCloser: res.Body, left: b.max}
	return res, nil
}

// ErrTooLarge is what reading an answer beyond its limit fails with.
var ErrTooLarge = errors.New("the answer is larger than allowed")

type limited struct {
	io.ReadCloser
	left int64
}

// Read implements io.Reader.
func (l *limited) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return n, ErrTooLarge
	}
	return n, err
}

// FaultOf translates an answer's status into a fault, nil if it is below 300.
// now turns a Retry-After in seconds into a time.
func FaultOf(op string, res *http.Response, now time.Time) error {
	kind := fault.Unavailable
	switch code := res.StatusCode; {
	case code < 300:
		return nil
	case code == http.StatusTooManyRequests:
		kind = fault.Throttled
	case code == http.StatusUnauthorized, code == http.StatusForbidden, code == http.StatusPaymentRequired, code == http.StatusLocked:
		kind = fault.Denied
	case code == http.StatusNotFound, code == http.StatusGone:
		kind = fault.NotFound
	case code < 400:
		kind = fault.Denied // a redirect: the address is not the right one
	case code < 500 && code != http.StatusRequestTimeout && code != http.StatusTooEarly:
		kind = fault.Invalid
	}
	e := fault.New(kind, op, "status %d", res.StatusCode)
	e.Unclear = res.StatusCode >= 500
	e.Until = retryAfter(res.Header.Get("Retry-After"), now)
	e.Hint = hintOf(res.StatusCode)
	return e
}

// hintOf says what may be done about a status, whoever gave it.
func hintOf(status int) string {
	switch {
	case status < 400:
		return "the address has moved: set the one that it has now"
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return "check the credentials, and what they may do"
	case status == http.StatusPaymentRequired, status == http.StatusLocked:
		return "it is closed or locked: its owner must open it again"
	case status == http.StatusTooManyRequests:
		return "too much was asked at once: try again in a while"
	case status >= 500:
		return "it fails by itself: try again, and see its status page or ask who runs it"
	}
	return "check the address"
}

// retryAfter reads the header of that name: seconds, which may be broken, or a
// date. It believes at most an hour.
func retryAfter(v string, now time.Time) time.Time {
	if v == "" {
		return time.Time{}
	}
	at := now
	if s, err := strconv.ParseFloat(v, 64); err == nil && s >= 0 {
		at = now.Add(time.Duration(min(s, 3600) * float64(time.Second)))
	} else if t, err := http.ParseTime(v); err == nil {
		at = t
	}
	if latest := now.Add(time.Hour); at.After(latest) {
		return latest
	}
	return at
}

// FaultOfErr translates the failure of a call that brought no answer. The
// cause is named, the URL is not.
func FaultOfErr(op string, err error) error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f // and not err, which may name the URL around it
	}
	cause, hint := "the call failed", "try again; if it stays so, look at the network between"
	kind := fault.Unavailable
	unclear := true
	var dns *net.DNSError
	var op2 *net.OpError
	switch {
	case errors.Is(err, ErrPrivate):
		kind, cause, unclear = fault.Denied, ErrPrivate.Error(), false
		hint = "set an address in the internet"
	case errors.Is(err, context.DeadlineExceeded):
		cause, hint = "no answer in time", "is it up, and does a firewall between let this machine through?"
	case errors.Is(err, context.Canceled):
		cause, hint = "the call was given up", ""
	case errors.As(err, &dns):
		cause, unclear = "the host name cannot be resolved", false
		hint = "check the name, and that this machine can resolve names"
	case errors.As(err, &op2) && op2.Op == "dial":
		cause, unclear = "no connection", false
		hint = "is it up, is the address right, and may this machine reach it?"
	case errors.Is(err, ErrTooLarge):
		cause, hint = ErrTooLarge.Error(), "is the address right?"
	case ofCertificate(err) != "":
		kind, cause, unclear = fault.Denied, ofCertificate(err), false
		hint = "who runs the site must mend its certificate; is the address right?"
	}
	e := fault.New(kind, op, "%s", cause)
	e.Unclear, e.Hint = unclear, hint
	return e
}
