-- Signed links: the token carries a MAC; the row lets a link die before it expires.

CREATE TABLE links (
    id uuid PRIMARY KEY,
    purpose text NOT NULL CHECK (purpose IN (
        'answer', 'date_poll', 'offer', 'consent', 'confirm_nomination', 'candidate',
        'team_seat', 'experience', 'unsubscribe', 'calendar')),
    object_id uuid NOT NULL,
    recipient uuid NOT NULL,
    key_id uuid NOT NULL REFERENCES keys (id),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX links_object ON links (object_id, recipient);
CREATE INDEX links_expires ON links (expires_at);
