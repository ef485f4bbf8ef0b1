package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"wismo/core/journal"
	"wismo/core/journal/sqljournal"
	"wismo/core/message"
)

// Journal is the journal in PostgreSQL. What every message goes through is
// done for many conversations at once, each kind by one statement (see the
// statements in set.go); whatever is not the usual case, or fails there, is done
// alone by sqljournal.
type Journal struct {
	*sqljournal.Journal
	pool *pgxpool.Pool
	owe  journal.Owe
	opts journal.Options

	takes    *group[message.Message, journal.Taken]
	looks    *group[look, *journal.Turn]
	finishes *group[ending, journal.Step]
	settles  *group[settling, struct{}]
	reports  *group[message.Delivery, struct{}]
	take     string
	finish   string
}

var _ journal.Journal = (*Journal)(nil)

// How long the next lot gathers under load: least where a provider waits for us,
// longer where a customer does, and most for what is written after the answer
// is out.
const (
	atOnce     = 4 * time.Millisecond
	soon       = 8 * time.Millisecond
	afterwards = 25 * time.Millisecond
)

type (
	look struct {
		id  int64
		now time.Time
	}
	ending struct {
		journal.Outcome
		now time.Time
	}
	settling struct {
		journal.Settlement
		conversationID int64
		now            time.Time
	}
)

func together(alone *sqljournal.Journal, pool *pgxpool.Pool, owe journal.Owe, opts journal.Options) *Journal {
	j := &Journal{Journal: alone, pool: pool, owe: owe, opts: opts, take: takeSQL(owe), finish: finishSQL(owe)}
	j.takes = newGroup(atOnce, func(m message.Message) string {
		return strings.Join([]string{m.Shop, string(m.Channel), m.From.Value, m.To.Value}, "\x00")
	}, j.takeAll)
	j.looks = newGroup(soon, func(l look) string { return strconv.FormatInt(l.id, 10) }, j.lookAll)
	j.finishes = newGroup(soon, func(e ending) string { return strconv.FormatInt(e.ConversationID, 10) }, j.finishAll)
	j.settles = newGroup(afterwards, func(s settling) string { return strconv.FormatInt(s.conversationID, 10) }, j.settleAll)
	j.reports = newGroup(afterwards, func(d message.Delivery) string { return d.Account + "\x00" + d.ProviderID }, j.reportAll)
	return j
}

// Take implements journal.Intake.
func (j *Journal) Take(ctx context.Context, m message.Message) (journal.Taken, error) {
	if len(m.Attachments) == 0 {
		if t, done := j.takes.do(ctx, m); done {
			return t, nil
		}
	}
	return j.Journal.Take(ctx, m)
}

func (j *Journal) takeAll(ctx context.Context, lot []*call[message.Message, journal.Taken]) error {
	now := j.opts.Now()
	in := make([]message.Message, len(lot))
	quiet, extra, at := make([]int64, len(lot)), make([]string, len(lot)), make([]int64, len(lot))
	for i, c := range lot {
		in[i] = c.in
		raw, err := json.Marshal(c.in.Extra)
		if err != nil {
			return err
		}
		quiet[i], extra[i], at[i] = sqljournal.Micros(now.Add(-j.opts.QuietAfter(c.in.Shop))), sqljournal.Clean(string(raw)), sqljournal.Micros(c.in.At)
		if c.in.At.IsZero() {
			at[i] = sqljournal.Micros(now)
		}
	}
	rows, err := j.pool.Query(ctx, j.take, sqljournal.Micros(now), quiet,
		column(in, func(m message.Message) string { return m.Shop }),
		column(in, func(m message.Message) string { return string(m.Channel) }),
		column(in, func(m message.Message) string { return m.Account }),
		column(in, func(m message.Message) string { return m.From.Value }),
		column(in, func(m message.Message) string { return m.To.Value }),
		column(in, func(m message.Message) string { return m.ProviderID }),
		column(in, func(m message.Message) string { return sqljournal.Clean(m.Text) }),
		column(in, func(m message.Message) string { return string(m.Handled) }),
		extra, at)
	if err != nil {
		return err
	}
	var n int
	var t journal.Taken
	_, err = pgx.ForEachRow(rows, []any{&n, &t.ConversationID, &t.JobID, &t.Repeated}, func() error {
		lot[n-1].answer(t)
		return nil
	})
	return err
}

// column is one column of many rows.
func column[Row, Value any](rows []Row, of func(Row) Value) []Value {
	out := make([]Value, len(rows))
	for i, r := range rows {
		out[i] = of(r)
	}
	return out
}

// Next implements journal.Turns.
func (j *Journal) Next(ctx context.Context, id int64, settled *journal.Settlement, now time.Time) (journal.Step, error) {
	if settled == nil {
		if turn, done := j.looks.do(ctx, look{id, now}); done {
			return journal.Step{Kind: journal.Answer, Turn: turn}, nil
		}
	} else if settled.Receipt != nil && settled.Receipt.Status != message.Failed {
		if _, done := j.settles.do(ctx, settling{*settled, id, now}); done {
			return journal.Step{Kind: journal.Done}, nil
		}
	}
	return j.Journal.Next(ctx, id, settled, now)
}

func (j *Journal) lookAll(ctx context.Context, lot []*call[look, *journal.Turn]) error {
	turns, err := j.Looks(ctx, column(lot, func(c *call[look, *journal.Turn]) int64 { return c.in.id }), lot[0].in.now)
	if err != nil {
		return err
	}
	for i, t := range turns {
		if t != nil {
			lot[i].answer(t)
		}
	}
	return nil
}

