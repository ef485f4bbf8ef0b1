package resolver_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wismo/core/conversation"
	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/reply"
	"wismo/core/resolver"
	"wismo/core/shop"
	"wismo/core/verify"
)

// codeInput is a stranger's turn at a shop that asks for a code.
func codeInput(now time.Time) resolver.Input {
	in := input(now, stranger())
	in.Shop.Claim = shop.ClaimCode
	in.Digits, in.Salt = "424242", "salt"
	return in
}

func TestCodes(t *testing.T) {
	t.Parallel()
	voice, err := reply.New()
	if err != nil {
		t.Fatal(err)
	}
	const sent, wrong, over = "six-digit code", "That code isn't right", "no longer good"
	anas, second := parcelOrder(order.InTransit), parcelOrder(order.OutForDelivery)
	second.ID, second.Name = "gid://2", "#1002"
	six := parcelOrder(order.InTransit)
	six.Name = "#424243"
	type step struct {
		say   string
		later time.Duration
		want  string
		told  bool
		mail  string // to whom a code goes
	}
	ask := step{say: "where is order 1001, ana@example.com", want: sent, mail: "ana@example.com"}
	for name, c := range map[string]struct {
		change func(*resolver.Input)
		orders []order.Order
		steps  []step
	}{
		"the right code": {nil, []order.Order{anas}, []step{ask, {say: "424242", want: "#1001 is on its way", told: true}, {say: "and when will it arrive", want: "Expected", told: true}}},
		"in two groups":  {nil, []order.Order{anas}, []step{ask, {say: "it is 424 242.", want: "#1001 is on its way", told: true}}},
		"with words":     {nil, []order.Order{anas}, []step{ask, {say: "The code is 424242, thank you", want: "#1001 is on its way", told: true}}},
		"by the phone on the order, to the e-mail on it": {nil, []order.Order{anas}, []step{
			{say: "where is order 1001, my phone is +14155550101", want: sent, mail: "ana@example.com"}, {say: "424242", want: "on its way", told: true},
		}},
		"the second try": {nil, []order.Order{anas}, []step{ask, {say: "111111", want: wrong}, {say: "424242", want: "on its way", told: true}}},
		"three tries": {nil, []order.Order{anas}, []step{
			ask, {say: "111111", want: wrong}, {say: "222222", want: wrong}, {say: "333333", want: over}, {say: "AGENT", want: "colleague"},
		}},
		"in time":                      {nil, []order.Order{anas}, []step{ask, {say: "424242", later: 9*time.Minute + 59*time.Second, want: "on its way", told: true}}},
		"too late":                     {nil, []order.Order{anas}, []step{ask, {say: "424242", later: 10 * time.Minute, want: over}}},
		"another after it was late":    {nil, []order.Order{anas}, []step{ask, {say: "424242", later: 11 * time.Minute, want: over}, {say: "1001", want: sent, mail: "ana@example.com"}, {say: "424242", want: "on its way", told: true}}},
		"used for another order":       {nil, []order.Order{anas, second}, []step{ask, {say: "424242", want: "#1001", told: true}, {say: "and order 1002?", want: sent, mail: "ana@example.com"}, {say: "111111", want: wrong}}},
		"not sent again while awaited": {nil, []order.Order{anas}, []step{ask, {say: "where is my order", want: sent}, {say: "424242", want: "on its way", told: true}}},
		"no, it did not come":          {nil, []order.Order{anas}, []step{ask, {say: "no", want: "AGENT"}}},
		"a wrong contact":              {nil, []order.Order{anas}, []step{{say: "where is order 1001, eve@example.com", want: sent}, {say: "424242", want: wrong}}},
		"a wrong contact mended": {nil, []order.Order{anas}, []step{
			{say: "where is order 1001, eve@example.com", want: sent}, {say: "sorry, ana@example.com", want: sent, mail: "ana@example.com"}, {say: "424242", want: "on its way", told: true},
		}},
		"no such order":               {nil, nil, []step{{say: "where is order 1001, ana@example.com", want: sent}, {say: "424242", want: wrong}}},
		"an order without e-mail":     {nil, []order.Order{{ID: "x", Name: "#1001", Contacts: order.Contacts{Phones: []string{"+14155550101"}}}}, []step{{say: "order 1001, +14155550101", want: sent}, {say: "424242", want: wrong}}},
		"an order with ours":          {nil, []order.Order{{ID: "x", Name: "#1001", Contacts: order.Contacts{Emails: []string{"help@example.com"}, Phones: []string{"+14155550101"}}}}, []step{{say: "order 1001, +14155550101", want: sent}}},
		"the order has six digits":    {nil, []order.Order{six}, []step{{say: "where is 424243, ana@example.com", want: sent, mail: "ana@example.com"}, {say: "424243", want: sent, mail: "ana@example.com"}, {say: "424242", want: "on its way", told: true}}},
		"another order of six digits": {nil, []order.Order{anas}, []step{ask, {say: "and where is order number 424999", want: sent}}},
		"the code and the question":   {nil, []order.Order{anas}, []step{ask, {say: "code 424242, so where is my order?", want: "on its way", told: true}}},
		"the sender needs none":       {func(in *resolver.Input) { in.Customer = ana() }, []order.Order{anas}, []step{{say: "where is order 1001", want: "on its way", told: true}, {say: "ana@example.com", want: "on its way", told: true}}},
		"no random digits, no code": {func(in *resolver.Input) { in.Digits = "" }, []order.Order{anas}, []step{
			{say: "where is order 1001, ana@example.com", want: sent}, {say: "424242", want: wrong},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := codeInput(noon)
			if c.change != nil {
				c.change(&in)
			}
			w := &world{in: in, orders: c.orders}
			for _, s := range c.steps {
				got, d := w.hearTurn(t, voice, turn{say: s.say, later: s.later})
				if !strings.Contains(got, s.want) || (d.Told != nil) != s.told {
					t.Errorf("%q: %q (%v), told %+v; want %q", s.say, got, d.Rules, d.Told, s.want)
				}
				if s.told && d.Told != nil && d.Told.Method == verify.Token {
					t.Errorf("%q: verified by %q", s.say, d.Told.Method)
				}
				to := ""
				if d.Code != nil {
					to = d.Code.To
				}
				if to != s.mail {
					t.Errorf("%q: a code goes to %q, want %q", s.say, to, s.mail)
				}
				if strings.Contains(fmt.Sprintf("%+v", d.State.Code), "424242") {
					t.Errorf("the state keeps the code: %+v", d.State.Code)
				}
			}
		})
	}
}

