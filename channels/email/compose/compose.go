// Package compose knows how a reply becomes a mail: in the thread of the mail that
// it answers (RFC 5322, 3.6.4), as text and HTML, with the shop's signature and,
// below, what the customer wrote, marked as sent by a machine (RFC 3834).
//
// The customer's words are quoted only back to themselves. Where the sender's
// address is not proven they are left out altogether: a mail with a forged sender
// must not make us pass on what it says.
package compose

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"html"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/wneessen/go-mail"

	"wismo/core/fault"
)

// Reply is what a mail is made of.
type Reply struct {
	// ID is the mail's Message-ID without brackets (see MessageID).
	ID string
	// From is the shop's address, Name what stands before it, To the customer's
	// address.
	From, Name, To string
	At             time.Time
	// Text is what is said; Signature stands below it, empty for none.
	Text, Signature string
	// Answers is the mail that is answered, zero for a mail that answers none.
	Answers Answered
}

// Answered is the mail that a reply answers.
type Answered struct {
	// ID and References are its Message-ID and those it refers to, the oldest first,
	// as they stand in its header.
	ID         string
	References []string
	Subject    string
	// Text is what the customer wrote, quoted below the reply; empty for not quoted.
	Text string
	At   time.Time
}

// MessageID is the Message-ID, without brackets, of our message of that number: the
// same for each attempt, so that one that was sent can be told, and not to be
// guessed by who does not hold the secret.
func MessageID(secret []byte, id int64, from string) string {
	token := hex.EncodeToString(keyed(secret, "message "+strconv.FormatInt(id, 10))[:16])
	return token + "." + proof(secret, token) + "@" + from[strings.LastIndexByte(from, '@')+1:]
}

// Ours reports whether a Message-ID, without brackets, is one that we made.
func Ours(secret []byte, id string) bool {
	local, _, _ := strings.Cut(id, "@")
	token, given, ok := strings.Cut(local, ".")
	return ok && hmac.Equal([]byte(strings.ToLower(given)), []byte(proof(secret, strings.ToLower(token))))
}

// proof is what tells that a token is ours.
func proof(secret []byte, token string) string {
	return hex.EncodeToString(keyed(secret, "proof "+token)[:8])
}

func keyed(secret []byte, text string) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// maxReferences is how many Message-IDs a header carries; of a longer thread the
// first and the last are kept.
const maxReferences = 20

// Mail makes the mail. Its error is a *fault.Error that holds no address.
func Mail(r Reply) (*mail.Msg, error) {
	m := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithBoundary(hex.EncodeToString(sum(r.ID))))
	if m.FromFormat(r.Name, r.From) != nil || m.To(r.To) != nil {
		return nil, fault.New(fault.Invalid, "compose a mail", "the sender's or the recipient's address is none")
	}
	m.Subject(subject(r))
	m.SetDateWithValue(r.At)
	m.SetMessageIDWithValue(r.ID)
	if ids := thread(r.Answers); len(ids) > 0 {
		m.SetGenHeader(mail.HeaderInReplyTo, ids[len(ids)-1])
		m.SetGenHeader(mail.HeaderReferences, strings.Join(ids, " "))
	}
	m.SetGenHeader("Auto-Submitted", "auto-replied")
	m.SetGenHeader("X-Auto-Response-Suppress", "All") // Exchange's word for the same
	m.SetBodyString(mail.TypeTextPlain, plain(r))
	m.AddAlternativeString(mail.TypeTextHTML, page(r))
	return m, nil
}

// Bytes is the mail as it travels.
func Bytes(m *mail.Msg) ([]byte, error) {
	var b bytes.Buffer
	_, err := m.WriteTo(&b)
	return b.Bytes(), err
}

func sum(s string) []byte {
	h := sha256.Sum256([]byte(s))
	return h[:12]
}