func (j *Journal) settleAll(ctx context.Context, lot []*call[settling, struct{}]) error {
	in := column(lot, func(c *call[settling, struct{}]) settling { return c.in })
	rows, err := j.pool.Query(ctx, settleSQL, sqljournal.Micros(in[0].now),
		column(in, func(s settling) int64 { return s.conversationID }),
		column(in, func(s settling) int64 { return s.ReplyID }),
		column(in, func(s settling) string { return s.Receipt.ProviderID }),
		column(in, func(s settling) int16 { return int16(max(s.Receipt.Status, message.Sent)) }))
	if err != nil {
		return err
	}
	return answerByID(rows, lot, func(s settling) int64 { return s.conversationID })
}

// answerByID marks as done the calls whose ids came back.
func answerByID[In any](rows pgx.Rows, lot []*call[In, struct{}], id func(In) int64) error {
	byID := make(map[int64]*call[In, struct{}], len(lot))
	for _, c := range lot {
		byID[id(c.in)] = c
	}
	var got int64
	_, err := pgx.ForEachRow(rows, []any{&got}, func() error {
		byID[got].answer(struct{}{})
		return nil
	})
	return err
}

// Finish implements journal.Turns.
func (j *Journal) Finish(ctx context.Context, o journal.Outcome, now time.Time) (journal.Step, error) {
	usual := len(o.Replies) == 1 && o.HandOff == nil && o.Consent == 0 && len(o.Proven) == 0 && len(o.Mails) == 0 && len(o.Deliveries) == 0
	if usual {
		if step, done := j.finishes.do(ctx, ending{o, now}); done {
			return step, nil
		}
	}
	return j.Journal.Finish(ctx, o, now)
}

func (j *Journal) finishAll(ctx context.Context, lot []*call[ending, journal.Step]) error {
	in := column(lot, func(c *call[ending, journal.Step]) ending { return c.in })
	states := make([]string, len(in))
	for i, e := range in {
		raw, err := json.Marshal(e.State)
		if err != nil {
			return fmt.Errorf("the conversation's state: %w", err)
		}
		states[i] = sqljournal.Clean(string(raw))
	}
	told := disclosuresOf(in)
	now := in[0].now
	rows, err := j.pool.Query(ctx, j.finish, sqljournal.Micros(now),
		column(in, func(e ending) int64 { return e.ConversationID }),
		column(in, func(e ending) int64 { return e.Version }),
		states,
		column(in, func(e ending) int64 { return e.AnsweredUpTo }),
		column(in, func(e ending) string { return sqljournal.Clean(string(e.Decision)) }),
		column(in, func(e ending) string { return strings.Join(e.Intents, ",") }),
		column(in, func(e ending) string { return string(e.Replies[0].Author) }),
		column(in, func(e ending) string { return sqljournal.Clean(e.Replies[0].Text) }),
		column(in, func(e ending) bool { return e.Replies[0].DespiteOptOut }),
		column(in, func(e ending) int64 { return sqljournal.Micros(e.WakeAt) }),
		column(told, func(d disclosed) int64 { return d.conversationID }),
		column(told, func(d disclosed) string { return d.OrderID }),
		column(told, func(d disclosed) string { return d.OrderName }),
		column(told, func(d disclosed) string { return d.Method }),
		column(told, func(d disclosed) string { return strings.Join(d.Facts, ",") }))
	if err != nil {
		return err
	}
	return handOver(rows, lot, now)
}

// disclosed is a disclosure with its conversation.
type disclosed struct {
	journal.Disclosure
	conversationID int64
}

func disclosuresOf(in []ending) []disclosed {
	var list []disclosed
	for _, e := range in {
		for _, d := range e.Disclosures {
			list = append(list, disclosed{d, e.ConversationID})
		}
	}
	return list
}

// handOver answers each call whose reply was written down with the step to
// send it.
func handOver(rows pgx.Rows, lot []*call[ending, journal.Step], now time.Time) error {
	byID := make(map[int64]*call[ending, journal.Step], len(lot))
	for _, c := range lot {
		byID[c.in.ConversationID] = c
	}
	var conversationID int64
	var o message.Outbound
	_, err := pgx.ForEachRow(rows, []any{&conversationID, &o.ID, &o.Shop, &o.Channel, &o.Account, &o.To.Value, &o.From.Value}, func() error {
		c := byID[conversationID]
		out := o
		out.To.Channel, out.From.Channel = o.Channel, o.Channel
		out.Text, out.FirstTry = sqljournal.Clean(c.in.Replies[0].Text), now.UTC().Truncate(time.Microsecond)
		c.answer(journal.Step{Kind: journal.Send, Reply: &journal.Reply{Outbound: out, Attempt: 1, Until: now.Add(journal.SendDeadline)}})
		return nil
	})
	return err
}

// Report implements journal.Intake.
func (j *Journal) Report(ctx context.Context, d message.Delivery) error {
	if d.Status > message.Sent && d.Status != message.Failed {
		if _, done := j.reports.do(ctx, d); done {
			return nil
		}
	}
	return j.Journal.Report(ctx, d)
}

func (j *Journal) reportAll(ctx context.Context, lot []*call[message.Delivery, struct{}]) error {
	in := column(lot, func(c *call[message.Delivery, struct{}]) message.Delivery { return c.in })
	rows, err := j.pool.Query(ctx, reportSQL,
		column(in, func(d message.Delivery) string { return d.Account }),
		column(in, func(d message.Delivery) string { return d.ProviderID }),
		column(in, func(d message.Delivery) int16 { return int16(d.Status) }),
		column(in, func(d message.Delivery) int64 { return sqljournal.Micros(d.At) }))
	if err != nil {
		return err
	}
	var n int
	_, err = pgx.ForEachRow(rows, []any{&n}, func() error {
		lot[n-1].answer(struct{}{})
		return nil
	})
	return err
}
