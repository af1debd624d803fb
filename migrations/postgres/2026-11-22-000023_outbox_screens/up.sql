-- What did not arrive, for who looks after the outbox.
CREATE INDEX deliveries_buried ON deliveries (created_at, id) WHERE state = 'buried';
CREATE INDEX deliveries_dropped ON deliveries (created_at, id) WHERE state = 'dropped';

-- A name for a suppression that says nothing of the address.
ALTER TABLE suppressions ADD COLUMN id uuid;
UPDATE suppressions SET id = gen_random_uuid();
ALTER TABLE suppressions ALTER COLUMN id SET NOT NULL;
CREATE UNIQUE INDEX suppressions_id ON suppressions (id);
CREATE INDEX suppressions_created ON suppressions (created_at, id);
