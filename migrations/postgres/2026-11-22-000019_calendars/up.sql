-- Answers of calendar programs, and calendars that people follow.

-- DTSTAMP of the last answer that came as a calendar REPLY: an older one that arrives later is
-- not the last word (RFC 5546 §2.1.5).
ALTER TABLE invitations ADD COLUMN replied_at timestamptz;

ALTER TABLE inbound_mails DROP CONSTRAINT inbound_mails_outcome_check;
ALTER TABLE inbound_mails ADD CONSTRAINT inbound_mails_outcome_check
    CHECK (outcome IN ('bounced', 'delayed', 'answered', 'unmatched'));
-- The invitation that it answers.
ALTER TABLE inbound_mails ADD COLUMN invitation uuid REFERENCES invitations (id);

-- What somebody follows in a calendar program, by a link of their own.
CREATE TABLE calendars (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('person', 'programme', 'series')),
    owner uuid NOT NULL REFERENCES people (id),
    programme text REFERENCES programmes (slug),
    series uuid REFERENCES series (id),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CHECK ((programme IS NOT NULL) = (kind = 'programme')),
    CHECK ((series IS NOT NULL) = (kind = 'series'))
);
CREATE INDEX calendars_owner ON calendars (owner, created_at, id);
CREATE INDEX meetings_programme ON meetings (programme, starts_at, id);
CREATE INDEX meetings_organiser ON meetings (organiser, starts_at, id);
