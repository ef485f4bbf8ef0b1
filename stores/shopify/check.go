package shopify

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"wismo/core/check"
)

// scope is one that wismo wants, and why.
type scope struct {
	handles []string // any of them will do
	why     string
	level   check.Level
}

// scopes are what the app should be granted. Source: requiredAccess in the
// Admin GraphQL schema 2026-10.
func scopes() []scope {
	return []scope{
		{[]string{"read_orders"}, "orders, parcels and tracking", check.Failed},
		{[]string{"read_all_orders"}, "orders older than 60 days; without it they look as if they did not exist", check.Warning},
		{[]string{"read_customers"}, "the customer's e-mail and phone, by which senders are verified", check.Warning},
		{[]string{"read_merchant_managed_fulfillment_orders", "read_assigned_fulfillment_orders", "read_third_party_fulfillment_orders", "read_marketplace_fulfillment_orders"}, "holds and promised dates", check.Warning},
		{[]string{"read_returns"}, "returns in progress", check.Warning},
	}
}

// Check tries token, scopes, version and one read, and says how to mend what
// fails. It changes nothing.
func (s *Store) Check(ctx context.Context) []check.Finding {
	res, err := checkShop(ctx, s.client)
	if _, err = s.judge(err); err != nil {
		f := check.Finding{Name: "shopify token", Level: check.Failed, Detail: err.Error(), Hint: "make an app in the Dev Dashboard, install it on the store, and set client_id and client_secret"}
		if known := asFault(err); known != nil && known.Hint != "" {
			f.Hint, known.Hint = known.Hint, ""
			f.Detail = known.Error()
		}
		return []check.Finding{f}
	}
	findings := []check.Finding{{Name: "shopify token", Level: check.OK, Detail: "reads " + res.Shop.MyshopifyDomain}}
	var granted []string
	for _, a := range res.CurrentAppInstallation.AccessScopes {
		granted = append(granted, a.Handle)
	}
	findings = append(findings, checkScopes(granted)...)
	findings = append(findings, s.checkVersion(res.PublicApiVersions))
	return append(findings, s.checkRead(ctx)...)
}

func checkScopes(granted []string) []check.Finding {
	var findings []check.Finding
	have := " " + strings.Join(granted, " ") + " "
	for _, want := range scopes() {
		f := check.Finding{Name: "shopify scope " + want.handles[0], Level: want.level, Detail: "it is missing: " + want.why, Hint: "add it to the app's Admin API scopes and install the app again"}
		for _, h := range want.handles {
			if strings.Contains(have, " "+h+" ") {
				f.Level, f.Detail = check.OK, want.why
			}
		}
		findings = append(findings, f)
	}
	return findings
}

func (s *Store) checkVersion(versions []checkShopPublicApiVersionsApiVersion) check.Finding {
	f := check.Finding{Name: "shopify API version", Level: check.Failed, Detail: s.cfg.Version + " is not served by the shop any more", Hint: "upgrade wismo, or set store.version to one that is served"}
	var supported []string
	for _, v := range versions {
		if v.Supported {
			supported = append(supported, v.Handle)
		}
		if v.Handle == s.cfg.Version && v.Supported {
			f.Level, f.Detail = check.OK, s.cfg.Version
		}
	}
	slices.Sort(supported) // by date, as the handles are; "unstable" is last
	if f.Level == check.OK && len(supported) > 1 && supported[0] == s.cfg.Version {
		f.Level, f.Detail = check.Warning, s.cfg.Version+" is the oldest that is served; it ends within the quarter"
	}
	return f
}

// checkRead reads the oldest visible order, which tells whether the 60 days
// limit holds and whether contacts are hidden.
func (s *Store) checkRead(ctx context.Context) []check.Finding {
	res, err := oldestOrder(ctx, s.client)
	if _, err = s.judge(err); err != nil {
		return []check.Finding{{Name: "shopify read", Level: check.Failed, Detail: err.Error(), Hint: "grant read_orders"}}
	}
	if len(res.Orders.Nodes) == 0 {
		return []check.Finding{{Name: "shopify read", Level: check.Warning, Detail: "no order is visible", Hint: "a new shop has none; else protected customer data is not approved for the app"}}
	}
	n := res.Orders.Nodes[0]
	age := int(s.now().Sub(n.CreatedAt) / (24 * time.Hour))
	findings := []check.Finding{{Name: "shopify read", Level: check.OK, Detail: fmt.Sprintf("the oldest visible order is %d days old", age)}}
	if value(n.Email) == "" && value(n.Phone) == "" {
		findings = append(findings, check.Finding{
			Name: "shopify contacts", Level: check.Warning, Detail: "the oldest order shows neither e-mail nor phone",
			Hint: "if others show none either, the plan or the app hides protected customer data (level 2), and nobody can be verified",
		})
	}
	return append(findings, s.checkCost(ctx, n.Name))
}

// checkCost asks as for a customer and tells how much of the shop's allowance that
// takes.
func (s *Store) checkCost(ctx context.Context, name string) check.Finding {
	f := check.Finding{Name: "shopify cost", Level: check.OK}
	if _, _, err := s.page(ctx, search([]string{name}), nil); err != nil {
		f.Level, f.Detail, f.Hint = check.Failed, err.Error(), "grant read_orders"
		return f
	}
	p := s.line.prices()
	if p.perSecond == 0 || p.last == 0 {
		f.Level, f.Detail = check.Warning, "the shop does not say what a question costs"
		return f
	}
	f.Detail = fmt.Sprintf("a question takes %.0f points (%.0f set aside) of %.0f a second: %.1f questions a second, %.0f at once", p.last, p.requested, p.perSecond, p.perSecond/p.last, p.most/p.requested)
	return f
}
