// Package email knows a shop's mailbox as a channel: each mail that comes is written
// down with what is to become of it, in one transaction with the mailbox's place;
// replies leave by SMTP in the thread of what they answer.
//
// A mail that is not to be answered is ignored with a reason: machines, lists,
// bounces, our own. What a person of the shop sends from the mailbox itself silences
// the bot in that conversation.
//
// The packages below it carry and read: mailbox (IMAP), parse and quote (what a mail
// says), compose and submit (the reply).
package email

import (
	"context"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"wismo/channels/email/compose"
	"wismo/channels/email/mailbox"
	"wismo/channels/email/submit"
	"wismo/core/check"
	"wismo/core/journal"
	"wismo/core/message"
)

// Config is one mailbox of a shop.
type Config struct {
	// Shop is the shop's key, ShopName what stands before the address in replies.
	Shop, ShopName string
	// Address is the mailbox's, from which replies come; Also are others by which
	// mail reaches it. All are in canonical form.
	Address string
	Also    []string
	// Ours are the addresses of all mailboxes of this deployment: none answers
	// another.
	Ours []string
	IMAP mailbox.Config
	SMTP submit.Config
	// FileSent files replies in the folder of sent mail, for servers that do not by
	// themselves.
	FileSent bool
	// MoveTo is the folder to which answered mail is moved, empty to leave it.
	MoveTo string
	// AuthservID is whose Authentication-Results count (see parse.Options).
	AuthservID string
	// Signature stands below each reply.
	Signature string
	// Observe, if not nil, is told of each mail that was new: the reason for which
	// it is ignored, empty for a customer's.
	Observe func(reason string)
}

const (
	// maxFiles and maxFileBytes bound which attachments are kept for the ticket.
	maxFiles, maxFileBytes = 10, 10 << 20
	// tallyEvery is how often is counted whether every mail is accounted for.
	tallyEvery = 10 * time.Minute
)

// Account is a mailbox as a channel. It is a message.Sender; Run reads the mailbox.
type Account struct {
	c       Config
	letters journal.Letters
	secret  []byte
	replica string
	server  *submit.Server
	reader  *mailbox.Mailbox
	now     func() time.Time
	log     *slog.Logger
	tallied atomic.Int64
	taken   atomic.Int64
}

// secretName is under which the journal keeps the secret of our Message-IDs.
const secretName = "mail"

// New returns a mailbox's account. Nothing is dialled before Run or Send.
func New(ctx context.Context, c Config, letters journal.Letters, replica string, now func() time.Time, log *slog.Logger) (*Account, error) {
	secret, err := letters.Secret(ctx, secretName)
	if err != nil {
		return nil, err
	}
	c.SMTP.From, c.SMTP.Name = c.Address, c.ShopName
	a := &Account{c: c, letters: letters, secret: secret, replica: replica, server: submit.New(c.SMTP, now), now: now, log: log.With("shop", c.Shop, "mailbox", message.Mask(c.Address))}
	a.reader = mailbox.New(c.IMAP, sink{a}, now, a.log)
	return a, nil
}

// Name is the account's name among all accounts.
func (a *Account) Name() string { return "mail:" + a.c.Address }

// Run reads the mailbox until ctx ends.
func (a *Account) Run(ctx context.Context) { a.reader.Run(ctx) }

// Contact is when this replica last heard from the mailbox, zero if another replica
// reads it or nobody can.
func (a *Account) Contact() time.Time { return a.reader.Contact() }

// Taken is how many mails this replica has taken in, those where sent mail lies left
// out.
func (a *Account) Taken() int64 { return a.taken.Load() }

// Check signs in at both servers. It sends nothing and changes nothing.
func Check(ctx context.Context, c Config, now func() time.Time) []check.Finding {
	c.SMTP.From = c.Address
	findings := []check.Finding{mailbox.New(c.IMAP, nil, now, slog.New(slog.DiscardHandler)).Check(ctx), submit.New(c.SMTP, now).Check(ctx)}
	if c.AuthservID == "" {
		findings = append(findings, check.Finding{
			Name: "sender authentication", Level: check.Warning, Detail: "authserv_id is not set, so no sender counts as proven",
			Hint: "set it to the name that stands first in the Authentication-Results of mails in this mailbox",
		})
	}
	return findings
}

// ourID reports whether a Message-ID is one that we made.
func (a *Account) ourID(id string) bool { return compose.Ours(a.secret, id) }

