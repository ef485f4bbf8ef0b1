package storetest

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"wismo/core/check"
)

// Checker is a store that can be tried.
type Checker interface {
	Check(ctx context.Context) []check.Finding
}

// Failures are what platforms that are asked by HTTP answer to `wismo check` when
// something is wrong that has nothing to do with what they are.
func Failures() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"the shop is closed (402)":                page(402, "<html>"),
		"the shop is locked (423)":                page(423, "<html>"),
		"the shop has moved (301)":                http.RedirectHandler("http://169.254.169.254/", http.StatusMovedPermanently).ServeHTTP,
		"a page in place of an answer":            page(200, "<!DOCTYPE html>"),
		"a page that is not there (404)":          page(404, "<!DOCTYPE html>"),
		"something before the shop refuses (403)": page(403, "<html><h1>Forbidden"),
		"the shop is being worked on (503)":       page(503, "<html>"),
		"the shop has broken down (500)":          page(500, "<html>"),
		"too many requests (429)":                 page(429, "{}"),
		"an answer that is cut off":               page(200, `{"data":{"shop":{"na`),
		"silence":                                 silent,
		"a certificate that nobody here trusts":   nil, // served by TLS
		"nobody listens":                          nil,
	}
}

// GoldenCheck writes what `wismo check` says in each case into a file and compares
// it with what stands there: UPDATE_GOLDEN=1 writes it anew.
func GoldenCheck(t *testing.T, file string, cases map[string]Checker) {
	t.Helper()
	var out bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		out.WriteString("== " + name + "\n")
		if _, err := check.Write(&out, cases[name].Check(ctx)); err != nil {
			t.Fatal(err)
		}
		cancel()
		out.WriteString("\n")
	}
	path := filepath.Join("testdata", file)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, out.Bytes()) {
		t.Errorf("%s does not hold what check says; read the difference after UPDATE_GOLDEN=1 go test\n%s", path, out.String())
	}
}

// ServeFailures starts a server for each of Failures and returns their URLs by the
// names of what is wrong.
func ServeFailures(t *testing.T) map[string]string {
	t.Helper()
	urls := map[string]string{}
	for name, answer := range Failures() {
		server := httptest.NewUnstartedServer(answer)
		server.Config.ErrorLog = quiet()
		switch name {
		case "a certificate that nobody here trusts":
			server.StartTLS()
		case "nobody listens":
			server.Start()
			server.Close()
		default:
			server.Start()
		}
		t.Cleanup(server.Close)
		urls[name] = server.URL
	}
	return urls
}
