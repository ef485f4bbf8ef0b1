package sqljournal

import (
	"context"
	"errors"
	"time"

	"wismo/core/fault"
	"wismo/core/journal"
)

// oweMails writes mails down together with the jobs that send them.
func (j *Journal) oweMails(ctx context.Context, tx Tx, c *conversationRow, list []journal.NewMail, now time.Time) error {
	for _, m := range list {
		var id int64
		err := tx.QueryRow(ctx, `INSERT INTO mail (conversation_id, shop, recipient, subject, text, state, until, created_at, settled_at)
			VALUES ($1, $2, $3, $4, $5, 'owed', $6, $7, 0) RETURNING id`,
			c.id, c.shop, clean(m.To), clean(m.Subject), clean(m.Text), micros(m.Until), micros(now)).Scan(&id)
		if err != nil {
			return err
		}
		if err := tx.Batch(ctx, owed(j.owe.Mail(id))); err != nil {
			return err
		}
	}
	return nil
}

// Mail implements journal.Mails.
func (j *Journal) Mail(ctx context.Context, id int64) (journal.Mail, error) {
	m, state, until := journal.Mail{ID: id}, "", int64(0)
	err := j.db.Reader().QueryRow(ctx, `SELECT shop, recipient, subject, text, state, until FROM mail WHERE id = $1`, id).
		Scan(&m.Shop, &m.To, &m.Subject, &m.Text, &state, &until)
	if errors.Is(err, ErrNoRows) {
		return m, fault.New(fault.NotFound, "mail", "there is no mail %d", id)
	}
	m.State, m.Until = journal.MailState(state), fromMicros(until)
	return m, failed("mail", err)
}

// Mailed implements journal.Mails.
func (j *Journal) Mailed(ctx context.Context, id int64, state journal.MailState, now time.Time) error {
	_, err := j.db.Reader().Exec(ctx, `UPDATE mail SET state = $2, settled_at = $3, recipient = '', subject = '', text = ''
		WHERE id = $1 AND state = 'owed'`, id, string(state), micros(now))
	return failed("mailed", err)
}
