//! What a member says of themselves, and who sees it.

use super::admit::trace;
use super::{ChangeMemberError, Member, MemberAction, Visibilities, audience_of, queries};
use crate::access::{Granted, MembersProfile, Permit};
use crate::candidacies::CandidateKind;
use crate::clock::LocalNow;
use crate::cohorts;
use crate::db::DbConn;
use crate::ids::{CohortId, MemberId};

/// What changes: `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct MemberChange {
    /// Other hours a month, or none said.
    pub hours_per_month: Option<Option<i32>>,
    /// Other words on when they have time, or none.
    pub availability: Option<Option<String>>,
    /// Another introduction, or none.
    pub introduction: Option<Option<String>>,
    /// Who sees what from now on.
    pub visible: Option<Visibilities>,
    /// Another cohort; for the institute.
    pub cohort: Option<CohortId>,
    /// Another kind; for the institute.
    pub kind: Option<CandidateKind>,
}

/// Changes a profile: a member their own, the institute anybody's.
pub fn change(
    conn: &mut DbConn,
    granted: &Granted<MembersProfile>,
    now: LocalNow,
    id: MemberId,
    expected_version: Option<i64>,
    change: MemberChange,
) -> Result<Member, ChangeMemberError> {
    let member = found(conn, granted, id, expected_version)?;
    let institute = granted.also(Permit::MembersWrite);
    for (field, changes) in [
        ("cohort", change.cohort.is_some()),
        ("kind", change.kind.is_some()),
    ] {
        if changes && !institute {
            return Err(ChangeMemberError::InstituteOnly { field });
        }
    }
    let from = member.status;
    let mut changed = member.after(MemberAction::Change, now.at)?;
    if let Some(cohort) = change.cohort {
        if cohorts::find(conn, cohort)?.is_none() {
            return Err(ChangeMemberError::UnknownCohort);
        }
        changed.cohort = cohort;
    }
    changed.kind = change.kind.unwrap_or(changed.kind);
    changed.visible = change.visible.unwrap_or(changed.visible);
    let profile = &mut changed.profile;
    if let Some(hours) = change.hours_per_month {
        profile.hours_per_month = hours;
    }
    if let Some(availability) = change.availability {
        profile.availability = availability;
    }
    if let Some(introduction) = change.introduction {
        profile.introduction = introduction;
    }
    let changed = queries::update(conn, changed)?;
    let traces = MemberAction::Change.traces();
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

/// The member whom the caller may change, as they read them.
pub(super) fn found(
    conn: &mut DbConn,
    granted: &Granted<MembersProfile>,
    id: MemberId,
    expected_version: Option<i64>,
) -> Result<Member, ChangeMemberError> {
    let audience = audience_of(conn, granted.actor())?;
    let member = queries::seen(conn, audience, id)?.ok_or(ChangeMemberError::NotFound)?;
    if !granted.also(Permit::MembersWrite) && granted.person().ok() != Some(member.person) {
        return Err(ChangeMemberError::NotOwn);
    }
    if expected_version.is_some_and(|version| version != member.version) {
        return Err(ChangeMemberError::Stale);
    }
    Ok(member)
}
