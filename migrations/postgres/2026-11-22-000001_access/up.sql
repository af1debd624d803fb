-- Who is asking: keys, machine clients and the people behind tokens.

CREATE TABLE keys (
    id uuid PRIMARY KEY,
    purpose text NOT NULL CHECK (purpose IN ('token_signing', 'link', 'callback', 'sealing')),
    algorithm text NOT NULL,
    -- The public half of a signing key (PEM); absent for symmetric keys.
    public_key text,
    -- The secret, sealed with KOPLOPERS_MASTER_KEY.
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    -- From this instant the key no longer makes new tokens or links.
    retired_at timestamptz,
    -- From this instant the key no longer verifies anything.
    removed_at timestamptz
);

CREATE TABLE clients (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    client_id text NOT NULL UNIQUE,
    name text NOT NULL,
    municipality text,
    role text NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'disabled')),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE client_secrets (
    id uuid PRIMARY KEY,
    client uuid NOT NULL REFERENCES clients (id),
    -- SHA-256 of a secret of 256 random bits.
    secret_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz
);
CREATE INDEX client_secrets_client ON client_secrets (client);
