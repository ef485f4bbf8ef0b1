package woocommerce

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"wismo/core/fault"
	"wismo/core/remote"
)

// client makes the requests. How the site wants to be asked it learns: with the key in
// the address where the host takes the header away, and by another address where the
// site has no pretty permalinks.
type client struct {
	cfg  Config
	http *http.Client
	now  func() time.Time

	mu            sync.Mutex
	byQuery, bare bool
}

func newClient(cfg Config, http *http.Client, now func() time.Time) *client {
	return &client{cfg: cfg, http: http, now: now}
}

// way is how a request is made.
type way struct{ byQuery, bare bool }

func (c *client) way() way {
	c.mu.Lock()
	defer c.mu.Unlock()
	return way{c.byQuery, c.bare}
}

func (c *client) learn(w way) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.byQuery, c.bare = w.byQuery, w.bare
}

// get reads a route into an answer. Its error is a *fault.Error, or errNoRoute.
func (c *client) get(ctx context.Context, route string, q url.Values, into any) error {
	if err := c.allowed(); err != nil {
		return err
	}
	w := c.way()
	for range 3 {
		err := c.try(ctx, w, route, q, into)
		next, ok := another(w, err)
		if !ok {
			if err == nil {
				c.learn(w)
			}
			return bare(err)
		}
		w = next
	}
	return fault.New(fault.Unavailable, "woocommerce", "the site is asked in vain")
}

// turned is an answer after which another way is worth trying.
type turned struct {
	error
	noHeader, noPermalinks bool
}

func (t turned) Unwrap() error { return t.error }

func another(w way, err error) (way, bool) {
	t, ok := errors.AsType[turned](err)
	switch {
	case ok && t.noHeader && !w.byQuery:
		w.byQuery = true
		return w, true
	case ok && t.noPermalinks && !w.bare:
		w.bare = true
		return w, true
	}
	return w, false
}

// bare is the error without what it says of other ways.
func bare(err error) error {
	if t, ok := errors.AsType[turned](err); ok {
		return t.error
	}
	return err
}

