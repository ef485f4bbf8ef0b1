package carriers_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"wismo/core/check"
	"wismo/core/fault"
	"wismo/core/order"
	"wismo/core/remote"
	"wismo/stores/carriers"
	"wismo/stores/carriers/carrierstest"
)

// once answers one request with a body, and the rest as it should be.
func (r *rig) once(status int, body string) {
	r.service.Answer(func(w http.ResponseWriter, q *http.Request) {
		r.service.Answer(nil)
		answering(status, body)(w, q)
	})
}

// Somebody else registers the parcel between two requests: that is what was wanted.
func TestRegisteredInBetween(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind carriers.Kind
		body string
	}{
		"aftership":             {carriers.AfterShip, `{"meta":{"code":200},"data":{"trackings":[]}}`},
		"17track":               {carriers.SeventeenTrack, `{"code":0,"data":{"accepted":[],"rejected":[{"number":"` + number + `","error":{"code":-18019902}}]}}`},
		"17track, another code": {carriers.SeventeenTrack, `{"code":0,"data":{"accepted":[],"rejected":[{"number":"` + number + `","error":{"code":-18019999}}]}}`},
		"17track, for all":      {carriers.SeventeenTrack, `{"code":-18019902,"data":{}}`},
		"17track, nothing":      {carriers.SeventeenTrack, `{"code":0,"data":{"accepted":[],"rejected":[]}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, c.kind, carrierstest.InTransit, registered)
			r.once(http.StatusOK, c.body)
			if m, n := r.track(t, ""); m.Status != order.InTransit || n != 3 {
				t.Errorf("%s by %d requests", m.Status, n)
			}
		})
	}
}

// A parcel that was registered just now and is not found yet is simply not heard of.
func TestNotFoundYet(t *testing.T) {
	t.Parallel()
	r := newRig(t, carriers.SeventeenTrack, carrierstest.InTransit)
	r.service.Answer(func(w http.ResponseWriter, q *http.Request) {
		body := `{"code":0,"data":{"accepted":[{"number":"` + number + `"}],"rejected":[]}}`
		if strings.HasSuffix(q.URL.Path, "gettrackinfo") {
			body = `{"code":0,"data":{"accepted":[],"rejected":[{"number":"` + number + `","error":{"code":-18019902}}]}}`
		}
		answering(http.StatusOK, body)(w, q)
	})
	if m, n := r.track(t, ""); m.Status != order.StatusUnknown || n != 3 {
		t.Errorf("%s by %d requests", m.Status, n)
	}
	r = newRig(t, carriers.AfterShip, carrierstest.InTransit)
	r.service.Answer(func(w http.ResponseWriter, q *http.Request) {
		if q.Method == http.MethodPost {
			answering(http.StatusConflict, `{"meta":{"code":4003}}`)(w, q)
			return
		}
		answering(http.StatusOK, `{"meta":{"code":200},"data":{"trackings":[]}}`)(w, q)
	})
	if m, n := r.track(t, ""); m.Status != order.StatusUnknown || n != 3 {
		t.Errorf("%s by %d requests", m.Status, n)
	}
}

// What the vendors' own codes mean.
func TestCodes(t *testing.T) {
	t.Parallel()
	rejected := func(code int) string {
		return fmt.Sprintf(`{"code":0,"data":{"accepted":[],"rejected":[{"number":%q,"error":{"code":%d,"message":%q}}]}}`, number, code, number)
	}
	for name, c := range map[string]struct {
		kind   carriers.Kind
		status int
		body   string
		want   fault.Kind
		hint   string
	}{
		"easypost, no carrier":       {carriers.EasyPost, 422, `{"error":{"code":"TRACKER.NO_CARRIER_FOR_CODE","message":"x"}}`, fault.NotFound, ""},
		"easypost, unsupported":      {carriers.EasyPost, 400, `{"error":{"code":"TRACKER.UNSUPPORTED_CARRIER"}}`, fault.NotFound, ""},
		"easypost, twice at once":    {carriers.EasyPost, 409, `{"error":{"code":"TRACKER.CREATE.ERROR","message":"A duplicate request is currently in-flight"}}`, fault.Unavailable, ""},
		"easypost, bad parameter":    {carriers.EasyPost, 422, `{"error":{"code":"PARAMETER.INVALID","message":"` + number + `"}}`, fault.Invalid, ""},
		"easypost, no money":         {carriers.EasyPost, 402, `{"error":{"code":"BILLING"}}`, fault.Denied, "key"},
		"easypost, tracker trouble":  {carriers.EasyPost, 500, `{"error":{"code":"TRACKER.CREATE.ERROR"}}`, fault.Unavailable, ""},
		"aftership, no carrier":      {carriers.AfterShip, 400, `{"meta":{"code":4012}}`, fault.NotFound, ""},
		"aftership, bad number":      {carriers.AfterShip, 400, `{"meta":{"code":4005,"message":"` + number + `"}}`, fault.NotFound, ""},
		"aftership, bad carrier":     {carriers.AfterShip, 400, `{"meta":{"code":4010}}`, fault.Invalid, ""},
		"aftership, bad request":     {carriers.AfterShip, 400, `{"meta":{"code":40001}}`, fault.Invalid, ""},
		"17track, address":           {carriers.SeventeenTrack, 200, `{"code":-18010001,"data":{}}`, fault.Denied, "list of IPs"},
		"17track, key":               {carriers.SeventeenTrack, 200, `{"code":0,"data":{"errors":[{"code":-18010002,"message":"x"}]}}`, fault.Denied, "access key"},
		"17track, its own trouble":   {carriers.SeventeenTrack, 200, `{"code":-18010003,"data":{}}`, fault.Unavailable, ""},
		"17track, bad form":          {carriers.SeventeenTrack, 200, rejected(-18010012), fault.NotFound, ""},
		"17track, no carrier":        {carriers.SeventeenTrack, 200, rejected(-18019903), fault.NotFound, ""},
		"17track, daily limit":       {carriers.SeventeenTrack, 200, rejected(-18019907), fault.Unavailable, ""},
		"17track, quota":             {carriers.SeventeenTrack, 200, rejected(-18019908), fault.Permanent, "buy"},
		"17track, wants a postcode":  {carriers.SeventeenTrack, 200, rejected(-18010019), fault.Permanent, ""},
		"17track, what nobody knows": {carriers.SeventeenTrack, 200, rejected(-1), fault.Invalid, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, c.kind, carrierstest.InTransit, budget(500*time.Millisecond))
			r.service.Answer(answering(c.status, c.body))
			_, err := r.asked(t)
			if fault.KindOf(err) != c.want || !strings.Contains(err.Error(), c.hint) {
				t.Errorf("%v, want %s with %q", err, c.want, c.hint)
			}
			r.leaks(t, err.Error())
		})
	}
}

// A carrier that the service does not take is left out the second time.
func TestWrongCarrierCode(t *testing.T) {
	t.Parallel()
	r := newRig(t, carriers.SeventeenTrack, carrierstest.InTransit)
	r.service.Answer(func(w http.ResponseWriter, q *http.Request) {
		raw, _ := io.ReadAll(q.Body)
		switch {
		case strings.HasSuffix(q.URL.Path, "gettrackinfo"):
			answering(http.StatusOK, `{"code":0,"data":{"rejected":[{"number":"`+number+`","error":{"code":-18019902}}]}}`)(w, q)
		case strings.Contains(string(raw), "carrier"):
			answering(http.StatusOK, `{"code":0,"data":{"rejected":[{"number":"`+number+`","error":{"code":-18019910}}]}}`)(w, q)
		default:
			answering(http.StatusOK, `{"code":0,"data":{"accepted":[{"number":"`+number+`"}]}}`)(w, q)
		}
	})
	if m, n := r.track(t, "UPS"); m.Status != order.StatusUnknown || n != 5 {
		t.Errorf("%s by %d requests", m.Status, n)
	}
}

// The check warns of what works but will bite.
func TestCheckWarns(t *testing.T) {
	t.Parallel()
	for kind, body := range map[carriers.Kind]string{
		carriers.EasyPost:       `{"trackers":[{"mode":"test"}],"has_more":true}`,
		carriers.SeventeenTrack: `{"code":0,"data":{"quota_total":100,"quota_remain":0}}`,
	} {
		r := newRig(t, kind, carrierstest.InTransit)
		r.service.Answer(answering(http.StatusOK, body))
		if f := r.Check(t.Context()); len(f) != 1 || f[0].Level != check.Warning || f[0].Hint == "" {
			t.Errorf("%s: %+v", kind, f)
		}
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, kind carriers.Kind) {
		for name, c := range map[string]struct {
			cfg carriers.Config
			ok  bool
		}{
			"the vendor's own":       {carriers.Config{Kind: kind, Key: "k"}, true},
			"another, encrypted":     {carriers.Config{Kind: kind, Key: "k", BaseURL: "https://tracking.example.com/"}, true},
			"this machine":           {carriers.Config{Kind: kind, Key: "k", BaseURL: "http://[::1]:80"}, true},
			"no key":                 {carriers.Config{Kind: kind}, false},
			"a key of two lines":     {carriers.Config{Kind: kind, Key: "k\r\nX: y"}, false},
			"clear text":             {carriers.Config{Kind: kind, Key: "k", BaseURL: "http://tracking.example.com"}, false},
			"no address":             {carriers.Config{Kind: kind, Key: "k", BaseURL: "tracking"}, false},
			"an address with a name": {carriers.Config{Kind: kind, Key: "k", BaseURL: "https://a:b@tracking.example.com"}, false},
			"no such service":        {carriers.Config{Kind: "pigeon", Key: "k"}, false},
		} {
			_, err := carriers.New(c.cfg, remote.New(remote.Options{}), time.Now)
			if (err == nil) != c.ok || err != nil && fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// Without Loopback no private address is reached.
func TestPrivateAddress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, kind carriers.Kind) {
		r, err := carriers.New(carriers.Config{Kind: kind, Key: "k", BaseURL: "https://10.0.0.1"}, remote.New(remote.Options{}), time.Now)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Track(t.Context(), order.Parcel{Number: number}); fault.KindOf(err) != fault.Denied {
			t.Errorf("%v", err)
		}
	})
}
