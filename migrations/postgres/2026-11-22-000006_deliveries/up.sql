-- The outbox: one row per mail, written in the transaction of the change it tells of.

CREATE TABLE deliveries (
    id uuid PRIMARY KEY,
    dedupe_key text NOT NULL UNIQUE,
    kind text NOT NULL,
    -- What the mail is about, as JSON: the ids and words a template needs, no personal data.
    payload text NOT NULL,
    recipient uuid REFERENCES people (id),
    subject_type text NOT NULL,
    subject_id uuid NOT NULL,
    meeting uuid REFERENCES meetings (id),
    invitation uuid REFERENCES invitations (id),
    revision integer,
    sequence integer,
    -- Only the oldest open row of one key may be claimed.
    order_key text NOT NULL,
    priority integer NOT NULL,
    due_at timestamptz NOT NULL,
    expires_at timestamptz,
    state text NOT NULL CHECK (state IN (
        'queued', 'leased', 'sending', 'sent', 'buried', 'unknown', 'dropped')),
    dropped_reason text CHECK (dropped_reason IN (
        'cancelled', 'answered', 'past', 'superseded', 'suppressed', 'by_hand')),
    attempts integer NOT NULL,
    next_at timestamptz NOT NULL,
    lease_token uuid,
    lease_until timestamptz,
    message_id text UNIQUE,
    -- The frozen envelope and bytes, sealed: they hold an address and a live link.
    mime bytea,
    smtp_code integer,
    smtp_text text,
    request_id text,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    closed_at timestamptz
);
CREATE INDEX deliveries_due ON deliveries (priority, next_at, id)
    WHERE state IN ('queued', 'unknown');
CREATE INDEX deliveries_waiting ON deliveries (expires_at) WHERE state IN ('queued', 'unknown');
CREATE INDEX deliveries_open_order ON deliveries (order_key, created_at, id)
    WHERE state IN ('queued', 'leased', 'sending', 'unknown');
CREATE INDEX deliveries_leased ON deliveries (lease_until) WHERE state IN ('leased', 'sending');
CREATE INDEX deliveries_created ON deliveries (created_at, id);
CREATE INDEX deliveries_subject ON deliveries (subject_id, created_at);
CREATE INDEX deliveries_invitation ON deliveries (invitation);
CREATE INDEX deliveries_recipient ON deliveries (recipient, created_at);
CREATE INDEX deliveries_frozen ON deliveries (closed_at) WHERE mime IS NOT NULL;

CREATE TABLE delivery_attempts (
    id uuid PRIMARY KEY,
    delivery uuid NOT NULL REFERENCES deliveries (id),
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    outcome text NOT NULL,
    phase text,
    smtp_code integer,
    smtp_text text,
    worker uuid NOT NULL
);
CREATE INDEX delivery_attempts_delivery ON delivery_attempts (delivery, started_at);

-- Addresses to which nothing is sent, as a keyed hash.
CREATE TABLE suppressions (
    address_hash bytea PRIMARY KEY,
    reason text NOT NULL CHECK (reason IN ('bounced', 'unsubscribed', 'by_hand')),
    delivery uuid REFERENCES deliveries (id),
    created_at timestamptz NOT NULL
);

-- Jobs that run once per slot, whichever worker comes first.
CREATE TABLE schedule_slots (
    name text NOT NULL,
    local_slot text NOT NULL,
    claimed_at timestamptz NOT NULL,
    PRIMARY KEY (name, local_slot)
);

CREATE TABLE workers (
    id uuid PRIMARY KEY,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    stopped_at timestamptz
);

-- Why the whole queue waits, while it does: the relay is out of reach, or ops paused it.
CREATE TABLE queue_pauses (
    name text PRIMARY KEY,
    reason text NOT NULL,
    since_at timestamptz NOT NULL,
    until_at timestamptz
);
