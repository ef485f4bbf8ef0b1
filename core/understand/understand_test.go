package understand_test

import (
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"wismo/core/shop"
	"wismo/core/understand"
)

var built = sync.OnceValues(understand.New)

// mind is the recogniser, built once for all tests.
func mind(t testing.TB) *understand.Recogniser {
	t.Helper()
	r, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func hint() understand.Hint {
	return understand.Hint{Format: shop.Defaults().Orders, Region: "US"}
}

func TestIntents(t *testing.T) {
	t.Parallel()
	cases := map[string]understand.Intent{
		"Where is my order #1001?":              understand.TrackOrder,
		"wheres my package":                     understand.TrackOrder,
		"when will it arrive":                   understand.TrackOrder,
		"has my order shipped yet":              understand.TrackOrder,
		"tracking please":                       understand.TrackOrder,
		"any update on my order?":               understand.TrackOrder,
		"I'm waiting for my parcel":             understand.TrackOrder,
		"status of 1001":                        understand.TrackOrder,
		"where is 1001":                         understand.TrackOrder,
		"my order":                              understand.TrackOrder,
		"it says delivered but I don't have it": understand.DeliveredNotReceived,
		"tracking shows delivered yesterday, nothing at my door": understand.DeliveredNotReceived,
		"I never received my package":                            understand.DeliveredNotReceived,
		"NOT HERE":                                               understand.DeliveredNotReceived,
		"not here":                                               understand.DeliveredNotReceived,
		"my parcel is stuck, no movement for a week":             understand.StalledOrLate,
		"it was supposed to arrive on monday":                    understand.StalledOrLate,
		"the mug arrived broken":                                 understand.DamagedOrWrong,
		"please cancel my order":                                 understand.CancelOrder,
		"I need to change the delivery address":                  understand.ChangeAddress,
		"i want a refund":                                        understand.RefundRequest,
		"where is my refund":                                     understand.RefundStatus,
		"I'd like to return these shoes":                         understand.ReturnExchange,
		"what is your return policy?":                            understand.ReturnRefundPolicy,
		"do you ship to Canada?":                                 understand.ShippingPolicy,
		"AGENT":                                                  understand.HumanAgent,
		"can i speak to someone":                                 understand.HumanAgent,
		"get me a real person":                                   understand.HumanAgent,
		"thanks a lot":                                           understand.Thanks,
		"thx":                                                    understand.Thanks,
		"bye":                                                    understand.Goodbye,
		"hello":                                                  understand.Greeting,
		"yes":                                                    understand.Affirm,
		"no":                                                     understand.Deny,
		"1001":                                                   understand.ProvideInfo,
		"ana@example.com":                                        understand.ProvideInfo,
		"it's #1001, ana@example.com":                            understand.ProvideInfo,
		"what is the capital of France":                          understand.OutOfScope,
		"":                                                       understand.OutOfScope,
	}
	for text, want := range cases {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			u := mind(t).Understand(text, hint())
			if !u.Has(want) {
				t.Errorf("%q: %v, want %s", text, u.Intents, want)
			}
		})
	}
}

func TestEntities(t *testing.T) {
	t.Parallel()
	type want struct {
		typ   understand.EntityType
		value string
	}
	o := func(v string) want { return want{understand.OrderNumber, v} }
	cases := []struct {
		text string
		want []want
	}{
		{"where is order 1001", []want{o("1001")}},
		{"Order #1001?", []want{o("1001")}},
		{"order no. 1001 please", []want{o("1001")}},
		{"my order number is 1 0 0 1", []want{o("1001")}},
		{"# 1001", []want{o("1001")}},
		{"where is 1001-A", []want{o("1001-A")}},
		{"EN1001 where is it", []want{o("EN1001")}},
		{"where is order 1001, call me on 415 555 0101", []want{o("1001"), {understand.Phone, "+14155550101"}}},
		{"+14155550101", []want{{understand.Phone, "+14155550101"}}},
		{"(415) 555-0101", []want{{understand.Phone, "+14155550101"}}},
		{"1001 Ana@Example.COM", []want{o("1001"), {understand.Email, "ana@example.com"}}},
		{"where is my package 1Z999AA10123456784", []want{{understand.TrackingNumber, "1Z999AA10123456784"}}},
		{"I ordered on 12/11/2026, where is it", nil},
		{"I ordered 3 weeks ago and paid $120.50 where is my order", nil},
		{"I ordered 250 items, where is my parcel", nil},
		{"my zip is 94105, where is my order", nil},
		{"order on 23 November 2026 where is it", nil},
		{"I have waited since 2026", nil},
		{"where is my order from 10:30 am", nil},
		{"my order 2026 is late", []want{o("2026")}},
		{"hi", nil},
		{"https://example.com/orders/1001", nil},
	}
	for _, c := range cases {
		t.Run(c.text, func(t *testing.T) {
			t.Parallel()
			u := mind(t).Understand(c.text, hint())
			var got []want
			for _, e := range u.Entities {
				got = append(got, want{e.Type, e.Value})
				if c.text[e.Start:e.End] != e.Text {
					t.Errorf("offsets %d:%d do not hold %q", e.Start, e.End, e.Text)
				}
			}
			if len(got) != len(c.want) {
				t.Fatalf("%q: %v, want %v", c.text, got, c.want)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("%q: %v, want %v", c.text, got, c.want)
				}
			}
		})
	}
}

func TestBareNumberWhenAsked(t *testing.T) {
	t.Parallel()
	h := hint()
	h.Awaiting = understand.OrderNumber
	u := mind(t).Understand("I think I remember that mine had 1001 on the slip", h)
	if u.First(understand.OrderNumber) != "1001" {
		t.Errorf("got %v", u.Entities)
	}
}

func TestUpset(t *testing.T) {
	t.Parallel()
	cases := map[string]bool{
		"where is my order":                              false,
		"WHERE IS MY ORDER":                              false,
		"hi there, any news?":                            false,
		"this is ridiculous, where is my order":          true,
		"I'll dispute the charge with my bank":           true,
		"third time I write, nobody answers me, useless": true,
		"OK":                    false,
		"I will call my lawyer": true,
		"thank you so much!!!":  false,
	}
	for text, want := range cases {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			if got := mind(t).Understand(text, hint()).Upset; got.Is != want {
				t.Errorf("upset %+v, want %v", got, want)
			}
		})
	}
}

func FuzzUnderstand(f *testing.F) {
	for _, s := range []string{
		"", "where is #1001", "order number is 1 0 0 1", strings.Repeat("😀", 10000), "\x00\xff\xfe", "a@b", "+++++", "#", "# -", "1-1-1-1",
		"\u202e1001", "order \u200b1001", "'; drop table orders; --", "<script>1001</script>", strings.Repeat("1 ", 500), "１００１",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u := mind(t).Understand(text, hint())
		if len(u.Intents) == 0 {
			t.Fatal("no intent at all")
		}
		for _, e := range u.Entities {
			if e.Start < 0 || e.End > len(text) || e.Start >= e.End || e.Value == "" {
				t.Fatalf("impossible entity %+v in %q", e, text)
			}
			if utf8.ValidString(text) && len(text) <= 4096 && text[e.Start:e.End] != e.Text {
				t.Fatalf("entity %+v does not stand in %q", e, text)
			}
			if e.Type == understand.OrderNumber && len(e.Value) > 40 {
				t.Fatalf("an order number of %d characters", len(e.Value))
			}
		}
	})
}
