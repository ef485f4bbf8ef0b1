// Package journal knows the durable record: every message in and out, what is
// still owed on it, what was decided and why, who was told what, and which
// conversations a person has taken over. It is a few small interfaces, by who
// asks; core/journal/postgres and core/journal/sqlite implement them over one
// body of SQL, and core/journal/journaltest is passed by both.
//
// # How nothing is lost and nothing is said twice
//
// A conversation's row is the one lock and the one truth. Its column owed is
// true exactly while an immediate job for it exists in the queue. Receive sets
// it and inserts the job in the transaction that writes the message; the
// transaction that finds nothing left to do clears it. Both hold the row's
// lock, so no wake-up can be lost and no two immediate jobs stand at once.
// Jobs that exist besides (a retry at a later time, a job taken over from a
// replica that only seemed dead) do no harm: a turn is written only if the
// conversation's version has not moved since it was read, and a reply is handed
// to the provider only by whoever committed its step to Sending.
//
// A reply found Sending for longer than Grace was left there by a crash. It is
// maybe sent: the provider is asked before it is sent again, and a provider's
// id is adopted once. A worker that was merely held up for that long calls
// nobody any more (Reply.Until). Ages are told by the replicas' clocks, which must
// agree to Grace - SendDeadline, four seconds; any time service does far better.
package journal

import (
	"context"
	"errors"
	"time"

	"wismo/core/conversation"
	"wismo/core/handoff"
	"wismo/core/message"
	"wismo/core/transit"
)

// SendDeadline bounds one call to a provider that sends.
const SendDeadline = 8 * time.Second

// Grace is how old a Sending must be before its sender is taken for dead. It
// is longer than SendDeadline, so that no call of a live sender is still on its
// way, and long enough for the provider's list to show what it took.
const Grace = 12 * time.Second

// ErrStale is returned by Finish when another worker has finished a turn of
// the same conversation since this one was taken. The outcome must be thrown
// away and the conversation looked at again.
var ErrStale = errors.New("the conversation has moved on since this turn was taken")

// Intake is what channels need. It is message.Intake with the journal's own
// promise: everything in one transaction, durable on return.
//
//   - Receive locks or creates the conversation (same shop, channel, customer
//     and shop address, not quiet for longer than Options.QuietAfter of that
//     shop), inserts the message (unique by account and provider id), its
//     attachments with a media job each, and the conversation's job if none is
//     owed.
//   - Report raises an outbound message's status by its account and provider id,
//     never lowering it (Failed is final; Delivered and Read are never undone by
//     Sent). A report on a message still Sending whose provider id is not yet
//     known is dropped: the settlement brings it. A failure that is not an
//     opt-out makes a hand-off (handoff.ReplyFailed, told nothing) if the
//     conversation has none open; fault.OptedOut opts the customer out.
//   - Take is Receive for a caller who sees to the conversation at once: the job
//     is written as one that this replica has in hand already, so that no other
//     fetches it unless this one dies.
type Intake interface {
	message.Intake
	Take(ctx context.Context, m message.Message) (Taken, error)
}

// Taken is what came of Intake.Take.
type Taken struct {
	// Repeated says that the message was known before and nothing changed.
	Repeated bool
	// ConversationID and JobID name what the caller must see to. JobID is 0 if
	// the conversation was owed an answer before: then whoever has its job finds
	// the message.
	ConversationID, JobID int64
}

