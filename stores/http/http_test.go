package httpstore_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"wismo/core/check"
	"wismo/core/fault"
	"wismo/core/order"
	"wismo/core/remote"
	"wismo/core/shop"
	httpstore "wismo/stores/http"
	"wismo/stores/ownorder"
	"wismo/stores/sandbox"
	"wismo/stores/storetest"
)

// What each failure means, and how to mend it.
func TestFailures(t *testing.T) {
	t.Parallel()
	forged := func(w http.ResponseWriter, r *http.Request) {
		ownorder.SignAnswer(w.Header(), "another", r.Header.Get(ownorder.HeaderID), 200, []byte(`{"orders":[]}`))
		_, _ = io.WriteString(w, `{"orders":[]}`)
	}
	old := func(w http.ResponseWriter, _ *http.Request) {
		ownorder.SignAnswer(w.Header(), sandbox.DefaultOwnSecret, "an-older-request-0", 200, []byte(`{"orders":[]}`))
		_, _ = io.WriteString(w, `{"orders":[]}`)
	}
	changed := func(w http.ResponseWriter, r *http.Request) {
		ownorder.SignAnswer(w.Header(), sandbox.DefaultOwnSecret, r.Header.Get(ownorder.HeaderID), 200, []byte(`{"orders":[]}`))
		_, _ = io.WriteString(w, `{"orders":[{"name":"#1001"}]}`)
	}
	late := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", storetest.Noon().Add(-time.Hour).Format(http.TimeFormat))
		w.WriteHeader(401)
	}
	refusing := func(err error) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", storetest.Noon().Format(http.TimeFormat))
			answering(401, "application/json", ownorder.Refusal(err))(w, r)
		}
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		kind   fault.Kind
		hint   string
	}{
		"another secret":     {refusing(ownorder.ErrForged), fault.Denied, "store.secret"},
		"headers taken away": {refusing(ownorder.ErrUnsigned), fault.Denied, "begin with Wismo-"},
		"sent twice":         {refusing(ownorder.ErrReplayed), fault.Denied, "twice"},
		"held back":          {refusing(ownorder.ErrExpired), fault.Denied, "hold requests back"},
		"clocks apart":       {late, fault.Denied, "NTP"},
		"firewall":           {answering(403, "text/html", "<h1>Forbidden</h1>"), fault.Denied, "firewall"},
		"no contract":        {answering(404, "application/json", `{}`), fault.Denied, "below store.url"},
		"no POST":            {answering(405, "text/plain", ""), fault.Denied, "below store.url"},
		"another place": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/", http.StatusTemporaryRedirect)
		}, fault.Denied, "follow nobody"},
		"not understood":      {answering(422, "application/json", `{}`), fault.Invalid, "contract.v1.json"},
		"no content":          {answering(204, "text/plain", ""), fault.Unavailable, "status 200"},
		"maintenance":         {answering(503, "text/html", "back soon"), fault.Unavailable, "try again"},
		"a page":              {answering(200, "text/html", "<!DOCTYPE html>"), fault.Unavailable, "store.url"},
		"an empty answer":     {answering(200, "application/json", ""), fault.Unavailable, "store.url"},
		"not signed":          {answering(200, "application/json", `{"orders":[]}`), fault.Denied, "sign its answers"},
		"signed by another":   {forged, fault.Denied, "store.secret"},
		"signed for another":  {old, fault.Denied, "store.secret"},
		"changed on the way":  {changed, fault.Denied, "store.secret"},
		"half an answer":      {signed(`{"orders":[{"id":"1","na`), fault.Unavailable, "empty list for none"},
		"another's answer":    {signed(`{"data":{}}`), fault.Unavailable, "empty list for none"},
		"no list":             {signed(`{"orders":null}`), fault.Unavailable, "empty list for none"},
		"an order of no name": {signed(`{"orders":[{"id":"1"}]}`), fault.Unavailable, "with a name"},
		"no order at all":     {signed(`{"orders":[null]}`), fault.Unavailable, "with a name"},
		"shorter than promised": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("{"))
		}, fault.Unavailable, "the network between"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(_ *sandbox.OwnConfig, cfg *httpstore.Config) { cfg.Budget = 300 * time.Millisecond })
			r.own.Answer(c.answer)
			got, err := r.Find(t.Context(), order.Ref{Text: "1001"})
			if fault.KindOf(err) != c.kind || len(got) > 0 {
				t.Errorf("Find: %v, want %s", err, c.kind)
			}
			f := r.Check(t.Context())
			if last := f[len(f)-1]; last.Level != check.Failed || !strings.Contains(last.Hint, c.hint) {
				t.Errorf("check: %+v, want a hint on %q", last, c.hint)
			}
		})
	}
}

