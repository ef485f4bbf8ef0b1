package carriers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"wismo/core/fault"
	"wismo/core/remote"
)

// client makes the requests of one reader.
type client struct {
	cfg     Config
	service service
	http    *http.Client
	now     func() time.Time
	pace    pace
}

func (c *client) op() string { return string(c.cfg.Kind) }

// call makes a request with a JSON body, none if body is nil, and reads the answer.
// Its error is a *fault.Error that holds neither number nor key, or what
// service.refused made of a refusal.
func (c *client) call(ctx context.Context, method, path string, body, into any) error {
	if err := c.pace.held(c.op(), c.now()); err != nil {
		return err
	}
	req, err := c.request(ctx, method, path, body)
	if err != nil {
		return err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return remote.FaultOfErr(c.op(), err)
	}
	defer res.Body.Close()
	c.pace.hold(spent(res.Header, c.now()))
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return remote.FaultOfErr(c.op(), err)
	}
	if res.StatusCode >= 300 {
		return c.refusal(res, raw)
	}
	return c.decode(raw, into)
}

func (c *client) request(ctx context.Context, method, path string, body any) (*http.Request, error) {
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return nil, c.fault(fault.Invalid, "the request cannot be written", "")
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, c.cfg.BaseURL+path, bytes.NewReader(raw))
	if err != nil {
		return nil, c.fault(fault.Invalid, "the address is none", "")
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	c.service.sign(req, c.cfg.Key)
	return req, nil
}

// refusal says what an answer of 300 or more means.
func (c *client) refusal(res *http.Response, raw []byte) error {
	if err := c.service.refused(res.StatusCode, raw); err != nil {
		return err
	}
	err := remote.FaultOf(c.op(), res, c.now())
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	switch {
	case f.Kind == fault.Throttled:
		c.throttled(f, res.Header)
	case f.Kind == fault.NotFound || res.StatusCode < 400:
		// None of the paths depends on the number: it is the service that is not there.
		f.Kind, f.Hint = fault.Denied, "the service is not at this address; leave it empty for the vendor's own"
	case f.Kind == fault.Denied:
		f.Hint = c.service.hint()
	}
	return f
}

// throttled remembers when the next call is allowed. All limits are per second, so
// that is the wait if none is named.
func (c *client) throttled(f *fault.Error, h http.Header) {
	now := c.now()
	if f.Until.IsZero() {
		f.Until = reset(h, now)
	}
	if f.Until.IsZero() {
		f.Until = now.Add(time.Second)
	}
	c.pace.hold(f.Until)
}

// decode reads JSON. A part that has another type than it should is passed over: what
// must be there is looked for afterwards.
func (c *client) decode(raw []byte, into any) error {
	err := json.Unmarshal(raw, into)
	if _, odd := errors.AsType[*json.UnmarshalTypeError](err); err != nil && !odd {
		return c.unreadable()
	}
	return nil
}

func (c *client) unreadable() error {
	return c.fault(fault.Unavailable, "the answer cannot be read", "")
}

func (c *client) notFound() error {
	return c.fault(fault.NotFound, "that is no number of a carrier that the service knows", "")
}

func (c *client) fault(k fault.Kind, what, hint string) error {
	return &fault.Error{Kind: k, Op: c.op(), Err: errors.New(what), Hint: hint}
}

// coded is what a vendor's own code means.
func coded(k Kind, kind fault.Kind, code any, hint string) error {
	return &fault.Error{Kind: kind, Op: string(k), Err: fmt.Errorf("code %v", code), Hint: hint}
}
