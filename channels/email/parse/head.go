package parse

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/mail"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"wismo/core/message"
)

const (
	// maxHeader is how much of a header is read, in bytes. Of what lies beyond only
	// the fields that tell who wrote it are, up to maxHeaderAtAll.
	maxHeader, maxHeaderAtAll = 256 << 10, 16 << 20
	// maxField bounds one field.
	maxField = 64 << 10
	// maxAddresses bounds how many addresses are read of a field.
	maxAddresses = 100
)

// field is one header field, unfolded.
type field struct{ key, value string }

// header is what stands above a mail's or a part's body, in its order.
type header []field

// telling are the fields that are read even at the end of megabytes of others.
var tellingRE = regexp.MustCompile(`(?i)^(?:from|to|cc|subject|date|message-id|in-reply-to|references|content-[a-z-]+|auto-submitted|precedence|list-[a-z]+|return-path|authentication-results|delivered-to)$`)

// headOf reads the header of a mail and returns it with what follows. Blank lines
// above it are passed over.
func headOf(raw []byte, m *Mail) (h header, content []byte) {
	return fieldsOf(bytes.TrimLeft(raw, "\r\n"), m)
}

// fieldsOf reads the header of a part, which may be none: then it begins with a blank
// line. Lines that are no fields are passed over: an mbox's "From " line before it,
// what a broken program left out.
func fieldsOf(raw []byte, m *Mail) (h header, content []byte) {
	if !bytes.Contains(raw, []byte("\n")) {
		raw = bytes.ReplaceAll(raw, []byte("\r"), []byte("\n"))
	}
	f := folding{m: m}
	for rest := raw; ; {
		line, next, more := bytes.Cut(rest, []byte("\n"))
		line = bytes.TrimRight(line, "\r")
		if len(line) == 0 {
			return f.end(), next
		}
		if f.size += min(len(line), maxField); f.size > maxHeaderAtAll {
			m.flag(FlagHeader)
			return f.end(), afterHead(rest)
		}
		if bytes.HasPrefix(line, []byte("--")) { // a part that has no header
			m.flag(FlagHeader)
			return f.end(), rest
		}
		f.add(line)
		if !more {
			return f.end(), nil
		}
		rest = next
	}
}

// folding puts fields together that go over several lines.
type folding struct {
	m    *Mail
	h    header
	size int
	// value is of the last field, nil if that does not count.
	value []byte
}

func (f *folding) add(line []byte) {
	if line[0] == ' ' || line[0] == '\t' {
		if f.value != nil && len(f.value) < maxField {
			f.value = append(append(f.value, ' '), bytes.TrimSpace(line)...)
		}
		return
	}
	f.end()
	key, v, ok := cutField(line)
	switch {
	case ok && (f.size <= maxHeader || tellingRE.MatchString(key)):
		f.h = append(f.h, field{key: key})
		f.value = append(make([]byte, 0, len(v)), v...)
	case bytes.HasPrefix(line, []byte("From ")), bytes.HasPrefix(line, []byte(">From ")):
	default:
		f.m.flag(FlagHeader)
	}
}

// end ends the last field, and returns all.
func (f *folding) end() header {
	if f.value != nil {
		f.h[len(f.h)-1].value = string(f.value)
	}
	f.value = nil
	return f.h
}

// afterHead is what follows the first blank line.
func afterHead(raw []byte) []byte {
	for _, end := range []string{"\r\n\r\n", "\n\n"} {
		if _, after, ok := bytes.Cut(raw, []byte(end)); ok {
			return after
		}
	}
	return nil
}

// cutField cuts a line into a field's name and value (RFC 5322, 2.2).
func cutField(line []byte) (key string, value []byte, ok bool) {
	k, v, ok := bytes.Cut(line, []byte(":"))
	k = bytes.TrimRight(k, " \t")
	if !ok || len(k) == 0 || len(k) > 100 {
		return "", nil, false
	}
	for _, c := range k {
		if c <= ' ' || c >= 0x7f {
			return "", nil, false
		}
	}
	return string(k), bytes.TrimSpace(v[:min(len(v), maxField)]), true
}

func (h header) all(key string) []string {
	var out []string
	for _, f := range h {
		if strings.EqualFold(f.key, key) {
			out = append(out, f.value)
		}
	}
	return out
}

// get is a field's value as it stands, the first if there are several.
func (h header) get(key string) string {
	for _, f := range h {
		if strings.EqualFold(f.key, key) {
			return f.value
		}
	}
	return ""
}

func (h header) has(key string) bool { return h.get(key) != "" }

// text is a field's value in words.
func (h header) text(key string) string { return decoded(h.get(key)) }

// wordRE finds encoded words, also such as hold blanks or bytes that they may not;
// gapRE what stands between two of them, and does not count.
var (
	wordRE = regexp.MustCompile(`=\?([^?\s]+)\?([bBqQ])\?([^?]*)\?=`)
	gapRE  = regexp.MustCompile(`\?=[ \t\r\n]+=\?`)
)

