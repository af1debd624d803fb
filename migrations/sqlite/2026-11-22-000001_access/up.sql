-- Who is asking: keys, machine clients and the people behind tokens.

CREATE TABLE keys (
    id blob PRIMARY KEY,
    purpose text NOT NULL CHECK (purpose IN ('token_signing', 'link', 'callback', 'sealing')),
    algorithm text NOT NULL,
    -- The public half of a signing key (PEM); absent for symmetric keys.
    public_key text,
    -- The secret, sealed with KOPLOPERS_MASTER_KEY.
    sealed blob NOT NULL,
    created_at integer NOT NULL,
    -- From this instant the key no longer makes new tokens or links.
    retired_at integer,
    -- From this instant the key no longer verifies anything.
    removed_at integer
);

CREATE TABLE clients (
    id blob PRIMARY KEY,
    version bigint NOT NULL,
    client_id text NOT NULL UNIQUE,
    name text NOT NULL,
    municipality text,
    role text NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'disabled')),
    created_at integer NOT NULL,
    updated_at integer NOT NULL
);

CREATE TABLE client_secrets (
    id blob PRIMARY KEY,
    client blob NOT NULL REFERENCES clients (id),
    -- SHA-256 of a secret of 256 random bits.
    secret_hash blob NOT NULL,
    created_at integer NOT NULL,
    expires_at integer
);
CREATE INDEX client_secrets_client ON client_secrets (client);