// Turns is what a worker that answers needs.
type Turns interface {
	// Next looks at what the conversation owes and takes the next step. With a
	// Settlement it first writes down what became of the send before, in the
	// same transaction. When nothing is left, it clears owed and returns Done.
	// An unknown conversation is a fault.NotFound.
	Next(ctx context.Context, conversationID int64, settled *Settlement, now time.Time) (Step, error)
	// Finish writes a turn's outcome in one transaction and takes the next
	// step. ErrStale if the conversation's version has moved.
	Finish(ctx context.Context, o Outcome, now time.Time) (Step, error)
	// Attempt writes down that a sender is about to have a claim checked
	// against an order, and counts the attempts that failed before in the
	// last hour (sender) and day (order), this one included. It is written before the
	// check and struck out by Outcome.Proven, so that no number of workers can
	// be used to guess in parallel.
	Attempt(ctx context.Context, a Attempt, now time.Time) (Attempted, error)
	// Withdraw strikes out an attempt whose turn was thrown away.
	Withdraw(ctx context.Context, attemptID int64) error
	// Failures counts as Attempt does, without writing.
	Failures(ctx context.Context, a Attempt, now time.Time) (Attempted, error)
	// Spend spends a one-use token for a conversation and reports whether it may
	// be used: true the first time, and again in that very conversation, since a
	// turn may be taken twice. jti names it among all tokens of all shops; it is
	// remembered until the given time, when the token has ended anyway.
	Spend(ctx context.Context, jti string, conversationID int64, until time.Time) (bool, error)
	// Stranded lists conversations that have owed an answer since before the
	// given time and gives each a new job, whatever became of the one it had. It
	// is the safety net under the queue; finding one is worth an error in the log.
	Stranded(ctx context.Context, before time.Time) ([]int64, error)
}

// Deliveries is what knows how long parcels took.
type Deliveries interface {
	// Deliveries returns a shop's deliveries that were noted since a time, each
	// parcel once, the newest MaxDeliveries of them.
	Deliveries(ctx context.Context, shop string, since time.Time) ([]transit.Delivery, error)
}

// MaxDeliveries is how many deliveries are looked at.
const MaxDeliveries = 5000

// StepKind says what a worker must do next.
type StepKind uint8

// The steps.
const (
	Done   StepKind = 1 // nothing is owed; owed is cleared
	Answer StepKind = 2 // Step.Turn has messages without an answer
	Send   StepKind = 3 // hand Step.Reply to the provider now; it is marked Sending
	Lookup StepKind = 4 // Step.Reply was left Sending: ask the provider first; it is marked Sending anew
	Later  StepKind = 5 // the next reply may not go before Step.At; a job for then is written, owed is cleared
)

// Step is what Next and Finish return.
type Step struct {
	Kind  StepKind
	Turn  *Turn
	Reply *Reply
	At    time.Time
}

// Turn is a conversation as a worker takes it: nothing is locked meanwhile.
type Turn struct {
	ConversationID int64
	// Version must be given back with the Outcome.
	Version  int64
	Shop     string
	Channel  message.Channel
	Account  string
	Customer message.Address
	Ours     message.Address
	State    conversation.State
	// Unanswered are the inbound messages since the last turn, oldest first.
	// It is empty if the turn was taken only because State.Waiting is due.
	Unanswered []Heard
	// OptedOut is true if the customer has told us to stop.
	OptedOut bool
	// HandOff is the open hand-off's id, 0 if the bot has the conversation.
	HandOff int64
	// RepliesLastHour counts the bot's replies in this conversation.
	RepliesLastHour int
	// Said is the bot's last reply, empty if none.
	Said string
}

// Heard is one unanswered message.
type Heard struct {
	ID          int64
	Text        string
	Handled     message.Keyword
	Extra       map[string]string
	Attachments []message.Attachment
	At          time.Time
}

// Outcome is all that a turn leads to.
type Outcome struct {
	ConversationID int64
	Version        int64
	// AnsweredUpTo is the id of the last message that the turn has dealt with,
	// 0 if it dealt with none.
	AnsweredUpTo int64
	State        conversation.State
	// Decision is why: rules, understanding, order state; JSON for the console.
	Decision []byte
	// Intents are the intents found, for the report.
	Intents []string
	// Replies to send, in order.
	Replies []NewReply
	// HandOff to open, nil if none.
	HandOff *handoff.Case
	// Disclosures made by the replies.
	Disclosures []Disclosure
	// Deliveries are what the told order tells of the ways of its parcels.
	Deliveries []transit.Delivery
	// Proven are the ids of the Attempts that turned out right.
	Proven []int64
	// Mails to send besides, none of them a reply.
	Mails []NewMail
	// Consent changes whether we may write to the customer; 0 leaves it.
	Consent Consent
	// WakeAt asks for another turn at that time; zero for none.
	WakeAt time.Time
}

