package parse

import (
	"bytes"
	"mime"
	"path"
	"regexp"
	"strings"

	"golang.org/x/net/html/charset"

	"wismo/channels/email/quote"
)

const (
	// maxParts is how many parts of a mail are read.
	maxParts = 1000
	// maxText is how much of its text.
	maxText = 512 << 10
	// walked bounds the work on parts within parts, each of which is looked through
	// once for each that it lies in.
	walked = 200 << 20
)

// body gathers what a mail consists of.
type body struct {
	m           *Mail
	o           Options
	parts       int
	depth       int // how deep parts may lie within each other
	plain, rich string
	// passed are mails that were attached whole.
	passed []Mail
	// kinds are the media types that were met.
	kinds map[string]bool
	// reports are the parts that tell of a delivery, about the mail that they are of.
	reports []header
	about   []header
	bytes   int
}

func newBody(m *Mail, o Options, size int) *body {
	return &body{m: m, o: o, kinds: map[string]bool{}, depth: min(120, max(10, walked/max(size, 1)))}
}

// walk reads a part and all within it.
func (b *body) walk(h header, content []byte, depth int) {
	if b.parts++; b.parts > maxParts || depth > b.depth {
		b.m.flag(FlagDepth)
		return
	}
	kind, params := typeOf(h)
	b.kinds[kind] = true
	switch {
	case strings.HasPrefix(kind, "multipart/"):
		b.within(kind, params, content, depth)
	case kind == "message/delivery-status" || kind == "message/global-delivery-status":
		b.report(h, content)
	case kind == "message/rfc822" || kind == "message/global" || kind == "text/rfc822-headers" || kind == "message/rfc822-headers":
		b.attachedMail(h, content, depth)
	default:
		b.leaf(h, kind, params, content)
	}
}

// typeOf is a part's media type. What cannot be read is plain text, or a file if it
// has a name.
func typeOf(h header) (kind string, params map[string]string) {
	raw := h.get("Content-Type")
	kind, params, err := mime.ParseMediaType(raw)
	if params == nil {
		params = map[string]string{}
	}
	if err != nil {
		kind, _, _ = strings.Cut(strings.ToLower(raw), ";")
		kind = strings.Trim(strings.TrimSpace(kind), `"`)
		for _, m := range paramRE.FindAllStringSubmatch(raw, 50) {
			if _, ok := params[strings.ToLower(m[1])]; !ok {
				params[strings.ToLower(m[1])] = strings.Trim(m[2], `"`)
			}
		}
	}
	if kind == "text" || !strings.Contains(kind, "/") {
		kind = "text/plain"
	}
	return kind, params
}

var paramRE = regexp.MustCompile(`(?i)[;\s]\s*(charset|boundary|name|report-type|format)\s*=\s*("[^"]*"|[^\s;]+)`)

// within reads the parts of a multipart. One that has no boundary, or a wrong one,
// has that of the first line that looks like one.
func (b *body) within(kind string, params map[string]string, content []byte, depth int) {
	parts, whole := partsOf(content, params["boundary"])
	if len(parts) == 0 {
		if m := boundaryRE.FindSubmatch(content); m != nil {
			parts, _ = partsOf(content, string(m[1]))
		}
		whole = false
	}
	if !whole {
		b.m.flag(FlagBroken)
	}
	if len(parts) == 0 {
		b.leaf(nil, "text/plain", nil, content)
		return
	}
	if strings.HasPrefix(kind, "multipart/encrypted") {
		b.m.flag(FlagEncrypted)
	}
	for _, p := range parts {
		h, content := fieldsOf(p, b.m)
		if len(h) == 0 && content == nil {
			content = p
		}
		if kind == "multipart/digest" && !h.has("Content-Type") { // RFC 2046, 5.1.5
			h = append(h, field{"Content-Type", "message/rfc822"})
		}
		b.walk(h, content, depth+1)
	}
}

var boundaryRE = regexp.MustCompile(`(?m)^--([^\s-][^\s]{0,69})[ \t]*\r?\n(?:[A-Za-z-]+:|\r?\n)`)

// partsOf cuts a multipart at its boundary (RFC 2046, 5.1); whole is false if it
// does not end as it should.
func partsOf(content []byte, boundary string) (parts [][]byte, whole bool) {
	if boundary == "" {
		return nil, false
	}
	mark := []byte("--" + boundary)
	start := -1
	for at := 0; at < len(content); {
		end := bytes.IndexByte(content[at:], '\n')
		next := at + end + 1
		if end < 0 {
			next = len(content)
		}
		if line := content[at:next]; bytes.HasPrefix(line, mark) {
			rest := bytes.TrimRight(line[len(mark):], " \t\r\n")
			if last := bytes.Equal(rest, []byte("--")); last || len(rest) == 0 {
				if start >= 0 {
					parts = append(parts, trimEnd(content[start:at]))
				}
				if start = next; last {
					return parts, true
				}
				if len(parts) > maxParts {
					return parts, false
				}
			}
		}
		at = next
	}
	if start >= 0 && start < len(content) {
		parts = append(parts, content[start:])
	}
	return parts, false
}

// trimEnd takes the line end away that belongs to the boundary.
func trimEnd(p []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(p, []byte("\n")), []byte("\r"))
}

