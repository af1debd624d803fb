-- Programmes with their versions, rounds, themes and target groups; municipalities.

CREATE TABLE municipalities (
    code text PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    province text NOT NULL,
    valid_from text,
    -- The first day on which the municipality no longer exists.
    valid_until text,
    source text NOT NULL,
    source_year integer NOT NULL
);

-- A merged municipality has one successor, a split one has several.
CREATE TABLE municipality_successors (
    code text NOT NULL REFERENCES municipalities (code),
    successor text NOT NULL REFERENCES municipalities (code),
    since_on text NOT NULL,
    PRIMARY KEY (code, successor)
);
CREATE INDEX municipality_successors_successor ON municipality_successors (successor);

CREATE TABLE themes (
    slug text PRIMARY KEY,
    name_nl text NOT NULL,
    name_en text NOT NULL,
    created_at integer NOT NULL,
    retired_at integer
);

CREATE TABLE target_groups (
    slug text PRIMARY KEY,
    name_nl text NOT NULL,
    name_en text NOT NULL,
    created_at integer NOT NULL,
    retired_at integer
);

CREATE TABLE programmes (
    slug text PRIMARY KEY,
    version bigint NOT NULL,
    current_number integer NOT NULL,
    open boolean NOT NULL,
    created_at integer NOT NULL,
    updated_at integer NOT NULL
);

CREATE TABLE programme_versions (
    id blob PRIMARY KEY,
    programme text NOT NULL REFERENCES programmes (slug),
    number integer NOT NULL,
    origin text NOT NULL CHECK (origin IN ('shipped', 'published')),
    -- The whole content as JSON: criteria, questions, building blocks, meeting plan, rules.
    content text NOT NULL,
    published_at integer NOT NULL,
    UNIQUE (programme, number)
);

CREATE TABLE rounds (
    id blob PRIMARY KEY,
    version bigint NOT NULL,
    programme text NOT NULL REFERENCES programmes (slug),
    name text NOT NULL,
    opens_on text NOT NULL,
    -- The last day on which an intake can be submitted.
    closes_on text NOT NULL,
    capacity integer NOT NULL CHECK (capacity > 0),
    created_at integer NOT NULL,
    updated_at integer NOT NULL
);
CREATE INDEX rounds_programme ON rounds (programme, opens_on, id);
