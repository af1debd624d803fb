//! What a meeting belongs to: a learning group and its practice, or a trajectory on its own; and a
//! series.

use crate::access::Scope;
use crate::catalogue::programme::PlanUnit;
use crate::catalogue::words::MeetingKind;
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::{LearningGroupId, PracticeId, SeriesId, TrajectoryId};
use crate::learning_groups::{self, GroupAction, LearningGroup, Practice};
use crate::meetings::{Belonging, Meeting, MeetingExtras};
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
    /// The talk of an intake belongs to its intake.
    TalkOfIntake,
}

/// What a meeting is to be part of: `None` leaves it as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct BelongsChange {
    /// Another learning group, or none.
    pub learning_group: Option<Option<LearningGroupId>>,
    /// Another practice of the group, or none.
    pub practice: Option<Option<PracticeId>>,
    /// Another trajectory, or none.
    pub trajectory: Option<Option<TrajectoryId>>,
    /// Another series, or none.
    pub series: Option<Option<SeriesId>>,
}

impl BelongsChange {
    /// As for whoever sees none of what it names: meetings are brought together by the institute.
    fn unseen(self) -> Vec<BelongsProblem> {
        let named = [
            (
                self.learning_group.flatten().is_some(),
                BelongsProblem::UnknownGroup,
            ),
            (
                self.practice.flatten().is_some(),
                BelongsProblem::UnknownPractice,
            ),
            (
                self.trajectory.flatten().is_some(),
                BelongsProblem::UnknownTrajectory,
            ),
            (
                self.series.flatten().is_some(),
                BelongsProblem::UnknownSeries,
            ),
        ];
        let named = named.into_iter().filter(|(named, _)| *named);
        named.map(|(_, problem)| problem).collect()
    }
}

/// What a meeting belongs to after a change; `None` when that stays as it is. Only what changes is
/// looked at: a group may have been closed since the meeting was planned. A meeting that comes to
/// belong to something has its programme and municipality; one that is taken out keeps them.
pub(super) fn after_change(
    conn: &mut DbConn,
    scope: &Scope,
    meeting: &Meeting,
    change: BelongsChange,
) -> DbResult<(Option<Belonging>, Vec<BelongsProblem>)> {
    let before = meeting.extras;
    let group = change.learning_group.unwrap_or(before.learning_group);
    // A practice is nothing without its group.
    let practice = before.practice.filter(|_| group.is_some());
    let after = MeetingExtras {
        learning_group: group,
        practice: change.practice.unwrap_or(practice),
        trajectory: change.trajectory.unwrap_or(before.trajectory),
        series: change.series.unwrap_or(before.series),
        capacity: before.capacity,
    };
    if after == before {
        return Ok((None, Vec::new()));
    }
    if scope.bound_to().is_some() {
        return Ok((None, change.unseen()));
    }
    let place = |it: MeetingExtras| (it.learning_group, it.practice, it.trajectory);
    let moved = place(after) != place(before);
    if moved && meeting.intake.is_some() {
        return Ok((None, vec![BelongsProblem::TalkOfIntake]));
    }
    let mut looked_at = Belonging {
        extras: MeetingExtras {
            series: after.series.filter(|_| after.series != before.series),
            ..if moved {
                after
            } else {
                MeetingExtras::default()
            }
        },
        programme: None,
        municipality: None,
    };
    let problems = belongs_problems(conn, meeting.kind, &mut looked_at)?;
    let belongs = after.learning_group.is_some() || after.trajectory.is_some();
    let belonging = if moved && belongs {
        Belonging {
            extras: after,
            ..looked_at
        }
    } else {
        Belonging {
            extras: after,
            programme: meeting.programme.clone(),
            municipality: meeting.municipality,
        }
    };
    Ok((Some(belonging), problems))
}

/// Everything that is wrong with what a meeting belongs to. A meeting that names no programme or
/// municipality takes that of its group, practice or trajectory.
pub(super) fn belongs_problems(
    conn: &mut DbConn,
    kind: MeetingKind,
    meeting: &mut Belonging,
) -> DbResult<Vec<BelongsProblem>> {
    let mut problems = Vec::new();
    let extras = meeting.extras;
    match (extras.learning_group, extras.practice) {
        (None, None) => {}
        (None, Some(_)) => problems.push(BelongsProblem::PracticeWithoutGroup),
        (Some(id), practice) => match learning_groups::find(conn, &Scope::Institute, id)? {
            None => problems.push(BelongsProblem::UnknownGroup),
            Some(group) => problems.extend(of_group(conn, kind, meeting, group, practice)?),
        },
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

fn of_group(
    conn: &mut DbConn,
    kind: MeetingKind,
    meeting: &mut Belonging,
    group: LearningGroup,
    practice: Option<PracticeId>,
) -> DbResult<Vec<BelongsProblem>> {
    let mut problems = Vec::new();
    if group.status().after(GroupAction::PlanMeeting).is_err() {
        problems.push(BelongsProblem::GroupClosed);
    }
    let found = match practice {
        Some(practice) => learning_groups::find_practice(conn, group.id, practice)?,
        None => None,
    };
    let found = found.filter(Practice::takes_part);
    if practice.is_some() && found.is_none() {
        problems.push(BelongsProblem::UnknownPractice);
    } else if found.is_none() && is_of_practices(conn, &group, kind)? {
        problems.push(BelongsProblem::PracticeNeeded);
    }
    let own = found.map(|practice| practice.municipality);
    meeting.municipality = meeting.municipality.or(own);
    meeting.programme.get_or_insert(group.programme);
    Ok(problems)
}

fn is_of_practices(conn: &mut DbConn, group: &LearningGroup, kind: MeetingKind) -> DbResult<bool> {
    let content = programmes::queries::content(conn, &group.programme, group.programme_number)?
        .ok_or(DbError::Corrupt {
            what: "programme version",
        })?;
    let mut items = content.meeting_plan.meetings.iter();
    Ok(items.any(|item| item.kind == kind && item.per == PlanUnit::Practice))
}
