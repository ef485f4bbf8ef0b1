package sandbox

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// WooConfig describes the WooCommerce site that is played.
type WooConfig struct {
	// Key and Secret that requests must carry; DefaultKey and DefaultSecret if empty.
	Key, Secret string
	// Tracking is where the site keeps tracking numbers: "fulfillments",
	// "shipment-tracking", "ast", "meta" or "none"; fulfillments if empty.
	Tracking string
	// NoPermalinks answers only to /?rest_route=; NoHeader takes the Authorization
	// header away, as some hosts do.
	NoPermalinks, NoHeader bool
	// Latency delays every answer.
	Latency time.Duration
	// Validate, if set, judges every request. An error answers 400 and is kept for
	// Violations.
	Validate func(route string, q url.Values) error
	// Signed, if set, judges a request's OAuth 1.0a signature.
	Signed func(r *http.Request) bool
	// Now is the clock by which the samples are dated, nil for the real one.
	Now func() time.Time
	// Samples replaces the sample orders.
	Samples []Sample
}

// What WooConfig leaves empty.
const (
	DefaultKey    = "ck_0000000000000000000000000000000000005a4d"
	DefaultSecret = "cs_0000000000000000000000000000000000005a4d"
)

// Woo is the local stand-in for a WooCommerce site: an http.Handler, safe for
// concurrent use.
type Woo struct {
	cfg WooConfig

	mu         sync.Mutex
	samples    []Sample
	requests   int
	violations []error
	answer     http.HandlerFunc

	server *http.Server
	done   sync.WaitGroup
}

// NewWoo returns a site.
func NewWoo(cfg WooConfig) *Woo {
	cfg.Key, cfg.Secret = cmp.Or(cfg.Key, DefaultKey), cmp.Or(cfg.Secret, DefaultSecret)
	cfg.Tracking = cmp.Or(cfg.Tracking, "fulfillments")
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	w := &Woo{cfg: cfg, samples: cfg.Samples}
	if w.samples == nil {
		w.samples = Samples(cfg.Now())
	}
	return w
}

// Start listens on a loopback address and returns the site's URL. Close must be called
// then.
func (w *Woo) Start(address string) (string, error) {
	l, err := loopbackListener(address)
	if err != nil {
		return "", err
	}
	w.server = &http.Server{Handler: w, ReadHeaderTimeout: 10 * time.Second}
	w.done.Go(func() { _ = w.server.Serve(l) }) // it ends when it is closed
	return "http://" + l.Addr().String(), nil
}

// Close ends it and waits.
func (w *Woo) Close() {
	if w.server != nil {
		_ = w.server.Close()
	}
	w.done.Wait()
}

// Requests is how many requests were made.
func (w *Woo) Requests() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.requests
}

// Violations are what Validate has found wrong.
func (w *Woo) Violations() []error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]error(nil), w.violations...)
}

// Answer lets everything be answered so from now on; nil for as it should be.
func (w *Woo) Answer(h http.HandlerFunc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer = h
}

// Move lets the site keep its tracking numbers elsewhere from now on.
func (w *Woo) Move(tracking string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cfg.Tracking = tracking
}

// ServeHTTP implements http.Handler.
func (w *Woo) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	w.requests++
	answer, tracking := w.answer, w.cfg.Tracking
	w.mu.Unlock()
	time.Sleep(w.cfg.Latency)
	if answer != nil {
		answer(rw, r)
		return
	}
	q := r.URL.Query()
	route, pretty := strings.CutPrefix(r.URL.Path, "/wp-json")
	if !pretty {
		route = q.Get("rest_route")
	}
	if pretty && w.cfg.NoPermalinks || route == "" {
		rw.WriteHeader(http.StatusNotFound)
		fmt.Fprint(rw, "<!DOCTYPE html><title>Page not found</title>")
		return
	}
	if w.cfg.Validate != nil {
		if err := w.cfg.Validate(route, q); err != nil {
			w.mu.Lock()
			w.violations = append(w.violations, err)
			w.mu.Unlock()
			refuse(rw, http.StatusBadRequest, "rest_invalid_param")
			return
		}
	}
	if !w.knows(r) {
		refuse(rw, http.StatusUnauthorized, "woocommerce_rest_cannot_view")
		return
	}
	w.serve(rw, route, q, tracking)
}

// knows checks the key: in the header, in the address, or in a signature.
func (w *Woo) knows(r *http.Request) bool {
	if r.URL.Query().Get("oauth_signature") != "" {
		return w.cfg.Signed == nil || w.cfg.Signed(r)
	}
	if user, password, ok := r.BasicAuth(); ok && !w.cfg.NoHeader {
		return user == w.cfg.Key && password == w.cfg.Secret
	}
	q := r.URL.Query()
	return q.Get("consumer_key") == w.cfg.Key && q.Get("consumer_secret") == w.cfg.Secret
}

