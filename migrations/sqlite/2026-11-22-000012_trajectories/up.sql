-- Trajectories, and the learning networks that their officials join.

CREATE TABLE trajectories (
    id blob PRIMARY KEY,
    version bigint NOT NULL,
    status text NOT NULL CHECK (status IN ('preparing', 'running', 'completed', 'stopped')),
    intake blob NOT NULL UNIQUE REFERENCES intakes (id),
    offer blob NOT NULL REFERENCES offers (id),
    programme text NOT NULL REFERENCES programmes (slug),
    programme_number integer NOT NULL,
    round blob REFERENCES rounds (id),
    municipality text NOT NULL REFERENCES municipalities (code),
    running_at integer,
    -- The last day of the plan's year, counted from the day it began to run.
    year_ends_on text,
    end_product_due_on text,
    end_product_item blob REFERENCES knowledge_items (id),
    end_product_delivered_on text,
    outcome text,
    anchoring text,
    municipality_judgement text CHECK (municipality_judgement IN (
        'satisfied', 'partly_satisfied', 'not_satisfied')),
    municipality_remark text,
    residents_judgement text CHECK (residents_judgement IN (
        'satisfied', 'partly_satisfied', 'not_satisfied')),
    residents_remark text,
    stopped_reason text,
    closed_at integer,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    FOREIGN KEY (programme, programme_number) REFERENCES programme_versions (programme, number)
);
CREATE INDEX trajectories_created ON trajectories (created_at, id);
CREATE INDEX trajectories_municipality ON trajectories (municipality, created_at, id);
CREATE INDEX trajectories_status ON trajectories (status, created_at, id);
CREATE INDEX trajectories_offer ON trajectories (offer);

CREATE TABLE trajectory_blocks (
    id blob PRIMARY KEY,
    trajectory blob NOT NULL REFERENCES trajectories (id),
    position integer NOT NULL,
    -- The building block of the programme. Where it stands follows from its steps.
    key text NOT NULL,
    UNIQUE (trajectory, position)
);

CREATE TABLE trajectory_steps (
    id blob PRIMARY KEY,
    version bigint NOT NULL,
    trajectory blob NOT NULL REFERENCES trajectories (id),
    block blob NOT NULL REFERENCES trajectory_blocks (id),
    position integer NOT NULL,
    -- The step of the programme's block; NULL for one of this trajectory's own.
    key text,
    name text NOT NULL,
    form text,
    method text,
    planned_on text,
    status text NOT NULL CHECK (status IN ('planned', 'done', 'cancelled')),
    note text,
    updated_at integer NOT NULL,
    UNIQUE (block, position)
);
CREATE INDEX trajectory_steps_trajectory ON trajectory_steps (trajectory, planned_on);

-- The officials of the municipality who take part.
CREATE TABLE trajectory_officials (
    trajectory blob NOT NULL REFERENCES trajectories (id),
    person blob NOT NULL REFERENCES people (id),
    added_at integer NOT NULL,
    PRIMARY KEY (trajectory, person)
);
CREATE INDEX trajectory_officials_person ON trajectory_officials (person);

CREATE TABLE learning_networks (
    id blob PRIMARY KEY,
    version bigint NOT NULL,
    -- One general network for the officials of every running trajectory, and themed ones.
    kind text NOT NULL CHECK (kind IN ('general', 'themed')),
    name text NOT NULL,
    description text,
    theme text REFERENCES themes (slug),
    closed_at integer,
    created_at integer NOT NULL,
    updated_at integer NOT NULL
);
CREATE UNIQUE INDEX learning_networks_one_general ON learning_networks (kind) WHERE kind = 'general';
CREATE INDEX learning_networks_created ON learning_networks (created_at, id);

CREATE TABLE network_memberships (
    id blob PRIMARY KEY,
    network blob NOT NULL REFERENCES learning_networks (id),
    person blob NOT NULL REFERENCES people (id),
    -- The trajectory that enrolled them; NULL for who joined a themed network.
    trajectory blob REFERENCES trajectories (id),
    -- The municipality that named them; NULL when the institute did.
    municipality text REFERENCES municipalities (code),
    joined_at integer NOT NULL,
    left_at integer
);
CREATE UNIQUE INDEX network_memberships_one_open ON network_memberships (network, person) WHERE left_at IS NULL;
CREATE INDEX network_memberships_network ON network_memberships (network, joined_at, id);
CREATE INDEX network_memberships_person ON network_memberships (person);
