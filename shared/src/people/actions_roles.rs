//! Giving and ending roles.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

use super::actions::{Told, found, tell};
use super::{ChangePersonError, HeldRole, NewRole, Person, RoleError, queries, rules};
use crate::access::{Granted, PeopleWrite, Scope};
use crate::db::DbConn;
use crate::ids::{PersonId, PersonRoleId};
use crate::municipalities::{InvalidMunicipality, queries as municipalities};
use crate::organisations::queries as organisations;

/// Gives a person a role. `expected` is the version the caller read, if they said so.
pub fn add_role(
    conn: &mut DbConn,
    granted: &Granted<PeopleWrite>,
    now: Timestamp,
    id: PersonId,
    expected: Option<i64>,
    new: NewRole,
) -> Result<(Person, HeldRole), ChangePersonError> {
    let person = found(conn, granted, id, expected)?;
    let new = rules::settle(granted.scope(), new)?;
    check_body(conn, &new)?;
    let role = held(id, &new);
    let others = queries::roles_of_many(conn, &Scope::Institute, &[id])?;
    if others.iter().any(|other| other.repeats(&role)) {
        return Err(RoleError::Held.into());
    }
    queries::insert_role(conn, &role, now)?;
    let told = Told {
        event: "person.role_added",
        action: "person.add_role",
        municipality: role.municipality,
        data: json!({ "role": role.role, "roleId": role.id }),
    };
    let person = risen(conn, granted, now, person, told)?;
    Ok((person, role))
}

/// Ends a role after the day `on`, or brings its end forward. `expected` is the version of the
/// person that the caller read, if they said so.
pub fn end_role(
    conn: &mut DbConn,
    granted: &Granted<PeopleWrite>,
    now: Timestamp,
    (id, role): (PersonId, PersonRoleId),
    expected: Option<i64>,
    on: Date,
) -> Result<(Person, HeldRole), ChangePersonError> {
    let person = found(conn, granted, id, expected)?;
    let mut role = queries::roles_of_many(conn, granted.scope(), &[id])?
        .into_iter()
        .find(|held| held.id == role)
        .ok_or(ChangePersonError::RoleNotFound)?;
    if let Some(on) = role.valid_until.filter(|until| *until <= on) {
        return Err(ChangePersonError::RoleEnded { on });
    }
    if on < role.valid_from {
        return Err(ChangePersonError::BeforeBegin {
            from: role.valid_from,
        });
    }
    queries::end_role(conn, role.id, on)?;
    role.valid_until = Some(on);
    let told = Told {
        event: "person.role_ended",
        action: "person.end_role",
        municipality: role.municipality,
        data: json!({ "role": role.role, "roleId": role.id, "validUntilOn": on }),
    };
    let person = risen(conn, granted, now, person, told)?;
    Ok((person, role))
}

fn risen(
    conn: &mut DbConn,
    granted: &Granted<PeopleWrite>,
    now: Timestamp,
    mut person: Person,
    told: Told,
) -> Result<Person, ChangePersonError> {
    let from = person.version;
    person.version += 1;
    person.updated_at = now;
    queries::update(conn, from, &person)?;
    tell(conn, granted, now, person.id, told)?;
    Ok(person)
}

/// Checks that the municipality or organisation of a settled role is there.
pub(super) fn check_body(conn: &mut DbConn, new: &NewRole) -> Result<(), RoleError> {
    if let Some(code) = new.municipality {
        match municipalities::find_valid(conn, code, new.valid_from) {
            // A role may have begun before the list knew of the municipality.
            Ok(_) | Err(InvalidMunicipality::NotYet { .. }) => {}
            Err(InvalidMunicipality::Db(error)) => return Err(error.into()),
            Err(error) => return Err(error.into()),
        }
    }
    if let Some(id) = new.organisation
        && organisations::find(conn, id)?.is_none()
    {
        return Err(RoleError::UnknownOrganisation);
    }
    Ok(())
}

pub(super) fn held(person: PersonId, new: &NewRole) -> HeldRole {
    HeldRole {
        id: PersonRoleId::generate(),
        person,
        role: new.role,
        municipality: new.municipality,
        organisation: new.organisation,
        valid_from: new.valid_from,
        valid_until: new.valid_until,
    }
}