// replyMarks are what programs put before the subject of a reply: the short words
// for reply and forwarding in the languages of common mail programs.
var replyMarks = regexp.MustCompile(`^(?i:(re|aw|antw|sv|vs|ref|res|rif|r|tr|wg|fw|fwd|enc|i|rv|doorst)(\[\d+\])?\s*:\s*)+`)

// maxSubject is how long a subject may be, in characters.
const maxSubject = 200

func subject(r Reply) string {
	s := line(r.Answers.Subject)
	s = strings.TrimSpace(replyMarks.ReplaceAllString(s, ""))
	if runes := []rune(s); len(runes) > maxSubject {
		s = string(runes[:maxSubject])
	}
	if s == "" {
		s = line(r.Name)
	}
	return "Re: " + s
}

// line is s on one line, without what cannot be seen: a header ends with a line.
func line(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// messageID is what may stand in a header of ours as a Message-ID (RFC 5322,
// 3.6.4, a little wider): whatever else a stranger wrote there stays out.
var messageID = regexp.MustCompile(`^<[!-;=?-~]{1,250}>$`)

// thread lists the Message-IDs that a reply refers to, its own parent last.
func thread(a Answered) []string {
	var ids []string
	for _, id := range append(append([]string{}, a.References...), a.ID) {
		if messageID.MatchString(id) {
			ids = append(ids, id)
		}
	}
	if a.ID == "" || !messageID.MatchString(a.ID) {
		return nil
	}
	if n := len(ids); n > maxReferences {
		ids = append(ids[:1:1], ids[n-maxReferences+1:]...)
	}
	return ids
}

// plain is the mail as text (format of signature and quotation: RFC 3676, 4.3 and 4.5).
func plain(r Reply) string {
	var b strings.Builder
	b.WriteString(r.Text)
	if r.Signature != "" {
		b.WriteString("\n\n-- \n" + r.Signature)
	}
	if r.Answers.Text != "" {
		b.WriteString("\n\n" + attribution(r) + "\n")
		for l := range strings.Lines(r.Answers.Text) {
			b.WriteString("> " + strings.TrimRight(l, "\r\n") + "\n")
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// attribution says whose words follow. It has no words of its own, so that it
// needs no language.
func attribution(r Reply) string {
	return r.To + ", " + r.Answers.At.Format("2006-01-02 15:04 MST") + ":"
}

const pageStyle = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:15px;line-height:1.5"

// page is the mail as HTML.
func page(r Reply) string {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html><html><head><meta charset="utf-8"></head><body style="` + pageStyle + `">`)
	paragraphs(&b, r.Text, true)
	if r.Signature != "" {
		b.WriteString(`<div style="color:#666;margin-top:1.5em">`)
		paragraphs(&b, r.Signature, true)
		b.WriteString("</div>")
	}
	if r.Answers.Text != "" {
		b.WriteString(`<div style="color:#666;margin-top:1.5em">` + html.EscapeString(attribution(r)) + `</div>`)
		b.WriteString(`<blockquote type="cite" style="color:#666;border-left:2px solid #ccc;margin:0;padding-left:1em">`)
		paragraphs(&b, r.Answers.Text, false)
		b.WriteString("</blockquote>")
	}
	b.WriteString("</body></html>\n")
	return b.String()
}

// paragraphs writes text as paragraphs, with its web addresses as links if they
// are ours.
func paragraphs(b *strings.Builder, text string, links bool) {
	for p := range strings.SplitSeq(strings.ReplaceAll(strings.TrimSpace(text), "\r\n", "\n"), "\n\n") {
		p = html.EscapeString(strings.Trim(p, "\n"))
		if links {
			p = linked(p)
		}
		b.WriteString("<p>" + strings.ReplaceAll(p, "\n", "<br>\n") + "</p>")
	}
}

// address is a web address in escaped text. What ends a sentence is not part of it.
var address = regexp.MustCompile(`https?://[^\s<>"]*[^\s<>".,:;!?)\]]`)

func linked(escaped string) string {
	return address.ReplaceAllStringFunc(escaped, func(u string) string { return `<a href="` + u + `">` + u + `</a>` })
}
