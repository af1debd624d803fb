//! Making, changing and closing learning groups.

use jiff::civil::Date;

use super::trace::{self, Told};
use super::{
    ChangeGroupError, CreateGroupError, GroupAction, GroupProblem, LearningGroup, queries,
};
use crate::access::{Granted, LearningGroupsWrite, Scope};
use crate::clock::LocalNow;
use crate::db::DbConn;
use crate::ids::{LearningGroupId, RoundId};
use crate::programmes;
use crate::words::Slug;

/// A group about to be made.
#[derive(Debug, Clone)]
pub struct NewGroup {
    /// What people call it.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Its programme; the group is held to its meeting plan of today.
    pub programme: Slug,
    /// The round whose intakes came together in it.
    pub round: Option<RoundId>,
    /// From when its year is counted while no meeting has a date.
    pub starts_on: Option<Date>,
}

/// What changes: `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct GroupChange {
    /// Another name.
    pub name: Option<String>,
    /// Another description, or none.
    pub description: Option<Option<String>>,
    /// Another first day, or none.
    pub starts_on: Option<Option<Date>>,
}

/// Makes a learning group (L2).
pub fn create(
    conn: &mut DbConn,
    granted: &Granted<LearningGroupsWrite>,
    now: LocalNow,
    new: NewGroup,
) -> Result<LearningGroup, CreateGroupError> {
    if *granted.scope() != Scope::Institute {
        return Err(CreateGroupError::InstituteOnly);
    }
    let current = programmes::queries::current_content(conn, &new.programme)?;
    let mut problems = Vec::new();
    if current.is_none() {
        problems.push(GroupProblem::UnknownProgramme);
    }
    if let Some(round) = new.round {
        let found = programmes::rounds::round(conn, round)?;
        if found.is_none_or(|round| round.programme != new.programme) {
            problems.push(GroupProblem::UnknownRound);
        }
    }
    let (true, Some((programme_number, _))) = (problems.is_empty(), current) else {
        return Err(CreateGroupError::Invalid(problems));
    };
    let group = LearningGroup {
        id: LearningGroupId::generate(),
        version: 1,
        name: new.name,
        description: new.description,
        programme: new.programme,
        programme_number,
        round: new.round,
        starts_on: new.starts_on,
        closed_at: None,
        created_at: now.at,
        updated_at: now.at,
    };
    queries::insert(conn, &group)?;
    let told = Told::of("learning_group.created", "learning_group.create", None);
    trace::record(conn, granted.actor(), now, &group, told)?;
    Ok(group)
}

/// Changes what a group says.
pub fn change(
    conn: &mut DbConn,
    granted: &Granted<LearningGroupsWrite>,
    now: LocalNow,
    id: LearningGroupId,
    expected_version: Option<i64>,
    change: GroupChange,
) -> Result<LearningGroup, ChangeGroupError> {
    let group = found(conn, granted, id, expected_version)?;
    let from = group.status();
    let group = group.after(GroupAction::Change, now.at)?;
    let changed = LearningGroup {
        name: change.name.unwrap_or_else(|| group.name.clone()),
        description: change
            .description
            .unwrap_or_else(|| group.description.clone()),
        starts_on: change.starts_on.unwrap_or(group.starts_on),
        ..group
    };
    let changed = queries::update(conn, changed)?;
    let told = Told::of(
        "learning_group.changed",
        "learning_group.change",
        Some(from),
    );
    trace::record(conn, granted.actor(), now, &changed, told)?;
    Ok(changed)
}

/// Closes a group. Its practices, members and meetings stay as they are.
pub fn close(
    conn: &mut DbConn,
    granted: &Granted<LearningGroupsWrite>,
    now: LocalNow,
    id: LearningGroupId,
    expected_version: Option<i64>,
) -> Result<LearningGroup, ChangeGroupError> {
    let group = found(conn, granted, id, expected_version)?;
    let from = group.status();
    let closed = queries::update(conn, group.after(GroupAction::Close, now.at)?)?;
    let told = Told::of("learning_group.closed", "learning_group.close", Some(from));
    trace::record(conn, granted.actor(), now, &closed, told)?;
    Ok(closed)
}

pub(super) fn found(
    conn: &mut DbConn,
    granted: &Granted<LearningGroupsWrite>,
    id: LearningGroupId,
    expected_version: Option<i64>,
) -> Result<LearningGroup, ChangeGroupError> {
    if *granted.scope() != Scope::Institute {
        return Err(ChangeGroupError::InstituteOnly);
    }
    let group = queries::find(conn, granted.scope(), id)?.ok_or(ChangeGroupError::NotFound)?;
    if expected_version.is_some_and(|version| version != group.version) {
        return Err(ChangeGroupError::Stale);
    }
    Ok(group)
}
