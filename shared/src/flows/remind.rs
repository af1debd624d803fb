//! Reminding invitees when a plan fires.

use crate::access::{Actor, Scope};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbResult};
use crate::deliveries::{self, NewDelivery, OrderKey, Payload};
use crate::events::Subject;
use crate::ids::MeetingId;
use crate::invitations::{self, Invitation, InvitationAnswer};
use crate::meetings::{self, Meeting, MeetingStatus};
use crate::reminders::{self, PlanState, ReminderAudience, ReminderPlan, ReminderRule};

/// How many meetings are looked at in one transaction; the next tick takes the rest.
const AT_ONCE: i64 = 20;

/// Puts the reminders whose time has come into the outbox; says how many.
///
/// After a pause an invitee gets at most one per meeting: the latest that is due and not too late.
pub fn remind_due(conn: &mut DbConn, now: LocalNow) -> DbResult<usize> {
    let mut reminded = 0;
    for meeting in reminders::due_meetings(conn, now.at, AT_ONCE)? {
        reminded += remind(conn, now, meeting)?;
    }
    Ok(reminded)
}

fn remind(conn: &mut DbConn, now: LocalNow, id: MeetingId) -> DbResult<usize> {
    let Some(meeting) = meetings::find(conn, &Scope::Institute, id)? else {
        return Ok(0);
    };
    let mut ripe = ripe(conn, now, &meeting)?;
    if ripe.is_empty() {
        return Ok(0);
    }
    ripe.sort_unstable_by_key(|(plan, rule)| (std::cmp::Reverse(plan.due_at), rule.id));
    let actor = Actor::system("remind-invitees");
    let mut reminded = 0;
    for invitation in invitations::of_meeting(conn, id)? {
        let due = (ripe.iter()).find(|(plan, rule)| is_reminded(rule.audience, plan, &invitation));
        if let Some((plan, _)) = due {
            enqueue(conn, &actor, now, &meeting, &invitation, plan)?;
            reminded += 1;
        }
    }
    Ok(reminded)
}

/// Ends every plan of the meeting whose time has come, and gives those that are to be sent. The
/// update is the lock: of several workers one gets a plan.
fn ripe(
    conn: &mut DbConn,
    now: LocalNow,
    meeting: &Meeting,
) -> DbResult<Vec<(ReminderPlan, ReminderRule)>> {
    let rules = reminders::holding_rules(conn, meeting.id)?;
    let mut ripe = Vec::new();
    for plan in reminders::plans_of(conn, meeting.id)? {
        if plan.state != PlanState::Planned || plan.due_at > now.at {
            continue;
        }
        let rule = rules.iter().find(|rule| rule.id == plan.rule);
        let wanted = rule.filter(|_| is_on(meeting, &plan) && reminders::is_timely(&plan, now.at));
        let state = if wanted.is_some() {
            PlanState::Fired
        } else {
            PlanState::Passed
        };
        let closed = reminders::close(conn, &plan, state, now.at)?;
        if let Some(rule) = wanted.filter(|_| closed) {
            ripe.push((plan, rule.clone()));
        }
    }
    Ok(ripe)
}

/// Whether the meeting is to be held at the start that the plan reminds of.
fn is_on(meeting: &Meeting, plan: &ReminderPlan) -> bool {
    meeting.status == MeetingStatus::Scheduled && meeting.period.starts_at() == plan.starts_at
}

/// Whether a plan that fires now reminds this invitee.
#[must_use]
pub fn is_reminded(
    audience: ReminderAudience,
    plan: &ReminderPlan,
    invitation: &Invitation,
) -> bool {
    wants(audience, invitation) && !reminders::is_fresh(plan, invitation.invited_at)
}

/// Whether a rule for this audience reminds this invitee, by their answer.
pub(super) fn wants(audience: ReminderAudience, invitation: &Invitation) -> bool {
    let expected = match invitation.answer {
        InvitationAnswer::NeedsAction
        | InvitationAnswer::Accepted
        | InvitationAnswer::Tentative => !invitation.is_removed(),
        InvitationAnswer::Declined
        | InvitationAnswer::Delegated
        | InvitationAnswer::Waitlisted
        | InvitationAnswer::Removed => false,
    };
    expected
        && match audience {
            ReminderAudience::All => true,
            ReminderAudience::NotAnswered => invitation.answer == InvitationAnswer::NeedsAction,
            ReminderAudience::Accepted => invitation.answer == InvitationAnswer::Accepted,
            ReminderAudience::Required => invitation.required,
        }
}

fn enqueue(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    meeting: &Meeting,
    invitation: &Invitation,
    plan: &ReminderPlan,
) -> DbResult<()> {
    let new = NewDelivery {
        dedupe_key: format!(
            "reminder:{}:{}:{}:{}",
            meeting.id, plan.rule, invitation.id, plan.starts_at
        ),
        payload: Payload::Reminder {
            invitation: invitation.id,
            rule: plan.rule,
            starts_at: plan.starts_at,
        },
        recipient: invitation.person,
        subject: Subject {
            kind: "meeting",
            id: meeting.id.0,
        },
        meeting: Some((meeting.id, invitation.id, invitation.sequence)),
        order_key: OrderKey::meeting(meeting.id, invitation.person),
        due_at: now.at,
        expires_at: Some(reminders::expires_at(plan)),
    };
    deliveries::enqueue(conn, &new, actor, now.at)?;
    Ok(())
}
