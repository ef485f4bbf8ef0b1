package carrierstest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"wismo/stores/carriers"
	"wismo/stores/carriers/carrierstest"
)

const number = "1Z999AA10123456784"

// ask makes a request with every service's key, unless it is changed.
func ask(s *carrierstest.Service, method, path, body string, change ...func(http.Header)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("17token", carrierstest.Key)
	r.Header.Set("as-api-key", carrierstest.Key)
	r.SetBasicAuth(carrierstest.Key, "")
	for _, f := range change {
		f(r.Header)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func service(kind carriers.Kind) *carrierstest.Service {
	return carrierstest.New(carrierstest.Config{Kind: kind, Parcels: []carrierstest.Parcel{{Number: number, State: carrierstest.InTransit}}})
}

// What is against a contract is noticed.
func TestViolations(t *testing.T) {
	t.Parallel()
	const trackings, trackers, info = "/tracking/2026-07/trackings", "/v2/trackers", "/track/v2.4/gettrackinfo"
	for name, c := range map[string]struct {
		kind               carriers.Kind
		method, path, body string
	}{
		"easypost, path":        {carriers.EasyPost, "POST", "/v2/tracker", `{}`},
		"easypost, method":      {carriers.EasyPost, "PUT", trackers, `{}`},
		"easypost, flat body":   {carriers.EasyPost, "POST", trackers, `{"tracking_code":"` + number + `"}`},
		"easypost, no JSON":     {carriers.EasyPost, "POST", trackers, `tracking_code=1`},
		"aftership, version":    {carriers.AfterShip, "GET", "/v4/trackings", ``},
		"aftership, method":     {carriers.AfterShip, "DELETE", trackings, ``},
		"aftership, parameter":  {carriers.AfterShip, "GET", trackings + "?number=1", ``},
		"aftership, wrapped":    {carriers.AfterShip, "POST", trackings, `{"tracking":{"tracking_number":"` + number + `"}}`},
		"17track, version":      {carriers.SeventeenTrack, "POST", "/track/v1/register", `[]`},
		"17track, method":       {carriers.SeventeenTrack, "GET", info, ``},
		"17track, an object":    {carriers.SeventeenTrack, "POST", info, `{"number":"` + number + `"}`},
		"17track, an empty one": {carriers.SeventeenTrack, "POST", info, `[]`},
		"17track, a text code":  {carriers.SeventeenTrack, "POST", info, `[{"number":"` + number + `","carrier":"100002"}]`},
		"17track, two values":   {carriers.SeventeenTrack, "POST", info, `[{"number":"` + number + `"}] []`},
	} {
		s := service(c.kind)
		if ask(s, c.method, c.path, c.body); len(s.Violations()) != 1 {
			t.Errorf("%s is let through", name)
		}
	}
	s := service(carriers.EasyPost)
	ask(s, "POST", trackers, `{"tracker":{"tracking_code":"`+number+`"}}`, func(h http.Header) { h.Set("Content-Type", "text/plain") })
	if len(s.Violations()) != 1 {
		t.Error("a wrong type of body is let through")
	}
}

// Without the key nothing is told.
func TestKeys(t *testing.T) {
	t.Parallel()
	for kind, path := range map[carriers.Kind]string{carriers.EasyPost: "/v2/trackers", carriers.AfterShip: "/tracking/2026-07/trackings", carriers.SeventeenTrack: "/track/v2.4/getquota"} {
		w := ask(service(kind), http.MethodPost, path, `{}`, func(h http.Header) { clear(h) })
		if w.Code != http.StatusUnauthorized {
			t.Errorf("%s answers %d", kind, w.Code)
		}
	}
	if carrierstest.New(carrierstest.Config{Kind: "pigeon"}) != nil {
		t.Error("there is a service that nobody knows")
	}
}
