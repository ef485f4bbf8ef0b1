package resolver_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/reply"
	"wismo/core/resolver"
	"wismo/core/shop"
	"wismo/core/understand"
	"wismo/core/verify"
)

func stranger() message.Address { return message.Address{Channel: message.SMS, Value: "+14155550177"} }

// grants is a token as the bot hands it over, good for a quarter of an hour.
func grants(g verify.Grant) resolver.Token {
	g.Until = noon.Add(15 * time.Minute)
	return resolver.Token{Grant: g}
}

func badToken() resolver.Token { return resolver.Token{Bad: true} }

// turn is one message with what is expected of it.
type turn struct {
	say   string
	token resolver.Token
	later time.Duration
	// want stands in what is answered; told says by which method, empty for
	// nothing told of an order.
	want []string
	told verify.Method
}

func (w *world) hearTurn(t *testing.T, voice *reply.Voice, s turn) (string, resolver.Decision) {
	t.Helper()
	w.in.Now = w.in.Now.Add(s.later)
	u := mind().Understand(s.say, understand.Hint{Format: w.in.Shop.Orders, Region: w.in.Shop.Region})
	texts, d := w.answer(t, voice, []resolver.Heard{{Text: s.say, Means: u, Token: s.token}})
	return strings.Join(texts, " | "), d
}

func TestTokens(t *testing.T) {
	t.Parallel()
	voice, err := reply.New()
	if err != nil {
		t.Fatal(err)
	}
	second := parcelOrder(order.OutForDelivery)
	second.ID, second.Name = "gid://2", "#1002"
	bens := parcelOrder(order.OutForDelivery)
	bens.ID, bens.Contacts = "gid://3", order.Contacts{Emails: []string{"ben@example.com"}}
	order1001, anas := grants(verify.Grant{Order: "1001"}), grants(verify.Grant{Email: "ana@example.com"})
	shut := func(s *shop.Shop) { s.Claim = shop.ClaimDeny }
	for name, c := range map[string]struct {
		change func(*shop.Shop)
		orders []order.Order
		turns  []turn
	}{
		"the order's link alone": {nil, []order.Order{parcelOrder(order.InTransit)}, []turn{
			{token: order1001, want: []string{"#1001 is on its way"}, told: verify.Token},
			{say: "and when will it arrive", want: []string{"Expected"}, told: verify.Token},
		}},
		"the order's link with a question": {nil, []order.Order{parcelOrder(order.InTransit)}, []turn{
			{say: "Where is my order #1001?", token: order1001, want: []string{"#1001 is on its way"}, told: verify.Token},
		}},
		"where claims do not count": {shut, []order.Order{parcelOrder(order.InTransit)}, []turn{
			{say: "where is 1001, ana@example.com", want: []string{"can't check"}},
			{token: order1001, want: []string{"#1001 is on its way"}, told: verify.Token},
		}},
		"the proof outlives the token": {nil, []order.Order{parcelOrder(order.InTransit)}, []turn{
			{token: order1001, want: []string{"on its way"}, told: verify.Token},
			{say: "where is it now", later: time.Hour, want: []string{"on its way"}, told: verify.Token},
			{say: "where is order 1001", later: 24 * time.Hour, want: []string{"need to know that it's yours"}},
		}},
		"another order than the link's": {nil, []order.Order{parcelOrder(order.InTransit), second}, []turn{
			{token: order1001, want: []string{"#1001"}, told: verify.Token},
			{say: "and order 1002?", want: []string{"order 1002", "need to know that it's yours"}},
		}},
		"the customer's link asks for the number": {nil, []order.Order{parcelOrder(order.InTransit), second}, []turn{
			{say: "where is my order", token: anas, want: []string{"Which order"}},
			{say: "1001", want: []string{"#1001 is on its way"}, told: verify.Token},
			{say: "and order 1002?", want: []string{"#1002"}, told: verify.Token},
		}},
		"the customer's link without a word": {nil, []order.Order{parcelOrder(order.InTransit)}, []turn{
			{token: anas, want: []string{"Which order"}},
		}},
		"the customer's link after the number": {nil, []order.Order{parcelOrder(order.InTransit)}, []turn{
			{say: "where is order 1001", want: []string{"need to know that it's yours"}},
			{token: anas, want: []string{"#1001 is on its way"}, told: verify.Token},
		}},
		"the customer's link ends": {nil, []order.Order{parcelOrder(order.InTransit)}, []turn{
			{say: "hi, where is my order", token: anas, want: []string{"Which order"}},
			{say: "1001", later: 16 * time.Minute, want: []string{"need to know that it's yours"}},
		}},
		"the link of somebody else": {nil, []order.Order{parcelOrder(order.InTransit)}, []turn{
			{say: "where is order 1001", token: grants(verify.Grant{Phone: "+14155550177"}), want: []string{"need to know that it's yours"}},
		}},
		"an order of two of the name": {nil, []order.Order{parcelOrder(order.InTransit), bens}, []turn{
			{token: order1001, want: []string{"need to know that it's yours"}},
			{token: grants(verify.Grant{Order: "1001", Email: "ben@example.com"}), want: []string{"out for delivery"}, told: verify.Token},
		}},
		"a link that has ended": {nil, []order.Order{parcelOrder(order.InTransit)}, []turn{
			{say: "where is my order", token: badToken(), want: []string{"link is no longer good", "order number"}},
			{say: "1001", want: []string{"need to know that it's yours"}},
		}},
		"a link that has ended, alone":       {nil, nil, []turn{{token: badToken(), want: []string{"link is no longer good"}}}},
		"a link that has ended, with thanks": {nil, nil, []turn{{say: "hi, thanks", token: badToken(), want: []string{"link is no longer good"}}}},
		"a link that has ended, and another question": {func(s *shop.Shop) { s.OpeningHours = shop.Texts{"": "Mon to Fri"} }, nil, []turn{
			{say: "what are your opening hours", token: badToken(), want: []string{"Our hours: Mon to Fri."}},
		}},
		"a link that has ended, beside a number": {nil, []order.Order{parcelOrder(order.InTransit)}, []turn{
			{say: "where is order 1001", token: badToken(), want: []string{"need to know that it's yours"}},
		}},
		"a bad link changes nothing of a good one": {nil, []order.Order{parcelOrder(order.InTransit)}, []turn{
			{say: "where is my order", token: anas, want: []string{"Which order"}},
			{say: "1001", token: badToken(), want: []string{"on its way"}, told: verify.Token},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := input(noon, stranger())
			if c.change != nil {
				c.change(&in.Shop)
			}
			w := &world{in: in, orders: c.orders}
			for _, s := range c.turns {
				got, d := w.hearTurn(t, voice, s)
				for _, want := range s.want {
					if !strings.Contains(got, want) {
						t.Errorf("%q: %q does not hold %q (%v)", s.say, got, want, d.Rules)
					}
				}
				if (d.Told == nil) != (s.told == "") || d.Told != nil && d.Told.Method != s.told {
					t.Errorf("%q: told %+v, want by %q (%v)", s.say, d.Told, s.told, d.Rules)
				}
			}
		})
	}
}

