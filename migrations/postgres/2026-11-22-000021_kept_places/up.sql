-- Whether the place of whoever sends somebody else is kept for this invitee until they answer.
ALTER TABLE invitations ADD COLUMN place_kept boolean NOT NULL DEFAULT false;
