//! Plan checks and proposed dates, read from the meetings there are.

use std::collections::BTreeSet;

use diesel::prelude::*;
use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime};

use crate::access::Scope;
use crate::catalogue::programme::ProgrammeContent;
use crate::catalogue::shipped;
use crate::catalogue::words::MeetingKind;
use crate::clock::LocalNow;
use crate::db::schema::{invitations, meeting_extras, meetings, members};
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::{LearningGroupId, MeetingId, PersonId, PracticeId, TrajectoryId};
use crate::invitations::InvitationAnswer;
use crate::learning_groups::{self, LearningGroup, Practice};
use crate::meetings::MeetingStatus;
use crate::members::MemberStatus;
use crate::plan_checks::{
    self, BusyDays, Finding, PlanCheck, PlanMeeting, PlanQuestion, PracticeInPlan,
    ProposalQuestion, ProposedDate, Standing,
};
use crate::words::Slug;
use crate::{programmes, trajectories};

/// Checks the plan of a learning group that `scope` sees (L3-L8). A municipality is told what
/// concerns the group as a whole and its own practices.
pub fn check_group_plan(
    conn: &mut DbConn,
    scope: &Scope,
    now: LocalNow,
    id: LearningGroupId,
) -> DbResult<Option<PlanCheck>> {
    let Some(group) = learning_groups::find(conn, scope, id)? else {
        return Ok(None);
    };
    let file = GroupFile::read(conn, group)?;
    let checked = plan_checks::check_plan(&file.question(now.today));
    Ok(Some(file.seen_by(scope, checked)))
}

/// Days for the meetings that a learning group misses.
pub fn propose_for_group(
    conn: &mut DbConn,
    scope: &Scope,
    now: LocalNow,
    id: LearningGroupId,
) -> DbResult<Option<Vec<ProposedDate>>> {
    let Some(group) = learning_groups::find(conn, scope, id)? else {
        return Ok(None);
    };
    let file = GroupFile::read(conn, group)?;
    let busy = file.busy_days(conn)?;
    let question = file.question(now.today);
    let checked = plan_checks::check_plan(&question);
    let asked = ProposalQuestion::of_plan(&question, &checked.missing, &busy);
    let found = plan_checks::propose(&asked);
    let seen = |it: &ProposedDate| file.is_seen(scope, it.missing.practice);
    Ok(Some(found.into_iter().filter(seen).collect()))
}

/// Checks the plan of a trajectory that `scope` sees: as a practice of its learning group when it
/// is in one, and on its own otherwise.
pub fn check_trajectory_plan(
    conn: &mut DbConn,
    scope: &Scope,
    now: LocalNow,
    id: TrajectoryId,
) -> DbResult<Option<PlanCheck>> {
    let Some(trajectory) = trajectories::find(conn, scope, id)? else {
        return Ok(None);
    };
    if let Some(practice) = learning_groups::of_trajectory(conn, id)? {
        let group = learning_groups::find(conn, &Scope::Institute, practice.group)?;
        let group = group.ok_or(DbError::Corrupt { what: "practice" })?;
        let file = GroupFile::read(conn, group)?;
        let mut checked = plan_checks::check_plan(&file.question(now.today));
        retain(&mut checked, |of| of.is_none_or(|of| of == practice.id));
        return Ok(Some(checked));
    }
    let content = content_of(conn, &trajectory.programme, trajectory.programme_number)?;
    // On its own it is its own practice, under an id that nothing else has.
    let own = PracticeId(id.0);
    let found: Vec<PlanRow> = plan_rows()
        .filter(meeting_extras::trajectory.eq(id))
        .load(conn)?;
    let known: Vec<PlanMeeting> = counted(found)?
        .into_iter()
        .map(|meeting| PlanMeeting {
            practice: Some(own),
            ..meeting
        })
        .collect();
    let practices = [PracticeInPlan {
        practice: own,
        parties: BTreeSet::new(),
    }];
    let mut checked = plan_checks::check_plan(&PlanQuestion {
        plan: &content.meeting_plan,
        // Its parties are told where it is a practice of a group.
        table: None,
        practices: &practices,
        meetings: &known,
        // A running trajectory's year began when it did.
        starts_on: (trajectory.year_ends_on)
            .map(|last| last.saturating_add(1.day()).saturating_sub(1.year())),
        today: now.today,
    });
    checked.findings.iter_mut().for_each(of_nobody);
    checked
        .forecasts
        .iter_mut()
        .for_each(|it| it.practice = None);
    checked.missing.iter_mut().for_each(|it| it.practice = None);
    Ok(Some(checked))
}

