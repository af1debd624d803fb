-- Meetings of every kind, and what was told of each of their changes.

-- Where the knowledge of the meeting comes from, and in which way people learn (N7).
ALTER TABLE meetings ADD COLUMN knowledge_source text;
ALTER TABLE meetings ADD COLUMN learning_practice text;

-- The SEQUENCE of the newest calendar mail meant for this invitee.
ALTER TABLE invitations ADD COLUMN sequence integer NOT NULL DEFAULT 0;
UPDATE invitations SET sequence =
    (SELECT meetings.sequence FROM meetings WHERE meetings.id = invitations.meeting);

-- When and where a meeting was at each SEQUENCE: a mail about a change tells what its reader
-- knew before.
CREATE TABLE meeting_revisions (
    meeting uuid NOT NULL REFERENCES meetings (id),
    sequence integer NOT NULL,
    local_start text NOT NULL,
    local_end text NOT NULL,
    time_zone text NOT NULL,
    place text,
    PRIMARY KEY (meeting, sequence)
);
INSERT INTO meeting_revisions (meeting, sequence, local_start, local_end, time_zone, place)
    SELECT id, sequence, local_start, local_end, time_zone, place FROM meetings;
