package sqljournal

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/journal"
	"wismo/core/message"
)

// Place implements journal.Letters.
func (j *Journal) Place(ctx context.Context, account, folder string) (p journal.Place, ok bool, err error) {
	var since int64
	err = j.db.Reader().QueryRow(ctx, `SELECT uid_validity, uid, since FROM letter_place WHERE account = $1 AND folder = $2`, account, folder).Scan(&p.UIDValidity, &p.UID, &since)
	p.Since = fromMicros(since)
	if errors.Is(err, ErrNoRows) {
		return p, false, nil
	}
	return p, err == nil, failed("place", err)
}

// TakeLetters implements journal.Letters.
func (j *Journal) TakeLetters(ctx context.Context, account, folder string, list []journal.Letter, upTo journal.Place) (fresh int, err error) {
	err = j.db.Write(ctx, func(ctx context.Context, tx Tx) error {
		isNew, err := j.seeLetters(ctx, tx, account, folder, list, upTo)
		if err != nil {
			return err
		}
		fresh = len(isNew)
		if err := j.inOrder(ctx, tx, isNew); err != nil {
			return err
		}
		owing, err := j.takeMessages(ctx, tx, isNew)
		if err != nil {
			return err
		}
		for _, l := range isNew {
			if err := j.takeNews(ctx, tx, account, l); err != nil {
				return err
			}
		}
		return tx.Last(ctx, append(owing, stmt(`INSERT INTO letter_place (account, folder, uid_validity, uid, since) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (account, folder) DO UPDATE SET uid_validity = excluded.uid_validity, uid = excluded.uid
			WHERE letter_place.uid_validity <> excluded.uid_validity OR letter_place.uid < excluded.uid`, account, folder, int64(upTo.UIDValidity), int64(upTo.UID), micros(upTo.Since)))...)
	})
	return fresh, failed("take letters", err)
}

// seeLetters writes down that the letters were seen and returns those that had
// not been. One that had been is now known to lie here.
func (j *Journal) seeLetters(ctx context.Context, tx Tx, account, folder string, list []journal.Letter, at journal.Place) (fresh []*journal.Letter, err error) {
	see := make([]Stmt, 0, len(list))
	for i := range list {
		l := &list[i]
		s := stmt(`INSERT INTO letter (account, letter_key, folder, uid_validity, uid, ignored, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (letter_key, account) DO UPDATE SET folder = excluded.folder, uid_validity = excluded.uid_validity, uid = excluded.uid, sightings = letter.sightings + 1
			RETURNING sightings`, account, l.Key, folder, int64(at.UIDValidity), int64(l.UID), l.Ignored, micros(j.opts.Now()))
		s.Scan = func(r Row) error {
			var n int64
			if err := r.Scan(&n); err != nil {
				return err
			}
			if n == 1 {
				fresh = append(fresh, l)
			}
			return nil
		}
		see = append(see, s)
	}
	return fresh, tx.Batch(ctx, see...)
}

// inOrder sorts letters by the conversations that they belong to, so that every
// transaction locks those in the same order. New conversations come last, by
// address; the letters of one keep their order.
func (j *Journal) inOrder(ctx context.Context, tx Tx, list []*journal.Letter) error {
	home := make(map[*journal.Letter]int64, len(list))
	var find []Stmt
	for _, l := range list {
		if l.Message == nil {
			continue
		}
		m := l.Message
		s := stmt(`SELECT id FROM conversation WHERE live AND customer = $1 AND ours = $2 AND shop = $3 AND channel = $4`, m.From.Value, m.To.Value, m.Shop, string(m.Channel))
		s.Scan = func(r Row) error {
			var id int64
			err := r.Scan(&id)
			home[l] = id
			return err
		}
		find = append(find, s)
	}
	if len(find) == 0 {
		return nil
	}
	if err := tx.Batch(ctx, find...); err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b *journal.Letter) int {
		return cmp.Or(compareHomes(home[a], home[b]), cmp.Compare(customerOf(a), customerOf(b)))
	})
	return nil
}

