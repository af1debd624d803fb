//! From rules to plans: what must change so that a meeting has the plans that its rules ask for.

use jiff::Timestamp;

use super::{MeetingStart, PlanState, PlansOfMeetings, ReminderPlan, ReminderRule, queries, rules};
use crate::db::{DbConn, DbResult};
use crate::ids::MeetingId;

/// How many plans a change touches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Armed {
    /// Their time is ahead from now on.
    pub planned: usize,
    /// Their time had gone already: nothing is sent.
    pub passed: usize,
    /// They no longer count.
    pub withdrawn: usize,
}

impl std::ops::AddAssign for Armed {
    fn add_assign(&mut self, other: Self) {
        self.planned += other.planned;
        self.passed += other.passed;
        self.withdrawn += other.withdrawn;
    }
}

impl Armed {
    /// The counts of these changes.
    #[must_use]
    pub fn of(changes: &[ReminderPlan]) -> Self {
        let count = |state| changes.iter().filter(|it| it.state == state).count();
        Self {
            planned: count(PlanState::Planned),
            passed: count(PlanState::Passed),
            withdrawn: count(PlanState::Withdrawn),
        }
    }
}

/// Plans the reminders of a meeting whose date is fixed or has moved.
pub fn arm(conn: &mut DbConn, start: &MeetingStart<'_>, now: Timestamp) -> DbResult<()> {
    let rules = queries::holding_rules(conn, start.meeting)?;
    let existing = queries::plans_of(conn, start.meeting)?;
    let changes = planned_changes(start, &rules, &existing, now);
    let existing = PlansOfMeetings::from([(start.meeting, existing)]);
    store_changes(conn, &changes, &existing, now)
}

/// Stores what [`planned_changes`] said of meetings with these plans.
pub fn store_changes(
    conn: &mut DbConn,
    changes: &[ReminderPlan],
    existing: &PlansOfMeetings,
    now: Timestamp,
) -> DbResult<()> {
    for plan in changes {
        let mut of_it = existing.get(&plan.meeting).into_iter().flatten();
        let known = of_it.any(|it| same(it, plan));
        queries::put_plan(conn, plan, known, now)?;
    }
    Ok(())
}

/// Takes back what is planned for a meeting that is not to be.
pub fn disarm(conn: &mut DbConn, meeting: MeetingId, now: Timestamp) -> DbResult<usize> {
    queries::withdraw_planned(conn, meeting, now)
}

/// What changes in the plans of a meeting: each as it is afterwards. What was fired stays so; the
/// same reminder of the same start is never sent twice.
#[must_use]
pub fn planned_changes(
    start: &MeetingStart<'_>,
    rules: &[ReminderRule],
    existing: &[ReminderPlan],
    now: Timestamp,
) -> Vec<ReminderPlan> {
    let wanted: Vec<ReminderPlan> = rules::holding(rules, start)
        .into_iter()
        .filter_map(|rule| {
            let due_at = rules::due_at(rule.timing, start)?;
            let state = if due_at <= now {
                PlanState::Passed
            } else {
                PlanState::Planned
            };
            Some(ReminderPlan {
                meeting: start.meeting,
                rule: rule.id,
                starts_at: start.starts_at,
                due_at,
                state,
            })
        })
        .collect();
    let idle = existing
        .iter()
        .filter(|plan| plan.state == PlanState::Planned)
        .filter(|plan| !wanted.iter().any(|it| same(it, plan)))
        .map(|plan| ReminderPlan {
            state: PlanState::Withdrawn,
            ..*plan
        });
    let arising = wanted.iter().filter(|plan| {
        let known = existing.iter().find(|it| same(it, plan));
        known.is_none_or(|known| match known.state {
            PlanState::Fired => false,
            // One that is overdue is for the worker to judge.
            PlanState::Planned => known.due_at != plan.due_at,
            PlanState::Passed | PlanState::Withdrawn => known != *plan,
        })
    });
    idle.chain(arising.copied()).collect()
}

/// Whether both are of one rule and one start.
fn same(one: &ReminderPlan, other: &ReminderPlan) -> bool {
    one.rule == other.rule && one.starts_at == other.starts_at
}
