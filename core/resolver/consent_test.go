package resolver_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"wismo/core/conversation"
	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/reply"
	"wismo/core/resolver"
)

func TestAnOptOutIsNotOverruledByWhatFollowsInTheSameTurn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		channel message.Channel
		texts   []string
		optOut  bool
	}{
		"stop then help":               {message.SMS, []string{"STOP", "HELP"}, true},
		"stop then yes":                {message.SMS, []string{"STOP", "YES"}, true},
		"free words then yes":          {message.SMS, []string{"stop texting me", "yes"}, true},
		"free words then info":         {message.SMS, []string{"please stop texting me", "info"}, true},
		"free words then cancel":       {message.WhatsApp, []string{"stop texting me", "cancel"}, true},
		"help then stop":               {message.SMS, []string{"HELP", "STOP"}, true},
		"stop then start":              {message.SMS, []string{"STOP", "START"}, false},
		"start then stop":              {message.SMS, []string{"START", "STOP"}, true},
		"stop, start, help":            {message.SMS, []string{"STOP", "START", "HELP"}, false},
		"stop, then an ordinary one":   {message.SMS, []string{"STOP", "where is 1001"}, true},
		"stop by WhatsApp, then a yes": {message.WhatsApp, []string{"stop", "yes"}, true},
		"cancel by SMS, then help":     {message.SMS, []string{"CANCEL", "HELP"}, true},
		"cancel by WhatsApp, then yes": {message.WhatsApp, []string{"CANCEL", "yes"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := input(noon, message.Address{Channel: c.channel, Value: "+14155550101"})
			in.Channel, in.Heard = c.channel, heard(c.texts...)
			if d := resolver.Decide(in, nil); d.OptOut != c.optOut {
				t.Errorf("opted out: %v, want %v (rules %v)", d.OptOut, c.optOut, d.Rules)
			}
		})
	}
}

func TestAQuestionBesideAKeywordIsAnswered(t *testing.T) {
	t.Parallel()
	looked := &resolver.Looked{Orders: []order.Order{parcelOrder(order.InTransit)}}
	for name, c := range map[string]struct {
		texts []string
		opted bool
	}{
		"help":                    {[]string{"HELP", "where is order 1001"}, false},
		"start, after an opt-out": {[]string{"START", "where is order 1001"}, true},
		"yes, after an opt-out":   {[]string{"yes", "where is order 1001"}, true},
		"start, then help":        {[]string{"where is order 1001", "START", "HELP"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := input(noon, ana())
			in.OptedOut, in.Heard = c.opted, heard(c.texts...)
			if ask := resolver.Plan(in); ask.Ref != "1001" {
				t.Fatalf("the store is not asked: %+v", ask)
			}
			d := resolver.Decide(in, looked)
			if !said(d.Parts, "in_transit") || d.OptIn != c.opted {
				t.Errorf("answered %v, opted in %v (rules %v)", d.Parts, d.OptIn, d.Rules)
			}
		})
	}
}

func TestConsentIsNoWayRoundTheLimits(t *testing.T) {
	t.Parallel()
	foreign := message.Address{Channel: message.SMS, Value: "+447700900123"}
	for name, c := range map[string]struct {
		from    message.Address
		channel message.Channel
		text    string
		opted   bool
		replies int
	}{
		"an opt-out from a closed country":           {foreign, message.SMS, "stop texting me", false, 0},
		"a cancel from a closed country":             {foreign, message.SMS, "CANCEL", false, 0},
		"an opt-in from a closed country":            {foreign, message.WhatsApp, "START", true, 0},
		"an opt-out past the limit":                  {ana(), message.SMS, "stop texting me", false, 20},
		"a cancel past the limit":                    {ana(), message.SMS, "CANCEL", false, 20},
		"an opt-in past the limit":                   {ana(), message.WhatsApp, "START", true, 20},
		"an opt-out past the limit, by the keyword":  {ana(), message.WhatsApp, "STOP", false, 20},
		"an opt-out past the limit, by all channels": {ana(), message.WhatsApp, "leave me alone", false, 21},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := input(noon, c.from)
			in.Channel, in.Customer.Channel = c.channel, c.channel
			in.Shop.Countries = []string{"US"}
			in.OptedOut, in.RepliesLastHour, in.Heard = c.opted, c.replies, heard(c.text)
			in.State.Ref = "1001"
			d := resolver.Decide(in, nil)
			if len(d.Parts) != 0 {
				t.Errorf("answered %v", d.Parts)
			}
			if d.OptOut == c.opted || d.OptIn != c.opted {
				t.Errorf("the wish was not honoured: out %v, in %v", d.OptOut, d.OptIn)
			}
		})
	}
}

// Whatever is written from a country that is not served, nothing is answered and
// nobody is called; past the reply limit, one person is.
func TestNothingIsSaidWhereNothingMayBe(t *testing.T) {
	voice, err := reply.New()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		channel := rapid.SampledFrom([]message.Channel{message.SMS, message.WhatsApp}).Draw(t, "channel")
		limited := rapid.Bool().Draw(t, "past the limit")
		from := "+447700900123"
		if limited {
			from = "+14155550101"
		}
		in := input(noon, message.Address{Channel: channel, Value: from})
		in.Channel, in.Shop.Countries = channel, []string{"US"}
		w, called := &world{in: in, orders: []order.Order{parcelOrder(order.InTransit)}}, 0
		if limited {
			w.in.RepliesLastHour = 20
		}
		for i := range rapid.IntRange(1, 8).Draw(t, "messages") {
			line := rapid.SampledFrom(lines).Draw(t, fmt.Sprintf("line %d", i))
			texts, d := w.hear(t, voice, line)
			if len(texts) > 0 {
				t.Fatalf("%q was answered %q (rules %v)", line, texts, d.Rules)
			}
			if d.HandOff != nil {
				called++
			}
			w.in.OptedOut = (w.in.OptedOut || d.OptOut) && !d.OptIn
		}
		if called > 1 || called > 0 && !limited {
			t.Fatalf("%d people were called", called)
		}
	})
}

func TestALoneStartIsAnsweredWhereNoCarrierDoes(t *testing.T) {
	t.Parallel()
	in := input(noon, ana())
	in.Channel, in.Customer.Channel, in.Heard = message.WhatsApp, message.WhatsApp, heard("Start")
	if d := resolver.Decide(in, nil); len(d.Parts) == 0 {
		t.Errorf("nothing is said (rules %v)", d.Rules)
	}
}

func TestTheShopsOwnAddressProvesNothing(t *testing.T) {
	t.Parallel()
	o := parcelOrder(order.InTransit)
	o.Contacts = order.Contacts{Emails: []string{"Help@example.com"}}
	in := input(noon, message.Address{Channel: message.SMS, Value: "+14155550177"})
	in.Heard = heard("where is order 1001? I wrote to help@example.com before")
	d := resolver.Decide(in, &resolver.Looked{Orders: []order.Order{o}, BySender: 1, ByOrder: 1})
	if d.Told != nil || said(d.Parts, "in_transit") {
		t.Errorf("the shop's public address was taken for a proof: %v", d.Rules)
	}
}

func TestAfterTheSilenceOrdersAreReadAgain(t *testing.T) {
	t.Parallel()
	in := input(noon, ana())
	in.State, in.RepliesLastHour = conversation.State{Muted: true}, 0
	in.Heard = heard("where is order 1001")
	if ask := resolver.Plan(in); ask.Ref != "1001" {
		t.Errorf("the store is not asked: %+v", ask)
	}
}
