package shopify

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"wismo/core/fault"
	"wismo/core/remote"
)

// doer carries genqlient's requests: it adds the token, turns statuses into
// faults and reads from each answer how long a throttled caller must wait.
type doer struct {
	http   *http.Client
	tokens *tokens
	now    func() time.Time
}

// Do implements graphql.Doer.
func (d *doer) Do(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	res, err := d.once(req, body)
	if fault.KindOf(err) == fault.Denied && d.tokens.renewable() {
		// The token may have been revoked before its time: ask for a new one, once.
		d.tokens.forget()
		res, err = d.once(req, body)
	}
	return res, err
}

func (d *doer) once(req *http.Request, body []byte) (*http.Response, error) {
	token, err := d.tokens.get(req.Context())
	if err != nil {
		return nil, err
	}
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
	if err := d.judge(res, raw); err != nil {
		return nil, err
	}
	d.tokens.note(raw, d.now())
	res.Body = io.NopCloser(bytes.NewReader(raw))
	return res, nil
}

// judge turns a status into a fault that says how to mend it.
func (d *doer) judge(res *http.Response, raw []byte) error {
	err := remote.FaultOf("shopify", res, d.now())
	f := asFault(err)
	if f == nil {
		if !json.Valid(raw) {
			return fault.New(fault.Unavailable, "shopify", "the answer is no JSON")
		}
		return nil
	}
	switch {
	case res.StatusCode == http.StatusUnauthorized:
		f.Hint = "the token is not valid (any more); make a new one or check client id and secret"
	case res.StatusCode == http.StatusPaymentRequired, res.StatusCode == http.StatusLocked:
		f.Hint = "the shop is frozen or locked"
	case res.StatusCode == http.StatusNotFound:
		f.Kind, f.Hint = fault.Denied, "there is no such shop or API version; check domain and version"
	case res.StatusCode/100 == 3:
		f.Hint = "the shop answers elsewhere; use its permanent myshopify.com domain"
	}
	return f
}

// tokens gives out the access token: the static one, or one by the client
// credentials grant, renewed before it ends.
type tokens struct {
	cfg  Config
	http *http.Client
	now  func() time.Time

	mu      sync.Mutex
	token   string
	renewAt time.Time
	// freeAt is when the points of the last throttled request are there again.
	freeAt time.Time
}

func (t *tokens) renewable() bool { return t.cfg.Token == "" }

func (t *tokens) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.token = ""
}

// get returns a token that is good for a while. Callers wait for one that is
// being fetched.
func (t *tokens) get(ctx context.Context) (string, error) {
	if t.cfg.Token != "" {
		return t.cfg.Token, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
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

// note remembers from an answer when the allowance is there again.
func (t *tokens) note(raw []byte, now time.Time) {
	if !bytes.Contains(raw, []byte(`"THROTTLED"`)) {
		return
	}
	var answer struct {
		Extensions struct {
			Cost cost `json:"cost"`
		} `json:"extensions"`
	}
	if json.Unmarshal(raw, &answer) != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.freeAt = now.Add(answer.Extensions.Cost.wait())
}

func (t *tokens) throttledUntil() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.freeAt
}
