package sqljournal

import (
	"context"
	"encoding/json"
	"time"

	"wismo/core/conversation"
	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/journal"
	"wismo/core/message"
	"wismo/core/verify/token"
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

// lockOnly locks a conversation's row. What is then read must be read by a
// further statement: in one, what stands in other tables would be read as it
// was before the wait for the lock.
func (j *Journal) lockOnly(id int64) []Stmt {
	if j.d.ForUpdate == "" {
		return nil
	}
	return []Stmt{stmt(`SELECT id FROM conversation WHERE id = $1`+j.d.ForUpdate, id)}
}

func noConversation(id int64) error {
	return fault.New(fault.NotFound, "journal", "there is no conversation %d", id)
}

// lock locks a conversation and reads it.
func (j *Journal) lock(ctx context.Context, q Querier, id int64) (*conversationRow, error) {
	c := &conversationRow{}
	read := stmt(conversationColumns+` FROM conversation c WHERE c.id = $1`, id)
	read.Scan = func(r Row) error { return c.scan(r) }
	if err := q.Batch(ctx, append(j.lockOnly(id), read)...); err != nil {
		return nil, err
	}
	if c.id == 0 {
		return nil, noConversation(id)
	}
	return c, nil
}

// heardRow is an inbound message that has no answer, as it is stored.
type heardRow struct {
	journal.Heard
	attached bool
}

// maxTogether is the most messages that one turn takes together; what a flood
// brings beyond that waits for the next turn.
const maxTogether = 50

// turnStmts read what a turn is made of: the conversation with what stands
// beside it, and its unanswered messages.
func turnStmts(id int64, now time.Time, c *conversationRow, heard *[]heardRow) []Stmt {
	look := stmt(conversationColumns+`,
		(SELECT count(*) FROM message m WHERE m.conversation_id = c.id AND m.direction = 2 AND m.author = 'bot' AND m.created_at > $2),
		coalesce((SELECT m.text FROM message m WHERE m.conversation_id = c.id AND m.direction = 2 AND m.author = 'bot' ORDER BY m.id DESC LIMIT 1), '')
		FROM conversation c WHERE c.id = $1`, id, micros(now.Add(-time.Hour)))
	look.Scan = func(r Row) error { return c.scan(r, &c.replies, &c.said) }
	unanswered := stmt(`SELECT id, text, handled, extra, at, EXISTS (SELECT 1 FROM attachment a WHERE a.message_id = message.id)
		FROM message WHERE conversation_id = $1 AND direction = 1 AND id > (SELECT answered_up_to FROM conversation WHERE id = $1) ORDER BY id LIMIT $2`, id, maxTogether)
	unanswered.Scan = func(r Row) error {
		var h heardRow
		var extra, handled string
		var at int64
		if err := r.Scan(&h.ID, &h.Text, &handled, &extra, &at, &h.attached); err != nil {
			return err
		}
		h.Handled, h.At = message.Keyword(handled), fromMicros(at)
		*heard = append(*heard, h)
		return json.Unmarshal([]byte(extra), &(*heard)[len(*heard)-1].Extra)
	}
	return []Stmt{look, unanswered}
}

// turn returns what is to be answered, nil if nothing is.
func (j *Journal) turn(ctx context.Context, q Querier, id int64, now time.Time) (*journal.Turn, error) {
	c, heard := &conversationRow{}, []heardRow(nil)
	if err := q.Batch(ctx, turnStmts(id, now, c, &heard)...); err != nil {
		return nil, err
	}
	if c.id == 0 {
		return nil, noConversation(id)
	}
	return asTurn(ctx, q, c, heard, now)
}

// Looks looks at several conversations in one round trip. The turn of one in
// which nothing is to be answered, or that is not known, is nil.
func (j *Journal) Looks(ctx context.Context, ids []int64, now time.Time) ([]*journal.Turn, error) {
	rows, heard := make([]conversationRow, len(ids)), make([][]heardRow, len(ids))
	var list []Stmt
	for i, id := range ids {
		list = append(list, turnStmts(id, now, &rows[i], &heard[i])...)
	}
	q := j.db.Reader()
	if err := q.Batch(ctx, list...); err != nil {
		return nil, failed("look", err)
	}
	turns := make([]*journal.Turn, len(ids))
	for i := range ids {
		if rows[i].id == 0 {
			continue
		}
		var err error
		if turns[i], err = asTurn(ctx, q, &rows[i], heard[i], now); err != nil {
			return nil, failed("look", err)
		}
	}
	return turns, nil
}

// asTurn makes a turn of what was read, nil if nothing is to be answered.
func asTurn(ctx context.Context, q Querier, c *conversationRow, heard []heardRow, now time.Time) (*journal.Turn, error) {
	if len(heard) == 0 && (c.wakeAt == 0 || c.wakeAt > micros(now)) {
		return nil, nil //nolint:nilnil // private; nil says that nothing is due
	}
	t := &journal.Turn{
		ConversationID: c.id, Version: c.version, Shop: c.shop, Channel: message.Channel(c.channel), Account: c.account,
		Customer: c.customerAddress(), Ours: c.oursAddress(),
		OptedOut: c.optedOut, HandOff: c.handOff, RepliesLastHour: c.replies, Said: c.said,
	}
	for _, h := range heard {
		if h.attached {
			var err error
			if h.Attachments, err = attachments(ctx, q, h.ID); err != nil {
				return nil, err
			}
		}
		t.Unanswered = append(t.Unanswered, h.Heard)
	}
	return t, json.Unmarshal([]byte(c.state), &t.State)
}

func (c *conversationRow) customerAddress() message.Address {
	return message.Address{Channel: message.Channel(c.channel), Value: c.customer}
}

func (c *conversationRow) oursAddress() message.Address {
	return message.Address{Channel: message.Channel(c.channel), Value: c.ours}
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
func (j *Journal) optOut(ctx context.Context, q Querier, c *conversationRow) error {
	c.optedOut = true
	return q.Batch(ctx, optOutStmt(c, j.opts.Now()), c.moves())
}

// moves makes turns taken before stale: what they were decided on has changed.
func (c *conversationRow) moves() Stmt {
	return stmt(`UPDATE conversation SET version = version + 1 WHERE id = $1`, c.id)
}

func optOutStmt(c *conversationRow, now time.Time) Stmt {
	return stmt(`INSERT INTO opt_out (channel, ours, customer, at) VALUES ($1, $2, $3, $4) ON CONFLICT (channel, ours, customer) DO NOTHING`,
		c.channel, c.ours, c.customer, micros(now))
}

// handOff writes a hand-off down and owes its ticket, unless the conversation
// has one open.
func (j *Journal) handOff(ctx context.Context, q Tx, c *conversationRow, hc handoff.Case) error {
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
	return q.Batch(ctx, owed(j.owe.Ticket(c.handOff)))
}

// Transcript implements journal.Reading.
func (j *Journal) Transcript(ctx context.Context, conversationID int64) ([]conversation.Line, error) {
	lines, err := linesOf(ctx, j.db.Reader(), conversationID, 0)
	return lines, failed("transcript", err)
}

// line is one message of a conversation as agents read it.
func (j *Journal) line(ctx context.Context, q Querier, conversationID, messageID int64) (conversation.Line, error) {
	lines, err := linesOf(ctx, q, conversationID, messageID)
	if err != nil || len(lines) == 0 {
		return conversation.Line{}, err
	}
	return lines[0], nil
}

// linesOf are the messages of a conversation, or the one of an id that is not 0.
func linesOf(ctx context.Context, q Querier, conversationID, only int64) ([]conversation.Line, error) {
	rows, err := q.Query(ctx, `SELECT id, direction, author, text, at, status FROM message WHERE conversation_id = $1 AND ($2 = 0 OR id = $2) ORDER BY id`, conversationID, only)
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
		if l.Direction == message.In {
			// A token opens an order to whoever holds it: readers see that there was one.
			l.Text = token.Mask(l.Text)
		}
		lines = append(lines, l)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	return lines, attach(ctx, q, conversationID, lines)
}

// attach gives the lines their attachments.
func attach(ctx context.Context, q Querier, conversationID int64, lines []conversation.Line) error {
	rows, err := q.Query(ctx, `SELECT m.id, a.id, a.url, a.type, a.name, a.size FROM message m JOIN attachment a ON a.message_id = m.id
		WHERE m.conversation_id = $1 ORDER BY a.id`, conversationID)
	if err != nil {
		return err
	}
	defer rows.Close()
	by := make(map[int64]*conversation.Line, len(lines))
	for i := range lines {
		by[lines[i].ID] = &lines[i]
	}
	for rows.Next() {
		var id int64
		var a message.Attachment
		if err := rows.Scan(&id, &a.ID, &a.URL, &a.Type, &a.Name, &a.Size); err != nil {
			return err
		}
		if l := by[id]; l != nil {
			l.Attachments = append(l.Attachments, a)
		}
	}
	return rows.Err()
}