// compareHomes orders conversations by id, those not begun last.
func compareHomes(a, b int64) int {
	switch {
	case a == b:
		return 0
	case a == 0:
		return 1
	case b == 0:
		return -1
	}
	return cmp.Compare(a, b)
}

func customerOf(l *journal.Letter) string {
	if l.Message == nil {
		return ""
	}
	return l.Message.From.Value
}

// takeNews takes what is no customer's message: a bounce, a person's own answer.
func (j *Journal) takeNews(ctx context.Context, tx Tx, account string, l *journal.Letter) error {
	switch {
	case l.Failed != nil:
		return j.reportFailed(ctx, tx, *l.Failed)
	case l.ByHand != nil:
		return j.answeredByHand(ctx, tx, account, *l.ByHand)
	}
	return nil
}

// home is the conversation that letters belong to.
type home struct {
	id, prev int64
	wasOwed  bool
}

// takeMessages writes letters down as customers' messages, all in a few round trips,
// and returns the statements by which their conversations are owed an answer.
func (j *Journal) takeMessages(ctx context.Context, tx Tx, list []*journal.Letter) (owing []Stmt, err error) {
	type key struct {
		shop           string
		customer, ours string
	}
	homes := map[key]*home{}
	var firsts []*journal.Letter
	var begin []Stmt
	now := micros(j.opts.Now())
	keyOf := func(m *message.Message) key { return key{m.Shop, m.From.Value, m.To.Value} }
	for _, l := range list {
		if l.Message == nil || homes[keyOf(l.Message)] != nil {
			continue
		}
		h := &home{}
		homes[keyOf(l.Message)], firsts = h, append(firsts, l)
		begin = append(begin, j.beginning(*l.Message, now).into(&h.id, &h.wasOwed, &h.prev))
	}
	if len(begin) == 0 {
		return nil, nil
	}
	if err := tx.Batch(ctx, begin...); err != nil {
		return nil, err
	}
	for _, l := range firsts {
		h := homes[keyOf(l.Message)]
		if err := j.renew(ctx, tx, *l.Message, h, now); err != nil {
			return nil, err
		}
		if !h.wasOwed {
			owing = append(owing, owed(j.owe.Conversation(h.id, time.Time{})))
		}
	}
	return owing, j.insertLetters(ctx, tx, list, func(m *message.Message) *home { return homes[keyOf(m)] }, now)
}

// renew ends a conversation that has been quiet for long enough, and begins another.
func (j *Journal) renew(ctx context.Context, tx Tx, m message.Message, h *home, now int64) error {
	if !j.quiet(m.Shop, h, now) {
		return nil
	}
	ended, err := j.end(ctx, tx, h.id, now)
	if err != nil || !ended {
		return err
	}
	return tx.Batch(ctx, j.beginning(m, now).into(&h.id, &h.wasOwed, &h.prev))
}

// insertLetters writes the messages and their files. A conversation that gets
// several counts each.
func (j *Journal) insertLetters(ctx context.Context, tx Tx, list []*journal.Letter, homeOf func(*message.Message) *home, now int64) error {
	var write []Stmt
	met := map[*home]bool{}
	ids := make([]int64, len(list))
	for i, l := range list {
		if l.Message == nil {
			continue
		}
		m, h := *l.Message, homeOf(l.Message)
		if met[h] {
			write = append(write, j.beginning(m, now))
		}
		met[h] = true
		m.ProviderID = l.Key
		insert, err := j.insertMessage(h.id, m)
		if err != nil {
			return err
		}
		write = append(write, insert.into(&ids[i]))
	}
	if err := tx.Batch(ctx, write...); err != nil {
		return err
	}
	for i, l := range list {
		if l.Message == nil || len(l.Message.Attachments) == 0 {
			continue
		}
		if err := j.keepFiles(ctx, tx, ids[i], l.Message.Attachments, l.Files); err != nil {
			return err
		}
	}
	return nil
}

