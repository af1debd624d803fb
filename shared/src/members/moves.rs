//! Pausing, going on, leaving, and changing employer.

use jiff::civil::Date;

use super::actions::found;
use super::admit::{tell, trace};
use super::{ChangeMemberError, Member, MemberAction, queries};
use crate::access::{Actor, Granted, MembersProfile};
use crate::candidacies::Employer;
use crate::clock::LocalNow;
use crate::consents::{self, ConsentAction, ConsentSubject};
use crate::db::{DbConn, DbError, DbResult};
use crate::deliveries::Payload;
use crate::ids::MemberId;
use crate::municipalities::{self, InvalidMunicipality};
use crate::organisations;

/// How many pauses end in one transaction; the next tick takes the rest.
const AT_ONCE: i64 = 100;

/// Lets a member not take part for a while; until a day, if one is named.
pub fn pause(
    conn: &mut DbConn,
    granted: &Granted<MembersProfile>,
    now: LocalNow,
    id: MemberId,
    expected_version: Option<i64>,
    (until_on, reason): (Option<Date>, Option<String>),
) -> Result<Member, ChangeMemberError> {
    let member = found(conn, granted, id, expected_version)?;
    let from = member.status;
    let mut paused = member.after(MemberAction::Pause, now.at)?;
    if until_on.is_some_and(|day| day < now.today) {
        return Err(ChangeMemberError::PauseOver);
    }
    paused.paused_until_on = until_on;
    paused.status_reason.clone_from(&reason);
    let paused = queries::update(conn, paused)?;
    let told = (Some(from), reason.as_deref());
    let traces = MemberAction::Pause.traces();
    trace(conn, granted.actor(), now, &paused, told, traces)?;
    Ok(paused)
}

/// Ends a pause.
pub fn resume(
    conn: &mut DbConn,
    granted: &Granted<MembersProfile>,
    now: LocalNow,
    id: MemberId,
    expected_version: Option<i64>,
) -> Result<Member, ChangeMemberError> {
    let member = found(conn, granted, id, expected_version)?;
    go_on(conn, granted.actor(), now, member)
}

/// Ends the pauses whose last day is over where the institute is. Says how many.
pub fn resume_due(conn: &mut DbConn, now: LocalNow) -> DbResult<usize> {
    let over = queries::pauses_over(conn, now.today, AT_ONCE)?;
    let actor = Actor::system("resume-members");
    let count = over.len();
    for member in over {
        go_on(conn, &actor, now, member).map_err(|error| match error {
            ChangeMemberError::Db(error) => error,
            // They were found paused in this very transaction.
            ChangeMemberError::NotFound
            | ChangeMemberError::NotOwn
            | ChangeMemberError::InstituteOnly { .. }
            | ChangeMemberError::Stale
            | ChangeMemberError::State(_)
            | ChangeMemberError::UnknownCohort
            | ChangeMemberError::UnknownTheme { .. }
            | ChangeMemberError::ThemeTwice { .. }
            | ChangeMemberError::PauseOver
            | ChangeMemberError::UnknownOrganisation
            | ChangeMemberError::UnknownMunicipality
            | ChangeMemberError::SameEmployer => DbError::Conflict,
        })?;
    }
    Ok(count)
}

fn go_on(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    member: Member,
) -> Result<Member, ChangeMemberError> {
    let from = member.status;
    let mut active = member.after(MemberAction::Resume, now.at)?;
    active.status_reason = None;
    let active = queries::update(conn, active)?;
    let traces = MemberAction::Resume.traces();
    trace(conn, actor, now, &active, (Some(from), None), traces)?;
    Ok(active)
}

/// Ends a membership, with a mail that says so. What others see of the member ends with it.
pub fn leave(
    conn: &mut DbConn,
    granted: &Granted<MembersProfile>,
    now: LocalNow,
    id: MemberId,
    expected_version: Option<i64>,
    reason: Option<String>,
) -> Result<Member, ChangeMemberError> {
    let member = found(conn, granted, id, expected_version)?;
    let from = member.status;
    let mut left = member.after(MemberAction::Leave, now.at)?;
    left.status_reason = reason;
    let left = queries::update(conn, left)?;
    // Nobody is asked any longer about who is no member.
    if let Some(open) = consents::requested_of(conn, ConsentSubject::Member(id))? {
        consents::close(conn, granted.actor(), now, open, ConsentAction::Withdraw)?;
    }
    let told = (Some(from), left.status_reason.as_deref());
    let traces = MemberAction::Leave.traces();
    trace(conn, granted.actor(), now, &left, told, traces)?;
    let goodbye = Payload::MemberLeft { member: left.id };
    tell(conn, granted.actor(), now, &left, goodbye)?;
    Ok(left)
}

/// Lets a member work for somebody else, or for nobody, from now on. With an employer the consent
/// of its highest executive is awaited from this moment (N8): asking for it is up to whoever
/// calls.
pub fn change_employer(
    conn: &mut DbConn,
    granted: &Granted<MembersProfile>,
    now: LocalNow,
    id: MemberId,
    expected_version: Option<i64>,
    employer: Option<Employer>,
) -> Result<Member, ChangeMemberError> {
    let member = found(conn, granted, id, expected_version)?;
    let from = member.status;
    let mut changed = member.after(MemberAction::ChangeEmployer, now.at)?;
    if changed.employer == employer {
        return Err(ChangeMemberError::SameEmployer);
    }
    match employer {
        Some(Employer::Municipality(code)) => {
            municipalities::queries::find_valid(conn, code, now.today).map_err(
                |error| match error {
                    InvalidMunicipality::Db(error) => ChangeMemberError::Db(error),
                    InvalidMunicipality::Unknown
                    | InvalidMunicipality::NotYet { .. }
                    | InvalidMunicipality::Ended { .. } => ChangeMemberError::UnknownMunicipality,
                },
            )?;
        }
        Some(Employer::Organisation(id)) if organisations::queries::find(conn, id)?.is_none() => {
            return Err(ChangeMemberError::UnknownOrganisation);
        }
        Some(Employer::Organisation(_)) | None => {}
    }
    changed.employer = employer;
    changed.consent_review_since = employer.map(|_| now.at);
    let changed = queries::update(conn, changed)?;
    let traces = MemberAction::ChangeEmployer.traces();
    trace(
        conn,
        granted.actor(),
        now,
        &changed,
        (Some(from), None),
        traces,
    )?;
    Ok(changed)
}

/// Ends the review of a membership: the new executive consents, or there is none to ask. Nothing
/// happens to who is under no review.
///
/// Whoever calls has decided that `actor` may.
pub fn end_consent_review(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    id: MemberId,
) -> DbResult<()> {
    let Some(mut member) = queries::find(conn, id)? else {
        return Ok(());
    };
    if member.consent_review_since.take().is_none() {
        return Ok(());
    }
    member.updated_at = now.at;
    let from = member.status;
    let settled = queries::update(conn, member)?;
    let told = ("member.consent_review_ended", "member.end_consent_review");
    trace(conn, actor, now, &settled, (Some(from), None), told)
}
