//! Learning groups, series, and what only some meetings have.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    learning_groups (id) {
        id -> Uid,
        version -> BigInt,
        name -> Text,
        description -> Nullable<Text>,
        programme -> Text,
        programme_number -> Integer,
        round -> Nullable<Uid>,
        starts_on -> Nullable<Day>,
        closed_at -> Nullable<Moment>,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    practices (id) {
        id -> Uid,
        version -> BigInt,
        learning_group -> Uid,
        municipality -> Text,
        trajectory -> Nullable<Uid>,
        name -> Text,
        issue -> Text,
        ended_at -> Nullable<Moment>,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    practice_parties (practice, kind) {
        practice -> Uid,
        kind -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    learning_group_members (id) {
        id -> Uid,
        learning_group -> Uid,
        person -> Uid,
        practice -> Nullable<Uid>,
        joined_at -> Moment,
        left_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    series (id) {
        id -> Uid,
        version -> BigInt,
        name -> Text,
        description -> Nullable<Text>,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    meeting_extras (meeting) {
        meeting -> Uid,
        learning_group -> Nullable<Uid>,
        practice -> Nullable<Uid>,
        trajectory -> Nullable<Uid>,
        series -> Nullable<Uid>,
        capacity -> Nullable<Integer>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    attendances (meeting, person) {
        meeting -> Uid,
        person -> Uid,
        presence -> Text,
        delegate -> Nullable<Uid>,
        recorded_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    meeting_minutes (meeting) {
        meeting -> Uid,
        body -> Text,
        written_at -> Moment,
    }
}
