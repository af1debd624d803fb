-- Consents are listed by when they were asked.
CREATE INDEX consents_created ON consents (created_at, id);
