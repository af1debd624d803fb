-- Offers: what is proposed to a municipality after a match.

CREATE TABLE offers (
    id blob PRIMARY KEY,
    version bigint NOT NULL,
    intake blob NOT NULL REFERENCES intakes (id),
    -- Counts the offers of one intake from 1.
    number integer NOT NULL,
    status text NOT NULL CHECK (status IN (
        'drafted', 'sent', 'accepted', 'refused', 'expired', 'superseded', 'withdrawn')),
    municipality text NOT NULL REFERENCES municipalities (code),
    programme text NOT NULL,
    programme_number integer NOT NULL,
    introduction text,
    -- Building blocks with their steps, and the guiding principles, as JSON.
    content text NOT NULL,
    valid_until_on text,
    -- Computed from the blocks, in cents of the euro.
    cost_cents bigint NOT NULL,
    own_contribution_cents bigint NOT NULL,
    -- To whom it was sent, and in which role.
    sponsor blob REFERENCES people (id),
    sponsor_role text,
    sent_at integer,
    -- Name and role as typed in by whoever answered.
    answered_by_name text,
    answered_by_role text,
    answered_at integer,
    -- Why it was refused or withdrawn.
    closed_reason text,
    closed_at integer,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    UNIQUE (intake, number),
    FOREIGN KEY (programme, programme_number) REFERENCES programme_versions (programme, number)
);
CREATE UNIQUE INDEX offers_one_accepted ON offers (intake) WHERE status = 'accepted';
CREATE UNIQUE INDEX offers_one_sent ON offers (intake) WHERE status = 'sent';
CREATE INDEX offers_expiring ON offers (valid_until_on) WHERE status = 'sent';
CREATE INDEX offers_created ON offers (created_at, id);
CREATE INDEX offers_municipality ON offers (municipality, created_at, id);
CREATE INDEX offers_programme ON offers (programme, created_at, id);
CREATE INDEX offers_status ON offers (status, created_at, id);
