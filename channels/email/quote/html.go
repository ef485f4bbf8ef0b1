package quote

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxDepth bounds how deep markup is followed.
const maxDepth = 400

// linesOfHTML are the lines that a reader sees.
func linesOfHTML(s string) []line {
	root, err := html.Parse(strings.NewReader(s))
	if err != nil {
		// Nested deeper than the parser goes: what stands between the tags.
		return linesOf(html.UnescapeString(tagRE.ReplaceAllString(s, "\n")))
	}
	var r renderer
	r.walk(root, state{}, 0)
	r.end()
	return marked(r.lines)
}

var (
	tagRE   = regexp.MustCompile(`(?s)<[^>]*>`)
	spaceRE = regexp.MustCompile(`[\s\x{a0}\x{200b}\x{200c}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}\x{feff}]+`)
	// hiddenRE is style that keeps text from the reader's eye.
	hiddenRE = regexp.MustCompile(`(?i)display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|em)?\s*(?:;|$)|mso-hide\s*:\s*all|max-height\s*:\s*0(?:px)?\s*(?:;|$)`)
	// ruledRE is a line drawn above a quoted mail's head, as Outlook does.
	ruledRE = regexp.MustCompile(`(?i)border-top\s*:\s*solid|border-top-style\s*:\s*solid`)
)

// state is what holds for the text within a node.
type state struct {
	bar          int
	pre, signed  bool
	withinQuoted bool
}

// renderer writes the lines.
type renderer struct {
	lines []line
	text  strings.Builder
	space bool
	// at is the state in which the line began.
	at    state
	empty bool
}

func (r *renderer) walk(n *html.Node, s state, depth int) {
	if depth > maxDepth {
		return
	}
	switch n.Type {
	case html.TextNode:
		r.write(n.Data, s)
		return
	case html.CommentNode, html.DoctypeNode:
		return
	case html.ElementNode:
		if hidden(n) {
			return
		}
		s = r.enter(n, s)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		r.walk(c, s, depth+1)
	}
	if n.Type == html.ElementNode {
		r.leave(n)
	}
}

func hidden(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Head, atom.Style, atom.Script, atom.Title, atom.Template, atom.Noscript, atom.Object:
		return true
	}
	_, attr := attribute(n, "hidden")
	style, _ := attribute(n, "style")
	return attr || hiddenRE.MatchString(style)
}

// enter begins an element: what it means for the lines within.
func (r *renderer) enter(n *html.Node, s state) state {
	class, _ := attribute(n, "class")
	classes := strings.Fields(class)
	id, _ := attribute(n, "id")
	if ownLine(n) {
		r.end()
	}
	switch n.DataAtom {
	case atom.Br:
		r.end()
		r.empty = true
	case atom.Hr:
		r.rule(s)
	case atom.Pre:
		s.pre = true
	case atom.Li:
		r.write("- ", s)
	case atom.Td, atom.Th:
		r.space = true
	case atom.Blockquote:
		// Gmail's button for indented text makes a blockquote of the same class as
		// its quotes, which it sets into a division.
		if !slices.Contains(classes, "gmail_quote") || s.withinQuoted {
			s.bar++
		}
	case atom.B, atom.Strong, atom.Span, atom.Font:
		if k, _ := fieldOf(strings.TrimSpace(textOf(n))); k >= 0 {
			r.end() // Outlook's heads may stand on one line
		}
	}
	style, _ := attribute(n, "style")
	signedBy, _ := attribute(n, "data-signatureblock")
	switch {
	case slices.Contains(classes, "gmail_quote") || slices.Contains(classes, "gmail_quote_container"):
		s.withinQuoted = true
	case slices.Contains(classes, "gmail_signature") || slices.Contains(classes, "moz-signature") || slices.Contains(classes, "protonmail_signature_block") || id == "Signature" || id == "ms-outlook-mobile-signature" || signedBy == "true":
		s.signed = true
	case id == "appendonsend" || id == "divRplyFwdMsg" || id == "stopSpelling" || n.DataAtom == atom.Div && ruledRE.MatchString(style):
		r.rule(s)
	}
	return s
}

func (r *renderer) leave(n *html.Node) {
	if !ownLine(n) {
		return
	}
	r.end()
	if n.DataAtom == atom.P {
		r.empty = true
	}
}

// ownLine reports whether an element stands on lines of its own.
func ownLine(n *html.Node) bool {
	switch n.DataAtom {
	case atom.P, atom.Div, atom.Blockquote, atom.Ul, atom.Ol, atom.Li, atom.Table, atom.Tr, atom.Pre, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
		atom.Section, atom.Article, atom.Header, atom.Footer, atom.Center, atom.Address, atom.Dl, atom.Dt, atom.Dd, atom.Fieldset, atom.Form, atom.Body, atom.Hr:
		return true
	}
	return false
}

// write adds text to the line.
func (r *renderer) write(text string, s state) {
	if s.pre {
		for i, part := range strings.Split(text, "\n") {
			if i > 0 {
				r.end()
				r.empty = true
			}
			r.add(part, s)
		}
		return
	}
	words := spaceRE.ReplaceAllString(text, " ")
	if words == " " || words == "" {
		r.space = r.space || words == " "
		return
	}
	if strings.HasPrefix(words, " ") {
		r.space = true
	}
	r.add(strings.TrimSpace(words), s)
	r.space = strings.HasSuffix(words, " ")
}

func (r *renderer) add(text string, s state) {
	if text == "" {
		return
	}
	if r.text.Len() == 0 {
		r.at = s
	} else if r.space {
		r.text.WriteByte(' ')
	}
	r.space = false
	r.text.WriteString(text)
}

// rule draws a line across.
func (r *renderer) rule(s state) {
	r.end()
	r.add("________________", s)
	r.end()
}

// end ends the line.
func (r *renderer) end() {
	if r.text.Len() == 0 {
		if r.empty && len(r.lines) > 0 && !r.lines[len(r.lines)-1].blank() {
			r.lines = append(r.lines, line{})
		}
		r.empty = false
		return
	}
	if r.empty && len(r.lines) > 0 {
		r.empty = false
	}
	text, bars := unbarred(strings.TrimRight(r.text.String(), " "))
	r.lines = append(r.lines, line{text: text, bar: r.at.bar + bars, markup: r.at.bar > 0, signed: r.at.signed})
	r.text.Reset()
	r.space = false
}

// marked gives each line its quote marks.
func marked(lines []line) []line {
	var out []line
	for _, l := range lines {
		before, l := broken(l)
		if before.text != "" {
			out = append(out, before)
		}
		l.raw = l.text
		if l.bar > 0 {
			l.raw = strings.Repeat(">", l.bar) + " " + l.text
		}
		out = append(out, l)
	}
	return out
}

func attribute(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// textOf is the beginning of the text within a node.
func textOf(n *html.Node) string {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.TextNode {
			return c.Data
		}
	}
	return ""
}
