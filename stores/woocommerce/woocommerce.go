// Package woocommerce knows how orders are read from WooCommerce's REST API v3, and
// how its states map onto ours.
//
// What customers call an order's number is a text that plugins change; the API's own
// key is another. A number is searched and then compared exactly. Where the parcels'
// tracking stands depends on what the shop has installed: native fulfillments, one of
// two extensions, or the order's own meta. Which it is, is learnt with the first
// answer, so that an order costs two requests, and learnt again when it changes.
//
// WooCommerce tells nothing of a parcel's way: "completed" is what the shop did, not
// what the carrier did, and a parcel that left is Shipped.
//
// Sources: woocommerce.github.io/woocommerce-rest-api-docs (orders, authentication),
// woocommerce/woocommerce (order fulfillments, since 10.1), woocommerce.com and zorem
// (shipment tracking), developer.wordpress.org (REST API without pretty permalinks).
package woocommerce

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"wismo/core/fault"
	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/remote"
	"wismo/core/shop"
)

// Config describes one WooCommerce shop.
type Config struct {
	// URL of the site, with the folder it lies in: "https://example.com/shop".
	URL string
	// Key and Secret of the REST API (ck_…, cs_…).
	Key, Secret string
	// AllowPlainHTTP lets requests leave without encryption, signed by OAuth 1.0a,
	// as the API wants it there. Loopback is always allowed.
	AllowPlainHTTP bool
	// Format of the shop's order numbers.
	Format shop.OrderFormat
	// Statuses say what the shop's own order statuses mean, by their slugs:
	// "processing", "shipped", "delivered", "pickup", "cancelled" or "held".
	Statuses map[string]string
	// Budget bounds one Find, repeats included; 8 s if zero: an order takes two
	// requests, and a slow host three seconds for each.
	Budget time.Duration
}

// Store reads one shop's orders. It implements order.Store and is safe for concurrent
// use.
type Store struct {
	cfg      Config
	client   *client
	tracking sources
	now      func() time.Time
	log      *slog.Logger
}

var _ order.Store = (*Store)(nil)

// New returns the store that cfg describes. client carries the requests; now is the
// clock.
func New(cfg Config, http *http.Client, now func() time.Time, log *slog.Logger) *Store {
	if cfg.Budget == 0 {
		cfg.Budget = 8 * time.Second
	}
	cfg.URL = strings.TrimRight(cfg.URL, "/")
	s := &Store{cfg: cfg, now: now, log: log, client: newClient(cfg, http, now)}
	return s
}

// refRE is what an order number may be made of; anything else is no order of any shop
// and is not asked for.
var refRE = regexp.MustCompile(`^(?:# *)?[A-Za-z0-9][A-Za-z0-9 _./-]{0,39}$`)

const (
	// perPage and maxPages bound how far near matches are searched for exact ones.
	perPage, maxPages = 50, 3
	ordersPath        = "/wc/v3/orders"
)

// Find implements order.Store.
func (s *Store) Find(ctx context.Context, ref order.Ref) ([]order.Order, error) {
	if !refRE.MatchString(ref.Text) {
		return nil, notFound()
	}
	return remote.Read(ctx, "woocommerce order", s.cfg.Budget, func(ctx context.Context) ([]order.Order, error) {
		return s.find(ctx, s.cfg.Format.Names(ref.Text))
	})
}

func notFound() error {
	return fault.New(fault.NotFound, "woocommerce order", "there is none of that number")
}

func (s *Store) find(ctx context.Context, names []string) ([]order.Order, error) {
	nodes, err := s.search(ctx, names)
	if err != nil {
		return nil, err
	}
	if len(nodes) == 0 {
		if nodes, err = s.byID(ctx, names); err != nil {
			return nil, err
		}
	}
	var found []order.Order
	for _, n := range nodes {
		parcels, unread, err := s.parcels(ctx, n)
		if err != nil {
			return nil, err
		}
		o := s.mapOrder(n, parcels, unread)
		o.Notes = s.notes(ctx, n)
		found = append(found, o)
	}
	if len(found) == 0 {
		return nil, notFound()
	}
	return found, nil
}

