// Package bot knows the life of a message: it takes a conversation, understands
// what is unanswered, reads the store, lets core/resolver decide, writes the
// outcome down and hands the replies to the provider; it opens tickets, fetches
// attachments and sweeps for messages that never reached us.
//
// It holds no state of its own. Everything it does can be killed at any line
// and done again: see core/journal for why nothing is lost or said twice.
package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/journal"
	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/reply"
	"wismo/core/shop"
	"wismo/core/understand"
	"wismo/core/verify/token"
)

// Shop is a merchant with the systems that serve it.
type Shop struct {
	shop.Shop
	Store order.Store
	// Tracker asks carriers about parcels of which the store knows nothing, nil if
	// there is none.
	Tracker order.Tracker
	Desk    handoff.Desk
	// Mailer sends one-time codes, nil if the shop asks for none.
	Mailer Mailer
	// Tokens are the keys of its signed tokens; the zero value takes none.
	Tokens token.Keys
}

// Mailer is the port by which mails leave that are no replies.
type Mailer interface {
	// Send hands a mail in plain text to the shop's server. The error is a
	// *fault.Error; one that is not retryable means that it will never be taken.
	Send(ctx context.Context, to, subject, text string) error
}

// Bot answers for all shops. Build it with New.
type Bot struct {
	journal Journal
	shops   map[string]Shop
	senders map[string]message.Sender
	mind    understand.Recognizer
	voice   *reply.Voice
	pages   *handoff.Pages
	digits  func() string
	now     func() time.Time
	log     *slog.Logger
	paces   paces
}

// Journal is what the bot needs of the durable record.
type Journal interface {
	journal.Intake
	journal.Turns
	journal.Desks
	journal.Mails
	journal.Files
	journal.Deliveries
}

// Config is what New needs.
type Config struct {
	Journal Journal
	// Shops by key.
	Shops map[string]Shop
	// Senders by provider account.
	Senders map[string]message.Sender
	Mind    understand.Recognizer
	Voice   *reply.Voice
	Pages   *handoff.Pages
	// Digits draws six random decimal digits, crypto/rand's if nil.
	Digits func() string
	Now    func() time.Time
	Log    *slog.Logger
}

// New returns a Bot.
func New(c Config) *Bot {
	if c.Digits == nil {
		c.Digits = drawDigits
	}
	return &Bot{journal: c.Journal, shops: c.Shops, senders: c.Senders, mind: c.Mind, voice: c.Voice, pages: c.Pages, digits: c.Digits, now: c.Now, log: c.Log}
}

// maxSteps bounds how long one job goes round; more than that comes from a
// fault of ours, and the queue's own retry is the safer loop.
const maxSteps = 200

// Conversation does what a conversation owes until nothing is left.
func (b *Bot) Conversation(ctx context.Context, id int64) error {
	step, err := b.journal.Next(ctx, id, nil, b.now())
	for range maxSteps {
		if err != nil {
			return err
		}
		switch step.Kind {
		case journal.Done, journal.Later:
			return nil
		case journal.Answer:
			step, err = b.answer(ctx, *step.Turn)
		case journal.Send:
			step, err = b.send(ctx, id, *step.Reply)
		case journal.Lookup:
			step, err = b.lookup(ctx, id, *step.Reply)
		default:
			return fmt.Errorf("the journal asks for an unknown step %d", step.Kind)
		}
	}
	return errors.New("the conversation has not come to rest")
}

// answer takes one turn and writes it down. A turn that another worker was
// faster with is thrown away.
func (b *Bot) answer(ctx context.Context, t journal.Turn) (journal.Step, error) {
	outcome, attempt, err := b.decide(ctx, t)
	if err != nil {
		return journal.Step{}, err
	}
	step, err := b.journal.Finish(ctx, outcome, b.now())
	if errors.Is(err, journal.ErrStale) {
		// Whoever was faster has counted the same claim.
		if attempt != 0 {
			if err := b.journal.Withdraw(ctx, attempt); err != nil {
				return journal.Step{}, err
			}
		}
		return b.journal.Next(ctx, t.ConversationID, nil, b.now())
	}
	return step, err
}

// Media fetches an attachment. One that is not there yet is tried again.
func (b *Bot) Media(ctx context.Context, id int64) error {
	a, err := b.journal.Attachment(ctx, id)
	if err != nil {
		return err
	}
	fetcher, ok := b.senders[a.Account].(message.Fetcher)
	if !ok {
		return b.journal.KeepMedia(ctx, id, message.Media{}, fault.New(fault.Invalid, "fetch media", "account has no media"))
	}
	if why := b.unwanted(a); why != "" {
		b.log.Info("an attachment was left with the provider", "attachment", id, "why", why)
		return b.journal.KeepMedia(ctx, id, message.Media{}, fault.New(fault.Denied, "fetch media", "%s", why))
	}
	m, err := fetcher.Fetch(ctx, a.MessageProviderID, a.Attachment)
	if err != nil && (fault.KindOf(err).Retryable() || fault.KindOf(err) == fault.NotFound) {
		return err
	}
	return b.journal.KeepMedia(ctx, id, m, err)
}

