package sqljournal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"wismo/core/fault"
	"wismo/core/journal"
	"wismo/core/message"
)

// Next implements journal.Turns. Without a settlement it first looks without
// any lock or write: in the usual case there is a message to answer.
func (j *Journal[T]) Next(ctx context.Context, id int64, settled *journal.Settlement, now time.Time) (step journal.Step, err error) {
	if settled == nil {
		t, err := j.turn(ctx, j.db.Reader(), id, now)
		if err != nil {
			return step, failed("next", err)
		}
		if t != nil {
			return journal.Step{Kind: journal.Answer, Turn: t}, nil
		}
	}
	err = j.db.Write(ctx, func(ctx context.Context, q Querier, tx T) error {
		c, err := j.lock(ctx, q, id)
		if err != nil {
			return err
		}
		if settled != nil {
			if err := j.settle(ctx, q, tx, c, *settled, now); err != nil {
				return err
			}
		}
		step, err = j.step(ctx, q, tx, c, now)
		return err
	})
	return step, failed("next", err)
}

// step takes the next step of a locked conversation: the oldest reply that is
// not settled, else the messages without an answer, else nothing.
func (j *Journal[T]) step(ctx context.Context, q Querier, tx T, c *conversationRow, now time.Time) (journal.Step, error) {
	for {
		r, err := j.unsettled(ctx, q, c)
		if err != nil {
			return journal.Step{}, err
		}
		if r == nil {
			break
		}
		if c.optedOut && !r.despite && r.status == message.Owed {
			if err := j.fail(ctx, q, tx, c, r.id, message.Sent, fault.Permanent.String(), fault.OptedOut); err != nil {
				return journal.Step{}, err
			}
			continue
		}
		if kind := r.due(now); kind != journal.Later {
			return j.handOver(ctx, q, c, r, kind, now)
		}
		return j.later(ctx, q, tx, c, r, now)
	}
	t, err := j.turn(ctx, q, c.id, now)
	if err != nil {
		return journal.Step{}, err
	}
	if t != nil {
		return journal.Step{Kind: journal.Answer, Turn: t}, nil
	}
	if c.owed {
		_, err = q.Exec(ctx, `UPDATE conversation SET owed = false WHERE id = $1`, c.id)
	}
	return journal.Step{Kind: journal.Done}, err
}

// later puts off a reply that may not go yet. What the customer has written
// meanwhile is answered first; its reply waits behind.
func (j *Journal[T]) later(ctx context.Context, q Querier, tx T, c *conversationRow, r *replyRow, now time.Time) (journal.Step, error) {
	t, err := j.turn(ctx, q, c.id, now)
	if err != nil {
		return journal.Step{}, err
	}
	if t != nil {
		return journal.Step{Kind: journal.Answer, Turn: t}, nil
	}
	at := r.notBefore()
	if err := j.owe.Conversation(ctx, tx, c.id, at); err != nil {
		return journal.Step{}, err
	}
	_, err = q.Exec(ctx, `UPDATE conversation SET owed = false WHERE id = $1`, c.id)
	return journal.Step{Kind: journal.Later, At: at}, err
}

// replyRow is an outbound message that is not settled.
type replyRow struct {
	id, firstTry, attemptAt, nextAt int64
	status                          message.Status
	attempt                         int
	account, text                   string
	despite                         bool
}

// notBefore is when the reply may be touched again.
func (r *replyRow) notBefore() time.Time {
	if r.status == message.Sending {
		return fromMicros(r.attemptAt).Add(journal.Grace)
	}
	return fromMicros(r.nextAt)
}

// due says what to do with the reply at now.
func (r *replyRow) due(now time.Time) journal.StepKind {
	switch {
	case now.Before(r.notBefore()):
		return journal.Later
	case r.status == message.Sending:
		return journal.Lookup
	default:
		return journal.Send
	}
}

// unsettled returns the conversation's oldest reply that is not settled, nil
// if there is none.
func (j *Journal[T]) unsettled(ctx context.Context, q Querier, c *conversationRow) (*replyRow, error) {
	r, status := &replyRow{}, 0
	err := q.QueryRow(ctx, `SELECT id, account, text, status, attempt, first_try, attempt_at, next_at, despite_opt_out
		FROM message WHERE conversation_id = $1 AND direction = 2 AND status IN (1, 2) ORDER BY id LIMIT 1`, c.id).
		Scan(&r.id, &r.account, &r.text, &status, &r.attempt, &r.firstTry, &r.attemptAt, &r.nextAt, &r.despite)
	if errors.Is(err, ErrNoRows) {
		return nil, nil //nolint:nilnil // private; nil says there is none
	}
	r.status = message.Status(status)
	return r, err
}

