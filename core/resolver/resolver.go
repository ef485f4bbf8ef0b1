// Package resolver knows what the bot does about what it heard: it is a pure
// function of the conversation, the understanding, the shop's settings, the
// time and, where one is needed, the order as the store just told it. No
// clock, no I/O, no randomness, so that the simulator, the tests and the
// explanation of a decision all run the very code that answers customers.
//
// It works in two steps. Plan says whether the store must be asked, for which
// order number, and whether that checks a claim. Decide takes what came of it
// and returns the Decision. Both walk the same list of named rules; the names
// that spoke stand in Decision.Rules.
//
// What is not said in so many words elsewhere, and was chosen here:
//
//   - Only typed contacts count as attempts. An order number that does not
//     match the sender is answered with the question for a contact, word for
//     word the same whether the order exists or not, so nothing is learnt by it.
//   - The order that a signed token names comes before those in the text, which
//     are answered after it. A token that does not count is spoken of only where
//     nothing else can be answered; it never changes what is said about an order.
//   - Where the shop asks for a code on top of a claim (shop.ClaimCode), whoever
//     types a contact hears that one was sent, waits for it and may try three
//     times, whether it was sent or not. Asking for a code and trying one are
//     attempts alike, and the right code strikes out both. An order without an
//     e-mail address cannot be opened so.
//   - "Claims are closed" offers a person once (reply AGENT); the hand-off that
//     follows has the reason unverified.
//   - A lone CANCEL by SMS is taken for the opt-out that the carrier has made of
//     it already; where an order is being talked about, the request to cancel it
//     is handed off as well. On WhatsApp, where no carrier listens, it is the
//     request alone.
package resolver

import (
	"time"

	"wismo/core/conversation"
	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/reply"
	"wismo/core/shop"
	"wismo/core/understand"
	"wismo/core/verify"
)

// Input is all that a decision may depend on, but for the order.
type Input struct {
	Now      time.Time
	Shop     shop.Shop
	Channel  message.Channel
	Customer message.Address
	State    conversation.State
	// HandOff is true while a person has the conversation.
	HandOff bool
	// OptedOut is true if the customer has told us to stop.
	OptedOut bool
	// RepliesLastHour counts the bot's replies in this conversation.
	RepliesLastHour int
	// Digits are six random decimal digits, Salt is random, both drawn anew for
	// every turn: what a one-time code is made of. No code is sent without them.
	Digits, Salt string
	// Heard are the messages to answer, oldest first; empty when a waiting
	// question is due.
	Heard []Heard
}

// Heard is one message with what was made of it.
type Heard struct {
	Text        string
	Handled     message.Keyword
	Attachments int
	Means       understand.Understanding
	// Token is what came of a signed token in the message; it stands in Text no
	// more.
	Token Token
	// Sender is what the mail server made of the sender's address.
	Sender message.Authentication
	// Hints are order numbers that stand beside what the customer wrote now, the
	// likeliest first.
	Hints []string
}

// Token is a signed token that was looked at; the zero value is none.
type Token struct {
	// Grant is what it grants, nothing if it is bad.
	Grant verify.Grant
	// Bad is true if it does not count: ended, forged, used up, another shop's.
	Bad bool
}

// Ask is what Plan wants to know before it decides.
type Ask struct {
	// Ref is the order to read, empty if none is needed.
	Ref string
	// Claim is true if reading it checks a typed contact, which counts as an
	// attempt for the order Order.
	Claim bool
	// Order is the canonical number under which attempts are counted.
	Order string
	// Hints are orders to read in its place if Ref is empty.
	Hints []string
	// Own asks for the newest orders of the sender's own address, if Ref is empty
	// and there are no Hints.
	Own bool
}

// Looked is what came of an Ask.
type Looked struct {
	// Orders of that name, or the sender's own; none if Fault is fault.NotFound.
	Orders []order.Order
	// Hints are the orders of each of Ask.Hints' names, nil if none was asked for.
	Hints map[string][]order.Order
	// Fault is the kind of the failure, if Failed.
	Failed bool
	Fault  fault.Kind
	// Until is when the store will be read again, zero if it does not say.
	Until time.Time
	// Attempt is the journal's id of the present attempt, 0 if none was counted.
	Attempt int64
	// BySender and ByOrder are the failed attempts, the present one included.
	BySender, ByOrder int
}

