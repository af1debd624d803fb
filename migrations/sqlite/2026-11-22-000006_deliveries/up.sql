-- The outbox: one row per mail, written in the transaction of the change it tells of.

CREATE TABLE deliveries (
    id blob PRIMARY KEY,
    dedupe_key text NOT NULL UNIQUE,
    kind text NOT NULL,
    -- What the mail is about, as JSON: the ids and words a template needs, no personal data.
    payload text NOT NULL,
    recipient blob REFERENCES people (id),
    subject_type text NOT NULL,
    subject_id blob NOT NULL,
    meeting blob REFERENCES meetings (id),
    invitation blob REFERENCES invitations (id),
    revision integer,
    sequence integer,
    -- Only the oldest open row of one key may be claimed.
    order_key text NOT NULL,
    priority integer NOT NULL,
    due_at integer NOT NULL,
    expires_at integer,
    state text NOT NULL CHECK (state IN (
        'queued', 'leased', 'sending', 'sent', 'buried', 'unknown', 'dropped')),
    dropped_reason text CHECK (dropped_reason IN (
        'cancelled', 'answered', 'past', 'superseded', 'suppressed', 'by_hand')),
    attempts integer NOT NULL,
    next_at integer NOT NULL,
    lease_token blob,
    lease_until integer,
    message_id text UNIQUE,
    -- The frozen envelope and bytes, sealed: they hold an address and a live link.
    mime blob,
    smtp_code integer,
    smtp_text text,
    request_id text,
    created_at integer NOT NULL,
    sent_at integer,
    closed_at integer
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
    id blob PRIMARY KEY,
    delivery blob NOT NULL REFERENCES deliveries (id),
    started_at integer NOT NULL,
    ended_at integer NOT NULL,
    outcome text NOT NULL,
    phase text,
    smtp_code integer,
    smtp_text text,
    worker blob NOT NULL
);
CREATE INDEX delivery_attempts_delivery ON delivery_attempts (delivery, started_at);

-- Addresses to which nothing is sent, as a keyed hash.
CREATE TABLE suppressions (
    address_hash blob PRIMARY KEY,
    reason text NOT NULL CHECK (reason IN ('bounced', 'unsubscribed', 'by_hand')),
    delivery blob REFERENCES deliveries (id),
    created_at integer NOT NULL
);

-- Jobs that run once per slot, whichever worker comes first.
CREATE TABLE schedule_slots (
    name text NOT NULL,
    local_slot text NOT NULL,
    claimed_at integer NOT NULL,
    PRIMARY KEY (name, local_slot)
);

CREATE TABLE workers (
    id blob PRIMARY KEY,
    started_at integer NOT NULL,
    seen_at integer NOT NULL,
    stopped_at integer
);

-- Why the whole queue waits, while it does: the relay is out of reach, or ops paused it.
CREATE TABLE queue_pauses (
    name text PRIMARY KEY,
    reason text NOT NULL,
    since_at integer NOT NULL,
    until_at integer
);
