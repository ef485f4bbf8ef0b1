-- +goose Up
-- How far a hand-off has come at its desk. appended_to is the last message that the
-- desk has; trying is the step that is being taken, until the time of busy_until by
-- one worker; mark is how far the ticket was read, read_at when. mailed_at is when it
-- went to the support mailbox, because the desk could not be reached.
ALTER TABLE hand_off ADD COLUMN appended_to bigint NOT NULL DEFAULT 0;
ALTER TABLE hand_off ADD COLUMN trying text NOT NULL DEFAULT '';
ALTER TABLE hand_off ADD COLUMN busy_until bigint NOT NULL DEFAULT 0;
ALTER TABLE hand_off ADD COLUMN mark text NOT NULL DEFAULT '';
ALTER TABLE hand_off ADD COLUMN read_at bigint NOT NULL DEFAULT 0;
ALTER TABLE hand_off ADD COLUMN mailed_at bigint NOT NULL DEFAULT 0;
CREATE INDEX hand_off_read ON hand_off (read_at) WHERE state = 'open';
CREATE INDEX hand_off_ticket ON hand_off (ticket_id) WHERE state = 'open';

-- What agents have written for customers: each once.
CREATE TABLE agent_reply (
    hand_off_id bigint NOT NULL REFERENCES hand_off (id),
    reply_key text NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (hand_off_id, reply_key)
);

-- +goose Down
DROP TABLE agent_reply;
DROP INDEX hand_off_ticket;
DROP INDEX hand_off_read;
ALTER TABLE hand_off DROP COLUMN mailed_at;
ALTER TABLE hand_off DROP COLUMN read_at;
ALTER TABLE hand_off DROP COLUMN mark;
ALTER TABLE hand_off DROP COLUMN busy_until;
ALTER TABLE hand_off DROP COLUMN trying;
ALTER TABLE hand_off DROP COLUMN appended_to;
