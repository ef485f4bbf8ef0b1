package app

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"wismo/cmd/internal/metrics"
	"wismo/config"
	"wismo/core/order"
	"wismo/core/reply"
	"wismo/core/shop"
)

// PlainShop is the shop where none is given: every default, all languages, and
// policies of some kind.
func PlainShop() shop.Shop {
	s := shop.Defaults()
	s.Languages = reply.Languages()
	s.ShippingPolicy, s.ReturnPolicy, s.OpeningHours = shop.Texts{"": "…"}, shop.Texts{"": "…"}, shop.Texts{"": "…"}
	return s
}

// OpenShop returns a configured shop and its store, without anything else that
// the configuration names.
func OpenShop(ctx context.Context, c config.Config, key, version string) (shop.Shop, order.Store, error) {
	one, err := find(c, key)
	if err != nil {
		return shop.Shop{}, nil, err
	}
	s, err := shopOf(one)
	if err != nil {
		return shop.Shop{}, nil, err
	}
	store, err := builder{cfg: c, version: version, metrics: metrics.New(), log: slog.New(slog.DiscardHandler)}.store(ctx, one)
	return s, store, err
}

// find returns a shop's settings by its key.
func find(c config.Config, key string) (config.Shop, error) {
	var keys []string
	for _, s := range c.Shops {
		if s.Key == key {
			return s, nil
		}
		keys = append(keys, s.Key)
	}
	return config.Shop{}, fmt.Errorf("there is no shop %q; the configuration has: %s", key, strings.Join(keys, ", "))
}
