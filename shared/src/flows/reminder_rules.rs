//! Making, changing and retiring reminder rules, with the plans of the meetings they are for.

use std::collections::HashMap;

use crate::access::{Granted, MeetingsWrite, NotGranted, Permit};
use crate::audit::{self, AuditLine};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::events::{self, NewEvent, Subject};
use crate::ids::{MeetingId, ReminderRuleId};
use crate::invitations::{self, Invitation};
use crate::meetings::{self, Meeting, MeetingStatus};
use crate::reminders::{
    self, Armed, NewReminderRule, PlanState, PlansOfMeetings, ReminderAudience, ReminderPlan,
    ReminderRule, ReminderTiming, RuleReach,
};
use crate::{programmes, schedule};

use super::remind::is_reminded;

/// The most rules of one reach: more reminders of one meeting help nobody.
pub const MOST_REMINDER_RULES: usize = 10;

/// What a rule says from now on.
#[derive(Debug, Clone, Copy)]
pub struct RuleChange {
    /// When.
    pub timing: ReminderTiming,
    /// Whom.
    pub audience: ReminderAudience,
}

/// What a rule does to the meetings that have a date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RuleEffect {
    /// The meetings it is for.
    pub meetings: usize,
    /// What changes in their plans, also in those of other rules.
    pub plans: Armed,
    /// The mails that its plans come to, by the answers of now.
    pub mails: usize,
}

/// Something in a rule that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleProblem {
    /// There is no such programme.
    UnknownProgramme,
    /// There is no such meeting, or it is another's.
    UnknownMeeting,
    /// The meeting has begun, or is no longer to be held.
    MeetingOver,
}

