-- What did not arrive, for who looks after the outbox.
CREATE INDEX deliveries_buried ON deliveries (created_at, id) WHERE state = 'buried';
CREATE INDEX deliveries_dropped ON deliveries (created_at, id) WHERE state = 'dropped';

-- A name for a suppression that says nothing of the address.
ALTER TABLE suppressions RENAME TO nameless_suppressions;
CREATE TABLE suppressions (
    address_hash blob PRIMARY KEY,
    reason text NOT NULL CHECK (reason IN ('bounced', 'unsubscribed', 'by_hand')),
    delivery blob REFERENCES deliveries (id),
    created_at integer NOT NULL,
    id blob NOT NULL
);
INSERT INTO suppressions
    SELECT address_hash, reason, delivery, created_at, randomblob(16) FROM nameless_suppressions;
DROP TABLE nameless_suppressions;
CREATE UNIQUE INDEX suppressions_id ON suppressions (id);
CREATE INDEX suppressions_created ON suppressions (created_at, id);
