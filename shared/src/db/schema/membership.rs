//! Associate members and their theme rounds.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    members (id) {
        id -> Uid,
        version -> BigInt,
        status -> Text,
        person -> Uid,
        cohort -> Uid,
        candidacy -> Nullable<Uid>,
        kind -> Text,
        municipality -> Nullable<Text>,
        organisation -> Nullable<Uid>,
        consent_review_since -> Nullable<Moment>,
        hours_per_month -> Nullable<Integer>,
        availability -> Nullable<Text>,
        introduction -> Nullable<Text>,
        profile_visibility -> Text,
        employer_visibility -> Text,
        expertise_visibility -> Text,
        contact_visibility -> Text,
        paused_until_on -> Nullable<Day>,
        status_reason -> Nullable<Text>,
        joined_at -> Moment,
        left_at -> Nullable<Moment>,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    member_topics (id) {
        id -> Uid,
        member -> Uid,
        kind -> Text,
        position -> Integer,
        theme -> Nullable<Text>,
        description -> Nullable<Text>,
        level -> Integer,
        interest -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    member_practices (member, practice) {
        member -> Uid,
        practice -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    theme_rounds (id) {
        id -> Uid,
        version -> BigInt,
        status -> Text,
        name -> Text,
        description -> Nullable<Text>,
        closes_on -> Day,
        weights -> Text,
        result -> Nullable<Text>,
        cancelled_reason -> Nullable<Text>,
        closed_at -> Nullable<Moment>,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    theme_proposals (id) {
        id -> Uid,
        round -> Uid,
        theme -> Text,
        proposed_by -> Uid,
        motivation -> Nullable<Text>,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    theme_votes (proposal, member) {
        proposal -> Uid,
        member -> Uid,
        experience -> Integer,
        interest -> Integer,
        voted_at -> Moment,
    }
}