// The order of the link is answered first, then the other that was named.
func TestTokenAndAnotherNumber(t *testing.T) {
	t.Parallel()
	in := input(noon, stranger())
	in.Heard = heard("where are orders #1002 and #1001")
	in.Heard[0].Token = grants(verify.Grant{Order: "1001"})
	ask := resolver.Plan(in)
	if ask.Ref != "1001" || ask.Claim {
		t.Fatalf("asks %+v", ask)
	}
	d := resolver.Decide(in, &resolver.Looked{Orders: []order.Order{parcelOrder(order.InTransit)}})
	if d.Told == nil || !slices.Equal(d.State.Queue, []string{"1002"}) || !d.WakeAt.Equal(noon) {
		t.Errorf("told %+v, left %v, again at %v", d.Told, d.State.Queue, d.WakeAt)
	}
}

// A token that opens nothing is no failed claim, and no closed claim keeps one
// from opening.
func TestTokensAreNoAttempts(t *testing.T) {
	t.Parallel()
	in := input(noon, stranger())
	in.Heard = heard("where is order 1001")
	in.Heard[0].Token = grants(verify.Grant{Email: "eve@example.com"})
	if ask := resolver.Plan(in); ask.Ref != "1001" || ask.Claim {
		t.Errorf("asks %+v", ask)
	}
	in.Heard[0].Token = grants(verify.Grant{Email: "ana@example.com"})
	in.State.Email = "wrong@example.com"
	d := resolver.Decide(in, &resolver.Looked{Orders: []order.Order{parcelOrder(order.InTransit)}, BySender: 99, ByOrder: 99})
	if d.Told == nil || d.Told.Method != verify.Token || !d.Strike {
		t.Errorf("told %+v, struck out %v", d.Told, d.Strike)
	}
}
