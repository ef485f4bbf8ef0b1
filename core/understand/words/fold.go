package words

import "unicode"

// latin folds the accented letters from U+00C0 to U+017F, and full-width and
// mathematical letters by their distance from the plain ones.
func fold(r rune) (string, bool) {
	switch {
	case r >= 0xC0 && r <= 0x17F:
		s := latin[r-0xC0]
		return s, s != ""
	case r >= 0xFF21 && r <= 0xFF3A, r >= 0xFF41 && r <= 0xFF5A:
		return ascii[(r-0xFF21)%32+'a'], true
	case r >= 0xFF10 && r <= 0xFF19:
		return ascii[r-0xFF10+'0'], true
	case r >= 0x1D400 && r < 0x1D6A4:
		return ascii[(r-0x1D400)%26+'a'], true
	case r >= 0x1D7CE && r <= 0x1D7FF:
		return ascii[(r-0x1D7CE)%10+'0'], true
	case r == 'ẞ':
		return "ss", true
	}
	return "", false
}

// ascii holds each ASCII character as a string.
var ascii = func() (t [128]string) {
	for i := range t {
		t[i] = string(rune(i))
	}
	return t
}()

// latin holds what each letter from U+00C0 on is without its accent.
var latin = func() (t [0x180 - 0xC0]string) {
	groups := map[string]string{
		"a": "ÀÁÂÃÄÅàáâãäåĀāĂăĄą", "c": "ÇçĆćĈĉĊċČč", "d": "ÐðĎďĐđ", "e": "ÈÉÊËèéêëĒēĔĕĖėĘęĚě", "g": "ĜĝĞğĠġĢģ",
		"h": "ĤĥĦħ", "i": "ÌÍÎÏìíîïĨĩĪīĬĭĮįİı", "j": "Ĵĵ", "k": "Ķķĸ", "l": "ĹĺĻļĽľĿŀŁł", "n": "ÑñŃńŅņŇňŉŊŋ",
		"o": "ÒÓÔÕÖØòóôõöøŌōŎŏŐő", "r": "ŔŕŖŗŘř", "s": "ŚśŜŝŞşŠšſ", "t": "ŢţŤťŦŧ", "u": "ÙÚÛÜùúûüŨũŪūŬŭŮůŰűŲų",
		"w": "Ŵŵ", "y": "ÝýÿŶŷŸ", "z": "ŹźŻżŽž", "ae": "Ææ", "oe": "Œœ", "ss": "ß", "th": "Þþ", "ij": "Ĳĳ",
	}
	for plain, letters := range groups {
		for _, r := range letters {
			t[r-0xC0] = plain
		}
	}
	return t
}()

// lookAlike returns the Latin letter that a Cyrillic or Greek one looks like,
// 0 if there is none.
func lookAlike(r rune) byte {
	const (
		other = "аеорсухіјѕԁһԛԝкмтвнАЕОРСУХІЈЅКМТВНοαενρτυικΟΑΕΝΡΤΥΙΚΒΗΜΖΧ"
		plain = "aeopcyxijsdhqwkmtbhaeopcyxijskmtbhoaevptuikoaenptyikbhmzx"
	)
	i := 0
	for _, o := range other {
		if o == r {
			return plain[i]
		}
		i++
	}
	return 0
}

// invisible reports whether a character takes no room: marks that combine,
// joiners, direction and variation marks.
func invisible(r rune) bool {
	switch {
	case r >= 0x300 && r <= 0x36F, r == 0xAD, r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E,
		r >= 0x2060 && r <= 0x206F, r >= 0xFE00 && r <= 0xFE0F, r == 0xFEFF, r >= 0x1F3FB && r <= 0x1F3FF, r >= 0xE0000 && r <= 0xE0FFF:
		return true
	}
	return r > 0x36F && unicode.Is(unicode.Mn, r)
}

func pictograph(r rune) bool {
	return (r >= 0x1F300 && r <= 0x1FAFF) || (r >= 0x2600 && r <= 0x27BF) || (r >= 0x1F1E6 && r <= 0x1F1FF)
}
