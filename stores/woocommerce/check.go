package woocommerce

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"wismo/core/check"
	"wismo/core/fault"
)

// Check tries the key and one read, and tells where the parcels' tracking stands. It
// changes nothing.
func (s *Store) Check(ctx context.Context) []check.Finding {
	var list []node
	err := s.client.get(ctx, ordersPath, url.Values{"per_page": {"1"}, "orderby": {"date"}, "order": {"desc"}}, &list)
	if err != nil {
		return []check.Finding{failure(err)}
	}
	findings := []check.Finding{{Name: "woocommerce key", Level: check.OK, Detail: "reads orders"}}
	if s.client.way().byQuery {
		findings = append(findings, check.Finding{
			Name: "woocommerce header", Level: check.Warning, Detail: "the host takes the Authorization header away; the key goes in the address instead",
			Hint: "let the web server pass the header on (Apache: CGIPassAuth On), so that the key stands in no log",
		})
	}
	if len(list) == 0 {
		return append(findings, check.Finding{Name: "woocommerce read", Level: check.Warning, Detail: "no order is visible", Hint: "a new shop has none; else the key's user may not see orders"})
	}
	n := list[0]
	age := int(s.now().Sub(n.Created.Time) / (24 * time.Hour))
	findings = append(findings, check.Finding{Name: "woocommerce read", Level: check.OK, Detail: fmt.Sprintf("the newest order is %d days old", age)})
	if contacts(n).Hidden {
		findings = append(findings, check.Finding{Name: "woocommerce contacts", Level: check.Warning, Detail: "the newest order shows neither e-mail nor phone", Hint: "if others show none either, a plugin hides them, and nobody can be verified"})
	}
	return append(findings, s.checkTracking(ctx, n))
}

func failure(err error) check.Finding {
	f := check.Finding{Name: "woocommerce key", Level: check.Failed, Detail: err.Error(), Hint: "is store.url the site's own address, and can this machine reach it?"}
	if errors.Is(err, errNoRoute) {
		f.Detail, f.Hint = "the site has WordPress, but no WooCommerce REST API", "install or activate WooCommerce; is store.url the shop's address?"
	}
	if known, ok := errors.AsType[*fault.Error](err); ok && known.Hint != "" {
		f.Hint = known.Hint
		plain := *known
		plain.Hint = ""
		f.Detail = plain.Error()
	}
	return f
}

// checkTracking tries each source of tracking.
func (s *Store) checkTracking(ctx context.Context, n node) check.Finding {
	f := check.Finding{Name: "woocommerce tracking", Level: check.Warning, Detail: "no source of tracking numbers was found", Hint: "switch on fulfillments (WooCommerce 10.1), or install a shipment tracking extension; without, customers hear only that their order has left"}
	for _, from := range []source{native, official, advanced} {
		_, err := s.from(ctx, from, n)
		switch {
		case err == nil:
			return check.Finding{Name: f.Name, Level: check.OK, Detail: "by " + string(from)}
		case fault.KindOf(err) == fault.Denied:
			f.Detail, f.Hint = "the key may not read "+string(from), "give the key's user the right manage_woocommerce (shop manager)"
		}
	}
	return f
}
