//! Making and changing cohorts.

use jiff::civil::Date;

use super::{Cohort, queries};
use crate::access::{Actor, Granted, MembersWrite, Permit};
use crate::audit::{self, AuditLine};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::events::{self, NewEvent, Subject};
use crate::ids::CohortId;
use crate::text_enum;

text_enum! {
    /// What can be done with a cohort.
    pub enum CohortAction {
        /// Change what it says.
        Change => "change",
    }
}

impl CohortAction {
    /// The permission that the action needs.
    #[must_use]
    pub const fn needs(self) -> Permit {
        match self {
            Self::Change => Permit::MembersWrite,
        }
    }
}

/// A cohort about to be made.
#[derive(Debug, Clone)]
pub struct NewCohort {
    /// What people call it.
    pub name: String,
    /// How many members it should start with.
    pub target: i32,
    /// The day on which it starts.
    pub starts_on: Date,
}

/// What changes: `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct CohortChange {
    /// Another name.
    pub name: Option<String>,
    /// Another target.
    pub target: Option<i32>,
    /// Another day.
    pub starts_on: Option<Date>,
}

/// Why a cohort was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateCohortError {
    /// There is one of that name.
    #[error("there is a cohort of this name")]
    Exists,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why a cohort was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeCohortError {
    /// There is none of this id.
    #[error("no such cohort")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the cohort was changed in the meantime")]
    Stale,
    /// There is another one of that name.
    #[error("there is a cohort of this name")]
    Exists,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Makes a cohort.
pub fn create(
    conn: &mut DbConn,
    granted: &Granted<MembersWrite>,
    now: LocalNow,
    new: NewCohort,
) -> Result<Cohort, CreateCohortError> {
    if queries::is_named(conn, &new.name, None)? {
        return Err(CreateCohortError::Exists);
    }
    let cohort = Cohort {
        id: CohortId::generate(),
        version: 1,
        name: new.name,
        target: new.target,
        starts_on: new.starts_on,
        created_at: now.at,
        updated_at: now.at,
    };
    queries::insert(conn, &cohort)?;
    let told = ("cohort.created", "cohort.create");
    trace(conn, granted.actor(), now, &cohort, told)?;
    Ok(cohort)
}

/// Changes what a cohort says.
pub fn change(
    conn: &mut DbConn,
    granted: &Granted<MembersWrite>,
    now: LocalNow,
    id: CohortId,
    expected_version: Option<i64>,
    change: CohortChange,
) -> Result<Cohort, ChangeCohortError> {
    let mut cohort = queries::find(conn, id)?.ok_or(ChangeCohortError::NotFound)?;
    if expected_version.is_some_and(|version| version != cohort.version) {
        return Err(ChangeCohortError::Stale);
    }
    if let Some(name) = change.name {
        if queries::is_named(conn, &name, Some(id))? {
            return Err(ChangeCohortError::Exists);
        }
        cohort.name = name;
    }
    cohort.target = change.target.unwrap_or(cohort.target);
    cohort.starts_on = change.starts_on.unwrap_or(cohort.starts_on);
    cohort.updated_at = now.at;
    let changed = queries::update(conn, cohort)?;
    let told = ("cohort.changed", "cohort.change");
    trace(conn, granted.actor(), now, &changed, told)?;
    Ok(changed)
}

fn trace(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    cohort: &Cohort,
    (event_type, audit_action): (&'static str, &'static str),
) -> DbResult<()> {
    let event = NewEvent {
        event_type,
        subject: Subject {
            kind: "cohort",
            id: cohort.id.0,
        },
        municipality: None,
        from: None,
        to: None,
        reason: None,
        data: serde_json::json!({ "version": cohort.version }),
    };
    events::append(conn, &event, actor, now.at)?;
    let line = AuditLine {
        action: audit_action,
        object_type: "cohort",
        object_id: Some(cohort.id.to_string()),
        municipality: None,
    };
    audit::record(conn, actor, line, now.at)
}
