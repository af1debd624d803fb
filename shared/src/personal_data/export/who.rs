//! Who somebody is.

use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;

use super::told;
use crate::db::columns::{At, On};
use crate::db::schema::{identities, people, person_roles, programme_contacts};
use crate::db::{DbConn, DbResult};
use crate::personal_data::Trail;
use crate::personal_data::trail::Thing;

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = people)]
#[serde(rename_all = "camelCase")]
struct PersonRow {
    id: Thing,
    name: String,
    email: Option<String>,
    phone: Option<String>,
    language: String,
    created_at: At,
    updated_at: At,
    erased_at: Option<At>,
}

pub(super) fn person(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let rows: Vec<PersonRow> = people::table
        .filter(people::id.eq(trail.person))
        .select(PersonRow::as_select())
        .load(conn)?;
    told(rows)
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = person_roles)]
#[serde(rename_all = "camelCase")]
struct RoleRow {
    id: Thing,
    role: String,
    municipality: Option<String>,
    organisation: Option<Thing>,
    #[serde(rename = "validFromOn")]
    valid_from: On,
    #[serde(rename = "validUntilOn")]
    valid_until: Option<On>,
    created_at: At,
}

pub(super) fn roles(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let rows: Vec<RoleRow> = person_roles::table
        .filter(person_roles::person.eq(trail.person))
        .order((person_roles::valid_from, person_roles::id))
        .select(RoleRow::as_select())
        .load(conn)?;
    told(rows)
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = identities)]
#[serde(rename_all = "camelCase")]
struct LoginRow {
    issuer: String,
    subject: String,
    created_at: At,
}

pub(super) fn logins(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let rows: Vec<LoginRow> = identities::table
        .filter(identities::person.eq(trail.person))
        .order(identities::id)
        .select(LoginRow::as_select())
        .load(conn)?;
    told(rows)
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = programme_contacts)]
#[serde(rename_all = "camelCase")]
struct ContactRow {
    programme: String,
    position: i32,
}

pub(super) fn programmes(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let rows: Vec<ContactRow> = programme_contacts::table
        .filter(programme_contacts::person.eq(trail.person))
        .order(programme_contacts::programme)
        .select(ContactRow::as_select())
        .load(conn)?;
    told(rows)
}
