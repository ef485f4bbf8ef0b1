package journal

import (
	"context"
	"time"

	"wismo/core/message"
)

// Letters is what mailboxes need. A mailbox's place moves on only in the
// transaction that writes down what was read up to it, so that a crash reads
// some mail again and misses none; Letter.Key makes reading again harmless.
type Letters interface {
	// Place returns up to where a folder of a mailbox has been read, ok false if
	// it never was.
	Place(ctx context.Context, account, folder string) (p Place, ok bool, err error)
	// TakeLetters writes down what was read and moves the folder's place on, never
	// back. A letter whose key is known changes nothing but where it lies. It
	// returns how many were new.
	TakeLetters(ctx context.Context, account, folder string, list []Letter, upTo Place) (fresh int, err error)
	// Answers returns the letter that a reply answers, fault.NotFound if the
	// conversation has none.
	Answers(ctx context.Context, replyID int64) (Heard, error)
	// Unflagged lists letters that are dealt with and not yet marked as such in
	// the mailbox, oldest first.
	Unflagged(ctx context.Context, account string, limit int) ([]Lying, error)
	// Flagged writes down that they are marked now, or lie nowhere any more.
	Flagged(ctx context.Context, ids []int64) error
	// Tally counts a mailbox's letters.
	Tally(ctx context.Context, account string) (Tally, error)
	// Hold takes or keeps the lease of that name for holder until then; false if
	// another holds it at now.
	Hold(ctx context.Context, name, holder string, until, now time.Time) (bool, error)
	// Release ends holder's lease.
	Release(ctx context.Context, name, holder string) error
	// Secret returns the 32 random bytes kept under that name, made at the first
	// call; all replicas get the same.
	Secret(ctx context.Context, name string) ([]byte, error)
}

// Place is how far a folder has been read (RFC 9051, 2.3.1.1): everything up to
// UID is written down. UIDs of another UIDValidity mean nothing.
type Place struct {
	UIDValidity, UID uint32
	// Since is from when on mail counts, set when the folder was first read and kept.
	Since time.Time
}

// Letter is one mail of a mailbox, with what is to become of it.
type Letter struct {
	// Key tells it from every other mail of the mailbox, wherever it lies: the
	// Message-ID alone does not, since some senders use one again. It is the
	// Message's ProviderID.
	Key string
	// UID is where it lies.
	UID uint32
	// Message is what a customer wrote, nil if the mail is not to be answered; then
	// Ignored says why.
	Message *message.Message
	Ignored string
	// Files are the contents of the Message's attachments, in their order; one
	// without bytes was too large to keep.
	Files []message.Media
	// Failed, if not nil, is what a bounce tells of a mail of ours.
	Failed *message.Delivery
	// ByHand, if not nil, is a person's own answer to a customer, found where sent
	// mail lies.
	ByHand *ByHand
}

// ByHand is what a person wrote to a customer from the mailbox itself. From then
// on the bot is silent in that conversation, until it has been quiet for long
// enough to end.
type ByHand struct {
	Shop string
	To   message.Address
	// MessageID is the mail's, under which it stands in the transcript.
	MessageID, Text string
	At              time.Time
}

// HandMailbox is the desk of a conversation that a person has answered from the
// mailbox itself.
const HandMailbox = "mailbox"

// Lying says where a letter lies.
type Lying struct {
	ID               int64
	Folder           string
	UIDValidity, UID uint32
}

// Tally is what became of a mailbox's letters. Seen is the sum of the others, or
// something was lost.
type Tally struct {
	Seen, Answered, Waiting int
	// Ignored counts those not to be answered, by reason.
	Ignored map[string]int
}

// Whole reports whether every letter that was seen is accounted for.
func (t Tally) Whole() bool {
	sum := t.Answered + t.Waiting
	for _, n := range t.Ignored {
		sum += n
	}
	return t.Seen == sum
}
