package postgres

import "wismo/core/journal"

// The statements of the usual case, each for many conversations at once. A row
// that is not the usual case is left as it was and does not come back; its
// caller then does it alone.
//
// All lock conversations first and in the order of their ids, then begin new
// ones in the order of their keys, so that no two can wait for each other.
//
// A statement sees the database as it was when it began. Where it had to wait
// for a conversation's lock, only that row is read anew. So whatever is judged
// by other rows holds only if the conversation's row is the one that was seen:
// version moves with every turn, opt-out and text written by others, heard with
// every message that comes in.

// asSeen is true for a locked conversation c whose row has not moved since the
// statement began.
const asSeen = `(c.version, c.heard) = (SELECT s.version, s.heard FROM conversation s WHERE s.id = c.id)`

// takeSQL writes messages that came in. Not the usual case: a message that is
// known, a conversation that has been quiet for long.
func takeSQL(owe journal.Owe) string {
	return `WITH input AS MATERIALIZED (
	SELECT i.* FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::bigint[])
		WITH ORDINALITY AS i(quiet, shop, channel, account, customer, ours, provider_id, body, handled, extra, at, n)
	WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.account = i.account AND m.provider_id = i.provider_id)
), known AS MATERIALIZED (
	SELECT c.id, i.n FROM input i JOIN conversation c ON c.shop = i.shop AND c.channel = i.channel AND c.customer = i.customer AND c.ours = i.ours
	WHERE c.live AND (c.owed OR c.last_at > i.quiet) ORDER BY c.id FOR UPDATE OF c
), moved AS (
	UPDATE conversation c SET was_owed = c.owed, owed = true, heard = c.heard + 1, prev_at = c.last_at, last_at = $1
	FROM known k WHERE c.id = k.id RETURNING c.id, k.n, c.was_owed
), begun AS (
	INSERT INTO conversation (shop, channel, account, customer, ours, version, state, answered_up_to, owed, live, last_at, prev_at, created_at)
	SELECT i.shop, i.channel, i.account, i.customer, i.ours, 0, '{}', 0, true, true, $1, $1, $1 FROM input i
	WHERE (SELECT count(*) FROM known) >= 0 AND NOT EXISTS (SELECT 1 FROM conversation c
		WHERE c.live AND c.shop = i.shop AND c.channel = i.channel AND c.customer = i.customer AND c.ours = i.ours)
	ORDER BY i.shop, i.channel, i.customer, i.ours
	ON CONFLICT (shop, channel, customer, ours) WHERE live DO NOTHING RETURNING id, shop, channel, customer, ours
), home AS MATERIALIZED (
	SELECT id, n, was_owed FROM moved
	UNION ALL SELECT b.id, i.n, false FROM begun b JOIN input i USING (shop, channel, customer, ours)
), written AS (
	INSERT INTO message (conversation_id, direction, account, provider_id, author, text, handled, extra, status, at, created_at)
	SELECT h.id, 1, i.account, i.provider_id, '', i.body, i.handled, i.extra, 0, i.at, $1 FROM home h JOIN input i USING (n) ORDER BY h.n
	ON CONFLICT (account, provider_id) DO NOTHING RETURNING conversation_id
), owing AS (SELECT id FROM home WHERE NOT was_owed), jobs AS (` + owe.AllTaken() + `)
SELECT h.n, h.id, coalesce(j.job, 0), w.conversation_id IS NULL FROM home h
LEFT JOIN written w ON w.conversation_id = h.id LEFT JOIN jobs j ON j.conversation = h.id`
}

