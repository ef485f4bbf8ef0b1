package verify_test

import (
	"testing"
	"time"

	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/verify"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	us := order.Contacts{Emails: []string{" Ana.B+shop@Example.com "}, Phones: []string{"(415) 555-0101"}, Region: "US"}
	sms := func(v string) message.Address { return message.Address{Channel: message.SMS, Value: v} }
	mail := func(v string) message.Address { return message.Address{Channel: message.Email, Value: v} }
	cases := map[string]struct {
		contacts order.Contacts
		who      verify.Claimant
		want     verify.Method
	}{
		"own phone":                      {us, verify.Claimant{Address: sms("+14155550101")}, verify.Sender},
		"own e-mail":                     {us, verify.Claimant{Address: mail("ana.b+shop@example.com")}, verify.Sender},
		"dots are kept":                  {us, verify.Claimant{Address: mail("anab+shop@example.com")}, verify.None},
		"tags are kept":                  {us, verify.Claimant{Address: mail("ana.b@example.com")}, verify.None},
		"other phone":                    {us, verify.Claimant{Address: sms("+14155550102")}, verify.None},
		"last digits do not do":          {us, verify.Claimant{Address: sms("+4155550101")}, verify.None},
		"typed e-mail":                   {us, verify.Claimant{Address: sms("+14155550199"), Email: "ana.b+shop@example.com"}, verify.Claim},
		"typed phone":                    {us, verify.Claimant{Address: sms("+14155550199"), Phone: "+14155550101"}, verify.Claim},
		"typed wrong":                    {us, verify.Claimant{Address: sms("+14155550199"), Email: "bob@example.com"}, verify.None},
		"typed, but claims are closed":   {us, verify.Claimant{Address: sms("+14155550199"), Email: "ana.b+shop@example.com", ClaimsClosed: true}, verify.None},
		"own phone though claims closed": {us, verify.Claimant{Address: sms("+14155550101"), ClaimsClosed: true}, verify.Sender},
		"hidden contacts match nobody":   {order.Contacts{Hidden: true}, verify.Claimant{Address: sms("")}, verify.None},
		"blank does not match blank":     {order.Contacts{Emails: []string{""}, Phones: []string{""}}, verify.Claimant{Address: sms(""), Email: "", Phone: ""}, verify.None},
		"hidden WhatsApp number":         {order.Contacts{Phones: []string{"US.1234", "1234"}}, verify.Claimant{Address: message.Address{Channel: message.WhatsApp, Value: "US.1234"}}, verify.None},
		"Brazil's ninth digit":           {order.Contacts{Phones: []string{"+55 11 98765-4321"}}, verify.Claimant{Address: sms("+551187654321")}, verify.Sender},
		"Mexico's 1":                     {order.Contacts{Phones: []string{"+52 55 1234 5678"}}, verify.Claimant{Address: sms("+5215512345678")}, verify.Sender},
		"Argentina's 9":                  {order.Contacts{Phones: []string{"+54 11 1234 5678"}}, verify.Claimant{Address: sms("+5491112345678")}, verify.Sender},
		"local phone in its country":     {order.Contacts{Phones: []string{"030 123456"}, Region: "DE"}, verify.Claimant{Address: sms("+4930123456")}, verify.Sender},
		"international domain":           {order.Contacts{Emails: []string{"ana@bücher.example"}}, verify.Claimant{Address: mail("ana@xn--bcher-kva.example")}, verify.Sender},
		"homoglyph":                      {us, verify.Claimant{Address: mail("аna.b+shop@example.com")}, verify.None},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := verify.Check(order.Order{Contacts: c.contacts}, c.who, "US"); got != c.want {
				t.Errorf("verified by %q, want %q", got, c.want)
			}
		})
	}
}

func TestMatchTakesTheOneOfTheSender(t *testing.T) {
	t.Parallel()
	old := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	orders := []order.Order{
		{ID: "newer, another's", CreatedAt: old.AddDate(0, 6, 0), Contacts: order.Contacts{Emails: []string{"ben@example.com"}}},
		{ID: "ana's", CreatedAt: old, Contacts: order.Contacts{Emails: []string{"ana@example.com"}}},
	}
	who := verify.Claimant{Address: message.Address{Channel: message.Email, Value: "ana@example.com"}}
	if o, m := verify.Match(orders, who, "US"); o.ID != "ana's" || m != verify.Sender {
		t.Errorf("matched %q by %q", o.ID, m)
	}
	who.Address.Value = "eve@example.com"
	if _, m := verify.Match(orders, who, "US"); m != verify.None {
		t.Errorf("matched by %q", m)
	}
}
