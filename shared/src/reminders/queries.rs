//! Every statement on reminder rules and plans. Rules are the institute's, and whoever asks for the
//! plans of a meeting has shown that they see it.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use jiff::Timestamp;
use jiff::civil::Time;

use super::{
    PlanState, ReminderAudience, ReminderKind, ReminderPlan, ReminderRule, ReminderTiming,
    RuleReach,
};
use crate::catalogue::words::MeetingKind;
use crate::db::columns::At;
use crate::db::schema::{reminder_plans, reminder_rules};
use crate::db::{DbConn, DbError, DbResult, one_row};
use crate::ids::{MeetingId, ReminderRuleId};
use crate::paging::{PageSpec, Paged, Position, turn_to};
use crate::words::Slug;

/// The plans of several meetings, those of each with the earliest first.
pub type PlansOfMeetings = HashMap<MeetingId, Vec<ReminderPlan>>;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = reminder_rules)]
struct RuleRow {
    id: ReminderRuleId,
    version: i64,
    programme: Option<Slug>,
    meeting_kind: Option<MeetingKind>,
    meeting: Option<MeetingId>,
    kind: ReminderKind,
    amount: Option<i32>,
    local_time: Option<String>,
    audience: ReminderAudience,
    retired_at: Option<At>,
    created_at: At,
    updated_at: At,
}

impl TryFrom<RuleRow> for ReminderRule {
    type Error = DbError;

    fn try_from(row: RuleRow) -> DbResult<Self> {
        let unreadable = DbError::Corrupt {
            what: "reminder rule",
        };
        let local_time = row.local_time.map(|text| text.parse::<Time>()).transpose();
        let timing = match (row.kind, row.amount, local_time) {
            (ReminderKind::Elapsed, Some(minutes), Ok(None)) => ReminderTiming::Elapsed { minutes },
            (ReminderKind::Local, Some(days), Ok(Some(at))) => ReminderTiming::Local { days, at },
            (ReminderKind::None, None, Ok(None)) => ReminderTiming::Never,
            _ => return Err(unreadable),
        };
        Ok(Self {
            id: row.id,
            version: row.version,
            reach: RuleReach {
                programme: row.programme,
                kind: row.meeting_kind,
                meeting: row.meeting,
            },
            timing,
            audience: row.audience,
            retired_at: row.retired_at.map(Timestamp::from),
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        })
    }
}

/// The columns of a timing.
fn columns(timing: ReminderTiming) -> (Option<i32>, Option<String>) {
    match timing {
        ReminderTiming::Elapsed { minutes } => (Some(minutes), None),
        ReminderTiming::Local { days, at } => (Some(days), Some(at.strftime("%H:%M").to_string())),
        ReminderTiming::Never => (None, None),
    }
}

/// One rule, also one that no longer counts.
pub fn find(conn: &mut DbConn, id: ReminderRuleId) -> DbResult<Option<ReminderRule>> {
    let row = reminder_rules::table
        .find(id)
        .select(RuleRow::as_select())
        .first(conn)
        .optional()?;
    row.map(ReminderRule::try_from).transpose()
}

/// Several rules, also those that no longer count.
pub fn find_many(conn: &mut DbConn, ids: &[ReminderRuleId]) -> DbResult<Vec<ReminderRule>> {
    let rows = reminder_rules::table
        .filter(reminder_rules::id.eq_any(ids.to_vec()))
        .select(RuleRow::as_select())
        .load(conn)?;
    rows.into_iter().map(ReminderRule::try_from).collect()
}

/// The rules that may hold for a meeting: its own, and those that are for no one meeting.
pub fn holding_rules(conn: &mut DbConn, meeting: MeetingId) -> DbResult<Vec<ReminderRule>> {
    let rows = reminder_rules::table
        .filter(reminder_rules::retired_at.is_null())
        .filter(
            reminder_rules::meeting
                .is_null()
                .or(reminder_rules::meeting.eq(meeting)),
        )
        .order(reminder_rules::id)
        .select(RuleRow::as_select())
        .load(conn)?;
    rows.into_iter().map(ReminderRule::try_from).collect()
}

