package history

import (
	"bytes"
	"errors"
	"mime"
	"regexp"
	"strings"
	"time"

	mail "github.com/emersion/go-message"
	"github.com/emersion/go-message/charset"
	mailheader "github.com/emersion/go-message/mail"

	"wismo/core/message"
)

// letter is one mail, as far as it matters here.
type letter struct {
	id      string
	refs    []string // the mails it answers, the first of the thread first
	thread  string   // as the provider numbers them, empty if it does not
	from    string
	to      []string
	at      time.Time
	text    string
	files   int
	machine bool
}

// errNoMail is what a file that is no mail fails with.
var errNoMail = errors.New("it is no mail")

// readLetter reads one mail. A part in an unknown charset or encoding is left
// as it is; a mail that breaks off is read as far as it goes.
func readLetter(raw []byte) (letter, error) {
	e, err := mail.Read(bytes.NewReader(mended(raw)))
	if e == nil || err != nil && !tolerable(err) {
		return letter{}, errNoMail
	}
	h := mailheader.Header{Header: e.Header}
	l := letter{machine: byMachine(h), thread: strings.TrimSpace(h.Get("X-Gm-Thrid"))}
	if l.from = first(h, "From"); l.from == "" && h.Get("Subject") == "" && h.Get("Date") == "" {
		return letter{}, errNoMail
	}
	l.id, _ = h.MessageID()
	for _, key := range []string{"References", "In-Reply-To"} {
		ids, _ := h.MsgIDList(key)
		l.refs = append(l.refs, ids...)
	}
	l.to = append(addresses(h, "To"), addresses(h, "Cc")...)
	if at, err := h.Date(); err == nil {
		l.at = at.UTC()
	}
	var b body
	b.walk(e, 0)
	l.text, l.files = strings.TrimSpace(ownWords(b.text())), b.files
	if s := subjectOf(h); len(l.refs) == 0 && s != "" && !strings.Contains(l.text, s) {
		l.text = strings.TrimSpace(s + "\n" + l.text)
	}
	return l, nil
}

func tolerable(err error) bool { return mail.IsUnknownCharset(err) || mail.IsUnknownEncoding(err) }

var answerRE = regexp.MustCompile(`(?i)^\s*(?:(?:re|aw|antw|antwort|sv|rv|res|rif|fwd?|wg|tr)\s*(?:\[\d+\])?\s*:\s*)+`)

// subjectOf is a mail's subject without what marks an answer.
func subjectOf(h mailheader.Header) string {
	raw := h.Get("Subject")
	s, err := (&mime.WordDecoder{CharsetReader: charset.Reader}).DecodeHeader(raw)
	if err != nil {
		s = raw
	}
	return strings.TrimSpace(answerRE.ReplaceAllString(strings.ToValidUTF8(s, "\ufffd"), ""))
}

func first(h mailheader.Header, key string) string {
	if all := addresses(h, key); len(all) > 0 {
		return all[0]
	}
	return ""
}

func addresses(h mailheader.Header, key string) []string {
	list, err := h.AddressList(key)
	if err != nil {
		// Often only the name beside the address is broken.
		list = nil
		for _, raw := range bareRE.FindAllString(h.Get(key), -1) {
			list = append(list, &mailheader.Address{Address: raw})
		}
	}
	var out []string
	for _, a := range list {
		if v, ok := message.CanonicalEmail(a.Address); ok {
			out = append(out, v)
		}
	}
	return out
}

var bareRE = regexp.MustCompile(`[^\s<>()"',;:]+@[^\s<>()"',;:]+`)

// byMachine reports whether no person wrote a mail: an automatic reply
// (RFC 3834), a bounce (RFC 3464), a list's or a bulk mail.
func byMachine(h mailheader.Header) bool {
	auto := strings.ToLower(strings.TrimSpace(h.Get("Auto-Submitted")))
	switch {
	case auto != "" && auto != "no":
		return true
	case h.Get("List-Id") != "" || h.Get("List-Unsubscribe") != "" || h.Get("X-Autoreply") != "" || h.Get("X-Autorespond") != "":
		return true
	}
	switch strings.ToLower(strings.TrimSpace(h.Get("Precedence"))) {
	case "bulk", "list", "junk", "auto_reply":
		return true
	}
	if kind, _, _ := h.ContentType(); strings.EqualFold(kind, "multipart/report") {
		return true
	}
	who, _, _ := strings.Cut(first(h, "From"), "@")
	return who == "mailer-daemon" || who == "postmaster"
}
