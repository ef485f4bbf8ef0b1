package bot

import (
	"context"
	"slices"
	"time"

	"wismo/core/fault"
	"wismo/core/journal"
	"wismo/core/order"
	"wismo/core/resolver"
	"wismo/core/understand"
)

// look asks the store what the resolver wants to know. A claim is written down
// before it is checked.
func (b *Bot) look(ctx context.Context, s Shop, t journal.Turn, ask resolver.Ask, w *why) (*resolver.Looked, int64, error) {
	if ask.Ref == "" && len(ask.Hints) == 0 && ask.Own {
		looked, err := b.lookForOwn(ctx, s, t, w)
		return looked, 0, err
	}
	if ask.Ref == "" {
		looked, err := b.lookAtHints(ctx, s, t, ask.Hints, w)
		return looked, 0, err
	}
	looked, attempt := &resolver.Looked{}, int64(0)
	if ask.Claim {
		n, err := b.journal.Attempt(ctx, journal.Attempt{Shop: s.Key, Sender: t.Customer, Order: ask.Order}, b.now())
		if err != nil {
			return nil, 0, err
		}
		looked.BySender, looked.ByOrder, looked.Attempt, attempt = n.BySender, n.ByOrder, n.ID, n.ID
	}
	began := b.now()
	orders, err := s.Store.Find(ctx, order.Ref{Text: ask.Ref, Asked: asked(t)})
	w.Ref, w.StoreMillis = ask.Ref, b.now().Sub(began).Milliseconds()
	if err != nil {
		if ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
		looked.Failed, looked.Fault, looked.Until = true, fault.KindOf(err), fault.Until(err)
		w.Fault = looked.Fault.String()
		if looked.Fault != fault.NotFound {
			b.log.Warn("store could not be read", "shop", s.Key, "conversation", t.ConversationID, "fault", looked.Fault, "error", err)
		}
	}
	carriersNamed(orders)
	looked.Orders = orders
	return looked, attempt, nil
}

// lookForOwn reads the newest orders of the sender's own address. Where the store
// cannot be read, or cannot be asked so, the customer is asked for the number as
// everybody is.
func (b *Bot) lookForOwn(ctx context.Context, s Shop, t journal.Turn, w *why) (*resolver.Looked, error) {
	store, ok := s.Store.(order.Recent)
	if !ok {
		return nil, nil //nolint:nilnil // nothing can be asked
	}
	began := b.now()
	orders, err := store.Recent(ctx, order.Contact{Email: t.Customer.EmailAddress(), Phone: t.Customer.Phone(), Asked: asked(t)})
	w.StoreMillis = b.now().Sub(began).Milliseconds()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if kind := fault.KindOf(err); err != nil && kind != fault.NotFound {
		w.Fault = kind.String()
		b.log.Warn("store could not be read", "shop", s.Key, "conversation", t.ConversationID, "fault", kind, "error", err)
	}
	carriersNamed(orders)
	return &resolver.Looked{Orders: orders, Failed: err != nil, Fault: fault.KindOf(err)}, nil
}

// asked is when the customer asked what is answered now.
func asked(t journal.Turn) time.Time {
	switch {
	case t.State.Waiting != nil:
		return t.State.Waiting.Since
	case len(t.Unanswered) > 0:
		return t.Unanswered[0].At
	default:
		return time.Time{}
	}
}

// hints returns the order numbers in what stands beside a message.
func (b *Bot) hints(text string, hint understand.Hint) []string {
	if text == "" {
		return nil
	}
	hint.Awaiting = ""
	var refs []string
	for _, e := range b.mind.Understand(text, hint).Entities {
		if e.Type == understand.OrderNumber && !slices.Contains(refs, e.Value) {
			refs = append(refs, e.Value)
		}
	}
	return refs
}

// lookAtHints reads the orders that were only hinted at. One that is not there is
// no failure: it was the bot's own guess.
func (b *Bot) lookAtHints(ctx context.Context, s Shop, t journal.Turn, hints []string, w *why) (*resolver.Looked, error) {
	if len(hints) == 0 {
		return nil, nil //nolint:nilnil // nothing was asked for
	}
	looked := &resolver.Looked{Hints: map[string][]order.Order{}}
	for _, ref := range hints {
		orders, err := s.Store.Find(ctx, order.Ref{Text: ref, Asked: asked(t)})
		switch kind := fault.KindOf(err); {
		case err == nil, kind == fault.NotFound:
			carriersNamed(orders)
			looked.Hints[ref] = orders
		case ctx.Err() != nil:
			return nil, ctx.Err()
		default:
			looked.Failed, looked.Fault = true, kind
			w.Fault = kind.String()
			b.log.Warn("store could not be read", "shop", s.Key, "conversation", t.ConversationID, "fault", kind, "error", err)
			return looked, nil
		}
	}
	return looked, nil
}