// decoded is a field's value with its encoded words read (RFC 2047), wherever they
// stand. A character may be cut in two between words of one charset.
func decoded(raw string) string {
	raw = gapRE.ReplaceAllString(raw, "?==?")
	var out strings.Builder
	var run []byte
	charset, at := "", 0
	flush := func() {
		text, _ := toUTF8(run, charset)
		out.WriteString(text)
		run = nil
	}
	for _, m := range wordRE.FindAllStringSubmatchIndex(raw, -1) {
		if m[0] > at {
			flush()
			text, _ := toUTF8([]byte(raw[at:m[0]]), "")
			out.WriteString(text)
		}
		if label := raw[m[2]:m[3]]; !strings.EqualFold(label, charset) {
			flush()
			charset = label
		}
		run = append(run, wordBytes(raw[m[4]:m[5]], raw[m[6]:m[7]])...)
		at = m[1]
	}
	flush()
	text, _ := toUTF8([]byte(raw[at:]), "")
	return clean(out.String() + text)
}

// wordBytes are the bytes that an encoded word holds.
func wordBytes(encoding, text string) (out []byte) {
	if strings.EqualFold(encoding, "b") {
		out, _, _ = base64Of([]byte(text), len(text))
		return out
	}
	out, _ = quotedPrintable([]byte(strings.ReplaceAll(text, "_", " ")))
	return out
}

// clean is a text in one line, without what nobody can see.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

func clip(s string, runes int) string {
	if utf8.RuneCountInString(s) <= runes {
		return s
	}
	return string([]rune(s)[:runes])
}

var (
	answerRE    = regexp.MustCompile(`(?i)^\s*(?:re|aw|antw|antwort|sv|rv|res|rif|vs|odp|回复|答复|返信)\s*(?:\[\d+\])?\s*[:：]`)
	forwardedRE = regexp.MustCompile(`(?i)^\s*(?:(?:re|aw|sv)\s*:\s*)*(?:fwd?|wg|tr|rv|i|enc|vl|pd|转发)\s*:`)
	marksRE     = regexp.MustCompile(`(?i)^\s*(?:(?:re|aw|antw|antwort|sv|rv|res|rif|vs|odp|fwd?|wg|tr|回复|答复|返信|转发)\s*(?:\[\d+\])?\s*[:：]\s*)+`)
)

// withoutMarks is a subject without what marks an answer.
func withoutMarks(s string) string { return strings.TrimSpace(marksRE.ReplaceAllString(s, "")) }

var idRE = regexp.MustCompile(`<\s*([^<>\s]{1,900})\s*>`)

// ids are the Message-IDs in a field.
func ids(s string) []string {
	var out []string
	for _, m := range idRE.FindAllStringSubmatch(s, 1000) {
		out = append(out, m[1])
	}
	return out
}

func firstID(s string) string {
	if all := ids(s); len(all) > 0 {
		return all[0]
	}
	return clip(strings.Trim(strings.Join(strings.Fields(s), ""), "<>"), 900)
}

// dateRE finds a date among what programs write around it.
var dateRE = regexp.MustCompile(`(\d{1,2})[ -]([A-Za-z]{3})[a-z]*[ -](\d{2,4})\s+(\d{1,2}:\d{2}(?::\d{2})?)\s*([+-]\d{4})?`)

// date is when a mail says it was written, the zero time if it does not.
func (h header) date() time.Time {
	raw := h.get("Date")
	if at, err := mail.ParseDate(raw); err == nil {
		return at.UTC()
	}
	m := dateRE.FindStringSubmatch(raw)
	if m == nil {
		return time.Time{}
	}
	if m[5] == "" {
		m[5] = "+0000"
	}
	for _, layout := range []string{"2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04 -0700", "2 Jan 06 15:04:05 -0700"} {
		if at, err := time.Parse(layout, strings.Join(m[1:], " ")); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}

// address is one in a field; raw is as it stands there.
type address struct{ address, name, raw string }

var bareRE = regexp.MustCompile(`[^\s<>()"',;:\\\[\]]+@[^\s<>()"',;:\\\[\]]+`)

// addresses are those in a field; groups are looked into (RFC 5322, 3.4). Where the
// field is broken, often only the name beside the address is.
func (h header) addresses(key string) []address {
	var out []address
	for _, raw := range h.all(key) {
		raw, _ = toUTF8([]byte(raw), "")
		list, err := (&mail.AddressParser{WordDecoder: &leaveWords}).ParseList(raw)
		if err != nil {
			out = append(out, bareAddresses(raw)...)
			continue
		}
		for _, a := range list[:min(len(list), maxAddresses)] {
			out = append(out, address{canonical(a.Address), decoded(a.Name), a.Address})
		}
	}
	return out[:min(len(out), maxAddresses)]
}

// bareAddresses are what looks like an address. One in brackets counts before one in
// the name beside it.
func bareAddresses(raw string) []address {
	in := raw
	var bracketed []string
	for _, m := range bracketRE.FindAllStringSubmatch(raw, maxAddresses) {
		bracketed = append(bracketed, m[1])
	}
	if len(bracketed) > 0 {
		in = strings.Join(bracketed, " ")
	}
	name, _, _ := strings.Cut(raw, "<")
	var out []address
	for _, found := range bareRE.FindAllString(in, maxAddresses) {
		out = append(out, address{canonical(found), strings.Trim(decoded(name), `" '`), found})
	}
	return out
}

// leaveWords leaves encoded words as they are.
var leaveWords = mime.WordDecoder{CharsetReader: func(string, io.Reader) (io.Reader, error) {
	return nil, errLeft
}}

var errLeft = errors.New("left as it is")

// canonical is an address as the product compares it. One that could not be written
// to, such as root@localhost, is in lower case only.
func canonical(raw string) string {
	if v, ok := message.CanonicalEmail(raw); ok {
		return v
	}
	return clean(strings.ToLower(raw))
}

var bracketRE = regexp.MustCompile(`<([^<>]*@[^<>]*)>`)