fn of_nobody(finding: &mut Finding) {
    finding.practice = None;
}

/// Checks the network's meetings of one calendar year (N5): all meetings of kind `network`.
pub fn check_network_year(conn: &mut DbConn, now: LocalNow, year: i16) -> DbResult<PlanCheck> {
    let known = network_meetings(conn, year)?;
    let plan = &shipped().network.meeting_plan;
    Ok(plan_checks::check_year(plan, year, &known, now.today))
}

/// Days for the meetings that the network's year misses; none on which an active member has another
/// meeting.
pub fn propose_for_network(
    conn: &mut DbConn,
    now: LocalNow,
    year: i16,
) -> DbResult<Vec<ProposedDate>> {
    let known = network_meetings(conn, year)?;
    let plan = &shipped().network.meeting_plan;
    let checked = plan_checks::check_year(plan, year, &known, now.today);
    let active: Vec<PersonId> = members::table
        .filter(members::status.eq(MemberStatus::Active))
        .select(members::person)
        .load(conn)?;
    let busy = BusyDays {
        anybody: days_of(conn, &active)?
            .into_iter()
            .map(|(_, day)| day)
            .collect(),
        ..BusyDays::default()
    };
    let question = PlanQuestion {
        plan,
        table: None,
        practices: &[],
        meetings: &known,
        starts_on: None,
        today: now.today,
    };
    let asked = ProposalQuestion::of_year(&question, year, &checked.missing, &busy);
    Ok(plan_checks::propose(&asked))
}

/// What a plan check of a group needs.
struct GroupFile {
    group: LearningGroup,
    content: ProgrammeContent,
    practices: Vec<Practice>,
    in_plan: Vec<PracticeInPlan>,
    meetings: Vec<PlanMeeting>,
}

impl GroupFile {
    fn read(conn: &mut DbConn, group: LearningGroup) -> DbResult<Self> {
        let content = content_of(conn, &group.programme, group.programme_number)?;
        let practices = learning_groups::practices(conn, group.id)?;
        let in_plan = practices
            .iter()
            .filter(|practice| practice.takes_part())
            .map(|practice| PracticeInPlan {
                practice: practice.id,
                parties: practice.parties.clone(),
            })
            .collect();
        let rows: Vec<PlanRow> = plan_rows()
            .filter(meeting_extras::learning_group.eq(group.id))
            .load(conn)?;
        let mut meetings = counted(rows)?;
        let ended = |id: PracticeId| practices.iter().any(|it| it.id == id && !it.takes_part());
        meetings.retain(|meeting| !meeting.practice.is_some_and(ended));
        Ok(Self {
            group,
            content,
            practices,
            in_plan,
            meetings,
        })
    }

    fn question(&self, today: Date) -> PlanQuestion<'_> {
        PlanQuestion {
            plan: &self.content.meeting_plan,
            table: self.content.practice_table.as_ref(),
            practices: &self.in_plan,
            meetings: &self.meetings,
            starts_on: self.group.starts_on,
            today,
        }
    }

    fn is_seen(&self, scope: &Scope, practice: Option<PracticeId>) -> bool {
        practice.is_none_or(|id| {
            let own = self.practices.iter().find(|it| it.id == id);
            own.is_some_and(|it| scope.sees(it.municipality))
        })
    }

    fn seen_by(&self, scope: &Scope, mut checked: PlanCheck) -> PlanCheck {
        retain(&mut checked, |practice| self.is_seen(scope, practice));
        checked
    }

    /// The days on which members have another meeting; for a practice, its own members and those
    /// who guide the group.
    fn busy_days(&self, conn: &mut DbConn) -> DbResult<BusyDays> {
        let people = learning_groups::people_of(conn, self.group.id)?;
        let ids: Vec<PersonId> = people.iter().map(|(person, _)| *person).collect();
        let mut busy = BusyDays::default();
        for (person, day) in days_of(conn, &ids)? {
            busy.anybody.insert(day);
            let practice = people
                .iter()
                .find(|(known, _)| *known == person)
                .and_then(|(_, practice)| *practice);
            for it in &self.in_plan {
                if practice.is_none_or(|own| own == it.practice) {
                    busy.practices.entry(it.practice).or_default().insert(day);
                }
            }
        }
        Ok(busy)
    }
}