// finishSQL writes turns' outcomes, each with one reply that is handed over at
// once. Not the usual case: a turn that is stale, an earlier reply that is still
// in the way, a customer who has opted out.
func finishSQL(owe journal.Owe) string {
	return `WITH input AS MATERIALIZED (
	SELECT * FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::boolean[], $11::bigint[])
		AS i(id, version, state, up_to, content, intents, author, body, despite, wake_at)
), usual AS MATERIALIZED (
	SELECT c.id, c.wake_at AS woken_at FROM input i JOIN conversation c ON c.id = i.id
	WHERE c.version = i.version AND c.owed AND ` + asSeen + `
		AND NOT EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = c.id AND m.direction = 2 AND m.status IN (1, 2))
		AND (i.despite OR NOT EXISTS (SELECT 1 FROM opt_out o WHERE o.channel = c.channel AND o.ours = c.ours AND o.customer = c.customer))
	ORDER BY c.id FOR UPDATE OF c
), moved AS (
	UPDATE conversation c SET version = c.version + 1, state = i.state, answered_up_to = greatest(c.answered_up_to, i.up_to), wake_at = i.wake_at
	FROM usual u JOIN input i USING (id) WHERE c.id = u.id
	RETURNING c.id, c.version, c.shop, c.channel, c.account, c.customer, c.ours, i.up_to, i.content, i.intents, i.author, i.body, i.despite
), decided AS (
	INSERT INTO decision (conversation_id, version, answered_up_to, content, intents, at) SELECT id, version, up_to, content, intents, $1 FROM moved
), told AS (
	INSERT INTO disclosure (conversation_id, version, customer, order_id, order_name, method, facts, at)
	SELECT m.id, m.version, m.customer, d.order_id, d.order_name, d.method, d.facts, $1
	FROM unnest($12::bigint[], $13::text[], $14::text[], $15::text[], $16::text[]) AS d(id, order_id, order_name, method, facts) JOIN moved m USING (id)
), waking AS (
	SELECT u.id, i.wake_at AS at FROM usual u JOIN input i USING (id) WHERE i.wake_at > 0 AND i.wake_at <> u.woken_at
), jobs AS (` + owe.AllLater() + `), said AS (
	INSERT INTO message (conversation_id, direction, account, author, text, handled, extra, status, attempt, first_try, attempt_at, despite_opt_out, at, created_at)
	SELECT id, 2, account, author, body, '', 'null', 2, 1, $1, $1, despite, $1, $1 FROM moved RETURNING id, conversation_id
)
SELECT m.id, s.id, m.shop, m.channel, m.account, m.customer, m.ours FROM said s JOIN moved m ON m.id = s.conversation_id`
}

// settleSQL writes down that replies were sent, after which nothing is owed any
// more. Not the usual case: something else is owed, a wake-up is due, the
// provider's id is known already or was reported on.
const settleSQL = `WITH input AS MATERIALIZED (
	SELECT * FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::smallint[]) AS i(id, reply, provider_id, status)
), usual AS MATERIALIZED (
	SELECT c.id, i.reply, i.provider_id, i.status FROM input i JOIN conversation c ON c.id = i.id JOIN message r ON r.id = i.reply
	WHERE r.conversation_id = c.id AND r.direction = 2 AND r.status IN (1, 2) AND (c.wake_at = 0 OR c.wake_at > $1) AND ` + asSeen + `
		AND NOT EXISTS (SELECT 1 FROM message o WHERE o.account = r.account AND o.provider_id = i.provider_id)
		AND NOT EXISTS (SELECT 1 FROM early_report e WHERE e.account = r.account AND e.provider_id = i.provider_id)
		AND NOT EXISTS (SELECT 1 FROM message o WHERE o.conversation_id = c.id
			AND (o.direction = 2 AND o.status IN (1, 2) AND o.id <> r.id OR o.direction = 1 AND o.id > c.answered_up_to))
	ORDER BY c.id FOR UPDATE OF c
), sent AS (
	UPDATE message m SET provider_id = u.provider_id, status = u.status, settled_at = $1, at = $1 FROM usual u WHERE m.id = u.reply
), rested AS (
	UPDATE conversation c SET owed = false FROM usual u WHERE c.id = u.id
)
SELECT id FROM usual`

// reportSQL raises replies' status by what providers report. Not the usual
// case: a report that tells nothing new, or on a message that is not known.
const reportSQL = `WITH news AS MATERIALIZED (
	SELECT m.id, i.status, i.at, i.n FROM unnest($1::text[], $2::text[], $3::smallint[], $4::bigint[]) WITH ORDINALITY AS i(account, provider_id, status, at, n)
	JOIN message m ON m.account = i.account AND m.provider_id = i.provider_id
	WHERE m.direction = 2 AND m.status < i.status ORDER BY m.id FOR UPDATE OF m
), raised AS (
	UPDATE message m SET status = s.status, settled_at = s.at FROM news s WHERE m.id = s.id
)
SELECT n FROM news`
