// Package backtest knows what the bot would have done in conversations that
// people had with a shop's agents: it plays the customers' part of each to the
// recogniser and to core/resolver, the very code that answers customers, and
// counts what came of it. No channel is touched and nothing is written down.
//
// What the bot would have led to cannot be known for certain, for the customer
// answered an agent, not the bot. So these are the rules:
//
//   - Messages in a row that nobody answered between are one turn, unless more
//     than two minutes lie between them.
//   - A hand-off ends a conversation, as a person has it from there.
//   - A message that follows an agent's words and that the bot can make nothing
//     of is taken for an answer to the agent's own question, once the bot has
//     answered something or asked for what it needs: it is passed over and
//     counted in Result.Later. Before that, it is not understood.
//   - Whoever gives the contact that stands on an order is taken to enter the
//     one-time code as well, where the shop asks for one.
//   - A pause longer than the shop's QuietAfter begins another conversation.
//   - Without a store each order number that a customer gives is taken for an
//     ordinary order of theirs, on its way and on time; for a customer who says
//     that it shows as delivered, it is. With a store, orders are read as they
//     stand today. What would follow on a question that the customer did not
//     answer is foreseen with such an ordinary order either way.
package backtest

import (
	"context"
	"slices"
	"time"

	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/shop"
	"wismo/core/understand"
)

// Line is one message of a past conversation.
type Line struct {
	// At is when it was written, zero if unknown.
	At time.Time
	// Customer is true for the customer's, false for the shop's side.
	Customer bool
	Text     string
	// Attachments counts files that came with it.
	Attachments int
}

// Conversation is a past conversation.
type Conversation struct {
	// Channel it was held on.
	Channel message.Channel
	// Customer is the address they wrote from, zero if unknown.
	Customer message.Address
	// Lines in the order in which they were written.
	Lines []Line
}

// Outcome is what a conversation would have come to.
type Outcome uint8

// The outcomes. Of several answers and questions in one conversation the last
// counts; a hand-off ends it.
const (
	// NothingAsked: greetings, thanks, opt-outs, and nothing else.
	NothingAsked Outcome = iota
	// FromOrder: answered from an order.
	FromOrder
	// FromShop: answered from the shop's own words (policies, opening hours).
	FromShop
	// AskedBack: the bot asked for an order number, or for the e-mail or phone
	// on the order, the customer gave none that it could use, and with one it
	// would have answered.
	AskedBack
	// AskedForPerson: the same, but with it the bot would have handed the
	// conversation to a person; Result.Reason says why.
	AskedForPerson
	// HandedOff to a person; Result.Reason says why.
	HandedOff
	// NotUnderstood: the bot asked what was meant and got no further, or gave
	// the conversation to a person because of it.
	NotUnderstood
	outcomes
)

// Outcomes lists them, the best for the shop first.
func Outcomes() []Outcome {
	return []Outcome{FromOrder, FromShop, AskedBack, AskedForPerson, HandedOff, NotUnderstood, NothingAsked}
}

// Result is what one conversation would have come to.
type Result struct {
	Outcome Outcome
	// Reason of a hand-off, empty if there was none.
	Reason handoff.Reason
	// Intent is the first that stood in it, courtesies aside.
	Intent understand.Intent
	// Language the customer wrote, "other" if nothing told.
	Language string
	// Heard counts the messages that the bot was told, Later those of them that
	// it could make nothing of after it had answered or asked back.
	Heard, Later int
	// Upset is true if the customer was.
	Upset bool
	// At is when the conversation began, zero if unknown.
	At time.Time
}

// Config is what a Player needs.
type Config struct {
	Shop shop.Shop
	Mind understand.Recognizer
	// Store is read live; nil for none.
	Store order.Store
}

// Player plays conversations. It must not be used by two goroutines at once.
type Player struct {
	cfg  Config
	read map[string]reading
}

// reading is what the store said of one order number.
type reading struct {
	orders []order.Order
	fault  fault.Kind
	failed bool
}

// New returns a Player.
func New(c Config) *Player {
	if c.Shop.Claim == shop.ClaimCode {
		c.Shop.Claim = shop.ClaimAllow // nobody wrote a code then
	}
	return &Player{cfg: c, read: map[string]reading{}}
}

// Play returns what a conversation would have come to: one result, more where
// long pauses part it, none if the customer never wrote. An error means that
// the store could not be read, or that ctx has ended.
func (p *Player) Play(ctx context.Context, c Conversation) ([]Result, error) {
	var all []Result
	for _, lines := range part(inOrder(c.Lines), p.cfg.Shop.QuietAfter) {
		ts := turns(lines)
		if len(ts) == 0 {
			continue
		}
		r := newReplay(p, c, ts[0].at)
		for _, t := range ts {
			done, err := r.hear(ctx, t)
			if err != nil {
				return nil, err
			}
			if done {
				break
			}
		}
		all = append(all, r.result())
	}
	return all, nil
}

// inOrder sorts lines by time, if each has one.
func inOrder(lines []Line) []Line {
	if slices.ContainsFunc(lines, func(l Line) bool { return l.At.IsZero() }) {
		return lines
	}
	lines = slices.Clone(lines)
	slices.SortStableFunc(lines, func(a, b Line) int { return a.At.Compare(b.At) })
	return lines
}

// part cuts lines where more than quiet lies between two.
func part(lines []Line, quiet time.Duration) [][]Line {
	var parts [][]Line
	for i, l := range lines {
		if i == 0 || apart(lines[i-1], l, quiet) {
			parts = append(parts, nil)
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], l)
	}
	return parts
}

// apart reports whether more than gap lies between two lines.
func apart(a, b Line, gap time.Duration) bool {
	return gap > 0 && !a.At.IsZero() && !b.At.IsZero() && b.At.Sub(a.At) > gap
}

// together is how near messages in a row must be to be answered as one.
const together = 2 * time.Minute

// turn is what a customer said at one go.
type turn struct {
	lines []Line
	at    time.Time
	// answers is true if the shop's side spoke just before.
	answers bool
}

func turns(lines []Line) []turn {
	var ts []turn
	spoken := false // by the shop's side, since the last turn
	for _, l := range lines {
		if !l.Customer {
			spoken = true
			continue
		}
		n := len(ts)
		if n == 0 || spoken || apart(ts[n-1].lines[len(ts[n-1].lines)-1], l, together) {
			ts = append(ts, turn{answers: spoken})
			n++
		}
		t := &ts[n-1]
		t.lines, t.at, spoken = append(t.lines, l), l.At, false
	}
	return ts
}
