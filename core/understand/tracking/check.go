package tracking

import "strings"

// allDigits reports whether s is digits only, and not empty.
func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// digit is the value of the check digit at the end of s.
func digit(s string) int { return int(s[len(s)-1] - '0') }

// mod10 is the check digit of serial, its characters weighted even, odd, even…
// from the left. Letters count as their place in UPS's table.
func mod10(serial string, even, odd int) int {
	sum := 0
	for i := range len(serial) {
		v := int(serial[i] - '0')
		if serial[i] >= 'A' {
			v = (int(serial[i]) - 3) % 10
		}
		if i%2 == 0 {
			sum += v * even
		} else {
			sum += v * odd
		}
	}
	return (10 - sum%10) % 10
}

// mod10From returns a check over all from a place on, weighted even, odd.
func mod10From(from, even, odd int) func(string) bool {
	return func(s string) bool { return mod10(s[from:len(s)-1], even, odd) == digit(s) }
}

// mod10With is mod10From(1, 1, 2) for serials that are counted with a digit put
// before them, unless they begin with it already.
func mod10With(before string) func(string) bool {
	return func(s string) bool {
		serial := s[1 : len(s)-1]
		if !strings.HasPrefix(serial, before) {
			serial = before + serial
		}
		return mod10(serial, 1, 2) == digit(s)
	}
}

// mod7 is DHL's: the number before the check digit, modulo 7.
func mod7(s string) bool {
	r := 0
	for i := range len(s) - 1 {
		r = (r*10 + int(s[i]-'0')) % 7
	}
	return r == digit(s)
}

// luhn is the check of ISO/IEC 7812.
func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		v := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}

// weighted returns FedEx's check: the digits from a place on, times weights
// that repeat, modulo 11 and then 10; the check digit follows them.
func weighted(from, n int, weights ...int) func(string) bool {
	return func(s string) bool {
		sum := 0
		for i := range n {
			sum += int(s[from+i]-'0') * weights[i%len(weights)]
		}
		return sum%11%10 == int(s[from+n]-'0')
	}
}

// mod3736 is DPD's: ISO/IEC 7064, MOD 37,36.
func mod3736(s string) bool {
	const m = 36
	p := m
	for i := range len(s) - 1 {
		p = (p + value36(s[i])) % m
		if p == 0 {
			p = m
		}
		p = p * 2 % (m + 1)
	}
	return (p+value36(s[len(s)-1]))%m == 1
}

func value36(c byte) int {
	if c >= 'A' {
		return int(c-'A') + 10
	}
	return int(c - '0')
}

// postal is the check of the Universal Postal Union's standard S10, and that
// the country is one that has a postal service.
func postal(s string) bool {
	weights := [8]int{8, 6, 4, 2, 3, 5, 9, 7}
	sum := 0
	for i, w := range weights {
		sum += int(s[2+i]-'0') * w
	}
	check := 11 - sum%11
	switch check {
	case 10:
		check = 0
	case 11:
		check = 5
	}
	return check == int(s[10]-'0') && postalCountry(s[11:])
}

// postalCountry reports whether code stands in the list, at an even place.
func postalCountry(code string) bool {
	for i := 0; i < len(countries); i += 2 {
		if countries[i:i+2] == code {
			return true
		}
	}
	return false
}

// legacy is USPS's older number: twenty digits, perhaps after "91", perhaps
// after "420" and the ZIP code of five or nine digits. "91" always counts.
func legacy(s string) bool {
	if !allDigits(s) {
		return false
	}
	for _, route := range [3]int{0, 8, 12} {
		if len(s) <= route || route > 0 && !strings.HasPrefix(s, "420") {
			continue
		}
		body := s[route:]
		if len(body) == 22 && body[:2] == "91" && mod10(body[:21], 3, 1) == digit(s) {
			return true
		}
		if len(body) == 20 && mod10("91"+body[:19], 3, 1) == digit(s) {
			return true
		}
	}
	return false
}

// impb returns the check of USPS's Intelligent Mail package barcode, whose
// body begins with what begins allows, perhaps after "420" and the ZIP code.
func impb(begins func(body string) bool) func(string) bool {
	return func(s string) bool {
		if !allDigits(s) {
			return false
		}
		for _, route := range [3]int{0, 8, 12} {
			if len(s) <= route || route > 0 && !strings.HasPrefix(s, "420") {
				continue
			}
			body := s[route:]
			long := route < 12 && len(body) == 26
			if (len(body) == 22 || long) && begins(body) && mod10(body[:len(body)-1], 3, 1) == digit(s) {
				return true
			}
		}
		return longest(s) && begins(s) && mod10(s[:29], 3, 1) == digit(s)
	}
}

// longest reports whether s is the one body of thirty digits there is.
func longest(s string) bool { return len(s) == 30 && s[:2] == "94" && s[5] == '9' }

func numbered(body string) bool { return body[:2] == "94" }

func commercial(body string) bool {
	switch body[:2] {
	case "92":
		return body[5] == '9'
	case "93":
		return body[5] != '9'
	}
	return body[:2] == "95"
}

// ecommerce reports whether s is one of DHL eCommerce's: a sorting centre's two
// letters, then ten to thirty-nine digits and letters, with a digit among them.
func ecommerce(s string) bool {
	switch s[:2] {
	case "GM", "LX", "RX", "UV", "CN", "SG", "TH", "IN", "HK", "MY":
		return strings.ContainsAny(s[2:], "0123456789") && fitsShape("x*", s[2:])
	}
	return false
}