// Consent is a change of whether we may write to an address.
type Consent uint8

// The changes.
const (
	OptOut Consent = 1
	OptIn  Consent = 2
)

// NewReply is a reply to be written down.
type NewReply struct {
	Text string
	// Author is the bot, or an agent.
	Author message.Author
	// DespiteOptOut marks the one confirmation that an opted-out address gets.
	DespiteOptOut bool
}

// Disclosure records that somebody was told about an order.
type Disclosure struct {
	// OrderID and OrderName as the store has them.
	OrderID, OrderName string
	// Method is the proof: sender, claim, token.
	Method string
	// Facts names the kinds of facts told: "status", "carrier", "link", ….
	Facts []string
}

// Reply is an outbound message to hand to the provider.
type Reply struct {
	message.Outbound
	// Attempt counts hand-overs, this one included, from 1.
	Attempt int
	// Until is when the provider must have been called; later the reply may be
	// somebody else's. It is SendDeadline after the step to Sending.
	Until time.Time
}

// Settlement says what became of a Reply.
type Settlement struct {
	// ReplyID and Attempt name the hand-over.
	ReplyID int64
	Attempt int
	// Receipt, if the provider has it.
	Receipt *message.Receipt
	// Retry is when to try again; the reply goes back to Owed. Zero if not.
	Retry time.Time
	// Err is why it has failed for good (neither Receipt nor Retry) or for now.
	// Fault kind and reason are kept, nothing else of it. A final failure makes
	// a hand-off as with Intake.Report, or opts the customer out.
	Err error
}

// ErrAdopted is an error of Next: the receipt's provider id belongs to another
// message already. The worker must take another receipt or send.
var ErrAdopted = errors.New("this provider id is another message's")

// Attempt is a claim that is about to be checked.
type Attempt struct {
	Shop string
	// Sender is the address that claims.
	Sender message.Address
	// Order is the order's canonical number.
	Order string
}

// Attempted is how often a claim has failed, the present one included.
type Attempted struct {
	ID int64
	// BySender in the last hour, ByOrder in the last day.
	BySender, ByOrder int
}

// NewMail is a mail to be written down: a one-time code, say. It goes to an
// address that need not be the customer's.
type NewMail struct {
	To, Subject, Text string
	// Until is when it is of no use any more; it is never sent later, although it
	// may have been sent already.
	Until time.Time
}

// Mails is what sends mails. A mail is owed with the turn that wants it and is
// sent at least once until NewMail.Until, unless it is refused for good; a crash
// between sending and writing that down sends it twice, which does no harm.
type Mails interface {
	// Mail returns a mail. fault.NotFound if unknown.
	Mail(ctx context.Context, id int64) (Mail, error)
	// Mailed settles a mail that is owed, as MailSent or MailDropped, and erases
	// what it said and whom it went to. Repeating it changes nothing.
	Mailed(ctx context.Context, id int64, state MailState, now time.Time) error
}

// Mail is a mail with its state.
type Mail struct {
	ID   int64
	Shop string
	// NewMail is empty but for Until once the mail is settled.
	NewMail
	State MailState
}

// MailState is where a mail stands.
type MailState string

// The states of a mail.
const (
	MailOwed    MailState = "owed"
	MailSent    MailState = "sent"
	MailDropped MailState = "dropped" // refused, or too late
)

