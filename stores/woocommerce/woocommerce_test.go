package woocommerce_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wismo/core/check"
	"wismo/core/contract"
	"wismo/core/fault"
	"wismo/core/order"
	"wismo/core/remote"
	"wismo/core/shop"
	"wismo/stores/sandbox"
	"wismo/stores/storetest"
	"wismo/stores/woocommerce"
)

// rig is a shop and the site that it reads.
type rig struct {
	*woocommerce.Store
	woo *sandbox.Woo
}

func newRig(t *testing.T, change ...func(*sandbox.WooConfig, *woocommerce.Config)) *rig {
	t.Helper()
	site := sandbox.WooConfig{Now: storetest.Noon, Validate: params(t)}
	cfg := woocommerce.Config{Key: sandbox.DefaultKey, Secret: sandbox.DefaultSecret, Format: shop.Defaults().Orders}
	site.Signed = func(r *http.Request) bool {
		q := r.URL.Query()
		return q.Get("oauth_consumer_key") == cfg.Key && q.Get("oauth_signature") == woocommerce.Signature(r.Method, "http://"+r.Host+r.URL.Path, q, cfg.Secret)
	}
	for _, f := range change {
		f(&site, &cfg)
	}
	w := sandbox.NewWoo(site)
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	cfg.URL = server.URL
	return &rig{open(t, cfg), w}
}

func open(t *testing.T, cfg woocommerce.Config) *woocommerce.Store {
	t.Helper()
	client := remote.New(remote.Options{Loopback: true})
	t.Cleanup(client.CloseIdleConnections)
	return woocommerce.New(cfg, client, storetest.Noon, slog.New(slog.DiscardHandler))
}

// params judges requests by the vendor's list of parameters, if it is there.
func params(t *testing.T) func(string, url.Values) error {
	t.Helper()
	dir, err := contract.Folder("woocommerce")
	if err != nil {
		t.Logf("SKIPPED: requests are not held against the contract: %v", err)
		return nil
	}
	raw, err := os.ReadFile(filepath.Join(dir, "orders_list_params.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []struct{ Name string }
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"rest_route": true, "consumer_key": true, "consumer_secret": true, "type": true}
	for _, p := range list {
		known[p.Name] = true
	}
	return func(route string, q url.Values) error {
		for name := range q {
			if !known[name] && !strings.HasPrefix(name, "oauth_") {
				return fmt.Errorf("%s has no parameter %s", route, name)
			}
		}
		return nil
	}
}

func TestSuite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, o storetest.Options) storetest.Rig {
		r := newRig(t, func(site *sandbox.WooConfig, cfg *woocommerce.Config) {
			site.Samples, cfg.Format, cfg.Budget = o.Samples, o.Format, o.Budget
		})
		return storetest.Rig{
			Store: r.Store, Requests: r.woo.Requests, Trouble: func(x storetest.Trouble) { r.woo.Answer(troubles[x]) },
			Silent: []storetest.Part{storetest.Confirmation, storetest.Carrier, storetest.HoldReason, storetest.ReturnPart, storetest.Locale, storetest.Promise},
		}
	})
}

func answering(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the caller may have gone
	}
}

var troubles = map[storetest.Trouble]http.HandlerFunc{
	storetest.Silence: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	storetest.Broken:  answering(500, "text/html", "<p>There has been a critical error for ana@example.com"),
	storetest.Limited: func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(429)
	},
	storetest.Garbage: answering(200, "text/html", "<html>#1001</html>"),
	storetest.Revoked: answering(401, "application/json", `{"code":"woocommerce_rest_authentication_error","message":"Consumer key is invalid.","data":{"status":401}}`),
}

// find reads one order and returns how many requests that took.
func (r *rig) find(t *testing.T, ref string) (order.Order, int) {
	t.Helper()
	before := r.woo.Requests()
	got, err := r.Find(t.Context(), order.Ref{Text: ref})
	if err != nil || len(got) != 1 {
		t.Fatalf("Find(%s): %d orders, %v", ref, len(got), err)
	}
	return got[0], r.woo.Requests() - before
}

