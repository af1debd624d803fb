//! Deciding on a candidacy: prepared, taken back, released one by one or for a whole cohort (N4).

use super::answer_consent::withdraw_consent;
use super::request_consent::find;
use super::tell_outcome::tell_outcome;
use crate::access::{Actor, CandidaciesDecide, Granted, Scope};
use crate::audit::{self, AuditLine};
use crate::candidacies::{
    self, Candidacy, CandidacyAction, InvalidCandidacyTransition, MoveCandidacyError, Outcome,
    PreparedDecision,
};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::deliveries::{self, NewDelivery, OrderKey, Payload};
use crate::events::{self, NewEvent};
use crate::ids::{CandidacyId, CohortId};
use crate::people;
use crate::reviews;

/// A decision about to be prepared.
#[derive(Debug, Clone)]
pub struct NewCandidacyDecision {
    /// What is decided.
    pub outcome: Outcome,
    /// Why, in words that the nominators may read.
    pub reason: Option<String>,
    /// Whether it is released at once.
    pub release: bool,
}

/// What keeps a candidate from being invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InviteHindrance {
    /// Too few reviews were handed in.
    Reviews {
        /// How many were.
        handed_in: usize,
    },
    /// It is not said in which cohort they would start.
    Cohort,
    /// There is no address to invite them at.
    Email,
}