// keepFiles writes attachments down whose contents are here already.
func (j *Journal) keepFiles(ctx context.Context, tx Tx, messageID int64, list []message.Attachment, files []message.Media) error {
	for i, a := range list {
		kind := fault.Invalid.String()
		kept := i < len(files) && files[i].Bytes != nil
		if kept {
			kind, a.Size = "", int64(len(files[i].Bytes))
		}
		var id int64
		err := tx.Batch(ctx, stmt(`INSERT INTO attachment (message_id, url, type, name, size, fault) VALUES ($1, '', $2, $3, $4, $5) RETURNING id`,
			messageID, clean(a.Type), clean(a.Name), a.Size, kind).into(&id))
		if err != nil || !kept {
			if err != nil {
				return err
			}
			continue
		}
		if err := tx.Batch(ctx, stmt(`INSERT INTO media (attachment_id, type, content) VALUES ($1, $2, $3)`, id, clean(files[i].Type), files[i].Bytes)); err != nil {
			return err
		}
	}
	return nil
}

// answeredByHand takes a person's answer into the transcript and gives them the
// conversation. Where there is none, nobody is waiting for the bot.
func (j *Journal) answeredByHand(ctx context.Context, tx Tx, account string, a journal.ByHand) error {
	var id, known int64
	err := tx.Batch(ctx,
		stmt(`SELECT id FROM conversation WHERE live AND customer = $1 AND shop = $2 AND channel = $3 AND account = $4`, a.To.Value, a.Shop, string(message.Email), account).into(&id),
		stmt(`SELECT id FROM message WHERE account = $1 AND provider_id = $2`, account, a.MessageID).into(&known))
	if err != nil || id == 0 || known != 0 {
		return err
	}
	c, err := j.lock(ctx, tx, id)
	if err != nil {
		return err
	}
	now := micros(j.opts.Now())
	said := stmt(`INSERT INTO message (conversation_id, direction, account, provider_id, author, text, handled, extra, status, at, created_at)
		VALUES ($1, 2, $2, $3, $4, $5, '', 'null', 3, $6, $7)`, c.id, account, a.MessageID, string(message.Agent), clean(a.Text), micros(a.At), now)
	answered := stmt(`UPDATE conversation SET version = version + 1, wake_at = 0,
		answered_up_to = coalesce((SELECT max(m.id) FROM message m WHERE m.conversation_id = $1 AND m.direction = 1), 0) WHERE id = $1`, c.id)
	list := []Stmt{said, answered}
	if c.handOff == 0 {
		raw, err := json.Marshal(handoff.Case{Reason: handoff.ByHand, Priority: handoff.PriorityOf(handoff.ByHand), Detail: "A person answered from the mailbox itself."})
		if err != nil {
			return err
		}
		list = append(list, stmt(`INSERT INTO hand_off (conversation_id, shop, reason, content, state, desk, ticket_id, created_at, opened_at, closed_at)
			VALUES ($1, $2, $3, $4, 'open', $5, $6, $7, $7, 0)`, c.id, c.shop, string(handoff.ByHand), string(raw), journal.HandMailbox, a.MessageID, now))
	}
	return tx.Batch(ctx, list...)
}

// Answers implements journal.Letters.
func (j *Journal) Answers(ctx context.Context, replyID int64) (h journal.Heard, err error) {
	var extra string
	var at int64
	err = j.db.Reader().QueryRow(ctx, `SELECT i.id, i.text, i.extra, i.at FROM message r JOIN message i ON i.conversation_id = r.conversation_id
		WHERE r.id = $1 AND i.direction = 1 AND i.id < r.id ORDER BY i.id DESC LIMIT 1`, replyID).Scan(&h.ID, &h.Text, &extra, &at)
	if errors.Is(err, ErrNoRows) {
		return h, fault.New(fault.NotFound, "answers", "reply %d answers no message", replyID)
	}
	if err != nil {
		return h, failed("answers", err)
	}
	h.At = fromMicros(at)
	return h, json.Unmarshal([]byte(extra), &h.Extra)
}

