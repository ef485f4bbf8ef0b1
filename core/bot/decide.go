package bot

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"

	"wismo/core/conversation"
	"wismo/core/fault"
	"wismo/core/journal"
	"wismo/core/message"
	"wismo/core/reply"
	"wismo/core/resolver"
	"wismo/core/sms"
	"wismo/core/understand"
)

// why is what a decision leaves behind to explain itself.
type why struct {
	Rules   []string                   `json:"rules"`
	Intent  understand.Intent          `json:"intent,omitempty"`
	Heard   []understand.Understanding `json:"heard,omitempty"`
	Ref     string                     `json:"ref,omitempty"`
	Fault   string                     `json:"fault,omitempty"`
	HandOff string                     `json:"hand_off,omitempty"`
	// Tokens says of each signed token whether it counts, or why not.
	Tokens []string `json:"tokens,omitempty"`
	// StoreMillis is how long the store took.
	StoreMillis int64 `json:"store_ms,omitempty"`
	// CarrierMillis is how long carriers took.
	CarrierMillis int64 `json:"carrier_ms,omitempty"`
}

// decide understands a turn, asks the store if need be, and returns all that
// it leads to, with the attempt that was written for it, 0 if none. Nothing is locked meanwhile, and nothing is written but an
// attempt.
func (b *Bot) decide(ctx context.Context, t journal.Turn) (o journal.Outcome, attempt int64, err error) {
	s, ok := b.shops[t.Shop]
	if !ok {
		return o, 0, fault.New(fault.Invalid, "answer", "shop %q is not configured any more", t.Shop)
	}
	in, record, err := b.input(ctx, s, t)
	if err != nil {
		return journal.Outcome{}, 0, err
	}
	ask := resolver.Plan(in)
	looked, attempt, err := b.look(ctx, s, t, ask, &record)
	if err != nil {
		return o, 0, err
	}
	in.Now = b.now()
	d := resolver.Decide(in, looked)
	if b.follow(ctx, s, d.Told, looked, &record) {
		d = resolver.Decide(in, looked)
	}
	o, err = b.outcome(s, t, d, attempt, record)
	o.Deliveries = deliveries(d.Told, looked)
	return o, attempt, err
}

// input gathers what a decision may depend on.
func (b *Bot) input(ctx context.Context, s Shop, t journal.Turn) (resolver.Input, why, error) {
	in := resolver.Input{
		Now: b.now(), Shop: s.Shop, Channel: t.Channel, Customer: t.Customer, State: t.State,
		HandOff: t.HandOff != 0, OptedOut: t.OptedOut, RepliesLastHour: t.RepliesLastHour,
		Digits: b.digits(), Salt: rand.Text(),
	}
	in.Shop.Stalled.Learnt = b.learnt(ctx, s.Key)
	var w why
	hint := understand.Hint{Format: s.Orders, Region: s.Region}
	if t.State.Asked == conversation.AskedOrder {
		hint.Awaiting = understand.OrderNumber
	}
	for _, h := range t.Unanswered {
		text, tok, err := b.tokens(ctx, s, t.ConversationID, h, &w)
		if err != nil {
			return in, w, err
		}
		u := b.mind.Understand(text, hint)
		in.Heard = append(in.Heard, resolver.Heard{
			Text: text, Handled: h.Handled, Attachments: len(h.Attachments), Means: u, Token: tok,
			Sender: message.AuthenticationOf(h.Extra[message.ExtraSender]), Hints: b.hints(h.Extra[message.ExtraHints], hint),
		})
		w.Heard = append(w.Heard, u)
	}
	return in, w, nil
}

// outcome turns a decision into what the journal writes.
func (b *Bot) outcome(s Shop, t journal.Turn, d resolver.Decision, attempt int64, w why) (journal.Outcome, error) {
	o := journal.Outcome{
		ConversationID: t.ConversationID, Version: t.Version, AnsweredUpTo: lastID(t.Unanswered),
		State: d.State, Intents: intents(w), WakeAt: d.WakeAt,
	}
	texts, err := b.texts(s, t, d.Language, d.Parts)
	if err != nil {
		return o, err
	}
	for _, text := range texts {
		o.Replies = append(o.Replies, journal.NewReply{Text: text, Author: message.Bot, DespiteOptOut: d.DespiteOptOut})
	}
	if err := b.addHandOff(&o, s, t, d, &w); err != nil {
		return o, err
	}
	if d.Told != nil {
		o.Disclosures = []journal.Disclosure{{OrderID: d.Told.OrderID, OrderName: d.Told.OrderName, Method: string(d.Told.Method), Facts: d.Told.Facts}}
	}
	o.Proven = d.Struck
	if d.Strike && attempt != 0 {
		o.Proven = append(o.Proven, attempt)
	}
	if o.Mails, err = b.mails(s, d); err != nil {
		return o, err
	}
	switch {
	case d.OptOut:
		o.Consent = journal.OptOut
	case d.OptIn:
		o.Consent = journal.OptIn
	}
	w.Rules, w.Intent = d.Rules, d.Intent
	o.Decision, err = json.Marshal(w)
	return o, err
}

func (b *Bot) addHandOff(o *journal.Outcome, s Shop, t journal.Turn, d resolver.Decision, w *why) error {
	if d.HandOff == nil {
		return nil
	}
	c := d.HandOff.Case
	texts, err := b.texts(s, t, d.Language, d.HandOff.Told)
	if err != nil {
		return err
	}
	if len(texts) > 0 {
		c.Told = texts[0]
	}
	o.HandOff, w.HandOff = &c, string(c.Reason)
	return nil
}

// maxBody is the longest text handed to a provider at once: Twilio takes 1600
// characters (error 21617).
const maxBody = 1500

// texts words the parts, split where a provider would refuse the length.
func (b *Bot) texts(s Shop, t journal.Turn, language string, parts []reply.Part) ([]string, error) {
	if len(parts) == 0 {
		return nil, nil
	}
	text, err := b.voice.Say(s.Shop, t.Channel, language, parts, b.now())
	if err != nil {
		return nil, fmt.Errorf("word the reply: %w", err)
	}
	if t.Channel == message.Email {
		return []string{text}, nil
	}
	return sms.Split(text, maxBody), nil
}

func intents(w why) []string {
	var names []string
	for _, u := range w.Heard {
		for _, i := range u.Intents {
			names = append(names, string(i.Name))
		}
	}
	return names
}
