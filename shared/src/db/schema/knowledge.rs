//! Knowledge items, referrals and spreads.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    knowledge_items (id) {
        id -> Uid,
        version -> BigInt,
        status -> Text,
        title -> Text,
        summary -> Text,
        url -> Text,
        language -> Text,
        source -> Text,
        learning_practice -> Nullable<Text>,
        programme -> Nullable<Text>,
        meeting -> Nullable<Uid>,
        created_at -> Moment,
        updated_at -> Moment,
        published_at -> Nullable<Moment>,
        retired_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    knowledge_item_themes (item, theme) {
        item -> Uid,
        theme -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    knowledge_item_target_groups (item, target_group) {
        item -> Uid,
        target_group -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    referrals (id) {
        id -> Uid,
        intake -> Uid,
        note -> Text,
        referred_by -> Text,
        referred_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    spreads (id) {
        id -> Uid,
        item -> Uid,
        recipient -> Nullable<Uid>,
        municipality -> Nullable<Text>,
        referral -> Nullable<Uid>,
        position -> Integer,
        spread_at -> Moment,
    }
}