/// Every rule that counts.
pub fn find_active(conn: &mut DbConn) -> DbResult<Vec<ReminderRule>> {
    let rows = reminder_rules::table
        .filter(reminder_rules::retired_at.is_null())
        .order(reminder_rules::id)
        .select(RuleRow::as_select())
        .load(conn)?;
    rows.into_iter().map(ReminderRule::try_from).collect()
}

/// A page of the rules that count, the newest first; those of one meeting when it is named.
pub fn list(
    conn: &mut DbConn,
    meeting: Option<MeetingId>,
    page: &PageSpec,
) -> DbResult<Paged<ReminderRule>> {
    let mut query = reminder_rules::table
        .filter(reminder_rules::retired_at.is_null())
        .into_boxed();
    if let Some(meeting) = meeting {
        query = query.filter(reminder_rules::meeting.eq(meeting));
    }
    query = turn_to!(
        query,
        page,
        newest_first(reminder_rules::created_at, reminder_rules::id)
    );
    let rows = query
        .limit(page.fetch())
        .select(RuleRow::as_select())
        .load(conn)?;
    let found: DbResult<Vec<_>> = rows.into_iter().map(ReminderRule::try_from).collect();
    Ok(page.finish(found?, |it: &ReminderRule| Position {
        at: it.created_at,
        id: it.id.0,
    }))
}

/// Stores a new rule.
pub fn insert_rule(conn: &mut DbConn, rule: &ReminderRule) -> DbResult<()> {
    let (amount, local_time) = columns(rule.timing);
    let row = RuleRow {
        id: rule.id,
        version: rule.version,
        programme: rule.reach.programme.clone(),
        meeting_kind: rule.reach.kind,
        meeting: rule.reach.meeting,
        kind: rule.timing.kind(),
        amount,
        local_time,
        audience: rule.audience,
        retired_at: rule.retired_at.map(At),
        created_at: At(rule.created_at),
        updated_at: At(rule.updated_at),
    };
    diesel::insert_into(reminder_rules::table)
        .values(&row)
        .execute(conn)?;
    Ok(())
}

/// Stores a changed rule, provided that nobody changed it since it was read.
pub fn store_rule(conn: &mut DbConn, rule: ReminderRule) -> DbResult<ReminderRule> {
    let (amount, local_time) = columns(rule.timing);
    let unchanged = reminder_rules::table
        .filter(reminder_rules::id.eq(rule.id))
        .filter(reminder_rules::version.eq(rule.version));
    let version = rule.version + 1;
    let changed = diesel::update(unchanged)
        .set((
            reminder_rules::version.eq(version),
            reminder_rules::kind.eq(rule.timing.kind()),
            reminder_rules::amount.eq(amount),
            reminder_rules::local_time.eq(local_time),
            reminder_rules::audience.eq(rule.audience),
            reminder_rules::retired_at.eq(rule.retired_at.map(At)),
            reminder_rules::updated_at.eq(At(rule.updated_at)),
        ))
        .execute(conn)?;
    one_row(changed)?;
    Ok(ReminderRule { version, ..rule })
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = reminder_plans)]
struct PlanRow {
    meeting: MeetingId,
    rule: ReminderRuleId,
    starts_at: At,
    due_at: At,
    state: PlanState,
}

impl From<PlanRow> for ReminderPlan {
    fn from(row: PlanRow) -> Self {
        Self {
            meeting: row.meeting,
            rule: row.rule,
            starts_at: row.starts_at.0,
            due_at: row.due_at.0,
            state: row.state,
        }
    }
}

