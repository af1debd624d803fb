//! Municipalities, themes, target groups and programmes.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    municipalities (code) {
        code -> Text,
        version -> BigInt,
        name -> Text,
        province -> Text,
        valid_from -> Nullable<Day>,
        valid_until -> Nullable<Day>,
        source -> Text,
        source_year -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    municipality_successors (code, successor) {
        code -> Text,
        successor -> Text,
        since_on -> Day,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    themes (slug) {
        slug -> Text,
        name_nl -> Text,
        name_en -> Text,
        created_at -> Moment,
        retired_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    target_groups (slug) {
        slug -> Text,
        name_nl -> Text,
        name_en -> Text,
        created_at -> Moment,
        retired_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    programmes (slug) {
        slug -> Text,
        version -> BigInt,
        current_number -> Integer,
        open -> Bool,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    programme_versions (id) {
        id -> Uid,
        programme -> Text,
        number -> Integer,
        origin -> Text,
        content -> Text,
        published_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    rounds (id) {
        id -> Uid,
        version -> BigInt,
        programme -> Text,
        name -> Text,
        opens_on -> Day,
        closes_on -> Day,
        capacity -> Integer,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    programme_contacts (programme, person) {
        programme -> Text,
        person -> Uid,
        position -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    programme_partners (programme, organisation) {
        programme -> Text,
        organisation -> Uid,
        position -> Integer,
    }
}
