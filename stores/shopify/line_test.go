package shopify_test

import (
	"log/slog"
	"sync"
	"testing"
	"time"

	"wismo/core/fault"
	"wismo/core/order"
	"wismo/core/remote"
	"wismo/core/shop"
	"wismo/stores/sandbox"
	"wismo/stores/shopify"
)

// Two hundred customers ask at once, of a shop that allows 100 points a second: all
// are answered, in the order in which they asked, by coming back when they are told
// to, as the bot does.
func TestShortAllowanceIsShared(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("skipped: takes half a minute (-short)")
	}
	box := sandbox.New(sandbox.Config{Points: sandbox.Points{PerSecond: 100}})
	endpoint, err := box.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(box.Close)
	client := remote.New(remote.Options{Loopback: true})
	t.Cleanup(client.CloseIdleConnections)
	store := shopify.New(shopify.Config{Token: sandbox.DefaultToken, Version: "2026-10", Format: shop.Defaults().Orders, Endpoint: endpoint},
		client, time.Now, slog.New(slog.DiscardHandler))
	const questions = 200
	var mu sync.Mutex
	var answered []int
	began := time.Now()
	var wg sync.WaitGroup
	for i := range questions {
		asked := began.Add(time.Duration(i) * time.Millisecond)
		wg.Go(func() {
			time.Sleep(time.Until(asked))
			for {
				orders, err := store.Find(t.Context(), order.Ref{Text: "1001", Asked: asked})
				if err == nil && len(orders) == 1 {
					break
				}
				until := fault.Until(err)
				if fault.KindOf(err) != fault.Unavailable || until.IsZero() {
					t.Errorf("question %d: %d orders, %v", i, len(orders), err)
					return
				}
				time.Sleep(time.Until(until))
			}
			mu.Lock()
			defer mu.Unlock()
			answered = append(answered, i)
		})
	}
	wg.Wait()
	late := 0
	for place, i := range answered {
		late = max(late, place-i)
	}
	t.Logf("%d questions answered in %v by %d requests; the most overtaken by %d", len(answered), time.Since(began).Round(time.Second), box.Requests(), late)
	if len(answered) != questions || box.Requests() > questions+questions/4 || late > 20 {
		t.Errorf("order of the answers: %v", answered)
	}
}
