package sqljournal

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"wismo/core/conversation"
	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/journal"
	"wismo/core/message"
)

// conversationRow is a conversation as it is stored, with what a turn needs to
// know beside it.
type conversationRow struct {
	id, version, answeredUpTo, wakeAt int64
	shop, channel, account            string
	customer, ours, state, said       string
	owed, optedOut                    bool
	handOff                           int64
	replies                           int
}

const conversationColumns = `SELECT c.id, c.version, c.answered_up_to, c.wake_at, c.shop, c.channel, c.account, c.customer, c.ours, c.state, c.owed,
	EXISTS (SELECT 1 FROM opt_out o WHERE o.channel = c.channel AND o.ours = c.ours AND o.customer = c.customer),
	coalesce((SELECT h.id FROM hand_off h WHERE h.conversation_id = c.id AND h.state <> 'closed'), 0)`

func (c *conversationRow) scan(r Row, more ...any) error {
	return r.Scan(append([]any{&c.id, &c.version, &c.answeredUpTo, &c.wakeAt, &c.shop, &c.channel, &c.account, &c.customer, &c.ours, &c.state, &c.owed, &c.optedOut, &c.handOff}, more...)...)
}

// lock locks a conversation's row and then reads it. In one statement what
// stands in other tables would be read as it was before the wait for the lock.
func (j *Journal[T]) lock(ctx context.Context, q Querier, id int64) (*conversationRow, error) {
	c := &conversationRow{}
	if j.d.ForUpdate != "" {
		if _, err := q.Exec(ctx, `SELECT id FROM conversation WHERE id = $1`+j.d.ForUpdate, id); err != nil {
			return nil, err
		}
	}
	err := c.scan(q.QueryRow(ctx, conversationColumns+` FROM conversation c WHERE c.id = $1`, id))
	if errors.Is(err, ErrNoRows) {
		return nil, fault.New(fault.NotFound, "journal", "there is no conversation %d", id)
	}
	return c, err
}

// look reads a conversation with what a turn is told beside it.
func (j *Journal[T]) look(ctx context.Context, q Querier, id int64, now time.Time) (*conversationRow, error) {
	c := &conversationRow{}
	err := c.scan(q.QueryRow(ctx, conversationColumns+`,
		(SELECT count(*) FROM message m WHERE m.conversation_id = c.id AND m.direction = 2 AND m.author = 'bot' AND m.created_at > $2),
		coalesce((SELECT m.text FROM message m WHERE m.conversation_id = c.id AND m.direction = 2 AND m.author = 'bot' ORDER BY m.id DESC LIMIT 1), '')
		FROM conversation c WHERE c.id = $1`, id, micros(now.Add(-time.Hour))), &c.replies, &c.said)
	if errors.Is(err, ErrNoRows) {
		return nil, fault.New(fault.NotFound, "journal", "there is no conversation %d", id)
	}
	return c, err
}

// turn returns what is to be answered, nil if nothing is.
func (j *Journal[T]) turn(ctx context.Context, q Querier, id int64, now time.Time) (*journal.Turn, error) {
	c, err := j.look(ctx, q, id, now)
	if err != nil {
		return nil, err
	}
	heard, err := j.unanswered(ctx, q, c)
	if err != nil {
		return nil, err
	}
	if len(heard) == 0 && (c.wakeAt == 0 || c.wakeAt > micros(now)) {
		return nil, nil
	}
	t := &journal.Turn{
		ConversationID: c.id, Version: c.version, Shop: c.shop, Channel: message.Channel(c.channel), Account: c.account,
		Customer: c.customerAddress(), Ours: c.oursAddress(), Unanswered: heard,
		OptedOut: c.optedOut, HandOff: c.handOff, RepliesLastHour: c.replies, Said: c.said,
	}
	return t, json.Unmarshal([]byte(c.state), &t.State)
}

func (c *conversationRow) customerAddress() message.Address {
	return message.Address{Channel: message.Channel(c.channel), Value: c.customer}
}

func (c *conversationRow) oursAddress() message.Address {
	return message.Address{Channel: message.Channel(c.channel), Value: c.ours}
}

