package sqlview_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"wismo/core/fault"
	"wismo/core/order"
	"wismo/core/shop"
	"wismo/stores/sandbox"
	"wismo/stores/sqlview"
	"wismo/stores/storetest"
)

// few are samples enough where the orders do not matter.
func few() []sandbox.Sample { return sandbox.Samples(storetest.Noon())[:2] }

func (r *rig) find(t *testing.T, ref string) order.Order {
	t.Helper()
	got, err := r.Find(t.Context(), order.Ref{Text: ref})
	if err != nil || len(got) != 1 {
		t.Fatalf("Find(%s): %d orders, %v", ref, len(got), err)
	}
	return got[0]
}

// What goes wrong at the server, what that means, and that nothing personal is told.
func TestFailures(t *testing.T) {
	t.Parallel()
	const columns = `name, created_at, emails, phones, items, fulfillments`
	for name, c := range map[string]struct {
		sql  []string // ROLE is the role that reads, DATABASE the database
		want fault.Kind
		says string
	}{
		"the view is dropped":      {[]string{`drop view wismo_orders`}, fault.Unavailable, "is not there"},
		"no right to read":         {[]string{`revoke select on wismo_orders from ROLE`}, fault.Denied, "grant select"},
		"no right to the schema":   {[]string{`revoke usage on schema public from public`}, fault.Unavailable, "is not there"},
		"the role may not log in":  {[]string{`alter role ROLE nologin`, `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'ROLE'`}, fault.Denied, "does not let the role in"},
		"the role is dropped":      {[]string{`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'ROLE'`, `drop owned by ROLE`, `drop role ROLE`}, fault.Denied, "does not let the role in"},
		"the database is renamed":  {[]string{`alter database DATABASE rename to DATABASE_gone`}, fault.Denied, "no such database"},
		"no database is let in to": {[]string{`alter database DATABASE allow_connections false`, `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'ROLE'`}, fault.Unavailable, "SQLSTATE 55000"},
		"a view of other things":   {[]string{`drop view wismo_orders`, `create view wismo_orders as select 1 as x`, `grant select on wismo_orders to ROLE`}, fault.Unavailable, "no column name"},
		"without created_at":       {[]string{`drop view wismo_orders`, `create view wismo_orders as select name, emails from shop_orders`, `grant select on wismo_orders to ROLE`}, fault.Unavailable, "no column created_at"},
		"without contacts":         {[]string{`drop view wismo_orders`, `create view wismo_orders as select name, created_at from shop_orders`, `grant select on wismo_orders to ROLE`}, fault.Unavailable, "no column emails"},
		"a cast that fails":        {[]string{`drop view wismo_orders`, `create view wismo_orders as select name, created_at, emails, emails[1]::int as id from shop_orders`, `grant select on wismo_orders to ROLE`}, fault.Unavailable, "SQLSTATE 22P02"},
		"a view that writes":       {[]string{`create table seen (at timestamptz)`, `create function see() returns text language sql volatile security definer as $$insert into seen values (now()) returning 'en'$$`, `drop view wismo_orders`, `create view wismo_orders as select name, created_at, emails, see() as locale from shop_orders`, `grant select on wismo_orders to ROLE`}, fault.Denied, "the view writes"},
		"a view that sleeps":       {[]string{`drop view wismo_orders`, `create view wismo_orders as select ` + columns + `, pg_sleep(30)::text as locale from shop_orders`, `grant select on wismo_orders to ROLE`}, fault.Unavailable, ""},
		"an order of 2 MiB":        {[]string{`update shop_orders set items = jsonb_build_array(jsonb_build_object('title', repeat('x', 2 << 20)))`}, fault.Unavailable, "larger than 1 MiB"},
		"everything of one name":   {[]string{`insert into shop_orders (id, name, created_at) select n, '#1001', now() from generate_series(1, 60) as n`}, fault.Invalid, "more than 50 orders"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, few(), func(cfg *sqlview.Config) { cfg.Budget = 1500 * time.Millisecond })
			r.find(t, "1001")
			u, _ := url.Parse(r.admin)
			if strings.HasPrefix(c.sql[0], "alter database") {
				r.Close() // a database that is in use cannot be renamed
				r.Store = open(t, sqlview.Config{DSN: "postgres://" + r.role + "@" + r.wire.address() + u.Path + "?sslmode=disable", Budget: 1500 * time.Millisecond, Format: shop.Defaults().Orders})
				u.Path = "/postgres"
			}
			database, _ := url.Parse(r.admin)
			for _, sql := range c.sql {
				(&rig{admin: u.String()}).exec(t, strings.NewReplacer("ROLE", r.role, "DATABASE", database.Path[1:]).Replace(sql))
			}
			start := time.Now()
			got, err := r.Find(t.Context(), order.Ref{Text: "1001"})
			if fault.KindOf(err) != c.want || len(got) > 0 || !strings.Contains(fmt.Sprint(err), c.says) {
				t.Errorf("%d orders, %v, want %s: %s", len(got), err, c.want, c.says)
			}
			if took := time.Since(start); took > 4*time.Second {
				t.Errorf("it took %v", took)
			}
			for _, personal := range []string{"1001", "ana", "example", "555", "reader", "postgres:", "127.0.0.1"} {
				if err != nil && strings.Contains(err.Error(), personal) {
					t.Errorf("the error tells %q: %v", personal, err)
				}
			}
		})
	}
}

