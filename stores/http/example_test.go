package httpstore_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"wismo/core/order"
	"wismo/core/remote"
	"wismo/core/shop"
	httpstore "wismo/stores/http"
	"wismo/stores/ownorder"
)

// platform serves the contract from a shop's own orders, by their names in lower
// case.
type platform struct {
	secret string
	guard  *ownorder.Guard
	orders map[string][]json.RawMessage
}

// ServeHTTP implements http.Handler.
func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	// First the signature, its time and its id; then what is asked.
	if err := p.guard.Check(r, body); err != nil {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, ownorder.Refusal(err))
		return
	}
	var asked ownorder.Asked
	if err := json.Unmarshal(body, &asked); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	found := []json.RawMessage{} // an empty list, not null
	for _, name := range asked.Names {
		found = append(found, p.orders[strings.ToLower(name)]...)
	}
	out, err := json.Marshal(map[string]any{"orders": found})
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	ownorder.SignAnswer(w.Header(), p.secret, r.Header.Get(ownorder.HeaderID), http.StatusOK, out)
	_, _ = w.Write(out)
}

// A platform serves the contract; wismo reads an order from it.
func Example() {
	const secret = "draw-your-own-with-openssl-rand-hex-32"
	p := &platform{secret: secret, guard: ownorder.NewGuard(secret, time.Now), orders: map[string][]json.RawMessage{
		"#1001": {json.RawMessage(`{
			"id": "5001", "name": "#1001", "created_at": "2026-11-19T12:00:00Z",
			"emails": ["ana@example.com"], "phones": ["+14155550101"], "region": "US",
			"items": [{"id": "1", "title": "Mug", "quantity": 2}],
			"fulfillments": [{
				"id": "7", "status": "in_transit", "created_at": "2026-11-20T12:00:00Z", "estimated_at": "2026-11-25",
				"tracking": [{"company": "UPS", "number": "1Z999", "url": "https://www.ups.com/track"}],
				"items": [{"id": "1", "quantity": 1}]
			}]
		}`)},
	}}
	mux := http.NewServeMux()
	mux.Handle("POST "+ownorder.Path, p)
	server := httptest.NewServer(mux)
	defer server.Close()

	store := httpstore.New(httpstore.Config{URL: server.URL, Secret: secret, Format: shop.Defaults().Orders},
		remote.New(remote.Options{Loopback: true}), time.Now, slog.New(slog.DiscardHandler))
	orders, err := store.Find(context.Background(), order.Ref{Text: "1001"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range orders {
		fmt.Println(o.Name, o.Fulfillments[0].Status, o.Fulfillments[0].Tracking[0].Company, "- still to be sent:", o.Items[0].Unfulfilled)
	}
	for _, f := range store.Check(context.Background()) {
		fmt.Println(f.Level, f.Detail)
	}
	// Output:
	// #1001 in_transit UPS - still to be sent: 1
	// ok it answers, and signs its answer
	// ok it is long enough
	// ok it refuses a wrong signature
	// ok it refuses an old request
	// ok it refuses a repeated request
}
