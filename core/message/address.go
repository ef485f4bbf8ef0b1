package message

import (
	"log/slog"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/net/idna"
)

// Address is one end of a channel: an E.164 phone number, an e-mail address,
// or, for a WhatsApp user who hides the number, a business-scoped id such as
// "US.1234". It prints and logs masked; Value holds it in full.
type Address struct {
	Channel Channel
	// Value is canonical: "+14155550101", "ana@example.com", "US.1234".
	Value string
}

// Phone returns the E.164 number, empty if the address is none.
func (a Address) Phone() string {
	if strings.HasPrefix(a.Value, "+") && a.Channel != Email {
		return a.Value
	}
	return ""
}

// EmailAddress returns the e-mail address, empty if the address is none.
func (a Address) EmailAddress() string {
	if a.Channel == Email {
		return a.Value
	}
	return ""
}

// String returns the address masked, so that it cannot get into a log or an
// error by accident.
func (a Address) String() string { return Mask(a.Value) }

// LogValue masks the address in structured logs.
func (a Address) LogValue() slog.Value { return slog.StringValue(a.String()) }

// Mask hides the most of a phone number or e-mail address: "+1*******101",
// "a***@e***.com". What is neither becomes "***".
func Mask(v string) string {
	if at := strings.LastIndexByte(v, '@'); at > 0 {
		domain := v[at+1:]
		tld := ""
		if dot := strings.LastIndexByte(domain, '.'); dot > 0 {
			tld = domain[dot:]
			domain = domain[:dot]
		}
		return firstRune(v[:at]) + "***@" + firstRune(domain) + "***" + tld
	}
	if len(v) > 6 && v[0] == '+' {
		return v[:2] + strings.Repeat("*", len(v)-5) + v[len(v)-3:]
	}
	if v == "" {
		return ""
	}
	return "***"
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

// CanonicalPhone parses a phone number as a person or a store writes it and
// returns it in E.164. Numbers without a country code are read in region, an
// ISO 3166 code. ok is false if raw can be no phone number. Compare two with
// SamePhone, never with ==.
func CanonicalPhone(raw, region string) (e164 string, ok bool) {
	raw = strings.TrimSpace(raw)
	if len(raw) < 5 || len(raw) > 40 {
		return "", false
	}
	if plainNANP(raw) {
		return raw, true
	}
	n, err := phonenumbers.Parse(raw, region)
	if err != nil || !phonenumbers.IsPossibleNumber(n) && !oldMexicanMobile(n) {
		return "", false
	}
	e164 = phonenumbers.Format(n, phonenumbers.E164)
	// Of some impossible numbers one more zero is dropped each time; what is
	// canonical must stay as it is.
	for range len(e164) {
		n, err = phonenumbers.Parse(e164, "")
		if err != nil {
			return "", false
		}
		again := phonenumbers.Format(n, phonenumbers.E164)
		if again == e164 {
			return e164, true
		}
		e164 = again
	}
	return "", false
}

// oldMexicanMobile reports whether n is +52 1 and ten digits, which numbering
// plans have dropped since 2019 but WhatsApp still sends.
func oldMexicanMobile(n *phonenumbers.PhoneNumber) bool {
	const lowest, highest = 1_10_0000_0000, 1_99_9999_9999
	return n.GetCountryCode() == 52 && n.GetNationalNumber() >= lowest && n.GetNationalNumber() <= highest
}

// plainNANP reports whether raw is a number of the North American plan in E.164
// already: the commonest form, which need not be parsed.
func plainNANP(raw string) bool {
	if len(raw) != 12 || raw[0] != '+' || raw[1] != '1' || raw[2] < '2' {
		return false
	}
	for i := 2; i < len(raw); i++ {
		if raw[i] < '0' || raw[i] > '9' {
			return false
		}
	}
	return true
}

// SamePhone reports whether two E.164 numbers are one number. An empty string
// is the same as nothing, not even another empty string.
func SamePhone(a, b string) bool {
	return a != "" && b != "" && FoldPhone(a) == FoldPhone(b)
}

// FoldPhone maps the spellings of one number onto one. Mobile numbers are
// written with an extra digit in some places and without it in others:
// Brazil +55 AA 9XXXXXXXX / +55 AA XXXXXXXX, Mexico +52 1 / +52, Argentina
// +54 9 / +54. WhatsApp and stores disagree on which (chatwoot issues 5840,
// 13986, 14048).
func FoldPhone(e164 string) string {
	switch {
	case strings.HasPrefix(e164, "+521") && len(e164) == 14:
		return "+52" + e164[4:]
	case strings.HasPrefix(e164, "+549") && len(e164) == 14:
		return "+54" + e164[4:]
	case strings.HasPrefix(e164, "+55") && len(e164) == 13 && e164[5] >= '6':
		// Eight digits after the area code that begin with 6 to 9 are a
		// mobile number from before the ninth digit.
		return e164[:5] + "9" + e164[5:]
	}
	return e164
}

// RegionOf returns the ISO 3166 country of an E.164 number, empty if it tells
// none.
func RegionOf(e164 string) string {
	n, err := phonenumbers.Parse(e164, "")
	if err != nil {
		return ""
	}
	region := phonenumbers.GetRegionCodeForNumber(n)
	if region == "" {
		region = phonenumbers.GetRegionCodeForCountryCode(int(n.GetCountryCode()))
	}
	return region
}

// CanonicalEmail trims, lower-cases and converts the domain of an address to
// its ASCII form. Dots and plus-tags are kept: they may belong to somebody
// else. ok is false if raw is no single bare address, or holds characters that
// nobody can see.
func CanonicalEmail(raw string) (email string, ok bool) {
	raw = strings.TrimSpace(raw)
	at := strings.LastIndexByte(raw, '@')
	if at < 1 || at == len(raw)-1 || len(raw) > maxEmail || !utf8.ValidString(raw) || strings.ContainsAny(raw, "<>,;\"") {
		return "", false
	}
	local := strings.Map(lower, raw[:at])
	if strings.ContainsFunc(local, func(r rune) bool { return r == '@' || unicode.IsSpace(r) || !unicode.IsGraphic(r) }) {
		return "", false
	}
	domain, err := idna.New(idna.MapForLookup(), idna.BidiRule(), idna.VerifyDNSLength(true)).ToASCII(raw[at+1:])
	domain = strings.TrimSuffix(domain, ".")
	if err != nil || !strings.Contains(domain, ".") || strings.HasSuffix(domain, ".") {
		return "", false
	}
	if email = local + "@" + domain; len(email) > maxEmail {
		return "", false
	}
	return email, true
}

// maxEmail is how long an address may be (RFC 5321, 4.5.3.1.3).
const maxEmail = 254

// lower is r in lower case, unless that would make an ASCII letter of one that
// only looks like it: U+212A is not "k".
func lower(r rune) rune {
	if l := unicode.ToLower(r); r < utf8.RuneSelf || l >= utf8.RuneSelf {
		return l
	}
	return r
}

// National returns the digits of an E.164 number that follow its country code, empty
// if there is none.
func National(e164 string) string {
	n, err := phonenumbers.Parse(e164, "")
	if err != nil {
		return ""
	}
	return phonenumbers.GetNationalSignificantNumber(n)
}
