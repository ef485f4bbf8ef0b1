package shop_test

import (
	"testing"
	"time"

	"wismo/core/shop"
)

const day = 24 * time.Hour

func TestThresholdsOfARoute(t *testing.T) {
	t.Parallel()
	usual := shop.Thresholds{NeverScanned: 3, NoMovement: 5 * day, Unheard: 10 * day, PastEstimate: 2 * day}
	s := shop.Stalled{
		Thresholds: usual,
		Routes: []shop.Route{
			{RouteKey: shop.NewRouteKey("DHL", "BR"), Thresholds: shop.Thresholds{Unheard: 40 * day}},
			{RouteKey: shop.NewRouteKey("DHL", ""), Thresholds: shop.Thresholds{NoMovement: 7 * day, Unheard: 14 * day}},
			{RouteKey: shop.NewRouteKey("", "BR"), Thresholds: shop.Thresholds{NoMovement: 20 * day, NeverScanned: 6}},
		},
		Learnt: map[shop.RouteKey]shop.Pace{
			shop.NewRouteKey("ups", "us"): {Took: 7 * day, Pause: 3 * day},
			shop.NewRouteKey("gls", "de"): {Took: 90 * day, Pause: time.Hour},
			shop.NewRouteKey("dhl", "us"): {Took: 20 * day, Pause: 4 * day},
		},
	}
	for _, tt := range []struct {
		carrier, country string
		want             shop.Thresholds
	}{
		{"FedEx", "US", usual},
		{"", "", usual},
		{"UPS", "us", shop.Thresholds{NeverScanned: 3, NoMovement: 3 * day, Unheard: 7 * day, PastEstimate: 2 * day}},
		{"GLS", "DE", shop.Thresholds{NeverScanned: 3, NoMovement: 60 * time.Hour, Unheard: 30 * day, PastEstimate: 2 * day}},
		{"DHL", "US", shop.Thresholds{NeverScanned: 3, NoMovement: 7 * day, Unheard: 14 * day, PastEstimate: 2 * day}},
		{"dhl ", "BR", shop.Thresholds{NeverScanned: 6, NoMovement: 7 * day, Unheard: 40 * day, PastEstimate: 2 * day}},
		{"Correios", "BR", shop.Thresholds{NeverScanned: 6, NoMovement: 20 * day, Unheard: 10 * day, PastEstimate: 2 * day}},
	} {
		if got := s.On(tt.carrier, tt.country); got != tt.want {
			t.Errorf("%s to %s: %+v, want %+v", tt.carrier, tt.country, got, tt.want)
		}
	}
}

func TestWorkingDays(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, berlin)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	christmas := shop.Calendar{Holidays: []string{"12-25", "12-26", "2026-12-24"}}
	retail := shop.Calendar{Days: []time.Weekday{time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday}}
	for _, tt := range []struct {
		name     string
		calendar shop.Calendar
		from, to string
		want     int
	}{
		{"a working week", shop.Calendar{}, "2026-11-16 10:00", "2026-11-23 10:00", 5},
		{"a weekend", shop.Calendar{}, "2026-11-20 18:00", "2026-11-23 09:00", 0},
		{"into Monday evening", shop.Calendar{}, "2026-11-20 08:00", "2026-11-23 09:00", 1},
		{"Christmas", christmas, "2026-12-23 10:00", "2026-12-29 11:00", 2},
		{"Christmas a year later", christmas, "2027-12-23 10:00", "2027-12-29 11:00", 4},
		{"without holidays", shop.Calendar{}, "2026-12-23 10:00", "2026-12-29 11:00", 4},
		{"a shop that works on Saturdays", retail, "2026-11-20 10:00", "2026-11-23 11:00", 1},
		{"the night the clocks change", shop.Calendar{}, "2026-10-23 12:00", "2026-10-26 12:00", 1},
		{"backwards", shop.Calendar{}, "2026-11-23 10:00", "2026-11-16 10:00", 0},
	} {
		if got := tt.calendar.WorkingDays(at(tt.from), at(tt.to), berlin); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}