// Asking for a code and trying one count as attempts; the right code strikes out
// all of them.
func TestCodesAreCounted(t *testing.T) {
	t.Parallel()
	in, orders := codeInput(noon), []order.Order{parcelOrder(order.InTransit)}
	attempt := int64(0)
	say := func(text string, by int) resolver.Decision {
		t.Helper()
		in.Heard = heard(text)
		ask := resolver.Plan(in)
		if ask.Claim {
			attempt++
		}
		d := resolver.Decide(in, &resolver.Looked{Orders: orders, Attempt: attempt, BySender: by, ByOrder: by})
		in.State = d.State
		if !ask.Claim {
			t.Fatalf("%q is no attempt", text)
		}
		return d
	}
	say("where is order 1001, eve@example.com", 1)
	say("ana@example.com", 2)
	if d := say("111111", 3); d.Strike || d.Told != nil {
		t.Fatalf("a wrong code: %+v", d)
	}
	if d := say("424242", 4); !d.Strike || d.Told == nil || fmt.Sprint(d.Struck) != "[1 2 3]" {
		t.Fatalf("the right code: struck %v and %v, told %+v", d.Strike, d.Struck, d.Told)
	}
	in = codeInput(noon)
	say("where is order 1001, ana@example.com", 5)
	if d := say("424242", 6); d.Told != nil || !said(d.Parts, "claims_closed") || d.State.Code == nil {
		t.Fatalf("the right code past the limit: %+v", d)
	}
}

// While a code is awaited, talk that brings nothing new is no attempt.
func TestTalkIsNoAttempt(t *testing.T) {
	t.Parallel()
	in := codeInput(noon)
	in.State = conversation.State{
		Ref: "1001", Email: "ana@example.com", Asked: conversation.AskedCode,
		Code: &conversation.Code{Ref: "1001", Hash: []byte("x"), Salt: "s", Until: noon.Add(time.Minute)},
	}
	in.Heard = heard("where is my order")
	if ask := resolver.Plan(in); ask.Ref != "1001" || ask.Claim {
		t.Errorf("asks %+v", ask)
	}
}

