//! Organisations, people and their roles.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    organisations (id) {
        id -> Uid,
        version -> BigInt,
        name -> Text,
        kind -> Text,
        website -> Nullable<Text>,
        shipped_key -> Nullable<Text>,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    people (id) {
        id -> Uid,
        version -> BigInt,
        name -> Text,
        name_key -> Text,
        email -> Nullable<Text>,
        email_key -> Nullable<Text>,
        phone -> Nullable<Text>,
        language -> Text,
        created_at -> Moment,
        updated_at -> Moment,
        erased_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::columns::*;

    person_roles (id) {
        id -> Uid,
        person -> Uid,
        role -> Text,
        municipality -> Nullable<Text>,
        organisation -> Nullable<Uid>,
        valid_from -> Day,
        valid_until -> Nullable<Day>,
        created_at -> Moment,
    }
}
