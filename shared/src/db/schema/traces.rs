//! Business events, the audit trail and remembered answers.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    events (id) {
        id -> Uid,
        seq -> Nullable<BigInt>,
        #[sql_name = "type"]
        type_ -> Text,
        subject_type -> Text,
        subject_id -> Uid,
        municipality -> Nullable<Text>,
        from_status -> Nullable<Text>,
        to_status -> Nullable<Text>,
        reason -> Nullable<Text>,
        actor_kind -> Text,
        actor_id -> Text,
        data -> Text,
        at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    audit_events (id) {
        id -> Uid,
        at -> Moment,
        actor_kind -> Text,
        actor_id -> Text,
        action -> Text,
        object_type -> Text,
        object_id -> Nullable<Text>,
        municipality -> Nullable<Text>,
        result -> Text,
        origin -> Nullable<Text>,
        request_id -> Nullable<Text>,
        batch -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    audit_seals (batch) {
        batch -> BigInt,
        rows -> Integer,
        hash -> Binary,
        sealed_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    idempotency_keys (caller, operation, key) {
        caller -> Text,
        operation -> Text,
        key -> Text,
        body_hash -> Binary,
        status -> Integer,
        headers -> Text,
        body -> Text,
        created_at -> Moment,
    }
}
