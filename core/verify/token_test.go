package verify_test

import (
	"testing"
	"time"

	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/shop"
	"wismo/core/verify"
)

var format = shop.OrderFormat{Prefix: "#", MinDigits: 3, MaxDigits: 10}

func named(id, name string, emails ...string) order.Order {
	return order.Order{ID: id, Name: name, Contacts: order.Contacts{Emails: emails, Phones: []string{"+1 415 555 0101"}, Region: "US"}}
}

func TestMatchByToken(t *testing.T) {
	t.Parallel()
	anas, bens := named("ana's", "#1001", "ana@example.com"), named("ben's", "#1001", "ben@example.com")
	bens.Contacts.Phones = nil
	hidden := order.Order{ID: "hidden", Name: "#1001", Contacts: order.Contacts{Emails: []string{""}, Phones: []string{""}, Hidden: true}}
	confirmed := named("confirmed", "#2002", "ana@example.com")
	confirmed.ConfirmationNumber = "1001"
	cases := map[string]struct {
		orders []order.Order
		grant  verify.Grant
		want   string // the order's id, empty for none
	}{
		"names the order":                          {[]order.Order{anas}, verify.Grant{Order: "1001"}, "ana's"},
		"names it with the prefix":                 {[]order.Order{anas}, verify.Grant{Order: "#1001"}, "ana's"},
		"names another order":                      {[]order.Order{anas}, verify.Grant{Order: "1002"}, ""},
		"names the beginning of it":                {[]order.Order{anas}, verify.Grant{Order: "100"}, ""},
		"names its confirmation number":            {[]order.Order{confirmed}, verify.Grant{Order: "1001"}, ""},
		"names an order without contacts":          {[]order.Order{hidden}, verify.Grant{Order: "1001"}, "hidden"},
		"names one of two":                         {[]order.Order{anas, bens}, verify.Grant{Order: "1001"}, ""},
		"names one of two and its customer":        {[]order.Order{anas, bens}, verify.Grant{Order: "1001", Email: "ben@example.com"}, "ben's"},
		"names the order and a phone on it":        {[]order.Order{anas}, verify.Grant{Order: "1001", Phone: "+14155550101"}, "ana's"},
		"names the order and another customer":     {[]order.Order{anas}, verify.Grant{Order: "1001", Email: "ben@example.com"}, ""},
		"names the customer of another order":      {[]order.Order{anas}, verify.Grant{Order: "1002", Email: "ana@example.com"}, ""},
		"names the customer by e-mail":             {[]order.Order{bens, anas}, verify.Grant{Email: "ana@example.com"}, "ana's"},
		"names the customer by phone":              {[]order.Order{bens, anas}, verify.Grant{Phone: "+14155550101"}, "ana's"},
		"names somebody else":                      {[]order.Order{bens, anas}, verify.Grant{Email: "eve@example.com", Phone: "+14155550177"}, ""},
		"names somebody, the contacts are hidden":  {[]order.Order{hidden}, verify.Grant{Email: "ana@example.com"}, ""},
		"names nothing":                            {[]order.Order{anas, hidden}, verify.Grant{Until: time.Now()}, ""},
		"names an order, and the name is missing":  {[]order.Order{{ID: "nameless"}}, verify.Grant{Order: "#"}, ""},
		"names an order, and another was read too": {[]order.Order{confirmed, anas}, verify.Grant{Order: "1001"}, "ana's"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			who := verify.Claimant{Address: message.Address{Channel: message.SMS, Value: "+14155550177"}, ClaimsClosed: true, Grant: c.grant, Format: format}
			o, m := verify.Match(c.orders, who, "US")
			want := verify.Token
			if c.want == "" {
				want = verify.None
			}
			if o.ID != c.want || m != want {
				t.Errorf("order %q by %q, want %q by %q", o.ID, m, c.want, want)
			}
		})
	}
}

// The strongest proof is the one that is written down.
func TestTokenBesideOtherProofs(t *testing.T) {
	t.Parallel()
	o := named("ana's", "#1001", "ana@example.com")
	for name, c := range map[string]struct {
		who  verify.Claimant
		want verify.Method
	}{
		"the sender with a token": {verify.Claimant{Address: message.Address{Channel: message.SMS, Value: "+14155550101"}, Grant: verify.Grant{Order: "1001"}}, verify.Sender},
		"a token and a claim":     {verify.Claimant{Email: "ana@example.com", Grant: verify.Grant{Order: "1001"}}, verify.Token},
		"a claim, another token":  {verify.Claimant{Email: "ana@example.com", Grant: verify.Grant{Order: "1002"}}, verify.Claim},
	} {
		c.who.Format = format
		if got := verify.Check(o, c.who, "US"); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestTokenIsNoClaim(t *testing.T) {
	t.Parallel()
	if (verify.Claimant{Grant: verify.Grant{Order: "1001", Email: "ana@example.com"}}).Claims() {
		t.Error("a token counts as an attempt")
	}
}
