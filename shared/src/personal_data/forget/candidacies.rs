//! Candidacies that came to nothing.

use diesel::prelude::*;
use jiff::Timestamp;

use crate::candidacies::{Candidacy, CandidacyStatus};
use crate::clock::LocalNow;
use crate::db::columns::At;
use crate::db::schema::{candidacies, nominations};
use crate::db::{DbConn, DbResult};
use crate::ids::{CandidacyId, PersonId};
use crate::personal_data::{Trail, erase};

/// How a candidacy ends that makes no member.
const CAME_TO_NOTHING: &[CandidacyStatus] = &[
    CandidacyStatus::Rejected,
    CandidacyStatus::CandidateDeclined,
    CandidacyStatus::Withdrawn,
];

/// Where a candidacy waits for somebody to ask again.
const WITHOUT_CONSENT: &[CandidacyStatus] = &[
    CandidacyStatus::ConsentRefused,
    CandidacyStatus::ConsentExpired,
];

/// Some candidacies that were closed before `before` without a membership, and are not forgotten.
pub fn closed_candidacies(
    conn: &mut DbConn,
    before: Timestamp,
    limit: i64,
) -> DbResult<Vec<CandidacyId>> {
    Ok(candidacies::table
        .filter(candidacies::status.eq_any(CAME_TO_NOTHING.to_vec()))
        .filter(candidacies::closed_at.lt(At(before)))
        .filter(candidacies::forgotten_at.is_null())
        .order((candidacies::closed_at, candidacies::id))
        .limit(limit)
        .select(candidacies::id)
        .load(conn)?)
}

/// Some candidacies without consent with which nothing was done since `before`.
pub fn waiting_candidacies(
    conn: &mut DbConn,
    before: Timestamp,
    limit: i64,
) -> DbResult<Vec<CandidacyId>> {
    Ok(candidacies::table
        .filter(candidacies::status.eq_any(WITHOUT_CONSENT.to_vec()))
        .filter(candidacies::updated_at.lt(At(before)))
        .order((candidacies::updated_at, candidacies::id))
        .limit(limit)
        .select(candidacies::id)
        .load(conn)?)
}

/// The candidate and those of its nominators who are people of ours.
pub fn parties(conn: &mut DbConn, candidacy: &Candidacy) -> DbResult<Vec<PersonId>> {
    let nominators: Vec<Option<PersonId>> = nominations::table
        .filter(nominations::candidacy.eq(candidacy.id))
        .order(nominations::id)
        .select(nominations::nominator)
        .load(conn)?;
    let mut parties = vec![candidacy.person];
    for nominator in nominators.into_iter().flatten() {
        if !parties.contains(&nominator) {
            parties.push(nominator);
        }
    }
    Ok(parties)
}

/// Blanks what was said in a candidacy, by whom and of whom. Whoever calls has seen that it is
/// closed.
pub fn blank_candidacy(conn: &mut DbConn, now: LocalNow, candidacy: &Candidacy) -> DbResult<()> {
    let trail = Trail::of_candidacy(conn, candidacy)?;
    erase::old_candidacy(conn, now, &trail)?;
    diesel::update(candidacies::table.find(candidacy.id))
        .set(candidacies::forgotten_at.eq(Some(At(now.at))))
        .execute(conn)?;
    Ok(())
}