// Desks is what opens tickets.
type Desks interface {
	// HandOff returns a hand-off as a ticket, transcript included.
	HandOff(ctx context.Context, id int64) (HandOff, error)
	// NextAtDesk takes the next step of a hand-off at its desk for one worker, who has
	// it for DeskStepWithin: another who asks meanwhile is told DeskBusy, and need do
	// nothing, since the one who is at it goes on until nothing is left.
	NextAtDesk(ctx context.Context, id int64, now time.Time) (DeskStep, error)
	// Opened writes down that the desk holds the ticket, with the messages up to
	// upTo in it, and owes the customer the text that says so (Case.Told), in one
	// transaction. Repeating it changes nothing.
	Opened(ctx context.Context, id int64, desk, ticketID string, upTo int64, now time.Time) error
	// Appended writes down that the desk has a message.
	Appended(ctx context.Context, id, messageID int64) error
	// Noted writes down that the desk has a note.
	Noted(ctx context.Context, id, noteID int64) error
	// NotDone ends a step that has failed. If unclear, it may have been done, and the
	// next attempt is told so. If gone, the desk has lost the ticket, and another is
	// owed.
	NotDone(ctx context.Context, id int64, unclear, gone bool) error
	// MailTicket owes a mail to the support mailbox about a hand-off whose desk cannot
	// be reached, once.
	MailTicket(ctx context.Context, id int64, m NewMail, now time.Time) error
	// ToRead lists open hand-offs that were not read since before, the longest unread
	// first.
	ToRead(ctx context.Context, before time.Time, limit int) ([]AtDesk, error)
	// OpenTicket returns the open hand-off of a ticket of a shop, fault.NotFound if
	// there is none.
	OpenTicket(ctx context.Context, shop, ticketID string) (AtDesk, error)
	// Took writes down what has become of a ticket, in one transaction: agents'
	// replies, each key once, as messages to the customer, owed at once; where to read
	// on; and whether it is closed or goes on elsewhere.
	Took(ctx context.Context, id int64, p TicketNews, now time.Time) error
	// Close ends a hand-off: the bot has the conversation again. Closing a
	// closed one changes nothing.
	Close(ctx context.Context, id int64, now time.Time) error
	// HandOffs lists hand-offs, newest first, transcript left out.
	HandOffs(ctx context.Context, f HandOffFilter) ([]HandOff, error)
}

// HandOff is a hand-off with its state.
type HandOff struct {
	handoff.Ticket
	// State is where it stands.
	State HandOffState
	// Desk and TicketID name it at the desk once open.
	Desk, TicketID string
	OpenedAt       time.Time
	ClosedAt       time.Time
}

// DeskStepWithin is how long a worker has for one step at a desk.
const DeskStepWithin = time.Minute

// DeskStepKind says what a worker must do next for a hand-off.
type DeskStepKind uint8

// The steps at a desk.
const (
	DeskDone   DeskStepKind = 1 // nothing is left
	DeskBusy   DeskStepKind = 2 // another worker is at it
	DeskOpen   DeskStepKind = 3 // make the ticket
	DeskAppend DeskStepKind = 4 // add DeskStep.Line to the ticket
	DeskNote   DeskStepKind = 5 // add DeskStep.Line to the ticket, for agents alone
)

// DeskStep is the next step of a hand-off at its desk.
type DeskStep struct {
	Kind DeskStepKind
	// HandOff it is about, with the transcript for DeskOpen.
	HandOff HandOff
	// Line is the message to add; as a note it has text and time, and the note's id.
	Line conversation.Line
	// Again says that an earlier attempt may have done it.
	Again bool
}

// AtDesk is an open hand-off to be read at its desk.
type AtDesk struct {
	ID             int64
	ConversationID int64
	Shop           string
	Desk, TicketID string
	Channel        message.Channel
	// Mark is how far it was read, ReadAt when, zero if never.
	Mark   string
	ReadAt time.Time
}

// TicketNews is what was read of a ticket.
type TicketNews struct {
	// Replies of agents, oldest first, as the texts that go to the customer.
	Replies []KeyedReply
	// Mark is where to read on.
	Mark string
	// Closed gives the conversation back to the bot.
	Closed bool
	// Into is the ticket in which it goes on, empty if it does not.
	Into string
}

