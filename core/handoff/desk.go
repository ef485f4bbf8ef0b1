package handoff

import (
	"context"
	"net/http"
	"time"

	"wismo/core/message"
)

// Desk is the port to a help desk. Its errors are *fault.Error: Retryable ones are
// tried again for hours, fault.NotFound says that the ticket is gone, fault.Denied
// that the configuration must be mended, the rest that this will never be taken.
// If Unclear, what was asked may have been done; the next attempt says Again.
type Desk interface {
	// Kind names the desk, such as "inbox" or "zendesk".
	Kind() string
	// Open makes the ticket and returns the desk's id for it. With Ticket.Again a
	// desk that already holds Ticket.Key returns that one's id and makes no second.
	Open(ctx context.Context, t Ticket) (id string, err error)
}

// Appender is a Desk to which what the customer says later is added.
type Appender interface {
	Desk
	// Append adds an entry to a ticket. With Entry.Again a desk that already holds
	// Entry.Key adds no second. A ticket that was solved is opened again by it.
	Append(ctx context.Context, ticketID string, e Entry) error
}

// Pusher is a Desk that hands over what agents do in calls of its own. It repeats
// them until they are taken: each reply counts once by its key.
type Pusher interface {
	Appender
	// Pushed checks a call as Hook.Changed does, and returns what it tells.
	Pushed(r *http.Request, body []byte, now time.Time) (ticketID string, p Progress, err error)
}

// Follower is a Desk whose tickets are read for what agents do. A webhook only tells
// which ticket to read, so that one that is lost, repeated or made up does no harm.
type Follower interface {
	Appender
	// Read tells what has become of a ticket since a Progress.Mark, "" for all since
	// it was made. What the bot itself has put there is not among the replies, nor is
	// what only agents may see.
	Read(ctx context.Context, ticketID, mark string) (Progress, error)
	// Fetch reads a file of a reply, up to limit bytes.
	Fetch(ctx context.Context, f ReplyFile, limit int64) (File, error)
}

// Hook is a Follower that calls when something changes.
type Hook interface {
	Follower
	// Changed checks that a call comes from the desk, over its raw body and in
	// constant time, and returns the ids of the tickets that it is about, none if it
	// is about something else. A call that cannot be trusted, or is too old, is a
	// fault.Denied. Challenge, if not empty, is the body to answer a call with that
	// only tries the address.
	Changed(r *http.Request, body []byte, now time.Time) (ticketIDs []string, challenge string, err error)
}

// File is something attached to a ticket or to a reply.
type File struct {
	// Name is a file's name without a folder: "transcript.html".
	Name string
	// Type is its media type: "image/jpeg".
	Type  string
	Bytes []byte
}

// Document is one text, plain and as HTML, which is safe: what people wrote stands in
// it escaped.
type Document struct {
	Plain, HTML string
}

// Person is the customer as a desk may know them. Desks that want an e-mail address
// and get none make up one that nobody can write to, or none.
type Person struct {
	// Name to show: a name if one is known, else the address.
	Name string
	// Email and Phone, canonical; empty if not known.
	Email, Phone string
}

// PersonOf is the customer behind an address.
func PersonOf(a message.Address) Person {
	return Person{Name: a.Value, Email: a.EmailAddress(), Phone: a.Phone()}
}

// Entry is what is added to a ticket later.
type Entry struct {
	// Key is unique in the desk, by which an entry that is there already is known.
	Key string
	// Note is true for what only agents may see: that a reply could not be sent, say.
	// Else it is what the customer wrote.
	Note bool
	// Customer who wrote it.
	Customer Person
	Text     Document
	Files    []File
	// At is when it was written.
	At time.Time
	// Again says that an earlier attempt may have added it.
	Again bool
}

// Stage is where a ticket stands at its desk.
type Stage string

// The stages.
const (
	StageOpen   Stage = "open"   // somebody has it, or will
	StageSolved Stage = "solved" // the bot answers again
	StageGone   Stage = "gone"   // deleted, or not to be found
	StageMerged Stage = "merged" // Progress.Into goes on in its place
)

// Progress is what has become of a ticket.
type Progress struct {
	Stage Stage
	// Into is the ticket that it was merged into.
	Into string
	// Replies of agents to the customer, oldest first.
	Replies []AgentReply
	// Mark is from where to read next time.
	Mark string
}

// AgentReply is what an agent has written for the customer to read.
type AgentReply struct {
	// Key is the desk's own id of it.
	Key string
	// Agent's name as customers may see it, empty if it is not known.
	Agent string
	// Text in plain words.
	Text  string
	Files []ReplyFile
	At    time.Time
}

// ReplyFile is a file of a reply, where the desk keeps it.
type ReplyFile struct {
	// URL or id by which the desk that told it fetches it.
	URL  string
	Name string
	Type string
	// Size in bytes, 0 if it is not told.
	Size int64
}