// An address that must not be asked is not asked.
func TestAddresses(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]fault.Kind{
		"http://shop.example.com": fault.Invalid, "ftp://shop.example.com": fault.Invalid, "shop.example.com": fault.Invalid, "": fault.Invalid,
		"https://user:password@shop.example.com": fault.Invalid, "https://shop.example.com?a=b": fault.Invalid, "https://": fault.Invalid, "https://%zz": fault.Invalid,
	} {
		s := open(t, httpstore.Config{URL: address, Secret: "secret", Budget: time.Second})
		if _, err := s.Find(t.Context(), order.Ref{Text: "1001"}); fault.KindOf(err) != want {
			t.Errorf("%q: %v, want %s", address, err, want)
		}
	}
	if _, err := open(t, httpstore.Config{URL: "http://127.0.0.1:9"}).Find(t.Context(), order.Ref{Text: "1001"}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("without a secret: %v", err)
	}
}

// A host in a private network is not asked by a client for the internet.
func TestPrivateAddressIsRefused(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(sandbox.NewOwn(sandbox.OwnConfig{Now: storetest.Noon}))
	t.Cleanup(server.Close)
	client := remote.New(remote.Options{})
	for _, address := range []string{server.URL, "https://10.0.0.1", "https://169.254.169.254"} {
		s := httpstore.New(httpstore.Config{URL: address, Secret: sandbox.DefaultOwnSecret, Budget: time.Second}, client, storetest.Noon, slog.New(slog.DiscardHandler))
		if _, err := s.Find(t.Context(), order.Ref{Text: "1001"}); fault.KindOf(err) != fault.Denied {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// Over TLS the host must be who it says it is.
func TestTLS(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(sandbox.NewOwn(sandbox.OwnConfig{Now: storetest.Noon}))
	t.Cleanup(server.Close)
	find := func(address string, client *http.Client) error {
		s := httpstore.New(httpstore.Config{URL: address, Secret: sandbox.DefaultOwnSecret, Format: shop.Defaults().Orders, Budget: time.Second}, client, storetest.Noon, slog.New(slog.DiscardHandler))
		_, err := s.Find(t.Context(), order.Ref{Text: "1001"})
		return err
	}
	if err := find(server.URL, server.Client()); err != nil {
		t.Errorf("as it should be: %v", err)
	}
	if err := find(server.URL, remote.New(remote.Options{Loopback: true})); fault.KindOf(err) != fault.Denied || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate of nobody's: %v", err)
	}
	// The test's certificate is for example.com and 127.0.0.1, not for localhost.
	if err := find(strings.Replace(server.URL, "127.0.0.1", "localhost", 1), server.Client()); fault.KindOf(err) != fault.Denied || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate for another name: %v", err)
	}
}

// A redirect is refused even if the client would follow, and takes nothing along.
func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := sandbox.NewOwn(sandbox.OwnConfig{Now: storetest.Noon})
	server := httptest.NewServer(elsewhere)
	t.Cleanup(server.Close)
	here := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		http.Redirect(w, q, server.URL+q.URL.Path, http.StatusPermanentRedirect)
	}))
	t.Cleanup(here.Close)
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	s := httpstore.New(httpstore.Config{URL: here.URL, Secret: sandbox.DefaultOwnSecret}, client, storetest.Noon, slog.New(slog.DiscardHandler))
	if _, err := s.Find(t.Context(), order.Ref{Text: "1001"}); fault.KindOf(err) != fault.Denied || elsewhere.Requests() > 0 {
		t.Errorf("%v, %d requests elsewhere", err, elsewhere.Requests())
	}
}

