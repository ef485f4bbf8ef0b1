-- +goose Up
-- Times are whole microseconds since 1970, UTC; 0 stands for none.
CREATE TABLE conversation (
    id integer PRIMARY KEY AUTOINCREMENT,
    shop text NOT NULL,
    channel text NOT NULL,
    account text NOT NULL,
    customer text NOT NULL,
    ours text NOT NULL,
    version bigint NOT NULL,
    heard bigint NOT NULL DEFAULT 0,
    state text NOT NULL,
    answered_up_to bigint NOT NULL,
    owed boolean NOT NULL,
    was_owed boolean NOT NULL DEFAULT false,
    live boolean NOT NULL,
    wake_at bigint NOT NULL DEFAULT 0,
    last_at bigint NOT NULL,
    prev_at bigint NOT NULL DEFAULT 0,
    created_at bigint NOT NULL
);
-- version counts turns and what makes them stale, heard the messages that came.
-- was_owed and prev_at are owed and last_at before the last message came.
-- One live conversation for a customer and an address of ours.
CREATE UNIQUE INDEX conversation_live ON conversation (customer, ours, shop, channel) WHERE live;
-- Neither owed nor status stands in an index, on purpose: they change with every
-- message, and such changes are cheap only while no index holds them.
CREATE INDEX conversation_wake ON conversation (wake_at) WHERE wake_at > 0;

-- direction: 1 in, 2 out. status of what goes out: 1 owed, 2 sending, 3 sent,
-- 4 delivered, 5 read, 6 failed; 0 for what came in.
CREATE TABLE message (
    id integer PRIMARY KEY AUTOINCREMENT,
    conversation_id bigint NOT NULL REFERENCES conversation (id),
    direction smallint NOT NULL,
    account text NOT NULL,
    provider_id text,
    author text NOT NULL,
    text text NOT NULL,
    handled text NOT NULL,
    extra text NOT NULL,
    status smallint NOT NULL,
    attempt integer NOT NULL DEFAULT 0,
    first_try bigint NOT NULL DEFAULT 0,
    attempt_at bigint NOT NULL DEFAULT 0,
    next_at bigint NOT NULL DEFAULT 0,
    settled_at bigint NOT NULL DEFAULT 0,
    fault text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    despite_opt_out boolean NOT NULL DEFAULT false,
    at bigint NOT NULL,
    created_at bigint NOT NULL
);
-- A provider's id is one message's only, in or out.
CREATE UNIQUE INDEX message_provider ON message (provider_id, account);
CREATE INDEX message_conversation ON message (conversation_id, id);

CREATE TABLE attachment (
    id integer PRIMARY KEY AUTOINCREMENT,
    message_id bigint NOT NULL REFERENCES message (id),
    url text NOT NULL,
    type text NOT NULL,
    name text NOT NULL,
    size bigint NOT NULL,
    fault text NOT NULL
);
CREATE INDEX attachment_message ON attachment (message_id);

CREATE TABLE media (
    attachment_id bigint PRIMARY KEY REFERENCES attachment (id),
    type text NOT NULL,
    content blob NOT NULL
);

-- Reports on messages whose hand-over is not settled yet.
CREATE TABLE early_report (
    account text NOT NULL,
    provider_id text NOT NULL,
    status smallint NOT NULL,
    fault text NOT NULL,
    reason text NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (provider_id, account)
);

CREATE TABLE decision (
    conversation_id bigint NOT NULL REFERENCES conversation (id),
    version bigint NOT NULL,
    answered_up_to bigint NOT NULL,
    content text NOT NULL,
    intents text NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (conversation_id, version)
);

-- Who was told what about which order, by which proof.
CREATE TABLE disclosure (
    id integer PRIMARY KEY AUTOINCREMENT,
    conversation_id bigint NOT NULL REFERENCES conversation (id),
    version bigint NOT NULL,
    customer text NOT NULL,
    order_id text NOT NULL,
    order_name text NOT NULL,
    method text NOT NULL,
    facts text NOT NULL,
    at bigint NOT NULL
);

-- Claims that were checked and not found right.
CREATE TABLE attempt (
    id integer PRIMARY KEY AUTOINCREMENT,
    shop text NOT NULL,
    sender text NOT NULL,
    order_ref text NOT NULL,
    at bigint NOT NULL
);
CREATE INDEX attempt_sender ON attempt (shop, sender, at);
CREATE INDEX attempt_order ON attempt (shop, order_ref, at);

-- One-use tokens and the conversation that has used each. It outlives what is
-- erased of the conversation: a token must not come to life again.
CREATE TABLE token_spent (
    jti text PRIMARY KEY,
    conversation_id bigint NOT NULL,
    until bigint NOT NULL
);

CREATE TABLE opt_out (
    channel text NOT NULL,
    ours text NOT NULL,
    customer text NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (channel, ours, customer)
);

-- state: owed, open, closed.
CREATE TABLE hand_off (
    id integer PRIMARY KEY AUTOINCREMENT,
    conversation_id bigint NOT NULL REFERENCES conversation (id),
    shop text NOT NULL,
    reason text NOT NULL,
    content text NOT NULL,
    state text NOT NULL,
    desk text NOT NULL,
    ticket_id text NOT NULL,
    created_at bigint NOT NULL,
    opened_at bigint NOT NULL,
    closed_at bigint NOT NULL
);
-- A conversation is with one person at a time.
CREATE UNIQUE INDEX hand_off_open ON hand_off (conversation_id) WHERE state <> 'closed';

-- Mails that are no replies. state: owed, sent, dropped; what is settled is empty.
CREATE TABLE mail (
    id integer PRIMARY KEY AUTOINCREMENT,
    conversation_id bigint NOT NULL REFERENCES conversation (id),
    shop text NOT NULL,
    recipient text NOT NULL,
    subject text NOT NULL,
    text text NOT NULL,
    state text NOT NULL,
    until bigint NOT NULL,
    created_at bigint NOT NULL,
    settled_at bigint NOT NULL
);

CREATE TABLE swept (
    account text PRIMARY KEY,
    up_to bigint NOT NULL
);

-- Which replicas are alive; the work of one that is not is taken over.
CREATE TABLE replica (
    id text PRIMARY KEY,
    beat_at bigint NOT NULL
);

-- +goose Down
DROP TABLE replica;
DROP TABLE swept;
DROP TABLE mail;
DROP TABLE hand_off;
DROP TABLE opt_out;
DROP TABLE token_spent;
DROP TABLE attempt;
DROP TABLE disclosure;
DROP TABLE decision;
DROP TABLE early_report;
DROP TABLE media;
DROP TABLE attachment;
DROP TABLE message;
DROP TABLE conversation;