// mediaPerDay is how many attachments of one customer are kept in a day: more
// than a case of damage needs, and little enough that nobody fills the disk.
const mediaPerDay = 40

// unwanted says why an attachment is not fetched, "" if it is.
func (b *Bot) unwanted(a journal.Attachment) string {
	s, ok := b.shops[a.Shop]
	switch {
	case !ok:
		return "the shop is not configured any more"
	case a.OptedOut:
		return "the customer has opted out"
	case !s.Answers(a.Customer):
		return "the customer's country is not served"
	case a.Kept >= mediaPerDay:
		return "the customer has sent too many today"
	}
	return ""
}

const (
	// firstSweep is how far back the first sweep of an account looks: what
	// customers wrote before the bot was there is not its to answer.
	firstSweep = 10 * time.Minute
	// sweepOverlap covers messages that the provider lists late.
	sweepOverlap = 15 * time.Minute
	// fresh is how old a missed message may be and still be answered.
	fresh = 12 * time.Hour
)

// Sweep looks at every account for messages that never reached us.
func (b *Bot) Sweep(ctx context.Context) error {
	var errs []error
	for account, sender := range b.senders {
		sweeper, ok := sender.(message.Sweeper)
		if !ok {
			continue
		}
		if err := b.sweep(ctx, account, sweeper); err != nil {
			errs = append(errs, fmt.Errorf("sweep of account %s: %w", account, err))
		}
	}
	return errors.Join(errs...)
}

func (b *Bot) sweep(ctx context.Context, account string, s message.Sweeper) error {
	now := b.now()
	last, err := b.journal.Swept(ctx, account)
	if err != nil {
		return err
	}
	since := now.Add(-firstSweep)
	if !last.IsZero() {
		since = last.Add(-sweepOverlap)
	}
	if oldest := now.Add(-fresh); since.Before(oldest) {
		since = oldest
	}
	found := 0
	err = s.Received(ctx, since, func(ctx context.Context, m message.Message) error {
		repeated, err := b.journal.Receive(ctx, m)
		if err == nil && !repeated {
			found++
		}
		return err
	})
	if found > 0 {
		b.log.Warn("found messages whose webhook never came", "account", account, "messages", found,
			"hint", "switch on webhook retries in Twilio; the README says how")
	}
	if err != nil {
		return err
	}
	return b.journal.Sweep(ctx, account, now)
}

// strandedAfter is how long an answer may be owed before its job is thought to
// be gone. A queue that is merely behind must not be fed more.
const strandedAfter = 5 * time.Minute

// Watch is the safety net under the queue: it finds conversations that have
// owed an answer for too long and gives them a job.
func (b *Bot) Watch(ctx context.Context) error {
	ids, err := b.journal.Stranded(ctx, b.now().Add(-strandedAfter))
	if err != nil {
		return err
	}
	if len(ids) > 0 {
		b.log.Error("conversations have long owed an answer; each has a new job", "conversations", ids)
	}
	return nil
}

// GiveUp ends visibly what could not be done: a conversation is handed off, an
// attachment is noted as missing, a mail is dropped, a ticket stays owed and is
// shouted about.
func (b *Bot) GiveUp(ctx context.Context, kind string, id int64, cause error) error {
	b.log.Error("gave up", "job", kind, "id", id, "fault", fault.KindOf(cause))
	switch kind {
	case "conversation":
		return b.giveUpConversation(ctx, id)
	case "media":
		return b.journal.KeepMedia(ctx, id, message.Media{}, cause)
	case "mail":
		return b.journal.Mailed(ctx, id, journal.MailDropped, b.now())
	default:
		return nil
	}
}

func (b *Bot) giveUpConversation(ctx context.Context, id int64) error {
	step, err := b.journal.Next(ctx, id, nil, b.now())
	if err != nil || step.Kind != journal.Answer {
		return err
	}
	t := step.Turn
	told := ""
	if s, ok := b.shops[t.Shop]; ok {
		told, err = b.voice.Say(s.Shop, t.Channel, s.Speaks(t.State.Language), []reply.Part{{Key: "told_reply_failed"}}, b.now())
		if err != nil {
			return err
		}
	}
	_, err = b.journal.Finish(ctx, journal.Outcome{
		ConversationID: id, Version: t.Version, AnsweredUpTo: lastID(t.Unanswered), State: t.State,
		Decision: []byte(`{"rules":["gave_up"]}`),
		HandOff: &handoff.Case{
			Reason: handoff.ReplyFailed, Priority: handoff.High, Told: told,
			Detail: "The bot failed on this message again and again; the log says why.", NextStep: "Answer the customer by hand.",
		},
	}, b.now())
	return err
}

func lastID(heard []journal.Heard) int64 {
	if len(heard) == 0 {
		return 0
	}
	return heard[len(heard)-1].ID
}
