package resolver

import (
	"strings"

	"wismo/core/consent"
	"wismo/core/conversation"
	"wismo/core/handoff"
	"wismo/core/reply"
	"wismo/core/understand"
	"wismo/core/verify"
)

// stop honours an opt-out, by keyword or in free words, and confirms it unless
// the carrier has or the bot may say nothing.
func (t *talk) stop() bool {
	switch t.wish {
	case consent.CancelWord:
		return t.cancelWord()
	case consent.StopWord, consent.StopAsked:
	default:
		return false
	}
	t.d.OptOut = true
	t.clearTalk()
	if t.in.OptedOut || t.silenced() || (t.wish == consent.StopWord && t.handled) {
		t.rule("carrier_confirms")
		return true
	}
	t.d.DespiteOptOut = true
	t.say("stopped", reply.Facts{})
	return true
}

// cancelWord answers a lone CANCEL as both things it may mean.
func (t *talk) cancelWord() bool {
	order := t.ref
	if t.in.Channel != "sms" && !t.handled {
		if order == "" || t.in.OptedOut || t.in.HandOff || t.silenced() {
			return false
		}
		t.d.Intent = understand.CancelOrder
		return t.handOff(handoff.Request, "The customer wrote CANCEL while talking about order "+order+".", "Ask whether the order is to be cancelled.", "told_request")
	}
	t.d.OptOut = true
	if order == "" || t.in.OptedOut {
		t.clearTalk()
		return true
	}
	if !t.in.HandOff && !t.countryClosed() {
		t.handOff(handoff.Request, "The customer wrote CANCEL while talking about order "+order+". The carrier takes that for STOP and may let no more of our texts through.", "Find out by another way whether the order is to be cancelled.", "")
	}
	if t.silenced() {
		return true
	}
	t.d.DespiteOptOut = true
	t.say("cancel_both", reply.Facts{Ref: order, Text: t.in.Shop.SupportEmail})
	return true
}

// clearTalk forgets what was being asked.
func (t *talk) clearTalk() {
	t.asked(conversation.AskedNothing)
	t.putOffNothing()
}

// putOffNothing forgets what was to be done later.
func (t *talk) putOffNothing() {
	t.d.State.Waiting, t.d.State.Queue, t.d.State.Promise = nil, nil, nil
}

// start opts in again.
func (t *talk) start() bool {
	if !t.optsIn() {
		return false
	}
	t.d.OptIn = true
	if t.in.OptedOut && !t.handled && !t.in.HandOff && !t.silenced() {
		t.say("started", reply.Facts{})
	}
	return true
}

// optedOut says nothing to somebody who told us to stop.
func (t *talk) optedOut() bool {
	if t.in.OptedOut {
		t.putOffNothing()
	}
	return t.in.OptedOut
}

// handedOff says nothing while a person has the conversation; the messages
// stand in the ticket's transcript.
func (t *talk) handedOff() bool {
	if t.in.HandOff {
		t.putOffNothing()
	}
	return t.in.HandOff
}

// countryClosed says nothing to phones of countries that the shop does not
// serve.
func (t *talk) countryClosed() bool { return !t.in.Shop.Answers(t.in.Customer) }

// limited falls silent past the reply limit, with one hand-off.
func (t *talk) limited() bool {
	if !t.overLimit() {
		t.d.State.Muted = false
		return false
	}
	if !t.in.State.Muted {
		t.handOff(handoff.NotUnderstood, "The conversation passed the limit of replies in an hour; the bot has fallen silent.", "Read the conversation and answer it.", "")
	}
	t.d.State.Muted = true
	return true
}

// help says who is writing; the carrier answers the lone keyword on SMS.
func (t *talk) help() bool {
	if t.wish != consent.HelpWord {
		return false
	}
	if !t.handled {
		t.say("help", reply.Facts{})
	}
	return true
}

// nothingDue ends a wake-up that came too early or for nothing.
func (t *talk) nothingDue() bool {
	return len(t.in.Heard) == 0 && !t.due()
}

