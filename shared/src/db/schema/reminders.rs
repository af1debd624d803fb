//! Reminder rules, and when they are due for each meeting.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    reminder_rules (id) {
        id -> Uid,
        version -> BigInt,
        programme -> Nullable<Text>,
        meeting_kind -> Nullable<Text>,
        meeting -> Nullable<Uid>,
        kind -> Text,
        amount -> Nullable<Integer>,
        local_time -> Nullable<Text>,
        audience -> Text,
        retired_at -> Nullable<Moment>,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    reminder_plans (meeting, rule, starts_at) {
        meeting -> Uid,
        rule -> Uid,
        starts_at -> Moment,
        due_at -> Moment,
        state -> Text,
        closed_at -> Nullable<Moment>,
    }
}