// Wherever the tracking stands, it is found, and once that is known an order costs at
// most two requests; when the shop changes its plugin, the new one is found.
func TestTrackingSources(t *testing.T) {
	t.Parallel()
	for _, from := range []string{"fulfillments", "shipment-tracking", "ast", "meta"} {
		t.Run(from, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(site *sandbox.WooConfig, _ *woocommerce.Config) { site.Tracking = from })
			r.find(t, "1001")
			for _, ref := range []string{"1001", "1004", "1005"} {
				if _, n := r.find(t, ref); n > 2 {
					t.Errorf("order %s cost %d requests", ref, n)
				}
			}
			o, _ := r.find(t, "1005")
			if len(o.Fulfillments) != 2 || o.Fulfillments[0].Tracking[0].Company != "UPS" || o.Fulfillments[0].Tracking[0].URL == "" || o.Fulfillments[0].CreatedAt.IsZero() {
				t.Errorf("parcels %+v", o.Fulfillments)
			}
			for _, to := range []string{"ast", "shipment-tracking"} {
				r.woo.Move(to)
				if o, _ := r.find(t, "1001"); from != "meta" && len(o.Fulfillments) != 1 {
					t.Errorf("after the move to %s: parcels %+v", to, o.Fulfillments)
				}
			}
		})
	}
}

// Sites want to be asked in their own ways; once learnt, no request is wasted.
func TestWays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]func(*sandbox.WooConfig){
		"as it should be":     func(*sandbox.WooConfig) {},
		"no permalinks":       func(s *sandbox.WooConfig) { s.NoPermalinks = true },
		"signed, without TLS": func(s *sandbox.WooConfig) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(site *sandbox.WooConfig, _ *woocommerce.Config) { c(site) })
			r.find(t, "1001")
			if o, n := r.find(t, "1002"); o.Name != "#1002" || n > 2 {
				t.Errorf("order %s by %d requests", o.Name, n)
			}
			if v := r.woo.Violations(); len(v) > 0 {
				t.Errorf("against the contract: %v", v[0])
			}
		})
	}
}

// Over TLS the key goes in the header, or where the host takes that away in the
// address.
func TestKeyOverTLS(t *testing.T) {
	t.Parallel()
	for name, strip := range map[string]bool{"header": false, "header taken away": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewTLSServer(sandbox.NewWoo(sandbox.WooConfig{Now: storetest.Noon, NoHeader: strip}))
			t.Cleanup(server.Close)
			s := woocommerce.New(woocommerce.Config{URL: server.URL, Key: sandbox.DefaultKey, Secret: sandbox.DefaultSecret, Format: shop.Defaults().Orders}, server.Client(), storetest.Noon, slog.New(slog.DiscardHandler))
			for range 2 {
				if got, err := s.Find(t.Context(), order.Ref{Text: "1001"}); err != nil || len(got) != 1 {
					t.Fatalf("%d orders, %v", len(got), err)
				}
			}
		})
	}
	// A certificate of nobody's is refused.
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	if _, err := open(t, woocommerce.Config{URL: server.URL, Budget: time.Second}).Find(t.Context(), order.Ref{Text: "1001"}); err == nil || !strings.Contains(err.Error(), "TLS") && !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate of nobody's: %v", err)
	}
}

func TestPlainHTTPIsRefused(t *testing.T) {
	t.Parallel()
	_, err := open(t, woocommerce.Config{URL: "http://shop.example.com", Key: "ck", Secret: "cs"}).Find(t.Context(), order.Ref{Text: "1001"})
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("the key would leave in clear text: %v", err)
	}
}

// What each failure means, and how to mend it.
func TestFailures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		kind   fault.Kind
		hint   string
	}{
		"no WooCommerce": {answering(404, "application/json", `{"code":"rest_no_route","message":"x","data":{"status":404}}`), fault.Unknown, "install or activate WooCommerce"},
		"wrong key":      {answering(401, "application/json", `{"code":"woocommerce_rest_authentication_error"}`), fault.Denied, "make a key"},
		"firewall":       {answering(403, "text/html", "<h1>Forbidden</h1>"), fault.Unavailable, "security plugin"},
		"maintenance":    {answering(503, "text/html", "Briefly unavailable for scheduled maintenance"), fault.Unavailable, "try again"},
		"closed":         {answering(402, "text/html", "pay"), fault.Unavailable, "its host"},
		"locked":         {answering(423, "text/html", "locked"), fault.Unavailable, "its host"},
		"a page":         {answering(200, "text/html", "<!DOCTYPE html>"), fault.Unavailable, "store.url"},
		"half an answer": {answering(200, "application/json", `[{"id":1,"numb`), fault.Unavailable, "store.url"},
		"another place": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/", http.StatusFound)
		}, fault.Denied, "home page"},
		"another's answer": {answering(200, "application/json", `{"orders":[]}`), fault.Unavailable, "store.url"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(_ *sandbox.WooConfig, cfg *woocommerce.Config) { cfg.Budget = 300 * time.Millisecond })
			r.woo.Answer(c.answer)
			if _, err := r.Find(t.Context(), order.Ref{Text: "1001"}); err == nil || c.kind != fault.Unknown && fault.KindOf(err) != c.kind {
				t.Errorf("Find: %v, kind %s, want %s", err, fault.KindOf(err), c.kind)
			}
			f := r.Check(t.Context())
			if len(f) != 1 || f[0].Level != check.Failed || !strings.Contains(f[0].Hint, c.hint) {
				t.Errorf("check: %+v, want a hint on %q", f, c.hint)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{"fulfillments": "by fulfillments", "ast": "by advanced shipment tracking", "none": "no source of tracking numbers was found"} {
		t.Run(from, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(site *sandbox.WooConfig, _ *woocommerce.Config) { site.Tracking = from })
			if f := r.Check(t.Context()); f[len(f)-1].Detail != want {
				t.Errorf("%+v", f)
			}
		})
	}
}

