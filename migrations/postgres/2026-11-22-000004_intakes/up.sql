-- Intakes: one municipality's request for one programme.

CREATE TABLE intakes (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    status text NOT NULL CHECK (status IN (
        'draft', 'submitted', 'talk_planned', 'assessing', 'matched', 'waitlisted',
        'referred', 'declined', 'started', 'withdrawn')),
    municipality text NOT NULL REFERENCES municipalities (code),
    programme text NOT NULL REFERENCES programmes (slug),
    programme_number integer NOT NULL,
    round uuid REFERENCES rounds (id),
    -- Equal to the round, or to the nil UUID without one, while the intake is open; NULL once
    -- it is closed. Makes "one open intake" a unique key on both databases.
    open_slot uuid,
    client text,
    external_reference text,
    contact_person uuid REFERENCES people (id),
    sponsor uuid REFERENCES people (id),
    sponsor_role text,
    -- Answers to the programme's questions: a JSON object from question key to text.
    answers text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    submitted_at timestamptz,
    closed_at timestamptz,
    closed_reason text,
    FOREIGN KEY (programme, programme_number) REFERENCES programme_versions (programme, number)
);
CREATE UNIQUE INDEX intakes_one_open ON intakes (municipality, programme, open_slot);
CREATE UNIQUE INDEX intakes_external_reference ON intakes (client, external_reference);
CREATE INDEX intakes_created ON intakes (created_at, id);
CREATE INDEX intakes_municipality ON intakes (municipality, created_at, id);
CREATE INDEX intakes_status ON intakes (status, created_at, id);
CREATE INDEX intakes_programme ON intakes (programme, created_at, id);

CREATE TABLE intake_issues (
    id uuid PRIMARY KEY,
    intake uuid NOT NULL REFERENCES intakes (id),
    position integer NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    UNIQUE (intake, position)
);

CREATE TABLE intake_issue_themes (
    issue uuid NOT NULL REFERENCES intake_issues (id),
    theme text NOT NULL REFERENCES themes (slug),
    intake uuid NOT NULL REFERENCES intakes (id),
    PRIMARY KEY (issue, theme)
);
CREATE INDEX intake_issue_themes_theme ON intake_issue_themes (theme, intake);
CREATE INDEX intake_issue_themes_intake ON intake_issue_themes (intake);

CREATE TABLE intake_issue_target_groups (
    issue uuid NOT NULL REFERENCES intake_issues (id),
    target_group text NOT NULL REFERENCES target_groups (slug),
    intake uuid NOT NULL REFERENCES intakes (id),
    PRIMARY KEY (issue, target_group)
);
CREATE INDEX intake_issue_target_groups_intake ON intake_issue_target_groups (intake);
