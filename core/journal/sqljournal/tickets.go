package sqljournal

import (
	"context"
	"errors"
	"strconv"
	"time"

	"wismo/core/fault"
	"wismo/core/journal"
	"wismo/core/message"
)

// NextAtDesk implements journal.Desks.
func (j *Journal) NextAtDesk(ctx context.Context, id int64, now time.Time) (step journal.DeskStep, err error) {
	err = j.db.Write(ctx, func(ctx context.Context, q Tx) error {
		step = journal.DeskStep{Kind: journal.DeskDone}
		h, c, err := j.lockHandOff(ctx, q, id)
		if err != nil || h.State == journal.HandOffClosed || h.Desk == journal.HandMailbox {
			return err
		}
		var appendedTo, busyUntil int64
		var trying string
		err = q.QueryRow(ctx, `SELECT appended_to, busy_until, trying FROM hand_off WHERE id = $1`, id).Scan(&appendedTo, &busyUntil, &trying)
		if err != nil {
			return err
		}
		if busyUntil > micros(now) {
			step.Kind = journal.DeskBusy
			return nil
		}
		return j.takeDeskStep(ctx, q, c, &step, h, appendedTo, trying, now)
	})
	if err == nil && step.Kind == journal.DeskOpen {
		step.HandOff.Transcript, err = j.Transcript(ctx, step.HandOff.ConversationID)
	}
	return step, failed("next at desk", err)
}

// takeDeskStep finds what is to be done and marks it as being done.
func (j *Journal) takeDeskStep(ctx context.Context, q Tx, c *conversationRow, step *journal.DeskStep, h journal.HandOff, appendedTo int64, trying string, now time.Time) error {
	what := "open"
	step.HandOff, step.Kind = h, journal.DeskOpen
	if h.State == journal.HandOffOpen {
		var messageID int64
		// What has not been looked at by a turn yet may still be for the bot alone.
		err := q.QueryRow(ctx, `SELECT id FROM message WHERE conversation_id = $1 AND direction = 1 AND id > $2 AND id <= $3 ORDER BY id LIMIT 1`,
			c.id, appendedTo, c.answeredUpTo).Scan(&messageID)
		switch {
		case errors.Is(err, ErrNoRows):
			if err := noteOwed(ctx, q, h.ID, step); err != nil || step.Kind == journal.DeskDone {
				return err
			}
			what = "note " + strconv.FormatInt(step.Line.ID, 10)
		case err != nil:
			return err
		default:
			what, step.Kind = strconv.FormatInt(messageID, 10), journal.DeskAppend
			if step.Line, err = j.line(ctx, q, c.id, messageID); err != nil {
				return err
			}
		}
	}
	step.Again = trying == what
	_, err := q.Exec(ctx, `UPDATE hand_off SET trying = $2, busy_until = $3 WHERE id = $1`, h.ID, what, micros(now.Add(journal.DeskStepWithin)))
	return err
}

// noteOwed makes the oldest note that the desk lacks the step, DeskDone if there is
// none.
func noteOwed(ctx context.Context, q Querier, handOffID int64, step *journal.DeskStep) error {
	var at int64
	err := q.QueryRow(ctx, `SELECT id, text, at FROM desk_note WHERE hand_off_id = $1 AND NOT noted ORDER BY id LIMIT 1`, handOffID).
		Scan(&step.Line.ID, &step.Line.Text, &at)
	if errors.Is(err, ErrNoRows) {
		step.Kind = journal.DeskDone
		return nil
	}
	step.Kind, step.Line.At = journal.DeskNote, fromMicros(at)
	return err
}

// noteForDesk notes something that the agent who has a case must know.
func (j *Journal) noteForDesk(ctx context.Context, q Tx, c *conversationRow, text string) error {
	return q.Batch(ctx, stmt(`INSERT INTO desk_note (hand_off_id, text, at) VALUES ($1, $2, $3)`, c.handOff, text, micros(j.opts.Now())), owed(j.owe.Ticket(c.handOff)))
}

// Noted implements journal.Desks.
func (j *Journal) Noted(ctx context.Context, id, noteID int64) error {
	return failed("noted", j.db.Write(ctx, func(ctx context.Context, q Tx) error {
		return q.Batch(ctx, stmt(`UPDATE desk_note SET noted = true WHERE id = $1 AND hand_off_id = $2`, noteID, id),
			stmt(`UPDATE hand_off SET trying = '', busy_until = 0 WHERE id = $1`, id))
	}))
}

// Appended implements journal.Desks.
func (j *Journal) Appended(ctx context.Context, id, messageID int64) error {
	_, err := j.db.Reader().Exec(ctx, `UPDATE hand_off SET appended_to = $2, trying = '', busy_until = 0 WHERE id = $1 AND appended_to < $2`, id, messageID)
	return failed("appended", err)
}

