-- Signed links: the token carries a MAC; the row lets a link die before it expires.

CREATE TABLE links (
    id blob PRIMARY KEY,
    purpose text NOT NULL CHECK (purpose IN (
        'answer', 'date_poll', 'offer', 'consent', 'confirm_nomination', 'candidate',
        'team_seat', 'experience', 'unsubscribe', 'calendar')),
    object_id blob NOT NULL,
    recipient blob NOT NULL,
    key_id blob NOT NULL REFERENCES keys (id),
    created_at integer NOT NULL,
    expires_at integer NOT NULL,
    revoked_at integer
);
CREATE INDEX links_object ON links (object_id, recipient);
CREATE INDEX links_expires ON links (expires_at);
