//! Merging and splitting, and loading the shipped list.

use jiff::Timestamp;
use jiff::civil::Date;

use super::rules::{self, WrongSuccessors};
use super::{Municipality, Succession, queries};
use crate::access::{CatalogueWrite, Granted};
use crate::audit::{self, AuditLine};
use crate::catalogue::Shipped;
use crate::db::{DbConn, DbError, DbResult};
use crate::words::MunicipalityCode;

/// That a municipality ends.
#[derive(Debug, Clone)]
pub struct NewSuccession {
    /// The municipality that ends.
    pub code: MunicipalityCode,
    /// What comes in its place: one after a merger, several after a split.
    pub successors: Vec<NewSuccessor>,
    /// The first day on which the successors are responsible.
    pub since: Date,
}

/// A municipality that comes in the place of another.
#[derive(Debug, Clone)]
pub struct NewSuccessor {
    /// Its code.
    pub code: MunicipalityCode,
    /// Its name and province, when it is not on the list yet.
    pub new: Option<NewMunicipality>,
}

/// What is known of a municipality that a merger or split makes.
#[derive(Debug, Clone)]
pub struct NewMunicipality {
    /// Its official name.
    pub name: String,
    /// The province it lies in.
    pub province: String,
}

/// Why a municipality was not ended.
#[derive(Debug, thiserror::Error)]
pub enum SucceedError {
    /// No municipality has the code.
    #[error("no municipality has this code")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the municipality was changed in the meantime")]
    Stale,
    /// It ended before.
    #[error("the municipality ended on {until}")]
    Ended {
        /// The first day on which it no longer existed.
        until: Date,
        /// What came in its place.
        successors: Vec<MunicipalityCode>,
    },
    /// It would end before it began.
    #[error("the municipality exists from {from}")]
    TooEarly {
        /// The first day on which it is known to exist.
        from: Date,
    },
    /// The successors cannot be.
    #[error(transparent)]
    Successors(#[from] WrongSuccessors),
    /// A successor is not on the list, and name and province are missing.
    #[error("the successor is not on the list: name and province are needed")]
    UnknownSuccessor {
        /// Its place in the list.
        at: usize,
    },
    /// A successor is on the list, and name and province were given as well.
    #[error("the successor is on the list: leave name and province out")]
    KnownSuccessor {
        /// Its place in the list.
        at: usize,
    },
    /// A successor itself ends on or before the day.
    #[error("the successor ended itself")]
    EndedSuccessor {
        /// Its place in the list.
        at: usize,
    },
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Records that a municipality is merged into one successor or split over several (A1).
///
/// `expected` is the version the caller read, if they said so.
pub fn succeed(
    conn: &mut DbConn,
    granted: &Granted<CatalogueWrite>,
    now: Timestamp,
    expected: Option<i64>,
    new: &NewSuccession,
) -> Result<Municipality, SucceedError> {
    let mut old = queries::find(conn, new.code)?.ok_or(SucceedError::NotFound)?;
    if expected.is_some_and(|version| version != old.version) {
        return Err(SucceedError::Stale);
    }
    let successions = queries::successions(conn)?;
    if let Some(until) = old.valid_until {
        let successors = successions
            .iter()
            .filter(|it| it.code == old.code)
            .map(|it| it.successor)
            .collect();
        return Err(SucceedError::Ended { until, successors });
    }
    if let Some(from) = old.valid_from
        && !rules::may_end_on(old.valid_from, new.since)
    {
        return Err(SucceedError::TooEarly { from });
    }
    let codes: Vec<_> = new.successors.iter().map(|it| it.code).collect();
    rules::may_follow(&successions, old.code, &codes)?;
    for (at, successor) in new.successors.iter().enumerate() {
        ensure(conn, successor, at, new.since)?;
    }
    queries::end(conn, old.code, old.version, new.since)?;
    for successor in codes {
        let succession = Succession {
            code: old.code,
            successor,
            since: new.since,
        };
        queries::insert_succession(conn, succession)?;
    }
    let line = AuditLine {
        action: "municipality.succeed",
        object_type: "municipality",
        object_id: Some(old.code.to_string()),
        municipality: Some(old.code),
    };
    audit::record(conn, granted.actor(), line, now)?;
    old.version += 1;
    old.valid_until = Some(new.since);
    Ok(old)
}

/// Makes sure that a successor is on the list and exists on the day.
fn ensure(
    conn: &mut DbConn,
    successor: &NewSuccessor,
    at: usize,
    since: Date,
) -> Result<(), SucceedError> {
    match (queries::find(conn, successor.code)?, &successor.new) {
        (Some(_), Some(_)) => Err(SucceedError::KnownSuccessor { at }),
        (Some(known), None) if known.valid_until.is_some_and(|until| until <= since) => {
            Err(SucceedError::EndedSuccessor { at })
        }
        (Some(_), None) => Ok(()),
        (None, None) => Err(SucceedError::UnknownSuccessor { at }),
        (None, Some(new)) => {
            let municipality = Municipality {
                code: successor.code,
                version: 1,
                name: new.name.clone(),
                province: new.province.clone(),
                valid_from: Some(since),
                valid_until: None,
                source: "coordinator".to_owned(),
                source_year: i32::from(since.year()),
            };
            Ok(queries::insert(conn, &municipality)?)
        }
    }
}

/// Adds what the shipped list holds and the table does not, and ends what the shipped changes
/// say ended. What a coordinator recorded is left alone.
pub(crate) fn load(conn: &mut DbConn, shipped: &Shipped) -> DbResult<usize> {
    let known = queries::all(conn)?;
    let source = &shipped.municipality_source;
    let mut added = 0;
    for row in &shipped.municipalities {
        let municipality = Municipality {
            code: row.code,
            version: 1,
            name: row.name.clone(),
            province: row.province.clone(),
            valid_from: Some(source.valid_from()),
            valid_until: None,
            source: source.title.clone(),
            source_year: i32::from(source.year),
        };
        match known.iter().find(|known| known.code == row.code) {
            None => {
                queries::insert(conn, &municipality)?;
                added += 1;
            }
            Some(known) if known.source_year < municipality.source_year => {
                queries::republish(conn, &municipality)?;
            }
            Some(_) => {}
        }
    }
    for change in &shipped.municipality_changes {
        let Some(old) = queries::find(conn, change.code)? else {
            continue;
        };
        if old.valid_until.is_some() {
            continue;
        }
        queries::end(conn, old.code, old.version, change.on)?;
        for successor in &change.successors {
            let succession = Succession {
                code: change.code,
                successor: *successor,
                since: change.on,
            };
            queries::insert_succession(conn, succession)?;
        }
    }
    Ok(added)
}
