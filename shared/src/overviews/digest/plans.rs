//! Plans that fall short, of all learning groups at once.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use jiff::civil::Date;

use super::{Asked, DigestLine, DigestSection, DigestTopic, MOST_LINES, within, words};
use crate::catalogue::programme::ProgrammeContent;
use crate::catalogue::words::{MeetingKind, PartyKind};
use crate::db::columns::On;
use crate::db::schema::{
    learning_groups, meeting_extras, meetings, members, practice_parties, practices,
};
use crate::db::{DbConn, DbResult};
use crate::ids::{LearningGroupId, MeetingId, PracticeId};
use crate::meetings::MeetingStatus;
use crate::members::MemberStatus;
use crate::overviews::plans::{check_network_year, day_of};
use crate::plan_checks::{
    self, PlanCheck, PlanMeeting, PlanQuestion, PlanRule, PracticeInPlan, Severity, Standing,
};
use crate::programmes;
use crate::words::Slug;

type GroupRow = (LearningGroupId, Slug, i32, Option<On>);

/// Groups with meetings that nobody prepares, or whose plan is otherwise broken; and the
/// network's year, when there are members to meet.
pub(super) fn plan_shortfalls(conn: &mut DbConn, asked: &Asked<'_>) -> DbResult<DigestSection> {
    let groups: Vec<GroupRow> = within!(learning_groups::table, learning_groups::programme, asked)
        .filter(learning_groups::closed_at.is_null())
        .order((learning_groups::created_at, learning_groups::id))
        .select((
            learning_groups::id,
            learning_groups::programme,
            learning_groups::programme_number,
            learning_groups::starts_on,
        ))
        .load(conn)?;
    let versions: BTreeSet<(Slug, i32)> = (groups.iter())
        .map(|(_, slug, number, _)| (slug.clone(), *number))
        .collect();
    let versions: Vec<(Slug, i32)> = versions.into_iter().collect();
    let contents: HashMap<(Slug, i32), ProgrammeContent> =
        (programmes::queries::contents_of(conn, &versions)?)
            .into_iter()
            .collect();
    let mut tables = practices_of_groups(conn)?;
    let mut planned = meetings_of_groups(conn, &tables)?;
    let mut lines = Vec::new();
    for (id, slug, number, starts_on) in groups {
        let Some(content) = contents.get(&(slug, number)) else {
            continue;
        };
        let practices = tables.remove(&id).unwrap_or_default();
        let checked = plan_checks::check_plan(&PlanQuestion {
            plan: &content.meeting_plan,
            table: content.practice_table.as_ref(),
            practices: &practices,
            meetings: &planned.remove(&id).unwrap_or_default(),
            starts_on: starts_on.map(Date::from),
            today: asked.now.today,
        });
        if let Some(missing) = shortfall(&checked) {
            let practices = i64::try_from(practices.len()).unwrap_or(i64::MAX);
            lines.push(DigestLine {
                subject: Some(("learning_group", id.0)),
                stands_for: 1,
                text: words::group(&content.name, practices, missing),
                path: format!("/learning-groups/{id}/plan-check"),
                share: None,
            });
        }
    }
    if asked.programmes.is_none() {
        lines.extend(network_line(conn, asked)?);
    }
    let count = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    lines.truncate(usize::try_from(MOST_LINES).unwrap_or(usize::MAX));
    Ok(DigestSection {
        topic: DigestTopic::PlanShortfalls,
        count,
        lines,
    })
}

/// How many meetings nobody prepares; `None` when nothing has to be done. Too few meetings with a
/// date are no shortfall while the rest is in preparation.
fn shortfall(checked: &PlanCheck) -> Option<i64> {
    let missing: i64 = checked.missing.iter().map(|it| i64::from(it.count)).sum();
    let broken = checked
        .findings
        .iter()
        .any(|finding| finding.severity == Severity::Error && finding.rule != PlanRule::TooFew);
    (missing > 0 || broken).then_some(missing)
}

fn network_line(conn: &mut DbConn, asked: &Asked<'_>) -> DbResult<Option<DigestLine>> {
    let active: i64 = members::table
        .filter(members::status.eq(MemberStatus::Active))
        .count()
        .get_result(conn)?;
    let year = asked.now.today.year();
    let checked = check_network_year(conn, asked.now, year)?;
    let missing = shortfall(&checked).filter(|_| active > 0);
    Ok(missing.map(|missing| DigestLine {
        subject: None,
        stands_for: 1,
        text: words::network_year(year, missing),
        path: format!("/network-years/{year}/plan-check"),
        share: None,
    }))
}

/// The practices that take part in each group.
fn practices_of_groups(
    conn: &mut DbConn,
) -> DbResult<HashMap<LearningGroupId, Vec<PracticeInPlan>>> {
    let rows: Vec<(PracticeId, LearningGroupId)> = practices::table
        .inner_join(learning_groups::table.on(learning_groups::id.eq(practices::learning_group)))
        .filter(learning_groups::closed_at.is_null())
        .filter(practices::ended_at.is_null())
        .order((practices::created_at, practices::id))
        .select((practices::id, practices::learning_group))
        .load(conn)?;
    let parties: Vec<(PracticeId, PartyKind)> = practice_parties::table
        .inner_join(practices::table.on(practices::id.eq(practice_parties::practice)))
        .filter(practices::ended_at.is_null())
        .select((practice_parties::practice, practice_parties::kind))
        .load(conn)?;
    let mut tables: HashMap<PracticeId, BTreeSet<PartyKind>> = HashMap::new();
    for (practice, kind) in parties {
        tables.entry(practice).or_default().insert(kind);
    }
    let mut found: HashMap<LearningGroupId, Vec<PracticeInPlan>> = HashMap::new();
    for (practice, group) in rows {
        found.entry(group).or_default().push(PracticeInPlan {
            practice,
            parties: tables.remove(&practice).unwrap_or_default(),
        });
    }
    Ok(found)
}

/// The meetings of each group, without those of practices that left it.
fn meetings_of_groups(
    conn: &mut DbConn,
    tables: &HashMap<LearningGroupId, Vec<PracticeInPlan>>,
) -> DbResult<HashMap<LearningGroupId, Vec<PlanMeeting>>> {
    type Row = (
        MeetingId,
        Option<LearningGroupId>,
        Option<PracticeId>,
        MeetingKind,
        String,
        MeetingStatus,
    );
    let rows: Vec<Row> = meetings::table
        .inner_join(meeting_extras::table.on(meeting_extras::meeting.eq(meetings::id)))
        .inner_join(
            learning_groups::table
                .on(meeting_extras::learning_group.eq(learning_groups::id.nullable())),
        )
        .filter(learning_groups::closed_at.is_null())
        .select((
            meetings::id,
            meeting_extras::learning_group,
            meeting_extras::practice,
            meetings::kind,
            meetings::local_start,
            meetings::status,
        ))
        .load(conn)?;
    let mut found: HashMap<LearningGroupId, Vec<PlanMeeting>> = HashMap::new();
    for (meeting, group, practice, kind, local_start, status) in rows {
        let (Some(group), Some(standing)) = (group, Standing::of(status)) else {
            continue;
        };
        let known = tables.get(&group).map_or(&[][..], Vec::as_slice);
        let takes_part = |id| known.iter().any(|it| it.practice == id);
        if practice.is_some_and(|id| !takes_part(id)) {
            continue;
        }
        found.entry(group).or_default().push(PlanMeeting {
            meeting,
            kind,
            practice,
            on: day_of(&local_start)?,
            standing,
        });
    }
    Ok(found)
}
