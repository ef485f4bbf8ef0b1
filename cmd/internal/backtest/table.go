// Package backtest knows how the figures of a backtest are shown: as a table on
// a terminal and as a page with plots. It shows counts and our own wording,
// never a word of a customer.
package backtest

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"wismo/core/backtest"
	"wismo/core/handoff"
)

// label is what an outcome is called, and what it means.
type label struct{ Name, Short, Means string }

// labelOf names an outcome; live says whether a store was read.
func labelOf(o backtest.Outcome, live bool) label {
	switch o {
	case backtest.FromOrder:
		if live {
			return label{"answered from the order", "order", "Told at once where the order is, as the store has it today."}
		}
		return label{"answered from the order, if it matches", "order", "The customer named an order. No store was read: it is taken for an ordinary one of theirs, on its way and on time."}
	case backtest.FromShop:
		return label{"answered from the shop's words", "policy", "Shipping, returns or opening hours, from the configuration."}
	case backtest.AskedBack:
		return label{"asked back, then answered", "asked", "The bot asked for the order number, or for the e-mail or phone on the order; none that fits stands in what the customer wrote to the agent. With it, it would have answered."}
	case backtest.AskedForPerson:
		return label{"asked back, then handed to a person", "asked, p.", "The same, but what the customer wants is a person's to do, who gets it with the number."}
	case backtest.HandedOff:
		return label{"handed to a person", "person", "What only a person may do, or must look at; the reasons stand below."}
	case backtest.NotUnderstood:
		return label{"not understood", "unclear", "The bot asked what was meant and got no further, or handed over because of it."}
	default:
		return label{"nothing asked", "nothing", "Greetings, thanks, opt-outs, and nothing else."}
	}
}

// reasonOf says why a conversation is handed off.
func reasonOf(r handoff.Reason) string {
	name := map[handoff.Reason]string{
		handoff.DeliveredNotReceived: "delivered, but not received",
		handoff.StalledParcel:        "the parcel does not move",
		handoff.UnusualState:         "the order needs a look",
		handoff.Upset:                "the customer is upset",
		handoff.Asked:                "the customer asks for a person",
		handoff.Request:              "a request (cancel, change, return, refund …)",
		handoff.Unverified:           "could not be verified",
		handoff.NotUnderstood:        "not understood",
		handoff.StoreDown:            "the store could not be read",
	}[r]
	return cmp.Or(name, strings.ReplaceAll(string(r), "_", " "))
}

// Headline is the one sentence that sums a report up.
func Headline(r *backtest.Report) string {
	n := r.All.Total()
	if n == 0 {
		return "There was no conversation in which a customer wrote."
	}
	return fmt.Sprintf("Of %s, %s would have been answered without a person: %s at once, %s once the customer gives the number or contact that the bot asks for.",
		many(n, "conversation"), percent(r.All.Answered()), percent(r.All.Share(backtest.FromOrder, backtest.FromShop)), percent(r.All.Share(backtest.AskedBack)))
}

func many(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// percent is a share with one digit behind the point.
func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }

// Table writes a report for a terminal.
func Table(out io.Writer, r *backtest.Report) error {
	w := &lines{w: out}
	w.line("%s", Headline(r))
	w.line("")
	for _, o := range backtest.Outcomes() {
		w.line("%-50s %6d  %7s", labelOf(o, r.Live).Name, r.All[o], percent(r.All.Share(o)))
	}
	if reasons := r.ByReason(); len(reasons) > 0 {
		w.line("\na person is needed because")
		for _, x := range reasons {
			w.line("  %-48s %6d  %7s", reasonOf(x.Reason), x.Count, percent(float64(x.Count)/float64(max(r.All.Total(), 1))))
		}
	}
	for _, b := range breakdowns(r) {
		w.rows(b, r.Live)
	}
	for _, n := range notes(r) {
		w.line("\n%s", n)
	}
	return w.err
}

// breakdown is a table of rows by something.
type breakdown struct {
	Title string
	Rows  []backtest.Row
}

func breakdowns(r *backtest.Report) []breakdown {
	bs := []breakdown{{"by what was wanted", r.Intents()}, {"by language", r.Languages()}}
	if m := r.Months(); len(m) > 1 {
		bs = append(bs, breakdown{"by month", m})
	}
	return bs
}

// notes say what the figures rest on.
func notes(r *backtest.Report) []string {
	out := []string{fmt.Sprintf("%s by customers. In %s of the conversations the customer is upset.", many(r.Heard, "message"), percent(float64(r.Upset)/float64(max(r.All.Total(), 1))))}
	if r.Later > 0 {
		out = append(out, fmt.Sprintf("%s meant nothing to the bot after it had answered or asked back; most answer what the agent asked.", many(r.Later, "later message")))
	}
	if r.Live {
		return append(out, "Orders were read as they stand today, not as they stood then.")
	}
	return append(out, "No store was read: each order that was named is taken for an ordinary one of the customer's, on its way and on time. With --config and --shop the shop's own orders are read.")
}

// lines writes lines until one fails.
type lines struct {
	w   io.Writer
	err error
}

func (l *lines) line(format string, args ...any) {
	if l.err == nil {
		_, l.err = fmt.Fprintf(l.w, format+"\n", args...)
	}
}

func (l *lines) rows(b breakdown, live bool) {
	if len(b.Rows) == 0 {
		return
	}
	head := fmt.Sprintf("\n%-24s %6s", b.Title, "all")
	for _, o := range backtest.Outcomes() {
		head += fmt.Sprintf(" %9s", labelOf(o, live).Short)
	}
	l.line("%s", head)
	for _, row := range b.Rows {
		s := fmt.Sprintf("  %-22s %6d", row.Name, row.Tally.Total())
		for _, o := range backtest.Outcomes() {
			s += fmt.Sprintf(" %9s", cell(row.Tally, o))
		}
		l.line("%s", s)
	}
}

func cell(t backtest.Tally, o backtest.Outcome) string {
	if t[o] == 0 {
		return "·"
	}
	return fmt.Sprintf("%.0f %%", 100*t.Share(o))
}
