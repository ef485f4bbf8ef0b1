// Package shopify knows how orders are read from Shopify's Admin GraphQL API,
// version 2026-10, and how its states map onto ours.
//
// A name is searched and then compared exactly: the API's search is by token,
// names are not unique in a store, and a shop's prefix and suffix are part of
// them. What needs a scope of its own (the customer, holds, returns) is left out
// once the shop has refused it, so that the ordinary read stays one request.
//
// Sources: shopify.dev, Admin GraphQL reference 2026-10 (orders, Order,
// Fulfillment, FulfillmentOrder), rate limits, client credentials grant.
package shopify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/Khan/genqlient/graphql"

	"wismo/core/fault"
	"wismo/core/order"
	"wismo/core/remote"
	"wismo/core/shop"
)

// Config describes one Shopify store.
type Config struct {
	// Domain is the permanent one: "example.myshopify.com".
	Domain string
	// Token is a static Admin API token (shpat_…).
	Token string
	// ClientID and ClientSecret of a Dev Dashboard app, instead of Token.
	ClientID, ClientSecret string
	// Version of the Admin API, such as "2026-10".
	Version string
	// Endpoint replaces "https://" + Domain, for a local stand-in.
	Endpoint string
	// Format of the shop's order names.
	Format shop.OrderFormat
	// Budget bounds one Find, repeats included; 5 s if zero.
	Budget time.Duration
}

// Store reads one store's orders. It implements order.Store and is safe for
// concurrent use.
type Store struct {
	cfg    Config
	client graphql.Client
	tokens *tokens
	line   *line
	parts  parts
	now    func() time.Time
	log    *slog.Logger
}

var _ order.Store = (*Store)(nil)

// New returns the store that cfg describes. client carries the requests; now
// is the clock.
func New(cfg Config, client *http.Client, now func() time.Time, log *slog.Logger) *Store {
	if cfg.Endpoint == "" {
		cfg.Endpoint = "https://" + cfg.Domain
	}
	if cfg.Budget == 0 {
		cfg.Budget = 5 * time.Second
	}
	s := &Store{cfg: cfg, now: now, log: log, tokens: newTokens(cfg, client, now), line: &line{now: time.Now}}
	s.parts.now = now
	s.client = graphql.NewClient(cfg.Endpoint+"/admin/api/"+cfg.Version+"/graphql.json", &doer{http: client, tokens: s.tokens, line: s.line, now: now})
	return s
}

// refRE is what an order number may be made of; anything else, a lone "#" too,
// is no order of any shop and is not asked for.
var refRE = regexp.MustCompile(`^(?:# *)?[A-Za-z0-9][A-Za-z0-9 _./-]{0,39}$`)

// maxPages is how far near matches are searched for the exact ones.
const maxPages = 3

// Find implements order.Store.
func (s *Store) Find(ctx context.Context, ref order.Ref) ([]order.Order, error) {
	if !refRE.MatchString(ref.Text) {
		return nil, notFound()
	}
	return remote.Read(withAsked(ctx, ref.Asked), "shopify order", s.cfg.Budget, func(ctx context.Context) ([]order.Order, error) {
		return s.find(ctx, ref)
	})
}

func notFound() error {
	return fault.New(fault.NotFound, "shopify order", "there is none of that name")
}

// find reads all that the search finds and keeps what is exactly ref: orders
// of one name may stand on different pages, with near names between them.
func (s *Store) find(ctx context.Context, ref order.Ref) ([]order.Order, error) {
	query, after := search(s.cfg.Format.Names(ref.Text)), (*string)(nil)
	var found []order.Order
	for range maxPages {
		page, unread, err := s.page(ctx, query, after)
		if err != nil {
			return nil, err
		}
		for _, n := range page.Nodes {
			if s.matches(n, ref) {
				found = append(found, mapOrder(n, unread, s.now()))
			}
		}
		if !page.PageInfo.HasNextPage || page.PageInfo.EndCursor == nil {
			break
		}
		after = page.PageInfo.EndCursor
	}
	if len(found) == 0 {
		return nil, notFound()
	}
	return found, nil
}

