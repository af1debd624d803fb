-- Associate members, what they know and want, and the rounds in which they choose themes.

CREATE TABLE members (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'paused', 'left')),
    person uuid NOT NULL REFERENCES people (id),
    cohort uuid NOT NULL REFERENCES cohorts (id),
    -- NULL for who was a member before there were candidacies here.
    candidacy uuid UNIQUE REFERENCES candidacies (id),
    kind text NOT NULL CHECK (kind IN (
        'municipal_professional', 'ervaringsdeskundige', 'social_professional')),
    municipality text REFERENCES municipalities (code),
    organisation uuid REFERENCES organisations (id),
    -- The employer changed and the new executive has not consented yet.
    consent_review_since timestamptz,
    hours_per_month integer,
    availability text,
    introduction text,
    -- Who sees each part of the profile: public, municipalities or staff.
    profile_visibility text NOT NULL CHECK (profile_visibility IN ('public', 'municipalities', 'staff')),
    employer_visibility text NOT NULL CHECK (employer_visibility IN ('public', 'municipalities', 'staff')),
    expertise_visibility text NOT NULL CHECK (expertise_visibility IN ('public', 'municipalities', 'staff')),
    contact_visibility text NOT NULL CHECK (contact_visibility IN ('public', 'municipalities', 'staff')),
    paused_until_on date,
    status_reason text,
    joined_at timestamptz NOT NULL,
    left_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK (municipality IS NULL OR organisation IS NULL)
);
CREATE UNIQUE INDEX members_one_open ON members (person) WHERE status <> 'left';
CREATE INDEX members_created ON members (created_at, id);
CREATE INDEX members_cohort ON members (cohort, created_at, id);
CREATE INDEX members_municipality ON members (municipality);

-- What a member knows of a theme, and the social issues they want to work on.
CREATE TABLE member_topics (
    id uuid PRIMARY KEY,
    member uuid NOT NULL REFERENCES members (id),
    kind text NOT NULL CHECK (kind IN ('expertise', 'issue')),
    position integer NOT NULL,
    theme text REFERENCES themes (slug),
    description text,
    -- From 1 (little) to 5 (much).
    level integer NOT NULL CHECK (level BETWEEN 1 AND 5),
    interest integer NOT NULL CHECK (interest BETWEEN 1 AND 5),
    UNIQUE (member, kind, position)
);
CREATE INDEX member_topics_theme ON member_topics (theme, member);

CREATE TABLE member_practices (
    member uuid NOT NULL REFERENCES members (id),
    practice text NOT NULL,
    PRIMARY KEY (member, practice)
);

CREATE TABLE theme_rounds (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    status text NOT NULL CHECK (status IN ('open', 'closed', 'cancelled')),
    name text NOT NULL,
    description text,
    -- The last day on which members propose and vote.
    closes_on date NOT NULL,
    -- The weights in force and the explained scores, as JSON, frozen at the close.
    weights text NOT NULL,
    result text,
    cancelled_reason text,
    closed_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX theme_rounds_created ON theme_rounds (created_at, id);
CREATE INDEX theme_rounds_open ON theme_rounds (closes_on) WHERE status = 'open';

CREATE TABLE theme_proposals (
    id uuid PRIMARY KEY,
    round uuid NOT NULL REFERENCES theme_rounds (id),
    theme text NOT NULL REFERENCES themes (slug),
    proposed_by uuid NOT NULL REFERENCES members (id),
    motivation text,
    created_at timestamptz NOT NULL,
    UNIQUE (round, theme)
);

-- One member's answer to one proposal.
CREATE TABLE theme_votes (
    proposal uuid NOT NULL REFERENCES theme_proposals (id),
    member uuid NOT NULL REFERENCES members (id),
    -- From 0 (none) to 5 (much).
    experience integer NOT NULL CHECK (experience BETWEEN 0 AND 5),
    interest integer NOT NULL CHECK (interest BETWEEN 0 AND 5),
    voted_at timestamptz NOT NULL,
    PRIMARY KEY (proposal, member)
);
CREATE INDEX theme_votes_member ON theme_votes (member);