// letterMessages joins letters that are to be answered with their conversations.
const letterMessages = ` FROM letter l JOIN message m ON m.provider_id = l.letter_key AND m.account = l.account JOIN conversation c ON c.id = m.conversation_id
	WHERE l.account = $1 AND l.ignored = ''`

// Unflagged implements journal.Letters.
func (j *Journal) Unflagged(ctx context.Context, account string, limit int) ([]journal.Lying, error) {
	var list []journal.Lying
	find := stmt(`SELECT l.id, l.folder, l.uid_validity, l.uid`+letterMessages+` AND NOT l.flagged AND m.id <= c.answered_up_to ORDER BY l.id LIMIT $2`, account, limit)
	find.Scan = func(r Row) error {
		var l journal.Lying
		err := r.Scan(&l.ID, &l.Folder, &l.UIDValidity, &l.UID)
		list = append(list, l)
		return err
	}
	return list, failed("unflagged", j.db.Reader().Batch(ctx, find))
}

// Flagged implements journal.Letters.
func (j *Journal) Flagged(ctx context.Context, ids []int64) error {
	var list []Stmt
	for _, id := range ids {
		list = append(list, stmt(`UPDATE letter SET flagged = true WHERE id = $1`, id))
	}
	return failed("flagged", j.db.Write(ctx, func(ctx context.Context, tx Tx) error { return tx.Batch(ctx, list...) }))
}

// Tally implements journal.Letters.
func (j *Journal) Tally(ctx context.Context, account string) (journal.Tally, error) {
	t := journal.Tally{Ignored: map[string]int{}}
	ignored := stmt(`SELECT ignored, count(*) FROM letter WHERE account = $1 AND ignored <> '' GROUP BY ignored`, account)
	ignored.Scan = func(r Row) error {
		var why string
		var n int
		err := r.Scan(&why, &n)
		t.Ignored[why] = n
		return err
	}
	err := j.db.Reader().Batch(ctx, ignored,
		stmt(`SELECT count(*) FROM letter WHERE account = $1`, account).into(&t.Seen),
		stmt(`SELECT coalesce(sum(CASE WHEN m.id <= c.answered_up_to THEN 1 ELSE 0 END), 0), coalesce(sum(CASE WHEN m.id > c.answered_up_to THEN 1 ELSE 0 END), 0)`+
			letterMessages, account).into(&t.Answered, &t.Waiting))
	return t, failed("tally", err)
}

// Hold implements journal.Letters.
func (j *Journal) Hold(ctx context.Context, name, holder string, until, now time.Time) (bool, error) {
	n, err := j.db.Reader().Exec(ctx, `INSERT INTO lease (name, holder, until) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until WHERE lease.holder = excluded.holder OR lease.until < $4`,
		name, holder, micros(until), micros(now))
	return n == 1, failed("hold", err)
}

// Release implements journal.Letters.
func (j *Journal) Release(ctx context.Context, name, holder string) error {
	_, err := j.db.Reader().Exec(ctx, `DELETE FROM lease WHERE name = $1 AND holder = $2`, name, holder)
	return failed("release", err)
}

// Secret implements journal.Letters.
func (j *Journal) Secret(ctx context.Context, name string) ([]byte, error) {
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh) // never fails
	q := j.db.Reader()
	if _, err := q.Exec(ctx, `INSERT INTO secret (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, name, hex.EncodeToString(fresh)); err != nil {
		return nil, failed("secret", err)
	}
	var kept string
	if err := q.QueryRow(ctx, `SELECT value FROM secret WHERE name = $1`, name).Scan(&kept); err != nil {
		return nil, failed("secret", err)
	}
	value, err := hex.DecodeString(kept)
	return value, failed("secret", err)
}