// personAsked gives whoever asks for a person one.
func (t *talk) personAsked() bool {
	if !t.wants(understand.HumanAgent) {
		return false
	}
	return t.handToPerson()
}

func (t *talk) handToPerson() bool {
	t.d.Intent = understand.HumanAgent
	if t.in.State.Asked == conversation.AskedPerson {
		return t.handOff(handoff.Unverified, "The details given did not match an order, too often to go on; the customer asked for a person.", "Check who the customer is before telling anything about an order.", "told_unverified")
	}
	return t.handOff(handoff.Asked, "The customer asked for a person.", "", "told_asked")
}

// whichOrder asks for the number that is missing.
func (t *talk) whichOrder() bool {
	if !t.aboutOrder() || t.ref != "" || t.upsetBy != "" || t.asksInGeneral() {
		return false
	}
	t.d.State.Misses = 0
	switch {
	case t.d.Intent == understand.ReturnExchange || t.d.Intent == understand.RefundRequest:
		// How the shop takes things back is told to everybody.
		t.returns()
		if !t.tokenBad() {
			t.ask()
		}
	case t.tokenBad():
		t.rule("token_bad")
	case t.other:
		t.say("ask_other", reply.Facts{})
		t.asked(conversation.AskedOrder)
	default:
		t.ask()
	}
	return true
}

// answersUs takes a yes or no to what the bot has asked.
func (t *talk) answersUs() bool {
	yes, no := t.wants(understand.Affirm), t.wants(understand.Deny)
	if yes == no {
		return false
	}
	key, next := "", conversation.AskedNothing
	switch {
	case yes && t.in.State.Asked == conversation.AskedReceipt:
		key = "found"
	case yes && t.in.State.Asked == conversation.AskedPerson:
		return t.handToPerson()
	case no && t.in.State.Asked == conversation.AskedOrder:
		key, next = "no_number", conversation.AskedOrder
	case no && (t.in.State.Asked == conversation.AskedContact || t.in.State.Asked == conversation.AskedCode):
		key, next = "no_contact", conversation.AskedPerson
	case no && t.in.State.Asked == conversation.AskedPerson:
		key = "goodbye"
	case yes && t.in.State.Asked == conversation.AskedMeaning:
		t.ask()
		return true
	default:
		return false
	}
	t.say(key, reply.Facts{Ref: t.ref})
	t.asked(next)
	t.d.State.Misses = 0
	return true
}

// asksInGeneral reports whether a question about the shop stands first in each
// message, so that what else may be meant waits.
func (t *talk) asksInGeneral() bool {
	if t.gives() || len(t.first) == 0 {
		return false
	}
	for _, i := range t.first {
		if i != understand.ShippingPolicy && i != understand.ReturnRefundPolicy {
			return false
		}
	}
	return true
}

func (t *talk) ask() {
	f := t.in.Shop.Orders
	t.say("ask_order", reply.Facts{Text: f.Prefix + "12345"[:max(4, min(5, f.MinDigits))] + f.Suffix})
	t.asked(conversation.AskedOrder)
}

// upset gives an upset customer a person.
func (t *talk) upset() bool {
	if t.upsetBy == "" && !t.wants(understand.Complaint) {
		return false
	}
	return t.handOff(handoff.Upset, "The customer is upset ("+t.upsetBy+").", "Answer in person and soon.", "told_upset")
}

// policy answers general questions, which need no verification.
func (t *talk) policy() bool {
	text := ""
	switch {
	case t.wants(understand.ShippingPolicy):
		t.d.Intent, text = understand.ShippingPolicy, t.in.Shop.ShippingPolicy.In(t.language())
	case t.wants(understand.ReturnRefundPolicy):
		t.d.Intent, text = understand.ReturnRefundPolicy, t.in.Shop.ReturnPolicy.In(t.language())
	default:
		return false
	}
	if text == "" {
		return t.handOff(handoff.Request, "The customer asked about a policy that is not configured.", "Answer the question.", "told_request")
	}
	t.say("policy", reply.Facts{Text: text})
	if t.d.Intent == understand.ReturnRefundPolicy && t.in.Shop.ReturnPortal != "" {
		t.say("return_portal", reply.Facts{Link: t.in.Shop.ReturnPortal})
	}
	t.d.State.Misses = 0
	return true
}

