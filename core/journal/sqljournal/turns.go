package sqljournal

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"wismo/core/fault"
	"wismo/core/journal"
	"wismo/core/message"
)

// Next implements journal.Turns. Without a settlement it first looks without
// any lock or write: in the usual case there is a message to answer.
func (j *Journal) Next(ctx context.Context, id int64, settled *journal.Settlement, now time.Time) (step journal.Step, err error) {
	if settled == nil {
		t, err := j.turn(ctx, j.db.Reader(), id, now)
		if err != nil {
			return step, failed("next", err)
		}
		if t != nil {
			return journal.Step{Kind: journal.Answer, Turn: t}, nil
		}
	}
	err = j.db.Write(ctx, func(ctx context.Context, tx Tx) error {
		if settled != nil {
			step, err = j.settled(ctx, tx, id, *settled, now)
			return err
		}
		c, err := j.lock(ctx, tx, id)
		if err != nil {
			return err
		}
		step, err = j.step(ctx, tx, c, now)
		return err
	})
	return step, failed("next", err)
}

// step takes the next step of a locked conversation: the oldest reply that is
// not settled, else the messages without an answer, else nothing.
func (j *Journal) step(ctx context.Context, q Tx, c *conversationRow, now time.Time) (journal.Step, error) {
	for {
		r, err := j.unsettled(ctx, q, c)
		if err != nil {
			return journal.Step{}, err
		}
		if r == nil {
			break
		}
		if c.optedOut && !r.despite && r.status == message.Owed {
			if err := j.fail(ctx, q, c, r.id, message.Sent, fault.Permanent.String(), fault.OptedOut); err != nil {
				return journal.Step{}, err
			}
			continue
		}
		if kind := r.due(now); kind != journal.Later {
			return j.handOver(ctx, q, c, r, kind, now)
		}
		return j.later(ctx, q, c, r, now)
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
func (j *Journal) later(ctx context.Context, q Tx, c *conversationRow, r *replyRow, now time.Time) (journal.Step, error) {
	t, err := j.turn(ctx, q, c.id, now)
	if err != nil {
		return journal.Step{}, err
	}
	if t != nil {
		return journal.Step{Kind: journal.Answer, Turn: t}, nil
	}
	at := r.notBefore()
	if err := q.Batch(ctx, owed(j.owe.Conversation(c.id, at))); err != nil {
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
func (j *Journal) unsettled(ctx context.Context, q Querier, c *conversationRow) (*replyRow, error) {
	r := &replyRow{}
	err := q.Batch(ctx, stmt(`SELECT id, account, text, status, attempt, first_try, attempt_at, next_at, despite_opt_out
		FROM message WHERE conversation_id = $1 AND direction = 2 AND status IN (1, 2) ORDER BY id LIMIT 1`, c.id).
		into(&r.id, &r.account, &r.text, &r.status, &r.attempt, &r.firstTry, &r.attemptAt, &r.nextAt, &r.despite))
	if err != nil || r.id == 0 {
		return nil, err
	}
	return r, nil
}

// handOver marks a reply as being handed to the provider.
func (j *Journal) handOver(ctx context.Context, q Querier, c *conversationRow, r *replyRow, kind journal.StepKind, now time.Time) (journal.Step, error) {
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
	return journal.Step{Kind: kind, Reply: c.reply(r.id, r.account, r.text, first, now, r.attempt)}, nil
}

// reply is an outbound message of the conversation as a worker gets it.
func (c *conversationRow) reply(id int64, account, text string, first, now time.Time, attempt int) *journal.Reply {
	return &journal.Reply{
		Outbound: message.Outbound{
			ID: id, Shop: c.shop, Channel: message.Channel(c.channel), Account: account,
			From: c.oursAddress(), To: c.customerAddress(), Text: text, FirstTry: first,
		},
		Attempt: attempt,
		Until:   now.Add(journal.SendDeadline),
	}
}

// handedOver is what is read to settle a hand-over.
type handedOver struct {
	status, attempt int
	// other is the message that has the receipt's provider id already.
	other int64
	// early is true if something was reported on that id before; more is true
	// if another reply waits or a message has no answer.
	early, more bool
}

// settledStmts lock the conversation and read all that a settlement depends
// on.
func (j *Journal) settledStmts(id int64, s journal.Settlement, c *conversationRow, h *handedOver) []Stmt {
	sid := ""
	if s.Receipt != nil {
		sid = s.Receipt.ProviderID
	}
	read := stmt(conversationColumns+`, m.status, m.attempt,
		coalesce((SELECT o.id FROM message o WHERE o.account = m.account AND o.provider_id = $3), 0),
		EXISTS (SELECT 1 FROM early_report e WHERE e.account = m.account AND e.provider_id = $3),
		EXISTS (SELECT 1 FROM message o WHERE o.conversation_id = c.id AND (o.direction = 2 AND o.status IN (1, 2) AND o.id <> m.id OR o.direction = 1 AND o.id > c.answered_up_to))
		FROM conversation c JOIN message m ON m.conversation_id = c.id WHERE c.id = $1 AND m.id = $2 AND m.direction = 2`, id, s.ReplyID, sid)
	read.Scan = func(r Row) error { return c.scan(r, &h.status, &h.attempt, &h.other, &h.early, &h.more) }
	return append(j.lockOnly(id), read)
}

// settled writes down what became of a hand-over and takes the next step. In
// the usual case the reply is sent and nothing else is owed; that takes two
// round trips.
func (j *Journal) settled(ctx context.Context, tx Tx, id int64, s journal.Settlement, now time.Time) (journal.Step, error) {
	c, h := &conversationRow{}, handedOver{}
	if err := tx.Batch(ctx, j.settledStmts(id, s, c, &h)...); err != nil {
		return journal.Step{}, err
	}
	if c.id == 0 {
		return journal.Step{}, fault.New(fault.NotFound, "settle", "conversation %d has no reply %d", id, s.ReplyID)
	}
	status := message.Status(h.status)
	if s.Receipt != nil && (status == message.Sending || status == message.Owed) {
		return j.adopt(ctx, tx, c, s, h, now)
	}
	if status == message.Sending && h.attempt == s.Attempt {
		if err := j.unsent(ctx, tx, c, s); err != nil {
			return journal.Step{}, err
		}
	}
	// A hand-over that a newer attempt has overtaken changes nothing.
	return j.step(ctx, tx, c, now)
}

// unsent puts a reply off, or ends it as failed.
func (j *Journal) unsent(ctx context.Context, tx Tx, c *conversationRow, s journal.Settlement) error {
	if s.Retry.IsZero() {
		return j.fail(ctx, tx, c, s.ReplyID, message.Sent, kindOf(s.Err), fault.ReasonOf(s.Err))
	}
	_, err := tx.Exec(ctx, `UPDATE message SET status = 1, next_at = $2, fault = $3, reason = $4 WHERE id = $1`, s.ReplyID, micros(s.Retry), kindOf(s.Err), string(fault.ReasonOf(s.Err)))
	return err
}

// adopt gives a reply the provider's id, together with what was reported on
// that id before.
func (j *Journal) adopt(ctx context.Context, tx Tx, c *conversationRow, s journal.Settlement, h handedOver, now time.Time) (journal.Step, error) {
	if h.other != 0 && h.other != s.ReplyID {
		return journal.Step{}, journal.ErrAdopted
	}
	r := report{status: max(s.Receipt.Status, message.Sent), kind: fault.Permanent.String()}
	if h.early {
		if err := takeEarly(ctx, tx, s, &r); err != nil {
			return journal.Step{}, err
		}
	}
	stored := r.status
	if stored == message.Failed {
		stored = message.Sent
	}
	sent := stmt(`UPDATE message SET provider_id = $2, status = $3, settled_at = $4, at = $4 WHERE id = $1`, s.ReplyID, s.Receipt.ProviderID, int(stored), micros(now))
	if r.status != message.Failed && !h.more && (c.wakeAt == 0 || c.wakeAt > micros(now)) {
		return journal.Step{Kind: journal.Done}, tx.Last(ctx, sent, stmt(`UPDATE conversation SET owed = false WHERE id = $1`, c.id))
	}
	if err := tx.Batch(ctx, sent); err != nil {
		return journal.Step{}, err
	}
	if r.status == message.Failed {
		if err := j.fail(ctx, tx, c, s.ReplyID, message.Failed, r.kind, r.reason); err != nil {
			return journal.Step{}, err
		}
	}
	return j.step(ctx, tx, c, now)
}

// report is how far a provider says that a message has come.
type report struct {
	status message.Status
	kind   string
	reason fault.Reason
}

// takeEarly takes what was reported on a provider's id before it was known
// whose it is.
func takeEarly(ctx context.Context, tx Tx, s journal.Settlement, r *report) error {
	var status int
	var kind, reason string
	err := tx.Batch(ctx, stmt(`DELETE FROM early_report WHERE account = (SELECT account FROM message WHERE id = $1) AND provider_id = $2 RETURNING status, fault, reason`,
		s.ReplyID, s.Receipt.ProviderID).into(&status, &kind, &reason))
	if err == nil && message.Status(status) > r.status {
		*r = report{message.Status(status), kind, fault.Reason(reason)}
	}
	return err
}

// Finish implements journal.Turns. In the usual case there is one reply, which
// is handed over at once; that takes two round trips.
func (j *Journal) Finish(ctx context.Context, o journal.Outcome, now time.Time) (step journal.Step, err error) {
	err = j.db.Write(ctx, func(ctx context.Context, tx Tx) error {
		c, pending := &conversationRow{}, false
		read := stmt(conversationColumns+`, EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = c.id AND m.direction = 2 AND m.status IN (1, 2))
			FROM conversation c WHERE c.id = $1`, o.ConversationID)
		read.Scan = func(r Row) error { return c.scan(r, &pending) }
		if err := tx.Batch(ctx, append(j.lockOnly(o.ConversationID), read)...); err != nil {
			return err
		}
		switch {
		case c.id == 0:
			return noConversation(o.ConversationID)
		case c.version != o.Version:
			return journal.ErrStale
		}
		step, err = j.finish(ctx, tx, c, o, !pending, now)
		return err
	})
	return step, failed("finish", err)
}

// finish writes a turn's outcome. free says that no earlier reply is in the
// way of the first one.
func (j *Journal) finish(ctx context.Context, tx Tx, c *conversationRow, o journal.Outcome, free bool, now time.Time) (journal.Step, error) {
	c.applyConsent(o.Consent)
	list, err := j.outcomeStmts(c, o, now)
	if err != nil {
		return journal.Step{}, err
	}
	if o.HandOff != nil {
		if err := j.handOff(ctx, tx, c, *o.HandOff); err != nil {
			return journal.Step{}, err
		}
	}
	if err := j.oweMails(ctx, tx, c, o.Mails, now); err != nil {
		return journal.Step{}, err
	}
	if c.handOff != 0 && o.HandOff == nil && o.AnsweredUpTo > c.answeredUpTo {
		list = append(list, owed(j.owe.Ticket(c.handOff))) // what the customer says while a person has the case
	}
	if free && len(o.Replies) > 0 && c.owed && (!c.optedOut || o.Replies[0].DespiteOptOut) {
		var id int64
		list = append(list, replyStmt(c, o.Replies[0], message.Sending, now).into(&id))
		for _, r := range o.Replies[1:] {
			list = append(list, replyStmt(c, r, message.Owed, now))
		}
		err := tx.Last(ctx, list...)
		return journal.Step{Kind: journal.Send, Reply: c.reply(id, c.account, clean(o.Replies[0].Text), fromMicros(micros(now)), now, 1)}, err
	}
	for _, r := range o.Replies {
		list = append(list, replyStmt(c, r, message.Owed, now))
	}
	if err := tx.Batch(ctx, list...); err != nil {
		return journal.Step{}, err
	}
	return j.step(ctx, tx, c, now)
}

func (c *conversationRow) applyConsent(change journal.Consent) {
	switch change {
	case journal.OptOut:
		c.optedOut = true
	case journal.OptIn:
		c.optedOut = false
	}
}

// outcomeStmts write all of an outcome but its replies and its hand-off.
func (j *Journal) outcomeStmts(c *conversationRow, o journal.Outcome, now time.Time) ([]Stmt, error) {
	state, err := json.Marshal(o.State)
	if err != nil {
		return nil, fmt.Errorf("the conversation's state: %w", err)
	}
	version := o.Version + 1
	list := []Stmt{
		stmt(`UPDATE conversation SET version = $2, state = $3, answered_up_to = $4, wake_at = $5 WHERE id = $1`,
			c.id, version, clean(string(state)), max(c.answeredUpTo, o.AnsweredUpTo), micros(o.WakeAt)),
		stmt(`INSERT INTO decision (conversation_id, version, answered_up_to, content, intents, at) VALUES ($1, $2, $3, $4, $5, $6)`,
			c.id, version, o.AnsweredUpTo, clean(string(o.Decision)), strings.Join(o.Intents, ","), micros(now)),
	}
	for _, d := range o.Disclosures {
		list = append(list, stmt(`INSERT INTO disclosure (conversation_id, version, customer, order_id, order_name, method, facts, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			c.id, version, c.customer, d.OrderID, d.OrderName, d.Method, strings.Join(d.Facts, ","), micros(now)))
	}
	list = append(list, deliveryStmts(c.shop, o.Deliveries, now)...)
	switch o.Consent {
	case journal.OptOut:
		list = append(list, optOutStmt(c, now))
	case journal.OptIn:
		list = append(list, stmt(`DELETE FROM opt_out WHERE channel = $1 AND ours = $2 AND customer = $3`, c.channel, c.ours, c.customer))
	}
	for _, id := range o.Proven {
		list = append(list, stmt(`DELETE FROM attempt WHERE id = $1`, id))
	}
	if !o.WakeAt.IsZero() && micros(o.WakeAt) != c.wakeAt {
		list = append(list, owed(j.owe.Conversation(c.id, o.WakeAt)))
	}
	return list, nil
}

// replyStmt writes a reply down, as owed or as being handed over.
func replyStmt(c *conversationRow, r journal.NewReply, status message.Status, now time.Time) Stmt {
	attempt, at := 0, int64(0)
	if status == message.Sending {
		attempt, at = 1, micros(now)
	}
	return stmt(`INSERT INTO message (conversation_id, direction, account, author, text, handled, extra, status, attempt, first_try, attempt_at, despite_opt_out, at, created_at)
		VALUES ($1, 2, $2, $3, $4, '', 'null', $5, $6, $7, $7, $8, $9, $9) RETURNING id`,
		c.id, c.account, string(r.Author), clean(r.Text), int(status), attempt, at, r.DespiteOptOut, micros(now))
}

// The windows in which failed attempts count.
const (
	senderWindow = time.Hour
	orderWindow  = 24 * time.Hour
)

// Attempt implements journal.Turns.
func (j *Journal) Attempt(ctx context.Context, a journal.Attempt, now time.Time) (n journal.Attempted, err error) {
	err = j.db.Write(ctx, func(ctx context.Context, q Tx) error {
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

// Withdraw implements journal.Turns.
func (j *Journal) Withdraw(ctx context.Context, id int64) error {
	_, err := j.db.Reader().Exec(ctx, `DELETE FROM attempt WHERE id = $1`, id)
	return failed("withdraw", err)
}

// Failures implements journal.Turns.
func (j *Journal) Failures(ctx context.Context, a journal.Attempt, now time.Time) (journal.Attempted, error) {
	n, err := j.attempts(ctx, j.db.Reader(), a, now)
	return n, failed("failures", err)
}

func (j *Journal) attempts(ctx context.Context, q Querier, a journal.Attempt, now time.Time) (n journal.Attempted, err error) {
	err = q.QueryRow(ctx, `SELECT
		(SELECT count(*) FROM attempt WHERE shop = $1 AND sender = $2 AND at > $4),
		(SELECT count(*) FROM attempt WHERE shop = $1 AND order_ref = $3 AND at > $5)`,
		a.Shop, clean(a.Sender.Value), clean(a.Order), micros(now.Add(-senderWindow)), micros(now.Add(-orderWindow))).Scan(&n.BySender, &n.ByOrder)
	return n, err
}

// Spend implements journal.Turns. Of two that come at once the second waits for
// the first's row, and then reads whose it is.
func (j *Journal) Spend(ctx context.Context, jti string, conversationID int64, until time.Time) (bool, error) {
	var by int64
	err := j.db.Write(ctx, func(ctx context.Context, tx Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO token_spent (jti, conversation_id, until) VALUES ($1, $2, $3) ON CONFLICT (jti) DO NOTHING`,
			clean(jti), conversationID, micros(until))
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT conversation_id FROM token_spent WHERE jti = $1`, clean(jti)).Scan(&by)
	})
	return err == nil && by == conversationID, failed("spend", err)
}
