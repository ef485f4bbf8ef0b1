package bot

import (
	"context"
	"slices"
	"sync"
	"time"

	"wismo/core/order"
	"wismo/core/resolver"
	"wismo/core/shop"
	"wismo/core/transit"
)

// paces keeps for a while what was learnt of each shop's deliveries.
type paces struct {
	mu     sync.Mutex
	byShop map[string]learnt
}

type learnt struct {
	at    time.Time
	paces map[shop.RouteKey]shop.Pace
}

// learntFor is how long it is kept.
const learntFor = time.Hour

// learnt returns how long a shop's parcels take. If that cannot be read, nothing is
// learnt, and the shop's own thresholds hold.
func (b *Bot) learnt(ctx context.Context, key string) map[shop.RouteKey]shop.Pace {
	b.paces.mu.Lock()
	defer b.paces.mu.Unlock()
	now := b.now()
	if l, ok := b.paces.byShop[key]; ok && now.Sub(l.at) < learntFor {
		return l.paces
	}
	list, err := b.journal.Deliveries(ctx, key, now.Add(-transit.Within))
	if err != nil {
		b.log.Warn("the shop's deliveries could not be read; its own thresholds hold", "shop", key, "error", err)
	}
	if b.paces.byShop == nil {
		b.paces.byShop = map[string]learnt{}
	}
	l := learnt{at: now, paces: transit.Learn(list)}
	b.paces.byShop[key] = l
	return l.paces
}

// deliveries are what the order that is told tells of the ways of its parcels.
func deliveries(told *resolver.Disclosure, looked *resolver.Looked) []transit.Delivery {
	if told == nil || looked == nil {
		return nil
	}
	at := slices.IndexFunc(looked.Orders, func(o order.Order) bool { return o.ID == told.OrderID })
	if at < 0 {
		return nil
	}
	return transit.Of(looked.Orders[at])
}
