//! Merging and splitting candidacies, where matching saw two people in one, or one in two.

use serde_json::json;

use super::nominate::{add_person, open};
use super::tell_candidate::notice_key;
use super::withdraw_nomination::withdraw_candidacy;
use crate::access::{Actor, CandidaciesWrite, Granted, Scope};
use crate::candidacies::{
    self, Candidacy, CandidacyAction, CandidacyStatus, InvalidCandidacyTransition,
    MoveCandidacyError,
};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::events::{self, NewEvent};
use crate::ids::{CandidacyId, NominationId, PersonId};
use crate::nominations::{self, Nomination, NominationStatus};
use crate::people;

/// Why candidacies were not merged, or one was not split.
#[derive(Debug, thiserror::Error)]
pub enum RegroupError {
    /// There is none of this id.
    #[error("no such candidacy")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the candidacy was changed in the meantime")]
    Stale,
    /// The candidacy to merge is not there, or is this one.
    #[error("no such other candidacy")]
    UnknownOther,
    /// The state of one of them does not allow it.
    #[error(transparent)]
    State(#[from] InvalidCandidacyTransition),
    /// The nomination is not one of the candidacy that stand; by its place in the list.
    #[error("no such nomination of the candidacy")]
    UnknownNomination(usize),
    /// The candidacy would be left without any.
    #[error("a nomination must stay")]
    NothingLeft,
    /// There is no such person.
    #[error("no such person")]
    UnknownPerson,
    /// The person has an open candidacy already: merge with that one.
    #[error("the person has an open candidacy")]
    HasCandidacy,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

impl From<MoveCandidacyError> for RegroupError {
    fn from(error: MoveCandidacyError) -> Self {
        match error {
            MoveCandidacyError::State(invalid) => Self::State(invalid),
            MoveCandidacyError::Db(error) => Self::Db(error),
        }
    }
}

fn found(
    conn: &mut DbConn,
    id: CandidacyId,
    expected_version: Option<i64>,
) -> Result<Candidacy, RegroupError> {
    let candidacy = candidacies::find(conn, id)?.ok_or(RegroupError::NotFound)?;
    if expected_version.is_some_and(|version| version != candidacy.version) {
        return Err(RegroupError::Stale);
    }
    Ok(candidacy)
}

/// Brings `other` into a candidacy: its nominations move, and it ends with what was asked of its
/// candidate and of their executive. Whoever was told of either was told.
pub fn merge_candidacies(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesWrite>,
    now: LocalNow,
    id: CandidacyId,
    expected_version: Option<i64>,
    other: CandidacyId,
) -> Result<Candidacy, RegroupError> {
    let actor = granted.actor();
    let candidacy = found(conn, id, expected_version)?;
    candidacy.status.after(CandidacyAction::Merge)?;
    let merged = candidacies::find(conn, other)?
        .filter(|merged| merged.id != id)
        .ok_or(RegroupError::UnknownOther)?;
    merged.status.after(CandidacyAction::Merge)?;
    for nomination in nominations::of_candidacy(conn, other)? {
        belongs_to(conn, now, nomination, id)?;
    }
    // A notice that has not left is dropped with its candidacy: it told nobody.
    let was_told = !notice_waits(conn, other)?;
    let (told_at, tell_by) = (merged.told_at.filter(|_| was_told), merged.tell_by);
    let merged = Candidacy {
        merged_into: Some(id),
        ..merged
    };
    withdraw_candidacy(conn, actor, now, merged, None)?;
    let from = candidacy.status;
    let kept = Candidacy {
        told_at: [candidacy.told_at, told_at].into_iter().flatten().min(),
        tell_by: candidacy.tell_by.min(tell_by),
        ..candidacy.after(CandidacyAction::Merge, None, now.at)?
    };
    let kept = candidacies::update(conn, kept)?;
    let told = (from, CandidacyAction::Merge);
    trace(conn, actor, now, &kept, told, json!({ "merged": other }))?;
    Ok(kept)
}

/// Whether the mail that tells the candidate is still in the outbox.
fn notice_waits(conn: &mut DbConn, id: CandidacyId) -> DbResult<bool> {
    use crate::db::schema::deliveries;
    use crate::deliveries::DeliveryState;
    use diesel::prelude::*;
    let open = [
        DeliveryState::Queued,
        DeliveryState::Leased,
        DeliveryState::Sending,
        DeliveryState::Unknown,
    ];
    let waiting: i64 = deliveries::table
        .filter(deliveries::dedupe_key.eq(notice_key(id)))
        .filter(deliveries::state.eq_any(open))
        .count()
        .get_result(conn)?;
    Ok(waiting > 0)
}

/// Gives some nominations a candidacy of their own: of `person`, or of somebody new with the name
/// and address that the first of them says.
pub fn split_candidacy(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesWrite>,
    now: LocalNow,
    id: CandidacyId,
    expected_version: Option<i64>,
    (leave, person): (&[NominationId], Option<PersonId>),
) -> Result<Candidacy, RegroupError> {
    let actor = granted.actor();
    let candidacy = found(conn, id, expected_version)?;
    let from = candidacy.status;
    from.after(CandidacyAction::Split)?;
    let standing: Vec<Nomination> = nominations::of_candidacy(conn, id)?
        .into_iter()
        .filter(|nomination| nomination.status == NominationStatus::Submitted)
        .collect();
    let is_standing = |id: &NominationId| standing.iter().any(|it| it.id == *id);
    if let Some(unknown) = leave.iter().position(|id| !is_standing(id)) {
        return Err(RegroupError::UnknownNomination(unknown));
    }
    let (leaving, staying): (Vec<_>, Vec<_>) =
        standing.into_iter().partition(|it| leave.contains(&it.id));
    let first = match leaving.first() {
        Some(first) if !staying.is_empty() => first.clone(),
        Some(_) | None => return Err(RegroupError::NothingLeft),
    };
    let person = if let Some(person) = person {
        known(conn, person)?
    } else {
        let (name, email) = (&first.candidate.name, first.candidate.email.clone());
        add_person(conn, actor, now, name, email, first.language)?
    };
    let own = open(conn, actor, now, person, &first.candidate)?;
    for nomination in leaving {
        belongs_to(conn, now, nomination, own.id)?;
    }
    let kept = candidacies::update(conn, candidacy.after(CandidacyAction::Split, None, now.at)?)?;
    let told = (from, CandidacyAction::Split);
    trace(conn, actor, now, &kept, told, json!({ "split": own.id }))?;
    Ok(own)
}

fn known(conn: &mut DbConn, id: PersonId) -> Result<PersonId, RegroupError> {
    let person = people::queries::find(conn, &Scope::Institute, id)?;
    if person.is_none_or(|person| person.is_erased()) {
        return Err(RegroupError::UnknownPerson);
    }
    if candidacies::open_of(conn, id)?.is_some() {
        return Err(RegroupError::HasCandidacy);
    }
    Ok(id)
}

fn belongs_to(
    conn: &mut DbConn,
    now: LocalNow,
    nomination: Nomination,
    candidacy: CandidacyId,
) -> DbResult<()> {
    let moved = Nomination {
        candidacy: Some(candidacy),
        updated_at: now.at,
        ..nomination
    };
    nominations::update(conn, moved).map(|_| ())
}

/// As [`candidacies::trace`], and says which other candidacy is meant.
fn trace(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    candidacy: &Candidacy,
    (from, action): (CandidacyStatus, CandidacyAction),
    other: serde_json::Value,
) -> DbResult<()> {
    candidacies::trace(conn, actor, now, candidacy, (from, None), action)?;
    let event = NewEvent {
        event_type: "candidacy.regrouped",
        subject: candidacies::subject(candidacy),
        municipality: None,
        from: None,
        to: None,
        reason: None,
        data: other,
    };
    events::append(conn, &event, actor, now.at)
}
