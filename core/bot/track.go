package bot

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"wismo/core/fault"
	"wismo/core/order"
	"wismo/core/resolver"
	"wismo/core/understand/tracking"
)

const (
	// followWithin bounds the time that carriers are given: what the store says is
	// answer enough.
	followWithin = 3 * time.Second
	// maxFollowed is how many parcels of one order carriers are asked about.
	maxFollowed = 4
)

// follow asks carriers about the parcels of the order that is about to be told of
// which the store knows nothing, and reports whether anything came of it. Only what
// is told is asked about: the time that an answer takes must not tell a stranger that
// there is an order. A carrier that fails leaves the store's own word.
func (b *Bot) follow(ctx context.Context, s Shop, told *resolver.Disclosure, looked *resolver.Looked, w *why) bool {
	if s.Tracker == nil || told == nil || looked == nil {
		return false
	}
	at := slices.IndexFunc(looked.Orders, func(o order.Order) bool { return o.ID == told.OrderID })
	if at < 0 {
		return false
	}
	began := b.now()
	parcels, moved := b.movements(ctx, s, looked.Orders[at].Fulfillments)
	if !moved {
		return false
	}
	w.CarrierMillis = b.now().Sub(began).Milliseconds()
	looked.Orders = slices.Clone(looked.Orders)
	looked.Orders[at].Fulfillments = parcels
	for ref, orders := range looked.Hints {
		if i := slices.IndexFunc(orders, func(o order.Order) bool { return o.ID == told.OrderID }); i >= 0 {
			looked.Hints[ref] = slices.Clone(orders)
			looked.Hints[ref][i].Fulfillments = parcels
		}
	}
	return true
}

// movements asks about all silent parcels at once.
func (b *Bot) movements(ctx context.Context, s Shop, parcels []order.Fulfillment) ([]order.Fulfillment, bool) {
	ctx, cancel := context.WithTimeout(ctx, followWithin)
	defer cancel()
	out, asked := slices.Clone(parcels), 0
	var wg sync.WaitGroup
	for i := range out {
		if !out[i].Silent() || asked == maxFollowed {
			continue
		}
		asked++
		wg.Go(func() {
			first := out[i].Tracking[0]
			m, err := s.Tracker.Track(ctx, order.Parcel{Number: tracking.Clean(first.Number), Company: first.Company})
			if err != nil {
				b.log.Warn("a carrier could not be asked; the store's own word is told", "shop", s.Key, "fault", fault.KindOf(err), "error", err)
				return
			}
			out[i] = out[i].Moved(m)
		})
	}
	wg.Wait()
	return out, asked > 0
}

// carriersNamed names carrier and page of tracking numbers where the store does not,
// as far as their form gives the carrier away.
func carriersNamed(orders []order.Order) {
	for i := range orders {
		for j := range orders[i].Fulfillments {
			for k, info := range orders[i].Fulfillments[j].Tracking {
				orders[i].Fulfillments[j].Tracking[k] = carrierNamed(info)
			}
		}
	}
}

func carrierNamed(info order.TrackingInfo) order.TrackingInfo {
	if info.Number == "" || info.Company != "" && info.URL != "" {
		return info
	}
	m, ok := tracking.Identify(info.Number)
	if !ok || !m.Checked || !m.Telling || info.Company != "" && !m.Is(info.Company) {
		return info
	}
	if m.Name != tracking.AnyPost {
		info.Company = cmp.Or(info.Company, m.Name)
	}
	info.URL = cmp.Or(info.URL, m.URL(info.Number))
	return info
}
