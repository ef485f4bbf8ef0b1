package remote

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/rand/v2"
	"time"

	"wismo/core/fault"
)

// ofCertificate says what is wrong with a certificate, "" if err is about none.
func ofCertificate(err error) string {
	var host x509.HostnameError
	var authority x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var verification *tls.CertificateVerificationError
	switch {
	case errors.As(err, &host):
		return "the certificate is another host's"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate has expired, or is not valid yet"
	case errors.As(err, &authority):
		return "the certificate is signed by nobody that this machine trusts"
	case errors.As(err, &invalid), errors.As(err, &verification):
		return "the certificate is not valid"
	}
	return ""
}

// Read repeats a read until it succeeds, fails for good, or budget is used up.
// A throttled read waits until it is allowed again, if that is within the
// budget; any other pause grows and has some chance in it. When the budget ends
// the fault is Unavailable, whatever the last one was, with the time at which a
// throttled read will be allowed.
func Read[T any](ctx context.Context, op string, budget time.Duration, read func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	pause := 100 * time.Millisecond
	for {
		v, err := read(ctx)
		if err == nil || !fault.KindOf(err).Retryable() {
			return v, err
		}
		wait := pause + rand.N(pause)
		if until := fault.Until(err); !until.IsZero() {
			// Some chance here too: many were told the same time.
			wait = max(wait, time.Until(until)+rand.N(pause))
		}
		end, _ := ctx.Deadline()
		if time.Until(end) < wait {
			return v, &fault.Error{Kind: fault.Unavailable, Op: op, Until: fault.Until(err), Err: err}
		}
		select {
		case <-ctx.Done():
			return v, &fault.Error{Kind: fault.Unavailable, Op: op, Until: fault.Until(err), Err: err}
		case <-time.After(wait):
		}
		pause = min(2*pause, time.Second)
	}
}
