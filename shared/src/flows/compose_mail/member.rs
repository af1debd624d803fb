//! Mails about a membership, to the member.

use super::{ComposeError, ComposedMail, Composer, Looked};
use crate::cohorts::{self, Cohort};
use crate::db::DbConn;
use crate::deliveries::DroppedReason;
use crate::ids::MemberId;
use crate::mail::clean::Line;
use crate::mail::member::{MemberLeft, MemberWelcome};
use crate::members::{self, Member, MemberStatus};

/// A member with their cohort.
pub(super) struct MemberFacts {
    member: Member,
    cohort: Cohort,
}

fn read(conn: &mut DbConn, id: MemberId) -> Result<MemberFacts, ComposeError> {
    let missing = |what| ComposeError::Incomplete { what };
    let member = members::find(conn, id)?.ok_or(missing("member"))?;
    let cohort = cohorts::find(conn, member.cohort)?.ok_or(missing("cohort"))?;
    Ok(MemberFacts { member, cohort })
}

/// Who left in the meantime is not welcomed.
pub(super) fn look_welcome(conn: &mut DbConn, id: MemberId) -> Looked<MemberFacts> {
    let facts = read(conn, id)?;
    Ok(match facts.member.status {
        MemberStatus::Active | MemberStatus::Paused => Ok(facts),
        MemberStatus::Left => Err(DroppedReason::Cancelled),
    })
}

pub(super) fn look_left(conn: &mut DbConn, id: MemberId) -> Looked<MemberFacts> {
    let facts = read(conn, id)?;
    Ok(match facts.member.status {
        MemberStatus::Left => Ok(facts),
        MemberStatus::Active | MemberStatus::Paused => Err(DroppedReason::Cancelled),
    })
}

impl Composer<'_> {
    pub(super) fn member_welcome(
        &mut self,
        facts: &MemberFacts,
    ) -> Result<ComposedMail, ComposeError> {
        self.write(&MemberWelcome {
            cohort: Line::new(&facts.cohort.name),
            starts_on: facts.cohort.starts_on,
        })
    }

    pub(super) fn member_left(
        &mut self,
        facts: &MemberFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let zone = self.letterhead.institute.usual_zone.time_zone();
        let left_at = facts.member.left_at.unwrap_or(self.now);
        self.write(&MemberLeft {
            left_on: zone.to_datetime(left_at).date(),
        })
    }
}