func refuse(rw http.ResponseWriter, status int, code string) {
	reply(rw, status, object{"code": code, "message": "no", "data": object{"status": status}})
}

func reply(rw http.ResponseWriter, status int, body any) {
	rw.Header().Set("Content-Type", "application/json; charset=UTF-8")
	rw.WriteHeader(status)
	_ = json.NewEncoder(rw).Encode(body)
}

func (w *Woo) serve(rw http.ResponseWriter, route string, q url.Values, tracking string) {
	parts := strings.Split(strings.Trim(route, "/"), "/")
	plugin := strings.Join(parts[:min(2, len(parts))], "/")
	switch {
	case route == "/wc/v3/orders":
		reply(rw, http.StatusOK, w.list(q, tracking))
	case len(parts) == 4 && plugin == "wc/v3" && parts[2] == "orders":
		w.one(rw, parts[3], func(s Sample) any { return s.woo(tracking) })
	case len(parts) == 5 && plugin == "wc/v3" && parts[4] == "notes":
		w.one(rw, parts[3], func(s Sample) any { return s.wooNotes(q.Get("type")) })
	case len(parts) == 5 && plugin == "wc/v3" && parts[4] == "fulfillments" && tracking == "fulfillments":
		w.one(rw, parts[3], func(s Sample) any { return s.wooFulfillments() })
	case len(parts) == 5 && (plugin == "wc-shipment-tracking/v3" && tracking == "shipment-tracking" || plugin == "wc-ast/v3" && tracking == "ast") && parts[4] == "shipment-trackings":
		w.one(rw, parts[3], func(s Sample) any { return s.wooTrackings(false) })
	default:
		refuse(rw, http.StatusNotFound, "rest_no_route")
	}
}

