package history

import (
	"errors"
	"strings"
	"time"

	"wismo/channels/email/parse"
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

// readLetter reads one mail, as far as it can be read.
func readLetter(raw []byte) (letter, error) {
	m := parse.Read(raw, parse.Options{})
	if m.From == "" && m.Subject == "" && m.Date.IsZero() {
		return letter{}, errNoMail
	}
	l := letter{
		id: m.MessageID, refs: m.References, thread: m.Thread, from: m.From, to: m.To, at: m.Date,
		text: strings.TrimSpace(strings.TrimSuffix(m.Reply, m.Forwarded)), files: len(m.Files), machine: m.Class != parse.Person,
	}
	if len(m.References) == 0 && m.Subject != "" && !strings.Contains(l.text, m.Subject) {
		l.text = strings.TrimSpace(m.Subject + "\n" + l.text)
	}
	return l, nil
}
