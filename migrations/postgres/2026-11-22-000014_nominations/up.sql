-- Nominations, the candidacies that they join, consent and review.

CREATE TABLE cohorts (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL UNIQUE,
    -- How many members it should start with: a target, not a cap.
    target integer NOT NULL,
    starts_on date NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX cohorts_created ON cohorts (created_at, id);

CREATE TABLE candidacies (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    status text NOT NULL CHECK (status IN (
        'open', 'consent_requested', 'consent_refused', 'consent_expired', 'consented',
        'candidate_invited', 'admitted', 'candidate_declined', 'rejected', 'withdrawn')),
    person uuid NOT NULL REFERENCES people (id),
    kind text NOT NULL CHECK (kind IN (
        'municipal_professional', 'ervaringsdeskundige', 'social_professional')),
    cohort uuid REFERENCES cohorts (id),
    -- The candidate's employer; neither for a candidate without organisation.
    municipality text REFERENCES municipalities (code),
    organisation uuid REFERENCES organisations (id),
    -- The candidate must have been told by then: a month after the first nomination was confirmed.
    tell_by timestamptz NOT NULL,
    told_at timestamptz,
    -- What was decided, until it is released.
    prepared_outcome text CHECK (prepared_outcome IN ('invite', 'reject')),
    prepared_reason text,
    prepared_by uuid REFERENCES people (id),
    prepared_at timestamptz,
    invited_at timestamptz,
    -- The candidacy that this one was merged into.
    merged_into uuid REFERENCES candidacies (id),
    closed_reason text,
    closed_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK (municipality IS NULL OR organisation IS NULL)
);
CREATE UNIQUE INDEX candidacies_one_open ON candidacies (person)
    WHERE status NOT IN ('admitted', 'candidate_declined', 'rejected', 'withdrawn');
CREATE INDEX candidacies_created ON candidacies (created_at, id);
CREATE INDEX candidacies_status ON candidacies (status, created_at, id);
CREATE INDEX candidacies_person ON candidacies (person);
CREATE INDEX candidacies_cohort ON candidacies (cohort, created_at, id);
CREATE INDEX candidacies_closed ON candidacies (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX candidacies_to_tell ON candidacies (tell_by) WHERE told_at IS NULL;

-- What one nominator said, as they said it: a split needs the person each one named.
CREATE TABLE nominations (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    status text NOT NULL CHECK (status IN ('unconfirmed', 'submitted', 'withdrawn')),
    -- Where it came in.
    channel text NOT NULL CHECK (channel IN ('api', 'open', 'import', 'network')),
    client text,
    external_reference text,
    -- NULL until confirmed.
    candidacy uuid REFERENCES candidacies (id),
    -- The nominator; a person once confirmed.
    nominator uuid REFERENCES people (id),
    nominator_name text NOT NULL,
    nominator_email text,
    language text NOT NULL CHECK (language IN ('nl', 'en')),
    -- The municipality whose system nominated, and which sees this text and its outcome.
    nominated_by_municipality text REFERENCES municipalities (code),
    relation text NOT NULL,
    candidate_name text NOT NULL,
    candidate_email text,
    candidate_kind text NOT NULL CHECK (candidate_kind IN (
        'municipal_professional', 'ervaringsdeskundige', 'social_professional')),
    municipality text REFERENCES municipalities (code),
    organisation uuid REFERENCES organisations (id),
    -- The organisation as the open form names it, until a coordinator links it.
    organisation_name text,
    motivation text NOT NULL,
    innovation text NOT NULL,
    impact text NOT NULL,
    giver_name text,
    giver_email text,
    giver_role text,
    withdrawn_reason text,
    confirmed_at timestamptz,
    -- When an unconfirmed one is deleted.
    confirm_by timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK (status = 'unconfirmed' OR candidacy IS NOT NULL),
    CHECK (municipality IS NULL OR organisation IS NULL)
);
CREATE UNIQUE INDEX nominations_reference ON nominations (client, external_reference)
    WHERE external_reference IS NOT NULL;
CREATE INDEX nominations_created ON nominations (created_at, id);
CREATE INDEX nominations_candidacy ON nominations (candidacy, created_at);
CREATE INDEX nominations_nominator ON nominations (nominator);
CREATE INDEX nominations_municipality ON nominations (nominated_by_municipality, created_at, id);
CREATE INDEX nominations_unconfirmed ON nominations (confirm_by) WHERE status = 'unconfirmed';

-- What the highest executive of the employer was asked: for a candidate, or again for a member
-- who changed employer.
CREATE TABLE consents (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    status text NOT NULL CHECK (status IN (
        'requested', 'given', 'refused', 'expired', 'replaced', 'withdrawn', 'not_applicable')),
    person uuid NOT NULL REFERENCES people (id),
    candidacy uuid REFERENCES candidacies (id),
    -- The member, by id: members come in the next migration.
    member uuid,
    municipality text REFERENCES municipalities (code),
    organisation uuid REFERENCES organisations (id),
    giver uuid REFERENCES people (id),
    giver_role text,
    -- The version of the words that the giver agrees to.
    wording text NOT NULL,
    -- Who asked; NULL for a machine.
    requested_by uuid REFERENCES people (id),
    requested_at timestamptz NOT NULL,
    -- When the mail server took the request: days are counted from here.
    accepted_at timestamptz,
    bounced_at timestamptz,
    -- The day of the last chaser, counted from accepted_at.
    last_chaser integer,
    answered_at timestamptz,
    answered_by_name text,
    answered_by_role text,
    -- How the answer came: by the link, or recorded by staff with evidence.
    answered_via text CHECK (answered_via IN ('link', 'on_behalf')),
    recorded_by uuid REFERENCES people (id),
    evidence text,
    -- Why it was refused, asked of somebody else, or not applicable.
    reason text,
    closed_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK ((candidacy IS NULL) <> (member IS NULL)),
    CHECK (status = 'not_applicable' OR giver IS NOT NULL)
);
CREATE UNIQUE INDEX consents_one_asked ON consents (person) WHERE status = 'requested';
CREATE INDEX consents_candidacy ON consents (candidacy, requested_at);
CREATE INDEX consents_member ON consents (member, requested_at);
CREATE INDEX consents_giver ON consents (giver);
CREATE INDEX consents_waiting ON consents (accepted_at) WHERE status = 'requested';

CREATE TABLE reviews (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    candidacy uuid NOT NULL REFERENCES candidacies (id),
    reviewer uuid NOT NULL REFERENCES people (id),
    assigned_at timestamptz NOT NULL,
    -- From 1 (little) to 5 (much); NULL until handed in.
    innovation integer CHECK (innovation BETWEEN 1 AND 5),
    impact integer CHECK (impact BETWEEN 1 AND 5),
    remark text,
    handed_in_at timestamptz,
    updated_at timestamptz NOT NULL,
    UNIQUE (candidacy, reviewer)
);
CREATE INDEX reviews_reviewer ON reviews (reviewer, assigned_at);
