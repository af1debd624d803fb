//! Keys, machine clients, logins and signed links.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    keys (id) {
        id -> Uid,
        purpose -> Text,
        algorithm -> Text,
        public_key -> Nullable<Text>,
        sealed -> Binary,
        created_at -> Moment,
        retired_at -> Nullable<Moment>,
        removed_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    clients (id) {
        id -> Uid,
        version -> BigInt,
        client_id -> Text,
        name -> Text,
        municipality -> Nullable<Text>,
        role -> Text,
        status -> Text,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    client_secrets (id) {
        id -> Uid,
        client -> Uid,
        secret_hash -> Binary,
        created_at -> Moment,
        expires_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    identities (id) {
        id -> Uid,
        issuer -> Text,
        subject -> Text,
        person -> Uid,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    identity_links (code_hash) {
        code_hash -> Binary,
        person -> Uid,
        created_at -> Moment,
        expires_at -> Moment,
        used_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    links (id) {
        id -> Uid,
        purpose -> Text,
        object_id -> Uid,
        recipient -> Uid,
        key_id -> Uid,
        created_at -> Moment,
        expires_at -> Moment,
        revoked_at -> Nullable<Moment>,
    }
}