// NotDone implements journal.Desks.
func (j *Journal) NotDone(ctx context.Context, id int64, unclear, gone bool) error {
	set := `busy_until = 0`
	if !unclear {
		set += `, trying = ''`
	}
	if gone {
		set += `, state = 'owed', ticket_id = '', mark = ''`
	}
	_, err := j.db.Reader().Exec(ctx, `UPDATE hand_off SET `+set+` WHERE id = $1 AND state <> 'closed'`, id)
	return failed("not done", err)
}

// MailTicket implements journal.Desks.
func (j *Journal) MailTicket(ctx context.Context, id int64, m journal.NewMail, now time.Time) error {
	return failed("mail ticket", j.db.Write(ctx, func(ctx context.Context, q Tx) error {
		_, c, err := j.lockHandOff(ctx, q, id)
		if err != nil {
			return err
		}
		n, err := q.Exec(ctx, `UPDATE hand_off SET mailed_at = $2 WHERE id = $1 AND mailed_at = 0 AND state = 'owed'`, id, micros(now))
		if err != nil || n == 0 {
			return err
		}
		return j.oweMails(ctx, q, c, []journal.NewMail{m}, now)
	}))
}

const atDeskColumns = `SELECT h.id, h.conversation_id, h.shop, h.desk, h.ticket_id, h.mark, h.read_at, c.channel FROM hand_off h JOIN conversation c ON c.id = h.conversation_id WHERE h.state = 'open' AND `

func scanAtDesk(r Row) (a journal.AtDesk, err error) {
	var read int64
	var channel string
	err = r.Scan(&a.ID, &a.ConversationID, &a.Shop, &a.Desk, &a.TicketID, &a.Mark, &read, &channel)
	a.ReadAt, a.Channel = fromMicros(read), message.Channel(channel)
	return a, err
}

// ToRead implements journal.Desks.
func (j *Journal) ToRead(ctx context.Context, before time.Time, limit int) ([]journal.AtDesk, error) {
	list, err := j.toRead(ctx, before, limit)
	return list, failed("to read", err)
}

func (j *Journal) toRead(ctx context.Context, before time.Time, limit int) ([]journal.AtDesk, error) {
	rows, err := j.db.Reader().Query(ctx, atDeskColumns+`h.read_at < $1 ORDER BY h.read_at LIMIT $2`, micros(before), limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []journal.AtDesk
	for rows.Next() {
		a, err := scanAtDesk(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, rows.Err()
}

// OpenTicket implements journal.Desks.
func (j *Journal) OpenTicket(ctx context.Context, shop, ticketID string) (journal.AtDesk, error) {
	a, err := scanAtDesk(j.db.Reader().QueryRow(ctx, atDeskColumns+`h.shop = $1 AND h.ticket_id = $2 ORDER BY h.id DESC LIMIT 1`, shop, clean(ticketID)))
	if errors.Is(err, ErrNoRows) {
		return a, fault.New(fault.NotFound, "ticket", "no open hand-off has it")
	}
	return a, failed("open ticket", err)
}

// Took implements journal.Desks.
func (j *Journal) Took(ctx context.Context, id int64, p journal.TicketNews, now time.Time) error {
	return failed("took", j.db.Write(ctx, func(ctx context.Context, q Tx) error {
		h, c, err := j.lockHandOff(ctx, q, id)
		if err != nil || h.State != journal.HandOffOpen {
			return err
		}
		var list []Stmt
		for _, r := range p.Replies {
			n, err := q.Exec(ctx, `INSERT INTO agent_reply (hand_off_id, reply_key, at) VALUES ($1, $2, $3) ON CONFLICT (hand_off_id, reply_key) DO NOTHING`, id, clean(r.Key), micros(now))
			if err != nil {
				return err
			}
			for _, text := range r.Texts {
				if n == 1 {
					list = append(list, replyStmt(c, journal.NewReply{Text: text, Author: message.Agent}, message.Owed, now))
				}
			}
		}
		if len(list) > 0 {
			list = append(append(list, c.moves()), j.wake(c)...)
		}
		return q.Batch(ctx, append(list, newsStmts(id, p, now)...)...)
	}))
}

// newsStmts write down where a ticket stands.
func newsStmts(id int64, p journal.TicketNews, now time.Time) []Stmt {
	list := []Stmt{stmt(`UPDATE hand_off SET mark = $2, read_at = $3 WHERE id = $1`, id, clean(p.Mark), micros(now))}
	if p.Into != "" {
		list = append(list, stmt(`UPDATE hand_off SET ticket_id = $2, mark = '' WHERE id = $1`, id, clean(p.Into)))
	}
	if p.Closed {
		list = append(list, stmt(`UPDATE hand_off SET state = 'closed', closed_at = $2 WHERE id = $1`, id, micros(now)))
	}
	return list
}
