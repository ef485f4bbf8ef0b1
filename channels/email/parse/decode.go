package parse

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/cention-sany/utf7"
	"github.com/emersion/go-message/charset"
	"golang.org/x/text/encoding/charmap"
)

// toUTF8 reads text in a charset. Without one, or in one that is unknown or cannot
// be right, it is what it most likely is; then ok is false.
func toUTF8(raw []byte, label string) (text string, ok bool) {
	label = strings.ToLower(strings.Trim(label, ` "'`))
	label, _, _ = strings.Cut(label, "*") // RFC 2231, 5: a language may follow
	switch label {
	case "", "us-ascii", "ascii", "utf-8", "utf8", "unicode-1-1-utf-8", "default", "x-unknown", "unknown-8bit", "_iso-2022-jp$esc":
		if utf8.Valid(raw) {
			return string(raw), label != "x-unknown" && label != "unknown-8bit"
		}
		return guessed(raw), label == ""
	case "utf-7", "unicode-1-1-utf-7", "x-unicode-2-0-utf-7":
		if out, err := utf7.UTF7.NewDecoder().Bytes(raw); err == nil {
			return string(out), true
		}
		return guessed(raw), false
	}
	r, err := charset.Reader(label, bytes.NewReader(raw))
	if err != nil {
		return guessed(raw), false
	}
	out, err := io.ReadAll(r)
	if err != nil {
		return guessed(raw), false
	}
	return strings.ToValidUTF8(string(out), "\ufffd"), true
}

// guessed is what text in an unknown charset most likely says.
func guessed(raw []byte) string {
	if utf8.Valid(raw) {
		return string(raw)
	}
	// Mostly UTF-8, cut or with a broken character: read as such.
	if s := strings.ToValidUTF8(string(raw), "\ufffd"); 8*strings.Count(s, "\ufffd") < countHigh(raw) {
		return s
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(raw)
	if err != nil {
		return strings.ToValidUTF8(string(raw), "\ufffd")
	}
	return string(out)
}

func countHigh(raw []byte) int {
	n := 0
	for _, c := range raw {
		if c >= 0x80 {
			n++
		}
	}
	return n
}

// transferred undoes a transfer encoding (RFC 2045, 6) as far as it goes; ok is
// false if it is broken or unknown. No more than limit bytes are kept; size is how
// many there were.
func transferred(raw []byte, encoding string, limit int) (out []byte, size int, ok bool) {
	switch strings.ToLower(strings.TrimSpace(strings.Trim(encoding, `"`))) {
	case "base64":
		return base64Of(raw, limit)
	case "quoted-printable":
		out, ok = quotedPrintable(raw)
	case "", "7bit", "8bit", "binary", "7-bit", "8-bit":
		out, ok = raw, true
	default:
		out, ok = raw, false
	}
	return out[:min(len(out), limit)], len(out), ok
}

// base64Of passes over what is not of the alphabet: line ends, and what lists and
// gateways add.
func base64Of(raw []byte, limit int) (out []byte, size int, ok bool) {
	r := base64.NewDecoder(base64.RawStdEncoding, &alphabet{raw})
	out, err := io.ReadAll(io.LimitReader(r, int64(limit)))
	size = len(out)
	if err == nil {
		rest, failed := io.Copy(io.Discard, r)
		size, err = size+int(rest), failed
	}
	return out, size, err == nil
}

// alphabet reads only what base64 consists of.
type alphabet struct{ raw []byte }

func (a *alphabet) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(a.raw) == 0 {
			return n, io.EOF
		}
		c := a.raw[0]
		a.raw = a.raw[1:]
		if 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '+' || c == '/' {
			p[n] = c
			n++
		}
	}
	return n, nil
}

// quotedPrintable leaves as it is what is no code.
func quotedPrintable(raw []byte) (out []byte, ok bool) {
	out, ok = make([]byte, 0, len(raw)), true
	for len(raw) > 0 {
		i := bytes.IndexByte(raw, '=')
		if i < 0 {
			return append(out, raw...), ok
		}
		out, raw = append(out, raw[:i]...), raw[i+1:]
		switch {
		case len(raw) == 0:
		case raw[0] == '\n':
			raw = raw[1:]
		case len(raw) > 1 && raw[0] == '\r' && raw[1] == '\n':
			raw = raw[2:]
		case len(raw) > 1 && hex(raw[0]) >= 0 && hex(raw[1]) >= 0:
			out, raw = append(out, byte(hex(raw[0])<<4|hex(raw[1]))), raw[2:]
		default:
			if blank := bytes.TrimLeft(raw, " \t"); len(blank) > 0 && (blank[0] == '\n' || blank[0] == '\r') {
				raw = bytes.TrimLeft(bytes.TrimPrefix(blank, []byte("\r")), "\n")
				continue
			}
			out, ok = append(out, '='), false
		}
	}
	return out, ok
}

func hex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
