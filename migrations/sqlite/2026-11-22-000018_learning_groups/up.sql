-- Learning groups with their practices and members, and what only some meetings have.

CREATE TABLE learning_groups (
    id blob PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    description text,
    programme text NOT NULL REFERENCES programmes (slug),
    -- The version whose meeting plan the group is held to.
    programme_number integer NOT NULL,
    round blob REFERENCES rounds (id),
    -- From when the year is counted while no meeting was held or planned.
    starts_on text,
    closed_at integer,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    FOREIGN KEY (programme, programme_number) REFERENCES programme_versions (programme, number)
);
CREATE INDEX learning_groups_created ON learning_groups (created_at, id);

-- One municipality's part in a group, with an issue of its own.
CREATE TABLE practices (
    id blob PRIMARY KEY,
    version bigint NOT NULL,
    learning_group blob NOT NULL REFERENCES learning_groups (id),
    municipality text NOT NULL REFERENCES municipalities (code),
    trajectory blob REFERENCES trajectories (id),
    name text NOT NULL,
    issue text NOT NULL,
    ended_at integer,
    created_at integer NOT NULL,
    updated_at integer NOT NULL
);
CREATE INDEX practices_learning_group ON practices (learning_group, created_at, id);
CREATE INDEX practices_municipality ON practices (municipality, learning_group);
CREATE UNIQUE INDEX practices_one_open ON practices (trajectory) WHERE ended_at IS NULL;

-- The kinds of party around the table of a practice (L3).
CREATE TABLE practice_parties (
    practice blob NOT NULL REFERENCES practices (id),
    kind text NOT NULL,
    PRIMARY KEY (practice, kind)
);

CREATE TABLE learning_group_members (
    id blob PRIMARY KEY,
    learning_group blob NOT NULL REFERENCES learning_groups (id),
    person blob NOT NULL REFERENCES people (id),
    -- NULL for who guides the group as a whole.
    practice blob REFERENCES practices (id),
    joined_at integer NOT NULL,
    left_at integer
);
CREATE UNIQUE INDEX learning_group_members_one_open
    ON learning_group_members (learning_group, person) WHERE left_at IS NULL;
CREATE INDEX learning_group_members_group ON learning_group_members (learning_group, joined_at, id);
CREATE INDEX learning_group_members_person ON learning_group_members (person);

-- Meetings that belong together; each is a meeting of its own.
CREATE TABLE series (
    id blob PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    description text,
    created_at integer NOT NULL,
    updated_at integer NOT NULL
);
CREATE INDEX series_created ON series (created_at, id);

-- What only some meetings have.
CREATE TABLE meeting_extras (
    meeting blob PRIMARY KEY REFERENCES meetings (id),
    learning_group blob REFERENCES learning_groups (id),
    -- NULL for a meeting of the group as a whole.
    practice blob REFERENCES practices (id),
    -- Of a trajectory that is in no group.
    trajectory blob REFERENCES trajectories (id),
    series blob REFERENCES series (id),
    -- How many people there is room for; NULL for no bound.
    capacity integer CHECK (capacity > 0)
);
CREATE INDEX meeting_extras_learning_group ON meeting_extras (learning_group);
CREATE INDEX meeting_extras_trajectory ON meeting_extras (trajectory);
CREATE INDEX meeting_extras_series ON meeting_extras (series);

CREATE TABLE attendances (
    meeting blob NOT NULL REFERENCES meetings (id),
    person blob NOT NULL REFERENCES people (id),
    presence text NOT NULL CHECK (presence IN ('present', 'absent', 'delegate')),
    -- Who came in their place.
    delegate blob REFERENCES people (id),
    recorded_at integer NOT NULL,
    PRIMARY KEY (meeting, person)
);
CREATE INDEX attendances_person ON attendances (person);
CREATE INDEX attendances_delegate ON attendances (delegate);

CREATE TABLE meeting_minutes (
    meeting blob PRIMARY KEY REFERENCES meetings (id),
    body text NOT NULL,
    written_at integer NOT NULL
);
