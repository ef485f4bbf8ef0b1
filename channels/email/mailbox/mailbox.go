// Package mailbox knows how mail is read by IMAP (RFC 9051, and RFC 3501): each
// mail once, in its order, from several folders, told of new mail by IDLE where the
// server can and asking every few seconds where not. It carries raw mails and knows
// nothing of what stands in them.
//
// How far a folder has been read is UIDVALIDITY and UID, kept by the Sink in the
// transaction that writes the mails down. \Seen is neither relied on nor set: a
// mail that somebody opened on a phone is read all the same. If the server gives
// its mails new numbers, all is read again, and the Sink tells what it has.
//
// One connection reads all folders; while one batch is written down, the next is
// fetched. A connection on which nothing comes for Patience is taken for dead.
// Nothing is ever deleted.
package mailbox

import (
	"context"
	"crypto/x509"
	"log/slog"
	"sync/atomic"
	"time"
)

// Security is how the connection is encrypted.
type Security string

// The ways.
const (
	TLS      Security = "tls"      // port 993, encrypted from the first byte (RFC 8314)
	STARTTLS Security = "starttls" // port 143; refused if the server does not offer it
	Plain    Security = "none"     // port 143, for a server on this very machine
)

// Config is how to reach a mailbox and as whom.
type Config struct {
	Host string
	// Port, 0 for the usual one of Security.
	Port     int
	Security Security
	// Roots are the authorities that may sign the server's certificate, nil for
	// the system's.
	Roots *x509.CertPool
	// User, with either Password or Token, which returns an OAuth 2.0 access token.
	User, Password string
	Token          func(ctx context.Context) (string, error)
	// Folders to read; of the first the server tells as soon as something comes.
	Folders []string
	// Sent is the folder of sent mail, which is read as well; empty for the one that
	// the server marks as such (RFC 6154), or that is called so.
	Sent string
	// MaxAge bounds how old a mail may be when a folder is read for the first time.
	MaxAge time.Duration
	// Beat is how often is looked for what has to be done besides, and for new
	// mail where the server does not tell.
	Beat time.Duration
}

// Place is how far a folder has been read. What came before Since is not read even
// if the server numbers its mails anew.
type Place struct {
	UIDValidity, UID uint32
	Since            time.Time
}

// Raw is a mail as it lies in the mailbox.
type Raw struct {
	UID uint32
	// Received is when the server got it (INTERNALDATE).
	Received time.Time
	// Sent is true if it lies in the folder of sent mail.
	Sent bool
	// Size of the whole mail in bytes; Cut is true if Body holds only its beginning.
	Size int64
	Cut  bool
	Body []byte
}

// Sink is where mails go.
type Sink interface {
	// Place returns how far a folder has been read, ok false if it never was.
	Place(ctx context.Context, folder string) (p Place, ok bool, err error)
	// Take writes mails down and moves the folder's place on, in one transaction.
	// Mails that it has, it passes over.
	Take(ctx context.Context, folder string, mails []Raw, upTo Place) error
	// Hold takes or keeps the right to read this mailbox until then; false if
	// another replica has it.
	Hold(ctx context.Context, until time.Time) (bool, error)
	// Release gives that right back.
	Release(ctx context.Context) error
	// Chores does in the mailbox what is left to do there, such as marking what is
	// answered. It is called at every beat.
	Chores(ctx context.Context, s *Session) error
}

const (
	// Patience is how long a server may say nothing. It is asked for a sign of life
	// more often than that.
	Patience = 90 * time.Second
	// leaseFor is how long the right to read lasts unless it is kept up, and
	// leaseEvery how often it is: a dead reader is replaced within leaseFor and a
	// beat.
	leaseFor   = 20 * time.Second
	leaseEvery = 5 * time.Second
	// firstPause and longestPause bound the pause after a failure.
	firstPause   = time.Second
	longestPause = time.Minute
)

// Mailbox reads one mailbox.
type Mailbox struct {
	c       Config
	sink    Sink
	now     func() time.Time
	log     *slog.Logger
	contact atomic.Int64
	// progress is true once something was taken since the last failure.
	progress atomic.Bool
}

// New returns the reader of a mailbox. Nothing is dialled before Run.
func New(c Config, sink Sink, now func() time.Time, log *slog.Logger) *Mailbox {
	if len(c.Folders) == 0 {
		c.Folders = []string{"INBOX"}
	}
	if c.Beat == 0 {
		c.Beat = 15 * time.Second
	}
	return &Mailbox{c: c, sink: sink, now: now, log: log}
}

// Contact is when this replica last heard from the server, zero if never or if
// another replica reads the mailbox.
func (m *Mailbox) Contact() time.Time {
	if at := m.contact.Load(); at != 0 {
		return time.UnixMicro(at)
	}
	return time.Time{}
}