// search returns the query for any of the names, or for a confirmation number
// spelt like one of them.
func search(names []string) string {
	var terms []string
	for _, n := range names {
		terms = append(terms, `name:"`+n+`"`)
	}
	bare := strings.TrimPrefix(names[len(names)-1], "#")
	return strings.Join(append(terms, `confirmation_number:"`+bare+`"`), " OR ")
}

// matches compares exactly: the search finds near names as well.
func (s *Store) matches(n orderNode, ref order.Ref) bool {
	for _, name := range s.cfg.Format.Names(ref.Text) {
		if strings.EqualFold(n.Name, name) {
			return true
		}
	}
	bare := strings.TrimPrefix(strings.ToUpper(strings.Join(strings.Fields(ref.Text), "")), "#")
	return n.ConfirmationNumber != nil && len(bare) >= 6 && strings.EqualFold(*n.ConfirmationNumber, bare)
}

// page reads one page, leaving out parts that the shop refuses.
func (s *Store) page(ctx context.Context, query string, after *string) (*findOrdersOrdersOrderConnection, []string, error) {
	for range len(optional) + 1 {
		use := s.parts.allowed()
		res, err := findOrders(ctx, s.client, query, after, use["customer"], use["fulfillmentOrders"], use["returns"], use[statusPage])
		no, err := s.judge(err)
		switch {
		case err != nil:
			return nil, nil, err
		case len(no.parts) > 0:
			s.log.Warn("shopify refuses a part of orders; it is left out for a while", "part", strings.Join(no.parts, " "), "hint", "grant the scope that `wismo check` names")
			s.parts.refuse(no.parts)
		case res.Orders.Nodes == nil && no.contacts:
			return nil, nil, denied("the app may not read contacts", "request access to protected customer data (level 2) for the app")
		case res.Orders.Nodes == nil: // not even an empty list: no proof that there is none
			return nil, nil, fault.New(fault.Unavailable, "shopify order", "the answer holds no orders")
		default:
			return &res.Orders, missing(use, no.contacts), nil
		}
	}
	return nil, nil, fault.New(fault.Denied, "shopify order", "access is refused part after part")
}

// optional are the parts of an order that need a scope of their own.
var optional = [...]string{"customer", "fulfillmentOrders", "returns", statusPage}

// statusPage is the shop's page about an order, which agents are given. It shows
// address and payment, so customers never are: who has the link sees them.
const statusPage = "statusPageUrl"

// refusedFor is how long a refused part is not asked for again.
const refusedFor = 10 * time.Minute

// parts remembers which optional parts the shop refuses.
type parts struct {
	now   func() time.Time
	mu    sync.Mutex
	until map[string]time.Time
}

func (p *parts) allowed() map[string]bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	use := map[string]bool{}
	for _, part := range optional {
		use[part] = p.now().After(p.until[part])
	}
	return use
}

func (p *parts) refuse(list []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.until == nil {
		p.until = map[string]time.Time{}
	}
	for _, part := range list {
		p.until[part] = p.now().Add(refusedFor)
	}
}

func missing(use map[string]bool, contacts bool) []string {
	var out []string
	if contacts {
		out = append(out, order.UnreadContacts)
	}
	for _, part := range optional {
		if !use[part] && part != statusPage {
			out = append(out, part)
		}
	}
	return out
}

// errNoData says that an answer had neither data nor an error we know.
var errNoData = errors.New("the answer cannot be read")

// statusError wraps a fault of the transport, which genqlient hands back
// inside its own errors.
func asFault(err error) *fault.Error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	return nil
}

func unreadable(err error) error {
	return fault.New(fault.Unavailable, "shopify", "%w", fmt.Errorf("%w (%T)", errNoData, err))
}
