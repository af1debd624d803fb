//! The outbox, what the worker keeps, and mail that comes in.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    deliveries (id) {
        id -> Uid,
        dedupe_key -> Text,
        kind -> Text,
        payload -> Text,
        recipient -> Nullable<Uid>,
        subject_type -> Text,
        subject_id -> Uid,
        meeting -> Nullable<Uid>,
        invitation -> Nullable<Uid>,
        revision -> Nullable<Integer>,
        sequence -> Nullable<Integer>,
        order_key -> Text,
        priority -> Integer,
        due_at -> Moment,
        expires_at -> Nullable<Moment>,
        state -> Text,
        dropped_reason -> Nullable<Text>,
        attempts -> Integer,
        next_at -> Moment,
        lease_token -> Nullable<Uid>,
        lease_until -> Nullable<Moment>,
        message_id -> Nullable<Text>,
        mime -> Nullable<Binary>,
        smtp_code -> Nullable<Integer>,
        smtp_text -> Nullable<Text>,
        request_id -> Nullable<Text>,
        created_at -> Moment,
        sent_at -> Nullable<Moment>,
        closed_at -> Nullable<Moment>,
        address_hash -> Nullable<Binary>,
        bounced_at -> Nullable<Moment>,
        bounce_status -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    delivery_attempts (id) {
        id -> Uid,
        delivery -> Uid,
        started_at -> Moment,
        ended_at -> Moment,
        outcome -> Text,
        phase -> Nullable<Text>,
        smtp_code -> Nullable<Integer>,
        smtp_text -> Nullable<Text>,
        worker -> Uid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    suppressions (address_hash) {
        address_hash -> Binary,
        reason -> Text,
        delivery -> Nullable<Uid>,
        created_at -> Moment,
        id -> Uid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    schedule_slots (name, local_slot) {
        name -> Text,
        local_slot -> Text,
        claimed_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    workers (id) {
        id -> Uid,
        started_at -> Moment,
        seen_at -> Moment,
        stopped_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    queue_pauses (name) {
        name -> Text,
        reason -> Text,
        since_at -> Moment,
        until_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    inbound_mails (id) {
        id -> Uid,
        digest -> Binary,
        outcome -> Text,
        reason -> Nullable<Text>,
        delivery -> Nullable<Uid>,
        invitation -> Nullable<Uid>,
        mime -> Nullable<Binary>,
        received_at -> Moment,
    }
}
