//! Changing what is recorded of a candidate.

use serde_json::json;

use super::nominate::employer_problem;
use crate::access::{CandidaciesWrite, Granted};
use crate::audit::{self, AuditLine};
use crate::candidacies::{
    self, Candidacy, CandidacyAction, CandidacyStatus, CandidateKind, Employer,
    InvalidCandidacyTransition,
};
use crate::clock::LocalNow;
use crate::db::schema::cohorts;
use crate::db::{DbConn, DbError, DbResult};
use crate::events::{self, NewEvent};
use crate::ids::{CandidacyId, CohortId, OrganisationId};
use crate::words::MunicipalityCode;

/// What changes: `None` leaves a field as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct CandidacyChange {
    /// Another kind.
    pub kind: Option<CandidateKind>,
    /// Another cohort, or none.
    pub cohort: Option<Option<CohortId>>,
    /// Another municipality as employer, or none.
    pub municipality: Option<Option<MunicipalityCode>>,
    /// Another organisation as employer, or none.
    pub organisation: Option<Option<OrganisationId>>,
}

/// Something that a candidacy would say and cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CandidacyProblem {
    /// There is no such cohort.
    UnknownCohort,
    /// The candidate is invited to start in one.
    CohortNeeded,
    /// The employer is no municipality of today.
    UnknownMunicipality,
    /// The employer is no organisation that we know.
    UnknownOrganisation,
    /// Both were named.
    TwoEmployers,
    /// The executive of the present employer was asked.
    EmployerAsked,
}

/// Why a candidacy was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeCandidacyError {
    /// There is none of this id.
    #[error("no such candidacy")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the candidacy was changed in the meantime")]
    Stale,
    /// It is closed.
    #[error(transparent)]
    Closed(#[from] InvalidCandidacyTransition),
    /// It would say what cannot be; everything at once.
    #[error("the candidacy is not valid")]
    Invalid(Vec<CandidacyProblem>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Changes kind, cohort and employer of a candidacy that is not closed.
// mission: N1, N4
pub fn change_candidacy(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesWrite>,
    now: LocalNow,
    id: CandidacyId,
    expected_version: Option<i64>,
    change: CandidacyChange,
) -> Result<Candidacy, ChangeCandidacyError> {
    let candidacy = candidacies::find(conn, id)?.ok_or(ChangeCandidacyError::NotFound)?;
    if expected_version.is_some_and(|version| version != candidacy.version) {
        return Err(ChangeCandidacyError::Stale);
    }
    // What could still be told to the candidate can still be changed.
    candidacy.status.after(CandidacyAction::Tell)?;
    let mut problems = Vec::new();
    let employer = match (change.municipality, change.organisation) {
        (Some(Some(_)), Some(Some(_))) => {
            problems.push(CandidacyProblem::TwoEmployers);
            candidacy.employer
        }
        (Some(Some(code)), _) => Some(Employer::Municipality(code)),
        (_, Some(Some(id))) => Some(Employer::Organisation(id)),
        (municipality, organisation) => candidacy.employer.filter(|employer| match employer {
            Employer::Municipality(_) => municipality.is_none(),
            Employer::Organisation(_) => organisation.is_none(),
        }),
    };
    if employer != candidacy.employer {
        problems.extend(employer_change(conn, now, candidacy.status, employer)?);
    }
    let cohort = change.cohort.unwrap_or(candidacy.cohort);
    if let Some(named) = cohort.filter(|_| cohort != candidacy.cohort)
        && !is_open(conn, named)?
    {
        problems.push(CandidacyProblem::UnknownCohort);
    }
    if cohort.is_none() && candidacy.status == CandidacyStatus::CandidateInvited {
        problems.push(CandidacyProblem::CohortNeeded);
    }
    if !problems.is_empty() {
        return Err(ChangeCandidacyError::Invalid(problems));
    }
    let changed = Candidacy {
        kind: change.kind.unwrap_or(candidacy.kind),
        cohort,
        employer,
        updated_at: now.at,
        ..candidacy
    };
    let changed = candidacies::update(conn, changed)?;
    trace(conn, granted, now, &changed)?;
    Ok(changed)
}

/// What is wrong with another employer.
fn employer_change(
    conn: &mut DbConn,
    now: LocalNow,
    status: CandidacyStatus,
    employer: Option<Employer>,
) -> DbResult<Option<CandidacyProblem>> {
    let asked = match status {
        CandidacyStatus::ConsentRequested
        | CandidacyStatus::Consented
        | CandidacyStatus::CandidateInvited => true,
        CandidacyStatus::Open
        | CandidacyStatus::ConsentRefused
        | CandidacyStatus::ConsentExpired
        | CandidacyStatus::Admitted
        | CandidacyStatus::CandidateDeclined
        | CandidacyStatus::Rejected
        | CandidacyStatus::Withdrawn => false,
    };
    if asked {
        return Ok(Some(CandidacyProblem::EmployerAsked));
    }
    let Some(employer) = employer else {
        return Ok(None);
    };
    let is_wrong = employer_problem(conn, now, employer)?.is_some();
    Ok(is_wrong.then_some(match employer {
        Employer::Municipality(_) => CandidacyProblem::UnknownMunicipality,
        Employer::Organisation(_) => CandidacyProblem::UnknownOrganisation,
    }))
}

fn is_open(conn: &mut DbConn, cohort: CohortId) -> DbResult<bool> {
    use diesel::prelude::*;
    let found: i64 = cohorts::table
        .filter(cohorts::id.eq(cohort))
        .count()
        .get_result(conn)?;
    Ok(found > 0)
}

fn trace(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesWrite>,
    now: LocalNow,
    candidacy: &Candidacy,
) -> DbResult<()> {
    let event = NewEvent {
        event_type: "candidacy.changed",
        subject: candidacies::subject(candidacy),
        municipality: None,
        from: Some(candidacy.status.as_str()),
        to: Some(candidacy.status.as_str()),
        reason: None,
        data: json!({ "version": candidacy.version }),
    };
    events::append(conn, &event, granted.actor(), now.at)?;
    let line = AuditLine {
        action: "candidacy.change",
        object_type: "candidacy",
        object_id: Some(candidacy.id.to_string()),
        municipality: None,
    };
    audit::record(conn, granted.actor(), line, now.at)
}
