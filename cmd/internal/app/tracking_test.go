package app_test

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"wismo/cmd/internal/app"
	"wismo/config"
	"wismo/core/check"
	"wismo/stores/carriers"
	"wismo/stores/carriers/carrierstest"
)

// followed is a demo on WooCommerce, which knows nothing of a parcel's way, with a
// service that does.
func followed(t *testing.T, kind carriers.Kind) (config.Config, *carrierstest.Service) {
	t.Helper()
	c := demo(t)
	woo, err := app.Demo("unused.db", "woocommerce")
	if err != nil {
		t.Fatal(err)
	}
	service := carrierstest.New(carrierstest.Config{Kind: kind, Parcels: []carrierstest.Parcel{
		{Number: "1Z999AA10000001001", State: carrierstest.InTransit}, {Number: "1Z999AA10000001002", State: carrierstest.Delivered},
	}})
	server := httptest.NewServer(service)
	t.Cleanup(server.Close)
	c.Shops[0].Store = woo.Shops[0].Store
	c.Shops[0].Tracking = config.Tracking{Kind: string(kind), Key: carrierstest.Key, BaseURL: server.URL}
	return c, service
}

// say sends a text and returns all that the phone has got so far.
func say(t *testing.T, a *app.App, from, text string) string {
	t.Helper()
	if err := a.Phones().Text(t.Context(), "sms", from, text); err != nil {
		t.Fatal(err)
	}
	if err := a.Settled(t.Context()); err != nil {
		t.Fatal(err)
	}
	replies, err := a.Phones().Replies(t.Context(), "sms", from, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, r := range replies {
		all = append(all, r.Text)
	}
	return strings.Join(all, "\n")
}

func TestParcelsAreFollowed(t *testing.T) {
	t.Parallel()
	for _, kind := range []carriers.Kind{carriers.EasyPost, carriers.AfterShip, carriers.SeventeenTrack} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			c, service := followed(t, kind)
			a := start(t, c)
			if got := say(t, a, "+14155550177", "where is 1001, bob@example.com"); len(service.Asked()) != 0 || !strings.Contains(got, "couldn't match") {
				t.Errorf("for a stranger the service was asked %v: %s", service.Asked(), got)
			}
			if got := say(t, a, "+14155550101", "where is 1001"); !strings.Contains(got, "is on its way with UPS") || !strings.Contains(got, "Last scan: ") {
				t.Errorf("in transit: %s", got)
			}
			if got := say(t, a, "+14155550102", "1002 says delivered but it never came"); !strings.Contains(got, "isn't with you although it shows as delivered") {
				t.Errorf("delivered, but not there: %s", got)
			}
			if v := service.Violations(); len(v) > 0 || service.Registered() != 2 {
				t.Errorf("%d parcels registered; against the contract: %v", service.Registered(), v)
			}
		})
	}
}

func TestServiceThatIsDownCostsNothing(t *testing.T) {
	t.Parallel()
	c, service := followed(t, carriers.EasyPost)
	service.Answer(carrierstest.Broken.Handler())
	a := start(t, c)
	if got := say(t, a, "+14155550101", "where is 1001"); !strings.Contains(got, "was sent with UPS") {
		t.Errorf("the store's own word: %s", got)
	}
}

func TestCheckTriesTheService(t *testing.T) {
	t.Parallel()
	with, _ := followed(t, carriers.AfterShip)
	c, _ := checkable(t)
	c.Shops[0].Tracking = with.Shops[0].Tracking
	c.Shops[0].Tracking.Key = "wrong"
	findings := app.Check(t.Context(), c, "test")
	if !slices.ContainsFunc(findings, func(f check.Finding) bool {
		return f.Level == check.Failed && strings.Contains(f.Name, "aftership key") && strings.Contains(f.Hint, "key")
	}) {
		t.Errorf("a wrong key for the tracking service goes unnoticed: %+v", findings)
	}
}
