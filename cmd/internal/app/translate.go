package app

import (
	"fmt"
	"strings"
	"time"

	"wismo/config"
	"wismo/core/bot"
	"wismo/core/shop"
)

// shopOf turns a shop's settings into the values that core works with.
func shopOf(c config.Shop) (shop.Shop, error) {
	loc, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return shop.Shop{}, fmt.Errorf("shop %s: %w", c.Key, err)
	}
	return shop.Shop{
		Key: c.Key, Name: c.Name, Language: c.Language, Languages: c.Languages, Location: loc, Region: c.Country, Countries: countries(c),
		Orders: formatOf(c.Orders),
		Claim:  shop.ClaimPolicy(c.Identity.Claim), WithoutNumber: c.Identity.WithoutNumber, Unauthenticated: shop.UnauthenticatedPolicy(c.Email.Unauthenticated),
		Limits: shop.Limits{
			SenderFailures: c.Limits.SenderFailures, OrderFailures: c.Limits.OrderFailures, RepliesPerHour: c.Limits.RepliesPerHour,
		},
		Stalled: stalledOf(c.Stalled), Calendar: shop.Calendar{Days: c.Calendar.Weekdays(), Holidays: c.Calendar.Holidays},
		TicketMailedAfter: c.HandOff.FallbackAfter,
		StoreDownAfter:    c.StoreDownAfter, QuietAfter: c.QuietAfter, AnswerWithin: shop.Texts(c.AnswerWithin), OpeningHours: shop.Texts(c.OpeningHours),
		ReturnPortal: c.ReturnPortal, ShippingPolicy: shop.Texts(c.ShippingPolicy), ReturnPolicy: shop.Texts(c.ReturnPolicy),
		DeliveryTimes: deliveryTimes(c.DeliveryTimes), Wording: c.Wording,
		SupportEmail: c.SupportEmail, HandlingDays: c.HandlingDays, Introduce: c.Introduce,
	}, nil
}

func stalledOf(c config.Stalled) shop.Stalled {
	s := shop.Stalled{Thresholds: shop.Thresholds{NeverScanned: c.NeverScanned, NoMovement: c.NoMovement, Unheard: c.Unheard, PastEstimate: c.PastEstimate}}
	for _, r := range c.Routes {
		s.Routes = append(s.Routes, shop.Route{
			RouteKey:   shop.NewRouteKey(r.Carrier, r.Country),
			Thresholds: shop.Thresholds{NeverScanned: r.NeverScanned, NoMovement: r.NoMovement, Unheard: r.Unheard, PastEstimate: r.PastEstimate},
		})
	}
	return s
}

// countries are those whose phones are answered, none for all. The United
// States and Canada share numbers, neighbours and rates.
func countries(c config.Shop) []string {
	switch {
	case len(c.Countries) == 0 && (c.Country == "US" || c.Country == "CA"):
		return []string{"US", "CA"}
	case len(c.Countries) == 0:
		return []string{c.Country}
	case c.Countries[0] == "*":
		return nil
	default:
		return c.Countries
	}
}

// deliveryTimes are by country in capitals; the configuration's keys come in
// small letters.
func deliveryTimes(by map[string]config.Texts) map[string]shop.Texts {
	out := make(map[string]shop.Texts, len(by))
	for country, t := range by {
		out[strings.ToUpper(country)] = shop.Texts(t)
	}
	return out
}

func formatOf(o config.Orders) shop.OrderFormat {
	return shop.OrderFormat{Prefix: o.Prefix, Suffix: o.Suffix, MinDigits: o.MinDigits, MaxDigits: o.MaxDigits}
}

// quietAfter tells the journal how long each shop's conversations may be
// silent.
func quietAfter(shops []config.Shop) func(string) time.Duration {
	by := map[string]time.Duration{}
	for _, s := range shops {
		by[s.Key] = s.QuietAfter
	}
	return func(key string) time.Duration {
		if d, ok := by[key]; ok {
			return d
		}
		return config.DefaultShop().QuietAfter
	}
}

// shopsOf are the shops' own settings.
func shopsOf(shops map[string]bot.Shop) []shop.Shop {
	out := make([]shop.Shop, 0, len(shops))
	for _, s := range shops {
		out = append(out, s.Shop)
	}
	return out
}