// ours are the addresses that are nobody's but ours.
func (a *Account) ours() []string {
	return append(append([]string{a.c.Address}, a.c.Also...), a.c.Ours...)
}

// sink is where the mailbox's mails go.
type sink struct{ *Account }

// Place implements mailbox.Sink.
func (s sink) Place(ctx context.Context, folder string) (mailbox.Place, bool, error) {
	p, ok, err := s.letters.Place(ctx, s.Name(), folder)
	return mailbox.Place(p), ok, err
}

// Take implements mailbox.Sink.
func (s sink) Take(ctx context.Context, folder string, mails []mailbox.Raw, upTo mailbox.Place) error {
	letters := s.read(mails)
	fresh, err := s.letters.TakeLetters(ctx, s.Name(), folder, letters, journal.Place(upTo))
	if err != nil {
		return err
	}
	if len(mails) > 0 && !mails[0].Sent {
		s.taken.Add(int64(len(mails)))
	}
	for _, l := range letters {
		if s.c.Observe != nil {
			s.c.Observe(l.Ignored)
		}
	}
	if len(letters) > 0 {
		s.log.Info("mail taken in", "read", len(letters), "new", fresh)
	}
	return nil
}

// read says what is to become of mails, on all cores: while they are read, neither
// the mailbox nor the database has anything to do.
func (s sink) read(mails []mailbox.Raw) []journal.Letter {
	letters := make([]journal.Letter, len(mails))
	var next atomic.Int64
	var work sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(mails)) {
		work.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(mails); i = int(next.Add(1)) - 1 {
				letters[i] = s.letter(mails[i])
			}
		})
	}
	work.Wait()
	return letters
}

// Hold implements mailbox.Sink.
func (s sink) Hold(ctx context.Context, until time.Time) (bool, error) {
	return s.letters.Hold(ctx, s.Name(), s.replica, until, s.now())
}

// Release implements mailbox.Sink.
func (s sink) Release(ctx context.Context) error { return s.letters.Release(ctx, s.Name(), s.replica) }

// choresAtOnce is how many mails are marked together.
const choresAtOnce = 200

// Chores implements mailbox.Sink: what is answered is marked as such, and moved if
// asked. Both may be done twice without harm; only then it is written down.
func (s sink) Chores(ctx context.Context, session *mailbox.Session) error {
	s.tally(ctx)
	for {
		list, err := s.letters.Unflagged(ctx, s.Name(), choresAtOnce)
		if err != nil || len(list) == 0 {
			return err
		}
		if err := s.mark(session, list); err != nil {
			return err
		}
		ids := make([]int64, 0, len(list))
		for _, l := range list {
			ids = append(ids, l.ID)
		}
		if err := s.letters.Flagged(ctx, ids); err != nil {
			return err
		}
		if len(list) < choresAtOnce {
			return nil
		}
	}
}

// mark marks mails as answered where they lie, folder by folder.
func (s sink) mark(session *mailbox.Session, list []journal.Lying) error {
	type home struct {
		folder string
		valid  uint32
	}
	uids := map[home][]uint32{}
	var homes []home
	for _, l := range list {
		h := home{l.Folder, l.UIDValidity}
		if !slices.Contains(homes, h) {
			homes = append(homes, h)
		}
		uids[h] = append(uids[h], l.UID)
	}
	for _, h := range homes {
		if err := session.Answered(h.folder, h.valid, uids[h]); err != nil {
			return err
		}
		if s.c.MoveTo == "" || h.folder == s.c.MoveTo {
			continue
		}
		if err := session.Move(h.folder, h.valid, uids[h], s.c.MoveTo); err != nil {
			s.log.Warn("answered mail cannot be moved", "error", err)
		}
	}
	return nil
}

// tally counts now and then whether every mail that was seen is accounted for.
func (s sink) tally(ctx context.Context) {
	now := s.now()
	if last := s.tallied.Load(); last != 0 && now.Sub(time.UnixMicro(last)) < tallyEvery {
		return
	}
	s.tallied.Store(now.UnixMicro())
	t, err := s.letters.Tally(ctx, s.Name())
	if err != nil {
		return // the next count will tell
	}
	ignored := 0
	for _, n := range t.Ignored {
		ignored += n
	}
	level := slog.LevelInfo
	if !t.Whole() {
		level = slog.LevelError
	}
	s.log.Log(ctx, level, "mail so far", "seen", t.Seen, "answered", t.Answered, "waiting", t.Waiting, "ignored", ignored, "whole", t.Whole())
}
