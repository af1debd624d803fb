//! The end of texts that were kept long enough: of candidacies that came to nothing, declined
//! intakes and trajectories that ended. The rows stay, for the figures.

use serde_json::json;

use super::withdraw_nomination::withdraw_candidacy;
use crate::access::{Actor, Scope};
use crate::audit::{self, AuditLine};
use crate::candidacies::{self, Candidacy, MoveCandidacyError};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::events::{self, NewEvent, Subject};
use crate::ids::{CandidacyId, IntakeId, PersonId, TrajectoryId};
use crate::personal_data::forget;
use crate::settings::Retention;
use crate::words::MunicipalityCode;
use crate::{intakes, people, trajectories};

/// How many of each kind one transaction forgets at most.
const AT_ONCE: i64 = 5;

/// How many of each kind were forgotten.
pub(super) struct Texts {
    pub(super) candidacies: usize,
    pub(super) people: usize,
    pub(super) intakes: usize,
    pub(super) trajectories: usize,
}

/// Forgets some of each kind.
pub(super) fn forget_texts(conn: &mut DbConn, keep: &Retention, now: LocalNow) -> DbResult<Texts> {
    let actor = Actor::system("forget-old");
    let (candidacies, people) = forget_candidacies(conn, &actor, keep, now)?;
    let declined = forget::declined_intakes(conn, now.at - keep.declined_intakes, AT_ONCE)?;
    for id in &declined {
        forget::blank_intake(conn, now, *id)?;
        tell_intake(conn, &actor, now, *id)?;
    }
    let ended = forget::ended_trajectories(conn, now.at - keep.trajectories, AT_ONCE)?;
    for (id, intake) in &ended {
        forget::blank_trajectory(conn, now, *id)?;
        tell_trajectory(conn, &actor, now, *id)?;
        forget::blank_intake(conn, now, *intake)?;
        tell_intake(conn, &actor, now, *intake)?;
    }
    Ok(Texts {
        candidacies,
        people,
        intakes: declined.len() + ended.len(),
        trajectories: ended.len(),
    })
}

/// Says how many candidacies, and how many people whom only those knew.
fn forget_candidacies(
    conn: &mut DbConn,
    actor: &Actor,
    keep: &Retention,
    now: LocalNow,
) -> DbResult<(usize, usize)> {
    let before = now.at - keep.candidacies;
    let waiting = forget::waiting_candidacies(conn, before, AT_ONCE)?;
    let closed = forget::closed_candidacies(conn, before, AT_ONCE)?;
    let mut people = 0;
    for id in waiting.iter().chain(&closed) {
        let candidacy = ended(conn, actor, now, *id)?;
        let parties = forget::parties(conn, &candidacy)?;
        forget::blank_candidacy(conn, now, &candidacy)?;
        let of = (
            "candidacy.forgotten",
            "candidacy.forget",
            candidacies::subject(&candidacy),
        );
        tell(conn, actor, now, of, None)?;
        for party in parties {
            people += usize::from(forget_person(conn, actor, now, party)?);
        }
    }
    Ok((waiting.len() + closed.len(), people))
}

/// One that nobody asked consent for any more ends here, without a word to anybody: its nominators
/// were told nothing for a year either.
fn ended(conn: &mut DbConn, actor: &Actor, now: LocalNow, id: CandidacyId) -> DbResult<Candidacy> {
    let candidacy = candidacies::find(conn, id)?.ok_or(DbError::Conflict)?;
    if candidacy.status.is_closed() {
        return Ok(candidacy);
    }
    withdraw_candidacy(conn, actor, now, candidacy, None).map_err(|error| match error {
        // Read in this very transaction as one that waits.
        MoveCandidacyError::State(_) => DbError::Conflict,
        MoveCandidacyError::Db(error) => error,
    })
}

fn forget_person(conn: &mut DbConn, actor: &Actor, now: LocalNow, id: PersonId) -> DbResult<bool> {
    let found = people::queries::find(conn, &Scope::Institute, id)?;
    let Some(person) = found.filter(|person| !person.is_erased()) else {
        return Ok(false);
    };
    if forget::is_needed(conn, id, None)? {
        return Ok(false);
    }
    forget::blank_person(conn, now, &person)?;
    let subject = Subject {
        kind: "person",
        id: id.0,
    };
    let of = ("person.erased", "person.forget", subject);
    tell(conn, actor, now, of, None)?;
    Ok(true)
}

fn tell_intake(conn: &mut DbConn, actor: &Actor, now: LocalNow, id: IntakeId) -> DbResult<()> {
    let intake = intakes::find(conn, &Scope::Institute, id)?.ok_or(DbError::Conflict)?;
    let subject = Subject {
        kind: "intake",
        id: id.0,
    };
    let municipality = Some(intake.municipality);
    let of = ("intake.forgotten", "intake.forget", subject);
    tell(conn, actor, now, of, municipality)
}

fn tell_trajectory(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    id: TrajectoryId,
) -> DbResult<()> {
    let trajectory = trajectories::find(conn, &Scope::Institute, id)?.ok_or(DbError::Conflict)?;
    let subject = Subject {
        kind: "trajectory",
        id: id.0,
    };
    let municipality = Some(trajectory.municipality);
    let of = ("trajectory.forgotten", "trajectory.forget", subject);
    tell(conn, actor, now, of, municipality)
}

/// Leaves the traces.
fn tell(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    (event_type, action, subject): (&'static str, &'static str, Subject),
    municipality: Option<MunicipalityCode>,
) -> DbResult<()> {
    let (object_type, id) = (subject.kind, subject.id);
    let event = NewEvent {
        event_type,
        subject,
        municipality,
        from: None,
        to: None,
        reason: None,
        data: json!({}),
    };
    events::append(conn, &event, actor, now.at)?;
    let line = AuditLine {
        action,
        object_type,
        object_id: Some(id.to_string()),
        municipality,
    };
    audit::record(conn, actor, line, now.at)
}
