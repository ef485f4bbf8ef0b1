package carriers

import (
	"cmp"
	"errors"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"wismo/core/fault"
)

// Kind names a service.
type Kind string

// The services.
const (
	EasyPost       Kind = "easypost"
	AfterShip      Kind = "aftership"
	SeventeenTrack Kind = "17track"
)

// Config describes an account with a service.
type Config struct {
	// Kind of service.
	Kind Kind
	// Key of its API, a secret.
	Key string
	// BaseURL is where the service is, without the paths that are asked:
	// "https://api.easypost.com". Empty for the vendor's own; else it must be
	// https, or this machine.
	BaseURL string
	// Budget bounds one Track, registration and repeats included; 2 s if zero.
	Budget time.Duration
	// Failures in a row after which the service is left alone; 5 if zero.
	Failures int
	// Pause is for how long; 30 s if zero. One call is tried then.
	Pause time.Duration
}

// New returns the reader that cfg describes. hc carries the requests; now is the
// clock. The error is a *fault.Error of kind Invalid: no such kind, no key, or an
// address to which a key cannot be sent.
func New(cfg Config, hc *http.Client, now func() time.Time) (*Reader, error) {
	s, err := serviceOf(cfg.Kind)
	if err != nil {
		return nil, err
	}
	cfg.BaseURL = strings.TrimRight(cmp.Or(cfg.BaseURL, s.base()), "/")
	cfg.Budget = cmp.Or(cfg.Budget, 2*time.Second)
	if !keyRE.MatchString(cfg.Key) {
		return nil, invalid(cfg.Kind, "there is no key, or one with spaces in it", s.hint())
	}
	if !mayCarryKey(cfg.BaseURL) {
		return nil, invalid(cfg.Kind, "the address is not encrypted, or none", "leave it empty for the vendor's own")
	}
	b := newBreaker(cmp.Or(cfg.Failures, 5), cmp.Or(cfg.Pause, 30*time.Second), now)
	return &Reader{cfg: cfg, service: s, breaker: b, client: &client{cfg: cfg, service: s, http: hc, now: now}}, nil
}

func serviceOf(k Kind) (service, error) {
	switch k {
	case EasyPost:
		return easypost{}, nil
	case AfterShip:
		return aftership{}, nil
	case SeventeenTrack:
		return seventeen{}, nil
	}
	return nil, invalid("tracking", "there is no such service", "it is one of easypost, aftership and 17track")
}

func invalid(k Kind, what, hint string) error {
	return &fault.Error{Kind: fault.Invalid, Op: string(k), Err: errors.New(what), Hint: hint}
}

// keyRE is what may stand in a header.
var keyRE = regexp.MustCompile(`^[!-~]+$`)

// mayCarryKey refuses to send the key in clear text to others.
func mayCarryKey(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.User != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}
