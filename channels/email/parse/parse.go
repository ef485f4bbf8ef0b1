// Package parse knows what a mail says: who wrote it and whether that is proven,
// what was written now (package quote), which files came with it, whether a person
// wrote it at all, and of which mail of ours a bounce tells.
//
// It reads every mail, however broken: what cannot be read is left out and named in
// Flags. It stands on RFC 5322 (mails), 2045 to 2049 and 2231 (MIME), 3464 (bounces),
// 3834 (automatic replies), 5965 (abuse reports) and 8601 (Authentication-Results).
package parse

import (
	"slices"
	"strings"
	"time"

	"wismo/channels/email/quote"
)

// Options are what has to be known of the mailbox.
type Options struct {
	// Ours are the mailbox's own addresses, lower case.
	Ours []string
	// OurID reports whether a Message-ID, without its brackets, is of a mail that
	// we sent. It may be nil.
	OurID func(id string) bool
	// AuthservID names the server whose Authentication-Results count, as it names
	// itself there (RFC 8601, 2.2); "microsoft" stands for Exchange Online, which
	// leaves its name out. Empty: none counts.
	AuthservID string
	// MaxFiles and MaxFileBytes bound which files are kept; 0 keeps none.
	MaxFiles, MaxFileBytes int
}

// Class is who wrote a mail.
type Class string

// The classes. Only a Person is answered.
const (
	Person    Class = "person"
	AutoReply Class = "auto_reply" // a machine, of its own accord
	Bounce    Class = "bounce"     // a mail server, of a mail that it could not deliver, or not yet
	List      Class = "list"       // to many
	Report    Class = "report"     // of abuse
	Self      Class = "self"       // we, or another of our addresses
)

// Authentication is what our mail server made of the address in From.
type Authentication string

// The verdicts.
const (
	Pass    Authentication = "pass"
	Fail    Authentication = "fail"
	Unknown Authentication = "none"
)

// Flags that a mail may have.
const (
	FlagCharset     = "unknown_charset"  // a charset that is unknown, or wrongly named
	FlagEncoding    = "unknown_encoding" // a transfer encoding that is unknown, or broken
	FlagBroken      = "broken_mime"      // parts that do not end or do not begin
	FlagHeader      = "broken_header"    // lines that are no fields, or too many
	FlagDepth       = "too_deep"         // parts within parts, or too many
	FlagHTMLOnly    = "html_only"
	FlagForwarded   = "forwarded"
	FlagCalendar    = "calendar"
	FlagWinmail     = "winmail" // Outlook's own format (application/ms-tnef)
	FlagEncrypted   = "encrypted"
	FlagNoFrom      = "no_from"
	FlagSenders     = "several_senders"
	FlagNoText      = "no_text"
	FlagFilesLeft   = "files_left_out"
	FlagTextClipped = "text_clipped"
)

// File is what came with a mail.
type File struct {
	// Name is empty if it has none; it holds no path.
	Name string
	// Type is the media type, such as image/jpeg.
	Type string
	// Size in bytes, decoded.
	Size int
	// Inline is true for a picture within the text.
	Inline bool
	// Data is nil if the file was too large or one too many.
	Data []byte
}

// Failure is what a bounce says of one of our mails.
type Failure struct {
	// MessageID of the mail, without brackets, empty if the bounce does not say.
	MessageID string
	// Recipient it could not be delivered to, empty if not said.
	Recipient string
	// Status is the enhanced code (RFC 3463), such as 5.1.1, empty if not said.
	Status string
	// Final is false if delivery is tried again.
	Final bool
}

// Mail is what a mail says.
type Mail struct {
	Class Class
	// Why names what the class was told by.
	Why string
	// MessageID and References are without brackets; References are the mails of the
	// thread, the oldest first, with that which is answered.
	MessageID  string
	References []string
	// Thread is how the provider numbers the thread in its exports (Gmail's
	// X-GM-THRID), empty if it does not.
	Thread string
	// From is the address in its canonical form, empty if there is none; FromName is
	// the name beside it.
	From, FromName string
	// To are those it was sent to, the envelope's included where the server notes it.
	To      []string
	Subject string
	// Answers is true if the subject or the references say that it answers a mail.
	Answers bool
	// Date is the zero time if it cannot be read.
	Date time.Time
	quote.Parts
	Files          []File
	Authentication Authentication
	// Token is what stands after the "+" of our own address.
	Token   string
	Failure *Failure
	Flags   []string
}

// Has reports whether a mail has a flag.
func (m *Mail) Has(flag string) bool { return slices.Contains(m.Flags, flag) }

func (m *Mail) flag(f string) {
	if !m.Has(f) {
		m.Flags = append(m.Flags, f)
	}
}

// Read reads a mail.
func Read(raw []byte, o Options) Mail {
	m := Mail{Class: Person}
	h, content := headOf(raw, &m)
	m.readHead(h, o)
	b := newBody(&m, o, len(raw))
	b.walk(h, content, 0)
	b.finish()
	m.Authentication = authentication(h, m.From, o.AuthservID)
	if m.Has(FlagSenders) {
		m.Authentication = Fail // which of them the server looked at nobody knows
	}
	m.Class, m.Why = classify(h, &m, b, o)
	if m.Class == Bounce {
		m.Failure = b.failure(h)
	}
	slices.Sort(m.Flags)
	return m
}

// readHead reads what the header says.
func (m *Mail) readHead(h header, o Options) {
	m.MessageID = firstID(h.get("Message-Id"))
	m.Thread = clip(h.get("X-Gm-Thrid"), 100)
	m.References = append(ids(h.get("References")), ids(h.get("In-Reply-To"))...)
	m.References = unique(m.References)
	subject := h.text("Subject")
	m.Subject = clip(withoutMarks(subject), 500)
	m.Answers = len(m.References) > 0 || answerRE.MatchString(subject)
	m.Date = h.date()
	from := h.addresses("From")
	switch {
	case len(from) == 0:
		m.flag(FlagNoFrom)
	case len(from) > 1 || len(h.all("From")) > 1:
		m.flag(FlagSenders)
	}
	if len(from) > 0 {
		m.From, m.FromName = from[0].address, clip(from[0].name, 200)
	}
	var envelope, raw []string
	for _, key := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Cc"} {
		for _, a := range h.addresses(key) {
			envelope, raw = append(envelope, a.address), append(raw, a.raw)
		}
	}
	m.To = unique(envelope)
	m.Token = tokenOf(raw, o.Ours)
	if strings.Contains(strings.ToLower(subject), "fwd:") || forwardedRE.MatchString(subject) {
		m.flag(FlagForwarded)
	}
}

// tokenOf is what stands after the "+" of one of our addresses, in its own letters: a
// signed token knows small ones from capitals.
func tokenOf(to, ours []string) string {
	for _, a := range to {
		local, domain, _ := strings.Cut(a, "@")
		name, token, ok := strings.Cut(local, "+")
		if ok && token != "" && slices.Contains(ours, strings.ToLower(name+"@"+domain)) {
			return token
		}
	}
	return ""
}

func unique(list []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}
