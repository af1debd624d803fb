//! Offers, trajectories and learning networks.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    offers (id) {
        id -> Uid,
        version -> BigInt,
        intake -> Uid,
        number -> Integer,
        status -> Text,
        municipality -> Text,
        programme -> Text,
        programme_number -> Integer,
        introduction -> Nullable<Text>,
        content -> Text,
        valid_until_on -> Nullable<Day>,
        cost_cents -> BigInt,
        own_contribution_cents -> BigInt,
        sponsor -> Nullable<Uid>,
        sponsor_role -> Nullable<Text>,
        sent_at -> Nullable<Moment>,
        answered_by_name -> Nullable<Text>,
        answered_by_role -> Nullable<Text>,
        answered_at -> Nullable<Moment>,
        closed_reason -> Nullable<Text>,
        closed_at -> Nullable<Moment>,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    trajectories (id) {
        id -> Uid,
        version -> BigInt,
        status -> Text,
        intake -> Uid,
        offer -> Uid,
        programme -> Text,
        programme_number -> Integer,
        round -> Nullable<Uid>,
        municipality -> Text,
        running_at -> Nullable<Moment>,
        year_ends_on -> Nullable<Day>,
        end_product_due_on -> Nullable<Day>,
        end_product_item -> Nullable<Uid>,
        end_product_delivered_on -> Nullable<Day>,
        outcome -> Nullable<Text>,
        anchoring -> Nullable<Text>,
        municipality_judgement -> Nullable<Text>,
        municipality_remark -> Nullable<Text>,
        residents_judgement -> Nullable<Text>,
        residents_remark -> Nullable<Text>,
        stopped_reason -> Nullable<Text>,
        closed_at -> Nullable<Moment>,
        created_at -> Moment,
        updated_at -> Moment,
        forgotten_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    trajectory_blocks (id) {
        id -> Uid,
        trajectory -> Uid,
        position -> Integer,
        key -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    trajectory_steps (id) {
        id -> Uid,
        version -> BigInt,
        trajectory -> Uid,
        block -> Uid,
        position -> Integer,
        key -> Nullable<Text>,
        name -> Text,
        form -> Nullable<Text>,
        method -> Nullable<Text>,
        planned_on -> Nullable<Day>,
        status -> Text,
        note -> Nullable<Text>,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    trajectory_officials (trajectory, person) {
        trajectory -> Uid,
        person -> Uid,
        added_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    learning_networks (id) {
        id -> Uid,
        version -> BigInt,
        kind -> Text,
        name -> Text,
        description -> Nullable<Text>,
        theme -> Nullable<Text>,
        closed_at -> Nullable<Moment>,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    network_memberships (id) {
        id -> Uid,
        network -> Uid,
        person -> Uid,
        trajectory -> Nullable<Uid>,
        municipality -> Nullable<Text>,
        joined_at -> Moment,
        left_at -> Nullable<Moment>,
    }
}