/// Why a rule was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum ReminderRuleError {
    /// The caller is bound to a municipality; reminders are the institute's.
    #[error("reminders are the institute's")]
    InstituteOnly,
    /// The rules of more than one meeting need another permission.
    #[error(transparent)]
    NotGranted(#[from] NotGranted),
    /// There is none of this id, or it was retired.
    #[error("no such rule")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the rule was changed in the meantime")]
    Stale,
    /// It names something that cannot be.
    #[error("the rule is not valid")]
    Invalid(Vec<RuleProblem>),
    /// There are as many of this reach as there may be.
    #[error("{MOST_REMINDER_RULES} rules are enough")]
    TooMany,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Makes a rule; from now on it holds for the meetings that have a date, too (S1).
pub fn create_reminder_rule(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    new: NewReminderRule,
) -> Result<(ReminderRule, RuleEffect), ReminderRuleError> {
    let (rule, rules) = sound(conn, granted, now, new)?;
    reminders::insert_rule(conn, &rule)?;
    let effect = replan(conn, now, &rule, &rules, Write::Plans)?;
    trace(conn, granted, now, &rule, Told::CREATED)?;
    Ok((rule, effect))
}

/// What a rule would do, without making it.
pub fn preview_reminder_rule(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    new: NewReminderRule,
) -> Result<RuleEffect, ReminderRuleError> {
    let (rule, rules) = sound(conn, granted, now, new)?;
    Ok(replan(conn, now, &rule, &rules, Write::Nothing)?)
}

/// Changes when a rule reminds, or whom. What it sent stays sent.
pub fn change_reminder_rule(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    id: ReminderRuleId,
    expected_version: Option<i64>,
    change: RuleChange,
) -> Result<(ReminderRule, RuleEffect), ReminderRuleError> {
    let found = found(conn, granted, id, expected_version)?;
    let changed = ReminderRule {
        timing: change.timing,
        audience: change.audience,
        updated_at: now.at,
        ..found
    };
    store(conn, granted, now, changed, Told::CHANGED)
}

/// Retires a rule: nobody is reminded by it any more, and less particular ones may count again.
pub fn retire_reminder_rule(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    id: ReminderRuleId,
    expected_version: Option<i64>,
) -> Result<(), ReminderRuleError> {
    let found = found(conn, granted, id, expected_version)?;
    let retired = ReminderRule {
        retired_at: Some(now.at),
        updated_at: now.at,
        ..found
    };
    store(conn, granted, now, retired, Told::RETIRED)?;
    Ok(())
}

/// One rule that counts, if the caller sees it.
pub fn find_reminder_rule(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    id: ReminderRuleId,
) -> DbResult<Option<ReminderRule>> {
    if granted.scope().bound_to().is_some() {
        return Ok(None);
    }
    Ok(reminders::find(conn, id)?.filter(|rule| rule.retired_at.is_none()))
}

fn found(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    id: ReminderRuleId,
    expected_version: Option<i64>,
) -> Result<ReminderRule, ReminderRuleError> {
    let rule = find_reminder_rule(conn, granted, id)?.ok_or(ReminderRuleError::NotFound)?;
    may_keep(granted, &rule.reach)?;
    if expected_version.is_some_and(|version| version != rule.version) {
        return Err(ReminderRuleError::Stale);
    }
    Ok(rule)
}

fn store(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    changed: ReminderRule,
    told: Told,
) -> Result<(ReminderRule, RuleEffect), ReminderRuleError> {
    let stored = reminders::store_rule(conn, changed)?;
    let rules = reminders::find_active(conn)?;
    let effect = replan(conn, now, &stored, &rules, Write::Plans)?;
    trace(conn, granted, now, &stored, told)?;
    Ok((stored, effect))
}

/// Whoever plans a meeting says who is reminded of it; the rules of more are for coordinators.
fn may_keep(granted: &Granted<MeetingsWrite>, reach: &RuleReach) -> Result<(), ReminderRuleError> {
    if granted.scope().bound_to().is_some() {
        return Err(ReminderRuleError::InstituteOnly);
    }
    if reach.meeting.is_none() && !granted.also(Permit::RemindersWrite) {
        return Err(NotGranted {
            needed: Permit::RemindersWrite,
        }
        .into());
    }
    Ok(())
}

/// The rule, if it can be, and all that count with it.
fn sound(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    new: NewReminderRule,
) -> Result<(ReminderRule, Vec<ReminderRule>), ReminderRuleError> {
    may_keep(granted, &new.reach)?;
    let problems = problems(conn, granted, now, &new.reach)?;
    if !problems.is_empty() {
        return Err(ReminderRuleError::Invalid(problems));
    }
    let mut rules = reminders::find_active(conn)?;
    if rules.iter().filter(|it| it.reach == new.reach).count() >= MOST_REMINDER_RULES {
        return Err(ReminderRuleError::TooMany);
    }
    let rule = ReminderRule {
        id: ReminderRuleId::generate(),
        version: 1,
        reach: new.reach,
        timing: new.timing,
        audience: new.audience,
        retired_at: None,
        created_at: now.at,
        updated_at: now.at,
    };
    rules.push(rule.clone());
    Ok((rule, rules))
}

fn problems(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    reach: &RuleReach,
) -> DbResult<Vec<RuleProblem>> {
    let mut problems = Vec::new();
    if let Some(programme) = &reach.programme
        && programmes::queries::find(conn, programme)?.is_none()
    {
        problems.push(RuleProblem::UnknownProgramme);
    }
    if let Some(meeting) = reach.meeting {
        match meetings::find(conn, granted.scope(), meeting)? {
            None => problems.push(RuleProblem::UnknownMeeting),
            Some(meeting) if is_over(&meeting, now) => problems.push(RuleProblem::MeetingOver),
            Some(_) => {}
        }
    }
    Ok(problems)
}

/// Whether nobody can be reminded of it any more; a meeting without a date is still to come.
fn is_over(meeting: &Meeting, now: LocalNow) -> bool {
    match meeting.status {
        MeetingStatus::Draft | MeetingStatus::Polling => false,
        MeetingStatus::Scheduled => meeting.has_started(now.at),
        MeetingStatus::Held | MeetingStatus::NotHeld | MeetingStatus::Cancelled => true,
    }
}

/// Whether the plans are written, or only counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Write {
    Plans,
    Nothing,
}