fn retain(checked: &mut PlanCheck, seen: impl Fn(Option<PracticeId>) -> bool) {
    checked.findings.retain(|it| seen(it.practice));
    checked.forecasts.retain(|it| seen(it.practice));
    checked.missing.retain(|it| seen(it.practice));
}

fn content_of(conn: &mut DbConn, programme: &Slug, number: i32) -> DbResult<ProgrammeContent> {
    programmes::queries::content(conn, programme, number)?.ok_or(DbError::Corrupt {
        what: "programme version",
    })
}

type PlanRow = (
    MeetingId,
    MeetingKind,
    Option<PracticeId>,
    String,
    MeetingStatus,
);

#[diesel::dsl::auto_type(no_type_alias)]
fn plan_rows() -> _ {
    meetings::table
        .inner_join(meeting_extras::table.on(meeting_extras::meeting.eq(meetings::id)))
        .select((
            meetings::id,
            meetings::kind,
            meeting_extras::practice,
            meetings::local_start,
            meetings::status,
        ))
}

fn counted(rows: Vec<PlanRow>) -> DbResult<Vec<PlanMeeting>> {
    rows.into_iter()
        .filter_map(|(meeting, kind, practice, local_start, status)| {
            let standing = Standing::of(status)?;
            let on = day_of(&local_start);
            Some(on.map(|on| PlanMeeting {
                meeting,
                kind,
                practice,
                on,
                standing,
            }))
        })
        .collect()
}

pub(super) fn day_of(local_start: &str) -> DbResult<Date> {
    let parsed = local_start.parse::<DateTime>();
    parsed
        .map(DateTime::date)
        .map_err(|_| DbError::Corrupt { what: "meeting" })
}

/// Local times are stored as ISO 8601, so that their text sorts as they do.
fn network_meetings(conn: &mut DbConn, year: i16) -> DbResult<Vec<PlanMeeting>> {
    let (from, to) = (format!("{year:04}-01-01"), format!("{:04}-01-01", year + 1));
    let rows: Vec<(MeetingId, MeetingKind, String, MeetingStatus)> = meetings::table
        .filter(meetings::kind.eq(MeetingKind::Network))
        .filter(meetings::local_start.ge(from))
        .filter(meetings::local_start.lt(to))
        .select((
            meetings::id,
            meetings::kind,
            meetings::local_start,
            meetings::status,
        ))
        .load(conn)?;
    let rows = rows
        .into_iter()
        .map(|(id, kind, local_start, status)| (id, kind, None, local_start, status));
    counted(rows.collect())
}

/// The days on which these people have a meeting that they did not decline.
fn days_of(conn: &mut DbConn, people: &[PersonId]) -> DbResult<Vec<(PersonId, Date)>> {
    let rows: Vec<(PersonId, String)> = invitations::table
        .inner_join(meetings::table.on(meetings::id.eq(invitations::meeting)))
        .filter(invitations::person.eq_any(people.to_vec()))
        .filter(invitations::answer.ne_all([
            InvitationAnswer::Declined,
            InvitationAnswer::Delegated,
            InvitationAnswer::Removed,
        ]))
        .filter(meetings::status.eq(MeetingStatus::Scheduled))
        .select((invitations::person, meetings::local_start))
        .load(conn)?;
    rows.into_iter()
        .map(|(person, local_start)| Ok((person, day_of(&local_start)?)))
        .collect()
}