// hours tells when people can be reached.
func (t *talk) hours() bool {
	text := t.in.Shop.OpeningHours.In(t.language())
	if text == "" || !understand.AsksHours(t.text) {
		return false
	}
	t.d.Intent = understand.OtherStore
	t.say("opening_hours", reply.Facts{Text: text})
	t.d.State.Misses = 0
	return true
}

// request hands off what only a person may do and no order was named for.
func (t *talk) request() bool {
	if !t.wants(understand.OtherStore) {
		return false
	}
	t.d.Intent = understand.OtherStore
	return t.miss("only_orders")
}

// parting answers thanks and goodbye with one courtesy, then keeps quiet.
func (t *talk) parting() bool {
	if asksMore(t.text) {
		return false // "ok, and can my wife fetch it?" is no good-bye
	}
	key := ""
	switch {
	case t.wants(understand.Thanks):
		t.d.Intent, key = understand.Thanks, "thanks"
	case t.wants(understand.Goodbye):
		t.d.Intent, key = understand.Goodbye, "goodbye"
	case t.wants(understand.Affirm) && t.ref != "" && t.in.State.Asked != conversation.AskedMeaning:
		t.d.Intent, key = understand.Affirm, "thanks"
	default:
		return false
	}
	if !t.in.State.Parted {
		t.say(key, reply.Facts{})
	}
	t.d.State.Parted = true
	t.d.State.Misses = 0
	t.asked(conversation.AskedNothing)
	return true
}

// asksMore reports whether there is a question beside a courtesy.
func asksMore(text string) bool {
	return strings.ContainsAny(text, "?？") && len(strings.Fields(text)) > 4
}

// greeting answers a hello with what the bot is for.
func (t *talk) greeting() bool {
	if !t.wants(understand.Greeting) {
		return false
	}
	t.d.Intent = understand.Greeting
	t.say("greeting", reply.Facts{})
	t.asked(conversation.AskedOrder)
	t.d.State.Misses = 0
	return true
}

// picture asks what a photo without words is about.
func (t *talk) picture() bool {
	if t.photos == 0 || t.text != "" {
		return false
	}
	if t.ref != "" {
		return t.handOff(handoff.Request, "The customer sent a picture without words while talking about order "+t.ref+".", "Look at the picture.", "told_request")
	}
	t.say("photo", reply.Facts{})
	t.asked(conversation.AskedOrder)
	return true
}

// notUnderstood asks once more, then hands off.
func (t *talk) notUnderstood() bool {
	t.d.Intent = understand.OutOfScope
	return t.miss("ask_meaning")
}

func (t *talk) miss(key string) bool {
	t.d.State.Misses++
	if t.d.State.Misses >= 2 {
		return t.handOff(handoff.NotUnderstood, "The bot could not make out what the customer wants, twice in a row.", "Read the conversation and answer it.", "told_not_understood")
	}
	t.say(key, reply.Facts{})
	t.asked(conversation.AskedMeaning)
	return true
}

// handOff gives the conversation to a person. told is the wording's key for
// what the customer hears once the ticket is open, empty for nothing.
func (t *talk) handOff(r handoff.Reason, detail, next, told string) bool {
	h := &HandOff{Case: handoff.Case{
		Reason: r, Priority: handoff.PriorityOf(r), Detail: detail + t.aboutSender(), NextStep: next, Ref: t.ref,
	}}
	if t.upsetBy != "" && r != handoff.Upset {
		h.Case.Priority = handoff.High
		h.Case.Detail += " The customer is upset (" + t.upsetBy + ")."
	}
	if o, m := t.match(); m != verify.None {
		h.Case.Verified, h.Case.Order = string(m), orderFacts(o)
		t.d.Strike = true
	}
	if told != "" {
		h.Told = []reply.Part{{Key: told}}
	}
	t.d.HandOff = h
	t.d.State.Misses = 0
	t.clearTalk()
	return true
}
