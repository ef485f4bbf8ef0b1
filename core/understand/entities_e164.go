package understand

import (
	"strconv"

	"github.com/nyaruka/phonenumbers"

	"wismo/core/message"
)

// e164 is message.CanonicalPhone for what the scanner has cut out, without the
// cost of its parsing where a country's numbers are plain: a calling code, and
// what is left of the national number without the zero before it.
func e164(raw, region string) (string, bool) {
	var buf [maxPhone + 3]byte
	digits, ok := plainDigits(buf[:0], raw)
	if !ok {
		return message.CanonicalPhone(raw, region)
	}
	code := 0
	if raw[0] == '+' {
		if code, digits = callingCode(digits); code == 0 {
			return message.CanonicalPhone(raw, region)
		}
	} else {
		if code = plainRegion(region); code == 0 || digits[0] != '0' {
			return message.CanonicalPhone(raw, region)
		}
		digits = digits[1:]
	}
	if len(digits) < minPhone || digits[0] == '0' || code == 44 && len(digits) != 10 {
		return message.CanonicalPhone(raw, region)
	}
	national, err := strconv.ParseUint(string(digits), 10, 64)
	country := int32(code)
	n := phonenumbers.PhoneNumber{CountryCode: &country, NationalNumber: &national}
	if err != nil || !phonenumbers.IsPossibleNumber(&n) {
		return message.CanonicalPhone(raw, region)
	}
	return "+" + strconv.Itoa(code) + string(digits), true
}

// plainDigits appends the digits of raw. ok is false if there are too many, or
// if a zero stands in brackets, which is left out of the number.
func plainDigits(out []byte, raw string) (_ []byte, ok bool) {
	for i := range len(raw) {
		switch c := raw[i]; {
		case isDigit(c) && len(out) == cap(out), c == '(' && i+1 < len(raw) && raw[i+1] == '0':
			return nil, false
		case isDigit(c):
			out = append(out, c)
		}
	}
	return out, len(out) >= minPhone
}

// callingCode takes the calling code of a plain country off digits, 0 if they
// begin with none.
func callingCode(digits []byte) (code int, national []byte) {
	switch string(digits[:2]) {
	case "31", "32", "33", "34", "41", "43", "44", "49":
		return int(digits[0]-'0')*10 + int(digits[1]-'0'), digits[2:]
	}
	if string(digits[:3]) == "351" {
		return 351, digits[3:]
	}
	return 0, digits
}

// plainRegion is the calling code of a country whose national numbers are
// written after a zero that is no part of them, 0 for others.
func plainRegion(region string) int {
	switch region {
	case "AT":
		return 43
	case "BE":
		return 32
	case "CH":
		return 41
	case "DE":
		return 49
	case "FR":
		return 33
	case "GB":
		return 44
	case "NL":
		return 31
	}
	return 0
}
