//! Which rules hold, and when they are due: pure, in the hours of the meeting's own clock.

use jiff::{SignedDuration, Span, Timestamp};

use super::{MeetingStart, ReminderPlan, ReminderRule, ReminderTiming, RuleReach};

/// Whoever was invited this shortly before a reminder needs none, however near the meeting is.
const FRESH: SignedDuration = SignedDuration::from_hours(1);

/// How particular a reach is: the more, the more it counts.
const fn rank(reach: &RuleReach) -> u8 {
    match (&reach.meeting, &reach.programme, &reach.kind) {
        (Some(_), _, _) => 4,
        (None, Some(_), Some(_)) => 3,
        (None, Some(_), None) => 2,
        (None, None, Some(_)) => 1,
        (None, None, None) => 0,
    }
}

fn fits(reach: &RuleReach, start: &MeetingStart<'_>) -> bool {
    reach.meeting.is_none_or(|it| it == start.meeting)
        && reach.kind.is_none_or(|it| it == start.kind)
        && (reach.programme.as_ref()).is_none_or(|it| Some(it) == start.programme)
}

/// The rules that hold for a meeting: of those that fit, the most particular ones.
pub(super) fn holding<'a>(
    rules: &'a [ReminderRule],
    start: &MeetingStart<'_>,
) -> Vec<&'a ReminderRule> {
    let fitting = |rule: &&ReminderRule| rule.retired_at.is_none() && fits(&rule.reach, start);
    let Some(highest) = rules.iter().filter(fitting).map(|it| rank(&it.reach)).max() else {
        return Vec::new();
    };
    let counts = |rule: &&ReminderRule| rank(&rule.reach) == highest;
    rules.iter().filter(fitting).filter(counts).collect()
}

/// When a reminder of this meeting is due; `None` for one that never is.
pub(super) fn due_at(timing: ReminderTiming, start: &MeetingStart<'_>) -> Option<Timestamp> {
    match timing {
        ReminderTiming::Never => None,
        ReminderTiming::Elapsed { minutes } => {
            let before = SignedDuration::from_mins(i64::from(minutes));
            start.starts_at.checked_sub(before).ok()
        }
        ReminderTiming::Local { days, at } => {
            let day = start.local_start.date();
            let day = day.checked_sub(Span::new().try_days(days).ok()?).ok()?;
            start.zone.to_timestamp(day.to_datetime(at)).ok()
        }
    }
}

/// How long a reminder may be late: a quarter of the time that it comes before the start.
fn grace(plan: &ReminderPlan) -> SignedDuration {
    plan.starts_at.duration_since(plan.due_at) / 4
}

/// From when a reminder is pointless.
#[must_use]
pub fn expires_at(plan: &ReminderPlan) -> Timestamp {
    (plan.due_at + grace(plan)).min(plan.starts_at)
}

/// Whether a reminder that is due is not too late.
#[must_use]
pub fn is_timely(plan: &ReminderPlan, now: Timestamp) -> bool {
    now < expires_at(plan)
}

/// Whether somebody was invited so shortly before a reminder, or after it, that they need none:
/// within an hour, or a quarter of the time that it comes before the start.
#[must_use]
pub fn is_fresh(plan: &ReminderPlan, invited_at: Timestamp) -> bool {
    let fresh = grace(plan).max(FRESH);
    plan.due_at.duration_since(invited_at) <= fresh
}

#[cfg(test)]
mod tests;
