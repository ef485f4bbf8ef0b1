package storetest

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wismo/core/fault"
	"wismo/core/order"
)

// OpenHTTP returns a store that asks the platform at a URL and gives up after a
// budget.
type OpenHTTP func(t *testing.T, url string, budget time.Duration) order.Store

// HTTP holds that a store which is asked by HTTP stands whatever comes back: it ends
// in its time, tells no order, never says that there is none where it could not look,
// goes nowhere else, and names a cause without telling anything personal.
func HTTP(t *testing.T, open OpenHTTP) {
	t.Helper()
	for name, answer := range misbehaviour() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(answer)
			t.Cleanup(server.Close)
			const budget = 700 * time.Millisecond
			refused(t, open(t, server.URL, budget), budget)
		})
	}
	t.Run("a redirect is not followed", func(t *testing.T) { t.Parallel(); redirected(t, open) })
	t.Run("a certificate of nobody we know", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewUnstartedServer(misbehaviour()["a page in place of an answer"])
		server.Config.ErrorLog = quiet()
		server.StartTLS()
		t.Cleanup(server.Close)
		err := refused(t, open(t, server.URL, time.Second), time.Second)
		if fault.KindOf(err) != fault.Denied || !strings.Contains(err.Error(), "certificate") {
			t.Errorf("Find = %v, want denied for the certificate", err)
		}
	})
	t.Run("nobody listens", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewServer(http.NotFoundHandler())
		server.Close()
		refused(t, open(t, server.URL, time.Second), time.Second)
	})
}

// misbehaviour lists what platforms answer that are not well.
func misbehaviour() map[string]http.HandlerFunc {
	list := map[string]http.HandlerFunc{
		"a page in place of an answer": page(200, "<!DOCTYPE html><p>Sorry, ana@example.com"),
		"nothing":                      page(200, ""),
		"cut off":                      page(200, `{"data":{"orders":{"nodes":[{"id":1,"number":"1001","na`),
		"another language":             page(200, "\x00\x01\xff\xfe"),
		"429 without a time":           page(429, "{}"),
		"429 for an hour":              withHeader(page(429, "{}"), "Retry-After", "3600"),
		"429 with nonsense":            withHeader(page(429, "{}"), "Retry-After", "soon"),
		"silence":                      silent,
		"hangs up":                     func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"hangs up in the middle":       hangUp,
		"never ends":                   endless,
	}
	for _, status := range []int{400, 401, 402, 403, 404, 405, 409, 410, 418, 422, 423, 500, 502, 503, 504, 520} {
		list[http.StatusText(status)+" with a page"] = page(status, "<html><p>No, +14155550101")
	}
	return list
}

// silent takes a request and never answers.
func silent(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // else nobody notices that the caller has gone
	<-r.Context().Done()
}

func page(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // it may have been cut off
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the caller may have gone
	}
}

func withHeader(next http.HandlerFunc, name, value string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(name, value)
		next(w, r)
	}
}

func hangUp(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	_, _ = io.WriteString(w, `{"data":`)
	panic(http.ErrAbortHandler)
}

// endless answers more than anybody may read.
func endless(w http.ResponseWriter, r *http.Request) {
	chunk := []byte(strings.Repeat(" ", 1<<16))
	for r.Context().Err() == nil {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

// refused holds that a Find fails as it should and returns how.
func refused(t *testing.T, s order.Store, budget time.Duration) error {
	t.Helper()
	began := time.Now()
	got, err := s.Find(t.Context(), order.Ref{Text: "1001"})
	if took := time.Since(began); took > budget+2*time.Second {
		t.Errorf("Find took %v, its budget is %v", took, budget)
	}
	if kind := fault.KindOf(err); len(got) > 0 || kind != fault.Denied && kind != fault.Unavailable && kind != fault.Invalid {
		t.Errorf("Find = %d orders, %v, want denied, unavailable or invalid", len(got), err)
		return err
	}
	for _, personal := range []string{"1001", "ana", "example.com", "555", "127.0.0.1", "http://"} {
		if strings.Contains(strings.ToLower(err.Error()), personal) {
			t.Errorf("the error tells %q: %v", personal, err)
		}
	}
	return err
}

// redirected sends the store to another host on this machine, as it might to one in
// the shop's own network: nobody may come there.
func redirected(t *testing.T, open OpenHTTP) {
	var came atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { came.Add(1) }))
	t.Cleanup(elsewhere.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, status))
		t.Cleanup(server.Close)
		if err := refused(t, open(t, server.URL, time.Second), time.Second); fault.KindOf(err) != fault.Denied {
			t.Errorf("%d: %v, want denied", status, err)
		}
	}
	if n := came.Load(); n != 0 {
		t.Errorf("the store was led elsewhere %d times", n)
	}
}

// quiet keeps what a server says of refused handshakes out of the test's output.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
