//! The reminders of one meeting: when each is due, and who gets it.

use crate::access::Scope;
use crate::db::{DbConn, DbResult};
use crate::deliveries::{self, DeliveryState, Payload};
use crate::flows;
use crate::ids::{InvitationId, MeetingId, PersonId};
use crate::invitations::{self, Invitation};
use crate::meetings;
use crate::reminders::{self, PlanState, ReminderPlan, ReminderRule};

/// One reminder of a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingReminder {
    /// When it is due, and where it stands.
    pub plan: ReminderPlan,
    /// The rule that asks for it.
    pub rule: ReminderRule,
    /// Who would get it by the answers of now, or who got it.
    pub recipients: Vec<Reminded>,
}

/// Somebody who is reminded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reminded {
    /// Their invitation.
    pub invitation: InvitationId,
    /// Who they are.
    pub person: PersonId,
    /// Where the mail stands; none while it is only planned.
    pub mail: Option<DeliveryState>,
}

/// The reminders of a meeting, the earliest first; `None` when the caller does not see it.
pub fn meeting_reminders(
    conn: &mut DbConn,
    scope: &Scope,
    id: MeetingId,
) -> DbResult<Option<Vec<MeetingReminder>>> {
    if meetings::find(conn, scope, id)?.is_none() {
        return Ok(None);
    }
    let plans = reminders::plans_of(conn, id)?;
    let ids: Vec<_> = plans.iter().map(|plan| plan.rule).collect();
    let rules = reminders::find_many(conn, &ids)?;
    let invited = invitations::of_meeting(conn, id)?;
    let mails = deliveries::mails_about(conn, id.0, Payload::REMINDER)?;
    let of_plan = |plan: ReminderPlan| {
        let rule = rules.iter().find(|rule| rule.id == plan.rule)?.clone();
        let recipients = match plan.state {
            PlanState::Planned => expected(&plan, &rule, &invited),
            PlanState::Fired => mailed(&plan, &mails, &invited),
            PlanState::Passed | PlanState::Withdrawn => Vec::new(),
        };
        Some(MeetingReminder {
            plan,
            rule,
            recipients,
        })
    };
    Ok(Some(plans.into_iter().filter_map(of_plan).collect()))
}

fn expected(plan: &ReminderPlan, rule: &ReminderRule, invited: &[Invitation]) -> Vec<Reminded> {
    invited
        .iter()
        .filter(|invitation| flows::is_reminded(rule.audience, plan, invitation))
        .map(|invitation| Reminded {
            invitation: invitation.id,
            person: invitation.person,
            mail: None,
        })
        .collect()
}

fn mailed(
    plan: &ReminderPlan,
    mails: &[(Payload, DeliveryState)],
    invited: &[Invitation],
) -> Vec<Reminded> {
    let of_plan = mails.iter().filter_map(|(payload, state)| {
        let Payload::Reminder {
            invitation,
            rule,
            starts_at,
        } = payload
        else {
            return None;
        };
        (*rule == plan.rule && *starts_at == plan.starts_at).then_some((*invitation, *state))
    });
    of_plan
        .filter_map(|(id, state)| {
            let invitation = invited.iter().find(|it| it.id == id)?;
            Some(Reminded {
                invitation: id,
                person: invitation.person,
                mail: Some(state),
            })
        })
        .collect()
}
