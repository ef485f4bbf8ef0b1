// Package sqlview knows how orders are read from a view in a shop's own PostgreSQL,
// which a role reads that may do nothing else.
//
// The view is called wismo_orders if nothing else is configured, and has a row for
// each order. What it needs are name, created_at, and emails or phones; everything
// else may be missing, and is then told as not known:
//
//	column               type                 what
//	name                 text                 what the customer sees: "#1001-A"; a leading "#" may be left out
//	created_at           timestamptz          when it was placed
//	emails               text[]               every e-mail address on it, its customer's included
//	phones               text[]               every phone number on it, its customer's included, best in E.164
//	id                   text or a number     the shop's own key, unique
//	confirmation_number  text                 a random code beside the name; never one that can be counted up
//	cancelled_at         timestamptz          null if it was not cancelled
//	financial            text                 paid, pending, partially_refunded, refunded, voided
//	returns              text                 none, requested, in_progress, returned
//	holds                text[]               why it is held back: fraud, address, payment, inventory, other
//	region               text                 ISO 3166 country of the shipping address, two letters
//	items                jsonb                list of {id, title, quantity, unfulfilled, requires_shipping}
//	fulfillments         jsonb                the parcels sent so far: list of {id, status, created_at, estimated_at,
//	                                          delivered_at, tracking, events, items}
//	fulfill_by           timestamptz or date  the shop's own promise of when the rest will be shipped
//	method               text                 shipping, pickup, local, none
//	locale               text                 the customer's language tag
//	refunds              jsonb                list of {at, amount, currency}
//	unread               text[]               parts that could not be gathered: items, fulfillments, contacts
//
// The parts in jsonb have the shape of the contract in stores/http (contract.v1.json).
// Null means that there is none, as json_agg says of no rows; a column that is not
// there means that nobody knows. A minimal view:
//
//	create view wismo_orders as
//	select o.id, '#' || o.number as name, o.placed_at as created_at,
//	       array[o.email] as emails, array[o.phone] as phones,
//	       (select jsonb_agg(jsonb_build_object('id', l.id, 'title', l.title, 'quantity', l.quantity))
//	          from order_lines l where l.order_id = o.id) as items,
//	       (select jsonb_agg(jsonb_build_object('id', p.id, 'status', p.status, 'created_at', p.packed_at,
//	                 'tracking', jsonb_build_array(jsonb_build_object('company', p.carrier, 'number', p.tracking, 'url', p.link))))
//	          from parcels p where p.order_id = o.id) as fulfillments
//	from orders o;
//	create index on orders (lower('#' || number));
//	create role wismo login password '…';
//	grant select on wismo_orders to wismo;
//
// Orders are looked up by lower(name::text), and by lower(confirmation_number::text)
// where there is one: indexes on these expressions of the tables below make that
// quick. Every query is one read-only transaction with parameters, limits of time
// and rows, and no prepared statement, so that a pooler may stand before the server.
// The view's columns are asked for along with each query, which costs no round trip,
// so that a changed view is noticed at once.
package sqlview

import (
	"context"
	"log/slog"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"wismo/core/fault"
	"wismo/core/order"
	"wismo/core/remote"
	"wismo/core/shop"
	"wismo/stores/ownorder"
)

// Config describes one database.
type Config struct {
	// DSN says where it is and who reads, as a URL or in words:
	// "postgres://wismo:password@db.example.com:5432/shop?sslmode=verify-full". Of
	// the pool, pool_max_conns may stand in it.
	DSN string
	// View is its name, the case of its letters kept, with the schema before it where
	// the role's search path does not lead there: "shop.wismo_orders". Empty for
	// "wismo_orders".
	View string
	// Format of the shop's order names.
	Format shop.OrderFormat
	// Budget bounds one Find, repeats included; 5 s if zero.
	Budget time.Duration
}

// Store reads one shop's orders. It implements order.Store and is safe for concurrent
// use. Close must be called at its end.
type Store struct {
	cfg   Config
	view  pgx.Identifier
	pool  *pgxpool.Pool
	shape atomic.Pointer[shape]
	now   func() time.Time
	log   *slog.Logger
}

var _ order.Store = (*Store)(nil)

// op names our calls in faults. Messages of the server are left out of them, for
// they quote values.
const op = "sql view"

// partRE is what schema and view may be called.
var partRE = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_$]{0,62}$`)

// New returns the store that cfg describes; now is the clock. It does not wait for the
// server. The error is a fault.Invalid if DSN or View cannot be read.
func New(ctx context.Context, cfg Config, now func() time.Time, log *slog.Logger) (*Store, error) {
	if cfg.Budget == 0 {
		cfg.Budget = 5 * time.Second
	}
	if cfg.View == "" {
		cfg.View = "wismo_orders"
	}
	view := pgx.Identifier(strings.Split(cfg.View, "."))
	for _, part := range view {
		if !partRE.MatchString(part) || len(view) > 2 {
			return nil, mend(fault.Invalid, "store.view is no name of a view", "give it as view or schema.view, in letters, digits and _")
		}
	}
	settings, err := settings(cfg)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, settings)
	if err != nil {
		return nil, faultOf(err)
	}
	return &Store{cfg: cfg, view: view, pool: pool, now: now, log: log}, nil
}

func settings(cfg Config) (*pgxpool.Config, error) {
	c, err := pgxpool.ParseConfig(cfg.DSN)
	if err != nil {
		// The error of pgx quotes the DSN, with its password masked only in part.
		return nil, mend(fault.Invalid, "store.database cannot be read", "it looks like postgres://user:password@host:5432/database?sslmode=verify-full")
	}
	c.MinConns, c.MinIdleConns = 0, 0
	c.ConnConfig.ConnectTimeout = cfg.Budget
	// Nothing is prepared: a pooler would lose it, and a changed view would break it.
	c.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	c.ConnConfig.StatementCacheCapacity, c.ConnConfig.DescriptionCacheCapacity = 0, 0
	if c.ConnConfig.RuntimeParams["application_name"] == "" {
		c.ConnConfig.RuntimeParams["application_name"] = "wismo"
	}
	return c, nil
}

// Close ends its connections. It waits for a silent server no longer than the budget;
// what is left of them then ends by itself within 15 s.
func (s *Store) Close() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.pool.Close()
	}()
	select {
	case <-done:
	case <-time.After(s.cfg.Budget):
	}
}

// Find implements order.Store.
func (s *Store) Find(ctx context.Context, ref order.Ref) ([]order.Order, error) {
	asked, ok := ownorder.Ask(s.cfg.Format, ref.Text)
	if !ok {
		return nil, notFound()
	}
	all, err := remote.Read(ctx, op, s.cfg.Budget, func(ctx context.Context) ([]order.Order, error) {
		return s.read(ctx, asked)
	})
	if err != nil {
		return nil, err
	}
	// The server's idea of lower case may not be ours.
	found := asked.Among(all)
	if len(found) == 0 {
		return nil, notFound()
	}
	return found, nil
}

func notFound() error { return fault.New(fault.NotFound, op, "there is none of that name") }
