package sms

import "strings"

// basic is the GSM 7-bit default alphabet of 3GPP TS 23.038, 6.2.1, in the
// order of its codes, without the escape at 0x1B.
const basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ" +
	" !\"#¤%&'()*+,-./0123456789:;<=>?" +
	"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§" +
	"¿abcdefghijklmnopqrstuvwxyzäöñüà"

// extension is the extension table of 3GPP TS 23.038, 6.2.1.1: an escape and
// a code each, two septets.
const extension = "\f^{}\\[~]|€"

// septets returns how many septets r takes in GSM-7: 1, 2, or 0 if the
// alphabet lacks it.
func septets(r rune) int {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= ' ' && r <= '#', r >= '%' && r <= '?':
		return 1
	case strings.ContainsRune(extension, r):
		return 2
	case strings.ContainsRune(basic, r):
		return 1
	default:
		return 0
	}
}
