package twilio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/twilio/twilio-go/client"

	"wismo/core/fault"
)

// maxAnswer bounds, in bytes, what is read of one answer of the REST API. A
// page of 1000 messages is well below.
const maxAnswer = 8 << 20

// wire carries one call: it gives twilio-go's request the caller's context,
// sends it where the API is, and keeps what twilio-go forgets of the answer.
// It reads every answer in full and closes it, since twilio-go leaves those of
// failed calls open.
type wire struct {
	ctx  context.Context //nolint:containedctx // twilio-go has no other way in
	base *url.URL
	next http.RoundTripper

	status     int    // of the answer, 0 if none came
	retryAfter string // its header

	asked     atomic.Bool // the transport reports its connections
	connected atomic.Bool // a connection was had, so something may have been sent
}

// call returns a wire for one call and a twilio-go client that uses it.
func (a *Account) call(ctx context.Context) (*wire, *client.Client) {
	w := &wire{ctx: ctx, base: a.base, next: a.http}
	user, password := a.credentials()
	return w, a.clientFor(w, user, password)
}

func (a *Account) clientFor(w *wire, user, password string) *client.Client {
	c := &client.Client{
		Credentials: client.NewCredentials(user, password),
		HTTPClient:  &http.Client{Transport: w, CheckRedirect: keepRedirect},
	}
	c.SetAccountSid(a.cfg.AccountSID)
	return c
}

// keepRedirect hands a redirect to the caller as it is: the credentials must
// not follow it.
func keepRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// RoundTrip implements http.RoundTripper.
func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(httptrace.WithClientTrace(w.ctx, &httptrace.ClientTrace{
		GetConn: func(string) { w.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { w.connected.Store(true) },
	}))
	req.URL.Scheme, req.URL.Host, req.Host = w.base.Scheme, w.base.Host, w.base.Host
	res, err := w.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	w.status, w.retryAfter = res.StatusCode, res.Header.Get("Retry-After")
	body, err := readAll(res.Body, maxAnswer)
	if err != nil {
		w.status = 0 // the answer broke off: its status is not to be trusted alone
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

var errTooLarge = errors.New("larger than allowed")

// readAll reads and closes r, which may hold at most limit bytes.
func readAll(r io.ReadCloser, limit int64) ([]byte, error) {
	defer func() { _ = r.Close() }()
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = errTooLarge
	}
	return body, err
}

// failed translates the error of a call. Nothing of Twilio's own words gets
// in, for they hold phone numbers; nor does the URL.
func (w *wire) failed(op string, err error, now time.Time) *fault.Error {
	var rest *client.TwilioRestError
	switch {
	case errors.As(err, &rest):
		return w.refused(op, rest.Code, now)
	case w.status >= http.StatusBadRequest:
		return w.refused(op, 0, now)
	case w.status != 0:
		e := fault.New(fault.Unavailable, op, "the answer (HTTP %d) could not be read", w.status)
		e.Unclear = true
		return e
	default:
		e := fault.New(fault.Unavailable, op, "%w", plainCause(w.ctx, err))
		e.Unclear = !w.unsent(err)
		return e
	}
}

// refused translates an answer of 400 and above with Twilio's error code, 0 if
// it had none.
func (w *wire) refused(op string, code int, now time.Time) *fault.Error {
	m, known := meanings()[code]
	if !known || w.status >= http.StatusInternalServerError || w.status == http.StatusTooManyRequests {
		m = meaning{kind: statusKind(w.status), reason: m.reason, hint: m.hint}
	}
	e := fault.New(m.kind, op, "twilio error %d (HTTP %d)", code, w.status)
	e.Reason, e.Hint = m.reason, m.hint
	e.Unclear = w.status >= http.StatusInternalServerError || w.status == http.StatusRequestTimeout
	if m.kind == fault.Throttled || m.kind == fault.Unavailable {
		e.Until = retryTime(w.retryAfter, now)
	}
	return e
}

// statusKind says what an HTTP status means where the body says nothing. 0 is
// twilio-go refusing to make the request.
func statusKind(status int) fault.Kind {
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return fault.Denied
	case status == http.StatusNotFound:
		return fault.NotFound
	case status == http.StatusTooManyRequests:
		return fault.Throttled
	case status >= http.StatusInternalServerError, status == http.StatusRequestTimeout:
		return fault.Unavailable
	default:
		return fault.Invalid
	}
}

// maxRetryAfter is the longest wait that we believe.
const maxRetryAfter = time.Hour

// retryTime reads a Retry-After header, seconds or an HTTP date; zero if it
// says nothing.
func retryTime(header string, now time.Time) time.Time {
	if seconds, err := strconv.Atoi(header); err == nil && seconds >= 0 {
		return now.Add(min(time.Duration(seconds)*time.Second, maxRetryAfter))
	}
	at, err := http.ParseTime(header)
	if err != nil || at.Before(now) {
		return time.Time{}
	}
	if latest := now.Add(maxRetryAfter); at.After(latest) {
		return latest
	}
	return at
}

// unsent reports whether the request has certainly not left: the name was not
// found, the connection was refused, or none was had at all.
func (w *wire) unsent(err error) bool {
	if w.asked.Load() {
		return !w.connected.Load()
	}
	var dns *net.DNSError
	var op *net.OpError
	return errors.As(err, &dns) || errors.As(err, &op) && op.Op == "dial"
}

var (
	errNoAnswer = errors.New("no answer in time")
	errRefused  = errors.New("connection refused")
	errNoName   = errors.New("host name not found")
	errBroken   = errors.New("connection broken or not made")
)

// plainCause returns a cause that names no URL, for URLs hold phone numbers.
func plainCause(ctx context.Context, err error) error {
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%w: %w", errNoAnswer, ctx.Err())
	case errors.Is(err, errTooLarge):
		return errTooLarge
	case errors.As(err, &dns):
		return errNoName
	case errors.Is(err, syscall.ECONNREFUSED):
		return errRefused
	case errors.As(err, &timeout) && timeout.Timeout():
		return errNoAnswer
	default:
		return errBroken
	}
}
