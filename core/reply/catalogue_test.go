package reply_test

import (
	"strings"
	"testing"

	"wismo/core/message"
	"wismo/core/reply"
	"wismo/core/shop"
)

// own is a shop with texts of its own.
func own(wording map[string]map[string]string) shop.Shop {
	s := acme()
	s.Key, s.Languages, s.Wording = "acme", reply.Languages(), wording
	return s
}

func TestOwnWording(t *testing.T) {
	t.Parallel()
	s := own(map[string]map[string]string{
		"en": {"goodbye": "Cheers from {{.Shop}}.", "in_transit": "{{.What}} travels with {{.Carrier}}."},
		"de": {"goodbye": "Tschüss."},
	})
	plain := acme()
	plain.Key = "plain"
	v, err := reply.New(s, plain)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		shop     shop.Shop
		language string
		part     reply.Part
		want     string
	}{
		"one's own":                 {s, "en", reply.Part{Key: "goodbye"}, "Cheers from Acme."},
		"one's own, with facts":     {s, "en", reply.Part{Key: "in_transit", Facts: reply.Facts{Order: "#1", Carrier: "UPS"}}, "Your order #1 travels with UPS."},
		"in another language":       {s, "de", reply.Part{Key: "goodbye"}, "Tschüss."},
		"not given in the language": {s, "nl", reply.Part{Key: "found"}, "Fijn dat hij er is."},
		"another shop's is not it":  {plain, "de", reply.Part{Key: "goodbye"}, "Auf Wiedersehen, und danke für Ihren Einkauf bei Acme."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := v.Say(c.shop, message.Email, c.language, []reply.Part{c.part}, noon)
			if err != nil || got != c.want {
				t.Errorf("%q, error %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestOwnWordingThatDoesNotFit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		wording map[string]map[string]string
		want    string
	}{
		"an unknown language":  {map[string]map[string]string{"tlh": {"goodbye": "Qapla'"}}, `no language "tlh"; there are de, en`},
		"an unknown name":      {map[string]map[string]string{"en": {"farewell": "Bye."}}, "en.farewell: nothing of that name is ever said"},
		"a fact that is not":   {map[string]map[string]string{"en": {"goodbye": "Bye {{.Order}}."}}, "en.goodbye: {{.Order}} is not known here; there are Shop"},
		"an unknown fact":      {map[string]map[string]string{"en": {"delivered": "{{.Street}}"}}, "{{.Street}} is not known here"},
		"a lost link":          {map[string]map[string]string{"en": {"link": "Track it online."}}, "{{.Link}} is missing"},
		"a broken placeholder": {map[string]map[string]string{"en": {"goodbye": "Bye {{.Shop"}}, "en.goodbye"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := reply.New(own(c.wording))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "shop acme") {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

// When a person answers may be said once for the shop's own language, or for
// each; other languages keep the built-in phrase.
func TestAnswerWithin(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		within   shop.Texts
		language string
		want     string
	}{
		"built in":                     {nil, "en", "will answer you here within one working day."},
		"built in, Dutch":              {nil, "nl", "antwoordt je hier binnen een werkdag."},
		"once, in the shop's language": {shop.Texts{"": "by tonight"}, "en", "will answer you here by tonight."},
		"once, in another":             {shop.Texts{"": "by tonight"}, "nl", "antwoordt je hier binnen een werkdag."},
		"for each":                     {shop.Texts{"": "by tonight", "nl": "vanavond nog"}, "nl", "antwoordt je hier vanavond nog."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := own(nil)
			s.AnswerWithin = c.within
			v, err := reply.New(s)
			if err != nil {
				t.Fatal(err)
			}
			got, err := v.Say(s, message.Email, c.language, []reply.Part{{Key: "told_asked"}}, noon)
			if err != nil || !strings.HasSuffix(got, c.want) {
				t.Errorf("%q, error %v; want the end %q", got, err, c.want)
			}
		})
	}
}

func TestDaysInEveryLanguage(t *testing.T) {
	t.Parallel()
	for language, want := range map[string]string{
		"en": "Expected Wed 25 Nov.", "de": "Erwartet: Mi 25. Nov.", "fr": "Arrivée prévue mer 25 nov.", "es": "Llegada prevista: mié 25 nov.",
		"it": "Arrivo previsto: mer 25 nov.", "nl": "Verwacht: wo 25 nov.", "pt": "Chegada prevista: qua 25 nov.",
	} {
		if got := sayIn(t, language, message.Email, reply.Part{Key: "expected", Facts: reply.Facts{Due: noon.AddDate(0, 0, 2)}}); got != want {
			t.Errorf("%s: %q, want %q", language, got, want)
		}
	}
}

func TestPluralForms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		language string
		count    int
		want     string
	}{
		"one":             {"en", 1, "One item is not shipped yet."},
		"two":             {"en", 2, "2 items are not shipped yet."},
		"none in French":  {"fr", 0, "0 article n'est pas encore parti."}, // CLDR: 0 is singular in French
		"none in German":  {"de", 0, "0 Artikel sind noch nicht verschickt."},
		"many in Spanish": {"es", 1_000_000, "1000000 artículos aún no se han enviado."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := sayIn(t, c.language, message.Email, reply.Part{Key: "unshipped", Facts: reply.Facts{Count: c.count}}); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
