-- +goose Up
-- What agents must know of a case they have: a reply that could not be delivered, say.
CREATE TABLE desk_note (
    id integer PRIMARY KEY AUTOINCREMENT,
    hand_off_id integer NOT NULL REFERENCES hand_off (id),
    text text NOT NULL,
    at integer NOT NULL,
    noted boolean NOT NULL DEFAULT false
);
CREATE INDEX desk_note_owed ON desk_note (hand_off_id, id) WHERE NOT noted;

-- +goose Down
DROP TABLE desk_note;
