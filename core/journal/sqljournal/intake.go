package sqljournal

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/message"
)

// Receive implements journal.Intake.
func (j *Journal[T]) Receive(ctx context.Context, m message.Message) (repeated bool, err error) {
	err = j.db.Write(ctx, func(ctx context.Context, q Querier, tx T) error {
		repeated = false
		id, owed, err := j.lockOrCreate(ctx, q, m)
		if err != nil {
			return err
		}
		messageID, err := j.insertMessage(ctx, q, id, m)
		if errors.Is(err, ErrNoRows) {
			repeated = true
			return nil
		}
		if err != nil {
			return err
		}
		if err := j.insertAttachments(ctx, q, tx, messageID, m.Attachments); err != nil {
			return err
		}
		if _, err := q.Exec(ctx, `UPDATE conversation SET owed = true, last_at = $2 WHERE id = $1`, id, micros(j.opts.Now())); err != nil {
			return err
		}
		if owed {
			return nil
		}
		return j.owe.Conversation(ctx, tx, id, time.Time{})
	})
	return repeated, failed("receive", err)
}

// lockOrCreate locks the live conversation that m belongs to, or begins one.
// One that has been quiet for long enough is ended first, unless a person has
// it.
func (j *Journal[T]) lockOrCreate(ctx context.Context, q Querier, m message.Message) (id int64, owed bool, err error) {
	for range 3 {
		var last int64
		var held bool
		err = q.QueryRow(ctx, `SELECT id, owed, last_at, EXISTS (SELECT 1 FROM hand_off h WHERE h.conversation_id = conversation.id AND h.state <> 'closed')
			FROM conversation WHERE shop = $1 AND channel = $2 AND customer = $3 AND ours = $4 AND live`+j.d.ForUpdate,
			m.Shop, string(m.Channel), m.From.Value, m.To.Value).Scan(&id, &owed, &last, &held)
		now := j.opts.Now()
		switch {
		case err == nil && (held || owed || now.Sub(fromMicros(last)) < j.opts.QuietAfter(m.Shop)):
			return id, owed, nil
		case err == nil:
			if _, err := q.Exec(ctx, `UPDATE conversation SET live = false WHERE id = $1`, id); err != nil {
				return 0, false, err
			}
		case !errors.Is(err, ErrNoRows):
			return 0, false, err
		}
		err = q.QueryRow(ctx, `INSERT INTO conversation (shop, channel, account, customer, ours, version, state, answered_up_to, owed, live, last_at, created_at)
			VALUES ($1, $2, $3, $4, $5, 0, '{}', 0, false, true, $6, $6) ON CONFLICT (shop, channel, customer, ours) WHERE live DO NOTHING RETURNING id`,
			m.Shop, string(m.Channel), m.Account, m.From.Value, m.To.Value, micros(now)).Scan(&id)
		if !errors.Is(err, ErrNoRows) {
			return id, false, err
		}
		// Another transaction has just begun it: lock that one.
	}
	return 0, false, errors.New("the conversation could neither be found nor begun")
}

// insertMessage returns ErrNoRows if the message is known already.
func (j *Journal[T]) insertMessage(ctx context.Context, q Querier, conversationID int64, m message.Message) (id int64, err error) {
	extra, err := json.Marshal(m.Extra)
	if err != nil {
		return 0, err
	}
	at := m.At
	if at.IsZero() {
		at = j.opts.Now()
	}
	err = q.QueryRow(ctx, `INSERT INTO message (conversation_id, direction, account, provider_id, author, text, handled, extra, status, at, created_at)
		VALUES ($1, 1, $2, $3, '', $4, $5, $6, 0, $7, $8) ON CONFLICT (account, provider_id) DO NOTHING RETURNING id`,
		conversationID, m.Account, m.ProviderID, clean(m.Text), string(m.Handled), clean(string(extra)), micros(at), micros(j.opts.Now())).Scan(&id)
	return id, err
}

func (j *Journal[T]) insertAttachments(ctx context.Context, q Querier, tx T, messageID int64, list []message.Attachment) error {
	for _, a := range list {
		var id int64
		err := q.QueryRow(ctx, `INSERT INTO attachment (message_id, url, type, name, size, fault) VALUES ($1, $2, $3, $4, $5, '') RETURNING id`,
			messageID, clean(a.URL), clean(a.Type), clean(a.Name), a.Size).Scan(&id)
		if err != nil {
			return err
		}
		if err := j.owe.Media(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}

// clean removes NUL bytes, which PostgreSQL's text does not hold.
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
func (j *Journal[T]) Report(ctx context.Context, d message.Delivery) error {
	if d.Status == message.Failed {
		return failed("report", j.reportFailure(ctx, d))
	}
	n, err := j.db.Reader().Exec(ctx, `UPDATE message SET status = $3, settled_at = $4 WHERE account = $1 AND provider_id = $2 AND direction = 2 AND status < $3`,
		d.Account, d.ProviderID, int(d.Status), micros(d.At))
	if err != nil || n > 0 {
		return failed("report", err)
	}
	return failed("report", j.keepEarly(ctx, j.db.Reader(), d))
}

// keepEarly keeps a report on a message that is not known. If it is known, the
// report raised nothing, and there is nothing to keep.
func (j *Journal[T]) keepEarly(ctx context.Context, q Querier, d message.Delivery) error {
	var known bool
	err := q.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM message WHERE account = $1 AND provider_id = $2)`, d.Account, d.ProviderID).Scan(&known)
	if err != nil || known {
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

func (j *Journal[T]) reportFailure(ctx context.Context, d message.Delivery) error {
	return j.db.Write(ctx, func(ctx context.Context, q Querier, tx T) error {
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
		return j.fail(ctx, q, tx, c, id, message.Delivered, kindOf(d.Err), fault.ReasonOf(d.Err))
	})
}

// fail ends a reply as failed unless it has come as far as below already, and
// draws the consequence: an opt-out is remembered, anything else is handed to a
// person.
func (j *Journal[T]) fail(ctx context.Context, q Querier, tx T, c *conversationRow, replyID int64, below message.Status, kind string, reason fault.Reason) error {
	n, err := q.Exec(ctx, `UPDATE message SET status = 6, fault = $2, reason = $3, settled_at = $4 WHERE id = $1 AND status < $5`, replyID, kind, string(reason), micros(j.opts.Now()), int(below))
	if err != nil || n == 0 {
		return err
	}
	if reason == fault.OptedOut {
		return j.optOut(ctx, q, c)
	}
	var confirmation bool
	if err := q.QueryRow(ctx, `SELECT despite_opt_out FROM message WHERE id = $1`, replyID).Scan(&confirmation); err != nil || confirmation {
		return err
	}
	detail := "A reply could not be delivered (" + kind
	if reason != "" {
		detail += ", " + string(reason)
	}
	return j.handOff(ctx, q, tx, c, handoff.Case{
		Reason: handoff.ReplyFailed, Priority: handoff.PriorityOf(handoff.ReplyFailed),
		Detail: detail + ").", NextStep: "Reach the customer by another way.",
	})
}