// handOver marks a reply as being handed to the provider.
func (j *Journal[T]) handOver(ctx context.Context, q Querier, c *conversationRow, r *replyRow, kind journal.StepKind, now time.Time) (journal.Step, error) {
	r.attempt++
	first := fromMicros(r.firstTry)
	if r.firstTry == 0 {
		first = now
	}
	n, err := q.Exec(ctx, `UPDATE message SET status = 2, attempt = $2, attempt_at = $3, first_try = $4 WHERE id = $1`, r.id, r.attempt, micros(now), micros(first))
	if err := exactlyOne(n, err, "marking a reply as sending"); err != nil {
		return journal.Step{}, err
	}
	if !c.owed {
		// A wake-up at a later time came to it: it is owed again, by this job.
		if _, err := q.Exec(ctx, `UPDATE conversation SET owed = true WHERE id = $1`, c.id); err != nil {
			return journal.Step{}, err
		}
		c.owed = true
	}
	return journal.Step{Kind: kind, Reply: &journal.Reply{
		Outbound: message.Outbound{
			ID: r.id, Shop: c.shop, Channel: message.Channel(c.channel), Account: r.account,
			From: c.oursAddress(), To: c.customerAddress(), Text: r.text, FirstTry: first,
		},
		Attempt: r.attempt,
	}}, nil
}

// settle writes down what became of a hand-over. One that has been overtaken
// by a newer attempt brings its receipt if there is none yet, and nothing else.
func (j *Journal[T]) settle(ctx context.Context, q Querier, tx T, c *conversationRow, s journal.Settlement, now time.Time) error {
	var status, attempt int
	var account string
	err := q.QueryRow(ctx, `SELECT status, attempt, account FROM message WHERE id = $1 AND conversation_id = $2 AND direction = 2`, s.ReplyID, c.id).Scan(&status, &attempt, &account)
	if errors.Is(err, ErrNoRows) {
		return fault.New(fault.NotFound, "settle", "conversation %d has no reply %d", c.id, s.ReplyID)
	}
	if err != nil {
		return err
	}
	open := message.Status(status) == message.Sending
	switch {
	case s.Receipt != nil && (open || message.Status(status) == message.Owed):
		return j.adopt(ctx, q, tx, c, s, account)
	case !open || attempt != s.Attempt:
		return nil
	case !s.Retry.IsZero():
		_, err := q.Exec(ctx, `UPDATE message SET status = 1, next_at = $2, fault = $3, reason = $4 WHERE id = $1`, s.ReplyID, micros(s.Retry), kindOf(s.Err), string(fault.ReasonOf(s.Err)))
		return err
	default:
		return j.fail(ctx, q, tx, c, s.ReplyID, message.Sent, kindOf(s.Err), fault.ReasonOf(s.Err))
	}
}

// adopt gives a reply the provider's id, together with what was reported on
// that id before.
func (j *Journal[T]) adopt(ctx context.Context, q Querier, tx T, c *conversationRow, s journal.Settlement, account string) error {
	var other int64
	err := q.QueryRow(ctx, `SELECT id FROM message WHERE account = $1 AND provider_id = $2`, account, s.Receipt.ProviderID).Scan(&other)
	if err == nil && other != s.ReplyID {
		return journal.Adopted
	}
	if err != nil && !errors.Is(err, ErrNoRows) {
		return err
	}
	status, kind, reason := s.Receipt.Status, "", fault.Reason("")
	if status < message.Sent {
		status = message.Sent
	}
	var early int
	var earlyReason string
	err = q.QueryRow(ctx, `DELETE FROM early_report WHERE account = $1 AND provider_id = $2 RETURNING status, fault, reason`, account, s.Receipt.ProviderID).Scan(&early, &kind, &earlyReason)
	if err != nil && !errors.Is(err, ErrNoRows) {
		return err
	}
	if message.Status(early) > status {
		status, reason = message.Status(early), fault.Reason(earlyReason)
	}
	stored := status
	if stored == message.Failed {
		stored = message.Sent
	}
	_, err = q.Exec(ctx, `UPDATE message SET provider_id = $2, status = $3, settled_at = $4, at = $4 WHERE id = $1`, s.ReplyID, s.Receipt.ProviderID, int(stored), micros(j.opts.Now()))
	if err != nil || status != message.Failed {
		return err
	}
	if kind == "" {
		kind = fault.Permanent.String()
	}
	return j.fail(ctx, q, tx, c, s.ReplyID, message.Failed, kind, reason)
}

