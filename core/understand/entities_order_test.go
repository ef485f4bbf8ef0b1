package understand

import (
	"slices"
	"testing"

	"wismo/core/shop"
)

func TestOrderFormats(t *testing.T) {
	t.Parallel()
	hash := shop.Defaults().Orders
	abc := shop.OrderFormat{Prefix: "ABC-", MinDigits: 4, MaxDigits: 6}
	de := shop.OrderFormat{Suffix: "-DE", MinDigits: 4, MaxDigits: 6}
	both := shop.OrderFormat{Prefix: "EN", Suffix: "-A", MinDigits: 4, MaxDigits: 6}
	year := shop.OrderFormat{Prefix: "B2026-", MinDigits: 4, MaxDigits: 6}
	long := shop.OrderFormat{MinDigits: 6, MaxDigits: 8}
	for _, tt := range []struct {
		name   string
		format shop.OrderFormat
		text   string
		want   []string
	}{
		{"hash", hash, "#1001", []string{"1001"}},
		{"hash apart", hash, "order # 1001", []string{"1001"}},
		{"too short", hash, "order 12", nil},
		{"too long", hash, "order 12345678901", nil},
		{"leading zeros stay", hash, "order 001001", []string{"001001"}},
		{"thousands", hash, "order 1,001", []string{"1001"}},
		{"another suffix", hash, "order 1001-B", []string{"1001-B"}},
		{"another prefix", hash, "order WEB-1001", []string{"WEB-1001"}},
		{"a confirmation code", hash, "order XPAV284CT", []string{"XPAV284CT"}},
		{"a code in small letters", hash, "order xpav284ct", []string{"XPAV284CT"}},
		{"what it says of itself", hash, "1002 says delivered but it never came", []string{"1002"}},
		{"what counts something", hash, "1500 followers", nil},
		{"spelt out", hash, "number is 1 0 0 1", []string{"1001"}},
		{"spelt with dashes", hash, "order 1-0-0-1", []string{"1001"}},
		{"and a quantity", hash, "order 1001 2 items missing", []string{"1001"}},
		{"three in a row", hash, "orders 1001, 1002 and 1003", []string{"1001", "1002", "1003"}},
		{"side by side", hash, "orders 1001 1002", []string{"1001", "1002"}},
		{"number first", hash, "1001 is my order number", []string{"1001"}},
		{"another thing's number first", hash, "1001 is my customer number, where is my order", nil},
		{"prefix", abc, "ABC-1001", []string{"1001"}},
		{"prefix without dash", abc, "abc1001", []string{"1001"}},
		{"prefix apart", abc, "ABC 1001", []string{"1001"}},
		{"prefix with another dash", abc, "ABC–1001", []string{"1001"}},
		{"prefix and too many digits", abc, "ABC-1001222", nil},
		{"prefix left out", abc, "order 1001", []string{"1001"}},
		{"suffix", de, "1001-DE", []string{"1001"}},
		{"suffix without dash", de, "1001de", []string{"1001"}},
		{"suffix left out", de, "order 1001", []string{"1001"}},
		{"suffix of another word", de, "commande 1001 de mars", []string{"1001"}},
		{"both", both, "EN1001-A", []string{"1001"}},
		{"both apart", both, "en 1001 A", []string{"1001"}},
		{"prefix with digits", year, "B2026-1001", []string{"1001"}},
		{"prefix without its letter", year, "order 2026-1001", []string{"1001"}},
		{"a date, no prefix", year, "order of 2026-11-20", nil},
		{"groups", long, "order 123 456", []string{"123456"}},
		{"three groups", long, "order 12 34 56 78", []string{"12345678"}},
		{"groups and a quantity", long, "order 123 456 2 items", []string{"123456"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := values(tt.text, Hint{Format: tt.format, Region: "US"}, OrderNumber); !slices.Equal(got, tt.want) {
				t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

// TestOffsets holds that an entity tells where it stands in the original text,
// whatever stands before it.
func TestOffsets(t *testing.T) {
	t.Parallel()
	for _, before := range []string{"", "é ", "🙏🙏 ", "№ 7, ", "\u200b\u202e ", "ＡＢ ", "\xff ", "заказ "} {
		text := before + "order #1001"
		es := entities(text, Hint{Format: shop.Defaults().Orders, Region: "US"})
		if len(es) != 1 || es[0].Text != "#1001" || es[0].Start != len(text)-5 || es[0].End != len(text) {
			t.Errorf("%q: %+v", text, es)
		}
	}
}

// TestPhoneOrParcel holds that digits which may be either, and are all there is,
// are reported as both unless a phone was asked for.
func TestPhoneOrParcel(t *testing.T) {
	t.Parallel()
	h := Hint{Format: shop.Defaults().Orders, Region: "US"}
	const either = "4155550103" // passes DHL Express's check
	if es := entities(either, h); len(es) != 2 || es[0].Start != es[1].Start || es[0].End != es[1].End {
		t.Errorf("alone: %+v", es)
	}
	h.Awaiting = Phone
	if es := entities(either, h); len(es) != 1 || es[0].Type != Phone {
		t.Errorf("asked for: %+v", es)
	}
	h.Awaiting = ""
	if es := entities("call me on "+either, h); len(es) != 1 || es[0].Type != Phone {
		t.Errorf("called a phone: %+v", es)
	}
	if es := entities("DHL number "+either, h); len(es) != 1 || es[0].Type != TrackingNumber {
		t.Errorf("called a tracking number: %+v", es)
	}
}