// Decision is what the bot does.
type Decision struct {
	// Rules names the rules that spoke, in order.
	Rules []string
	// Intent is what the customer was taken to want.
	Intent understand.Intent
	// State to remember.
	State conversation.State
	// Language to answer in.
	Language string
	// Parts of the answer; none if the bot says nothing now.
	Parts []reply.Part
	// DespiteOptOut marks the answer as the one confirmation of an opt-out.
	DespiteOptOut bool
	// HandOff, nil if a person is not needed.
	HandOff *HandOff
	// Told is what the answer discloses, nil if nothing of an order.
	Told *Disclosure
	// Strike is true if the attempt that Ask.Claim announced must not count:
	// the claim was right, the store could not be read, or claims were closed.
	Strike bool
	// Struck are earlier attempts that turned out right as well.
	Struck []int64
	// Code is the one-time code to send, nil if none is.
	Code *CodeToSend
	// OptOut and OptIn change the customer's consent.
	OptOut, OptIn bool
	// WakeAt asks for another turn at that time; zero for none.
	WakeAt time.Time
}

// HandOff is the case for a person, with what the customer will be told when
// the ticket is open.
type HandOff struct {
	Case handoff.Case
	Told []reply.Part
}

// CodeToSend is a one-time code on its way to the e-mail address of an order.
type CodeToSend struct {
	OrderID string
	// To is the order's own address, canonical; never one that was only typed.
	To string
	// Subject and Text of the mail.
	Subject, Text reply.Part
	// Until is when the code ends.
	Until time.Time
}

// Disclosure names what an answer tells of an order.
type Disclosure struct {
	OrderID, OrderName string
	Method             verify.Method
	Facts              []string
}

// Plan says what must be known before Decide.
func Plan(in Input) Ask {
	t := newTalk(in)
	if t.settled() || !t.aboutOrder() {
		return Ask{}
	}
	if t.ref == "" {
		return Ask{Hints: t.hints(), Own: t.mayAskWithoutNumber()}
	}
	c := t.claimant()
	return Ask{Ref: t.ref, Claim: t.attempts(c), Order: in.Shop.Orders.Canonical(t.ref)}
}

// Decide returns the decision. looked is nil if Plan asked for nothing.
func Decide(in Input, looked *Looked) Decision {
	t := newTalk(in)
	t.looked = looked
	t.takeHint()
	t.takeOwn()
	for _, r := range ruleList {
		if r.speak(t) {
			t.d.Rules = append(t.d.Rules, r.name)
			break
		}
	}
	t.introduce()
	t.putOffAgain()
	t.d.Language = t.language()
	t.d.WakeAt = t.wake()
	return t.d
}

// putOffAgain moves on what is due and was kept from being done (by the reply
// limit, say), so that it does not come back at once and for ever.
func (t *talk) putOffAgain() {
	if w := t.d.State.Waiting; w != nil && !w.Next.After(t.in.Now) {
		again := *w
		again.Next = t.in.Now.Add(time.Minute)
		t.d.State.Waiting = &again
	}
	if p := t.d.State.Promise; p != nil && !p.At.After(t.in.Now) {
		again := *p
		again.At, again.Looks = t.in.Now.Add(lookAgain), p.Looks+1
		t.d.State.Promise = &again
		if again.Looks > maxLooks {
			t.d.State.Promise = nil
		}
	}
}

// wake is when the conversation is to be looked at again; zero for not.
func (t *talk) wake() time.Time {
	s := t.d.State
	switch {
	case s.Waiting != nil:
		return s.Waiting.Next
	case queued(s):
		return t.in.Now
	case s.Promise != nil:
		return s.Promise.At
	default:
		return time.Time{}
	}
}

// rule is one named way of answering. It reports whether it spoke; the first
// that does ends the search.
type rule struct {
	name  string
	speak func(*talk) bool
}

// ruleList is the order in which the rules are asked: consent before all, then silence,
// then the order, then everything else.
var ruleList = []rule{
	{"consent_stop", (*talk).stop},
	{"consent_start", (*talk).start},
	{"opted_out_quiet", (*talk).optedOut},
	{"handed_off_quiet", (*talk).handedOff},
	{"country_closed", (*talk).countryClosed},
	{"reply_limit", (*talk).limited},
	{"sender_not_proven", (*talk).notTheSender},
	{"consent_help", (*talk).help},
	{"nothing_due", (*talk).nothingDue},
	{"person_asked", (*talk).personAsked},
	{"order", (*talk).order},
	{"which_order", (*talk).whichOrder},
	{"upset", (*talk).upset},
	{"answer_to_us", (*talk).answersUs},
	{"opening_hours", (*talk).hours},
	{"policy", (*talk).policy},
	{"request", (*talk).request},
	{"token_bad", (*talk).tokenBad},
	{"parting", (*talk).parting},
	{"greeting", (*talk).greeting},
	{"picture", (*talk).picture},
	{"not_understood", (*talk).notUnderstood},
}
