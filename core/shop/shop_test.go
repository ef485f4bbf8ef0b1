package shop_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"wismo/core/message"
	"wismo/core/shop"
)

func TestOrderFormat(t *testing.T) {
	t.Parallel()
	hash := shop.OrderFormat{Prefix: "#"}
	en := shop.OrderFormat{Prefix: "EN", Suffix: "-A"}
	for _, tt := range []struct {
		name      string
		format    shop.OrderFormat
		ref       string
		canonical string
		names     []string
	}{
		{"digits", hash, "1001", "1001", []string{"#1001", "1001"}},
		{"as printed", hash, "#1001", "1001", []string{"#1001"}},
		{"spaces", hash, " # 10 01 ", "1001", []string{"#1001"}},
		{"letters as well", hash, "1001-b", "1001-B", []string{"#1001-B", "1001-B"}},
		{"no prefix", shop.OrderFormat{}, "1001", "1001", []string{"1001"}},
		{"no prefix, typed one", shop.OrderFormat{}, "#1001", "1001", []string{"1001", "#1001"}},
		{"prefix and suffix, digits", en, "1001", "1001", []string{"EN1001-A", "1001"}},
		{"prefix and suffix, whole", en, "en1001-a", "1001", []string{"EN1001-A"}},
		{"prefix alone", en, "en1001", "1001", []string{"EN1001-A", "EN1001"}},
		{"suffix alone", en, "1001-a", "1001", []string{"EN1001-A", "1001-A"}},
		{"another's prefix", en, "FR1001", "FR1001", []string{"ENFR1001-A", "FR1001"}},
		{"an old name", en, "#1001", "1001", []string{"EN1001-A", "#1001"}},
		{"prefix with a hash", shop.OrderFormat{Prefix: "#SO-"}, "so-1001", "1001", []string{"#SO-1001", "SO-1001"}},
		{"spaces in the format", shop.OrderFormat{Prefix: "Order ", Suffix: " B"}, "order 1001 b", "1001", []string{"Order 1001 B", "ORDER1001B"}},
		{"a lower-case format", shop.OrderFormat{Prefix: "en"}, "EN7", "7", []string{"en7"}},
		{"the prefix is all", en, "EN", "EN", []string{"ENEN-A", "EN"}},
		{"the suffix is all", shop.OrderFormat{Suffix: "-A"}, "-A", "-A", []string{"-A-A", "-A"}},
		{"nothing", hash, " ", "", nil},
		{"a hash", hash, "#", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.format.Canonical(tt.ref); got != tt.canonical {
				t.Errorf("Canonical(%q) = %q, want %q", tt.ref, got, tt.canonical)
			}
			if got := tt.format.Names(tt.ref); !slices.Equal(got, tt.names) {
				t.Errorf("Names(%q) = %q, want %q", tt.ref, got, tt.names)
			}
		})
	}
}

// FuzzOrderFormat holds that whatever is typed, the spellings of one order are
// counted under one key, and that a key is found again from each of its names.
func FuzzOrderFormat(f *testing.F) {
	for _, seed := range [][3]string{{"#", "", "1001"}, {"EN", "-A", "en1001-a"}, {"Order ", " B", "order 7 b"}, {"", "", "#"}, {"1", "1", "1111"}, {"#", "", "\xff"}} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, prefix, suffix, ref string) {
		format := shop.OrderFormat{Prefix: prefix, Suffix: suffix}
		core := format.Canonical(ref)
		if strings.ContainsAny(core, " \t\n") {
			t.Errorf("Canonical(%q) = %q has spaces", ref, core)
		}
		names := format.Names(ref)
		if (core == "") != (len(names) == 0) {
			t.Errorf("%q is %q, yet has the names %q", ref, core, names)
		}
		if len(names) > 0 && utf8.ValidString(ref) && names[0] != prefix+core+suffix {
			t.Errorf("the likeliest name of %q is %q", ref, names[0])
		}
		if again := format.Canonical(strings.ToLower(ref)); isASCII(ref) && again != core {
			t.Errorf("%q and its lower case are counted apart: %q, %q", ref, core, again)
		}
	})
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	s := shop.Defaults()
	if s.Location == nil || s.Language == "" || s.Region == "" || s.Claim != shop.ClaimAllow || !s.Introduce {
		t.Errorf("a default is missing: %+v", s)
	}
	if s.Limits.SenderFailures <= 0 || s.Limits.OrderFailures < s.Limits.SenderFailures || s.Limits.RepliesPerHour <= 0 {
		t.Errorf("the limits do not limit: %+v", s.Limits)
	}
	if s.Stalled.NoMovement < 24*time.Hour || s.Stalled.PastEstimate <= 0 || s.Stalled.NeverScanned <= 0 || s.StoreDownAfter <= 0 {
		t.Errorf("a threshold is missing: %+v", s.Stalled)
	}
	if o := s.Orders; o.Prefix != "#" || o.MinDigits < 1 || o.MaxDigits < o.MinDigits {
		t.Errorf("order format %+v", o)
	}
}

func TestTexts(t *testing.T) {
	t.Parallel()
	one, each := shop.Texts{"": "all"}, shop.Texts{"": "all", "de": "alle"}
	for name, c := range map[string]struct {
		texts    shop.Texts
		language string
		want     string
	}{
		"none":               {nil, "de", ""},
		"one for all":        {one, "de", "all"},
		"one's own":          {each, "de", "alle"},
		"another's":          {each, "fr", "all"},
		"only one language":  {shop.Texts{"de": "alle"}, "fr", ""},
		"no language is all": {each, "", "all"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.texts.In(c.language); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestSpeaks(t *testing.T) {
	t.Parallel()
	s := shop.Shop{Language: "de", Languages: []string{"en", "fr"}}
	for written, want := range map[string]string{"en": "en", "fr": "fr", "de": "de", "es": "de", "other": "de", "": "de"} {
		if got := s.Speaks(written); got != want {
			t.Errorf("who writes in %q is answered in %q, want %q", written, got, want)
		}
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	s := shop.Shop{Countries: []string{"DE", "AT"}}
	for address, want := range map[message.Address]bool{
		{Channel: message.SMS, Value: "+493023125001"}:      true,
		{Channel: message.SMS, Value: "+14155550101"}:       false,
		{Channel: message.WhatsApp, Value: "+14155550101"}:  false,
		{Channel: message.WhatsApp, Value: "US.1234567890"}: true, // no phone, no cost of a country
		{Channel: message.Email, Value: "ana@example.com"}:  true,
		{Channel: message.SMS, Value: "+43171925001"}:       true,
	} {
		if got := s.Answers(address); got != want {
			t.Errorf("%s is answered: %v, want %v", address.Value, got, want)
		}
	}
	if all := (shop.Shop{}); !all.Answers(message.Address{Channel: message.SMS, Value: "+14155550101"}) {
		t.Error("with no list everybody is answered")
	}
}
