package carriers_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"wismo/core/check"
	"wismo/core/fault"
	"wismo/core/order"
	"wismo/stores/carriers"
	"wismo/stores/carriers/carrierstest"
)

// Every service tells the same of the same parcels.
func TestStates(t *testing.T) {
	t.Parallel()
	wants := map[carrierstest.State]order.FulfillmentStatus{
		carrierstest.Fresh: order.StatusUnknown, carrierstest.Label: order.LabelCreated, carrierstest.InTransit: order.InTransit,
		carrierstest.OutForDelivery: order.OutForDelivery, carrierstest.Delivered: order.Delivered,
		carrierstest.Exception: order.Failure, carrierstest.Returned: order.Returning,
	}
	each(t, func(t *testing.T, kind carriers.Kind) {
		for state, want := range wants {
			for name, change := range map[string]func(*carriers.Config, *carrierstest.Config){
				"known": registered, "first time": func(*carriers.Config, *carrierstest.Config) {},
			} {
				t.Run(string(state)+", "+name, func(t *testing.T) {
					t.Parallel()
					m, _ := newRig(t, kind, state, change).track(t, "UPS")
					expect(t, m, state, want)
				})
			}
		}
	})
}

func expect(t *testing.T, m order.Movement, state carrierstest.State, want order.FulfillmentStatus) {
	t.Helper()
	if m.Status != want || len(m.Events) != carrierstest.Events(state) {
		t.Fatalf("status %s (%s) with %d events, want %s with %d", m.Status, m.RawStatus, len(m.Events), want, carrierstest.Events(state))
	}
	if state == carrierstest.Fresh {
		return
	}
	if m.Company != "UPS" || m.RawStatus == "" || !m.EstimatedAt.Equal(carrierstest.Due(time.Now())) {
		t.Errorf("company %q, raw %q, estimate %v", m.Company, m.RawStatus, m.EstimatedAt)
	}
	if m.DeliveredAt.IsZero() == (state == carrierstest.Delivered) {
		t.Errorf("delivered at %v", m.DeliveredAt)
	}
	for i, e := range m.Events {
		if i > 0 && e.At.After(m.Events[i-1].At) || e.Message == "" || e.Place == "" || e.Status == order.StatusUnknown {
			t.Errorf("event %d: %+v", i, e)
		}
		if e.Place == "1 Example Street" {
			t.Error("a street is shown")
		}
	}
	if m.Events[0].Status != want {
		t.Errorf("the newest event says %s", m.Events[0].Status)
	}
}

// What a question costs: one request once the parcel is known.
func TestRequests(t *testing.T) {
	t.Parallel()
	first := map[carriers.Kind]int{carriers.EasyPost: 1, carriers.AfterShip: 2, carriers.SeventeenTrack: 3}
	each(t, func(t *testing.T, kind carriers.Kind) {
		r := newRig(t, kind, carrierstest.InTransit)
		for i, want := range []int{first[kind], 1, 1} {
			if _, n := r.track(t, "UPS"); n != want {
				t.Errorf("question %d cost %d requests, want %d: %v", i, n, want, r.service.Asked())
			}
		}
		if r.service.Registered() != 1 {
			t.Errorf("%d parcels are registered", r.service.Registered())
		}
	})
}

func TestNoNumber(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, kind carriers.Kind) {
		r := newRig(t, kind, carrierstest.NoNumber)
		if _, err := r.asked(t); fault.KindOf(err) != fault.NotFound {
			t.Errorf("no carrier's number: %v", err)
		}
		for _, bad := range []string{"", "1Z", "1Z 999", "../v2", "1Z999?x=1", "1Z999\n", "-1Z9999", "ü1234567", string(make([]byte, 60))} {
			before := len(r.service.Asked())
			if _, err := r.Track(t.Context(), order.Parcel{Number: bad}); fault.KindOf(err) != fault.NotFound || len(r.service.Asked()) > before {
				t.Errorf("%q: %v", bad, err)
			}
		}
	})
}

// Only names that are certain are passed on, and where even they are wrong the service
// finds the carrier itself.
func TestCompanies(t *testing.T) {
	t.Parallel()
	codes := map[carriers.Kind]string{carriers.EasyPost: "FedEx", carriers.AfterShip: "fedex", carriers.SeventeenTrack: "100003"}
	each(t, func(t *testing.T, kind carriers.Kind) {
		for company, known := range map[string]bool{
			"UPS": true, "ups": true, "FedEx": true, "Federal Express": true, "DHL": false, "Post": false, "": false, "Joe's Van": false,
		} {
			r := newRig(t, kind, carrierstest.InTransit, func(_ *carriers.Config, site *carrierstest.Config) { site.Parcels[0].Carrier = codes[kind] })
			m, n := r.track(t, company)
			if m.Status != order.InTransit {
				t.Errorf("%q: %s", company, m.Status)
			}
			if wrong := known && company != "FedEx" && company != "Federal Express"; wrong != (n > 3 || kind == carriers.EasyPost && n > 1 || kind == carriers.AfterShip && n > 2) {
				t.Errorf("%q cost %d requests", company, n)
			}
		}
	})
}

// Many ask at once, for parcels that nobody has asked for: each hears of its own.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	states := []carrierstest.State{carrierstest.InTransit, carrierstest.Delivered, carrierstest.OutForDelivery, carrierstest.Returned}
	wants := []order.FulfillmentStatus{order.InTransit, order.Delivered, order.OutForDelivery, order.Returning}
	each(t, func(t *testing.T, kind carriers.Kind) {
		r := newRig(t, kind, carrierstest.Fresh, func(_ *carriers.Config, site *carrierstest.Config) {
			for i, s := range states {
				site.Parcels = append(site.Parcels, carrierstest.Parcel{Number: fmt.Sprintf("MANY%07d", i), State: s})
			}
		})
		var wg sync.WaitGroup
		for i := range 48 {
			wg.Go(func() {
				m, err := r.Track(t.Context(), order.Parcel{Number: fmt.Sprintf("MANY%07d", i%len(states))})
				if err != nil || m.Status != wants[i%len(states)] {
					t.Errorf("%s, %v, want %s", m.Status, err, wants[i%len(states)])
				}
			})
		}
		wg.Wait()
	})
}

func TestCheck(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, kind carriers.Kind) {
		r := newRig(t, kind, carrierstest.InTransit)
		f := r.Check(t.Context())
		if len(f) != 1 || f[0].Level != check.OK || f[0].Name != string(kind)+" key" {
			t.Errorf("%+v", f)
		}
		if n := r.service.Registered(); n != 0 || len(r.service.Asked()) != 1 {
			t.Errorf("the check has registered %d parcels by %v", n, r.service.Asked())
		}
	})
}

// A question that is taken back ends, and is not held against the service.
func TestTakenBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, kind carriers.Kind) {
		r := newRig(t, kind, carrierstest.InTransit, func(cfg *carriers.Config, _ *carrierstest.Config) { cfg.Failures = 1 })
		r.service.Answer(carrierstest.Silence.Handler())
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		start := time.Now()
		if _, err := r.Track(ctx, order.Parcel{Number: number}); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%v", err)
		}
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("it went on for %v", took)
		}
		r.service.Answer(nil)
		if m, _ := r.track(t, ""); m.Status != order.InTransit {
			t.Errorf("then: %s", m.Status)
		}
	})
}
