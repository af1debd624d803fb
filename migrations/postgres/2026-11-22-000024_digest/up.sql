-- The digest asks every day what came back lately.
CREATE INDEX deliveries_bounced ON deliveries (bounced_at) WHERE bounced_at IS NOT NULL;
