package message_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"wismo/core/message"
)

func TestCanonicalPhone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ raw, region, want string }{
		{"+14155550101", "US", "+14155550101"},
		{"+1 (415) 555-0101", "DE", "+14155550101"},
		{"(415) 555-0101", "US", "+14155550101"},
		{"415.555.0101", "US", "+14155550101"},
		{"1-415-555-0101", "US", "+14155550101"},
		{" 4155550101\t", "US", "+14155550101"},
		{"0044 7700 900123", "GB", "+447700900123"},
		{"07700 900123", "GB", "+447700900123"},
		{"+44 (0)7700 900123", "US", "+447700900123"},
		{"030 23125000", "DE", "+493023125000"},
		{"+14155550101 ext. 5", "US", "+14155550101"},
		{"٤١٥٥٥٥٠١٠١", "US", "+14155550101"},
		{"", "US", ""},
		{"   ", "US", ""},
		{"1001", "US", ""},
		{"12", "US", ""},
		{"555-0101", "", ""},
		{"4155550101", "", ""},
		{"ana@example.com", "US", ""},
		{"US.13491208655302741918", "US", ""},
		{"+", "US", ""},
		{"+++++++", "US", ""},
		{"+999999999999999999", "US", ""},
		{strings.Repeat("4", 10_000), "US", ""},
		{"+1415555010\x00", "US", ""},
		{"\xff\xfe\xfd\xfc\xfb\xfa", "US", ""},
	} {
		t.Run(fmt.Sprintf("%.20q in %s", tt.raw, tt.region), func(t *testing.T) {
			t.Parallel()
			got, ok := message.CanonicalPhone(tt.raw, tt.region)
			if got != tt.want || ok != (tt.want != "") {
				t.Errorf("%q, %v, want %q", got, ok, tt.want)
			}
		})
	}
}

// WhatsApp and stores disagree on a digit in some countries.
func TestSamePhone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, a, b string
		want       bool
	}{
		{"equal", "+14155550101", "+14155550101", true},
		{"another", "+14155550101", "+14155550102", false},
		{"another country, same digits", "+14155550101", "+44155550101", false},
		{"the last digits only", "+14155550101", "+12125550101", false},
		{"blank and blank", "", "", false},
		{"blank and a number", "", "+14155550101", false},
		{"Brazil, mobile with and without its 9", "+5511987654321", "+551187654321", true},
		{"Brazil, another mobile", "+5511987654321", "+551187654322", false},
		{"Brazil, a landline has no 9", "+551132165432", "+5511932165432", false},
		{"Mexico, with and without its 1", "+5215512345678", "+525512345678", true},
		{"Mexico, another", "+5215512345678", "+525512345679", false},
		{"Argentina, with and without its 9", "+5491123456789", "+541123456789", true},
		{"Argentina, another", "+5491123456789", "+541123456780", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if message.SamePhone(tt.a, tt.b) != tt.want || message.SamePhone(tt.b, tt.a) != tt.want {
				t.Errorf("SamePhone(%s, %s) is not %v both ways", tt.a, tt.b, tt.want)
			}
			if f := message.FoldPhone(tt.a); message.FoldPhone(f) != f {
				t.Errorf("%s folds to %s and further", tt.a, f)
			}
		})
	}
}

func TestCanonicalEmail(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"ana@example.com":                       "ana@example.com",
		"  Ana@Example.COM\n":                   "ana@example.com",
		"ana.b+shop@example.com":                "ana.b+shop@example.com",
		"ana@example.com.":                      "ana@example.com",
		"ana@bücher.example":                    "ana@xn--bcher-kva.example",
		"ana@BÜCHER.example":                    "ana@xn--bcher-kva.example",
		"ana@xn--bcher-kva.example":             "ana@xn--bcher-kva.example",
		"ana@sub.shop.example.co.uk":            "ana@sub.shop.example.co.uk",
		"JÜRGEN@example.com":                    "jürgen@example.com",
		"\u212Aim@example.com":                  "\u212Aim@example.com", // the Kelvin sign is no k
		"jürgen@example.com":                    "jürgen@example.com",
		"":                                      "",
		"@":                                     "",
		"ana":                                   "",
		"ana@":                                  "",
		"@example.com":                          "",
		"ana@localhost":                         "",
		"a@b@example.com":                       "",
		"ana@example.com, bob@example.com":      "",
		"ana@example.com;bob@example.com":       "",
		"Ana <ana@example.com>":                 "",
		`"ana"@example.com`:                     "",
		"ana@exa mple.com":                      "",
		"ana@example.com\r\nBcc: x@example.com": "",
		"ana\x00@example.com":                   "",
		"ana\x1b[31m@example.com":               "",
		"ana\u200b@example.com":                 "",
		"\u202eana@example.com":                 "",
		"ana\xff@example.com":                   "",
		"ana@exam\xffple.com":                   "",
		"ana@-example.com":                      "",
		"ana@example..com":                      "",
		"ana@example.com..":                     "", "ana@example。": "",
		"ana@[127.0.0.1]":                           "",
		"ana@" + strings.Repeat("a.", 200) + "com":  "",
		strings.Repeat("a", 250) + "@example.com":   "",
		strings.Repeat("a", 1<<20) + "@example.com": "",
	} {
		t.Run(fmt.Sprintf("%.30q", raw), func(t *testing.T) {
			t.Parallel()
			got, ok := message.CanonicalEmail(raw)
			if got != want || ok != (want != "") {
				t.Errorf("%.60q, %v, want %q", got, ok, want)
			}
		})
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for v, want := range map[string]string{
		"+14155550101": "+1*******101", "+4915123456789": "+4*********789", "ana@example.com": "a***@e***.com", "ü@bücher.example": "ü***@b***.example",
		"a@b": "a***@b***", "US.13491208655302741918": "***", "12345": "***", "+12345": "***", "@example.com": "***", "": "",
	} {
		if got := message.Mask(v); got != want {
			t.Errorf("Mask(%s) = %s, want %s", v, got, want)
		}
	}
}

