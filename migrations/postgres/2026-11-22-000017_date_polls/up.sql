-- Date polls, delegates, and what invitees need to take part.

-- The one poll of a meeting.
CREATE TABLE date_polls (
    meeting uuid PRIMARY KEY REFERENCES meetings (id),
    version bigint NOT NULL,
    status text NOT NULL CHECK (status IN ('open', 'closed', 'decided', 'cancelled')),
    -- From this instant on no vote counts.
    closes_at timestamptz NOT NULL,
    -- Rises whenever everybody has to look again.
    round integer NOT NULL,
    -- How many hours before the end the last chaser was for; NULL while there was none.
    last_chaser integer,
    -- The explained counts, as JSON, frozen when an option is chosen.
    result text,
    closed_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX date_polls_open ON date_polls (closes_at) WHERE status = 'open';

-- The municipalities without which the meeting makes no sense (L9).
CREATE TABLE date_poll_municipalities (
    meeting uuid NOT NULL REFERENCES date_polls (meeting),
    municipality text NOT NULL REFERENCES municipalities (code),
    PRIMARY KEY (meeting, municipality)
);

CREATE TABLE date_poll_options (
    id uuid PRIMARY KEY,
    meeting uuid NOT NULL REFERENCES date_polls (meeting),
    -- A released option holds nobody's time any more.
    state text NOT NULL CHECK (state IN ('open', 'chosen', 'released')),
    local_start text NOT NULL,
    local_end text NOT NULL,
    time_zone text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    UNIQUE (meeting, starts_at, ends_at)
);

-- One invitee's latest word on one option.
CREATE TABLE date_poll_votes (
    poll_option uuid NOT NULL REFERENCES date_poll_options (id),
    person uuid NOT NULL REFERENCES people (id),
    vote text NOT NULL CHECK (vote IN ('yes', 'if_need_be', 'no')),
    remark text,
    via text NOT NULL CHECK (via IN ('link', 'api', 'mail')),
    voted_at timestamptz NOT NULL,
    PRIMARY KEY (poll_option, person)
);
CREATE INDEX date_poll_votes_person ON date_poll_votes (person);

-- The invitation of whoever comes in the invitee's place.
ALTER TABLE invitations ADD COLUMN delegated_to uuid REFERENCES invitations (id);
-- What an invitee may not eat or drink, and what they need to get in and take part.
ALTER TABLE invitations ADD COLUMN dietary_wishes text;
ALTER TABLE invitations ADD COLUMN accessibility_wishes text;
