//! Adding, changing and ending the practices of a learning group.

use std::collections::BTreeSet;

use serde_json::json;

use super::actions::found;
use super::trace::{self, Told};
use super::{
    ChangeGroupError, ChangePracticeError, GroupAction, LearningGroup, Practice, PracticeProblem,
    practices,
};
use crate::access::{Actor, Granted, LearningGroupsWrite, Scope};
use crate::catalogue::words::PartyKind;
use crate::clock::LocalNow;
use crate::db::{DbConn, DbResult};
use crate::ids::{LearningGroupId, PracticeId, TrajectoryId};
use crate::words::MunicipalityCode;
use crate::{municipalities, trajectories};

/// A practice about to be added.
#[derive(Debug, Clone)]
pub struct NewPractice {
    /// Whose it is.
    pub municipality: MunicipalityCode,
    /// The trajectory it belongs to.
    pub trajectory: Option<TrajectoryId>,
    /// What people call it.
    pub name: String,
    /// The issue it chose.
    pub issue: String,
    /// The kinds of party around its table.
    pub parties: BTreeSet<PartyKind>,
}

/// What changes: `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct PracticeChange {
    /// Another name.
    pub name: Option<String>,
    /// Another issue.
    pub issue: Option<String>,
    /// Other kinds of party, all of them.
    pub parties: Option<BTreeSet<PartyKind>>,
}

/// Adds a practice to a group (L3).
pub fn add_practice(
    conn: &mut DbConn,
    granted: &Granted<LearningGroupsWrite>,
    now: LocalNow,
    group: LearningGroupId,
    new: NewPractice,
) -> Result<Practice, ChangePracticeError> {
    let group = found(conn, granted, group, None)?;
    let action = GroupAction::AddPractice;
    group
        .status()
        .after(action)
        .map_err(ChangeGroupError::State)?;
    let problems = problems(conn, now, &group, &new)?;
    if !problems.is_empty() {
        return Err(ChangePracticeError::Invalid(problems));
    }
    let practice = Practice {
        id: PracticeId::generate(),
        version: 1,
        group: group.id,
        municipality: new.municipality,
        trajectory: new.trajectory,
        name: new.name,
        issue: new.issue,
        parties: new.parties,
        ended_at: None,
        created_at: now.at,
        updated_at: now.at,
    };
    practices::insert(conn, &practice)?;
    trace(conn, granted.actor(), now, &group, &practice, action)?;
    Ok(practice)
}

/// Changes what a practice says.
pub fn change_practice(
    conn: &mut DbConn,
    granted: &Granted<LearningGroupsWrite>,
    now: LocalNow,
    (group, id): (LearningGroupId, PracticeId),
    expected_version: Option<i64>,
    change: PracticeChange,
) -> Result<Practice, ChangePracticeError> {
    let action = GroupAction::ChangePractice;
    let (group, practice) = open(conn, granted, (group, id), expected_version, action)?;
    let changed = Practice {
        name: change.name.unwrap_or_else(|| practice.name.clone()),
        issue: change.issue.unwrap_or_else(|| practice.issue.clone()),
        parties: change.parties.unwrap_or_else(|| practice.parties.clone()),
        updated_at: now.at,
        ..practice
    };
    let changed = practices::update(conn, changed)?;
    trace(conn, granted.actor(), now, &group, &changed, action)?;
    Ok(changed)
}

/// Ends a practice: it takes part no longer, and stays on the list with its meetings.
pub fn end_practice(
    conn: &mut DbConn,
    granted: &Granted<LearningGroupsWrite>,
    now: LocalNow,
    (group, id): (LearningGroupId, PracticeId),
    expected_version: Option<i64>,
) -> Result<Practice, ChangePracticeError> {
    let action = GroupAction::EndPractice;
    let (group, practice) = open(conn, granted, (group, id), expected_version, action)?;
    let ended = Practice {
        ended_at: Some(now.at),
        updated_at: now.at,
        ..practice
    };
    let ended = practices::update(conn, ended)?;
    trace(conn, granted.actor(), now, &group, &ended, action)?;
    Ok(ended)
}

/// The practice and its group, provided that both are open to `action`.
fn open(
    conn: &mut DbConn,
    granted: &Granted<LearningGroupsWrite>,
    (group, id): (LearningGroupId, PracticeId),
    expected_version: Option<i64>,
    action: GroupAction,
) -> Result<(LearningGroup, Practice), ChangePracticeError> {
    let group = found(conn, granted, group, None)?;
    let practice =
        practices::find_practice(conn, group.id, id)?.ok_or(ChangeGroupError::NotFound)?;
    if expected_version.is_some_and(|version| version != practice.version) {
        return Err(ChangeGroupError::Stale.into());
    }
    group
        .status()
        .after(action)
        .map_err(ChangeGroupError::State)?;
    if !practice.takes_part() {
        return Err(ChangePracticeError::Ended);
    }
    Ok((group, practice))
}

fn problems(
    conn: &mut DbConn,
    now: LocalNow,
    group: &LearningGroup,
    new: &NewPractice,
) -> DbResult<Vec<PracticeProblem>> {
    let mut problems = Vec::new();
    if municipalities::queries::find_valid(conn, new.municipality, now.today).is_err() {
        problems.push(PracticeProblem::UnknownMunicipality);
    }
    if let Some(id) = new.trajectory {
        let fits = trajectories::find(conn, &Scope::Institute, id)?.is_some_and(|it| {
            it.municipality == new.municipality && it.programme == group.programme
        });
        if !fits {
            problems.push(PracticeProblem::UnknownTrajectory);
        } else if practices::of_trajectory(conn, id)?.is_some() {
            problems.push(PracticeProblem::TrajectoryTaken);
        }
    }
    Ok(problems)
}

fn trace(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    group: &LearningGroup,
    practice: &Practice,
    action: GroupAction,
) -> DbResult<()> {
    let (event_type, audit_action) = match action {
        GroupAction::AddPractice => (
            "learning_group.practice_added",
            "learning_group.add_practice",
        ),
        GroupAction::EndPractice => (
            "learning_group.practice_ended",
            "learning_group.end_practice",
        ),
        GroupAction::ChangePractice
        | GroupAction::Change
        | GroupAction::AddMember
        | GroupAction::TakeOutMember
        | GroupAction::PlanMeeting
        | GroupAction::Close => (
            "learning_group.practice_changed",
            "learning_group.change_practice",
        ),
    };
    let told = Told {
        municipality: Some(practice.municipality),
        data: json!({ "practice": practice.id }),
        ..Told::of(event_type, audit_action, Some(group.status()))
    };
    trace::record(conn, actor, now, group, told)
}