// An address cannot get into a log or an error by accident.
func TestAddressesAreMaskedWhereverPrinted(t *testing.T) {
	t.Parallel()
	for _, a := range []message.Address{{Channel: message.SMS, Value: "+14155550101"}, {Channel: message.Email, Value: "ana@example.com"}, {Channel: message.WhatsApp, Value: "US.1349120865"}} {
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "from", a, "pointer", &a)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "from", a, "group", slog.GroupValue(slog.Any("to", a)))
		all := log.String() + fmt.Sprintf("%v %s %+v %q", a, a, a, a) + fmt.Errorf("send to %v", a).Error()
		if strings.Contains(all, a.Value) || strings.Contains(all, "5550101") || strings.Contains(all, "ana@") {
			t.Errorf("%s is shown: %s", a.Channel, all)
		}
	}
}

func TestAddressKinds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a            message.Address
		phone, email string
	}{
		{message.Address{Channel: message.SMS, Value: "+14155550101"}, "+14155550101", ""},
		{message.Address{Channel: message.WhatsApp, Value: "+14155550101"}, "+14155550101", ""},
		{message.Address{Channel: message.WhatsApp, Value: "US.1234"}, "", ""},
		{message.Address{Channel: message.Email, Value: "ana@example.com"}, "", "ana@example.com"},
		{message.Address{Channel: message.Email, Value: "+14155550101@sms.example.com"}, "", "+14155550101@sms.example.com"},
		{message.Address{}, "", ""},
	} {
		if tt.a.Phone() != tt.phone || tt.a.EmailAddress() != tt.email {
			t.Errorf("%s: phone %q, e-mail %q", tt.a, tt.a.Phone(), tt.a.EmailAddress())
		}
	}
	for number, region := range map[string]string{"+14155550101": "US", "+447700900123": "GB", "+5215512345678": "MX", "": "", "US.1": "", "+": ""} {
		if got := message.RegionOf(number); got != region {
			t.Errorf("RegionOf(%s) = %s, want %s", number, got, region)
		}
	}
}

// FuzzAddress holds that what is canonical stays so, whatever it was made of,
// and that it can be written down and put into a header.
func FuzzAddress(f *testing.F) {
	for _, seed := range []string{
		"+14155550101", "(415) 555-0101", "+5215555550100", "+5491123456789", "011 15 2345-6789", "+551187654321", "ana@example.com", "ana@bücher.example", "a\x00b@example.com",
		"ſ@example.com", "K@example.com", "a@ß.example", "İ@example.com", "tel:+1-415-555-0101;ext=5", "+1415555０１０１", "1-800-FLOWERS", "",
	} {
		f.Add(seed, "US")
	}
	f.Add("11 15-2345-6789", "AR")
	f.Add("044 55 1234 5678", "MX")
	f.Fuzz(func(t *testing.T, raw, region string) {
		if email, ok := message.CanonicalEmail(raw); ok {
			if again, ok := message.CanonicalEmail(email); !ok || again != email {
				t.Errorf("%q is canonical, yet becomes %q", email, again)
			}
			if !utf8.ValidString(email) || strings.ContainsFunc(email, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }) || len(email) > 254 {
				t.Errorf("%q cannot be written down", email)
			}
		} else if email != "" {
			t.Errorf("not ok, yet %q", email)
		}
		phone, ok := message.CanonicalPhone(raw, region)
		if ok != (phone != "") {
			t.Errorf("%q, %v", phone, ok)
		}
		if !ok {
			return
		}
		if phone[0] != '+' || strings.Trim(phone[1:], "0123456789") != "" || len(phone) > 20 {
			t.Errorf("%q is not E.164", phone)
		}
		if again, ok := message.CanonicalPhone(phone, ""); !ok || again != phone {
			t.Errorf("%q is canonical, yet becomes %q", phone, again)
		}
		if fold := message.FoldPhone(phone); message.FoldPhone(fold) != fold {
			t.Errorf("%q folds twice", phone)
		}
		if len(phone) > 6 && strings.Contains(message.Mask(phone), phone[2:len(phone)-3]) {
			t.Errorf("the mask of %q shows it", phone)
		}
	})
}
