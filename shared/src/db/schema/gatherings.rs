//! Meetings and invitations.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    meetings (id) {
        id -> Uid,
        version -> BigInt,
        ical_uid -> Text,
        revision -> Integer,
        sequence -> Integer,
        status -> Text,
        kind -> Text,
        title -> Text,
        agenda -> Nullable<Text>,
        programme -> Nullable<Text>,
        intake -> Nullable<Uid>,
        municipality -> Nullable<Text>,
        organiser -> Nullable<Uid>,
        local_start -> Text,
        local_end -> Text,
        time_zone -> Text,
        starts_at -> Moment,
        ends_at -> Moment,
        place -> Nullable<Text>,
        online_url -> Nullable<Text>,
        cancelled_reason -> Nullable<Text>,
        revised_at -> Moment,
        created_at -> Moment,
        updated_at -> Moment,
        outcome_note -> Nullable<Text>,
        outcome_at -> Nullable<Moment>,
        knowledge_source -> Nullable<Text>,
        learning_practice -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    invitations (id) {
        id -> Uid,
        version -> BigInt,
        meeting -> Uid,
        person -> Uid,
        required -> Bool,
        chair -> Bool,
        answer -> Text,
        remark -> Nullable<Text>,
        answered_at -> Nullable<Moment>,
        answered_via -> Nullable<Text>,
        invited_at -> Moment,
        removed_at -> Nullable<Moment>,
        last_sequence_sent -> Nullable<Integer>,
        first_message_id -> Nullable<Text>,
        updated_at -> Moment,
        bounced_at -> Nullable<Moment>,
        sequence -> Integer,
        delegated_to -> Nullable<Uid>,
        dietary_wishes -> Nullable<Text>,
        accessibility_wishes -> Nullable<Text>,
        replied_at -> Nullable<Moment>,
        place_kept -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    calendars (id) {
        id -> Uid,
        kind -> Text,
        owner -> Uid,
        programme -> Nullable<Text>,
        series -> Nullable<Uid>,
        created_at -> Moment,
        expires_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    meeting_revisions (meeting, sequence) {
        meeting -> Uid,
        sequence -> Integer,
        local_start -> Text,
        local_end -> Text,
        time_zone -> Text,
        place -> Nullable<Text>,
    }
}
