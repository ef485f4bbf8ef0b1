package sqlview_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"wismo/core/journal/postgres/pgtest"
	"wismo/core/shop"
	"wismo/stores/sandbox"
	"wismo/stores/sqlview"
	"wismo/stores/storetest"
)

// rig is a store with a database of its own and the test's hold on both.
type rig struct {
	*sqlview.Store
	wire *wire
	role string
	// admin is the URL by which the shop itself comes to its database.
	admin string
}

// schema is a shop's table, the view of it, and the role that reads.
const schema = `
create table shop_orders (
	id bigint primary key, name text not null, confirmation_number text, created_at timestamptz not null, cancelled_at timestamptz,
	financial text, returns text, holds text[], emails text[], phones text[], region text, items jsonb, fulfillments jsonb,
	fulfill_by timestamptz, method text, locale text, refunds jsonb, unread text[]);
create index on shop_orders (lower(name));
create index on shop_orders (lower(confirmation_number));
create index on shop_orders (created_at);
create view wismo_orders as select * from shop_orders;
create role %[1]s login;
grant select on wismo_orders to %[1]s;`

func newRig(t *testing.T, samples []sandbox.Sample, change ...func(*sqlview.Config)) *rig {
	t.Helper()
	admin := pgtest.Empty(t)
	u, err := url.Parse(admin)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{admin: admin, role: "reader_" + strings.TrimPrefix(u.Path, "/"), wire: newWire(t, u.Host)}
	r.exec(t, fmt.Sprintf(schema, r.role))
	for _, s := range samples {
		raw, err := json.Marshal(s.Own())
		if err != nil {
			t.Fatal(err)
		}
		r.exec(t, `insert into shop_orders select * from jsonb_populate_record(null::shop_orders, $1::jsonb)`, string(raw))
	}
	u.Host, u.User = r.wire.address(), url.User(r.role)
	cfg := sqlview.Config{DSN: u.String(), Format: shop.Defaults().Orders, Budget: 10 * time.Second}
	for _, f := range change {
		f(&cfg)
	}
	r.Store = open(t, cfg)
	return r
}

func open(t testing.TB, cfg sqlview.Config) *sqlview.Store {
	t.Helper()
	s, err := sqlview.New(t.Context(), cfg, storetest.Noon, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// exec lets the shop do something to its database.
func (r *rig) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, r.admin)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, sql, args...); err != nil {
		t.Fatal(err)
	}
}

func (r *rig) trouble(t testing.TB, x storetest.Trouble) {
	t.Helper()
	switch x {
	case storetest.Silence:
		r.wire.hush()
	case storetest.Broken: // every query fails
		r.exec(t, `create or replace view wismo_orders as select id / 0 as id, name, confirmation_number, created_at, cancelled_at, financial, returns, holds, emails, phones, region, items, fulfillments, fulfill_by, method, locale, refunds, unread from shop_orders`)
	case storetest.Limited: // no connection is left
		r.exec(t, `alter role `+r.role+` connection limit 0`)
		r.exec(t, `select pg_terminate_backend(pid) from pg_stat_activity where usename = $1`, r.role)
	case storetest.Garbage: // the view is of something else
		r.exec(t, `drop view wismo_orders`)
		r.exec(t, `create view wismo_orders as select '<html>'::text as page`)
		r.exec(t, `grant select on wismo_orders to `+r.role)
	case storetest.Revoked:
		r.exec(t, `revoke select on wismo_orders from `+r.role)
	default:
		t.Fatalf("what would be %s of a database?", x)
	}
}

func TestSuite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, o storetest.Options) storetest.Rig {
		r := newRig(t, o.Samples, func(cfg *sqlview.Config) { cfg.Format, cfg.Budget = o.Format, o.Budget })
		return storetest.Rig{Store: r.Store, Requests: r.wire.sent, Trouble: func(x storetest.Trouble) { r.trouble(t, x) }}
	})
}

// wire stands between store and server: it counts what is sent, and may be cut.
type wire struct {
	listener net.Listener
	target   string
	n        atomic.Int64
	hushed   atomic.Bool
	done     sync.WaitGroup

	mu    sync.Mutex
	conns []net.Conn
}

func newWire(t testing.TB, target string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: l, target: target}
	w.done.Go(w.serve)
	t.Cleanup(func() {
		_ = l.Close()
		w.cut()
		w.done.Wait()
	})
	return w
}

func (w *wire) address() string { return w.listener.Addr().String() }

// sent is how many times something was sent to the server.
func (w *wire) sent() int { return int(w.n.Load()) }

// hush lets nothing pass from now on, in either direction.
func (w *wire) hush() { w.hushed.Store(true) }

// speak lets everything pass again; what was held back is lost.
func (w *wire) speak() { w.hushed.Store(false) }

// cut ends all connections.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.conns {
		_ = c.Close()
	}
	w.conns = nil
}

func (w *wire) serve() {
	for {
		client, err := w.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", w.target)
		if err != nil {
			_ = client.Close()
			continue
		}
		w.mu.Lock()
		w.conns = append(w.conns, client, server)
		w.mu.Unlock()
		w.done.Go(func() { w.copy(server, client, &w.n) })
		w.done.Go(func() { w.copy(client, server, &atomic.Int64{}) })
	}
}

func (w *wire) copy(to io.WriteCloser, from io.ReadCloser, n *atomic.Int64) {
	defer to.Close()
	buffer := make([]byte, 32<<10)
	for {
		k, err := from.Read(buffer)
		if err != nil {
			return
		}
		if n.Add(1); w.hushed.Load() {
			continue
		}
		if _, err := to.Write(buffer[:k]); err != nil {
			return
		}
	}
}
