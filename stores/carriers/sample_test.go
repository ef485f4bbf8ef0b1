package carriers_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"wismo/core/order"
	"wismo/stores/carriers"
	"wismo/stores/carriers/carrierstest"
)

func answering(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the caller may have gone
	}
}

// tracker reads a tracker out of one of EasyPost's files, with a number that may be
// asked for.
func tracker(t testing.TB, file, field string) (string, string) {
	t.Helper()
	raw := sample(t, file)
	if raw == nil {
		return "", ""
	}
	var v map[string]json.RawMessage
	var code struct {
		Code string `json:"tracking_code"`
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(v[field], &code); err != nil || code.Code == "" {
		t.Fatalf("no tracker in %s: %v", file, err)
	}
	body := strings.Replace(string(v[field]), `"tracking_code":"1"`, `"tracking_code":"`+number+`"`, 1)
	if code.Code == "1" {
		code.Code = number
	}
	return body, code.Code
}

// EasyPost's own answer is read.
func TestEasyPostSample(t *testing.T) {
	t.Parallel()
	body, code := tracker(t, "easypost_tracker_sample.json", "response")
	if body == "" {
		return
	}
	m := asked(t, carriers.EasyPost, code, body)
	day := time.Date(2024, 7, 26, 19, 34, 37, 0, time.UTC)
	if m.Status != order.LabelCreated || m.RawStatus != "pre_transit" || m.Company != "USPS" || !strings.HasPrefix(m.URL, "https://track.easypost.com/") || !m.EstimatedAt.Equal(day) {
		t.Errorf("%+v", m)
	}
	if len(m.Events) != 2 || m.Events[0].Place != "HOUSTON" || m.Events[0].Message != "Shipping Label Created" || m.Events[1].Place != "" {
		t.Errorf("%+v", m.Events)
	}
}

// So is the one in its events.
func TestEasyPostEventSample(t *testing.T) {
	t.Parallel()
	body, code := tracker(t, "easypost_event_body.json", "result")
	if body == "" {
		return
	}
	m := asked(t, carriers.EasyPost, code, body)
	if m.Status != order.InTransit || m.Company != "FedEx" || !m.EstimatedAt.Equal(time.Date(2024, 8, 5, 12, 0, 0, 0, time.UTC)) || len(m.Events) != 7 {
		t.Fatalf("%+v", m)
	}
	if e := m.Events[0]; e.Place != "EDISON" || e.Message != "Arrived at FedEx location" || e.Status != order.InTransit || !e.At.Equal(time.Date(2024, 8, 2, 18, 50, 0, 0, time.UTC)) {
		t.Errorf("the newest: %+v", e)
	}
	if e := m.Events[6]; e.Place != "US" || e.Status != order.LabelCreated {
		t.Errorf("the oldest: %+v", e)
	}
}

// asked is what a reader makes of one answer to everything.
func asked(t *testing.T, kind carriers.Kind, code, body string) order.Movement {
	t.Helper()
	server := httptest.NewServer(answering(http.StatusOK, body))
	t.Cleanup(server.Close)
	r := open(t, carriers.Config{Kind: kind, Key: "k", BaseURL: server.URL, Budget: time.Second}, time.Now)
	m, err := r.Track(t.Context(), order.Parcel{Number: code})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The fake's tracker has the fields of EasyPost's, no more and no fewer.
func TestFakeTrackerHasTheSamplesShape(t *testing.T) {
	t.Parallel()
	body, _ := tracker(t, "easypost_tracker_sample.json", "response")
	if body == "" {
		return
	}
	service := carrierstest.New(carrierstest.Config{Kind: carriers.EasyPost, Parcels: []carrierstest.Parcel{{Number: number, State: carrierstest.Delivered}}})
	got := exchange(t, service, "/v2/trackers", `{"tracker":{"tracking_code":"`+number+`"}}`)
	var have, want any
	if json.Unmarshal([]byte(got), &have) != nil || json.Unmarshal([]byte(body), &want) != nil {
		t.Fatal("no JSON")
	}
	if have, want := fields("", have), fields("", want); !slices.Equal(have, want) {
		t.Errorf("the fake has %v\nEasyPost has %v", have, want)
	}
}

// fields lists the paths of objects' fields; what may be null is not looked into.
func fields(path string, v any) []string {
	seen := map[string]bool{}
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			seen[path+"/"+name] = true
			if strings.HasSuffix(name, "origin_tracking_location") {
				continue
			}
			for _, f := range fields(path+"/"+name, inner) {
				seen[f] = true
			}
		}
	case []any:
		for _, inner := range v {
			for _, f := range fields(path+"/*", inner) {
				seen[f] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// exchange asks a fake as its client does.
func exchange(t *testing.T, service *carrierstest.Service, path, body string) string {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("17token", carrierstest.Key)
	r.SetBasicAuth(carrierstest.Key, "")
	service.ServeHTTP(w, r)
	if v := service.Violations(); len(v) > 0 {
		t.Fatal(v[0])
	}
	return w.Body.String()
}

// The description does judge requests.
func TestDescriptionJudges(t *testing.T) {
	t.Parallel()
	judge := shapes(t, carriers.SeventeenTrack)
	if judge == nil {
		return
	}
	for path, bodies := range map[string][]string{
		"/track/v2.4/register":     {`{"number":"` + number + `"}`, `[{"number":"1 2 3"}]`, `[{}]`, `[{"number":"` + number + `","carrier":"ups"}]`},
		"/track/v2.4/gettrackinfo": {`["` + number + `"]`, `[{"number":"1Z"}]`},
	} {
		for _, body := range bodies {
			if judge(path, []byte(body)) == nil {
				t.Errorf("%s lets %s through", path, body)
			}
		}
		if err := judge(path, []byte(`[{"number":"`+number+`"}]`)); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// The fake of 17TRACK answers in the shapes that its description has, as far as v2 has
// kept them.
func TestFakeAnswersByTheDescription(t *testing.T) {
	t.Parallel()
	doc := oas(t)
	if doc == nil {
		return
	}
	service := carrierstest.New(carrierstest.Config{Kind: carriers.SeventeenTrack, Parcels: []carrierstest.Parcel{{Number: number, State: carrierstest.InTransit}}})
	for _, step := range []struct{ path, schema string }{
		{"gettrackinfo", "TrackInfoResponse"}, {"register", "BatchResponse"}, {"register", "BatchResponse"}, {"gettrackinfo", "TrackInfoResponse"},
	} {
		body := exchange(t, service, "/track/v2.4/"+step.path, `[{"number":"`+number+`"}]`)
		if err := visit(doc.Components.Schemas[step.schema].Value, []byte(body)); err != nil {
			t.Errorf("%s: %v", step.path, err)
		}
	}
}

// Answers of the wrong form are read as far as they go.
func TestOddAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind carriers.Kind
		body string
		want order.FulfillmentStatus
	}{
		"a status that is a number": {carriers.SeventeenTrack, `{"code":0,"data":{"accepted":[{"number":"%s","track_info":{"latest_status":{"status":10,"sub_status":1011}}}]}}`, order.StatusUnknown},
		"rejected is an object":     {carriers.SeventeenTrack, `{"code":0,"data":{"accepted":[{"number":"%s","track_info":{"latest_status":{"status":"Delivered"}}}],"rejected":{"number":"x"}}}`, order.Delivered},
		"no track_info":             {carriers.SeventeenTrack, `{"code":0,"data":{"accepted":[{"number":"%s","track_info":null}]}}`, order.StatusUnknown},
		"of two, the one that is known": {carriers.SeventeenTrack, `{"code":0,"data":{"accepted":[{"number":"%[1]s","track_info":{"latest_status":{"status":"NotFound"}}},
			{"number":"%[1]s","track_info":{"latest_status":{"status":"InTransit"}}}]}}`, order.InTransit},
		"events that are texts":     {carriers.AfterShip, `{"meta":{},"data":{"trackings":[{"tracking_number":"%s","tag":"InTransit","checkpoints":["x",1,null,{}]}]}}`, order.InTransit},
		"another's beside":          {carriers.AfterShip, `{"data":{"trackings":[{"tracking_number":"OTHER12345","tag":"Delivered"},{"tracking_number":"%s","tag":"InTransit"}]}}`, order.InTransit},
		"pending with one carrier":  {carriers.AfterShip, `{"data":{"trackings":[{"tracking_number":"%[1]s","tag":"Pending"},{"tracking_number":"%[1]s","tag":"AvailableForPickup"}]}}`, order.ReadyForPickup},
		"a return that is there":    {carriers.EasyPost, `{"tracking_code":"%s","status":"delivered","is_return":true,"tracking_details":{"a":1}}`, order.Returning},
		"a number in small letters": {carriers.EasyPost, `{"tracking_code":" 1z999aa1 0123456784","status":"delivered","public_url":7}%.0s`, order.Delivered},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if m := asked(t, c.kind, number, fmt.Sprintf(c.body, number)); m.Status != c.want || len(m.Events) != 0 {
				t.Errorf("%+v, want %s", m, c.want)
			}
		})
	}
}

// 17TRACK says in several places when a parcel was where.
func TestSeventeenTrackTimes(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	for name, info := range map[string]string{
		"milestone":            `"milestone":[{"key_stage":"InfoReceived","time_utc":"2026-11-18T09:00:00Z"},{"key_stage":"Delivered","time_utc":"2026-11-20T09:00:00Z"}]`,
		"milestone, with zone": `"milestone":[{"key_stage":"Delivered","time_iso":"2026-11-20T10:00:00+01:00","time_utc":null}]`,
		"latest event":         `"latest_event":{"time_iso":"2026-11-20T10:00:00+01:00","sub_status":"Delivered_Other","description":"Delivered"}`,
		"event":                `"tracking":{"providers":[{"provider":{"name":" "},"events":[{"time_utc":"2026-11-20T09:00:00Z","stage":"Delivered"}]}]}`,
	} {
		m := asked(t, carriers.SeventeenTrack, number, `{"code":0,"data":{"accepted":[{"number":"`+number+`","track_info":{"latest_status":{"status":"Delivered"},`+info+`}}]}}`)
		if m.Status != order.Delivered || !m.DeliveredAt.Equal(at) {
			t.Errorf("%s: %+v", name, m)
		}
	}
	guess := `"time_metrics":{"estimated_delivery_date":{"source":"17TRACK","from":"2026-11-25"}}`
	if m := asked(t, carriers.SeventeenTrack, number, `{"code":0,"data":{"accepted":[{"number":"`+number+`","track_info":{"latest_status":{"status":"InTransit"},`+guess+`}}]}}`); !m.EstimatedAt.IsZero() {
		t.Errorf("17TRACK's guess is taken for a promise: %v", m.EstimatedAt)
	}
}

// Whatever a service says of another parcel is not said of this one.
func TestAnothersParcel(t *testing.T) {
	t.Parallel()
	bodies := map[carriers.Kind]string{
		carriers.EasyPost:       `{"tracking_code":"OTHER12345","status":"delivered"}`,
		carriers.AfterShip:      `{"data":{"tracking_number":"OTHER12345","tag":"Delivered","trackings":[{"tracking_number":"OTHER12345","tag":"Delivered"}]}}`,
		carriers.SeventeenTrack: `{"code":0,"data":{"accepted":[{"number":"OTHER12345","track_info":{"latest_status":{"status":"Delivered"}}}]}}`,
	}
	each(t, func(t *testing.T, kind carriers.Kind) {
		r := newRig(t, kind, carrierstest.InTransit, budget(50*time.Millisecond))
		r.service.Answer(answering(http.StatusOK, bodies[kind]))
		if m, _ := r.Track(t.Context(), order.Parcel{Number: number}); m.Status != "" && m.Status != order.StatusUnknown {
			t.Errorf("%+v", m)
		}
	})
}
