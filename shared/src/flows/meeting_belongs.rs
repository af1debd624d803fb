//! What a meeting belongs to: a learning group and its practice, or a trajectory on its own.

use crate::access::Scope;
use crate::catalogue::programme::PlanUnit;
use crate::db::{DbConn, DbError, DbResult};
use crate::learning_groups::{self, GroupAction, LearningGroup, Practice};
use crate::meetings::NewMeeting;
use crate::{programmes, series, trajectories};

/// Something that a meeting cannot belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BelongsProblem {
    /// There is no such learning group.
    UnknownGroup,
    /// The learning group is closed.
    GroupClosed,
    /// A practice is one of a learning group, which is not named.
    PracticeWithoutGroup,
    /// The group has no such practice that takes part.
    UnknownPractice,
    /// The plan counts meetings of this kind for each practice.
    PracticeNeeded,
    /// There is no such trajectory.
    UnknownTrajectory,
    /// A trajectory in a learning group meets as a practice of it.
    TrajectoryInGroup,
    /// There is no such series.
    UnknownSeries,
}

/// Everything that is wrong with what a meeting belongs to. A meeting that names no programme or
/// municipality takes that of its group, practice or trajectory.
pub(super) fn belongs_problems(
    conn: &mut DbConn,
    meeting: &mut NewMeeting,
) -> DbResult<Vec<BelongsProblem>> {
    let mut problems = Vec::new();
    let extras = meeting.extras;
    match (extras.learning_group, extras.practice) {
        (None, None) => {}
        (None, Some(_)) => problems.push(BelongsProblem::PracticeWithoutGroup),
        (Some(id), practice) => {
            let Some(group) = learning_groups::find(conn, &Scope::Institute, id)? else {
                return Ok(vec![BelongsProblem::UnknownGroup]);
            };
            if group.status().after(GroupAction::PlanMeeting).is_err() {
                problems.push(BelongsProblem::GroupClosed);
            }
            let found = match practice {
                Some(practice) => learning_groups::find_practice(conn, id, practice)?,
                None => None,
            };
            let found = found.filter(Practice::takes_part);
            if practice.is_some() && found.is_none() {
                problems.push(BelongsProblem::UnknownPractice);
            } else if found.is_none() && is_of_practices(conn, &group, meeting)? {
                problems.push(BelongsProblem::PracticeNeeded);
            }
            let own = found.map(|practice| practice.municipality);
            meeting.municipality = meeting.municipality.or(own);
            meeting.programme.get_or_insert(group.programme);
        }
    }
    if let Some(id) = extras.trajectory {
        let found = trajectories::find(conn, &Scope::Institute, id)?;
        let in_group = learning_groups::of_trajectory(conn, id)?.is_some();
        match found {
            None => problems.push(BelongsProblem::UnknownTrajectory),
            Some(_) if in_group || extras.learning_group.is_some() => {
                problems.push(BelongsProblem::TrajectoryInGroup);
            }
            Some(trajectory) => {
                meeting.municipality.get_or_insert(trajectory.municipality);
                meeting.programme.get_or_insert(trajectory.programme);
            }
        }
    }
    if let Some(id) = extras.series
        && series::find(conn, &Scope::Institute, id)?.is_none()
    {
        problems.push(BelongsProblem::UnknownSeries);
    }
    Ok(problems)
}

fn is_of_practices(
    conn: &mut DbConn,
    group: &LearningGroup,
    meeting: &NewMeeting,
) -> DbResult<bool> {
    let content = programmes::queries::content(conn, &group.programme, group.programme_number)?
        .ok_or(DbError::Corrupt {
            what: "programme version",
        })?;
    let mut items = content.meeting_plan.meetings.iter();
    Ok(items.any(|item| item.kind == meeting.kind && item.per == PlanUnit::Practice))
}
