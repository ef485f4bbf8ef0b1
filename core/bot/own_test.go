package bot_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wismo/core/bot"
	"wismo/core/order"
)

// searchable is a store that finds too much: Ana's orders, whoever is asked for.
type searchable struct {
	*store
	searches atomic.Int32
}

func (s *searchable) Recent(ctx context.Context, _ order.Contact) ([]order.Order, error) {
	s.searches.Add(1)
	list, err := s.Find(ctx, order.Ref{Text: "1001"})
	if err != nil {
		return nil, err
	}
	second := list[0]
	second.ID, second.Name, second.CreatedAt = "gid://0", "#1000", list[0].CreatedAt.Add(-time.Hour)
	return append(list, second), nil
}

func newOwnRig(t *testing.T) (*rig, *searchable) {
	t.Helper()
	s := &searchable{}
	r := newRig(t, func(b *bot.Config) {
		acme := b.Shops["acme"]
		acme.WithoutNumber = true
		s.store, acme.Store = acme.Store.(*store), s
		b.Shops = map[string]bot.Shop{"acme": acme}
	})
	return r, s
}

func TestOwnOrderWithoutANumber(t *testing.T) {
	t.Parallel()
	r, s := newOwnRig(t)
	got := r.asks(ana, "where is my order?")
	if !strings.Contains(got, "#1001") || !strings.Contains(got, "Oakland") {
		t.Errorf("Ana was told %q", got)
	}
	stranger := r.asks(eve, "where is my order?")
	if strings.Contains(stranger, "1001") || strings.Contains(stranger, "Oakland") || !strings.Contains(stranger, "order number") {
		t.Errorf("a stranger was told %q", stranger)
	}
	if s.searches.Load() != 2 {
		t.Errorf("%d searches", s.searches.Load())
	}
	r.store.set(true, "")
	if down := r.asks(eve, "where is my order?"); !strings.Contains(down, "order number") {
		t.Errorf("while the store is down: %q", down)
	}
}
