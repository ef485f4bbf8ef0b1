package sqljournal

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/journal"
	"wismo/core/message"
)

// errRepeated rolls back what a repeated message has touched.
var errRepeated = errors.New("the message is known")

// Receive implements journal.Intake.
func (j *Journal) Receive(ctx context.Context, m message.Message) (repeated bool, err error) {
	t, err := j.received(ctx, m, func(id int64, _ *int64) Stmt { return owed(j.owe.Conversation(id, time.Time{})) })
	return t.Repeated, err
}

// Take implements journal.Intake.
func (j *Journal) Take(ctx context.Context, m message.Message) (journal.Taken, error) {
	return j.received(ctx, m, func(id int64, job *int64) Stmt { return owed(j.owe.Taken(id)).into(job) })
}

func (j *Journal) received(ctx context.Context, m message.Message, owe func(id int64, job *int64) Stmt) (t journal.Taken, err error) {
	err = j.db.Write(ctx, func(ctx context.Context, tx Tx) error {
		t = journal.Taken{}
		return j.receive(ctx, tx, m, &t, owe)
	})
	if errors.Is(err, errRepeated) {
		return journal.Taken{Repeated: true}, nil
	}
	if err != nil {
		return journal.Taken{}, failed("receive", err)
	}
	return t, nil
}

func (j *Journal) receive(ctx context.Context, tx Tx, m message.Message, t *journal.Taken, owe func(id int64, job *int64) Stmt) error {
	id, wasOwed, err := j.begin(ctx, tx, m)
	if err != nil {
		return err
	}
	t.ConversationID = id
	insert, err := j.insertMessage(id, m)
	if err != nil {
		return err
	}
	last := []Stmt{insert}
	if len(m.Attachments) > 0 {
		var messageID int64
		if err := tx.Batch(ctx, insert.into(&messageID)); err != nil {
			return err
		}
		if last, err = j.insertAttachments(ctx, tx, messageID, m.Attachments); err != nil {
			return err
		}
	}
	if !wasOwed {
		last = append(last, owe(id, &t.JobID))
	}
	return tx.Last(ctx, last...)
}

// begin locks the live conversation that m belongs to, or begins one, and
// marks it as owed. One that has been quiet for long enough is ended first,
// unless a person has it at a desk.
func (j *Journal) begin(ctx context.Context, tx Tx, m message.Message) (id int64, wasOwed bool, err error) {
	now := micros(j.opts.Now())
	for range 2 {
		var h home
		var known int
		err := tx.Batch(ctx, j.beginning(m, now).into(&h.id, &h.wasOwed, &h.prev),
			stmt(`SELECT count(*) FROM message WHERE account = $1 AND provider_id = $2`, m.Account, m.ProviderID).into(&known))
		if err != nil {
			return 0, false, err
		}
		if known > 0 {
			return 0, false, errRepeated
		}
		if !j.quiet(m.Shop, &h, now) {
			return h.id, h.wasOwed, nil
		}
		ended, err := j.end(ctx, tx, h.id, now)
		if err != nil || !ended {
			return h.id, h.wasOwed, err
		}
	}
	return 0, false, errors.New("a conversation that was just begun is quiet already")
}

// beginning locks the live conversation of a message's customer, or begins one, and
// marks it as owed. It returns id, was_owed and prev_at.
func (j *Journal) beginning(m message.Message, now int64) Stmt {
	return stmt(`INSERT INTO conversation (shop, channel, account, customer, ours, version, state, answered_up_to, owed, live, last_at, prev_at, created_at)
		VALUES ($1, $2, $3, $4, $5, 0, '{}', 0, true, true, $6, $6, $6) ON CONFLICT (shop, channel, customer, ours) WHERE live
		DO UPDATE SET was_owed = conversation.owed, owed = true, heard = conversation.heard + 1, prev_at = conversation.last_at, last_at = excluded.last_at
		RETURNING id, was_owed, prev_at`, m.Shop, string(m.Channel), m.Account, m.From.Value, m.To.Value, now)
}

// quiet reports whether a conversation was silent for so long before this message
// that another begins.
func (j *Journal) quiet(shop string, h *home, now int64) bool {
	return !h.wasOwed && fromMicros(now).Sub(fromMicros(h.prev)) >= j.opts.QuietAfter(shop)
}

// end ends a conversation, unless a person has it at a desk.
func (j *Journal) end(ctx context.Context, tx Tx, id, now int64) (ended bool, err error) {
	n, err := tx.Exec(ctx, `UPDATE conversation SET live = false, owed = was_owed, last_at = prev_at WHERE id = $1
		AND NOT EXISTS (SELECT 1 FROM hand_off h WHERE h.conversation_id = $1 AND h.state <> 'closed' AND h.desk <> $2)`, id, journal.HandMailbox)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = tx.Exec(ctx, `UPDATE hand_off SET state = 'closed', closed_at = $2 WHERE conversation_id = $1 AND state <> 'closed'`, id, now)
	return err == nil, err
}

func (j *Journal) insertMessage(conversationID int64, m message.Message) (Stmt, error) {
	extra, err := json.Marshal(m.Extra)
	if err != nil {
		return Stmt{}, err
	}
	at := m.At
	if at.IsZero() {
		at = j.opts.Now()
	}
	return stmt(`INSERT INTO message (conversation_id, direction, account, provider_id, author, text, handled, extra, status, at, created_at)
		VALUES ($1, 1, $2, $3, '', $4, $5, $6, 0, $7, $8) RETURNING id`,
		conversationID, m.Account, m.ProviderID, clean(m.Text), string(m.Handled), clean(string(extra)), micros(at), micros(j.opts.Now())), nil
}

