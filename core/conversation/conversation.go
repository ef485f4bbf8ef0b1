// Package conversation knows what the bot remembers between two messages of
// one customer: what it asked, which order is being talked about, for which
// orders the customer is verified, and the transcript that an agent reads.
package conversation

import (
	"time"

	"wismo/core/message"
	"wismo/core/verify"
)

// Question is what the bot has asked and awaits an answer to.
type Question string

// The questions.
const (
	AskedNothing Question = ""
	AskedOrder   Question = "order_number"
	AskedContact Question = "contact"
	AskedMeaning Question = "meaning" // "what can I do for you?"
	AskedReceipt Question = "receipt" // "did it arrive after all?"
	AskedPerson  Question = "person"  // "shall a colleague take over?"
	AskedCancel  Question = "cancel"  // what a lone CANCEL was meant for
	AskedCode    Question = "code"    // the one-time code sent to the order's e-mail
)

// State is what the bot remembers of a conversation. It is written with each
// decision and read with the next message.
type State struct {
	// Asked is the open question.
	Asked Question `json:"asked,omitempty"`
	// Language the customer was last understood to write in, empty if none was.
	Language string `json:"language,omitempty"`
	// Sender is what the mail server made of the sender's address, when they last
	// wrote; empty for proven.
	Sender message.Authentication `json:"sender,omitempty"`
	// HeardAt is when the customer last wrote.
	HeardAt time.Time `json:"heard_at,omitzero"`
	// Ref is the order being talked about, as the customer named it.
	Ref string `json:"ref,omitempty"`
	// Refs are the orders named before it, the latest last.
	Refs []string `json:"refs,omitempty"`
	// Queue are orders named together with Ref that have yet to be answered.
	Queue []string `json:"queue,omitempty"`
	// Told is what the customer was last told of where an order is.
	Told *Told `json:"told,omitempty"`
	// Promise is a day that the bot has named and will look at again; nil if
	// there is none.
	Promise *Promise `json:"promise,omitempty"`
	// Email and Phone were typed by the customer before they could be used.
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
	// Verified lists the proofs given in this conversation.
	Verified []Verified `json:"verified,omitempty"`
	// Grant is what a signed token grants until it ends; nil if there is none.
	Grant *verify.Grant `json:"grant,omitempty"`
	// Code is the one-time code that is awaited; nil if none is.
	Code *Code `json:"code,omitempty"`
	// Introduced is true once the customer was told that a machine answers.
	Introduced bool `json:"introduced,omitempty"`
	// Misses counts messages in a row that were not understood.
	Misses int `json:"misses,omitempty"`
	// Waiting is a question that could not be answered yet because the store
	// was down; nil if there is none.
	Waiting *Waiting `json:"waiting,omitempty"`
	// Intent is the last intent about an order, so that an order number given
	// later is answered for what was asked.
	Intent string `json:"intent,omitempty"`
	// Parted is true once thanks or goodbye have had their courtesy.
	Parted bool `json:"parted,omitempty"`
	// Muted is true once the reply limit has led to a hand-off.
	Muted bool `json:"muted,omitempty"`
}

// Code is a one-time code that was sent, or seems to have been: one stands here
// as well for an order that does not exist or is not the customer's.
type Code struct {
	// OrderID is the store's key of the order that it opens, empty if none.
	OrderID string `json:"order,omitempty"`
	// Ref is the order as the customer named it.
	Ref string `json:"ref"`
	// Hash is the code's, keyed with Salt; the code itself is kept nowhere.
	Hash []byte `json:"hash"`
	Salt string `json:"salt"`
	// Until is when it ends.
	Until time.Time `json:"until"`
	// Tries counts codes that were wrong.
	Tries int `json:"tries,omitempty"`
	// Attempts are those that were counted on the way here, by the journal's
	// ids; the right code strikes them out.
	Attempts []int64 `json:"attempts,omitempty"`
}

// Verified is a proof that this customer may see an order, good for this
// conversation and 24 hours.
type Verified struct {
	// OrderID is the store's key of the order.
	OrderID string `json:"order"`
	// Method is "sender", "claim" or "token".
	Method string `json:"method"`
	// At is when it was given.
	At time.Time `json:"at"`
}

// VerifiedFor is how long a proof is remembered.
const VerifiedFor = 24 * time.Hour

// Remembers returns the proof for an order that still counts at now.
func (s State) Remembers(orderID string, now time.Time) (Verified, bool) {
	for _, v := range s.Verified {
		if v.OrderID == orderID && now.Sub(v.At) < VerifiedFor {
			return v, true
		}
	}
	return Verified{}, false
}

// Told is an order's state as it was told.
type Told struct {
	// Ref is the order, in its canonical spelling.
	Ref string `json:"ref"`
	// Print tells one state from another.
	Print string `json:"print"`
	// At is when it was first told so.
	At time.Time `json:"at"`
}

// Promise is a day for which the bot has said that a parcel is expected.
type Promise struct {
	// Ref is the order, as the customer named it.
	Ref string `json:"ref"`
	// Due is the day that was named.
	Due time.Time `json:"due"`
	// At is when to look again.
	At time.Time `json:"at"`
	// Looks counts the times it was looked at.
	Looks int `json:"looks,omitempty"`
}

// Waiting is a question put off because the store was down.
type Waiting struct {
	// Since is when the customer first asked in vain.
	Since time.Time `json:"since"`
	// Tries counts the reads that failed.
	Tries int `json:"tries"`
	// Next is when to try again.
	Next time.Time `json:"next"`
}

// Line is one message of a transcript, from either side.
type Line struct {
	ID        int64             `json:"id"`
	Direction message.Direction `json:"direction"`
	Author    message.Author    `json:"author,omitempty"`
	Text      string            `json:"text"`
	At        time.Time         `json:"at"`
	// Status of an outbound message.
	Status message.Status `json:"status,omitempty"`
	// Attachments of an inbound message.
	Attachments []message.Attachment `json:"attachments,omitempty"`
}
