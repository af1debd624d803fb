//! Telling candidates that they were nominated (AVG art. 14).

use jiff::SignedDuration;

use crate::access::{Actor, CandidaciesWrite, Granted, Scope};
use crate::candidacies::{self, Candidacy, CandidacyAction, MoveCandidacyError};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::deliveries::{self, NewDelivery, OrderKey, Payload};
use crate::ids::CandidacyId;
use crate::people;

/// How long before the last moment candidates are told unasked: two weeks. Until then, two weeks
/// after the first nomination, a coordinator can merge and split; after it, the mail has two
/// weeks to arrive.
pub const TELL_AHEAD: SignedDuration = SignedDuration::from_hours(14 * 24);

/// How many candidates one run tells at most.
const BATCH: i64 = 500;

/// Tells the candidate by mail that they were nominated, once. What comes back is the candidacy
/// as it is now: still without `told_at` when the candidate has no address that takes mail, so
/// that they must be told in another way.
pub fn tell_candidate(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    candidacy: &Candidacy,
) -> Result<Candidacy, MoveCandidacyError> {
    if candidacy.told_at.is_some() {
        return Ok(candidacy.clone());
    }
    candidacy
        .status
        .after(CandidacyAction::Tell)
        .map_err(MoveCandidacyError::State)?;
    if !takes_mail(conn, candidacy)? {
        return Ok(candidacy.clone());
    }
    let new = NewDelivery {
        dedupe_key: notice_key(candidacy.id),
        payload: Payload::CandidateNotice {
            candidacy: candidacy.id,
        },
        recipient: candidacy.person,
        subject: candidacies::subject(candidacy),
        meeting: None,
        order_key: OrderKey::subject(candidacy.id.0, candidacy.person),
        due_at: now.at,
        expires_at: None,
    };
    if deliveries::enqueue(conn, &new, actor, now.at)?.is_none() {
        // It was mailed before and came back: another mail would, too.
        return Ok(candidacy.clone());
    }
    told(conn, actor, now, candidacy.clone(), None)
}

/// The key under which the outbox holds the mail, once.
pub(super) fn notice_key(id: CandidacyId) -> String {
    format!("candidate_notice:{id}")
}

fn takes_mail(conn: &mut DbConn, candidacy: &Candidacy) -> DbResult<bool> {
    let person = people::queries::find(conn, &Scope::Institute, candidacy.person)?;
    match person.and_then(|person| person.email) {
        Some(address) => Ok(!deliveries::is_suppressed(conn, &address)?),
        None => Ok(false),
    }
}

fn told(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    candidacy: Candidacy,
    how: Option<String>,
) -> Result<Candidacy, MoveCandidacyError> {
    let told = Candidacy {
        told_at: Some(now.at),
        ..candidacy
    };
    candidacies::move_on(conn, actor, now, told, CandidacyAction::Tell, how)
}

/// Tells everybody whose last moment comes near; says how many.
pub fn tell_due_candidates(conn: &mut DbConn, now: LocalNow) -> DbResult<usize> {
    let actor = Actor::system("tell candidates");
    let mut count = 0;
    for candidacy in candidacies::to_be_told(conn, now.at + TELL_AHEAD, BATCH)? {
        let told = tell_candidate(conn, &actor, now, &candidacy).map_err(|error| match error {
            // Read in this very transaction as not closed.
            MoveCandidacyError::State(_) => DbError::Conflict,
            MoveCandidacyError::Db(error) => error,
        })?;
        count += usize::from(told.told_at.is_some());
    }
    Ok(count)
}

/// Why it was not recorded that a candidate was told.
#[derive(Debug, thiserror::Error)]
pub enum NoticeError {
    /// There is none of this id.
    #[error("no such candidacy")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the candidacy was changed in the meantime")]
    Stale,
    /// The candidate has no address that takes mail, and it was not said how else they were told.
    #[error("the candidate cannot be told by mail")]
    NoAddress,
    /// Its state does not allow it, or the database failed.
    #[error(transparent)]
    Move(#[from] MoveCandidacyError),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Tells the candidate now, by mail; or records `how` they were told otherwise.
pub fn give_notice(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesWrite>,
    now: LocalNow,
    id: CandidacyId,
    expected_version: Option<i64>,
    how: Option<String>,
) -> Result<Candidacy, NoticeError> {
    let candidacy = candidacies::find(conn, id)?.ok_or(NoticeError::NotFound)?;
    if expected_version.is_some_and(|version| version != candidacy.version) {
        return Err(NoticeError::Stale);
    }
    if how.is_some() {
        return Ok(told(conn, granted.actor(), now, candidacy, how)?);
    }
    candidacy
        .status
        .after(CandidacyAction::Tell)
        .map_err(MoveCandidacyError::State)?;
    let told = tell_candidate(conn, granted.actor(), now, &candidacy)?;
    if told.told_at.is_none() {
        return Err(NoticeError::NoAddress);
    }
    Ok(told)
}

/// The mail that told the candidate came back: they do not know yet.
pub(super) fn notice_came_back(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    id: CandidacyId,
) -> DbResult<()> {
    let Some(candidacy) = candidacies::find(conn, id)? else {
        return Ok(());
    };
    if candidacy.told_at.is_none() || candidacy.status.is_closed() {
        return Ok(());
    }
    let untold = Candidacy {
        told_at: None,
        updated_at: now.at,
        ..candidacy
    };
    let untold = candidacies::update(conn, untold)?;
    let event = crate::events::NewEvent {
        event_type: "candidacy.notice_came_back",
        subject: candidacies::subject(&untold),
        municipality: None,
        from: None,
        to: None,
        reason: None,
        data: serde_json::json!({ "version": untold.version }),
    };
    crate::events::append(conn, &event, actor, now.at)
}
