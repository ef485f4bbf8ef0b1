package backtest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"wismo/core/conversation"
	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/resolver"
	"wismo/core/understand"
)

// replay is one conversation as the bot would have had it.
type replay struct {
	p        *Player
	channel  message.Channel
	customer message.Address
	state    conversation.State
	optedOut bool
	now      time.Time
	// replies are when the bot would have written.
	replies []time.Time
	// failed counts claims that did not match.
	failed int
	res    Result
	// rank is how much the intent tells.
	rank int
}

func newReplay(p *Player, c Conversation, at time.Time) *replay {
	r := &replay{p: p, channel: c.Channel, customer: c.Customer, res: Result{At: at}}
	if r.customer.Value == "" && p.cfg.Store == nil {
		r.customer = owner()
	}
	return r
}

// epoch is now where a conversation has no times.
func epoch() time.Time { return time.Date(2026, time.January, 5, 12, 0, 0, 0, time.UTC) }

// maxAnswers bounds how many orders of one message are answered one by one.
const maxAnswers = 5

// hear plays one turn. It reports whether the conversation is over for the bot.
func (r *replay) hear(ctx context.Context, t turn) (done bool, err error) {
	in := r.input(t)
	for range maxAnswers {
		d, err := r.decide(ctx, in)
		if err != nil {
			return false, err
		}
		if r.missed(d) && r.reached() {
			r.res.Later += len(t.lines)
			if t.answers {
				return false, nil
			}
		}
		r.take(d, in.Now)
		if d.HandOff != nil {
			return true, nil
		}
		if d.WakeAt.IsZero() || d.WakeAt.After(in.Now) {
			return false, nil
		}
		in.State, in.Heard = r.state, nil // the next of several orders
	}
	return false, nil
}

func (r *replay) input(t turn) resolver.Input {
	s := r.p.cfg.Shop
	in := resolver.Input{Now: t.at, Shop: s, Channel: r.channel, Customer: r.customer, State: r.state, OptedOut: r.optedOut}
	if in.Now.IsZero() {
		in.Now = epoch()
	} else {
		hourAgo := in.Now.Add(-time.Hour)
		r.replies = slices.DeleteFunc(r.replies, func(at time.Time) bool { return at.Before(hourAgo) })
		in.RepliesLastHour = len(r.replies)
	}
	r.now = in.Now
	hint := understand.Hint{Format: s.Orders, Region: s.Region}
	if r.state.Asked == conversation.AskedOrder {
		hint.Awaiting = understand.OrderNumber
	}
	for _, l := range t.lines {
		u := r.p.cfg.Mind.Understand(l.Text, hint)
		r.note(u)
		in.Heard = append(in.Heard, resolver.Heard{Text: l.Text, Attachments: l.Attachments, Means: u})
	}
	r.res.Heard += len(t.lines)
	return in
}

// note keeps what a conversation is about: the first intent of the most
// telling kind.
func (r *replay) note(u understand.Understanding) {
	r.res.Upset = r.res.Upset || u.Upset.Is
	for _, i := range u.Intents {
		if k := telling(i.Name); k > r.rank {
			r.rank, r.res.Intent = k, i.Name
		}
	}
}

// telling is how much an intent says about what a conversation is about.
func telling(i understand.Intent) int {
	switch i {
	case understand.Greeting, understand.Thanks, understand.Goodbye, understand.Affirm, understand.Deny:
		return 1
	case understand.ProvideInfo:
		return 2
	case understand.OutOfScope:
		return 3
	default:
		return 4
	}
}

func (r *replay) decide(ctx context.Context, in resolver.Input) (resolver.Decision, error) {
	ask := resolver.Plan(in)
	if ask.Ref == "" {
		return resolver.Decide(in, nil), ctx.Err()
	}
	looked := &resolver.Looked{}
	if ask.Claim {
		looked.BySender, looked.ByOrder = r.failed+1, r.failed+1
	}
	if r.p.cfg.Store == nil {
		return r.suppose(in, looked, ask), ctx.Err()
	}
	found, err := r.p.find(ctx, ask.Ref)
	if err != nil {
		return resolver.Decision{}, err
	}
	looked.Orders, looked.Failed, looked.Fault = found.orders, found.failed, found.fault
	d := resolver.Decide(in, looked)
	if ask.Claim && !d.Strike {
		r.failed++
	}
	return d, nil
}

// find reads the store, each number once.
func (p *Player) find(ctx context.Context, ref string) (reading, error) {
	key := p.cfg.Shop.Orders.Canonical(ref)
	if got, ok := p.read[key]; ok {
		return got, nil
	}
	var got reading
	orders, err := p.cfg.Store.Find(ctx, order.Ref{Text: ref})
	switch {
	case err == nil:
		got.orders = orders
	case fault.KindOf(err) == fault.NotFound:
		got.failed, got.fault = true, fault.NotFound
	default:
		return got, fmt.Errorf("read the store: %w", err)
	}
	p.read[key] = got
	return got, nil
}

// take remembers a decision and what it comes to.
func (r *replay) take(d resolver.Decision, now time.Time) {
	r.state = d.State
	r.optedOut = (r.optedOut || d.OptOut) && !d.OptIn
	if len(d.Parts) > 0 {
		r.replies = append(r.replies, now)
	}
	switch o := outcome(d); {
	case d.HandOff != nil:
		r.res.Outcome, r.res.Reason = o, d.HandOff.Case.Reason
	case o == NothingAsked, o == NotUnderstood && r.reached():
	default:
		r.res.Outcome = o
	}
}

// missed reports whether a decision is that nothing was understood.
func (r *replay) missed(d resolver.Decision) bool { return outcome(d) == NotUnderstood }

// reached reports whether the bot has answered or asked for what it needs.
func (r *replay) reached() bool {
	switch r.res.Outcome {
	case FromOrder, FromShop, AskedBack:
		return true
	default:
		return false
	}
}

// outcome is what a single decision comes to.
func outcome(d resolver.Decision) Outcome {
	spoke := func(rules ...string) bool {
		return slices.ContainsFunc(rules, func(r string) bool { return slices.Contains(d.Rules, r) })
	}
	switch {
	case d.HandOff != nil && d.HandOff.Case.Reason == handoff.NotUnderstood:
		return NotUnderstood
	case d.HandOff != nil:
		return HandedOff
	case d.Told != nil:
		return FromOrder
	case spoke("policy", "opening_hours"):
		return FromShop
	case d.State.Misses > 0:
		return NotUnderstood
	case spoke("order", "which_order", "answer_to_us", "picture") && asks(d.State.Asked):
		return AskedBack
	default:
		return NothingAsked
	}
}

// asks reports whether a question is for something that leads to an order, or
// that offers a person because nothing given did.
func asks(q conversation.Question) bool {
	return q == conversation.AskedOrder || q == conversation.AskedContact || q == conversation.AskedPerson
}

// result is what it came to. What was asked for in vain is supposed to be given,
// to see whether that would have helped.
func (r *replay) result() Result {
	if r.res.Outcome == AskedBack {
		if d := r.foresee(); d.HandOff != nil {
			r.res.Outcome, r.res.Reason = AskedForPerson, d.HandOff.Case.Reason
		}
	}
	r.res.Language = cmp.Or(r.state.Language, "other")
	r.res.Intent = cmp.Or(r.res.Intent, understand.OutOfScope)
	return r.res
}
