package app

import (
	"fmt"
	"slices"

	"wismo/channels/email/parse"
	"wismo/channels/email/quote"
	"wismo/core/understand"
)

// MailRead is what is told of a mail that was read; nothing is left out.
type MailRead struct {
	File           string               `json:"file"`
	Class          parse.Class          `json:"class"`
	Why            string               `json:"why"`
	From           string               `json:"from"`
	Subject        string               `json:"subject"`
	Reply          string               `json:"reply"`
	Quoted         string               `json:"quoted"`
	Signature      string               `json:"signature"`
	Attachments    []FileRead           `json:"attachments"`
	OrderHints     []string             `json:"order_hints"`
	Authentication parse.Authentication `json:"authentication"`
	Flags          []string             `json:"flags"`
}

// FileRead is a file that came with it.
type FileRead struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Size int    `json:"size"`
}

// ReadMail reads a mail ("eml"), or a body alone ("text", "html"). The
// Authentication-Results of the mail server of that name are believed.
func ReadMail(raw []byte, as, server string, mind understand.Recognizer) (MailRead, error) {
	m := parse.Mail{Class: parse.Person, Authentication: parse.Unknown}
	switch as {
	case "eml":
		m = parse.Read(raw, parse.Options{AuthservID: server})
	case "text":
		m.Parts = quote.Text(string(raw))
	case "html":
		m.Parts = quote.HTML(string(raw))
	default:
		return MailRead{}, fmt.Errorf("--as %s: it is eml, text or html", as)
	}
	if m.Forwarded != "" && !m.Has(parse.FlagForwarded) {
		m.Flags = append(m.Flags, parse.FlagForwarded)
	}
	out := MailRead{
		Class: m.Class, Why: m.Why, From: m.From, Subject: m.Subject,
		Reply: m.Reply, Quoted: m.Quoted, Signature: m.Signature,
		Attachments: []FileRead{}, OrderHints: []string{}, Authentication: m.Authentication, Flags: append([]string{}, m.Flags...),
	}
	for _, f := range m.Files {
		out.Attachments = append(out.Attachments, FileRead{f.Name, f.Type, f.Size})
	}
	for _, text := range []string{m.Subject, m.Quoted, m.Forwarded, m.Signature} {
		for _, e := range mind.Understand(text, PlainHint()).Entities {
			if e.Type == understand.OrderNumber && !slices.Contains(out.OrderHints, e.Value) {
				out.OrderHints = append(out.OrderHints, e.Value)
			}
		}
	}
	return out, nil
}
