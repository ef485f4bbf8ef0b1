// Package inbox knows the built-in help desk: hand-offs kept in the journal
// itself, for shops that have no other desk. A ticket here is the hand-off's
// own row, so opening one can neither fail nor happen twice; what this package
// adds is how an agent lists, reads and closes them.
package inbox

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"wismo/core/conversation"
	"wismo/core/handoff"
	"wismo/core/journal"
	"wismo/core/message"
)

// Desk is the built-in desk.
type Desk struct{}

var _ handoff.Desk = Desk{}

// Kind implements handoff.Desk.
func (Desk) Kind() string { return "inbox" }

// Open implements handoff.Desk: the hand-off is in the journal already, and
// its id is the ticket's.
func (Desk) Open(_ context.Context, t handoff.Ticket) (string, error) {
	return strconv.FormatInt(t.ID, 10), nil
}

// List writes tickets as a table, a line each. Addresses are shown in full:
// agents need them.
func List(w io.Writer, tickets []journal.HandOff, now time.Time) error {
	if len(tickets) == 0 {
		_, err := fmt.Fprintln(w, "no tickets")
		return err
	}
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tSTATE\tPRIORITY\tREASON\tSHOP\tCHANNEL\tCUSTOMER\tORDER\tAGE")
	for _, t := range tickets {
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, t.State, t.Case.Priority, t.Case.Reason,
			t.Shop, t.Channel, plain(t.Customer.Value), plain(t.Case.Ref), age(now.Sub(t.CreatedAt)))
	}
	return table.Flush()
}

// Show writes one ticket with order and transcript.
func Show(w io.Writer, t journal.HandOff, loc *time.Location) error {
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%-12s %s\n", name+":", plain(value))
		}
	}
	fmt.Fprintf(&b, "Ticket %d: %s\n\n", t.ID, plain(handoff.SubjectOf(t.Case, t.Channel)))
	line("state", string(t.State))
	line("priority", string(t.Case.Priority))
	line("reason", string(t.Case.Reason))
	line("what", t.Case.Detail)
	line("next step", t.Case.NextStep)
	line("customer", t.Customer.Value)
	line("shop", t.Shop+", "+t.Ours.Value)
	verified := "no"
	if t.Case.Verified != "" {
		verified = "yes, by " + t.Case.Verified
	}
	line("verified", verified)
	for _, f := range t.Case.Order {
		line(f.Name, f.Value)
	}
	b.WriteString("\n")
	for _, l := range t.Transcript {
		writeLine(&b, l, loc)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeLine(b *strings.Builder, l conversation.Line, loc *time.Location) {
	who := "customer"
	if l.Direction == message.Out {
		who = string(l.Author)
	}
	fmt.Fprintf(b, "%s  %-9s %s", l.At.In(loc).Format("2006-01-02 15:04"), who, plain(l.Text))
	if l.Direction == message.Out && l.Status != message.Delivered && l.Status != message.Read {
		fmt.Fprintf(b, "  [%s]", l.Status)
	}
	for _, a := range l.Attachments {
		fmt.Fprintf(b, "  [attachment %s, %d bytes]", plain(a.Type), a.Size)
	}
	b.WriteString("\n")
}

// plain keeps a customer's text from moving the cursor or forging lines on a
// terminal: control characters, and those that turn the direction of writing,
// become spaces.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < 0x20, r >= 0x7f && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return ' '
		}
		return r
	}, s)
}

func age(d time.Duration) string {
	switch {
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	default:
		return fmt.Sprintf("%dd", int(d.Hours()/24))
	}
}
