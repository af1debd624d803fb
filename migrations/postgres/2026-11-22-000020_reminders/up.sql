-- Reminders of meetings: the rules, and when each of them is due.

-- A rule without programme, kind and meeting holds for every meeting.
CREATE TABLE reminder_rules (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    programme text REFERENCES programmes (slug),
    meeting_kind text CHECK (meeting_kind IN (
        'exploratory_talk', 'intake_talk', 'network', 'kick_off', 'local', 'exchange',
        'closing', 'presentation', 'other')),
    meeting uuid REFERENCES meetings (id),
    kind text NOT NULL CHECK (kind IN ('elapsed', 'local', 'none')),
    -- Minutes before the start for 'elapsed', days before it for 'local'.
    amount integer,
    -- On the clock of the meeting, for 'local'.
    local_time text,
    audience text NOT NULL CHECK (audience IN ('all', 'not_answered', 'accepted', 'required')),
    retired_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK ((amount IS NULL) = (kind = 'none')),
    CHECK ((local_time IS NOT NULL) = (kind = 'local'))
);
CREATE INDEX reminder_rules_created ON reminder_rules (created_at, id);
CREATE INDEX reminder_rules_meeting ON reminder_rules (meeting) WHERE meeting IS NOT NULL;

-- Per meeting, not per invitee: who is reminded is read when a plan fires.
CREATE TABLE reminder_plans (
    meeting uuid NOT NULL REFERENCES meetings (id),
    rule uuid NOT NULL REFERENCES reminder_rules (id),
    -- The start it reminds of: a meeting that moves has other plans.
    starts_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('planned', 'fired', 'passed', 'withdrawn')),
    closed_at timestamptz,
    PRIMARY KEY (meeting, rule, starts_at)
);
CREATE INDEX reminder_plans_due ON reminder_plans (due_at) WHERE state = 'planned';

-- Two weeks, two days and two hours before.
INSERT INTO reminder_rules
    (id, version, kind, amount, local_time, audience, created_at, updated_at)
VALUES
    ('019329c0-c000-7000-8000-00000000000e', 1, 'local', 14, '09:00', 'all', '2025-11-22T00:00:00Z', '2025-11-22T00:00:00Z'),
    ('019329c0-c001-7000-8000-000000000002', 1, 'local', 2, '09:00', 'all', '2025-11-22T00:00:00Z', '2025-11-22T00:00:00Z'),
    ('019329c0-c002-7000-8000-000000000078', 1, 'elapsed', 120, NULL, 'all', '2025-11-22T00:00:00Z', '2025-11-22T00:00:00Z');
