package sqljournal

import (
	"context"
	"errors"
	"time"

	"wismo/core/fault"
	"wismo/core/journal"
	"wismo/core/message"
	"wismo/core/transit"
)

// Attachment implements journal.Files.
func (j *Journal) Attachment(ctx context.Context, id int64) (a journal.Attachment, err error) {
	err = j.db.Reader().QueryRow(ctx, `SELECT a.id, a.url, a.type, a.name, a.size, c.shop, m.account, m.provider_id, c.channel, c.customer,
		EXISTS (SELECT 1 FROM opt_out o WHERE o.channel = c.channel AND o.ours = c.ours AND o.customer = c.customer),
		(SELECT count(*) FROM conversation k JOIN message n ON n.conversation_id = k.id JOIN attachment b ON b.message_id = n.id JOIN media d ON d.attachment_id = b.id
			WHERE k.customer = c.customer AND k.ours = c.ours AND k.shop = c.shop AND k.channel = c.channel AND n.created_at > $2)
		FROM attachment a JOIN message m ON m.id = a.message_id JOIN conversation c ON c.id = m.conversation_id WHERE a.id = $1`, id, micros(j.opts.Now().Add(-24*time.Hour))).
		Scan(&a.ID, &a.URL, &a.Type, &a.Name, &a.Size, &a.Shop, &a.Account, &a.MessageProviderID, &a.Customer.Channel, &a.Customer.Value, &a.OptedOut, &a.Kept)
	if errors.Is(err, ErrNoRows) {
		return a, fault.New(fault.NotFound, "attachment", "there is no attachment %d", id)
	}
	return a, failed("attachment", err)
}

// KeepMedia implements journal.Files.
func (j *Journal) KeepMedia(ctx context.Context, id int64, m message.Media, cause error) error {
	return failed("keep media", j.db.Write(ctx, func(ctx context.Context, q Tx) error {
		if cause != nil {
			_, err := q.Exec(ctx, `UPDATE attachment SET fault = $2 WHERE id = $1`, id, kindOf(cause))
			return err
		}
		_, err := q.Exec(ctx, `INSERT INTO media (attachment_id, type, content) VALUES ($1, $2, $3)
			ON CONFLICT (attachment_id) DO UPDATE SET type = excluded.type, content = excluded.content`, id, clean(m.Type), m.Bytes)
		if err != nil {
			return err
		}
		_, err = q.Exec(ctx, `UPDATE attachment SET fault = '', size = $2 WHERE id = $1`, id, len(m.Bytes))
		return err
	}))
}

// Kept implements journal.Files.
func (j *Journal) Kept(ctx context.Context, id int64) (m message.Media, err error) {
	var lost, there bool
	err = j.db.Reader().QueryRow(ctx, `SELECT a.fault <> '', k.attachment_id IS NOT NULL, coalesce(k.type, ''), k.content FROM attachment a LEFT JOIN media k ON k.attachment_id = a.id WHERE a.id = $1`, id).
		Scan(&lost, &there, &m.Type, &m.Bytes)
	switch {
	case errors.Is(err, ErrNoRows), err == nil && !there && lost:
		return m, fault.New(fault.NotFound, "attachment", "it could not be fetched")
	case err == nil && !there:
		return m, fault.New(fault.Unavailable, "attachment", "it is still to be fetched")
	}
	return m, failed("kept", err)
}

// Swept implements journal.Files.
func (j *Journal) Swept(ctx context.Context, account string) (time.Time, error) {
	var upTo int64
	err := j.db.Reader().QueryRow(ctx, `SELECT up_to FROM swept WHERE account = $1`, account).Scan(&upTo)
	if errors.Is(err, ErrNoRows) {
		return time.Time{}, nil
	}
	return fromMicros(upTo), failed("swept", err)
}

// Sweep implements journal.Files.
func (j *Journal) Sweep(ctx context.Context, account string, upTo time.Time) error {
	_, err := j.db.Reader().Exec(ctx, `INSERT INTO swept (account, up_to) VALUES ($1, $2)
		ON CONFLICT (account) DO UPDATE SET up_to = excluded.up_to WHERE swept.up_to < excluded.up_to`, account, micros(upTo))
	return failed("sweep", err)
}