var _ order.Recent = (*Store)(nil)

// Recent implements order.Recent. A phone is found only where it is written as in
// E.164 or in its bare national digits: the search compares text.
func (s *Store) Recent(ctx context.Context, who order.Contact) ([]order.Order, error) {
	return remote.Read(ctx, "woocommerce orders", s.cfg.Budget, func(ctx context.Context) ([]order.Order, error) {
		for _, term := range terms(who) {
			found, err := s.ownedBy(ctx, term)
			if fault.KindOf(err) != fault.NotFound {
				return found, err
			}
		}
		return nil, notFound()
	})
}

// terms are what somebody's orders are searched by, the likeliest first.
func terms(who order.Contact) []string {
	switch {
	case who.Email != "":
		return []string{who.Email}
	case who.Phone != "":
		return []string{who.Phone, message.National(who.Phone)}
	default:
		return nil
	}
}

func (s *Store) ownedBy(ctx context.Context, term string) ([]order.Order, error) {
	var list []node
	q := url.Values{"search": {term}, "per_page": {strconv.Itoa(order.MaxRecent)}, "orderby": {"date"}, "order": {"desc"}}
	if err := s.client.get(ctx, ordersPath, q, &list); err != nil {
		return nil, err
	}
	var found []order.Order
	for _, n := range list {
		if n.Status == "trash" || n.Type != "" && n.Type != "shop_order" {
			continue
		}
		parcels, unread, err := s.parcels(ctx, n)
		if err != nil {
			return nil, err
		}
		o := s.mapOrder(n, parcels, unread)
		o.Notes = s.notes(ctx, n)
		found = append(found, o)
	}
	if len(found) == 0 {
		return nil, notFound()
	}
	return found, nil
}

// search reads all that the search finds and keeps what has exactly that number.
func (s *Store) search(ctx context.Context, names []string) ([]node, error) {
	var found []node
	term := s.term(names)
	for page := 1; page <= maxPages; page++ {
		var list []node
		q := url.Values{"search": {term}, "per_page": {strconv.Itoa(perPage)}, "page": {strconv.Itoa(page)}}
		if err := s.client.get(ctx, ordersPath, q, &list); err != nil {
			return nil, err
		}
		for _, n := range list {
			if s.named(n, names) {
				found = append(found, n)
			}
		}
		if len(list) < perPage {
			break
		}
	}
	return found, nil
}

// term is what is searched: the number without "#", which no shop keeps.
func (s *Store) term(names []string) string {
	return strings.TrimSpace(strings.TrimPrefix(names[len(names)-1], "#"))
}

// byID asks for the order whose key is the number, which a search may pass over.
func (s *Store) byID(ctx context.Context, names []string) ([]node, error) {
	id := s.term(names)
	if _, err := strconv.ParseUint(id, 10, 62); err != nil {
		return nil, nil
	}
	var n node
	err := s.client.get(ctx, ordersPath+"/"+id, nil, &n)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return nil, nil
	case err != nil:
		return nil, err
	case !s.named(n, names):
		return nil, nil
	}
	return []node{n}, nil
}

// named compares exactly: the search finds near numbers, and numbers elsewhere in an
// order.
func (s *Store) named(n node, names []string) bool {
	if n.Status == "trash" || n.Type != "" && n.Type != "shop_order" {
		return false
	}
	for _, number := range n.numbers() {
		for _, name := range names {
			if strings.EqualFold(number, name) || strings.EqualFold("#"+number, name) || strings.EqualFold(squeeze(number), squeeze(name)) {
				return true
			}
		}
	}
	return false
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

// errNoRoute says that the shop has no such route: a plugin that is not there.
var errNoRoute = errors.New("there is no such route")

func unreadable(err error) error {
	e := fault.New(fault.Unavailable, "woocommerce", "the answer cannot be read (%T)", err)
	e.Hint = "something answers in place of the REST API: a cache, a plugin, or another site at store.url"
	return e
}
