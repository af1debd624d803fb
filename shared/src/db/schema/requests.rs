//! Intakes, their issues, assessments and decisions.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    intakes (id) {
        id -> Uid,
        version -> BigInt,
        status -> Text,
        municipality -> Text,
        programme -> Text,
        programme_number -> Integer,
        round -> Nullable<Uid>,
        open_slot -> Nullable<Uid>,
        client -> Nullable<Text>,
        external_reference -> Nullable<Text>,
        contact_person -> Nullable<Uid>,
        sponsor -> Nullable<Uid>,
        sponsor_role -> Nullable<Text>,
        answers -> Text,
        created_at -> Moment,
        updated_at -> Moment,
        submitted_at -> Nullable<Moment>,
        closed_at -> Nullable<Moment>,
        closed_reason -> Nullable<Text>,
        waitlisted_at -> Nullable<Moment>,
        matched_at -> Nullable<Moment>,
        forgotten_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    intake_issues (id) {
        id -> Uid,
        intake -> Uid,
        position -> Integer,
        title -> Text,
        description -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    intake_issue_themes (issue, theme) {
        issue -> Uid,
        theme -> Text,
        intake -> Uid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    intake_issue_target_groups (issue, target_group) {
        issue -> Uid,
        target_group -> Text,
        intake -> Uid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    assessments (intake) {
        intake -> Uid,
        version -> BigInt,
        local_situation -> Nullable<Text>,
        support_needed -> Nullable<Text>,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    assessment_facts (intake, kind, key) {
        intake -> Uid,
        kind -> Text,
        key -> Text,
        evidence -> Nullable<Text>,
        percent -> Nullable<Integer>,
        given_by -> Nullable<Uid>,
        recorded_by -> Text,
        recorded_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    assessment_findings (intake, assessor, criterion) {
        intake -> Uid,
        assessor -> Uid,
        criterion -> Text,
        value -> Text,
        evidence -> Nullable<Text>,
        reason -> Nullable<Text>,
        found_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    assessment_settlements (intake, criterion) {
        intake -> Uid,
        criterion -> Text,
        value -> Text,
        evidence -> Nullable<Text>,
        reason -> Nullable<Text>,
        settled_by -> Text,
        settled_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    decisions (id) {
        id -> Uid,
        version -> BigInt,
        intake -> Uid,
        outcome -> Text,
        state -> Text,
        reason -> Nullable<Text>,
        prepared_by -> Text,
        prepared_at -> Moment,
        released_at -> Nullable<Moment>,
        updated_at -> Moment,
    }
}
