package shopify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"wismo/core/fault"
	"wismo/core/remote"
)

// doer carries genqlient's requests: it adds the token, turns statuses into
// faults and reads from each answer how long a throttled caller must wait.
type doer struct {
	http   *http.Client
	tokens *tokens
	line   *line
	now    func() time.Time
}

// errFull is the cause of a fault that only time mends.
var errFull = errors.New("the shop allows no more now")

// errToken is the cause of a fault for which a new token may help.
var errToken = errors.New("the token is refused")

// Do implements graphql.Doer.
func (d *doer) Do(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	token, err := d.tokens.get(req.Context())
	if err != nil {
		return nil, err
	}
	if err := d.line.enter(req.Context()); err != nil {
		return nil, err
	}
	var spent cost
	defer func() { d.line.leave(spent) }()
	res, err := d.once(req, body, token, &spent)
	if errors.Is(err, errToken) && d.tokens.renewable() {
		// The token may have been revoked before its time: ask for a new one, once.
		d.tokens.forget(req.Context(), token)
		if token, err = d.tokens.get(req.Context()); err != nil {
			return nil, err
		}
		return d.once(req, body, token, &spent)
	}
	return res, err
}

func (d *doer) once(req *http.Request, body []byte, token string, spent *cost) (*http.Response, error) {
	r := req.Clone(req.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.Header.Set("X-Shopify-Access-Token", token)
	res, err := d.http.Do(r)
	if err != nil {
		return nil, remote.FaultOfErr("shopify", err)
	}
	raw, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		return nil, remote.FaultOfErr("shopify", err)
	}
	a := envelopeOf(raw)
	*spent = a.Extensions.Cost
	if err := d.judge(res, a); err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(raw))
	return res, nil
}

// judge turns a status into a fault that says how to mend it.
func (d *doer) judge(res *http.Response, a envelope) error {
	err := remote.FaultOf("shopify", res, d.now())
	f := asFault(err)
	if f == nil {
		return d.read(a)
	}
	switch {
	case res.StatusCode == http.StatusTooManyRequests && f.Until.IsZero():
		f.Until = d.now().Add(a.Extensions.Cost.wait())
	case res.StatusCode == http.StatusUnauthorized:
		f.Err, f.Hint = errToken, "the token is not valid (any more); make a new one or check client id and secret"
	case res.StatusCode == http.StatusPaymentRequired, res.StatusCode == http.StatusLocked:
		f.Hint = "the shop is frozen or locked: its owner must settle that with Shopify"
	case res.StatusCode == http.StatusNotFound, res.StatusCode == http.StatusGone:
		f.Kind, f.Hint = fault.Denied, "there is no such shop or API version; check domain and version"
	case res.StatusCode/100 == 3:
		f.Hint = "the shop answers elsewhere; use its permanent myshopify.com domain"
	}
	return f
}

// envelope is what stands around an answer's data.
type envelope struct {
	Data       json.RawMessage `json:"data"`
	Errors     json.RawMessage `json:"errors"`
	Extensions struct {
		Cost cost `json:"cost"`
	} `json:"extensions"`
}

// envelopeOf reads an envelope, the zero one if there is none.
func envelopeOf(raw []byte) envelope {
	var a envelope
	if json.Unmarshal(raw, &a) != nil {
		return envelope{}
	}
	return a
}

// read judges an answer that came with a good status: what was throttled says
// so in its errors, and what has neither data nor errors says nothing at all.
func (d *doer) read(a envelope) error {
	if a.throttled() {
		return &fault.Error{Kind: fault.Throttled, Op: "shopify", Until: d.now().Add(a.Extensions.Cost.wait()), Err: errors.New("too many points asked for")}
	}
	if void(a.Data) && void(a.Errors) {
		e := fault.New(fault.Unavailable, "shopify", "the answer holds no data")
		e.Hint = "try again; if it stays so, something answers in Shopify's place"
		return e
	}
	return nil
}

func void(raw json.RawMessage) bool {
	return len(raw) == 0 || string(raw) == "null" || string(raw) == "[]"
}

func (a envelope) throttled() bool {
	if !bytes.Contains(a.Errors, []byte(`"THROTTLED"`)) {
		return false
	}
	var list []struct {
		Extensions struct {
			Code string `json:"code"`
		} `json:"extensions"`
	}
	if json.Unmarshal(a.Errors, &list) != nil {
		return false
	}
	for _, e := range list {
		if e.Extensions.Code == "THROTTLED" {
			return true
		}
	}
	return false
}

// tokens gives out the access token: the static one, or one by the client
// credentials grant, renewed before it ends.
type tokens struct {
	cfg  Config
	http *http.Client
	now  func() time.Time
	// turn is held by whoever reads or changes what follows: a channel and no
	// mutex, so that nobody waits for another's grant beyond its own time.
	turn    chan struct{}
	token   string
	renewAt time.Time
}

func newTokens(cfg Config, client *http.Client, now func() time.Time) *tokens {
	return &tokens{cfg: cfg, http: client, now: now, turn: make(chan struct{}, 1)}
}

func (t *tokens) renewable() bool { return t.cfg.Token == "" }

// forget drops a token that was refused, unless another caller has already
// put a new one in its place.
func (t *tokens) forget(ctx context.Context, refused string) {
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
		if t.token == refused {
			t.token = ""
		}
	case <-ctx.Done():
	}
}

// get returns a token that is good for a while. Callers wait for one that is
// being fetched.
func (t *tokens) get(ctx context.Context) (string, error) {
	if t.cfg.Token != "" {
		return t.cfg.Token, nil
	}
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return "", remote.FaultOfErr("shopify token", ctx.Err())
	}
	if t.token != "" && t.now().Before(t.renewAt) {
		return t.token, nil
	}
	token, lives, err := t.grant(ctx)
	if err != nil {
		return "", err
	}
	t.token = token
	// A tenth of its life early, so that no request meets its end.
	t.renewAt = t.now().Add(lives - lives/10)
	return token, nil
}

// grant asks for a token. Source: shopify.dev, client credentials grant.
func (t *tokens) grant(ctx context.Context) (string, time.Duration, error) {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {t.cfg.ClientID}, "client_secret": {t.cfg.ClientSecret}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.cfg.Endpoint+"/admin/oauth/access_token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", 0, fault.New(fault.Invalid, "shopify token", "the store's address cannot be used")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	res, err := t.http.Do(req)
	if err != nil {
		return "", 0, remote.FaultOfErr("shopify token", err)
	}
	defer res.Body.Close()
	if err := remote.FaultOf("shopify token", res, t.now()); err != nil {
		if f := asFault(err); f.Kind == fault.Invalid || f.Kind == fault.Denied || f.Kind == fault.NotFound {
			f.Kind, f.Hint = fault.Denied, "check client id and secret, and that the app is installed on this store of the same organisation"
		}
		return "", 0, err
	}
	var answer struct {
		Token string `json:"access_token"`
		Lives int    `json:"expires_in"`
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || answer.Token == "" {
		return "", 0, fault.New(fault.Unavailable, "shopify token", "the answer holds no token")
	}
	return answer.Token, time.Duration(max(answer.Lives, 60)) * time.Second, nil
}
