// Package message knows what passes between a customer and a shop: one model
// of message, address, attachment and delivery for every channel, and the
// port that a channel's adapter implements.
package message

import (
	"context"
	"time"
)

// Channel is a way customers reach a shop.
type Channel string

// The channels.
const (
	SMS      Channel = "sms"
	WhatsApp Channel = "whatsapp"
	Email    Channel = "email"
)

// Channels lists every channel.
func Channels() []Channel { return []Channel{SMS, WhatsApp, Email} }

// Valid reports whether c is one of the channels.
func (c Channel) Valid() bool { return c == SMS || c == WhatsApp || c == Email }

// Direction says who a message came from.
type Direction uint8

// The directions.
const (
	In  Direction = 1 // from the customer
	Out Direction = 2 // from the shop: the bot or a person
)

// Author says who on the shop's side wrote an outbound message.
type Author string

// The authors of an outbound message.
const (
	Bot   Author = "bot"
	Agent Author = "agent"
)

// Keyword is what a carrier or provider made of a one-word message before we
// saw it (Twilio's OptOutType). Empty where it made nothing of it.
type Keyword string

// The keywords a provider may already have acted on.
const (
	KeywordStop  Keyword = "STOP"
	KeywordStart Keyword = "START"
	KeywordHelp  Keyword = "HELP"
)

// Message is one inbound message as a channel's adapter took it in. The
// adapter has checked that it is genuine.
type Message struct {
	// Shop is the key of the shop whose address it was sent to.
	Shop string
	// Channel it came by.
	Channel Channel
	// Account is the provider's account it came through: Twilio's AccountSid,
	// or the mailbox's name. Together with ProviderID it is unique.
	Account string
	// ProviderID is the provider's own id: Twilio's MessageSid.
	ProviderID string
	// From is the customer's address, To the shop's.
	From, To Address
	// Text is what the customer wrote, as UTF-8, at most MaxText bytes.
	Text string
	// Attachments are listed, not yet fetched.
	Attachments []Attachment
	// Handled is the keyword that the provider has already acted on and
	// answered, so that we must not answer it a second time.
	Handled Keyword
	// Extra holds the provider's further fields, kept for the record.
	Extra map[string]string
	// At is when the provider says it was sent, or when we got it.
	At time.Time
}

// ExtraToken is the name in Message.Extra under which an adapter hands over a
// signed token that came beside the text, as in a plus-address.
const ExtraToken = "token"

// Names in Message.Extra under which the mail channel hands over what stands
// beside the text.
const (
	// ExtraHints is text in which an order's number may stand that the customer
	// did not write just now: the subject of a reply, what is quoted, a signature.
	ExtraHints = "hints"
	// ExtraSender is what became of the sender's authentication.
	ExtraSender = "sender"
	// ExtraMessageID, ExtraReferences (parted by blanks) and ExtraSubject are the
	// mail's own, for the reply.
	ExtraMessageID  = "message_id"
	ExtraReferences = "references"
	ExtraSubject    = "subject"
)

// MaxText is the most bytes of text that a message keeps; adapters cut longer
// ones at a character's end and keep the rest of the message.
const MaxText = 32 << 10

// Attachment is a file that came with a message.
type Attachment struct {
	// ID is ours, 0 until written down.
	ID int64
	// URL is where the provider keeps it.
	URL string
	// Type is the media type the provider names, such as "image/jpeg".
	Type string
	// Name is the file's name, empty if the channel has none.
	Name string
	// Size in bytes, 0 while unknown.
	Size int64
}

// Media is a fetched attachment.
type Media struct {
	// Type is the media type the provider answered with.
	Type string
	// Bytes is the whole content.
	Bytes []byte
}

// Outbound is one text to send.
type Outbound struct {
	// ID is ours, stable over attempts.
	ID int64
	// Shop, Channel and Account say by whom and how it goes.
	Shop    string
	Channel Channel
	Account string
	// From is the shop's address, To the customer's.
	From, To Address
	// Text to send, already fitted to the channel.
	Text string
	// FirstTry is when this was first handed to the provider, zero if never.
	FirstTry time.Time
}

// Status is how far an outbound message has come, in rising order: a later
// report never moves it back.
type Status uint8

// The statuses. Owed and Sending are ours, the others the provider's.
const (
	Owed      Status = 1 // written down, not yet handed over
	Sending   Status = 2 // handing over; after a crash: maybe sent
	Sent      Status = 3 // the provider has it
	Delivered Status = 4 // it has reached the customer
	Read      Status = 5 // the customer has seen it
	Failed    Status = 6 // it will not arrive
)

// String returns the status's name.
func (s Status) String() string {
	switch s {
	case Owed:
		return "owed"
	case Sending:
		return "sending"
	case Sent:
		return "sent"
	case Delivered:
		return "delivered"
	case Read:
		return "read"
	case Failed:
		return "failed"
	default:
		return "unknown"
	}
}

// Receipt is what a provider holds of an outbound message.
type Receipt struct {
	// ProviderID is the provider's id for it.
	ProviderID string
	// Status as the provider tells it.
	Status Status
	// At is when the provider took it.
	At time.Time
}

// Delivery is a provider's later report on an outbound message.
type Delivery struct {
	// Account and ProviderID name the message.
	Account, ProviderID string
	// Status it has reached: Sent, Delivered, Read or Failed.
	Status Status
	// Code is the provider's error code, empty if none.
	Code string
	// Err says what a failure means; nil unless Status is Failed.
	Err error
	// At is when we heard.
	At time.Time
}

// Sender is the port through which the bot speaks: one provider account.
type Sender interface {
	// Send hands out to the provider and returns what it made of it. The error
	// is a *fault.Error; if Unclear, the message may have been taken and Find
	// must be asked before Send is called again.
	Send(ctx context.Context, out Outbound) (Receipt, error)
	// Find lists what the provider holds that was sent with the same addresses
	// and the very same text since out.FirstTry, oldest first. An empty list
	// means that none was taken, as far as the provider shows it now.
	Find(ctx context.Context, out Outbound) ([]Receipt, error)
}

// Fetcher is a Sender that can also fetch what customers attach.
type Fetcher interface {
	// Fetch loads the attachment of the message that the provider calls
	// providerID. fault.NotFound may mean "not yet"; fault.Invalid that it is
	// not to be fetched (too large, not under our account).
	Fetch(ctx context.Context, providerID string, a Attachment) (Media, error)
}

// Sweeper is a Sender that can list what it has received, to find messages
// that were never handed to us.
type Sweeper interface {
	// Received calls each with every message received since then, oldest
	// first, until each fails. At of a message is the provider's time.
	Received(ctx context.Context, since time.Time, each func(context.Context, Message) error) error
}

// Intake is where adapters hand over what comes in.
type Intake interface {
	// Receive writes m down together with the work it owes. When it returns
	// nil, m is durable and may be acknowledged; repeated says that it was
	// known before and nothing changed.
	Receive(ctx context.Context, m Message) (repeated bool, err error)
	// Report writes down a delivery report. A report about a message we do not
	// know is kept from doing harm and returns nil.
	Report(ctx context.Context, d Delivery) error
}
