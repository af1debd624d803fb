-- Learning groups with their practices and members, and what only some meetings have.

CREATE TABLE learning_groups (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    description text,
    programme text NOT NULL REFERENCES programmes (slug),
    -- The version whose meeting plan the group is held to.
    programme_number integer NOT NULL,
    round uuid REFERENCES rounds (id),
    -- From when the year is counted while no meeting was held or planned.
    starts_on date,
    closed_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    FOREIGN KEY (programme, programme_number) REFERENCES programme_versions (programme, number)
);
CREATE INDEX learning_groups_created ON learning_groups (created_at, id);

-- One municipality's part in a group, with an issue of its own.
CREATE TABLE practices (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    learning_group uuid NOT NULL REFERENCES learning_groups (id),
    municipality text NOT NULL REFERENCES municipalities (code),
    trajectory uuid REFERENCES trajectories (id),
    name text NOT NULL,
    issue text NOT NULL,
    ended_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX practices_learning_group ON practices (learning_group, created_at, id);
CREATE INDEX practices_municipality ON practices (municipality, learning_group);
CREATE UNIQUE INDEX practices_one_open ON practices (trajectory) WHERE ended_at IS NULL;

-- The kinds of party around the table of a practice (L3).
CREATE TABLE practice_parties (
    practice uuid NOT NULL REFERENCES practices (id),
    kind text NOT NULL,
    PRIMARY KEY (practice, kind)
);

CREATE TABLE learning_group_members (
    id uuid PRIMARY KEY,
    learning_group uuid NOT NULL REFERENCES learning_groups (id),
    person uuid NOT NULL REFERENCES people (id),
    -- NULL for who guides the group as a whole.
    practice uuid REFERENCES practices (id),
    joined_at timestamptz NOT NULL,
    left_at timestamptz
);
CREATE UNIQUE INDEX learning_group_members_one_open
    ON learning_group_members (learning_group, person) WHERE left_at IS NULL;
CREATE INDEX learning_group_members_group ON learning_group_members (learning_group, joined_at, id);
CREATE INDEX learning_group_members_person ON learning_group_members (person);

-- Meetings that belong together; each is a meeting of its own.
CREATE TABLE series (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    description text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX series_created ON series (created_at, id);

-- What only some meetings have.
CREATE TABLE meeting_extras (
    meeting uuid PRIMARY KEY REFERENCES meetings (id),
    learning_group uuid REFERENCES learning_groups (id),
    -- NULL for a meeting of the group as a whole.
    practice uuid REFERENCES practices (id),
    -- Of a trajectory that is in no group.
    trajectory uuid REFERENCES trajectories (id),
    series uuid REFERENCES series (id),
    -- How many people there is room for; NULL for no bound.
    capacity integer CHECK (capacity > 0)
);
CREATE INDEX meeting_extras_learning_group ON meeting_extras (learning_group);
CREATE INDEX meeting_extras_trajectory ON meeting_extras (trajectory);
CREATE INDEX meeting_extras_series ON meeting_extras (series);

CREATE TABLE attendances (
    meeting uuid NOT NULL REFERENCES meetings (id),
    person uuid NOT NULL REFERENCES people (id),
    presence text NOT NULL CHECK (presence IN ('present', 'absent', 'delegate')),
    -- Who came in their place.
    delegate uuid REFERENCES people (id),
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (meeting, person)
);
CREATE INDEX attendances_person ON attendances (person);
CREATE INDEX attendances_delegate ON attendances (delegate);

CREATE TABLE meeting_minutes (
    meeting uuid PRIMARY KEY REFERENCES meetings (id),
    body text NOT NULL,
    written_at timestamptz NOT NULL
);