// insertAttachments writes the attachments and returns the statements that owe
// their fetching.
func (j *Journal) insertAttachments(ctx context.Context, tx Tx, messageID int64, list []message.Attachment) ([]Stmt, error) {
	var owing []Stmt
	for _, a := range list {
		var id int64
		err := tx.Batch(ctx, stmt(`INSERT INTO attachment (message_id, url, type, name, size, fault) VALUES ($1, $2, $3, $4, $5, '') RETURNING id`,
			messageID, clean(a.URL), clean(a.Type), clean(a.Name), a.Size).into(&id))
		if err != nil {
			return nil, err
		}
		owing = append(owing, owed(j.owe.Media(id)))
	}
	return owing, nil
}

// Clean removes NUL bytes, which PostgreSQL's text does not hold.
func Clean(s string) string { return clean(s) }

func clean(s string) string {
	for i := range len(s) {
		if s[i] == 0 {
			out := make([]byte, 0, len(s))
			for _, c := range []byte(s) {
				if c != 0 {
					out = append(out, c)
				}
			}
			return string(out)
		}
	}
	return s
}

// Report implements journal.Intake. A report that comes before the hand-over
// is settled, when the provider's id is not known here yet, is kept aside and
// taken up by the settlement.
//
// That the provider has it is no news: the hand-over's settlement says so.
func (j *Journal) Report(ctx context.Context, d message.Delivery) error {
	switch {
	case d.Status <= message.Sent:
		return nil
	case d.Status == message.Failed:
		return failed("report", j.reportFailure(ctx, d))
	}
	n, err := j.db.Reader().Exec(ctx, `UPDATE message SET status = $3, settled_at = $4 WHERE account = $1 AND provider_id = $2 AND direction = 2 AND status < $3`,
		d.Account, d.ProviderID, int(d.Status), micros(d.At))
	if err != nil || n > 0 {
		return failed("report", err)
	}
	return failed("report", j.keepEarly(ctx, j.db.Reader(), d))
}

// keepEarly keeps a report that changed nothing because its message is not
// known, or became so just now; Stranded takes up the latter. A message that has
// come as far already needs nothing kept.
func (j *Journal) keepEarly(ctx context.Context, q Querier, d message.Delivery) error {
	var status int
	err := q.QueryRow(ctx, `SELECT coalesce(max(status), 0) FROM message WHERE account = $1 AND provider_id = $2`, d.Account, d.ProviderID).Scan(&status)
	if err != nil || status >= int(min(d.Status, message.Delivered)) {
		return err
	}
	_, err = q.Exec(ctx, `INSERT INTO early_report (account, provider_id, status, fault, reason, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (account, provider_id) DO UPDATE SET status = excluded.status, fault = excluded.fault, reason = excluded.reason, at = excluded.at
		WHERE early_report.status < excluded.status`,
		d.Account, d.ProviderID, int(d.Status), kindOf(d.Err), string(fault.ReasonOf(d.Err)), micros(j.opts.Now()))
	return err
}

func kindOf(err error) string {
	if err == nil {
		return ""
	}
	return fault.KindOf(err).String()
}

func (j *Journal) reportFailure(ctx context.Context, d message.Delivery) error {
	return j.db.Write(ctx, func(ctx context.Context, q Tx) error { return j.reportFailed(ctx, q, d) })
}

func (j *Journal) reportFailed(ctx context.Context, q Tx, d message.Delivery) error {
	var id, conversationID int64
	err := q.QueryRow(ctx, `SELECT id, conversation_id FROM message WHERE account = $1 AND provider_id = $2 AND direction = 2`, d.Account, d.ProviderID).Scan(&id, &conversationID)
	if errors.Is(err, ErrNoRows) {
		return j.keepEarly(ctx, q, d)
	}
	if err != nil {
		return err
	}
	c, err := j.lock(ctx, q, conversationID)
	if err != nil {
		return err
	}
	return j.fail(ctx, q, c, id, message.Delivered, kindOf(d.Err), fault.ReasonOf(d.Err))
}

// fail ends a reply as failed unless it has come as far as below already, and
// draws the consequence: an opt-out is remembered, anything else is handed to a
// person.
func (j *Journal) fail(ctx context.Context, q Tx, c *conversationRow, replyID int64, below message.Status, kind string, reason fault.Reason) error {
	n, err := q.Exec(ctx, `UPDATE message SET status = 6, fault = $2, reason = $3, settled_at = $4 WHERE id = $1 AND status < $5`, replyID, kind, string(reason), micros(j.opts.Now()), int(below))
	if err != nil || n == 0 {
		return err
	}
	if c.handOff != 0 {
		if err := j.noteForDesk(ctx, q, c, undelivered(kind, reason)); err != nil {
			return err
		}
	}
	if reason == fault.OptedOut {
		return j.optOut(ctx, q, c)
	}
	var confirmation bool
	if err := q.QueryRow(ctx, `SELECT despite_opt_out FROM message WHERE id = $1`, replyID).Scan(&confirmation); err != nil || confirmation {
		return err
	}
	return j.handOff(ctx, q, c, handoff.Case{
		Reason: handoff.ReplyFailed, Priority: handoff.PriorityOf(handoff.ReplyFailed),
		Detail: undelivered(kind, reason), NextStep: "Reach the customer by another way.",
	})
}

// undelivered says for agents why a reply has not reached the customer.
func undelivered(kind string, reason fault.Reason) string {
	switch reason {
	case fault.OptedOut:
		return "A reply could not be sent: the customer has opted out of messages."
	case fault.NeedsTemplate:
		return "A reply could not be sent: WhatsApp takes no free text more than 24 hours after the customer's last message. Use an approved template, or another way."
	case "":
		return "A reply could not be delivered (" + kind + ")."
	}
	return "A reply could not be delivered (" + kind + ", " + string(reason) + ")."
}
