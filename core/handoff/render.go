package handoff

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"strings"
	"time"

	"wismo/core/conversation"
	"wismo/core/message"
)

//go:embed pages/*.html
var pageFiles embed.FS

// Pages words tickets. It is made once, by NewPages.
type Pages struct{ pages *template.Template }

// NewPages reads the pages.
func NewPages() (*Pages, error) {
	pages, err := template.ParseFS(pageFiles, "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("the ticket's pages: %w", err)
	}
	return &Pages{pages}, nil
}

// view is a ticket as the pages show it.
type view struct {
	Subject, NextStep string
	Facts             []shownFact
	Lines             []shownLine
	// All lines there are, and how many of them were left out.
	All, Left int
}

type shownFact struct{ Name, Value, Link string }

type shownLine struct {
	Who, At, Text, Sent string
	Rows, Files         []string
	Ours                bool
}

// inBody is how many lines of a conversation stand in a ticket's body; the attached
// transcript has them all.
const inBody = 30

// Fill words a ticket: its Body, and the transcript as two of its Files. Times are
// told in loc.
func (p *Pages) Fill(t Ticket, loc *time.Location) (Ticket, error) {
	v := view{Subject: oneLine(t.Subject), NextStep: t.Case.NextStep, Facts: factsOf(t, loc)}
	for _, l := range t.Transcript {
		v.Lines = append(v.Lines, shownLineOf(l, loc))
	}
	v.All = len(v.Lines)
	whole, err := p.page("transcript.html", v)
	if err != nil {
		return t, err
	}
	text := plainText(v)
	v.Left = max(0, v.All-inBody)
	v.Lines = v.Lines[v.Left:]
	body, err := p.page("body.html", v)
	if err != nil {
		return t, err
	}
	t.Body = Document{Plain: plainText(v), HTML: string(body)}
	t.Files = append([]File{
		{Name: "transcript.html", Type: "text/html; charset=utf-8", Bytes: whole}, {Name: "transcript.txt", Type: "text/plain; charset=utf-8", Bytes: []byte(text)},
	}, t.Files...)
	return t, nil
}

func (p *Pages) page(name string, v view) ([]byte, error) {
	var b bytes.Buffer
	if err := p.pages.ExecuteTemplate(&b, name, v); err != nil {
		return nil, fmt.Errorf("word the ticket: %w", err)
	}
	return b.Bytes(), nil
}

// factsOf is what stands above the conversation.
func factsOf(t Ticket, loc *time.Location) []shownFact {
	verified := "no"
	if t.Case.Verified != "" {
		verified = "yes, by " + t.Case.Verified
	}
	facts := []shownFact{{Name: "why", Value: t.Case.Detail}, {Name: "customer", Value: t.Customer.Value}, {Name: "by", Value: string(t.Channel) + " to " + t.Ours.Value}, {Name: "verified", Value: verified}}
	if t.Case.Ref != "" {
		facts = append(facts, shownFact{Name: "order, as they named it", Value: t.Case.Ref})
	}
	for _, f := range t.Case.Order {
		facts = append(facts, shownFact{Name: f.Name, Value: f.Value, Link: linkIn(f.Value)})
	}
	return append(facts, shownFact{Name: "handed over", Value: t.CreatedAt.In(loc).Format("2006-01-02 15:04 MST")})
}

// linkIn is the web address at the end of a fact, empty if there is none.
func linkIn(value string) string {
	last := value[strings.LastIndexByte(value, ' ')+1:]
	if strings.HasPrefix(last, "https://") || strings.HasPrefix(last, "http://") {
		return last
	}
	return ""
}

func shownLineOf(l conversation.Line, loc *time.Location) shownLine {
	s := shownLine{Who: "customer", At: l.At.In(loc).Format("2006-01-02 15:04"), Text: visible(l.Text), Ours: l.Direction == message.Out}
	s.Rows = strings.Split(s.Text, "\n")
	if s.Ours {
		s.Who = string(l.Author)
		if l.Status != message.Delivered && l.Status != message.Read {
			s.Sent = l.Status.String()
		}
	}
	for _, a := range l.Attachments {
		s.Files = append(s.Files, oneLine("file: "+a.Name+" "+a.Type))
	}
	return s
}

// plainText is the view without any marks.
func plainText(v view) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", v.Subject)
	for _, f := range v.Facts {
		fmt.Fprintf(&b, "%s: %s\n", f.Name, oneLine(f.Value))
	}
	if v.NextStep != "" {
		fmt.Fprintf(&b, "\nSuggested next step: %s\n", v.NextStep)
	}
	b.WriteString("\nWhat was said")
	if v.Left > 0 {
		fmt.Fprintf(&b, " (the last %d of %d; all of it is attached)", len(v.Lines), v.All)
	}
	b.WriteString(":\n")
	for _, l := range v.Lines {
		fmt.Fprintf(&b, "\n%s, %s", l.Who, l.At)
		if l.Sent != "" {
			fmt.Fprintf(&b, " (%s)", l.Sent)
		}
		b.WriteString("\n")
		for _, row := range append(l.Rows, l.Files...) {
			fmt.Fprintf(&b, "  %s\n", row)
		}
	}
	return b.String()
}

// oneLine keeps what people wrote from beginning a line of its own.
func oneLine(s string) string { return strings.Join(strings.Fields(visible(s)), " ") }

// visible takes out what would move or turn the text around it: control characters,
// and those that change the direction of writing.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r < 0x20, r >= 0x7f && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return ' '
		}
		return r
	}, strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), "?"))
}

// EntryOf words what a customer has said later. key is unique in the desk.
func EntryOf(key string, who Person, l conversation.Line) Entry {
	s := shownLineOf(l, time.UTC)
	e := Entry{Key: key, Customer: who, At: l.At}
	e.Text.Plain = strings.TrimSpace(s.Text + "\n" + strings.Join(s.Files, "\n"))
	var b bytes.Buffer
	for i, row := range strings.Split(e.Text.Plain, "\n") {
		if i > 0 {
			b.WriteString("<br>")
		}
		template.HTMLEscape(&b, []byte(row))
	}
	e.Text.HTML = "<p>" + b.String() + "</p>"
	return e
}
