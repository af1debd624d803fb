-- Business events, the audit trail and remembered answers.

CREATE TABLE events (
    id uuid PRIMARY KEY,
    -- Given after commit and without gaps for readers, so that nothing is skipped.
    seq bigint UNIQUE,
    type text NOT NULL,
    subject_type text NOT NULL,
    subject_id uuid NOT NULL,
    municipality text,
    from_status text,
    to_status text,
    reason text,
    actor_kind text NOT NULL CHECK (actor_kind IN ('client', 'person', 'link', 'system')),
    actor_id text NOT NULL,
    -- Which fields changed, as JSON; never their personal content.
    data text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX events_subject ON events (subject_type, subject_id, at, id);
CREATE INDEX events_unnumbered ON events (at, id) WHERE seq IS NULL;

CREATE TABLE audit_events (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
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
    hash bytea NOT NULL,
    sealed_at timestamptz NOT NULL
);

CREATE TABLE idempotency_keys (
    caller text NOT NULL,
    operation text NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    status integer NOT NULL,
    -- The answer's headers as a JSON list of pairs, and its body as a replay shows it.
    headers text NOT NULL,
    body text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (caller, operation, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

-- Append-only: a line is never changed, but for being counted into a batch once. Deleting is
-- for the retention job, which goes by age: what is younger than a year always stays.
CREATE FUNCTION audit_events_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.batch IS NULL AND NEW.batch IS NOT NULL
        AND to_jsonb(OLD) - 'batch' = to_jsonb(NEW) - 'batch' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' AND OLD.at <= now() - interval '1 year' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'audit_events is append-only';
END $$;
CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION audit_events_are_append_only();