/// Plans anew for the meetings that a rule is for.
fn replan(
    conn: &mut DbConn,
    now: LocalNow,
    rule: &ReminderRule,
    rules: &[ReminderRule],
    write: Write,
) -> DbResult<RuleEffect> {
    let upcoming = meetings::upcoming(conn, &rule.reach, now.at)?;
    let existing = existing_plans(conn, &upcoming)?;
    let changes = all_changes(&upcoming, rules, &existing, now);
    if write == Write::Plans {
        reminders::store_changes(conn, &changes, &existing, now.at)?;
    }
    let own = changes
        .iter()
        .filter(|plan| plan.rule == rule.id && plan.state == PlanState::Planned);
    let ids: Vec<MeetingId> = upcoming.iter().map(|meeting| meeting.id).collect();
    let mut invited: HashMap<MeetingId, Vec<Invitation>> = HashMap::new();
    for invitation in invitations::of_meetings(conn, &ids)? {
        invited
            .entry(invitation.meeting)
            .or_default()
            .push(invitation);
    }
    let mails = own.flat_map(|plan| {
        let of_it = invited.get(&plan.meeting).into_iter().flatten();
        of_it.filter(|it| is_reminded(rule.audience, plan, it))
    });
    Ok(RuleEffect {
        meetings: upcoming.len(),
        plans: Armed::of(&changes),
        mails: mails.count(),
    })
}

/// Plans the reminders of every meeting with a date, once a day: so those that got their date before
/// there were rules have theirs, too. Says how many plans changed.
pub fn plan_reminders(conn: &mut DbConn, now: LocalNow) -> DbResult<usize> {
    if !schedule::take_slot(conn, "plan-reminders", &now.today.to_string(), now.at)? {
        return Ok(0);
    }
    let upcoming = meetings::upcoming(conn, &RuleReach::default(), now.at)?;
    // The rules after the plans: those of a rule that is made meanwhile are not taken for idle.
    let existing = existing_plans(conn, &upcoming)?;
    let rules = reminders::find_active(conn)?;
    let changes = all_changes(&upcoming, &rules, &existing, now);
    reminders::store_changes(conn, &changes, &existing, now.at)?;
    Ok(changes.len())
}

fn existing_plans(conn: &mut DbConn, upcoming: &[Meeting]) -> DbResult<PlansOfMeetings> {
    let ids: Vec<MeetingId> = upcoming.iter().map(|meeting| meeting.id).collect();
    reminders::plans_of_many(conn, &ids)
}

fn all_changes(
    upcoming: &[Meeting],
    rules: &[ReminderRule],
    existing: &PlansOfMeetings,
    now: LocalNow,
) -> Vec<ReminderPlan> {
    upcoming
        .iter()
        .flat_map(|meeting| {
            let of_it = existing.get(&meeting.id).map_or(&[][..], Vec::as_slice);
            reminders::planned_changes(&meeting.start(), rules, of_it, now.at)
        })
        .collect()
}

/// The words of an event and of an audit line.
#[derive(Clone, Copy)]
struct Told {
    event_type: &'static str,
    action: &'static str,
}

impl Told {
    const CREATED: Self = Self {
        event_type: "reminder_rule.created",
        action: "reminder_rule.create",
    };
    const CHANGED: Self = Self {
        event_type: "reminder_rule.changed",
        action: "reminder_rule.change",
    };
    const RETIRED: Self = Self {
        event_type: "reminder_rule.retired",
        action: "reminder_rule.retire",
    };
}

fn trace(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    rule: &ReminderRule,
    told: Told,
) -> DbResult<()> {
    let event = NewEvent {
        event_type: told.event_type,
        subject: Subject {
            kind: "reminder_rule",
            id: rule.id.0,
        },
        municipality: None,
        from: None,
        to: None,
        reason: None,
        data: serde_json::json!({ "meeting": rule.reach.meeting }),
    };
    events::append(conn, &event, granted.actor(), now.at)?;
    let line = AuditLine {
        action: told.action,
        object_type: "reminder_rule",
        object_id: Some(rule.id.to_string()),
        municipality: None,
    };
    audit::record(conn, granted.actor(), line, now.at)
}
