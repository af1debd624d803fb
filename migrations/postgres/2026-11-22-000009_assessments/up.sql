-- Assessments and decisions: from the talk to the answer that the municipality gets.

-- What came of the meeting, in the words of whoever held it.
ALTER TABLE meetings ADD COLUMN outcome_note text;
ALTER TABLE meetings ADD COLUMN outcome_at timestamptz;

-- Since when the intake waits for a place, and since when it has one.
ALTER TABLE intakes ADD COLUMN waitlisted_at timestamptz;
ALTER TABLE intakes ADD COLUMN matched_at timestamptz;
CREATE INDEX intakes_round ON intakes (round, status);

-- One per intake, from the start of the assessment.
CREATE TABLE assessments (
    intake uuid PRIMARY KEY REFERENCES intakes (id),
    version bigint NOT NULL,
    local_situation text,
    support_needed text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

-- What was recorded of the case, one row per thing that a gate or an alert asks for.
CREATE TABLE assessment_facts (
    intake uuid NOT NULL REFERENCES assessments (intake),
    kind text NOT NULL CHECK (kind IN ('heard', 'support', 'body', 'co_funding')),
    -- The party kind, support or body; empty for the co-funding, of which there is one.
    key text NOT NULL,
    evidence text,
    -- Of the co-funding: the share in whole percents, and who committed to it.
    percent integer CHECK (percent BETWEEN 0 AND 100),
    given_by uuid REFERENCES people (id),
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (intake, kind, key)
);

-- One assessor's view of one criterion.
CREATE TABLE assessment_findings (
    intake uuid NOT NULL REFERENCES assessments (intake),
    assessor uuid NOT NULL REFERENCES people (id),
    criterion text NOT NULL,
    value text NOT NULL CHECK (value IN ('met', 'not_met', 'unknown', 'waived')),
    evidence text,
    reason text,
    found_at timestamptz NOT NULL,
    PRIMARY KEY (intake, assessor, criterion)
);

-- What the coordinator settled, per criterion.
CREATE TABLE assessment_settlements (
    intake uuid NOT NULL REFERENCES assessments (intake),
    criterion text NOT NULL,
    value text NOT NULL CHECK (value IN ('met', 'not_met', 'unknown', 'waived')),
    evidence text,
    reason text,
    settled_by text NOT NULL,
    settled_at timestamptz NOT NULL,
    PRIMARY KEY (intake, criterion)
);

-- Decisions, prepared first and released to the municipality later or at once.
CREATE TABLE decisions (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    intake uuid NOT NULL REFERENCES intakes (id),
    outcome text NOT NULL CHECK (outcome IN ('match', 'decline', 'close')),
    state text NOT NULL CHECK (state IN ('prepared', 'released', 'withdrawn')),
    reason text,
    prepared_by text NOT NULL,
    prepared_at timestamptz NOT NULL,
    released_at timestamptz,
    updated_at timestamptz NOT NULL
);
CREATE INDEX decisions_intake ON decisions (intake, prepared_at);
CREATE UNIQUE INDEX decisions_one_prepared ON decisions (intake) WHERE state = 'prepared';