// allowed refuses to send the key in clear text.
func (c *client) allowed() error {
	u, err := url.Parse(c.cfg.URL)
	if err != nil || u.Host == "" {
		return fault.New(fault.Invalid, "woocommerce", "store.url is no address")
	}
	if u.Scheme == "http" && !c.cfg.AllowPlainHTTP && !loopback(u.Hostname()) {
		e := fault.New(fault.Invalid, "woocommerce", "store.url is not encrypted")
		e.Hint = "use https://, or set store.allow_plain_http if the site really has no TLS"
		return e
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (c *client) try(ctx context.Context, w way, route string, q url.Values, into any) error {
	req, err := c.request(ctx, w, route, q)
	if err != nil {
		return err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return remote.FaultOfErr("woocommerce", err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return remote.FaultOfErr("woocommerce", err)
	}
	if res.StatusCode >= 300 {
		return c.refused(w, res, raw)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return unreadable(err)
	}
	return nil
}

// request makes a request in a way (developer.wordpress.org/rest-api, "Routes and
// Endpoints"; woocommerce.github.io, "Authentication").
func (c *client) request(ctx context.Context, w way, route string, q url.Values) (*http.Request, error) {
	values := maps.Clone(q)
	if values == nil {
		values = url.Values{}
	}
	address := c.cfg.URL + "/wp-json" + route
	if w.bare {
		address = c.cfg.URL + "/"
		values.Set("rest_route", route)
	}
	plain := strings.HasPrefix(c.cfg.URL, "http://")
	switch {
	case plain:
		if err := c.sign(address, values); err != nil {
			return nil, err
		}
	case w.byQuery:
		values.Set("consumer_key", c.cfg.Key)
		values.Set("consumer_secret", c.cfg.Secret)
	}
	if len(values) > 0 {
		address += "?" + values.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, fault.New(fault.Invalid, "woocommerce", "store.url is no address")
	}
	req.Header.Set("Accept", "application/json")
	if !plain && !w.byQuery {
		req.SetBasicAuth(c.cfg.Key, c.cfg.Secret)
	}
	return req, nil
}

// sign signs a request that is not encrypted (RFC 5849, 3.4, with HMAC-SHA256 and
// without a token, as WooCommerce's OAuth 1.0a "one-legged" wants it).
func (c *client) sign(address string, values url.Values) error {
	nonce := make([]byte, 16)
	if _, err := rand.Read(nonce); err != nil {
		return err
	}
	values.Set("oauth_consumer_key", c.cfg.Key)
	values.Set("oauth_nonce", hex.EncodeToString(nonce))
	values.Set("oauth_signature_method", "HMAC-SHA256")
	values.Set("oauth_timestamp", strconv.FormatInt(c.now().Unix(), 10))
	values.Set("oauth_signature", Signature(http.MethodGet, address, values, c.cfg.Secret))
	return nil
}

// Signature is the OAuth 1.0a signature of a request (RFC 5849, 3.4.1 and 3.4.2).
func Signature(method, address string, values url.Values, secret string) string {
	var pairs []string
	for key, list := range values {
		for _, v := range list {
			if key != "oauth_signature" {
				pairs = append(pairs, escaped(key)+"="+escaped(v))
			}
		}
	}
	slices.Sort(pairs)
	mac := hmac.New(sha256.New, []byte(secret+"&"))
	mac.Write([]byte(method + "&" + escaped(address) + "&" + escaped(strings.Join(pairs, "&"))))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// escaped is percent-encoded as RFC 3986 wants it.
func escaped(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// apiError is what WordPress answers when it refuses.
type apiError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// refused says what a refusal means. What is no JSON came from somebody before
// WordPress: a cache, a firewall, the host.
func (c *client) refused(w way, res *http.Response, raw []byte) error {
	var e apiError
	isJSON := json.Unmarshal(raw, &e) == nil && e.Code != ""
	status := res.StatusCode
	switch {
	case isJSON && e.Code == "rest_no_route":
		return errNoRoute
	case isJSON && (status == http.StatusNotFound || strings.HasSuffix(e.Code, "_invalid_id")):
		return notFound()
	case isJSON && (status == http.StatusUnauthorized || status == http.StatusForbidden):
		f := denied("the site does not take the key ("+known(e.Code)+")", "make a key under WooCommerce, Settings, Advanced, REST API, with permission to read, for a user who may see orders")
		return turned{error: f, noHeader: !strings.HasPrefix(c.cfg.URL, "http://") && !w.byQuery}
	case status < 400:
		return denied("the site has moved (HTTP "+strconv.Itoa(status)+")", "set store.url to the address that the site's home page has in the browser")
	case status == http.StatusNotFound, status == http.StatusGone:
		e := fault.New(fault.Unavailable, "woocommerce", "the site answers with a page in place of its API")
		e.Hint = "is store.url the folder that WordPress lies in, and does no plugin switch the REST API off?"
		return turned{error: e, noPermalinks: true}
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return blocked(status)
	case status == http.StatusPaymentRequired || status == http.StatusLocked:
		e := fault.New(fault.Unavailable, "woocommerce", "the shop is closed (HTTP %d)", status)
		e.Hint = "its host has closed it: see the bill, or ask them"
		return e
	}
	return remote.FaultOf("woocommerce", res, c.now())
}

// known keeps codes that are words of the API's own; a plugin's could say anything.
func known(code string) string {
	if strings.HasPrefix(code, "woocommerce_rest_") || strings.HasPrefix(code, "rest_") {
		return code
	}
	return "for a reason of its own"
}

// blocked is what a firewall's refusal means.
func blocked(status int) error {
	return &fault.Error{
		Kind: fault.Unavailable, Op: "woocommerce", Err: errors.New("something before WordPress refuses the request (HTTP " + strconv.Itoa(status) + ")"),
		Hint: "a security plugin or the host's firewall blocks the REST API: let requests to /wp-json/wc/ pass that carry the key",
	}
}

func denied(what, hint string) *fault.Error {
	return &fault.Error{Kind: fault.Denied, Op: "woocommerce", Err: errors.New(what), Hint: hint}
}
