//! Taking a nomination back; the last one takes its candidacy along.

use super::withdraw_consent;
use crate::access::{Actor, Granted, NominationsWrite};
use crate::candidacies::{self, Candidacy, CandidacyAction, MoveCandidacyError};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError};
use crate::ids::{CandidacyId, NominationId};
use crate::nominations::{
    self, Nomination, NominationAction, NominationStatus, Viewer, WithdrawNominationError,
};

/// Takes a nomination back. Its text stays until it is erased; its candidacy is withdrawn when
/// nobody else nominates the candidate.
pub fn withdraw_nomination(
    conn: &mut DbConn,
    granted: &Granted<NominationsWrite>,
    now: LocalNow,
    id: NominationId,
    expected_version: Option<i64>,
    reason: Option<String>,
) -> Result<Nomination, WithdrawNominationError> {
    let nomination = nominations::find(conn, &Viewer::seeing(granted), id)?
        .ok_or(WithdrawNominationError::NotFound)?;
    if !Viewer::own(granted).sees(&nomination) {
        return Err(WithdrawNominationError::NotOwn);
    }
    if expected_version.is_some_and(|version| version != nomination.version) {
        return Err(WithdrawNominationError::Stale);
    }
    let (from, action) = (nomination.status, NominationAction::Withdraw);
    let withdrawn = Nomination {
        withdrawn_reason: reason,
        ..nomination.after(action, now.at)?
    };
    let withdrawn = nominations::update(conn, withdrawn)?;
    let actor = granted.actor();
    nominations::trace(conn, actor, now, &withdrawn, from, action)?;
    if let Some(candidacy) = withdrawn.candidacy {
        close_if_last(conn, actor, now, candidacy)?;
    }
    Ok(withdrawn)
}

/// Withdraws a candidacy that nobody stands for any more.
fn close_if_last(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    id: CandidacyId,
) -> Result<(), WithdrawNominationError> {
    let stands = nominations::of_candidacy(conn, id)?
        .iter()
        .any(|nomination| nomination.status == NominationStatus::Submitted);
    if stands {
        return Ok(());
    }
    let candidacy = candidacies::find(conn, id)?.ok_or(DbError::Corrupt { what: "candidacy" })?;
    if candidacy.allows(CandidacyAction::Withdraw) {
        let reason = Some("the last nomination was withdrawn".to_owned());
        withdraw_candidacy(conn, actor, now, candidacy, reason)?;
    }
    Ok(())
}

/// Withdraws a candidacy, with the consent that was asked for. The candidate's page stays: what is stored is still theirs to see and
/// to have erased.
pub(super) fn withdraw_candidacy(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    candidacy: Candidacy,
    reason: Option<String>,
) -> Result<Candidacy, MoveCandidacyError> {
    let unprepared = Candidacy {
        prepared: None,
        ..candidacy
    };
    let action = CandidacyAction::Withdraw;
    let withdrawn = candidacies::move_on(conn, actor, now, unprepared, action, reason)?;
    withdraw_consent(conn, actor, now, withdrawn.id)?;
    Ok(withdrawn)
}