/// The plans of a meeting, also those of former starts; the earliest first.
pub fn plans_of(conn: &mut DbConn, meeting: MeetingId) -> DbResult<Vec<ReminderPlan>> {
    Ok(plans_of_many(conn, &[meeting])?
        .remove(&meeting)
        .unwrap_or_default())
}

/// The plans of several meetings in one query.
pub fn plans_of_many(conn: &mut DbConn, meetings: &[MeetingId]) -> DbResult<PlansOfMeetings> {
    let rows = reminder_plans::table
        .filter(reminder_plans::meeting.eq_any(meetings.to_vec()))
        .order((reminder_plans::due_at, reminder_plans::rule))
        .select(PlanRow::as_select())
        .load(conn)?;
    let mut plans = PlansOfMeetings::new();
    for plan in rows.into_iter().map(ReminderPlan::from) {
        plans.entry(plan.meeting).or_default().push(plan);
    }
    Ok(plans)
}

/// Stores a plan as it is now.
pub(super) fn put_plan(
    conn: &mut DbConn,
    plan: &ReminderPlan,
    known: bool,
    now: Timestamp,
) -> DbResult<()> {
    let closed_at = (plan.state != PlanState::Planned).then_some(At(now));
    let values = (
        reminder_plans::due_at.eq(At(plan.due_at)),
        reminder_plans::state.eq(plan.state),
        reminder_plans::closed_at.eq(closed_at),
    );
    if known {
        // One that fired meanwhile stays so.
        let row = reminder_plans::table
            .find((plan.meeting, plan.rule, At(plan.starts_at)))
            .filter(reminder_plans::state.ne(PlanState::Fired));
        diesel::update(row).set(values).execute(conn)?;
        return Ok(());
    }
    diesel::insert_into(reminder_plans::table)
        .values((
            reminder_plans::meeting.eq(plan.meeting),
            reminder_plans::rule.eq(plan.rule),
            reminder_plans::starts_at.eq(At(plan.starts_at)),
            values,
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes back every plan of a meeting whose time is ahead; says how many.
pub(super) fn withdraw_planned(
    conn: &mut DbConn,
    meeting: MeetingId,
    now: Timestamp,
) -> DbResult<usize> {
    let planned = reminder_plans::table
        .filter(reminder_plans::meeting.eq(meeting))
        .filter(reminder_plans::state.eq(PlanState::Planned));
    Ok(diesel::update(planned)
        .set((
            reminder_plans::state.eq(PlanState::Withdrawn),
            reminder_plans::closed_at.eq(At(now)),
        ))
        .execute(conn)?)
}

/// Meetings with a plan whose time has come, the longest overdue first.
pub fn due_meetings(conn: &mut DbConn, now: Timestamp, most: i64) -> DbResult<Vec<MeetingId>> {
    let mut due: Vec<MeetingId> = reminder_plans::table
        // Written out as in the index: with a parameter in its place neither database uses it.
        .filter(sql::<Bool>("state = 'planned'"))
        .filter(reminder_plans::due_at.le(At(now)))
        .order((reminder_plans::due_at, reminder_plans::meeting))
        .limit(most)
        .select(reminder_plans::meeting)
        .load(conn)?;
    let mut seen = std::collections::HashSet::new();
    due.retain(|meeting| seen.insert(*meeting));
    Ok(due)
}

/// Ends a plan as `fired` or `passed`; `false` when somebody else ended it first.
pub fn close(
    conn: &mut DbConn,
    plan: &ReminderPlan,
    state: PlanState,
    now: Timestamp,
) -> DbResult<bool> {
    let planned = reminder_plans::table
        .find((plan.meeting, plan.rule, At(plan.starts_at)))
        .filter(reminder_plans::state.eq(PlanState::Planned));
    let closed = diesel::update(planned)
        .set((
            reminder_plans::state.eq(state),
            reminder_plans::closed_at.eq(At(now)),
        ))
        .execute(conn)?;
    Ok(closed == 1)
}
