package app_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"wismo/cmd/internal/app"
	"wismo/config"
	"wismo/core/journal/postgres/pgtest"
	"wismo/core/order"
	"wismo/stores/sandbox"
)

// asked are conversations about orders in every state that a customer asks about.
var asked = []struct{ from, text string }{
	{"+14155550101", "where is my order #1001?"},
	{"+14155550102", "1002 says delivered but I never got it"},
	{"+14155550103", "where is 1003"},
	{"+14155550104", "where is 1004"},
	{"+14155550105", "and order 1005?"},
	{"+14155550106", "1006 has not moved for a week"},
	{"+14155550107", "status of 1007 please"},
	{"+14155550108", "1008 is late"},
	{"+14155550109", "order 1009?"},
	{"+14155550111", "where is 1011"},
	{"+14155550112", "where is 1012"},
	{"+14155550113", "where is 1013"},
	{"+14155550114", "where is 1014"},
	{"+14155550118", "1018 where is it"},
	{"+14155550120", "what about 1020"},
	{"+14155550121", "where is order 1021"},
	{"+14155550131", "can I pick up order 1023?"},
	{"+14155550132", "where is order 1024"},
	{"+14155550133", "where is order 1025"},
	{"+14155550134", "where is order 1026"},
	{"+14155550135", "where is order 1027"},
	{"+14155550136", "where is order 1028"},
	{"+14155550139", "where is order 1031"},
	{"+14155550140", "where is order 1032"},
	{"+14155550144", "I want to return 1036"},
	{"+14155550177", "where is order 1001"},
	{"+14155550177", "bob@example.com"},
	{"+14155550177", "oh, it was ana@example.com"},
	{"+14155550178", "where is order 9999, eve@example.com"},
}

// A customer hears the same, word for word, whatever the shop keeps its orders in.
func TestSameAnswersFromEveryStore(t *testing.T) {
	t.Parallel()
	now := time.Now()
	var want []string
	for _, kind := range []string{"shopify", "http", "sqlview"} {
		c := demo(t)
		if kind == "sqlview" {
			c.Shops[0].Store = config.Store{Kind: kind, Database: config.Secret(view(t, now)), View: "public.wismo_orders"}
		} else if kind != "shopify" {
			other, err := app.Demo("unused.db", kind)
			if err != nil {
				t.Fatal(err)
			}
			c.Shops[0].Store = other.Shops[0].Store
		}
		c.Shops[0].Limits.RepliesPerHour = 1000
		got := talk(t, start(t, c))
		if want == nil {
			want = got
			continue
		}
		for i := range want {
			if i >= len(got) || got[i] != want[i] {
				t.Errorf("%s: %q is answered\n%s\nand from shopify\n%s", kind, asked[i].text, got[i], want[i])
			}
		}
	}
	if slices.Contains(want, "") {
		t.Errorf("something was not answered: %q", want)
	}
}

// clockRE is a time of day: the demos start one after the other.
var clockRE = regexp.MustCompile(`\d\d:\d\d`)

// talk has the conversations and returns what each message was answered.
func talk(t *testing.T, a *app.App) []string {
	t.Helper()
	var heard []string
	seen := map[string]int{}
	for _, m := range asked {
		if err := a.Phones().Text(t.Context(), "sms", m.from, m.text); err != nil {
			t.Fatal(err)
		}
		if err := a.Settled(t.Context()); err != nil {
			t.Fatal(err)
		}
		replies, err := a.Phones().Replies(t.Context(), "sms", m.from, seen[m.from], 0)
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, r := range replies {
			texts = append(texts, clockRE.ReplaceAllString(r.Text, "HH:MM"))
			seen[m.from] = max(seen[m.from], r.N)
		}
		heard = append(heard, strings.Join(texts, "\n"))
	}
	return heard
}

// view makes a shop's own database with the sample orders in it, and returns the URL
// of a role that may read them.
func view(t *testing.T, now time.Time) string {
	t.Helper()
	admin := pgtest.Empty(t)
	conn, err := pgx.Connect(t.Context(), admin)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	u, err := url.Parse(admin)
	if err != nil {
		t.Fatal(err)
	}
	role := "reads_" + strings.TrimPrefix(u.Path, "/")
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`create table shop_orders (id bigint primary key, name text not null, confirmation_number text, created_at timestamptz not null, cancelled_at timestamptz,
		financial text, returns text, holds text[], emails text[], phones text[], region text, items jsonb, fulfillments jsonb, fulfill_by timestamptz, method text, locale text, refunds jsonb)`)
	for _, s := range sandbox.Samples(now) {
		raw, err := json.Marshal(s.Own())
		if err != nil {
			t.Fatal(err)
		}
		exec(`insert into shop_orders select * from jsonb_populate_record(null::shop_orders, $1::jsonb)`, string(raw))
	}
	exec(`create view wismo_orders as select * from shop_orders`)
	exec(fmt.Sprintf(`create role %s login`, role))
	exec(fmt.Sprintf(`grant select on wismo_orders to %s`, role))
	u.User = url.User(role)
	return u.String()
}

// Two Shopify stores in one deployment are two shops, each with its own orders.
func TestStoresAreApart(t *testing.T) {
	t.Parallel()
	c := demo(t)
	c.Sandbox.Enabled = false
	first := c.Shops[0]
	c.Shops = nil
	for _, key := range []string{"east", "west"} {
		sample := sandbox.Samples(time.Now())[0]
		sample.Email = key + "@example.com"
		box := sandbox.New(sandbox.Config{Token: "shpat_" + key, Samples: []sandbox.Sample{sample}})
		endpoint, err := box.Start("127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(box.Close)
		s := first
		s.Key, s.Store.Endpoint, s.Store.Token = key, endpoint, config.Secret("shpat_"+key)
		c.Shops = append(c.Shops, s)
	}
	for _, key := range []string{"east", "west"} {
		_, store, err := app.OpenShop(t.Context(), c, key, "test")
		if err != nil {
			t.Fatal(err)
		}
		orders, err := store.Find(t.Context(), order.Ref{Text: "1001"})
		if err != nil || len(orders) != 1 || !slices.Contains(orders[0].Contacts.Emails, key+"@example.com") {
			t.Errorf("%s: %d orders, %v", key, len(orders), err)
		}
	}
}
