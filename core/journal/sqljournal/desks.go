package sqljournal

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"wismo/core/fault"
	"wismo/core/journal"
	"wismo/core/message"
)

const handOffColumns = `SELECT h.id, h.conversation_id, h.shop, h.content, h.state, h.desk, h.ticket_id, h.created_at, h.opened_at, h.closed_at, c.channel, c.customer, c.ours
	FROM hand_off h JOIN conversation c ON c.id = h.conversation_id`

func scanHandOff(r Row) (h journal.HandOff, err error) {
	var content, state, channel, customer, ours string
	var created, opened, closed int64
	err = r.Scan(&h.ID, &h.ConversationID, &h.Shop, &content, &state, &h.Desk, &h.TicketID, &created, &opened, &closed, &channel, &customer, &ours)
	if err != nil {
		return h, err
	}
	h.State, h.Channel = journal.HandOffState(state), message.Channel(channel)
	h.Customer = message.Address{Channel: h.Channel, Value: customer}
	h.Ours = message.Address{Channel: h.Channel, Value: ours}
	h.CreatedAt, h.OpenedAt, h.ClosedAt = fromMicros(created), fromMicros(opened), fromMicros(closed)
	return h, json.Unmarshal([]byte(content), &h.Case)
}

// HandOff implements journal.Desks.
func (j *Journal) HandOff(ctx context.Context, id int64) (journal.HandOff, error) {
	h, err := scanHandOff(j.db.Reader().QueryRow(ctx, handOffColumns+` WHERE h.id = $1`, id))
	if errors.Is(err, ErrNoRows) {
		return h, fault.New(fault.NotFound, "hand-off", "there is no hand-off %d", id)
	}
	if err != nil {
		return h, failed("hand-off", err)
	}
	h.Transcript, err = j.Transcript(ctx, h.ConversationID)
	return h, err
}

// HandOffs implements journal.Desks.
func (j *Journal) HandOffs(ctx context.Context, f journal.HandOffFilter) ([]journal.HandOff, error) {
	list, err := j.handOffs(ctx, f)
	return list, failed("hand-offs", err)
}

func (j *Journal) handOffs(ctx context.Context, f journal.HandOffFilter) ([]journal.HandOff, error) {
	if f.Limit == 0 {
		f.Limit = 100
	}
	if len(f.States) == 0 {
		f.States = []journal.HandOffState{journal.HandOffOwed, journal.HandOffOpen}
	}
	want := map[journal.HandOffState]bool{}
	for _, s := range f.States {
		want[s] = true
	}
	rows, err := j.db.Reader().Query(ctx, handOffColumns+` WHERE ($1 = '' OR h.shop = $1)
		AND (h.state = 'owed' AND $2 OR h.state = 'open' AND $3 OR h.state = 'closed' AND $4) ORDER BY h.id DESC LIMIT $5`,
		f.Shop, want[journal.HandOffOwed], want[journal.HandOffOpen], want[journal.HandOffClosed], f.Limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []journal.HandOff
	for rows.Next() {
		h, err := scanHandOff(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, h)
	}
	return list, rows.Err()
}

// Opened implements journal.Desks.
func (j *Journal) Opened(ctx context.Context, id int64, desk, ticketID string, upTo int64, now time.Time) error {
	return failed("opened", j.db.Write(ctx, func(ctx context.Context, q Tx) error {
		h, c, err := j.lockHandOff(ctx, q, id)
		if err != nil || h.State != journal.HandOffOwed {
			return err
		}
		n, err := q.Exec(ctx, `UPDATE hand_off SET state = 'open', desk = $2, ticket_id = $3, opened_at = $4, appended_to = $5, trying = '', busy_until = 0, mark = '', read_at = $4 WHERE id = $1`,
			id, desk, ticketID, micros(now), upTo)
		if err := exactlyOne(n, err, "opening a hand-off"); err != nil || h.Case.Told == "" || !h.OpenedAt.IsZero() {
			return err
		}
		told := replyStmt(c, journal.NewReply{Text: h.Case.Told, Author: message.Bot}, message.Owed, now)
		return q.Batch(ctx, append([]Stmt{told, c.moves()}, j.wake(c)...)...)
	}))
}

// wake owes a look at a conversation, unless one is owed already.
func (j *Journal) wake(c *conversationRow) []Stmt {
	if c.owed {
		return nil
	}
	c.owed = true
	return []Stmt{stmt(`UPDATE conversation SET owed = true WHERE id = $1`, c.id), owed(j.owe.Conversation(c.id, time.Time{}))}
}

// lockHandOff locks a hand-off's conversation and reads both.
func (j *Journal) lockHandOff(ctx context.Context, q Querier, id int64) (h journal.HandOff, c *conversationRow, err error) {
	var conversationID int64
	err = q.QueryRow(ctx, `SELECT conversation_id FROM hand_off WHERE id = $1`, id).Scan(&conversationID)
	if errors.Is(err, ErrNoRows) {
		return h, nil, fault.New(fault.NotFound, "hand-off", "there is no hand-off %d", id)
	}
	if err != nil {
		return h, nil, err
	}
	if c, err = j.lock(ctx, q, conversationID); err != nil {
		return h, nil, err
	}
	h, err = scanHandOff(q.QueryRow(ctx, handOffColumns+` WHERE h.id = $1`, id))
	return h, c, err
}

// Close implements journal.Desks.
func (j *Journal) Close(ctx context.Context, id int64, now time.Time) error {
	return failed("close", j.db.Write(ctx, func(ctx context.Context, q Tx) error {
		h, _, err := j.lockHandOff(ctx, q, id)
		if err != nil || h.State == journal.HandOffClosed {
			return err
		}
		_, err = q.Exec(ctx, `UPDATE hand_off SET state = 'closed', closed_at = $2 WHERE id = $1`, id, micros(now))
		return err
	}))
}
