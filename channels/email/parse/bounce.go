package parse

import (
	"regexp"
	"strings"

	"wismo/core/message"
)

// report reads a part that tells of a delivery: blocks of fields, the first about
// the message, each other about one recipient (RFC 3464, 2.1).
func (b *body) report(h header, content []byte) {
	raw, _, _ := transferred(content, h.get("Content-Transfer-Encoding"), maxText)
	rest := raw
	for len(strings.TrimSpace(string(rest))) > 0 && len(b.reports) < 50 {
		var fields header
		fields, rest = headOf(rest, &Mail{})
		if len(fields) == 0 {
			break
		}
		b.reports = append(b.reports, fields)
	}
	if len(b.reports) == 0 {
		b.reports = append(b.reports, header{})
	}
}

// failure is what a bounce says of the mail it is about.
func (b *body) failure(h header) *Failure {
	f := &Failure{Final: true}
	for _, r := range b.reports {
		if id := firstID(r.get("Original-Message-Id")); f.MessageID == "" {
			f.MessageID = id
		}
		action := strings.ToLower(strings.TrimSpace(r.get("Action")))
		if action == "" && !r.has("Status") {
			continue
		}
		if action == "delayed" || action == "delivered" || action == "relayed" || action == "expanded" {
			f.Final = false
		}
		if f.Status == "" {
			f.Status = statusRE.FindString(r.get("Status"))
		}
		if f.Recipient == "" {
			f.Recipient = recipientOf(r)
		}
	}
	text := b.plain
	if f.Status == "" {
		f.Status = statusRE.FindString(text)
	}
	if len(b.reports) == 0 && delayedRE.MatchString(h.text("Subject")) {
		f.Final = false
	}
	if f.Recipient == "" {
		f.Recipient, _ = message.CanonicalEmail(h.get("X-Failed-Recipients"))
	}
	for _, inner := range b.about {
		if id := firstID(inner.get("Message-Id")); f.MessageID == "" {
			f.MessageID = id
		}
	}
	if f.MessageID == "" {
		// Some servers put the header of the mail into their text.
		if m := textIDRE.FindStringSubmatch(text); m != nil {
			f.MessageID = m[1]
		}
	}
	if f.MessageID == "" && len(b.m.References) > 0 {
		f.MessageID = b.m.References[len(b.m.References)-1]
	}
	return f
}

var (
	statusRE  = regexp.MustCompile(`\b[245]\.\d{1,3}\.\d{1,3}\b`)
	delayedRE = regexp.MustCompile(`(?i)delay|warning|verzögert|still trying`)
	textIDRE  = regexp.MustCompile(`(?im)^[>\s]*message-id:\s*<([^<>\s]{1,900})>`)
)

// recipientOf is whom a report's block is about (RFC 3464, 2.3).
func recipientOf(r header) string {
	for _, key := range []string{"Original-Recipient", "Final-Recipient"} {
		v := r.get(key)
		if _, after, ok := strings.Cut(v, ";"); ok {
			v = after
		}
		if a, ok := message.CanonicalEmail(strings.Trim(strings.TrimSpace(v), "<>")); ok {
			return a
		}
	}
	return ""
}
