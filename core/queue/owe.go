package queue

import (
	"fmt"
	"strings"
	"time"

	"wismo/core/journal"
)

// owe implements journal.Owe: jobs are rows of River's table, written by the
// journal's own statements rather than through a client. River's clients in
// other languages do the same; the columns are those of v0.49.0, to which the
// module is pinned, and the tests of this package hold the two together. It
// saves a round trip and a heavy statement with every message.
//
// A job for later is available as well, with its time: workers fetch what is due.
// River's own state for it, scheduled, would wait for a leader to make it
// available, and after a crash there is none for some fifteen seconds.
//
// No notice is sent along: PostgreSQL lets transactions that notify commit only
// one after the other. Workers look for jobs every few milliseconds instead.
type owe struct {
	// now and later insert a job that is due at once, or at a time; taken one
	// that this replica has fetched already.
	now, later, taken string
	// allTaken is taken for every row of owing(id), allLater is later for every
	// row of waking(id, at).
	allTaken, allLater string
	// at is a time as the engine wants it.
	at func(time.Time) any
}

// OwePostgres is what a journal in PostgreSQL owes its jobs to. What is taken is
// this replica's.
func OwePostgres(replica string) journal.Owe {
	const insert = `INSERT INTO river_job (state, kind, args, max_attempts, queue, scheduled_at) VALUES (`
	const take = `INSERT INTO river_job (state, kind, max_attempts, scheduled_at, attempt, attempted_at, attempted_by, args) SELECT 'running', '%s', %d, now(), 1, now(), ARRAY[%s], `
	kind := conversationArgs{}.Kind()
	takes := fmt.Sprintf(take, kind, kindOf(kind).attempts, quoted(replica))
	return owe{
		taken: takes + `jsonb_build_object('id', $1::bigint) RETURNING id`,
		allLater: fmt.Sprintf(`INSERT INTO river_job (state, kind, max_attempts, scheduled_at, args)
			SELECT 'available', '%s', %d, to_timestamp(at / 1000000.0), jsonb_build_object('id', id) FROM waking`, kind, kindOf(kind).attempts),
		allTaken: takes + `jsonb_build_object('id', id) FROM owing RETURNING id AS job, (args->>'id')::bigint AS conversation`,
		now:      insert + `'available', $1, jsonb_build_object('id', $2::bigint), $3, $4, now())`,
		later:    insert + `'available', $1, jsonb_build_object('id', $2::bigint), $3, $4, $5)`,
		at:       func(t time.Time) any { return t },
	}
}

// OweSQLite is what a journal in SQLite owes its jobs to.
func OweSQLite(replica string) journal.Owe {
	const insert = `INSERT INTO river_job (state, kind, args, max_attempts, queue, scheduled_at, created_at, metadata, priority, tags) VALUES (`
	const rest = `, datetime('now', 'subsec'), jsonb('{}'), 1, jsonb('[]'))`
	const take = `INSERT INTO river_job (state, kind, args, max_attempts, attempt, attempted_at, attempted_by, queue, scheduled_at, created_at, metadata, priority, tags)
		VALUES ('running', '%s', jsonb(json_object('id', $1)), %d, 1, datetime('now', 'subsec'), jsonb(json_array(%s)), 'default', datetime('now', 'subsec')`
	kind := conversationArgs{}.Kind()
	return owe{
		taken: fmt.Sprintf(take, kind, kindOf(kind).attempts, quoted(replica)) + rest + ` RETURNING id`,
		now:   insert + `'available', $1, jsonb(json_object('id', $2)), $3, $4, datetime('now', 'subsec')` + rest,
		later: insert + `'available', $1, jsonb(json_object('id', $2)), $3, $4, $5` + rest,
		at:    func(t time.Time) any { return sqliteTime(t) },
	}
}

// sqliteTime is a time in the form in which River compares times in SQLite.
func sqliteTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000") }

// Conversation implements journal.Owe.
func (o owe) Conversation(id int64, at time.Time) journal.Statement {
	return o.job(conversationArgs{}.Kind(), id, at)
}

// Taken implements journal.Owe.
func (o owe) Taken(id int64) journal.Statement {
	return journal.Statement{SQL: o.taken, Args: []any{id}}
}

// AllTaken implements journal.Owe.
func (o owe) AllTaken() string { return o.allTaken }

// AllLater implements journal.Owe.
func (o owe) AllLater() string { return o.allLater }

// quoted is s as an SQL literal.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// Ticket implements journal.Owe.
func (o owe) Ticket(id int64) journal.Statement { return o.job(ticketArgs{}.Kind(), id, time.Time{}) }

// Media implements journal.Owe.
func (o owe) Media(id int64) journal.Statement { return o.job(mediaArgs{}.Kind(), id, time.Time{}) }

// Mail implements journal.Owe.
func (o owe) Mail(id int64) journal.Statement { return o.job(mailArgs{}.Kind(), id, time.Time{}) }

func (o owe) job(name string, id int64, at time.Time) journal.Statement {
	args := []any{name, id, kindOf(name).attempts, kindOf(name).queue}
	if at.IsZero() {
		return journal.Statement{SQL: o.now, Args: args}
	}
	return journal.Statement{SQL: o.later, Args: append(args, o.at(at))}
}
