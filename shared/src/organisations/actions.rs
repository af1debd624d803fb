//! Adding, changing and removing organisations.

use jiff::Timestamp;

use super::{Organisation, OrganisationChanges, OrganisationFields, queries};
use crate::access::{Granted, PeopleWrite, Scope};
use crate::audit::{self, AuditLine};
use crate::catalogue::{OrganisationKind, Partner};
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::OrganisationId;

/// Why an organisation was not added, changed or removed.
#[derive(Debug, thiserror::Error)]
pub enum OrganisationError {
    /// The caller is bound to a municipality; organisations are shared by all.
    #[error("organisations are kept by the institute")]
    InstituteOnly,
    /// There is none of this id.
    #[error("there is no such organisation")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the organisation was changed in the meantime")]
    Stale,
    /// Municipalities are on a list of their own.
    #[error("a municipality is named by its code")]
    Municipality,
    /// It is one of the shipped partners, which programmes name.
    #[error("a shipped partner stays")]
    Shipped,
    /// A role is or was held with it, or a programme runs jointly with it.
    #[error("the organisation is in use")]
    InUse,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Adds an organisation.
pub fn create(
    conn: &mut DbConn,
    granted: &Granted<PeopleWrite>,
    now: Timestamp,
    fields: OrganisationFields,
) -> Result<Organisation, OrganisationError> {
    may_write(granted, fields.kind)?;
    let organisation = Organisation {
        id: OrganisationId::generate(),
        version: 1,
        name: fields.name,
        kind: fields.kind,
        website: fields.website,
        shipped_key: None,
        created_at: now,
        updated_at: now,
    };
    queries::insert(conn, &organisation)?;
    record(conn, granted, "organisation.create", organisation.id, now)?;
    Ok(organisation)
}

/// Changes an organisation; `expected` is the version the caller read, if they said so.
pub fn change(
    conn: &mut DbConn,
    granted: &Granted<PeopleWrite>,
    now: Timestamp,
    id: OrganisationId,
    expected: Option<i64>,
    changes: OrganisationChanges,
) -> Result<Organisation, OrganisationError> {
    let mut organisation = found(conn, granted, id, expected)?;
    organisation.name = changes.name.unwrap_or(organisation.name);
    organisation.kind = changes.kind.unwrap_or(organisation.kind);
    organisation.website = changes.website.unwrap_or(organisation.website);
    may_write(granted, organisation.kind)?;
    let from = organisation.version;
    organisation.version += 1;
    organisation.updated_at = now;
    queries::update(conn, from, &organisation)?;
    record(conn, granted, "organisation.change", id, now)?;
    Ok(organisation)
}

/// Removes an organisation that nothing refers to; `expected` as for [`change`].
pub fn delete(
    conn: &mut DbConn,
    granted: &Granted<PeopleWrite>,
    now: Timestamp,
    id: OrganisationId,
    expected: Option<i64>,
) -> Result<(), OrganisationError> {
    let organisation = found(conn, granted, id, expected)?;
    if organisation.shipped_key.is_some() {
        return Err(OrganisationError::Shipped);
    }
    if queries::is_used(conn, id)? {
        return Err(OrganisationError::InUse);
    }
    queries::delete(conn, id, organisation.version)?;
    record(conn, granted, "organisation.delete", id, now)?;
    Ok(())
}

fn found(
    conn: &mut DbConn,
    granted: &Granted<PeopleWrite>,
    id: OrganisationId,
    expected: Option<i64>,
) -> Result<Organisation, OrganisationError> {
    if *granted.scope() != Scope::Institute {
        return Err(OrganisationError::InstituteOnly);
    }
    let organisation = queries::find(conn, id)?.ok_or(OrganisationError::NotFound)?;
    if expected.is_none_or(|version| version == organisation.version) {
        Ok(organisation)
    } else {
        Err(OrganisationError::Stale)
    }
}

fn may_write(
    granted: &Granted<PeopleWrite>,
    kind: OrganisationKind,
) -> Result<(), OrganisationError> {
    if *granted.scope() != Scope::Institute {
        Err(OrganisationError::InstituteOnly)
    } else if kind == OrganisationKind::Municipality {
        Err(OrganisationError::Municipality)
    } else {
        Ok(())
    }
}

fn record(
    conn: &mut DbConn,
    granted: &Granted<PeopleWrite>,
    action: &'static str,
    id: OrganisationId,
    now: Timestamp,
) -> DbResult<()> {
    let line = AuditLine {
        action,
        object_type: "organisation",
        object_id: Some(id.to_string()),
        municipality: None,
    };
    audit::record(conn, granted.actor(), line, now)
}

/// Adds the shipped partners that are not there yet (A4); the others are left as they are.
pub(crate) fn load(conn: &mut DbConn, now: Timestamp, partners: &[Partner]) -> DbResult<usize> {
    let known: Vec<String> = queries::shipped(conn)?
        .into_iter()
        .filter_map(|organisation| organisation.shipped_key)
        .collect();
    let mut added = 0;
    for partner in partners.iter().filter(|it| !known.contains(&it.key)) {
        let organisation = Organisation {
            id: OrganisationId::generate(),
            version: 1,
            name: partner.name.nl.clone(),
            kind: partner.kind,
            website: partner.url.clone(),
            shipped_key: Some(partner.key.clone()),
            created_at: now,
            updated_at: now,
        };
        queries::insert(conn, &organisation)?;
        added += 1;
    }
    Ok(added)
}