// A lock that somebody holds costs the budget and no more, and the server is not left
// with a query that nobody waits for.
func TestLocked(t *testing.T) {
	t.Parallel()
	r := newRig(t, few(), func(cfg *sqlview.Config) { cfg.Budget = time.Second })
	r.find(t, "1001")
	shop, err := pgx.Connect(t.Context(), r.admin)
	if err != nil {
		t.Fatal(err)
	}
	defer shop.Close(context.WithoutCancel(t.Context()))
	if _, err := shop.Exec(t.Context(), `begin; lock table shop_orders in access exclusive mode`); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Find(t.Context(), order.Ref{Text: "1001"}); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("while it is locked: %v", err)
	}
	for end := time.Now().Add(2 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		var active string
		if _, err := shop.Exec(t.Context(), `select pg_stat_clear_snapshot()`); err != nil { // else a transaction sees the same each time
			t.Fatal(err)
		}
		if err := shop.QueryRow(t.Context(), `select coalesce(string_agg(concat_ws(' ', query, wait_event), ', '), '') from pg_stat_activity where usename = $1 and state = 'active'`, r.role).Scan(&active); err != nil {
			t.Fatal(err)
		}
		if active == "" {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("a query goes on for which nobody waits: %s", active)
		}
	}
	if _, err := shop.Exec(t.Context(), `rollback`); err != nil {
		t.Fatal(err)
	}
	r.find(t, "1001")
}

// What stands at the address may be no PostgreSQL, or nothing.
func TestNoServer(t *testing.T) {
	t.Parallel()
	page := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(page.Close)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	hushed := newWire(t, page.Listener.Addr().String())
	hushed.hush()
	for name, address := range map[string]string{"a web server": page.Listener.Addr().String(), "nothing": gone.Listener.Addr().String(), "silence": hushed.address(), "no name": "no-such-host.invalid:5432"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, sqlview.Config{DSN: "postgres://reader:hunter2@" + address + "/shop?sslmode=disable", Budget: 500 * time.Millisecond})
			start := time.Now()
			_, err := s.Find(t.Context(), order.Ref{Text: "1001"})
			if fault.KindOf(err) != fault.Unavailable || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "reader") {
				t.Error(err)
			}
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("it took %v", took)
			}
			if f := s.Check(t.Context()); len(f) != 1 || f[0].Hint == "" || strings.Contains(f[0].Detail+f[0].Hint, "hunter2") {
				t.Errorf("%+v", f)
			}
		})
	}
}

// A server whose certificate nobody vouches for is not told the password.
func TestCertificate(t *testing.T) {
	t.Parallel()
	page := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(page.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.ReadFull(c, make([]byte, 8)) // the request for encryption
			_, _ = c.Write([]byte("S"))
			_ = tls.Server(c, page.TLS).Handshake() // the caller ends it
			_ = c.Close()
		}
	}()
	s := open(t, sqlview.Config{DSN: "postgres://reader:hunter2@" + l.Addr().String() + "/shop?sslmode=verify-full", Budget: time.Second})
	if _, err := s.Find(t.Context(), order.Ref{Text: "1001"}); fault.KindOf(err) != fault.Denied || !strings.Contains(err.Error(), "certificate") {
		t.Error(err)
	}
}

// Connections that break, as when the server is restarted, cost a try and no answer.
func TestRestart(t *testing.T) {
	t.Parallel()
	r := newRig(t, few())
	for range 3 {
		r.find(t, "1001")
		r.wire.cut()
	}
}

// Tries that met with silence do not keep later ones from a server that speaks again.
func TestSilenceEnds(t *testing.T) {
	t.Parallel()
	r := newRig(t, few(), func(cfg *sqlview.Config) { cfg.Budget = time.Second })
	r.wire.hush()
	var tries sync.WaitGroup
	for range 20 {
		tries.Go(func() {
			if _, err := r.Find(t.Context(), order.Ref{Text: "1001"}); fault.KindOf(err) != fault.Unavailable {
				t.Error(err)
			}
		})
	}
	tries.Wait()
	r.wire.speak()
	for end := time.Now().Add(4 * time.Second); ; {
		_, err := r.Find(t.Context(), order.Ref{Text: "1001"})
		if err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("seconds after the silence: %v", err)
		}
	}
}