// leaf reads a part that has none within it.
func (b *body) leaf(h header, kind string, params map[string]string, content []byte) {
	name := fileName(h, params)
	how, _, _ := mime.ParseMediaType(h.get("Content-Disposition"))
	text := kind == "text/plain" || kind == "text/html" || kind == "text/enriched" || kind == "text/richtext"
	switch {
	case text && how != "attachment" && (name == "" || how == "inline" && b.empty()):
		b.text(h, kind, params, content)
	case kind == "text/calendar":
		b.m.flag(FlagCalendar)
		b.file(h, kind, name, content, false)
	default:
		switch kind {
		case "application/ms-tnef", "application/vnd.ms-tnef":
			b.m.flag(FlagWinmail)
		case "application/pkcs7-mime", "application/x-pkcs7-mime":
			b.m.flag(FlagEncrypted)
		}
		b.file(h, kind, name, content, how == "inline" || how == "" && h.has("Content-Id"))
	}
}

func (b *body) empty() bool { return b.plain == "" && b.rich == "" }

// text reads a part of the mail's own text.
func (b *body) text(h header, kind string, params map[string]string, content []byte) {
	raw, size, ok := transferred(content, h.get("Content-Transfer-Encoding"), maxText)
	if !ok {
		b.m.flag(FlagEncoding)
	}
	if size > len(raw) {
		b.m.flag(FlagTextClipped)
	}
	label := params["charset"]
	if kind != "text/plain" && label == "" {
		if _, found, sure := charset.DetermineEncoding(raw, "text/html"); sure || found != "windows-1252" {
			label = found
		}
	}
	text, ok := toUTF8(raw, label)
	if !ok {
		b.m.flag(FlagCharset)
	}
	text = strings.ReplaceAll(text, "\x00", "")
	into := &b.plain
	if kind != "text/plain" {
		into = &b.rich
	}
	if len(*into) > maxText {
		b.m.flag(FlagTextClipped)
		return
	}
	if *into != "" {
		text = *into + "\n" + text
	}
	*into = text
}

// file notes a file, and keeps it within bounds.
func (b *body) file(h header, kind, name string, content []byte, inline bool) {
	limit := 0
	if len(b.m.Files) < b.o.MaxFiles && b.bytes < 3*b.o.MaxFileBytes {
		limit = b.o.MaxFileBytes
	}
	data, size, ok := transferred(content, h.get("Content-Transfer-Encoding"), limit)
	if !ok {
		b.m.flag(FlagEncoding)
	}
	if len(b.m.Files) >= 100 {
		b.m.flag(FlagFilesLeft)
		return
	}
	if size > len(data) {
		data = nil
		if b.o.MaxFiles > 0 {
			b.m.flag(FlagFilesLeft)
		}
	}
	b.bytes += len(data)
	b.m.Files = append(b.m.Files, File{Name: name, Type: kind, Size: size, Inline: inline, Data: data})
}

// fileName is a part's file name, without a path and what nobody can see.
func fileName(h header, params map[string]string) string {
	_, disposition, _ := mime.ParseMediaType(h.get("Content-Disposition"))
	name := disposition["filename"]
	if name == "" {
		name = params["name"]
	}
	if name == "" {
		if m := nameRE.FindStringSubmatch(h.get("Content-Disposition") + ";" + h.get("Content-Type")); m != nil {
			name = strings.Trim(m[1], `"`)
		}
	}
	name = clean(decoded(name))
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	if name == "." || name == "/" || name == ".." {
		return ""
	}
	return clip(name, 120)
}

var nameRE = regexp.MustCompile(`(?i)(?:file)?name\*?\s*=\s*("[^"]*"|[^;\s]+)`)

// attachedMail reads a mail within the mail: what somebody passes on, or what a
// bounce is about.
func (b *body) attachedMail(h header, content []byte, depth int) {
	raw, size, _ := transferred(content, h.get("Content-Transfer-Encoding"), len(content))
	inner, rest := headOf(raw, &Mail{})
	b.about = append(b.about, inner)
	if h.has("Content-Type") && strings.HasSuffix(strings.ToLower(h.get("Content-Type")), "headers") || depth > 3 || len(b.passed) > 5 {
		return
	}
	m := Mail{}
	m.readHead(inner, Options{})
	within := newBody(&m, Options{}, size)
	within.parts = b.parts
	within.walk(inner, rest, depth+1)
	within.finish()
	b.parts = within.parts
	b.passed = append(b.passed, m)
	name := clip(m.Subject, 100)
	if name == "" {
		name = "mail"
	}
	b.file(h, "message/rfc822", path.Base(strings.ReplaceAll(name, "/", "-"))+".eml", content, false)
}

// finish puts the text together.
func (b *body) finish() {
	m := b.m
	m.Parts = b.own()
	if m.Forwarded != "" {
		m.flag(FlagForwarded)
	}
	for _, p := range b.passed {
		m.Quoted = strings.TrimSpace(m.Quoted + "\n\n" + p.Subject + "\n" + p.Reply + "\n" + p.Quoted)
		if len(m.Quoted) > maxText {
			break
		}
	}
	if m.Reply == "" && m.Quoted == "" && m.Signature == "" {
		m.flag(FlagNoText)
	}
}

// own is what was written now. The HTML tells better what is quoted; the plain text
// is what its writer's program made of it.
func (b *body) own() quote.Parts {
	if b.rich == "" {
		return quote.Text(b.plain)
	}
	html := quote.HTML(b.rich)
	if strings.TrimSpace(b.plain) == "" {
		b.m.flag(FlagHTMLOnly)
		return html
	}
	p := quote.Text(b.plain)
	// Less is right if it is where the other begins.
	if a, b := folded(p.Reply), folded(html.Reply); b != "" && len(b) < len(a) && strings.HasPrefix(a, b) && html.Quoted != "" {
		return html
	}
	if p.Reply == "" && p.Signature == "" && html.Reply != "" && p.Quoted == "" {
		return html
	}
	return p
}

func folded(s string) string { return strings.Join(strings.Fields(s), " ") }