// A platform that is silent for half a minute costs the budget and no more.
func TestSilence(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *sandbox.OwnConfig, cfg *httpstore.Config) { cfg.Budget = 200 * time.Millisecond })
	r.own.Answer(func(_ http.ResponseWriter, q *http.Request) {
		ctx, cancel := context.WithTimeout(q.Context(), 30*time.Second)
		defer cancel()
		_, _ = io.Copy(io.Discard, q.Body)
		<-ctx.Done()
	})
	start := time.Now()
	if _, err := r.Find(t.Context(), order.Ref{Text: "1001"}); fault.KindOf(err) != fault.Unavailable || time.Since(start) > 3*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
}

// The platform may lie in a folder, and its tries are repeated with a new id.
func TestFolderAndRepeat(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *sandbox.OwnConfig, cfg *httpstore.Config) { cfg.URL = "/shop%20one/api/" })
	if got, err := r.Find(t.Context(), order.Ref{Text: "1001"}); err != nil || len(got) != 1 {
		t.Fatalf("%d orders, %v", len(got), err)
	}
	var ids []string
	r.own.Answer(func(w http.ResponseWriter, q *http.Request) {
		if ids = append(ids, q.Header.Get(ownorder.HeaderID)); len(ids) == 2 {
			r.own.Answer(nil)
		}
		w.WriteHeader(502)
	})
	if got, err := r.Find(t.Context(), order.Ref{Text: "1001"}); err != nil || len(got) != 1 || len(ids) != 2 || ids[0] == ids[1] {
		t.Errorf("%d orders, %v, ids %v", len(got), err, ids)
	}
}

// The number is nowhere but in the body, and near names are passed over.
func TestWhatIsAskedAndTaken(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var seen []string
	r.own.Answer(func(w http.ResponseWriter, q *http.Request) {
		seen = append(seen, q.RequestURI)
		for name, v := range q.Header {
			// The signature's digits are of no number.
			if !strings.HasPrefix(name, "Wismo-") {
				seen = append(seen, v...)
			}
		}
		signed(`{"orders":[{"id":"1","name":"#17311"},{"id":"2","name":"#1731","more":{"x":1}},{"id":"3","name":"1731"},{"id":4,"name":1731},{"id":"5","name":"#173"}],"more":true}`)(w, q)
	})
	got, err := r.Find(t.Context(), order.Ref{Text: "1731"})
	var ids []string
	for _, o := range got {
		ids = append(ids, o.ID)
	}
	if err != nil || !slices.Equal(ids, []string{"2", "3", "4"}) {
		t.Errorf("orders %v, %v", ids, err)
	}
	if strings.Contains(strings.Join(seen, " "), "1731") {
		t.Errorf("the number stands in address or header")
	}
}

func TestWhateverComesBack(t *testing.T) {
	t.Parallel()
	storetest.HTTP(t, func(t *testing.T, url string, budget time.Duration) order.Store {
		client := remote.New(remote.Options{Loopback: true})
		t.Cleanup(client.CloseIdleConnections)
		return httpstore.New(httpstore.Config{URL: url, Secret: sandbox.DefaultOwnSecret, Format: shop.Defaults().Orders, Budget: budget}, client, time.Now, slog.New(slog.DiscardHandler))
	})
}

// What `wismo check` says of each thing that may be wrong with a platform of one's own.
func TestCheckSays(t *testing.T) {
	t.Parallel()
	cases := map[string]storetest.Checker{"all is well": newRig(t)}
	for name, url := range storetest.ServeFailures(t) {
		client := remote.New(remote.Options{Loopback: true})
		t.Cleanup(client.CloseIdleConnections)
		cases[name] = httpstore.New(httpstore.Config{URL: url, Secret: sandbox.DefaultOwnSecret, Format: shop.Defaults().Orders}, client, time.Now, slog.New(slog.DiscardHandler))
	}
	cases["another secret"] = newRig(t, func(_ *sandbox.OwnConfig, cfg *httpstore.Config) { cfg.Secret = strings.Repeat("x", 40) })
	cases["a platform that trusts everybody"] = newRig(t, func(own *sandbox.OwnConfig, _ *httpstore.Config) { own.Trusting = true })
	cases["a clock that is wrong"] = newRig(t, func(own *sandbox.OwnConfig, _ *httpstore.Config) {
		own.Now = func() time.Time { return storetest.Noon().Add(20 * time.Minute) }
	})
	storetest.GoldenCheck(t, "check.golden", cases)
}
