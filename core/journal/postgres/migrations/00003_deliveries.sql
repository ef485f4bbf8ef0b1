-- +goose Up
-- How long the parcels took that have arrived: each once, by a hash of its number.
CREATE TABLE delivery (
    shop text NOT NULL,
    parcel text NOT NULL,
    carrier text NOT NULL,
    country text NOT NULL,
    took bigint NOT NULL,
    pause bigint NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (shop, parcel)
);
CREATE INDEX delivery_newest ON delivery (shop, at);

-- +goose Down
DROP TABLE delivery;
