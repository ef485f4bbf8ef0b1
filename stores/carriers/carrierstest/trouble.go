package carrierstest

import (
	"fmt"
	"io"
	"net/http"
)

// Secret is in the body of every trouble that has one: it must reach no error.
const Secret = "ana@example.com"

// Trouble is a way in which a service fails.
type Trouble string

// The troubles.
const (
	Unauthorized Trouble = "401"
	Forbidden    Trouble = "403"
	Gone         Trouble = "404"
	Limited      Trouble = "429"
	LimitedLong  Trouble = "429 with Retry-After"
	Broken       Trouble = "500"
	Page         Trouble = "HTML"
	Half         Trouble = "truncated JSON"
	Other        Trouble = "JSON of something else"
	Silence      Trouble = "silence"
	Elsewhere    Trouble = "redirect to a private address"
)

// Troubles are all of them.
func Troubles() []Trouble {
	return []Trouble{Unauthorized, Forbidden, Gone, Limited, LimitedLong, Broken, Page, Half, Other, Silence, Elsewhere}
}

// Handler answers everything in that way.
func (t Trouble) Handler() http.HandlerFunc {
	switch t {
	case Unauthorized:
		return answering(http.StatusUnauthorized, `{"error":{"code":"APIKEY.INACTIVE","message":"no"},"code":-18010002,"meta":{"code":401,"message":"%s"}}`)
	case Forbidden:
		return answering(http.StatusForbidden, `{"error":{"code":"FORBIDDEN","message":"%s"},"meta":{"code":403}}`)
	case Gone:
		return answering(http.StatusNotFound, `<h1>Not found</h1>%s`)
	case Limited:
		return answering(http.StatusTooManyRequests, `{"meta":{"code":429,"message":"%s"}}`)
	case LimitedLong:
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "3600")
			answering(http.StatusTooManyRequests, `%s`)(w, r)
		}
	case Broken:
		return answering(http.StatusInternalServerError, `{"error":{"code":"INTERNAL","message":"%s"}}`)
	case Page:
		return answering(http.StatusOK, `<!DOCTYPE html><title>%s</title>`)
	case Half:
		return answering(http.StatusOK, `{"code":0,"meta":{"code":200},"tracking_code":"%s","data":{"tra`)
	case Other:
		return answering(http.StatusOK, `["%s",1,{"a":null}]`)
	case Elsewhere:
		return func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/latest?"+Secret, http.StatusFound)
		}
	}
	return func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
}

func answering(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, fmt.Sprintf(body, Secret)) // the caller may have gone
	}
}
