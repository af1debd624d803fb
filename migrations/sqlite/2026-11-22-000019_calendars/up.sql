-- Answers of calendar programs, and calendars that people follow.

-- DTSTAMP of the last answer that came as a calendar REPLY: an older one that arrives later is
-- not the last word (RFC 5546 §2.1.5).
ALTER TABLE invitations ADD COLUMN replied_at integer;

-- A CHECK cannot be changed in place.
CREATE TABLE inbound_mails_new (
    id blob PRIMARY KEY,
    -- SHA-256 of the mail: the same mail twice counts once.
    digest blob NOT NULL UNIQUE,
    outcome text NOT NULL CHECK (outcome IN ('bounced', 'delayed', 'answered', 'unmatched')),
    -- Why it could not be matched.
    reason text,
    delivery blob REFERENCES deliveries (id),
    -- The invitation that it answers.
    invitation blob REFERENCES invitations (id),
    -- The mail, sealed, while nobody has looked at what could not be matched.
    mime blob,
    received_at integer NOT NULL
);
INSERT INTO inbound_mails_new (id, digest, outcome, reason, delivery, mime, received_at)
    SELECT id, digest, outcome, reason, delivery, mime, received_at FROM inbound_mails;
DROP TABLE inbound_mails;
ALTER TABLE inbound_mails_new RENAME TO inbound_mails;
CREATE INDEX inbound_mails_received ON inbound_mails (received_at, id);
CREATE INDEX inbound_mails_unmatched ON inbound_mails (received_at, id) WHERE outcome = 'unmatched';

-- What somebody follows in a calendar program, by a link of their own.
CREATE TABLE calendars (
    id blob PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('person', 'programme', 'series')),
    owner blob NOT NULL REFERENCES people (id),
    programme text REFERENCES programmes (slug),
    series blob REFERENCES series (id),
    created_at integer NOT NULL,
    expires_at integer NOT NULL,
    CHECK ((programme IS NOT NULL) = (kind = 'programme')),
    CHECK ((series IS NOT NULL) = (kind = 'series'))
);
CREATE INDEX calendars_owner ON calendars (owner, created_at, id);
CREATE INDEX meetings_programme ON meetings (programme, starts_at, id);
CREATE INDEX meetings_organiser ON meetings (organiser, starts_at, id);
