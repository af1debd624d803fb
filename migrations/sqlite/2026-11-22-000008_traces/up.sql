-- Business events, the audit trail and remembered answers.

CREATE TABLE events (
    id blob PRIMARY KEY,
    -- Given after commit and without gaps for readers, so that nothing is skipped.
    seq bigint UNIQUE,
    type text NOT NULL,
    subject_type text NOT NULL,
    subject_id blob NOT NULL,
    municipality text,
    from_status text,
    to_status text,
    reason text,
    actor_kind text NOT NULL CHECK (actor_kind IN ('client', 'person', 'link', 'system')),
    actor_id text NOT NULL,
    -- Which fields changed, as JSON; never their personal content.
    data text NOT NULL,
    at integer NOT NULL
);
CREATE INDEX events_subject ON events (subject_type, subject_id, at, id);
CREATE INDEX events_unnumbered ON events (at, id) WHERE seq IS NULL;

CREATE TABLE audit_events (
    id blob PRIMARY KEY,
    at integer NOT NULL,
    actor_kind text NOT NULL CHECK (actor_kind IN ('client', 'person', 'link', 'system', 'nobody')),
    actor_id text NOT NULL,
    action text NOT NULL,
    object_type text NOT NULL,
    object_id text,
    municipality text,
    result text NOT NULL CHECK (result IN ('done', 'refused')),
    origin text,
    request_id text,
    batch bigint
);
CREATE INDEX audit_events_at ON audit_events (at, id);
CREATE INDEX audit_events_unsealed ON audit_events (at, id) WHERE batch IS NULL;
CREATE INDEX audit_events_batch ON audit_events (batch, id);

-- Each seal hashes its batch together with the seal before it.
CREATE TABLE audit_seals (
    batch bigint PRIMARY KEY,
    rows integer NOT NULL,
    hash blob NOT NULL,
    sealed_at integer NOT NULL
);

CREATE TABLE idempotency_keys (
    caller text NOT NULL,
    operation text NOT NULL,
    key text NOT NULL,
    body_hash blob NOT NULL,
    status integer NOT NULL,
    -- The answer's headers as a JSON list of pairs, and its body as a replay shows it.
    headers text NOT NULL,
    body text NOT NULL,
    created_at integer NOT NULL,
    PRIMARY KEY (caller, operation, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

-- Append-only: a line is never changed, but for being counted into a batch once. Deleting is
-- for the retention job, which goes by age: what is younger than a year always stays.
CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events
WHEN NOT (OLD.batch IS NULL AND NEW.batch IS NOT NULL AND OLD.id = NEW.id AND OLD.at = NEW.at
    AND OLD.actor_kind = NEW.actor_kind AND OLD.actor_id = NEW.actor_id
    AND OLD.action = NEW.action AND OLD.object_type = NEW.object_type
    AND OLD.object_id IS NEW.object_id AND OLD.municipality IS NEW.municipality
    AND OLD.result = NEW.result AND OLD.origin IS NEW.origin
    AND OLD.request_id IS NEW.request_id)
BEGIN
    SELECT RAISE(ABORT, 'audit_events is append-only');
END;
CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events
WHEN OLD.at > CAST(strftime('%s', 'now', '-1 year') AS INTEGER) * 1000000
BEGIN
    SELECT RAISE(ABORT, 'audit_events is append-only');
END;
