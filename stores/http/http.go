// Package httpstore knows how orders are read from a platform of the shop's own over
// HTTPS: a small contract in JSON that any platform can serve, and nothing about the
// platform behind it.
//
// # The contract, version 1
//
// wismo asks, below the address that is configured:
//
//	POST /wismo/v1/orders/find
//	Content-Type: application/json
//	Wismo-Timestamp: 1795435200
//	Wismo-Request-Id: 4ZT5BO6VQJ3DGRWFXPNB2MH7KA
//	Wismo-Signature: <hex>
//
//	{"number":"1001","names":["#1001","1001"]}
//
// The order's number is in the body, never in the address, where access logs would
// keep it. "names" are the spellings of the name that count, whatever the case of
// their letters; "confirmation_number", where it is there, may be compared with the
// order's random confirmation number instead. The platform answers 200 with every
// order that has one of the names (nearly always one), and with an empty list if
// none has; wismo compares once more:
//
//	Content-Type: application/json
//	Wismo-Signature: <hex>
//
//	{"orders":[{"id":"5001","name":"#1001","created_at":"2026-11-19T12:00:00Z",
//	  "emails":["ana@example.com"],"phones":["+14155550101"],"region":"US",
//	  "items":[{"id":"1","title":"Mug","quantity":1,"unfulfilled":0}],
//	  "fulfillments":[{"id":"7","status":"in_transit","created_at":"2026-11-20T12:00:00Z",
//	    "tracking":[{"company":"UPS","number":"1Z999","url":"https://www.ups.com/track"}]}]}]}
//
// Every field is described in the JSON Schema that Contract returns. Fields that are
// not in it are passed over; an unknown word is kept and means "unknown"; times are
// RFC 3339. A field that is left out says "not known", null or an empty list says
// "there is none": the bot tells the two apart.
//
// The platform has as long as the budget of one question, 5 s if nothing else is
// configured. Within that, 5xx and 429 (whose Retry-After is kept) are tried again,
// each time as a new request. Nothing but a signed 200 says that there is no order:
// 404 means that the contract is not served there.
//
// # Signatures
//
// Both sides share a secret. A request's signature is the HMAC-SHA256, by the secret,
// of these lines, each ended by one line feed but for the body, in lower-case hex:
//
//	v1
//	<Wismo-Timestamp: seconds since 1970 in UTC>
//	<Wismo-Request-Id>
//	<method, in capitals: POST>
//	<path as it is sent: escaped, with the folder of the address that is configured>
//	<body, byte for byte>
//
// The platform refuses with status 401 a request whose signature is missing or wrong,
// whose time is more than five minutes from its own clock, or whose id it has seen,
// best with {"error":"unsigned"}, "forged", "expired" or "replayed", so that
// `wismo check` can say which. An answer's signature is that of these lines:
//
//	v1 answer
//	<Wismo-Request-Id of the request>
//	<status: 200>
//	<body, byte for byte>
//
// An answer without the right signature is not believed: neither a wrong host nor
// anybody on the way can make up an order, or that there is none. Package ownorder
// has both sides in Go (Sign, Verify, Guard); the example serves the contract.
//
// Requests go out over TLS only; to this machine itself also without.
package httpstore

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"wismo/core/fault"
	"wismo/core/order"
	"wismo/core/remote"
	"wismo/core/shop"
	"wismo/stores/ownorder"
)

// Config describes one platform.
type Config struct {
	// URL below which the contract is served: "https://shop.example.com/api".
	URL string
	// Secret shared with the platform; 32 characters or more, drawn by chance.
	Secret string
	// Format of the shop's order names.
	Format shop.OrderFormat
	// Budget bounds one Find, repeats included; 5 s if zero.
	Budget time.Duration
}

// Store reads one platform's orders. It implements order.Store and is safe for
// concurrent use.
type Store struct {
	cfg  Config
	http *http.Client
	now  func() time.Time
	log  *slog.Logger
}

var _ order.Store = (*Store)(nil)

// op names our calls in faults.
const op = "own store"

// New returns the store that cfg describes. client carries the requests; now is the
// clock. A configuration that cannot work is told by Find and Check.
func New(cfg Config, client *http.Client, now func() time.Time, log *slog.Logger) *Store {
	if cfg.Budget == 0 {
		cfg.Budget = 5 * time.Second
	}
	cfg.URL = strings.TrimRight(cfg.URL, "/")
	c := *client
	// The signature is for one path of one host, and must not be carried to another.
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Store{cfg: cfg, http: &c, now: now, log: log}
}

// Find implements order.Store.
func (s *Store) Find(ctx context.Context, ref order.Ref) ([]order.Order, error) {
	asked, ok := ownorder.Ask(s.cfg.Format, ref.Text)
	if !ok {
		return nil, notFound()
	}
	all, err := remote.Read(ctx, op, s.cfg.Budget, func(ctx context.Context) ([]order.Order, error) {
		return s.ask(ctx, asked)
	})
	if err != nil {
		return nil, err
	}
	found := asked.Among(all)
	if len(found) < len(all) {
		s.log.Warn("the shop's platform answers with orders that were not asked for; they are passed over", "orders", len(all)-len(found))
	}
	if len(found) == 0 {
		return nil, notFound()
	}
	return found, nil
}

func notFound() error { return fault.New(fault.NotFound, op, "there is none of that name") }
