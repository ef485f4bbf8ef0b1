package carriers_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"wismo/core/fault"
	"wismo/core/order"
	"wismo/stores/carriers"
	"wismo/stores/carriers/carrierstest"
)

// canned answers everything with one body.
type canned string

// RoundTrip implements http.RoundTripper.
func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(c))), Request: r}, nil
}

// fuzz: whatever a service answers is a movement that can be shown or a fault of the
// right type, never a panic.
func fuzz(f *testing.F, kind carriers.Kind, seeds ...string) {
	f.Helper()
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		r, err := carriers.New(carriers.Config{Kind: kind, Key: "k", Budget: 50 * time.Millisecond}, &http.Client{Transport: canned(body)}, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		m, err := r.Track(t.Context(), order.Parcel{Number: number, Company: "UPS"})
		if err != nil {
			if _, ok := errors.AsType[*fault.Error](err); !ok || m.Status != "" {
				t.Fatalf("%+v, %T", m, err)
			}
			return
		}
		presentable(t, m)
	})
}

func presentable(t *testing.T, m order.Movement) {
	t.Helper()
	if m.Status == "" || len(m.Events) > 50 || m.URL != "" && !strings.HasPrefix(m.URL, "https://") {
		t.Errorf("%+v", m)
	}
	for i, e := range m.Events {
		if e.Status == "" || e.At.IsZero() || i > 0 && e.At.After(m.Events[i-1].At) {
			t.Errorf("event %d: %+v", i, e)
		}
		for _, s := range []string{e.Message, e.Place, m.Company, m.RawStatus} {
			if !utf8.ValidString(s) || utf8.RuneCountInString(s) > 300 || strings.ContainsAny(s, "\n\r\x00") {
				t.Errorf("event %d has the text %q", i, s)
			}
		}
	}
}

// told is a fake's answer to a request, for a parcel that is registered.
func told(kind carriers.Kind, method, path, body string, state carrierstest.State) string {
	service := carrierstest.New(carrierstest.Config{Kind: kind, Parcels: []carrierstest.Parcel{{Number: number, State: state, Registered: true}}})
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("17token", carrierstest.Key)
	r.Header.Set("as-api-key", carrierstest.Key)
	r.SetBasicAuth(carrierstest.Key, "")
	w := httptest.NewRecorder()
	service.ServeHTTP(w, r)
	return w.Body.String()
}

func FuzzEasyPost(f *testing.F) {
	seeds := []string{`{}`, `{"tracking_code":"` + number + `","tracking_details":[{"datetime":"2024-01-01"},null,3]}`}
	for file, field := range map[string]string{"easypost_tracker_sample.json": "response", "easypost_event_body.json": "result"} {
		if body, code := tracker(f, file, field); body != "" {
			seeds = append(seeds, strings.ReplaceAll(body, code, number))
		}
	}
	fuzz(f, carriers.EasyPost, seeds...)
}

func FuzzAfterShip(f *testing.F) {
	seeds := []string{`{}`, `{"meta":{"code":4003}}`, `{"data":{"trackings":[null,{"tracking_number":"` + number + `","tag":3,"checkpoints":[{"city":{}}]}]}}`}
	for _, state := range []carrierstest.State{carrierstest.Delivered, carrierstest.Returned} {
		seeds = append(seeds, told(carriers.AfterShip, http.MethodGet, "/tracking/2026-07/trackings?tracking_numbers="+number, "", state))
	}
	fuzz(f, carriers.AfterShip, seeds...)
}

func FuzzSeventeenTrack(f *testing.F) {
	seeds := []string{`{}`, `{"code":0}`, `{"code":-18010002,"data":{"errors":[{}]}}`, `{"code":0,"data":{"rejected":[{"number":"` + number + `","error":{"code":-18019909}}]}}`}
	for _, state := range []carrierstest.State{carrierstest.Fresh, carrierstest.Delivered, carrierstest.Exception} {
		seeds = append(seeds, told(carriers.SeventeenTrack, http.MethodPost, "/track/v2.4/gettrackinfo", `[{"number":"`+number+`"}]`, state))
	}
	fuzz(f, carriers.SeventeenTrack, seeds...)
}
