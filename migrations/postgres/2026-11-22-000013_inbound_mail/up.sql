-- Mail that comes in: bounces of what was sent.

-- The address that the frozen bytes are for, as in suppressions: a bounce suppresses this one,
-- whatever the recipient's address has become since, and whatever the bounce says.
ALTER TABLE deliveries ADD COLUMN address_hash bytea;
ALTER TABLE deliveries ADD COLUMN bounced_at timestamptz;
-- RFC 3463, such as 5.1.1.
ALTER TABLE deliveries ADD COLUMN bounce_status text;

-- The last invitation to this person came back.
ALTER TABLE invitations ADD COLUMN bounced_at timestamptz;

CREATE TABLE inbound_mails (
    id uuid PRIMARY KEY,
    -- SHA-256 of the mail: the same mail twice counts once.
    digest bytea NOT NULL UNIQUE,
    outcome text NOT NULL CHECK (outcome IN ('bounced', 'delayed', 'unmatched')),
    -- Why it could not be matched.
    reason text,
    delivery uuid REFERENCES deliveries (id),
    -- The mail, sealed, while nobody has looked at what could not be matched.
    mime bytea,
    received_at timestamptz NOT NULL
);
CREATE INDEX inbound_mails_received ON inbound_mails (received_at, id);
CREATE INDEX inbound_mails_unmatched ON inbound_mails (received_at, id) WHERE outcome = 'unmatched';