// Statuses of the shop's own are kept, and mean what the shop says.
func TestStatuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status   string
		meanings map[string]string
		want     order.FulfillmentStatus
		hold     bool
		cancel   bool
	}{
		"completed is not delivered": {status: "completed", want: order.Shipped},
		"shipped":                    {status: "shipped", want: order.Shipped},
		"delivered":                  {status: "delivered", want: order.Delivered},
		"one that nobody knows":      {status: "at-the-engraver"},
		"one that the shop explains": {status: "at-the-counter", meanings: map[string]string{"at-the-counter": "pickup"}, want: order.ReadyForPickup},
		"completed, explained":       {status: "completed", meanings: map[string]string{"completed": "delivered"}, want: order.Delivered},
		"on hold":                    {status: "on-hold", hold: true},
		"cancelled":                  {status: "cancelled", cancel: true},
		"payment failed":             {status: "failed", cancel: true},
		"begun at the checkout":      {status: "checkout-draft"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(_ *sandbox.WooConfig, cfg *woocommerce.Config) { cfg.Statuses = c.meanings })
			r.woo.Answer(func(w http.ResponseWriter, q *http.Request) {
				if strings.HasSuffix(q.URL.Path, "/orders") {
					answering(200, "application/json", fmt.Sprintf(`[{"id":5,"number":"1001","status":%q,"date_modified_gmt":"2026-11-20T10:00:00","billing":{"email":"ana@example.com"},"line_items":[{"id":1,"name":"Mug","quantity":1}],"shipping_lines":[{"method_id":"flat_rate"}],"shipping":{},"meta_data":[]}]`, c.status))(w, q)
					return
				}
				answering(404, "application/json", `{"code":"rest_no_route"}`)(w, q)
			})
			o, _ := r.find(t, "1001")
			got := order.FulfillmentStatus("")
			if len(o.Fulfillments) > 0 {
				got = o.Fulfillments[0].Status
			}
			if got != c.want || len(o.OnHold) > 0 != c.hold || o.CancelledAt.IsZero() == c.cancel {
				t.Errorf("parcel %q, holds %v, cancelled %v", got, o.OnHold, o.CancelledAt)
			}
		})
	}
}

// Numbers that plugins make are found where the plugins keep them.
func TestPluginNumbers(t *testing.T) {
	t.Parallel()
	for key, value := range map[string]string{"_order_number": `"WC-2026-7"`, "_order_number_formatted": `"WC-2026-7"`, "_alg_wc_custom_order_number": `"WC-2026-7"`, "_alg_wc_full_custom_order_number": `"WC-2026-7"`} {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.woo.Answer(func(w http.ResponseWriter, q *http.Request) {
				if strings.HasSuffix(q.URL.Path, "/orders") {
					answering(200, "application/json", `[{"id":5,"number":"5","status":"processing","meta_data":[{"id":1,"key":"`+key+`","value":`+value+`}],"shipping_lines":[{"method_id":"x"}]},{"id":6,"number":"6","status":"processing","meta_data":[]}]`)(w, q)
					return
				}
				answering(404, "application/json", `{"code":"rest_no_route"}`)(w, q)
			})
			if o, _ := r.find(t, "wc-2026-7"); o.ID != "5" {
				t.Errorf("order %s", o.ID)
			}
		})
	}
}

