package shopify

import (
	"context"
	"strings"

	"wismo/core/fault"
	"wismo/core/order"
	"wismo/core/remote"
)

var _ order.Recent = (*Store)(nil)

// Recent implements order.Recent. By e-mail it is one request; by phone, for which
// orders cannot be searched, the customers are looked for first.
func (s *Store) Recent(ctx context.Context, who order.Contact) ([]order.Order, error) {
	return remote.Read(withAsked(ctx, who.Asked), "shopify orders", s.cfg.Budget, func(ctx context.Context) ([]order.Order, error) {
		return s.recent(ctx, who)
	})
}

func (s *Store) recent(ctx context.Context, who order.Contact) ([]order.Order, error) {
	query, err := s.ownedBy(ctx, who)
	if err != nil {
		return nil, err
	}
	page, unread, err := s.page(ctx, query, nil)
	if err != nil {
		return nil, err
	}
	var found []order.Order
	for _, n := range page.Nodes[:min(len(page.Nodes), order.MaxRecent)] {
		found = append(found, mapOrder(n, unread, s.now()))
	}
	if len(found) == 0 {
		return nil, notFound()
	}
	return found, nil
}

// ownedBy is the search for somebody's orders. Source: shopify.dev, Admin GraphQL
// reference, the filters of orders and customers.
func (s *Store) ownedBy(ctx context.Context, who order.Contact) (string, error) {
	// Both are canonical; a quote in one could only be somebody's trick.
	if who.Email+who.Phone == "" || strings.ContainsAny(who.Email+who.Phone, `"\\`) {
		return "", notFound()
	}
	if who.Email != "" {
		return `email:"` + who.Email + `"`, nil
	}
	res, err := findCustomers(ctx, s.client, `phone:"`+who.Phone+`"`)
	if _, err = s.judge(err); fault.KindOf(err) == fault.Denied {
		return "", denied("the app may not look for customers", "grant read_customers, or set identity.without_number to false")
	}
	if err != nil {
		return "", err
	}
	var terms []string
	for _, c := range res.Customers.Nodes {
		terms = append(terms, "customer_id:"+c.Id[strings.LastIndexByte(c.Id, '/')+1:])
	}
	if len(terms) == 0 {
		return "", notFound()
	}
	return strings.Join(terms, " OR "), nil
}
