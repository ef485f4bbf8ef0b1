package understand_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"wismo/core/shop"
	"wismo/core/understand"
	"wismo/core/understand/evalset"
	"wismo/core/understand/tracking"
)

// phoneForms are how people of a region write numbers of its fiction range, #
// standing for any digit.
var phoneForms = map[string][]string{
	"US": {"41555501##", "415-555-01##", "(415) 555-01##", "415 555 01##", "415.555.01##", "+1415555 01##", "+1 (415) 555-01##", "1-415-555-01##", "+141555501##", "1 415 555 01##"},
	"GB": {"07700900###", "07700 900###", "07700 900 ###", "+44 7700 900###", "+447700900###", "+44 (0)7700 900###", "020 7946 0###", "0044 7700 900###"},
	"DE": {"030 23125###", "030/23125###", "03023125###", "+49 30 23125###", "+49 (0)30 23125###", "0176 040690##", "0176 04 06 90 ##", "0049 30 23125###"},
	"FR": {"01 99 00 ## ##", "0199 00####", "06.39.98.##.##", "063998####", "+33 6 39 98 ## ##", "+336 3998####", "0033 6 39 98 ## ##", "06-39-98-##-##"},
	"ES": {"+34 555 01 ## ##", "+3455501####"},
	"IT": {"+39 399 555 ####", "+39399555####"},
	"NL": {"06 0000####", "06-0000####", "+31 6 0000####", "06 00 00 ## ##"},
	"PT": {"+351 900 000 ###", "+351900000###"},
}

// around are texts with a place for a number that nothing calls an order's, "%s".
var around = []string{
	"%s", "where is my order? %s", "hi, %s where is my package", "it's %s", "%s ana@example.com", "Order 1001, %s", "order 1001 %s",
	"Wo ist meine Bestellung? %s", "Bestellung 1001, %s", "%s wo bleibt mein Paket", "où est ma commande ? %s", "commande 1001 %s",
	"¿dónde está mi pedido? %s", "pedido 1001, %s", "dov'è il mio ordine? %s", "ordine 1001, %s", "waar is mijn bestelling? %s",
	"bestelling 1001, %s", "onde está a minha encomenda? %s", "encomenda 1001, %s", "where is my parcel %s please", "ORDER 1001 %s NOW",
	"order #1001 / %s", "1001 %s", "order 1001\n%s\nthanks",
}

// called are texts that say what the number is.
var called = map[bool][]string{
	false: { // a phone
		"call me on %s", "my phone is %s, where is my order", "my number is %s, order 1001", "Tel. %s", "meine Nummer ist %s", "ruf mich an %s",
		"mon numéro est le %s", "appelez-moi au %s", "mi teléfono es %s", "llámame al %s", "il mio numero è %s", "chiamami al %s",
		"mijn nummer is %s", "bel me op %s", "o meu número é %s", "liguem para %s", "%s is my phone", "order 1001, phone number %s",
	},
	true: { // a tracking number
		"my tracking number is %s", "tracking: %s", "order 1001 tracking %s", "Sendungsnummer %s", "numéro de suivi %s", "número de seguimiento %s",
		"codice tracking %s", "trackingnummer %s", "número de rastreio %s", "DHL %s", "parcel %s is stuck", "%s is my tracking number",
	},
}

func fill(rng *rand.Rand, form string) string {
	return strings.Map(func(c rune) rune {
		if c == '#' {
			return rune('0' + rng.IntN(10))
		}
		return c
	}, form)
}

// parcels are shapes of tracking numbers, # any digit; what fits no format is
// tried again.
var parcels = []string{
	"1Z#90W720310######", "LK71204####GB", "RR7####4556DE", "9400111899220#########", "9261292700768#########", "7881########", "JJD00########",
	"TBA3004########", "0123400004####N", "GM29511###########", "YT26300217000#####", "4002847016######", "SP0296925100009#####",
}

func parcel(rng *rand.Rand, form string) string {
	for range 2000 {
		if n := fill(rng, form); form != "" {
			if m, ok := tracking.Identify(n); ok && (m.Checked || m.Telling || len(n) == 14) {
				return n
			}
		}
	}
	return ""
}

// grouped writes a number in fours.
func grouped(n string) string {
	var parts []string
	for ; len(n) > 4; n = n[4:] {
		parts = append(parts, n[:4])
	}
	return strings.Join(append(parts, n), " ")
}

func TestNeverAnOrder(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for region, forms := range phoneForms {
		for _, form := range forms {
			for _, text := range append(called[false], around...) {
				never(t, text, fill(rng, form), region, understand.Phone)
			}
		}
	}
	for _, form := range parcels {
		n := parcel(rng, form)
		if n == "" {
			t.Errorf("no tracking number like %s", form)
			continue
		}
		for _, text := range append(called[true], around...) {
			never(t, text, n, "US", understand.TrackingNumber)
			never(t, text, strings.ToLower(n), "DE", understand.TrackingNumber)
			if digits := n[0] <= '9'; text == "1001 %s" && digits {
				continue // where one ends and the other begins, nobody can tell
			}
			never(t, text, grouped(n), "GB", understand.TrackingNumber)
		}
	}
}

// never fails the test if a number in a text is taken for an order number, or is
// not read as what it is.
func never(t *testing.T, text, n, region string, typ understand.EntityType) {
	t.Helper()
	has := strings.Contains(strings.ReplaceAll(text, "%s", ""), "1001")
	text = fmt.Sprintf(text, n)
	plain, _ := evalset.Format("plain")
	abc, _ := evalset.Format("abc")
	for _, h := range []understand.Hint{
		{Format: shop.Defaults().Orders, Region: region},
		{Format: shop.Defaults().Orders, Region: region, Awaiting: understand.OrderNumber},
		{Format: shop.Defaults().Orders, Region: region, Awaiting: understand.Phone},
		{Format: plain, Region: region, Awaiting: understand.OrderNumber},
		{Format: abc, Region: region},
	} {
		u := mind(t).Understand(text, h)
		found, order, other := false, false, false
		for _, e := range u.Entities {
			found = found || e.Type == typ
			order = order || e.Type == understand.OrderNumber && e.Value == "1001"
			other = other || e.Type == understand.OrderNumber && e.Value != "1001"
		}
		if other {
			t.Errorf("%+v: %q: an order number out of %q: %v", h, text, n, u.Entities)
		}
		if !found {
			t.Errorf("%+v: %q: no %s: %v", h, text, typ, u.Entities)
		}
		if has && !order && h.Format != plain {
			t.Errorf("%+v: %q: order 1001 not found: %v", h, text, u.Entities)
		}
	}
}