// KeyedReply is an agent's reply; each Key counts once.
type KeyedReply struct {
	Key   string
	Texts []string
}

// HandOffState is where a hand-off stands.
type HandOffState string

// The states of a hand-off.
const (
	HandOffOwed   HandOffState = "owed"
	HandOffOpen   HandOffState = "open"
	HandOffClosed HandOffState = "closed"
)

// HandOffFilter narrows HandOffs.
type HandOffFilter struct {
	// Shop, empty for all.
	Shop string
	// States, empty for owed and open.
	States []HandOffState
	// Limit, 100 if 0.
	Limit int
}

// Files is what fetches attachments and sweeps for gaps.
type Files interface {
	// Attachment returns an attachment and the message it came with: account and
	// provider id. fault.NotFound if unknown.
	Attachment(ctx context.Context, id int64) (Attachment, error)
	// KeepMedia stores a fetched attachment; err, if not nil, says why there is
	// none (its fault kind is kept).
	KeepMedia(ctx context.Context, id int64, m message.Media, err error) error
	// Kept returns a fetched attachment: fault.Unavailable if it is still to be
	// fetched, fault.NotFound if it never will be.
	Kept(ctx context.Context, id int64) (message.Media, error)
	// Swept returns up to when an account was last swept, zero if never.
	Swept(ctx context.Context, account string) (time.Time, error)
	// Sweep moves that on, never back.
	Sweep(ctx context.Context, account string, upTo time.Time) error
}

// Attachment is an attachment with what is needed to fetch it.
type Attachment struct {
	message.Attachment
	Shop              string
	Account           string
	MessageProviderID string
	// Customer who sent it, and whether they have opted out.
	Customer message.Address
	OptedOut bool
	// Kept counts what was fetched from this customer in the last day.
	Kept int
}

// Reading is what people look at.
type Reading interface {
	// Transcript returns a conversation's messages, oldest first; a signed token
	// in what the customer wrote reads "[token]".
	Transcript(ctx context.Context, conversationID int64) ([]conversation.Line, error)
	// Owed counts what is not done yet: conversations that owe a look, replies
	// not yet handed over for good, hand-offs without a ticket or with messages that
	// the ticket lacks, mails not sent.
	Owed(ctx context.Context) (int, error)
	// Ping reports whether the journal can be read and written.
	Ping(ctx context.Context) error
}

// Journal is all of it, as the drivers return it.
type Journal interface {
	Intake
	Turns
	Desks
	Mails
	Files
	Letters
	Deliveries
	Reading
}

// Statement is one SQL statement in the engine's own dialect.
type Statement struct {
	SQL  string
	Args []any
}

// Owe tells how a job is written into the queue. The journal runs the
// statement in its own transaction, beside others in one round trip. Jobs carry
// ids only.
type Owe interface {
	// Conversation owes a look at a conversation, at once if at is zero.
	Conversation(id int64, at time.Time) Statement
	// Taken owes a look at a conversation by a job that this replica has in hand
	// already. The statement returns the job's id.
	Taken(id int64) Statement
	// AllTaken is Taken for every row of the relation owing(id): the text of a
	// statement without arguments that returns (job, conversation). Empty if the
	// engine does one message at a time.
	AllTaken() string
	// AllLater owes a later look at a conversation for every row of the relation
	// waking(id, at), at in microseconds since 1970: the text of a statement
	// without arguments. Empty if the engine does one message at a time.
	AllLater() string
	// Ticket owes a hand-off's ticket.
	Ticket(handOffID int64) Statement
	// Mail owes a mail's sending.
	Mail(mailID int64) Statement
	// Media owes an attachment's fetching.
	Media(attachmentID int64) Statement
}

// Options are what a journal needs to know of the shops.
type Options struct {
	// QuietAfter returns how long a conversation of the shop must be silent
	// before the next message starts a new one.
	QuietAfter func(shop string) time.Duration
	// Now is the clock for what has no time of its own.
	Now func() time.Time
}
