-- The body of knowledge, and who was pointed to what.

CREATE TABLE knowledge_items (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    status text NOT NULL CHECK (status IN ('draft', 'published', 'retired')),
    title text NOT NULL,
    summary text NOT NULL,
    url text NOT NULL,
    language text NOT NULL CHECK (language IN ('nl', 'en')),
    -- Where the knowledge comes from, and in which learning practice it was gathered.
    source text NOT NULL CHECK (source IN ('practice', 'science', 'experience')),
    learning_practice text CHECK (learning_practice IN (
        'quality_compass', 'living_lab', 'action_research', 'breakthrough')),
    programme text REFERENCES programmes (slug),
    -- The meeting in which it was gathered.
    meeting uuid REFERENCES meetings (id),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    published_at timestamptz,
    retired_at timestamptz
);
CREATE INDEX knowledge_items_created ON knowledge_items (created_at, id);
CREATE INDEX knowledge_items_status ON knowledge_items (status, created_at, id);

CREATE TABLE knowledge_item_themes (
    item uuid NOT NULL REFERENCES knowledge_items (id),
    theme text NOT NULL REFERENCES themes (slug),
    PRIMARY KEY (item, theme)
);
CREATE INDEX knowledge_item_themes_theme ON knowledge_item_themes (theme, item);

CREATE TABLE knowledge_item_target_groups (
    item uuid NOT NULL REFERENCES knowledge_items (id),
    target_group text NOT NULL REFERENCES target_groups (slug),
    PRIMARY KEY (item, target_group)
);
CREATE INDEX knowledge_item_target_groups_group ON knowledge_item_target_groups (target_group, item);

-- The answer to a light question.
CREATE TABLE referrals (
    id uuid PRIMARY KEY,
    intake uuid NOT NULL UNIQUE REFERENCES intakes (id),
    note text NOT NULL,
    referred_by text NOT NULL,
    referred_at timestamptz NOT NULL
);

-- One item to which one person was pointed.
CREATE TABLE spreads (
    id uuid PRIMARY KEY,
    item uuid NOT NULL REFERENCES knowledge_items (id),
    recipient uuid REFERENCES people (id),
    municipality text REFERENCES municipalities (code),
    referral uuid REFERENCES referrals (id),
    position integer NOT NULL,
    spread_at timestamptz NOT NULL
);
CREATE INDEX spreads_item ON spreads (item, spread_at, id);
CREATE INDEX spreads_referral ON spreads (referral, position);
CREATE INDEX spreads_recipient ON spreads (recipient);