// list is a page of the orders in which the search is found, the newest first.
func (w *Woo) list(q url.Values, tracking string) []any {
	perPage, _ := strconv.Atoi(q.Get("per_page"))
	page, _ := strconv.Atoi(q.Get("page"))
	perPage, page = max(1, min(100, perPage)), max(1, page)
	found := []any{}
	term := strings.ToLower(q.Get("search"))
	skip := (page - 1) * perPage
	for _, s := range w.newestFirst(q.Get("orderby") == "date") {
		if !strings.Contains(strings.ToLower(squeezed(wooNumber(s)+" "+s.Email+" "+s.Phone)), squeezed(term)) {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		if len(found) < perPage {
			found = append(found, s.woo(tracking))
		}
	}
	return found
}

// newestFirst are the samples, in their order by date if that is asked for.
func (w *Woo) newestFirst(byDate bool) []Sample {
	if !byDate {
		return w.samples
	}
	return slices.SortedStableFunc(slices.Values(w.samples), func(a, b Sample) int { return b.CreatedAt.Compare(a.CreatedAt) })
}

func squeezed(s string) string { return strings.Join(strings.Fields(s), "") }

func (w *Woo) one(rw http.ResponseWriter, id string, show func(Sample) any) {
	for _, s := range w.samples {
		if strconv.Itoa(s.wooID()) == id {
			reply(rw, http.StatusOK, show(s))
			return
		}
	}
	refuse(rw, http.StatusNotFound, "woocommerce_rest_shop_order_invalid_id")
}

// wooID is the post's id, which is not the number.
func (s Sample) wooID() int { return 70_000 + s.ID }

func wooNumber(s Sample) string { return strings.TrimPrefix(s.Name, "#") }

// woo is the sample as the API's order.
func (s Sample) woo(tracking string) object {
	gmt := func(t time.Time) any {
		if t.IsZero() {
			return nil
		}
		return t.UTC().Format("2006-01-02T15:04:05")
	}
	status, method := "processing", []any{object{"id": 1, "method_title": "Flat rate", "method_id": "flat_rate", "total": "5.00"}}
	switch {
	case !s.CancelledAt.IsZero():
		status = "cancelled"
	case s.Financial == "REFUNDED":
		status = "refunded"
	case s.Hold != "":
		status = "on-hold"
	case s.Financial == "PENDING":
		status = "pending"
	case s.Display == "FULFILLED" && len(s.Parcels) > 0:
		status = "completed"
	}
	switch s.Method {
	case "NONE":
		method = []any{}
	case "PICK_UP":
		method = []any{object{"id": 1, "method_title": "Pick-up", "method_id": "local_pickup", "total": "0.00"}}
	case "LOCAL":
		method = []any{object{"id": 1, "method_title": "By bicycle", "method_id": "local_delivery", "total": "0.00"}}
	}
	paid := gmt(s.CreatedAt)
	if s.Financial == "PENDING" {
		paid = nil
	}
	var lines, refunds []any
	for i, l := range s.Items {
		lines = append(lines, object{"id": s.ID*10 + i, "name": l.Title, "product_id": 1, "quantity": l.Quantity, "total": "10.00", "sku": ""})
	}
	if s.Refunded != "" {
		refunds = append(refunds, object{"id": s.ID * 100, "reason": "", "total": "-" + s.Refunded})
	}
	total := "29.35"
	if s.Financial == "REFUNDED" {
		total = s.Refunded
	}
	metas := []any{object{"id": 1, "key": "is_vat_exempt", "value": "no"}}
	if tracking == "meta" && len(s.Parcels) > 0 {
		metas = append(metas, object{"id": 2, "key": "_wc_shipment_tracking_items", "value": s.wooTrackings(true)})
	}
	if tracking == "fulfillments" && len(s.Parcels) == 0 {
		metas = append(metas, object{"id": 3, "key": "_fulfillment_status", "value": "no_fulfillments"})
	}
	return object{
		"id": s.wooID(), "parent_id": 0, "number": wooNumber(s), "order_key": "wc_order_x", "status": status, "currency": "USD", "total": total,
		"date_created": gmt(s.CreatedAt), "date_created_gmt": gmt(s.CreatedAt), "date_modified_gmt": gmt(s.CreatedAt.Add(time.Hour)),
		"date_paid_gmt": paid, "date_completed_gmt": nil, "customer_id": 0,
		"billing":    object{"first_name": s.Customer, "email": s.Email, "phone": s.Phone, "country": "US", "postcode": "94103"},
		"shipping":   object{"first_name": s.Customer, "country": "US", "postcode": "94103"},
		"line_items": orEmpty(lines), "shipping_lines": method, "refunds": orEmpty(refunds), "meta_data": metas,
	}
}

// wooNotes are the notes of an order, one of them to the customer.
func (s Sample) wooNotes(kind string) []any {
	at := s.CreatedAt.Add(2 * time.Hour).UTC().Format("2006-01-02T15:04:05")
	list := []any{object{"id": s.ID*10 + 1, "author": "shop", "date_created": at, "date_created_gmt": at, "note": "We <b>pack</b> it on Friday &amp; send it then.", "customer_note": true}}
	if kind != "customer" {
		list = append(list, object{"id": s.ID * 10, "author": "system", "date_created": at, "date_created_gmt": at, "note": "Stock levels reduced.", "customer_note": false})
	}
	return list
}

// wooFulfillments are the parcels as WooCommerce itself shows them.
func (s Sample) wooFulfillments() []any {
	list := []any{}
	for i, p := range s.Parcels {
		if p.Number == "" {
			continue // the shop brings it itself, and notes nothing
		}
		var deleted any
		if p.Status == "LABEL_VOIDED" {
			deleted = p.CreatedAt.UTC().Format("2006-01-02 15:04:05")
		}
		metas := []any{
			object{"id": 1, "key": "_tracking_number", "value": p.Number},
			object{"id": 2, "key": "_shipment_provider", "value": strings.ToLower(p.Company)},
			object{"id": 3, "key": "_tracking_url", "value": p.URL},
		}
		var items []any
		for j, l := range s.Items {
			if n := l.Quantity - l.Unfulfilled; n > 0 && i == s.firstLive() {
				items = append(items, object{"item_id": s.ID*10 + j, "qty": n})
			}
		}
		metas = append(metas, object{"id": 4, "key": "_items", "value": orEmpty(items)})
		list = append(list, object{
			"id": s.ID*10 + i, "entity_type": "WC_Order", "entity_id": strconv.Itoa(s.wooID()), "status": "fulfilled", "is_fulfilled": true,
			"date_updated": p.CreatedAt.UTC().Format("2006-01-02 15:04:05"), "date_deleted": deleted, "meta_data": metas,
		})
	}
	return list
}

// firstLive is the first parcel that has left.
func (s Sample) firstLive() int {
	return slices.IndexFunc(s.Parcels, func(p Parcel) bool { return p.Status != "LABEL_VOIDED" })
}

// wooTrackings are the parcels as the extensions show them.
func (s Sample) wooTrackings(inMeta bool) []any {
	list := []any{}
	for i, p := range s.Parcels {
		if p.Number == "" || p.Status == "LABEL_VOIDED" {
			continue
		}
		t := object{"tracking_id": fmt.Sprintf("t%d", s.ID*10+i), "tracking_provider": p.Company, "tracking_link": p.URL, "tracking_number": p.Number, "date_shipped": p.CreatedAt.UTC().Format(time.DateOnly)}
		if inMeta {
			t = object{"tracking_id": fmt.Sprintf("t%d", s.ID*10+i), "tracking_provider": strings.ToLower(p.Company), "custom_tracking_provider": "", "custom_tracking_link": p.URL, "tracking_number": p.Number, "date_shipped": strconv.FormatInt(p.CreatedAt.Unix(), 10)}
		}
		list = append(list, t)
	}
	return list
}
