package sqlview_test

import (
	"strings"
	"testing"
	"time"

	"wismo/core/check"
	"wismo/stores/sandbox"
	"wismo/stores/sqlview"
	"wismo/stores/storetest"
)

// checkCase is a database that is as it should be, or not.
type checkCase struct {
	samples []sandbox.Sample
	sql     string
	// bad are the findings that are not OK, in their order, each by a part of its
	// text; none if all is well.
	bad  []string
	says string
}

func checkCases() map[string]checkCase {
	again := func(columns, rest string) string {
		return `drop view wismo_orders; create view wismo_orders as select ` + columns + ` from shop_orders ` + rest + `; grant select on wismo_orders to ROLE`
	}
	return map[string]checkCase{
		"as it should be":   {few(), ``, nil, "the oldest is 7 days old, the newest 4"},
		"it may write":      {few(), `grant update on wismo_orders to ROLE`, []string{"may write"}, ""},
		"a superuser":       {few(), `alter role ROLE superuser`, []string{"superuser"}, ""},
		"no view":           {few(), `drop view wismo_orders`, []string{"is not there"}, ""},
		"no name":           {few(), again(`created_at, emails`, ``), []string{"no column name"}, ""},
		"no rights":         {few(), `revoke select on wismo_orders from ROLE`, []string{"may not read", "age of the orders", "index is used"}, ""},
		"the least":         {few(), again(`name, created_at, emails`, ``), []string{"told as not known: id, confirmation_number"}, "the oldest is 7 days old"},
		"empty":             {nil, ``, []string{"shows no order"}, ""},
		"wrong types":       {few(), again(`id, name, created_at::timestamp as created_at, emails[1] as emails, items::text as items, fulfillments`, ``), []string{"created_at is timestamp without time zone and should be timestamp with time zone; emails is text and should be text[]; items is text and should be jsonb"}, ""},
		"no contacts":       {few(), `update shop_orders set emails = null, phones = '{}' where name = '#1001'`, []string{"1 of the 2 newest orders show neither"}, ""},
		"parts of no shape": {few(), `update shop_orders set items = '{"a":1}', returns = 'at customs'`, []string{"parts cannot be read: items of 2, returns of 2"}, ""},
		"no index":          {few(), again(`id, upper(name) as name, created_at, emails, items, fulfillments`, ``), []string{"read whole: shop_orders"}, ""},
		"one index of two":  {few(), `drop index shop_orders_lower_idx1`, []string{"read whole: shop_orders"}, ""},
	}
}

// What `wismo check` says of each.
func TestCheckSays(t *testing.T) {
	t.Parallel()
	cases := map[string]storetest.Checker{
		"nobody listens": open(t, sqlview.Config{DSN: "postgres://wismo@127.0.0.1:1/shop?sslmode=disable", Budget: time.Second}),
	}
	all := checkCases()
	for name, sql := range map[string]string{
		"the role may not log in": `alter role ROLE nologin`,
		"no connection is left":   `alter role ROLE connection limit 0`,
		"the view cannot be read": `create or replace view wismo_orders as select id / 0 as id, name, confirmation_number, created_at, cancelled_at, financial, returns, holds, emails, phones, region, items, fulfillments, fulfill_by, method, locale, refunds, unread from shop_orders`,
	} {
		all[name] = checkCase{samples: few(), sql: sql}
	}
	for name, c := range all {
		r := newRig(t, c.samples)
		if c.sql != "" {
			r.exec(t, strings.ReplaceAll(c.sql, "ROLE", r.role))
		}
		cases[name] = r
	}
	storetest.GoldenCheck(t, "check.golden", cases)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, c := range checkCases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, c.samples)
			if c.sql != "" {
				r.exec(t, strings.ReplaceAll(c.sql, "ROLE", r.role))
			}
			var bad []check.Finding
			said := ""
			for _, f := range r.Check(t.Context()) {
				said += f.Name + ": " + f.Detail + "\n"
				if f.Level != check.OK {
					bad = append(bad, f)
				}
				if f.Level != check.OK && f.Hint == "" || strings.Contains(f.Detail+f.Hint, "example.com") {
					t.Errorf("no hint, or too much of one: %+v", f)
				}
			}
			if len(bad) != len(c.bad) || !strings.Contains(said, c.says) {
				t.Fatalf("%d findings are not ok, want %d:\n%s", len(bad), len(c.bad), said)
			}
			for i, f := range bad {
				if !strings.Contains(f.Detail, c.bad[i]) {
					t.Errorf("%s, want %s", f.Detail, c.bad[i])
				}
			}
		})
	}
}
