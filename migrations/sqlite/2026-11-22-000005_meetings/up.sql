-- Meetings and the invitations to them.

CREATE TABLE meetings (
    id blob PRIMARY KEY,
    version bigint NOT NULL,
    ical_uid text NOT NULL UNIQUE,
    -- Rises on every change; what was rendered for an older revision is no longer wanted.
    revision integer NOT NULL,
    -- RFC 5545 SEQUENCE: rises when time or place change and on cancellation.
    sequence integer NOT NULL,
    status text NOT NULL CHECK (status IN (
        'draft', 'polling', 'scheduled', 'held', 'not_held', 'cancelled')),
    kind text NOT NULL CHECK (kind IN (
        'exploratory_talk', 'intake_talk', 'network', 'kick_off', 'local', 'exchange',
        'closing', 'presentation', 'other')),
    title text NOT NULL,
    agenda text,
    programme text REFERENCES programmes (slug),
    intake blob REFERENCES intakes (id),
    -- Whose meeting it is, besides the institute's: that of the intake.
    municipality text REFERENCES municipalities (code),
    organiser blob REFERENCES people (id),
    -- Local wall-clock times, ISO 8601 without offset.
    local_start text NOT NULL,
    local_end text NOT NULL,
    time_zone text NOT NULL,
    starts_at integer NOT NULL,
    ends_at integer NOT NULL,
    place text,
    online_url text,
    cancelled_reason text,
    -- RFC 5545 DTSTAMP: frozen per revision.
    revised_at integer NOT NULL,
    created_at integer NOT NULL,
    updated_at integer NOT NULL
);
CREATE INDEX meetings_starts ON meetings (starts_at, id);
CREATE INDEX meetings_intake ON meetings (intake);
CREATE INDEX meetings_municipality ON meetings (municipality, starts_at, id);

CREATE TABLE invitations (
    id blob PRIMARY KEY,
    version bigint NOT NULL,
    meeting blob NOT NULL REFERENCES meetings (id),
    person blob NOT NULL REFERENCES people (id),
    required boolean NOT NULL,
    chair boolean NOT NULL,
    answer text NOT NULL CHECK (answer IN (
        'needs_action', 'accepted', 'tentative', 'declined', 'delegated', 'waitlisted', 'removed')),
    remark text,
    answered_at integer,
    answered_via text CHECK (answered_via IN ('link', 'api', 'mail')),
    invited_at integer NOT NULL,
    removed_at integer,
    -- The SEQUENCE of the last calendar mail that went out; NULL while none did.
    last_sequence_sent integer,
    -- The Message-ID of the first invitation, for In-Reply-To and References.
    first_message_id text,
    updated_at integer NOT NULL,
    UNIQUE (meeting, person)
);
CREATE INDEX invitations_person ON invitations (person, meeting);
