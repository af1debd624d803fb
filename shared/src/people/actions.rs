//! Adding and changing people.

use jiff::Timestamp;
use serde_json::json;

pub use super::actions_roles::{add_role, end_role};
use super::actions_roles::{check_body, held};
use super::{
    ChangePersonError, CreatePersonError, HeldRole, NewPerson, Person, PersonChanges, RoleError,
    queries, rules,
};
use crate::access::{Granted, PeopleWrite};
use crate::audit::{self, AuditLine};
use crate::db::{DbConn, DbResult};
use crate::events::{self, NewEvent, Subject};
use crate::ids::PersonId;
use crate::words::MunicipalityCode;

/// Adds a person, with the roles they hold. A municipality adds a person together with a role
/// at itself, since it would not see them otherwise.
pub fn create(
    conn: &mut DbConn,
    granted: &Granted<PeopleWrite>,
    now: Timestamp,
    new: NewPerson,
) -> Result<(Person, Vec<HeldRole>), CreatePersonError> {
    if granted.scope().bound_to().is_some() && new.roles.is_empty() {
        return Err(CreatePersonError::RoleNeeded);
    }
    let person = Person {
        id: PersonId::generate(),
        version: 1,
        name: new.name,
        email: new.email,
        phone: new.phone,
        language: new.language,
        created_at: now,
        updated_at: now,
        erased_at: None,
    };
    let mut roles: Vec<HeldRole> = Vec::new();
    let mut wrong = Vec::new();
    for (at, new) in new.roles.into_iter().enumerate() {
        let settled = rules::settle(granted.scope(), new)
            .and_then(|new| check_body(conn, &new).map(|()| held(person.id, &new)));
        match settled {
            Ok(role) if roles.iter().any(|other| other.repeats(&role)) => {
                wrong.push((at, RoleError::Held));
            }
            Ok(role) => roles.push(role),
            Err(RoleError::Db(error)) => return Err(error.into()),
            Err(error) => wrong.push((at, error)),
        }
    }
    if !wrong.is_empty() {
        return Err(CreatePersonError::Roles(wrong));
    }
    queries::insert(conn, &person)?;
    for role in &roles {
        queries::insert_role(conn, role, now)?;
    }
    let municipality = roles.iter().find_map(|role| role.municipality);
    let words: Vec<_> = roles.iter().map(|role| role.role).collect();
    let told = Told {
        event: "person.created",
        action: "person.create",
        municipality,
        data: json!({ "roles": words }),
    };
    tell(conn, granted, now, person.id, told)?;
    Ok((person, roles))
}

/// Changes a person; `expected` is the version the caller read, if they said so.
pub fn change(
    conn: &mut DbConn,
    granted: &Granted<PeopleWrite>,
    now: Timestamp,
    id: PersonId,
    expected: Option<i64>,
    changes: PersonChanges,
) -> Result<Person, ChangePersonError> {
    let mut person = found(conn, granted, id, expected)?;
    let roles = queries::roles_of_many(conn, &crate::access::Scope::Institute, &[id])?;
    if !rules::may_change(granted.scope(), &roles) {
        return Err(ChangePersonError::Shared);
    }
    let told = Told {
        event: "person.changed",
        action: "person.change",
        municipality: granted.scope().bound_to(),
        data: json!({ "fields": changes.fields() }),
    };
    person.name = changes.name.unwrap_or(person.name);
    person.email = changes.email.unwrap_or(person.email);
    person.phone = changes.phone.unwrap_or(person.phone);
    person.language = changes.language.unwrap_or(person.language);
    let from = person.version;
    person.version += 1;
    person.updated_at = now;
    queries::update(conn, from, &person)?;
    tell(conn, granted, now, id, told)?;
    Ok(person)
}

/// The person, if the caller sees them, they are not erased, and they are as the caller read
/// them.
pub(super) fn found(
    conn: &mut DbConn,
    granted: &Granted<PeopleWrite>,
    id: PersonId,
    expected: Option<i64>,
) -> Result<Person, ChangePersonError> {
    let person = queries::find(conn, granted.scope(), id)?.ok_or(ChangePersonError::NotFound)?;
    if expected.is_some_and(|version| version != person.version) {
        Err(ChangePersonError::Stale)
    } else if person.is_erased() {
        Err(ChangePersonError::Erased)
    } else {
        Ok(person)
    }
}

/// What the stream of events and the audit trail are told.
pub(super) struct Told {
    pub event: &'static str,
    pub action: &'static str,
    pub municipality: Option<MunicipalityCode>,
    pub data: serde_json::Value,
}

pub(super) fn tell(
    conn: &mut DbConn,
    granted: &Granted<PeopleWrite>,
    now: Timestamp,
    id: PersonId,
    told: Told,
) -> DbResult<()> {
    let event = NewEvent {
        event_type: told.event,
        subject: Subject {
            kind: "person",
            id: id.0,
        },
        municipality: told.municipality,
        from: None,
        to: None,
        reason: None,
        data: told.data,
    };
    events::append(conn, &event, granted.actor(), now)?;
    let line = AuditLine {
        action: told.action,
        object_type: "person",
        object_id: Some(id.to_string()),
        municipality: told.municipality,
    };
    audit::record(conn, granted.actor(), line, now)
}
