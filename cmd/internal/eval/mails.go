package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"wismo/channels/email/parse"
	"wismo/channels/email/quote"
)

// replyRow is a mail with what its writer newly wrote.
type replyRow struct {
	Source, Format, Match string
	Body                  string   `json:"raw_or_text"`
	Reply                 string   `json:"expected_reply"`
	HTML                  string   `json:"expected_html"`
	Must                  []string `json:"must_contain"`
	MustNot               []string `json:"must_not_contain"`
}

// replies measures how well new words are told from quoted ones, in all and by the
// source of the mails. Words of the writer's own that are lost count apart from
// quoted ones that are left.
func (s *sheet) replies(dir string) error {
	correct, leak, loss := map[string]int{}, map[string]int{}, map[string]int{}
	var sources []string
	err := eachLine(filepath.Join(dir, "email_reply.jsonl"), func(line []byte) error {
		var r replyRow
		if err := json.Unmarshal(line, &r); err != nil {
			return err
		}
		if !slices.Contains(sources, r.Source) {
			sources = append(sources, r.Source)
		}
		counts := map[string]map[string]int{"correct": correct, "leak": leak, "loss": loss}[r.judge()]
		counts[r.Source]++
		counts[""]++
		if r.judge() != "correct" {
			s.missed = append(s.missed, fmt.Sprintf("%s: %s %.60q", r.judge(), r.Source, r.Body))
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, source := range append(sources, "") {
		all := float64(correct[source] + leak[source] + loss[source])
		s.mails = append(s.mails, fmt.Sprintf("%-36s %3.0f mails   correct %.3f   leak %.3f   loss %.3f",
			"replies, "+or(source, "all"), all, float64(correct[source])/all, float64(leak[source])/all, float64(loss[source])/all))
		if source == "" {
			s.figures["mail replies correct"] = float64(correct[source]) / all
			s.figures["mistaken mail replies lost"] = float64(loss[source]) / all
		}
	}
	return nil
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// judge is correct, leak or loss. White space is not looked at, and a signature may
// stand with the reply: the sources differ in whether it does.
func (r *replyRow) judge() string {
	var p quote.Parts
	switch r.Format {
	case "html":
		p = quote.HTML(r.Body)
	case "eml":
		p = parse.Read([]byte(r.Body), parse.Options{}).Parts
	default:
		p = quote.Text(r.Body)
	}
	got, want := squeezed(p.Reply), squeezed(r.Reply)
	switch {
	case strings.HasPrefix(r.Reply, "<html>"):
		want = squeezed(quote.PlainText(r.Reply))
	case r.Reply == "":
		want = squeezed(quote.PlainText(r.HTML))
	}
	if r.Match == "contains" {
		for _, must := range r.Must {
			if !strings.Contains(got, squeezed(must)) {
				return "loss"
			}
		}
		for _, not := range r.MustNot {
			if strings.Contains(got, squeezed(not)) {
				return "leak"
			}
		}
		return "correct"
	}
	switch {
	case got == want || got+squeezed(p.Signature) == want:
		return "correct"
	case strings.Contains(got, want):
		return "leak"
	}
	return "loss"
}

func squeezed(s string) string { return strings.Join(strings.Fields(s), "") }

// classOf is what the labels call our classes.
var classOf = map[string]parse.Class{
	"bounce": parse.Bounce, "feedback-report": parse.Report, "human": parse.Person, "auto-reply": parse.AutoReply, "list": parse.List,
}

// machines measures how many mails that no person wrote are told, and how many that
// a person wrote are taken for such.
func (s *sheet) machines(dir string) error {
	caught, machines, flagged, people, named := 0, 0, 0, 0, 0
	err := eachLine(filepath.Join(dir, "automail_labels.jsonl"), func(line []byte) error {
		var l struct{ File, Label string }
		if err := json.Unmarshal(line, &l); err != nil {
			return err
		}
		raw, err := os.ReadFile(filepath.Join(dir, "automail", filepath.Base(l.File)))
		if err != nil {
			return err
		}
		m := parse.Read(raw, parse.Options{})
		if m.Class == classOf[l.Label] {
			named++
		} else {
			s.missed = append(s.missed, fmt.Sprintf("%s: %s read as %s %s", l.File, l.Label, m.Class, m.Why))
		}
		switch {
		case l.Label == "human":
			if people++; m.Class != parse.Person {
				flagged++
			}
		default:
			if machines++; m.Class != parse.Person {
				caught++
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.mails = append(s.mails, fmt.Sprintf("machine mail: %d of %d caught, %d of %d people flagged, %d named as labelled", caught, machines, flagged, people, named))
	s.figures["machine mail caught"] = float64(caught) / float64(max(machines, 1))
	s.figures["mistaken people for machines"] = float64(flagged) / float64(max(people, 1))
	return nil
}

// odd measures how many broken mails are read sanely: From's address is one that
// stands in From, the subject holds no encoded word, no unknown character that the
// mail does not hold and no mark of an answer, and the text is UTF-8 without
// leftovers of a transfer encoding, and there at all if a part of the mail is text.
func (s *sheet) odd(dir string) error {
	sane, all := 0, 0
	err := eachLine(filepath.Join(dir, "mime_index.jsonl"), func(line []byte) error {
		var x struct{ File, From, Subject string }
		if err := json.Unmarshal(line, &x); err != nil {
			return err
		}
		raw, err := os.ReadFile(filepath.Join(dir, "mime", filepath.Base(x.File)))
		if err != nil {
			return err
		}
		all++
		if why := insane(raw, x.From); why == "" {
			sane++
		} else {
			s.missed = append(s.missed, x.File+": "+why)
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.mails = append(s.mails, fmt.Sprintf("odd mail: %d of %d read sanely", sane, all))
	s.figures["odd mail read sanely"] = float64(sane) / float64(max(all, 1))
	return nil
}

var (
	looksLikeRE = regexp.MustCompile(`[^\s<>()"',;:]+@[^\s<>()"',;:]+`)
	leftoverRE  = regexp.MustCompile(`=\?[\w-]+\?[bBqQ]\?|=3D|=C3=|(?:^|\n)Content-T(?:ype|ransfer-Encoding):`)
	textPartRE  = regexp.MustCompile(`(?i)(?:^|\n)content-type:\s*text/(?:plain|html)`)
)

// insane says what is wrong with how a mail is read, empty if nothing.
func insane(raw []byte, from string) string {
	m := parse.Read(raw, parse.Options{})
	if all := looksLikeRE.FindAllString(from, -1); len(all) > 0 || m.From != "" {
		if !slices.ContainsFunc(all, func(a string) bool { return strings.EqualFold(strings.Trim(a, "[]"), m.From) }) && len(all) > 0 {
			return "From is " + m.From + ", not of " + from
		}
	}
	if leftoverRE.MatchString(m.Subject) || strings.Contains(m.Subject, "\ufffd") && !strings.Contains(string(raw), "\ufffd") {
		return "subject " + m.Subject
	}
	text := m.Reply + m.Quoted + m.Signature
	switch {
	case leftoverRE.MatchString(text):
		return "text has leftovers"
	case 20*strings.Count(text, "\ufffd") > len(text):
		return "text cannot be read"
	case text == "" && len(m.Files) == 0 && textPartRE.Match(raw) && len(strings.TrimSpace(string(raw))) > 1000:
		return "no text"
	}
	return ""
}

// eachLine goes through a file of JSON lines.
func eachLine(file string, do func([]byte) error) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for i, line := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		if err := do([]byte(line)); err != nil {
			return fmt.Errorf("%s, line %d: %w", filepath.Base(file), i+1, err)
		}
	}
	return nil
}