// The vendor's own samples are read.
func TestVendorsSamples(t *testing.T) {
	t.Parallel()
	dir, err := contract.Folder("woocommerce")
	if err != nil {
		t.Skipf("SKIPPED: the vendor's samples are not read: %v", err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "order_v3_sample.json"))
	if err != nil {
		t.Fatal(err)
	}
	var schema struct{ Sample json.RawMessage }
	file, err := os.ReadFile(filepath.Join(dir, "fulfillments_v3.schema.json"))
	if err != nil || json.Unmarshal(file, &schema) != nil {
		t.Fatal(err)
	}
	r := newRig(t)
	r.woo.Answer(func(w http.ResponseWriter, q *http.Request) {
		switch {
		case strings.HasSuffix(q.URL.Path, "/orders"):
			answering(200, "application/json", "["+string(raw)+"]")(w, q)
		case strings.HasSuffix(q.URL.Path, "/fulfillments"):
			answering(200, "application/json", string(schema.Sample))(w, q)
		default:
			answering(404, "application/json", `{"code":"rest_no_route"}`)(w, q)
		}
	})
	o, _ := r.find(t, "727")
	if o.Name != "#727" || o.Financial != order.Paid || !slices.Equal(o.Contacts.Emails, []string{"john.doe@example.com"}) || len(o.Items) == 0 || len(o.Fulfillments) != 1 || o.Fulfillments[0].Tracking[0].Number == "" {
		t.Errorf("%+v %+v", o.Financial, o.Fulfillments)
	}
}

// FuzzAnswers: whatever a site answers is an order or an error, never a panic.
func FuzzAnswers(f *testing.F) {
	f.Add(`[{"id":5,"number":"1001","status":"processing","meta_data":[{"key":"_wc_shipment_tracking_items","value":[{"tracking_number":"1Z"}]}],"line_items":[{"id":1,"quantity":"2"}],"refunds":[{"total":"-1.00"}]}]`)
	f.Add(`[{"number":null,"line_items":[{"quantity":1.5}],"date_created_gmt":5,"refunds":[{"total":7}]}]`)
	f.Add(`[{"number":"1001","total":"1e999999999","refunds":[{"total":"1e999999999"}]}]`)
	f.Add(`{}`)
	f.Fuzz(func(t *testing.T, body string) {
		server := httptest.NewServer(answering(200, "application/json", body))
		defer server.Close()
		client := remote.New(remote.Options{Loopback: true})
		defer client.CloseIdleConnections()
		s := woocommerce.New(woocommerce.Config{URL: server.URL, Key: "ck", Secret: "cs", Format: shop.Defaults().Orders, Budget: 50 * time.Millisecond}, client, storetest.Noon, slog.New(slog.DiscardHandler))
		if got, err := s.Find(t.Context(), order.Ref{Text: "1001"}); err == nil && len(got) == 0 {
			t.Error(errors.New("neither an order nor an error"))
		}
	})
}

// Of an order that says itself that it has no parcel, the shop's notes to the customer
// are read in the place of the parcels.
func TestNotes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	o, requests := r.find(t, "1004")
	if requests != 2 || len(o.Notes) != 1 || o.Notes[0].Text != "We pack it on Friday & send it then." || o.Notes[0].At.IsZero() {
		t.Errorf("%d notes by %d requests: %+v", len(o.Notes), requests, o.Notes)
	}
	if o, _ := r.find(t, "1001"); len(o.Notes) != 0 || len(o.Fulfillments) != 1 {
		t.Errorf("of one that has left: %d notes, %d parcels", len(o.Notes), len(o.Fulfillments))
	}
}

func TestNotesOfTheContract(t *testing.T) {
	t.Parallel()
	dir, err := contract.Folder("woocommerce")
	if err != nil {
		t.Skipf("skipped: %v", err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "order_notes_v3_sample.json"))
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t)
	r.woo.Answer(func(w http.ResponseWriter, req *http.Request) {
		if strings.HasSuffix(req.URL.Path, "/notes") {
			_, _ = w.Write(raw)
			return
		}
		_, _ = io.WriteString(w, `[{"id":723,"number":"1001","status":"processing","shipping_lines":[{"method_id":"flat_rate"}],"meta_data":[{"key":"_fulfillment_status","value":"unfulfilled"}]}]`)
	})
	if o, _ := r.find(t, "1001"); len(o.Notes) != 0 {
		t.Errorf("notes that are not for the customer: %+v", o.Notes)
	}
}

// A cheap host takes three seconds for a request: that is slow, and no failure.
func TestSlowHost(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(site *sandbox.WooConfig, _ *woocommerce.Config) {
		site.Latency, site.Tracking = 3*time.Second, "fulfillments"
	})
	if o, requests := r.find(t, "1001"); len(o.Fulfillments) != 1 || requests != 2 {
		t.Errorf("%d parcels by %d requests", len(o.Fulfillments), requests)
	}
}

func TestWhateverComesBack(t *testing.T) {
	t.Parallel()
	storetest.HTTP(t, func(t *testing.T, url string, budget time.Duration) order.Store {
		return open(t, woocommerce.Config{URL: url, Key: sandbox.DefaultKey, Secret: sandbox.DefaultSecret, Format: shop.Defaults().Orders, Budget: budget})
	})
}