// Stranded implements journal.Turns. It also takes up reports that slipped
// between a hand-over and its settlement, and forgets attempts, reports, spent
// tokens and mails that count no more.
func (j *Journal) Stranded(ctx context.Context, before time.Time) ([]int64, error) {
	if err := j.takeUpReports(ctx); err != nil {
		return nil, failed("take up reports", err)
	}
	now := j.opts.Now()
	for statement, age := range map[string]time.Duration{
		`DELETE FROM attempt WHERE at < $1`:        2 * orderWindow,
		`DELETE FROM early_report WHERE at < $1`:   48 * time.Hour,
		`DELETE FROM token_spent WHERE until < $1`: 0,
		`DELETE FROM mail WHERE until < $1`:        48 * time.Hour,
		`DELETE FROM delivery WHERE at < $1`:       transit.Within,
	} {
		if _, err := j.db.Reader().Exec(ctx, statement, micros(now.Add(-age))); err != nil {
			return nil, failed("forget", err)
		}
	}
	ids, err := j.stranded(ctx, before)
	if err != nil {
		return nil, failed("stranded", err)
	}
	for _, id := range ids {
		err := j.db.Write(ctx, func(ctx context.Context, q Tx) error {
			if _, err := j.lock(ctx, q, id); err != nil {
				return err
			}
			if _, err := q.Exec(ctx, `UPDATE conversation SET owed = true WHERE id = $1`, id); err != nil {
				return err
			}
			return q.Last(ctx, owed(j.owe.Conversation(id, time.Time{})))
		})
		if err != nil {
			return nil, failed("stranded", err)
		}
	}
	return ids, nil
}

// recentMessages bounds how many messages back the search for stranded ones
// goes.
const recentMessages = 100_000

// stranded lists conversations with something overdue since before. A job that
// is alive all the same does no harm by having a second one beside it.
func (j *Journal) stranded(ctx context.Context, before time.Time) ([]int64, error) {
	rows, err := j.db.Reader().Query(ctx, `SELECT c.id FROM conversation c WHERE c.wake_at > 0 AND c.wake_at < $1
		UNION
		SELECT m.conversation_id FROM message m JOIN conversation c ON c.id = m.conversation_id
		WHERE m.id > (SELECT coalesce(max(id), 0) FROM message) - $3 AND (
			m.direction = 1 AND m.id > c.answered_up_to AND m.created_at < $1
			OR m.direction = 2 AND m.status = 1 AND m.next_at < $1 AND m.created_at < $1
			OR m.direction = 2 AND m.status = 2 AND m.attempt_at < $2)
		LIMIT 1000`, micros(before), micros(before.Add(-journal.Grace)), recentMessages)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// takeUpReports applies reports that were kept aside although their message
// was settled at that very moment.
func (j *Journal) takeUpReports(ctx context.Context) error {
	rows, err := j.db.Reader().Query(ctx, `SELECT e.account, e.provider_id, e.status, e.fault, e.reason, e.at FROM early_report e
		WHERE EXISTS (SELECT 1 FROM message m WHERE m.account = e.account AND m.provider_id = e.provider_id) LIMIT 1000`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var list []message.Delivery
	for rows.Next() {
		var d message.Delivery
		var status int
		var kind, reason string
		var at int64
		if err := rows.Scan(&d.Account, &d.ProviderID, &status, &kind, &reason, &at); err != nil {
			return err
		}
		d.Status, d.At = message.Status(status), fromMicros(at)
		if d.Status == message.Failed {
			d.Err = &fault.Error{Kind: fault.Permanent, Reason: fault.Reason(reason), Op: "report"}
		}
		list = append(list, d)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	rows.Close()
	for _, d := range list {
		if err := j.Report(ctx, d); err != nil {
			return err
		}
		if _, err := j.db.Reader().Exec(ctx, `DELETE FROM early_report WHERE account = $1 AND provider_id = $2`, d.Account, d.ProviderID); err != nil {
			return err
		}
	}
	return nil
}