/// Why a decision was not prepared, released or taken back.
#[derive(Debug, thiserror::Error)]
pub enum DecideCandidacyError {
    /// There is no such candidacy, or no decision on it that waits.
    #[error("no such candidacy or decision")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("it was changed in the meantime")]
    Stale,
    /// The state of the candidacy does not allow it.
    #[error(transparent)]
    State(#[from] InvalidCandidacyTransition),
    /// The nominators must be told why.
    #[error("a reason is needed")]
    ReasonMissing,
    /// Another decision waits to be released.
    #[error("a decision is prepared already")]
    AlreadyPrepared,
    /// The candidate cannot be invited yet; everything at once.
    #[error("something hinders the invitation")]
    Hindered(Vec<InviteHindrance>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why the decisions of a cohort were not released.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseCohortError {
    /// There is no such cohort.
    #[error("no such cohort")]
    NotFound,
    /// These cannot be decided on as prepared; everything at once.
    #[error("{} decisions cannot be released", .0.len())]
    Hindered(Vec<HinderedCandidacy>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// A candidacy on which the prepared decision cannot be released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HinderedCandidacy {
    /// The candidacy.
    pub candidacy: CandidacyId,
    /// The state that does not allow it, if that is why.
    pub state: Option<InvalidCandidacyTransition>,
    /// What hinders the invitation otherwise.
    pub hinders: Vec<InviteHindrance>,
}

/// Prepares a decision, and releases it at once if that is asked.
pub fn prepare_candidacy_decision(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesDecide>,
    now: LocalNow,
    id: CandidacyId,
    expected_version: Option<i64>,
    new: NewCandidacyDecision,
) -> Result<Candidacy, DecideCandidacyError> {
    let candidacy = current(conn, granted, id, expected_version)?;
    if new.outcome == Outcome::Reject && new.reason.is_none() {
        return Err(DecideCandidacyError::ReasonMissing);
    }
    if candidacy.prepared.is_some() {
        return Err(DecideCandidacyError::AlreadyPrepared);
    }
    check(conn, &candidacy, new.outcome)?;
    let actor = granted.actor();
    let prepared = Candidacy {
        prepared: Some(PreparedDecision {
            outcome: new.outcome,
            reason: new.reason,
            by: granted.person().ok(),
            at: now.at,
        }),
        updated_at: now.at,
        ..candidacy
    };
    let prepared = candidacies::update(conn, prepared)?;
    let words = ("candidacy.decision_prepared", "candidacy.prepare_decision");
    note(conn, actor, now, &prepared, words)?;
    if new.release {
        carry_out(conn, actor, now, prepared)
    } else {
        Ok(prepared)
    }
}

/// Releases the prepared decision: the rules are checked again, the candidacy moves, and whoever
/// it concerns is told.
pub fn release_candidacy_decision(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesDecide>,
    now: LocalNow,
    id: CandidacyId,
    expected_version: Option<i64>,
) -> Result<Candidacy, DecideCandidacyError> {
    let candidacy = waiting(conn, granted, id, expected_version)?;
    if let Some(prepared) = &candidacy.prepared {
        check(conn, &candidacy, prepared.outcome)?;
    }
    carry_out(conn, granted.actor(), now, candidacy)
}

/// Takes the prepared decision back; nobody was told of it.
pub fn take_back_candidacy_decision(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesDecide>,
    now: LocalNow,
    id: CandidacyId,
    expected_version: Option<i64>,
) -> Result<(), DecideCandidacyError> {
    let candidacy = waiting(conn, granted, id, expected_version)?;
    let without = Candidacy {
        prepared: None,
        updated_at: now.at,
        ..candidacy
    };
    let without = candidacies::update(conn, without)?;
    let words = (
        "candidacy.decision_taken_back",
        "candidacy.take_back_decision",
    );
    Ok(note(conn, granted.actor(), now, &without, words)?)
}

/// Releases every prepared decision of a cohort in order of preparation: all, or none with what
/// hinders each.
pub fn release_cohort(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesDecide>,
    now: LocalNow,
    cohort: CohortId,
) -> Result<Vec<Candidacy>, ReleaseCohortError> {
    let known = reviews::cohort_target(conn, cohort)?.is_some();
    if !known || *granted.scope() != Scope::Institute {
        return Err(ReleaseCohortError::NotFound);
    }
    let mut ready = Vec::new();
    let mut hindered = Vec::new();
    for candidacy in candidacies::prepared_in_cohort(conn, cohort)? {
        let Some(outcome) = candidacy.prepared.as_ref().map(|it| it.outcome) else {
            continue;
        };
        let because = |state, hinders| HinderedCandidacy {
            candidacy: candidacy.id,
            state,
            hinders,
        };
        match check(conn, &candidacy, outcome) {
            Ok(()) => ready.push(candidacy),
            Err(DecideCandidacyError::State(state)) => hindered.push(because(Some(state), vec![])),
            Err(DecideCandidacyError::Hindered(hinders)) => hindered.push(because(None, hinders)),
            Err(DecideCandidacyError::Db(error)) => return Err(error.into()),
            Err(_) => return Err(DbError::Conflict.into()),
        }
    }
    if !hindered.is_empty() {
        return Err(ReleaseCohortError::Hindered(hindered));
    }
    let mut released = Vec::with_capacity(ready.len());
    for candidacy in ready {
        match carry_out(conn, granted.actor(), now, candidacy) {
            Ok(done) => released.push(done),
            Err(DecideCandidacyError::Db(error)) => return Err(error.into()),
            // It was checked above, in this very transaction.
            Err(_) => return Err(DbError::Conflict.into()),
        }
    }
    Ok(released)
}

fn current(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesDecide>,
    id: CandidacyId,
    expected_version: Option<i64>,
) -> Result<Candidacy, DecideCandidacyError> {
    let candidacy = find(conn, granted, id)?.ok_or(DecideCandidacyError::NotFound)?;
    if expected_version.is_some_and(|version| version != candidacy.version) {
        return Err(DecideCandidacyError::Stale);
    }
    Ok(candidacy)
}

fn waiting(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesDecide>,
    id: CandidacyId,
    expected_version: Option<i64>,
) -> Result<Candidacy, DecideCandidacyError> {
    let candidacy = current(conn, granted, id, expected_version)?;
    if candidacy.prepared.is_none() || candidacy.status.is_closed() {
        return Err(DecideCandidacyError::NotFound);
    }
    Ok(candidacy)
}

/// Whether the candidacy can be decided on so: its state, and for an invitation the reviews (N4).
fn check(
    conn: &mut DbConn,
    candidacy: &Candidacy,
    outcome: Outcome,
) -> Result<(), DecideCandidacyError> {
    candidacy.status.after(action_of(outcome))?;
    if outcome == Outcome::Reject {
        return Ok(());
    }
    let mut hinders = Vec::new();
    let of_it = reviews::of_candidacy(conn, candidacy.id)?;
    let handed_in = of_it.iter().filter(|it| it.judgement.is_some()).count();
    if handed_in < reviews::NEEDED {
        hinders.push(InviteHindrance::Reviews { handed_in });
    }
    if candidacy.cohort.is_none() {
        hinders.push(InviteHindrance::Cohort);
    }
    let person = people::queries::find(conn, &Scope::Institute, candidacy.person)?;
    if person.is_none_or(|person| person.email.is_none()) {
        hinders.push(InviteHindrance::Email);
    }
    if hinders.is_empty() {
        Ok(())
    } else {
        Err(DecideCandidacyError::Hindered(hinders))
    }
}

const fn action_of(outcome: Outcome) -> CandidacyAction {
    match outcome {
        Outcome::Invite => CandidacyAction::Invite,
        Outcome::Reject => CandidacyAction::Reject,
    }
}

fn carry_out(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    candidacy: Candidacy,
) -> Result<Candidacy, DecideCandidacyError> {
    let prepared = candidacy.prepared.clone();
    let prepared = prepared.ok_or(DecideCandidacyError::NotFound)?;
    let undecided = Candidacy {
        prepared: None,
        ..candidacy
    };
    let action = action_of(prepared.outcome);
    if prepared.outcome == Outcome::Reject {
        withdraw_consent(conn, actor, now, undecided.id)?;
    }
    let decided = candidacies::move_on(conn, actor, now, undecided, action, prepared.reason)?;
    match prepared.outcome {
        Outcome::Invite => invite(conn, actor, now, &decided)?,
        Outcome::Reject => tell_outcome(conn, actor, now, &decided)?,
    }
    Ok(decided)
}

fn invite(conn: &mut DbConn, actor: &Actor, now: LocalNow, candidacy: &Candidacy) -> DbResult<()> {
    let new = NewDelivery {
        dedupe_key: format!("candidate_invitation:{}", candidacy.id),
        payload: Payload::CandidateInvitation {
            candidacy: candidacy.id,
        },
        recipient: candidacy.person,
        subject: candidacies::subject(candidacy),
        meeting: None,
        order_key: OrderKey::subject(candidacy.id.0, candidacy.person),
        due_at: now.at,
        expires_at: None,
    };
    deliveries::enqueue(conn, &new, actor, now.at)?;
    Ok(())
}

/// Tells the institute of a decision that waits, and nothing of what it says.
fn note(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    candidacy: &Candidacy,
    (event_type, audit_action): (&'static str, &'static str),
) -> DbResult<()> {
    let event = NewEvent {
        event_type,
        subject: candidacies::subject(candidacy),
        municipality: None,
        from: None,
        to: None,
        reason: None,
        data: serde_json::json!({ "version": candidacy.version }),
    };
    events::append(conn, &event, actor, now.at)?;
    let line = AuditLine {
        action: audit_action,
        object_type: "candidacy",
        object_id: Some(candidacy.id.to_string()),
        municipality: None,
    };
    audit::record(conn, actor, line, now.at)
}

impl From<MoveCandidacyError> for DecideCandidacyError {
    fn from(error: MoveCandidacyError) -> Self {
        match error {
            MoveCandidacyError::State(invalid) => Self::State(invalid),
            MoveCandidacyError::Db(error) => Self::Db(error),
        }
    }
}
