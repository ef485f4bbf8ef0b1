package email_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"wismo/channels/email"
)

// authority is a server that gives tokens (RFC 6749, 4.4 and 6; RFC 8628).
func authority(t *testing.T) (url string, asked *atomic.Int64) {
	t.Helper()
	asked = new(atomic.Int64)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /device", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"device_code":"dc","user_code":"WXYZ","verification_uri":"https://example.com/device","expires_in":60,"interval":1}`)
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		n := asked.Add(1)
		w.Header().Set("Content-Type", "application/json")
		switch r.FormValue("grant_type") {
		case "refresh_token":
			if r.FormValue("refresh_token") != "r1" {
				w.WriteHeader(http.StatusBadRequest)
				fmt.Fprint(w, `{"error":"invalid_grant"}`)
				return
			}
		case "urn:ietf:params:oauth:grant-type:device_code":
			if n == 1 {
				w.WriteHeader(http.StatusBadRequest)
				fmt.Fprint(w, `{"error":"authorization_pending"}`)
				return
			}
		}
		fmt.Fprintf(w, `{"access_token":"a%d","refresh_token":"r1","token_type":"Bearer","expires_in":3600}`, n)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL, asked
}

func TestTokens(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		refresh string
		ok      bool
	}{"the application's own": {"", true}, "by a refresh token": {"r1", true}, "by one that is taken back": {"gone", false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, asked := authority(t)
			tokens := email.OAuth{ClientID: "id", ClientSecret: "hush", TokenURL: url + "/token", RefreshToken: c.refresh}.Tokens(http.DefaultClient)
			first, err := tokens(t.Context())
			if (err == nil) != c.ok {
				t.Fatal(first, err)
			}
			before := asked.Load()
			if second, _ := tokens(t.Context()); c.ok && (second != first || asked.Load() != before) {
				t.Errorf("a token that is still good was not used again: %s, then %s", first, second)
			}
		})
	}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	url, _ := authority(t)
	shown := ""
	refresh, err := email.OAuth{ClientID: "id", TokenURL: url + "/token", DeviceURL: url + "/device"}.Login(t.Context(), http.DefaultClient, func(where, code string) { shown = where + " " + code })
	if err != nil || refresh != "r1" || shown != "https://example.com/device WXYZ" {
		t.Errorf("refresh token %q, shown %q, %v", refresh, shown, err)
	}
}
