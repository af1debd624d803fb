//! Date polls: their options, whom they need, and the votes.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    date_polls (meeting) {
        meeting -> Uid,
        version -> BigInt,
        status -> Text,
        closes_at -> Moment,
        round -> Integer,
        last_chaser -> Nullable<Integer>,
        result -> Nullable<Text>,
        closed_at -> Nullable<Moment>,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    date_poll_municipalities (meeting, municipality) {
        meeting -> Uid,
        municipality -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    date_poll_options (id) {
        id -> Uid,
        meeting -> Uid,
        state -> Text,
        local_start -> Text,
        local_end -> Text,
        time_zone -> Text,
        starts_at -> Moment,
        ends_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    date_poll_votes (poll_option, person) {
        poll_option -> Uid,
        person -> Uid,
        vote -> Text,
        remark -> Nullable<Text>,
        via -> Text,
        voted_at -> Moment,
    }
}
