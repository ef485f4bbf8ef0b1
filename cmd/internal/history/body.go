package history

import (
	"io"
	"regexp"
	"strings"

	mail "github.com/emersion/go-message"
	"golang.org/x/net/html"
)

const (
	// maxDepth bounds how deep parts may lie within each other, maxParts how
	// many there may be, maxPart how much of one is read, in bytes.
	maxDepth = 10
	maxParts = 200
	maxPart  = 1 << 20
)

// body gathers the words of a mail.
type body struct {
	plain, rich []string
	files       int
	parts       int
}

// text is what stands in the plain parts, or else in the HTML.
func (b *body) text() string {
	if s := strings.Join(b.plain, "\n"); strings.TrimSpace(s) != "" {
		return s
	}
	return strings.Join(b.rich, "\n")
}

// walk reads an entity and all within it, as far as it is whole.
func (b *body) walk(e *mail.Entity, depth int) {
	if b.parts++; b.parts > maxParts || depth > maxDepth {
		return
	}
	if parts := e.MultipartReader(); parts != nil {
		for {
			p, err := parts.NextPart()
			if p == nil || err != nil && !tolerable(err) {
				return
			}
			b.walk(p, depth+1)
		}
	}
	b.leaf(e)
}

func (b *body) leaf(e *mail.Entity) {
	kind, params, _ := e.Header.ContentType()
	how, _, _ := e.Header.ContentDisposition()
	named := params["name"] != ""
	switch {
	case how == "attachment", kind != "text/plain" && kind != "text/html" && kind != "" && !strings.HasPrefix(kind, "text"), named && how != "inline":
		b.files++
		return
	}
	raw, _ := io.ReadAll(io.LimitReader(e.Body, maxPart)) // what there is of it
	text := strings.ReplaceAll(strings.ToValidUTF8(string(raw), "\ufffd"), "\r\n", "\n")
	if kind == "text/html" {
		b.rich = append(b.rich, words(text))
		return
	}
	b.plain = append(b.plain, text)
}

// words are the words of an HTML text, a line for each block. What quotes
// another mail is marked with ">".
func words(text string) string {
	var out strings.Builder
	quoted, hidden := 0, 0
	line := func() {
		out.WriteByte('\n')
		if quoted > 0 {
			out.WriteString("> ")
		}
	}
	z := html.NewTokenizer(strings.NewReader(text))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out.String()
		case html.TextToken:
			if hidden == 0 {
				out.WriteString(strings.Join(strings.Fields(" "+string(z.Text())+" "), " ") + " ")
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			switch tag, _ := z.TagName(); string(tag) {
			case "style", "script", "head", "title":
				hidden++
			case "blockquote":
				quoted++
				line()
			case "br", "p", "div", "tr", "li", "h1", "h2", "h3":
				line()
			}
		case html.EndTagToken:
			switch tag, _ := z.TagName(); string(tag) {
			case "style", "script", "head", "title":
				hidden = max(0, hidden-1)
			case "blockquote":
				quoted = max(0, quoted-1)
				line()
			}
		}
	}
}

var (
	// wroteRE finds the line that introduces a quoted mail, in the languages
	// that are spoken.
	wroteRE = regexp.MustCompile(`(?i)^\s*(?:on|am|le|el|il|op|em|a)\b.{6,200}\b(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|escreveu)\b[^\n]{0,80}:\s*$|^.{6,200}(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|escreveu)\s*:\s*$`)
	beganRE = regexp.MustCompile(`(?i)^\s*(?:on|am|le|el|il|op|em)\s.*\d{4}`)
	// divideRE finds what divides an answer from the mail below it.
	divideRE = regexp.MustCompile(`(?i)^\s*-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|message d'origine|mensaje original|messaggio originale|oorspronkelijk bericht|mensagem original)|^_{20,}\s*$`)
	headRE   = regexp.MustCompile(`(?i)^\s*\*?(?:from|von|de|da|van)\s?:\*?\s.*@`)
	deviceRE = regexp.MustCompile(`(?i)^\s*(?:sent from my|von meinem .{2,20} gesendet|envoyé de mon|enviado desde mi|inviato da|verzonden vanaf mijn|enviado do meu|get outlook for)\b`)
)

// ownWords is what the writer of a mail newly wrote: without quoted mails, and
// without a signature below "-- ".
func ownWords(text string) string {
	lines := strings.Split(text, "\n")
	var own []string
	for i, l := range lines {
		introduces := wroteRE.MatchString(l) || i+1 < len(lines) && beganRE.MatchString(l) && wroteRE.MatchString(l+" "+lines[i+1])
		if introduces && !answersBelow(lines[i:]) || divideRE.MatchString(l) || headRE.MatchString(l) && len(own) > 0 || l == "-- " || l == "--" {
			break
		}
		if introduces || strings.HasPrefix(strings.TrimSpace(l), ">") || deviceRE.MatchString(l) {
			continue
		}
		own = append(own, l)
	}
	return strings.Join(own, "\n")
}

// answersBelow reports whether new words stand below the quoted lines, as they
// do where somebody answers between them.
func answersBelow(lines []string) bool {
	quoted := false
	for _, l := range lines {
		switch l = strings.TrimSpace(l); {
		case strings.HasPrefix(l, ">"):
			quoted = true
		case quoted && l != "":
			return true
		}
	}
	return false
}
