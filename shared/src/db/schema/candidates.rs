//! Nominations, candidacies, consent and review.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    cohorts (id) {
        id -> Uid,
        version -> BigInt,
        name -> Text,
        target -> Integer,
        starts_on -> Day,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    candidacies (id) {
        id -> Uid,
        version -> BigInt,
        status -> Text,
        person -> Uid,
        kind -> Text,
        cohort -> Nullable<Uid>,
        municipality -> Nullable<Text>,
        organisation -> Nullable<Uid>,
        tell_by -> Moment,
        told_at -> Nullable<Moment>,
        prepared_outcome -> Nullable<Text>,
        prepared_reason -> Nullable<Text>,
        prepared_by -> Nullable<Uid>,
        prepared_at -> Nullable<Moment>,
        invited_at -> Nullable<Moment>,
        merged_into -> Nullable<Uid>,
        closed_reason -> Nullable<Text>,
        closed_at -> Nullable<Moment>,
        created_at -> Moment,
        updated_at -> Moment,
        forgotten_at -> Nullable<Moment>,
        consent_tried_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    nominations (id) {
        id -> Uid,
        version -> BigInt,
        status -> Text,
        channel -> Text,
        client -> Nullable<Text>,
        external_reference -> Nullable<Text>,
        candidacy -> Nullable<Uid>,
        nominator -> Nullable<Uid>,
        nominator_name -> Text,
        nominator_email -> Nullable<Text>,
        language -> Text,
        nominated_by_municipality -> Nullable<Text>,
        relation -> Text,
        candidate_name -> Text,
        candidate_email -> Nullable<Text>,
        candidate_kind -> Text,
        municipality -> Nullable<Text>,
        organisation -> Nullable<Uid>,
        organisation_name -> Nullable<Text>,
        motivation -> Text,
        innovation -> Text,
        impact -> Text,
        giver_name -> Nullable<Text>,
        giver_email -> Nullable<Text>,
        giver_role -> Nullable<Text>,
        withdrawn_reason -> Nullable<Text>,
        confirmed_at -> Nullable<Moment>,
        confirm_by -> Nullable<Moment>,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    consents (id) {
        id -> Uid,
        version -> BigInt,
        status -> Text,
        person -> Uid,
        candidacy -> Nullable<Uid>,
        member -> Nullable<Uid>,
        municipality -> Nullable<Text>,
        organisation -> Nullable<Uid>,
        giver -> Nullable<Uid>,
        giver_role -> Nullable<Text>,
        wording -> Text,
        requested_by -> Nullable<Uid>,
        requested_at -> Moment,
        accepted_at -> Nullable<Moment>,
        bounced_at -> Nullable<Moment>,
        last_chaser -> Nullable<Integer>,
        answered_at -> Nullable<Moment>,
        answered_by_name -> Nullable<Text>,
        answered_by_role -> Nullable<Text>,
        answered_via -> Nullable<Text>,
        recorded_by -> Nullable<Uid>,
        evidence -> Nullable<Text>,
        reason -> Nullable<Text>,
        closed_at -> Nullable<Moment>,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    reviews (id) {
        id -> Uid,
        version -> BigInt,
        candidacy -> Uid,
        reviewer -> Uid,
        assigned_at -> Moment,
        innovation -> Nullable<Integer>,
        impact -> Nullable<Integer>,
        remark -> Nullable<Text>,
        handed_in_at -> Nullable<Moment>,
        updated_at -> Moment,
    }
}
