package understand

import (
	"unicode"
	"unicode/utf8"
)

// folded is a text as the entity scanner reads it: one byte for each character
// that can be seen, lower-case, without accents, with one kind of dash, blank
// and currency sign. What cannot be seen is left out.
type folded struct {
	text string
	b    []byte
	// at holds the offset in text of each byte in b; nil if they are the same.
	at []int32
}

// Bytes in a folded text that stand for many characters.
const (
	blank   = ' '
	newline = '\n'
	symbol  = 0x01 // emoji and whatever is no letter, digit or punctuation
	foreign = 0x02 // a letter of another script
	money   = '$'
)

func fold(text string) folded {
	f := folded{text: text, b: make([]byte, 0, len(text))}
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			f.foldRunes(i)
			return f
		}
		f.b = append(f.b, foldASCII(text[i]))
	}
	return f
}

func foldASCII(c byte) byte {
	switch {
	case c >= 'A' && c <= 'Z':
		return c + 'a' - 'A'
	case c == newline:
		return newline
	case c < blank || c == 0x7f:
		return blank
	}
	return c
}

// foldRunes goes on at from, where the first character beyond ASCII stands.
func (f *folded) foldRunes(from int) {
	f.at = make([]int32, from, len(f.text))
	for i := range from {
		f.at[i] = int32(i)
	}
	for i, r := range f.text[from:] {
		if r < utf8.RuneSelf {
			f.put(from+i, foldASCII(byte(r)))
			continue
		}
		if r == 0x2116 { // №
			f.put(from+i, 'n')
			f.put(from+i, 'o')
			continue
		}
		if c := f.foldRune(r); c != 0 {
			f.put(from+i, c)
		}
	}
}

func (f *folded) put(at int, c byte) {
	f.b = append(f.b, c)
	f.at = append(f.at, int32(at))
}

// latin are the letters from U+00C0 to U+017F without their accents.
const latin = "aaaaaaaceeeeiiiidnooooo\x01ouuuuytsaaaaaaaceeeeiiiidnooooo\x01ouuuuyty" +
	"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll" +
	"lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"

// foldRune returns the byte for a character beyond ASCII, 0 for one that is
// left out.
func (f *folded) foldRune(r rune) byte {
	switch {
	case r >= 0xc0 && r < 0x180:
		return latin[r-0xc0]
	case r == 0xba || r == 0xb0: // "nº", "n°", but not "25°"
		if n := len(f.b); n > 0 && (isLetter(f.b[n-1]) || f.b[n-1] == '.') {
			return 'o'
		}
		return symbol
	case r >= 0xff01 && r <= 0xff5e: // full width
		return foldASCII(byte(r - 0xff01 + '!'))
	case r >= 0x2010 && r <= 0x2015 || r == 0x2212:
		return '-'
	case r == 0x2018 || r == 0x2019 || r == 0x02bc || r == 0xb4:
		return '\''
	case r == 0x201c || r == 0x201d || r == 0x201e || r == 0xab || r == 0xbb:
		return '"'
	case unicode.Is(unicode.Cf, r) || unicode.Is(unicode.M, r):
		return 0
	case unicode.IsSpace(r):
		return blank
	}
	return foldOther(r)
}

func foldOther(r rune) byte {
	switch {
	case unicode.Is(unicode.Sc, r):
		return money
	case unicode.Is(unicode.Nd, r):
		return foldDigit(r)
	case unicode.IsLetter(r):
		return foreign
	}
	return symbol
}

// foldDigit is the decimal digit that r stands for. Decimal digits come in
// unbroken tens (Unicode, 4.6).
func foldDigit(r rune) byte {
	n := byte(0)
	for n < 10 && unicode.Is(unicode.Nd, r-rune(n)-1) {
		n++
	}
	if r >= 0x1d7ce && r <= 0x1d7ff {
		return '0' + byte((r-0x1d7ce)%10)
	}
	return '0' + n%10
}

// start returns the offset in the text of byte i.
func (f *folded) start(i int32) int {
	if f.at == nil {
		return int(i)
	}
	return int(f.at[i])
}

// end returns the offset in the text after the last of the bytes before i.
func (f *folded) end(i int32) int {
	if f.at == nil {
		return int(i)
	}
	from := int(f.at[i-1])
	_, n := utf8.DecodeRuneInString(f.text[from:])
	return from + n
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
