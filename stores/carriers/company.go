package carriers

import (
	"strconv"
	"strings"
	"unicode"
)

// company is a carrier with the services' codes for it, empty or 0 where they are not
// certain: a wrong one would have the service ask a carrier that does not have the
// parcel.
type company struct {
	name string
	// also are other names, in small letters without anything between.
	also                []string
	easypost, aftership string
	seventeen           int
}

// companies are the largest carriers. Names that stand for several ("DHL", "DPD",
// "GLS", "Post") are left out: the services find out by the number.
//
// Sources: EasyPost's own samples and carrier guides; www.aftership.com/couriers;
// 17TRACK's carrier list (res.17track.net, apicarrier.all.json).
func companies() []company {
	return []company{
		{name: "UPS", also: []string{"unitedparcelservice"}, easypost: "UPS", aftership: "ups", seventeen: 100002},
		{name: "FedEx", also: []string{"federalexpress"}, easypost: "FedEx", aftership: "fedex", seventeen: 100003},
		{name: "USPS", also: []string{"unitedstatespostalservice", "uspostalservice"}, easypost: "USPS", aftership: "usps", seventeen: 21051},
		{name: "DHL Express", easypost: "DHLExpress", aftership: "dhl", seventeen: 100001},
		{name: "Royal Mail", easypost: "RoyalMail", aftership: "royal-mail"},
		{name: "Canada Post", easypost: "CanadaPost", aftership: "canada-post"},
		{name: "Australia Post", easypost: "AustraliaPost", aftership: "australia-post"},
	}
}

// companyOf finds a carrier by the name that a store has for it, the zero company if
// it is none of them.
func companyOf(name string) company {
	plain := letters(name)
	for _, c := range companies() {
		if letters(c.name) == plain {
			return c
		}
		for _, a := range c.also {
			if a == plain {
				return c
			}
		}
	}
	return company{}
}

// letters are a name's letters and figures, small.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// nameBy finds a carrier's name by a service's code, empty if it is none of them.
func nameBy(code string, of func(company) string) string {
	for _, c := range companies() {
		if code != "" && strings.EqualFold(of(c), code) {
			return c.name
		}
	}
	return ""
}

// number is 17TRACK's code as text, empty if there is none.
func (c company) number() string {
	if c.seventeen == 0 {
		return ""
	}
	return strconv.Itoa(c.seventeen)
}
