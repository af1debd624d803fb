-- Organisations, people, their roles, and the logins that belong to them.

CREATE TABLE organisations (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    website text,
    -- Its key in data/partners.toml, for those that ship.
    shipped_key text UNIQUE,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX organisations_created ON organisations (created_at, id);

CREATE TABLE people (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    -- The name in lower case and without accents, for searching.
    name_key text NOT NULL DEFAULT '',
    email text,
    -- The address in the form in which two spellings of one mailbox are equal.
    email_key text,
    phone text,
    language text NOT NULL CHECK (language IN ('nl', 'en')),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    erased_at timestamptz
);
CREATE INDEX people_created ON people (created_at, id);
CREATE INDEX people_email_key ON people (email_key);

CREATE TABLE person_roles (
    id uuid PRIMARY KEY,
    person uuid NOT NULL REFERENCES people (id),
    role text NOT NULL,
    municipality text REFERENCES municipalities (code),
    organisation uuid REFERENCES organisations (id),
    valid_from date NOT NULL,
    -- The last day on which the role is held.
    valid_until date,
    created_at timestamptz NOT NULL,
    CHECK (municipality IS NULL OR organisation IS NULL)
);
CREATE INDEX person_roles_person ON person_roles (person);
CREATE INDEX person_roles_municipality ON person_roles (municipality, person);
CREATE INDEX person_roles_organisation ON person_roles (organisation, person);

CREATE TABLE programme_contacts (
    programme text NOT NULL REFERENCES programmes (slug),
    person uuid NOT NULL REFERENCES people (id),
    position integer NOT NULL,
    PRIMARY KEY (programme, person)
);

CREATE TABLE programme_partners (
    programme text NOT NULL REFERENCES programmes (slug),
    organisation uuid NOT NULL REFERENCES organisations (id),
    position integer NOT NULL,
    PRIMARY KEY (programme, organisation)
);

CREATE TABLE identities (
    id uuid PRIMARY KEY,
    issuer text NOT NULL,
    subject text NOT NULL,
    person uuid NOT NULL REFERENCES people (id),
    created_at timestamptz NOT NULL,
    UNIQUE (issuer, subject)
);
CREATE INDEX identities_person ON identities (person);

CREATE TABLE identity_links (
    -- SHA-256 of the one-time code.
    code_hash bytea PRIMARY KEY,
    person uuid NOT NULL REFERENCES people (id),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