// Finish implements journal.Turns.
func (j *Journal[T]) Finish(ctx context.Context, o journal.Outcome, now time.Time) (step journal.Step, err error) {
	state, err := json.Marshal(o.State)
	if err != nil {
		return step, fmt.Errorf("the conversation's state: %w", err)
	}
	err = j.db.Write(ctx, func(ctx context.Context, q Querier, tx T) error {
		c, err := j.lock(ctx, q, o.ConversationID)
		if err != nil {
			return err
		}
		if c.version != o.Version {
			return journal.ErrStale
		}
		if err := j.record(ctx, q, tx, c, o, now); err != nil {
			return err
		}
		n, err := q.Exec(ctx, `UPDATE conversation SET version = version + 1, state = $2, answered_up_to = $3, wake_at = $4 WHERE id = $1`,
			c.id, clean(string(state)), max(c.answeredUpTo, o.AnsweredUpTo), micros(o.WakeAt))
		if err := exactlyOne(n, err, "finishing a turn"); err != nil {
			return err
		}
		if !o.WakeAt.IsZero() {
			if err := j.owe.Conversation(ctx, tx, c.id, o.WakeAt); err != nil {
				return err
			}
		}
		step, err = j.step(ctx, q, tx, c, now)
		return err
	})
	return step, failed("finish", err)
}

// record writes what a turn led to.
func (j *Journal[T]) record(ctx context.Context, q Querier, tx T, c *conversationRow, o journal.Outcome, now time.Time) error {
	var decision int64
	err := q.QueryRow(ctx, `INSERT INTO decision (conversation_id, answered_up_to, content, intents, at) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		c.id, o.AnsweredUpTo, clean(string(o.Decision)), strings.Join(o.Intents, ","), micros(now)).Scan(&decision)
	if err != nil {
		return err
	}
	switch o.Consent {
	case journal.OptOut:
		err = j.optOut(ctx, q, c)
	case journal.OptIn:
		err = j.optIn(ctx, q, c)
	}
	if err != nil {
		return err
	}
	for _, r := range o.Replies {
		if err := j.insertReply(ctx, q, c, r, now); err != nil {
			return err
		}
	}
	for _, d := range o.Disclosures {
		_, err := q.Exec(ctx, `INSERT INTO disclosure (decision_id, conversation_id, customer, order_id, order_name, method, facts, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			decision, c.id, c.customer, d.OrderID, d.OrderName, d.Method, strings.Join(d.Facts, ","), micros(now))
		if err != nil {
			return err
		}
	}
	if o.Proven != 0 {
		if _, err := q.Exec(ctx, `DELETE FROM attempt WHERE id = $1`, o.Proven); err != nil {
			return err
		}
	}
	if o.HandOff != nil {
		return j.handOff(ctx, q, tx, c, *o.HandOff)
	}
	return nil
}

func (j *Journal[T]) insertReply(ctx context.Context, q Querier, c *conversationRow, r journal.NewReply, now time.Time) error {
	n, err := q.Exec(ctx, `INSERT INTO message (conversation_id, direction, account, author, text, handled, extra, status, despite_opt_out, at, created_at)
		VALUES ($1, 2, $2, $3, $4, '', 'null', 1, $5, $6, $6)`, c.id, c.account, string(r.Author), clean(r.Text), r.DespiteOptOut, micros(now))
	return exactlyOne(n, err, "writing a reply")
}

// The windows in which failed attempts count.
const (
	senderWindow = time.Hour
	orderWindow  = 24 * time.Hour
)

// Attempt implements journal.Turns.
func (j *Journal[T]) Attempt(ctx context.Context, a journal.Attempt, now time.Time) (n journal.Attempted, err error) {
	err = j.db.Write(ctx, func(ctx context.Context, q Querier, _ T) error {
		if j.d.Lock != nil {
			// Always in this order, so that two attempts cannot wait for each other.
			for _, name := range []string{"order\x00" + a.Shop + "\x00" + a.Order, "sender\x00" + a.Shop + "\x00" + a.Sender.Value} {
				if err := j.d.Lock(ctx, q, name); err != nil {
					return err
				}
			}
		}
		var id int64
		err := q.QueryRow(ctx, `INSERT INTO attempt (shop, sender, order_ref, at) VALUES ($1, $2, $3, $4) RETURNING id`,
			a.Shop, clean(a.Sender.Value), clean(a.Order), micros(now)).Scan(&id)
		if err != nil {
			return err
		}
		n, err = j.attempts(ctx, q, a, now)
		n.ID = id
		return err
	})
	return n, failed("attempt", err)
}

// Failures implements journal.Turns.
func (j *Journal[T]) Failures(ctx context.Context, a journal.Attempt, now time.Time) (journal.Attempted, error) {
	n, err := j.attempts(ctx, j.db.Reader(), a, now)
	return n, failed("failures", err)
}

func (j *Journal[T]) attempts(ctx context.Context, q Querier, a journal.Attempt, now time.Time) (n journal.Attempted, err error) {
	err = q.QueryRow(ctx, `SELECT
		(SELECT count(*) FROM attempt WHERE shop = $1 AND sender = $2 AND at > $4),
		(SELECT count(*) FROM attempt WHERE shop = $1 AND order_ref = $3 AND at > $5)`,
		a.Shop, clean(a.Sender.Value), clean(a.Order), micros(now.Add(-senderWindow)), micros(now.Add(-orderWindow))).Scan(&n.BySender, &n.ByOrder)
	return n, err
}
