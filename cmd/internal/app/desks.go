package app

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"wismo/core/bot"
	"wismo/core/fault"
	"wismo/core/handoff"
)

const (
	// maxCall bounds what a desk may send us: a ticket id is all that is read of it.
	maxCall = 1 << 20
	// readsAtOnce is how many tickets are read at once because desks have called, and
	// readWithin how long each may take. What does not fit is read with the others,
	// some minutes later.
	readsAtOnce, readWithin = 8, 30 * time.Second
)

// desks takes the calls of the shops' help desks.
type desks struct {
	app   *App
	shops map[string]bot.Shop
	slots chan struct{}
	done  sync.WaitGroup
}

func newDesks(a *App, shops map[string]bot.Shop) *desks {
	return &desks{app: a, shops: shops, slots: make(chan struct{}, readsAtOnce)}
}

// deskRoute is where a shop's desk calls.
const deskRoute = "/desk/{shop}"

// ServeHTTP implements http.Handler. A call is answered before the ticket is read:
// desks wait for a few seconds only.
func (d *desks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	shop := r.PathValue("shop")
	desk := d.shops[shop].Desk
	hook, calls := desk.(handoff.Hook)
	pusher, pushes := desk.(handoff.Pusher)
	if !calls && !pushes {
		http.NotFound(w, r)
		return
	}
	if r.Method == http.MethodHead { // some desks try the address so
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCall))
	if err != nil {
		http.Error(w, "the call is too large", http.StatusRequestEntityTooLarge)
		return
	}
	if pushes {
		d.push(w, r, shop, pusher, body)
		return
	}
	tickets, challenge, err := hook.Changed(r, body, time.Now())
	if err != nil {
		d.app.metrics.Webhook("desk", fault.KindOf(err).String())
		http.Error(w, "the call is not the desk's", http.StatusForbidden)
		return
	}
	d.app.metrics.Webhook("desk", "accepted")
	_, _ = io.WriteString(w, challenge) // the caller may have gone
	for _, id := range tickets {
		d.read(shop, id)
	}
}

// push takes what a desk tells. Only what is written down is acknowledged, so that the
// desk may repeat the rest.
func (d *desks) push(w http.ResponseWriter, r *http.Request, shop string, desk handoff.Pusher, body []byte) {
	ticketID, p, err := desk.Pushed(r, body, time.Now())
	if err == nil {
		err = d.app.bot.Pushed(r.Context(), shop, ticketID, p)
	}
	outcome, status := "accepted", http.StatusOK
	switch kind := fault.KindOf(err); {
	case err == nil:
	case kind == fault.Denied:
		outcome, status = kind.String(), http.StatusForbidden
	case kind == fault.NotFound:
		outcome, status = kind.String(), http.StatusGone // it was closed meanwhile
	case kind == fault.Invalid:
		outcome, status = kind.String(), http.StatusBadRequest
	default:
		outcome, status = kind.String(), http.StatusServiceUnavailable
		d.app.log.Warn("what a desk told could not be written down; it is asked to repeat it", "shop", shop, "error", err)
	}
	d.app.metrics.Webhook("desk", outcome)
	w.WriteHeader(status)
}

// read reads a ticket, unless too many are being read already.
func (d *desks) read(shop, ticketID string) {
	select {
	case d.slots <- struct{}{}:
	default:
		return
	}
	d.done.Go(func() {
		defer func() { <-d.slots }()
		ctx, cancel := context.WithTimeout(context.Background(), readWithin)
		defer cancel()
		if err := d.app.bot.Follow(ctx, shop, ticketID); err != nil && fault.KindOf(err) != fault.NotFound {
			d.app.log.Warn("a ticket could not be read; it is read again soon", "shop", shop, "fault", fault.KindOf(err), "error", err)
		}
	})
}

// wait waits for the reads in hand.
func (d *desks) wait() {
	if d != nil {
		d.done.Wait()
	}
}
