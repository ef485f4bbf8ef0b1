package bot

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"wismo/core/fault"
	"wismo/core/journal"
	"wismo/core/message"
)

// maxAttempts is how often a reply is handed to a provider that is down or
// refuses for now, over about two hours, before it counts as failed.
const maxAttempts = 14

// send hands a reply to its provider and settles what became of it.
func (b *Bot) send(ctx context.Context, conversationID int64, r journal.Reply) (journal.Step, error) {
	sender, ok := b.senders[r.Account]
	if !ok {
		err := fault.New(fault.Invalid, "send", "account %s is not configured any more", r.Account)
		return b.settle(ctx, conversationID, r, nil, err)
	}
	left := r.Until.Sub(b.now())
	if left <= 0 {
		// This process was held up: by now another may have taken the reply over.
		return b.journal.Next(ctx, conversationID, nil, b.now())
	}
	// What is begun is ended, also when the process is asked to stop: cutting
	// the call off would only leave its end unclear.
	sending, cancel := context.WithTimeout(context.WithoutCancel(ctx), left)
	defer cancel()
	receipt, err := sender.Send(sending, r.Outbound)
	if err != nil {
		return b.settle(ctx, conversationID, r, nil, err)
	}
	return b.settle(ctx, conversationID, r, &receipt, nil)
}

// settle writes down what became of a hand-over and takes the next step. One
// of unclear end stays Sending: it is looked up when it is old enough.
func (b *Bot) settle(ctx context.Context, conversationID int64, r journal.Reply, receipt *message.Receipt, err error) (journal.Step, error) {
	s := journal.Settlement{ReplyID: r.ID, Attempt: r.Attempt, Receipt: receipt, Err: err}
	now := b.now()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), journal.SendDeadline)
	defer cancel()
	if err != nil {
		kind := fault.KindOf(err)
		b.log.Warn("reply not sent", "conversation", conversationID, "reply", r.ID, "attempt", r.Attempt, "fault", kind, "reason", fault.ReasonOf(err), "error", err)
		switch {
		case r.Attempt >= maxAttempts:
		case fault.Unclear(err):
			return b.journal.Next(ctx, conversationID, nil, now)
		case kind.Retryable() || kind == fault.Denied || fault.ReasonOf(err) == fault.Unreachable:
			s.Retry = retryAt(now, r.Attempt, fault.Until(err))
		}
	}
	return b.journal.Next(ctx, conversationID, &s, now)
}

// retryAt is when to try again: when the provider says, else after a growing
// pause with some chance in it, so that many do not come back at once.
func retryAt(now time.Time, attempt int, until time.Time) time.Time {
	pause := min(5*time.Second<<min(attempt-1, 8), 15*time.Minute)
	pause += rand.N(pause/4 + time.Second)
	if at := now.Add(pause); at.After(until) {
		return at
	}
	return until.Add(rand.N(2 * time.Second))
}

// lookup asks the provider for a reply that may have been sent, adopts it if
// it is there, and sends it only if it is not.
func (b *Bot) lookup(ctx context.Context, conversationID int64, r journal.Reply) (journal.Step, error) {
	sender, ok := b.senders[r.Account]
	if !ok {
		return b.send(ctx, conversationID, r) // which fails it
	}
	asking, cancel := context.WithTimeout(ctx, journal.SendDeadline)
	defer cancel()
	receipts, err := sender.Find(asking, r.Outbound)
	if err != nil {
		b.log.Warn("could not ask whether a reply was sent", "conversation", conversationID, "reply", r.ID, "fault", fault.KindOf(err), "error", err)
		if r.Attempt >= maxAttempts {
			return b.settle(ctx, conversationID, r, nil, err)
		}
		// Still Sending: it is looked up again after the grace.
		return b.journal.Next(ctx, conversationID, nil, b.now())
	}
	for i := range receipts {
		step, err := b.settle(ctx, conversationID, r, &receipts[i], nil)
		if !errors.Is(err, journal.ErrAdopted) {
			b.log.Info("a reply that may have been sent was sent", "conversation", conversationID, "reply", r.ID)
			return step, err
		}
	}
	// It was never taken: it is owed anew, at once, unless the customer has
	// opted out meanwhile.
	s := journal.Settlement{ReplyID: r.ID, Attempt: r.Attempt, Retry: b.now(), Err: fault.New(fault.Unavailable, "send", "it was not taken")}
	return b.journal.Next(ctx, conversationID, &s, b.now())
}