// The server itself ends what takes too long, and lets nothing be written.
func TestLimitsAtTheServer(t *testing.T) {
	t.Parallel()
	r := newRig(t, few(), func(cfg *sqlview.Config) { cfg.Budget = 8 * time.Second })
	r.exec(t, `drop view wismo_orders; create view wismo_orders as select name, created_at, emails, (select setting::int from pg_settings where name = 'statement_timeout') as id, current_setting('transaction_read_only') as locale from shop_orders; grant select on wismo_orders to `+r.role)
	o := r.find(t, "1001")
	if ms, err := strconv.Atoi(o.ID); err != nil || ms <= 0 || ms > 8000 || o.Locale != "on" {
		t.Errorf("statement_timeout %s ms, read-only %s", o.ID, o.Locale)
	}
}

// The view's columns may come and go while wismo runs, and with its first question.
func TestViewChanges(t *testing.T) {
	t.Parallel()
	r := newRig(t, few())
	if o := r.find(t, "1001"); o.Locale != "en" || len(o.Items) == 0 || len(o.Unread) > 0 {
		t.Errorf("as it is: %q, unread %v", o.Locale, o.Unread)
	}
	again := func(columns string) order.Order {
		t.Helper()
		r.exec(t, `begin; drop view wismo_orders; create view wismo_orders as select `+columns+` from shop_orders; grant select on wismo_orders to `+r.role+`; commit`)
		return r.find(t, "1001")
	}
	if o := again(`name, created_at, phones`); o.Locale != "" || !slices.Equal(o.Unread, []string{order.UnreadFulfillments, order.UnreadItems}) || len(o.Contacts.Emails) > 0 || len(o.Contacts.Phones) != 1 || o.ID == "" {
		t.Errorf("the least: %q, unread %v", o.Locale, o.Unread)
	}
	if o := again(`id, name, created_at, emails, items, fulfillments, 'x' as colour`); len(o.Items) == 0 || len(o.Fulfillments) == 0 || len(o.Unread) > 0 {
		t.Errorf("more again: unread %v", o.Unread)
	}
	if o := again(`name::varchar(20), created_at::timestamp, emails[1] as emails, items::text, 'nonsense' as fulfillments, 7 as holds`); len(o.Items) == 0 || !slices.Equal(o.Unread, []string{order.UnreadFulfillments}) || len(o.Contacts.Emails) != 1 || o.CreatedAt.IsZero() || len(o.OnHold) != 1 {
		t.Errorf("other types: unread %v, made %v", o.Unread, o.CreatedAt)
	}
	if o := again(`substr(name, 2)::bigint as name, created_at, to_jsonb(emails) as emails, null::jsonb as items, fulfillments::json`); o.Name != "1001" || len(o.Contacts.Emails) != 1 || len(o.Unread) > 0 {
		t.Errorf("a number for a name: %q, unread %v", o.Name, o.Unread)
	}
}

// Views may stand in other schemas and have capitals; names may hold what SQL gives a
// meaning.
func TestNames(t *testing.T) {
	t.Parallel()
	const prefix = `Ö'%";--`
	r := newRig(t, nil, func(cfg *sqlview.Config) { cfg.View, cfg.Format.Prefix = "Shop.Orders$1", prefix })
	r.exec(t, `create schema "Shop"; create view "Shop"."Orders$1" as select * from shop_orders; grant usage on schema "Shop" to `+r.role+`; grant select on "Shop"."Orders$1" to `+r.role)
	r.exec(t, `insert into shop_orders (id, name, created_at, emails) values (1, $1, now(), '{ana@example.com}')`, prefix+"1001")
	if o := r.find(t, "1001"); o.Name != prefix+"1001" {
		t.Errorf("order %q", o.Name)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	const dsn = "postgres://reader:hunter2@127.0.0.1:1/shop"
	for _, cfg := range []sqlview.Config{
		{DSN: "postgres://reader:hunter2@:x/shop"},
		{DSN: "hunter2"},
		{DSN: dsn + "?sslmode=hunter2"},
		{DSN: dsn, View: "orders; drop table orders"},
		{DSN: dsn, View: `"orders"`},
		{DSN: dsn, View: "a.b.c"},
		{DSN: dsn, View: "."},
		{DSN: dsn, View: strings.Repeat("a", 64)},
	} {
		s, err := sqlview.New(t.Context(), cfg, storetest.Noon, slog.New(slog.DiscardHandler))
		if fault.KindOf(err) != fault.Invalid || s != nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
}

// A role that may write cannot do so by way of the view's own functions either.
func TestNothingIsWritten(t *testing.T) {
	t.Parallel()
	r := newRig(t, few())
	r.exec(t, `grant all on shop_orders to `+r.role)
	r.exec(t, `create function spoil() returns text language plpgsql volatile as $$begin update shop_orders set locale = 'xx'; return 'xx'; end$$`)
	r.exec(t, `drop view wismo_orders; create view wismo_orders as select name, created_at, emails, spoil() as locale from shop_orders; grant select on wismo_orders to `+r.role)
	if _, err := r.Find(t.Context(), order.Ref{Text: "1001"}); fault.KindOf(err) != fault.Denied {
		t.Errorf("%v", err)
	}
	r.exec(t, `do $$ begin if exists (select from shop_orders where locale = 'xx') then raise 'written'; end if; end $$`)
}