func (j *Journal[T]) unanswered(ctx context.Context, q Querier, c *conversationRow) ([]journal.Heard, error) {
	rows, err := q.Query(ctx, `SELECT id, text, handled, extra, at, EXISTS (SELECT 1 FROM attachment a WHERE a.message_id = message.id)
		FROM message WHERE conversation_id = $1 AND direction = 1 AND id > $2 ORDER BY id`, c.id, c.answeredUpTo)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var heard []journal.Heard
	var with []int
	for rows.Next() {
		var h journal.Heard
		var extra, handled string
		var at int64
		var attached bool
		if err := rows.Scan(&h.ID, &h.Text, &handled, &extra, &at, &attached); err != nil {
			return nil, err
		}
		h.Handled, h.At = message.Keyword(handled), fromMicros(at)
		if err := json.Unmarshal([]byte(extra), &h.Extra); err != nil {
			return nil, err
		}
		if attached {
			with = append(with, len(heard))
		}
		heard = append(heard, h)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	for _, i := range with {
		if heard[i].Attachments, err = attachments(ctx, q, heard[i].ID); err != nil {
			return nil, err
		}
	}
	return heard, nil
}

func attachments(ctx context.Context, q Querier, messageID int64) ([]message.Attachment, error) {
	rows, err := q.Query(ctx, `SELECT id, url, type, name, size FROM attachment WHERE message_id = $1 ORDER BY id`, messageID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []message.Attachment
	for rows.Next() {
		var a message.Attachment
		if err := rows.Scan(&a.ID, &a.URL, &a.Type, &a.Name, &a.Size); err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, rows.Err()
}

// optOut remembers that a customer wants nothing from this address of ours.
// The scope is the pair of addresses: a STOP to one number does not silence
// another.
func (j *Journal[T]) optOut(ctx context.Context, q Querier, c *conversationRow) error {
	_, err := q.Exec(ctx, `INSERT INTO opt_out (channel, ours, customer, at) VALUES ($1, $2, $3, $4) ON CONFLICT (channel, ours, customer) DO NOTHING`,
		c.channel, c.ours, c.customer, micros(j.opts.Now()))
	c.optedOut = true
	return err
}

func (j *Journal[T]) optIn(ctx context.Context, q Querier, c *conversationRow) error {
	_, err := q.Exec(ctx, `DELETE FROM opt_out WHERE channel = $1 AND ours = $2 AND customer = $3`, c.channel, c.ours, c.customer)
	c.optedOut = false
	return err
}

// handOff writes a hand-off down and owes its ticket, unless the conversation
// has one open.
func (j *Journal[T]) handOff(ctx context.Context, q Querier, tx T, c *conversationRow, hc handoff.Case) error {
	if c.handOff != 0 {
		return nil
	}
	raw, err := json.Marshal(hc)
	if err != nil {
		return err
	}
	err = q.QueryRow(ctx, `INSERT INTO hand_off (conversation_id, shop, reason, content, state, desk, ticket_id, created_at, opened_at, closed_at)
		VALUES ($1, $2, $3, $4, 'owed', '', '', $5, 0, 0) RETURNING id`, c.id, c.shop, string(hc.Reason), string(raw), micros(j.opts.Now())).Scan(&c.handOff)
	if err != nil {
		return err
	}
	return j.owe.Ticket(ctx, tx, c.handOff)
}

// Transcript implements journal.Reading.
func (j *Journal[T]) Transcript(ctx context.Context, conversationID int64) ([]conversation.Line, error) {
	lines, err := j.transcript(ctx, conversationID)
	return lines, failed("transcript", err)
}

func (j *Journal[T]) transcript(ctx context.Context, conversationID int64) ([]conversation.Line, error) {
	q := j.db.Reader()
	rows, err := q.Query(ctx, `SELECT id, direction, author, text, at, status FROM message WHERE conversation_id = $1 ORDER BY id`, conversationID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var lines []conversation.Line
	for rows.Next() {
		var l conversation.Line
		var direction, status int
		var author string
		var at int64
		if err := rows.Scan(&l.ID, &direction, &author, &l.Text, &at, &status); err != nil {
			return nil, err
		}
		l.Direction, l.Author, l.At, l.Status = message.Direction(direction), message.Author(author), fromMicros(at), message.Status(status)
		lines = append(lines, l)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	for i := range lines {
		if lines[i].Direction == message.In {
			if lines[i].Attachments, err = attachments(ctx, q, lines[i].ID); err != nil {
				return nil, err
			}
		}
	}
	return lines, nil
}
