package email

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"wismo/channels/email/mailbox"
	"wismo/channels/email/parse"
	"wismo/core/fault"
	"wismo/core/journal"
	"wismo/core/message"
)

// Why a mail is ignored, besides the class of who wrote it.
const (
	noSender  = "no_sender"   // nobody to answer
	sentByBot = "sent_by_bot" // our own reply, where sent mail lies
	sent      = "sent"        // a person's, where sent mail lies
)

// maxHints is how much of what stands beside the text is kept, in bytes.
const maxHints = 8 << 10

// letter says what is to become of a mail.
func (a *Account) letter(raw mailbox.Raw) journal.Letter {
	m := parse.Read(raw.Body, parse.Options{
		Ours: a.ours(), OurID: a.ourID, AuthservID: a.c.AuthservID, MaxFiles: maxFiles, MaxFileBytes: maxFileBytes,
	})
	if raw.Cut && len(m.Files) > 0 {
		// The mail breaks off within it: it is noted, and lies in the mailbox.
		last := &m.Files[len(m.Files)-1]
		last.Data, last.Size = nil, int(raw.Size)
	}
	l := journal.Letter{Key: keyOf(m, raw.Body), UID: raw.UID}
	switch from, ok := message.CanonicalEmail(m.From); {
	case raw.Sent:
		a.sentMail(&l, m, raw)
	case m.Class == parse.Bounce:
		l.Ignored, l.Failed = string(m.Class), a.failed(m, raw)
	case m.Class != parse.Person:
		l.Ignored = string(m.Class)
	case !ok:
		l.Ignored = noSender
	default:
		l.Message, l.Files = a.message(m, from, raw)
	}
	return l
}

// keyOf tells a mail from every other: some senders use a Message-ID again, and some
// mails have none.
func keyOf(m parse.Mail, raw []byte) string {
	h := sha256.New()
	h.Write([]byte(m.MessageID + "\x00" + m.Date.UTC().String() + "\x00" + m.From + "\x00" + m.Subject + "\x00"))
	_, content, ok := bytes.Cut(raw, []byte("\r\n\r\n"))
	if !ok {
		content = raw
	}
	h.Write(content)
	return hex.EncodeToString(h.Sum(nil)[:20])
}

// message is what a customer wrote.
func (a *Account) message(m parse.Mail, from string, raw mailbox.Raw) (*message.Message, []message.Media) {
	at := raw.Received
	if at.IsZero() {
		at = a.now()
	}
	text, beside := words(m)
	out := &message.Message{
		Shop: a.c.Shop, Channel: message.Email, Account: a.Name(),
		From: message.Address{Channel: message.Email, Value: from}, To: message.Address{Channel: message.Email, Value: a.c.Address},
		Text: clipped(text, message.MaxText), At: at,
		Extra: map[string]string{message.ExtraHints: clipped(beside, maxHints), message.ExtraSubject: m.Subject},
	}
	if m.Authentication != parse.Pass {
		out.Extra[message.ExtraSender] = string(m.Authentication)
	}
	if m.MessageID != "" {
		out.Extra[message.ExtraMessageID] = "<" + m.MessageID + ">"
	}
	if n := len(m.References); n > 0 {
		out.Extra[message.ExtraReferences] = "<" + strings.Join(m.References[max(0, n-50):], "> <") + ">"
	}
	if m.Token != "" {
		out.Extra[message.ExtraToken] = m.Token
	}
	var files []message.Media
	for _, f := range m.Files[:min(len(m.Files), maxFiles)] {
		out.Attachments = append(out.Attachments, message.Attachment{Name: f.Name, Type: f.Type, Size: int64(f.Size)})
		files = append(files, message.Media{Type: f.Type, Bytes: f.Data})
	}
	return out, files
}

// words parts what the customer says now from what stands beside it. The subject of
// a new mail is said now, that of a reply is not; nor is what was passed on, or what
// their own words answer.
func words(m parse.Mail) (text, beside string) {
	var said, quoted []string
	for line := range strings.Lines(strings.TrimSuffix(m.Reply, m.Forwarded)) {
		if strings.HasPrefix(line, ">") {
			quoted = append(quoted, line)
		} else {
			said = append(said, line)
		}
	}
	text = strings.TrimSpace(strings.Join(said, ""))
	parts := []string{strings.Join(quoted, ""), m.Forwarded, m.Signature, m.Quoted}
	switch {
	case m.Answers || m.Has(parse.FlagForwarded):
		parts = append([]string{m.Subject}, parts...)
	case !strings.Contains(strings.ToLower(text), strings.ToLower(m.Subject)):
		text = strings.TrimSpace(m.Subject + "\n" + text)
	}
	var all []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			all = append(all, p)
		}
	}
	return text, strings.Join(all, "\n")
}

// sentMail tells a person's answer from the bot's, and from what the shop's software
// sends by the mailbox, which answers nothing.
func (a *Account) sentMail(l *journal.Letter, m parse.Mail, raw mailbox.Raw) {
	if a.ourID(m.MessageID) || strings.HasPrefix(m.Why, "Auto-Submitted") {
		l.Ignored = sentByBot
		return
	}
	l.Ignored = sent
	if !m.Answers {
		return
	}
	for _, to := range m.To {
		address, ok := message.CanonicalEmail(to)
		if !ok || a.isOurs(address) {
			continue
		}
		id := m.MessageID
		if id == "" {
			id = l.Key
		}
		l.ByHand = &journal.ByHand{
			Shop: a.c.Shop, To: message.Address{Channel: message.Email, Value: address},
			MessageID: id, Text: clipped(m.Reply, message.MaxText), At: raw.Received,
		}
		return
	}
}

func (a *Account) isOurs(address string) bool {
	for _, o := range a.ours() {
		if o == address {
			return true
		}
	}
	return false
}

// failed is what a bounce says of a reply of ours, nil if it is about none or if
// delivery is tried again.
func (a *Account) failed(m parse.Mail, raw mailbox.Raw) *message.Delivery {
	f := m.Failure
	if f == nil || !f.Final || !a.ourID(f.MessageID) {
		return nil
	}
	return &message.Delivery{
		Account: a.Name(), ProviderID: f.MessageID, Status: message.Failed, Code: f.Status, At: raw.Received,
		Err: fault.New(fault.Permanent, "mail", "it came back, status %s", f.Status),
	}
}

// clipped is a text of at most n bytes, cut at a character's end.
func clipped(s string, n int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "")
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
