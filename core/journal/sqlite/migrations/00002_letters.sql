-- +goose Up
-- How far each folder of a mailbox has been read.
CREATE TABLE letter_place (
    account text NOT NULL,
    folder text NOT NULL,
    uid_validity bigint NOT NULL,
    uid bigint NOT NULL,
    since bigint NOT NULL,
    PRIMARY KEY (account, folder)
);

-- Every mail that was read, once, and where it lies. ignored says why it is not
-- answered; where it is empty, the mail is the message of that provider_id.
-- sightings is how often it was read.
CREATE TABLE letter (
    id integer PRIMARY KEY AUTOINCREMENT,
    account text NOT NULL,
    letter_key text NOT NULL,
    folder text NOT NULL,
    uid_validity bigint NOT NULL,
    uid bigint NOT NULL,
    ignored text NOT NULL,
    flagged boolean NOT NULL DEFAULT false,
    sightings bigint NOT NULL DEFAULT 1,
    at bigint NOT NULL
);
CREATE UNIQUE INDEX letter_once ON letter (letter_key, account);
CREATE INDEX letter_unflagged ON letter (account, id) WHERE NOT flagged AND ignored = '';

-- Who may do what only one replica may do at a time.
CREATE TABLE lease (
    name text PRIMARY KEY,
    holder text NOT NULL,
    until bigint NOT NULL
);

CREATE TABLE secret (
    name text PRIMARY KEY,
    value text NOT NULL
);

-- +goose Down
DROP TABLE secret;
DROP TABLE lease;
DROP TABLE letter;
DROP TABLE letter_place;