// The right code while the store is away verifies; the answer comes later.
func TestCodeWhileTheStoreIsDown(t *testing.T) {
	t.Parallel()
	voice, err := reply.New()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{in: codeInput(noon), orders: []order.Order{parcelOrder(order.InTransit)}}
	w.hearTurn(t, voice, turn{say: "where is order 1001, ana@example.com"})
	w.in.Heard = heard("424242")
	d := resolver.Decide(w.in, &resolver.Looked{Failed: true})
	if !said(d.Parts, "store_down") || !d.Strike {
		t.Fatalf("said %+v", d.Parts)
	}
	w.in.State, w.in.Heard, w.in.Now = d.State, nil, d.WakeAt
	if ask := resolver.Plan(w.in); ask.Ref != "1001" {
		t.Fatalf("asks %+v", ask)
	}
	if d := resolver.Decide(w.in, &resolver.Looked{Orders: w.orders}); d.Told == nil || d.Told.Method != verify.Claim || d.Code != nil {
		t.Fatalf("told %+v", d.Told)
	}
}

// A code that stands from before the shop changed its mind opens nothing.
func TestCodeOfAnotherPolicy(t *testing.T) {
	t.Parallel()
	voice, err := reply.New()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{in: codeInput(noon), orders: []order.Order{parcelOrder(order.InTransit)}}
	w.hearTurn(t, voice, turn{say: "where is order 1001, ana@example.com"})
	w.in.Shop.Claim = shop.ClaimDeny
	if _, d := w.hearTurn(t, voice, turn{say: "424242"}); d.Told != nil {
		t.Fatalf("told %+v", d.Told)
	}
}

// Somebody who knows an order's contact, and not its mailbox, learns nothing where
// the shop asks for a code: the two worlds sound alike, try by try.
func TestCodesTellNothing(t *testing.T) {
	voice, err := reply.New()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	tries := append([]string{
		"zzowner@example.com", "order 1001 zzowner@example.com", "+14155550199", "111111", "111 111", "the code is 999999", "424243", "code 111111 for #1001", "1001 111111",
	}, lines...)
	sent := 0
	rapid.Check(t, func(t *rapid.T) {
		in := codeInput(now)
		in.Channel = rapid.SampledFrom([]message.Channel{message.SMS, message.WhatsApp}).Draw(t, "channel")
		in.Customer.Channel = in.Channel
		there, absent := &world{in: in, orders: []order.Order{anyOrder(t, now)}}, &world{in: in}
		for i := range rapid.IntRange(1, 14).Draw(t, "messages") {
			line := rapid.SampledFrom(tries).Draw(t, fmt.Sprintf("line %d", i))
			tok := rapid.SampledFrom(strangersTokens).Draw(t, fmt.Sprintf("token %d", i))
			tok.Grant.Until = now.Add(time.Hour)
			pass := time.Duration(rapid.IntRange(0, 6).Draw(t, fmt.Sprintf("minutes %d", i))) * time.Minute
			there.in.Now, absent.in.Now = there.in.Now.Add(pass), absent.in.Now.Add(pass)
			a, da := there.hear(t, voice, line, tok)
			b, db := absent.hear(t, voice, line, tok)
			if da.Told != nil {
				t.Fatalf("%q disclosed an order to a stranger", line)
			}
			if strings.Join(a, "|") != strings.Join(b, "|") || (da.HandOff == nil) != (db.HandOff == nil) || there.failed != absent.failed || !da.WakeAt.Equal(db.WakeAt) {
				t.Fatalf("%q tells whether the order exists:\nthere:  %q %d\nabsent: %q %d", line, a, there.failed, b, absent.failed)
			}
			if db.Code != nil || da.Code != nil && da.Code.To != "zzowner@example.com" {
				t.Fatalf("a code goes to %+v, %+v", da.Code, db.Code)
			}
			if da.Code != nil {
				sent++
			}
			if pass > 4*time.Minute {
				at := there.in.Now.Add(pass)
				ta, tb := there.due(at), absent.due(at)
				if ta.Told != nil || len(ta.Parts) != len(tb.Parts) || (ta.HandOff == nil) != (tb.HandOff == nil) || !ta.WakeAt.Equal(tb.WakeAt) {
					t.Fatalf("after %q and some time the worlds differ: %+v, %+v", line, ta, tb)
				}
			}
		}
	})
	if sent == 0 {
		t.Error("no code was ever sent; the test shows nothing")
	}
}
