//! Who is in a learning group.

use diesel::prelude::*;
use jiff::Timestamp;
use serde_json::json;

use super::actions::found;
use super::trace::{self, Told};
use super::{AddMemberError, ChangeGroupError, GroupAction, GroupMember, LearningGroup, practices};
use crate::access::{Actor, Granted, LearningGroupsWrite, Scope};
use crate::clock::LocalNow;
use crate::db::columns::At;
use crate::db::schema::{learning_group_members, person_roles};
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::{GroupMemberId, LearningGroupId, PersonId, PracticeId};
use crate::paging::{PageSpec, Paged, Position, turn_to};
use crate::people;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = learning_group_members)]
struct MemberRow {
    id: GroupMemberId,
    learning_group: LearningGroupId,
    person: PersonId,
    practice: Option<PracticeId>,
    joined_at: At,
    left_at: Option<At>,
}

impl From<MemberRow> for GroupMember {
    fn from(row: MemberRow) -> Self {
        Self {
            id: row.id,
            group: row.learning_group,
            person: row.person,
            practice: row.practice,
            joined_at: row.joined_at.0,
            left_at: row.left_at.map(Timestamp::from),
        }
    }
}

/// Which members a list holds.
#[derive(Debug, Clone, Default)]
pub struct GroupMemberFilter {
    /// Only those of this practice.
    pub practice: Option<PracticeId>,
    /// Whether those who left are shown too.
    pub with_left: bool,
}

type Boxed = learning_group_members::BoxedQuery<'static, crate::db::MultiBackend>;

/// A municipality sees the people who hold or held a role with it.
fn seen_by(scope: &Scope) -> Boxed {
    let query = learning_group_members::table.into_boxed();
    match scope.codes() {
        None => query,
        Some(codes) => {
            let own = person_roles::table
                .select(person_roles::person)
                .filter(person_roles::municipality.eq_any(codes.to_vec()));
            query.filter(learning_group_members::person.eq_any(own))
        }
    }
}

/// A page of the members of a group that the caller has found, the newest first.
pub fn members(
    conn: &mut DbConn,
    scope: &Scope,
    group: LearningGroupId,
    filter: &GroupMemberFilter,
    page: &PageSpec,
) -> DbResult<Paged<GroupMember>> {
    let mut query = seen_by(scope).filter(learning_group_members::learning_group.eq(group));
    if !filter.with_left {
        query = query.filter(learning_group_members::left_at.is_null());
    }
    if let Some(practice) = filter.practice {
        query = query.filter(learning_group_members::practice.eq(practice));
    }
    query = turn_to!(
        query,
        page,
        newest_first(
            learning_group_members::joined_at,
            learning_group_members::id
        )
    );
    let rows = query
        .limit(page.fetch())
        .select(MemberRow::as_select())
        .load(conn)?;
    let found = rows.into_iter().map(GroupMember::from).collect();
    Ok(page.finish(found, |member: &GroupMember| Position {
        at: member.joined_at,
        id: member.id.0,
    }))
}

/// Everybody who is in a group now, with their practice, for the days on which they cannot.
pub fn people_of(
    conn: &mut DbConn,
    group: LearningGroupId,
) -> DbResult<Vec<(PersonId, Option<PracticeId>)>> {
    Ok(learning_group_members::table
        .filter(learning_group_members::learning_group.eq(group))
        .filter(learning_group_members::left_at.is_null())
        .order(learning_group_members::id)
        .select((
            learning_group_members::person,
            learning_group_members::practice,
        ))
        .load(conn)?)
}

/// How many people are in a group now, of all municipalities.
pub fn member_count(conn: &mut DbConn, group: LearningGroupId) -> DbResult<i64> {
    Ok(learning_group_members::table
        .filter(learning_group_members::learning_group.eq(group))
        .filter(learning_group_members::left_at.is_null())
        .count()
        .get_result(conn)?)
}

/// The groups that somebody is in now, in order of joining.
pub fn of_person(conn: &mut DbConn, person: PersonId) -> DbResult<Vec<GroupMember>> {
    let rows = learning_group_members::table
        .filter(learning_group_members::person.eq(person))
        .filter(learning_group_members::left_at.is_null())
        .order((
            learning_group_members::joined_at,
            learning_group_members::id,
        ))
        .select(MemberRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(GroupMember::from).collect())
}

/// Adds somebody to a group, with a practice or as somebody who guides the whole.
pub fn add_member(
    conn: &mut DbConn,
    granted: &Granted<LearningGroupsWrite>,
    now: LocalNow,
    group: LearningGroupId,
    (person, practice): (PersonId, Option<PracticeId>),
) -> Result<GroupMember, AddMemberError> {
    let group = found(conn, granted, group, None)?;
    let action = GroupAction::AddMember;
    group
        .status()
        .after(action)
        .map_err(ChangeGroupError::State)?;
    let known = people::queries::find(conn, granted.scope(), person)?;
    if known.is_none_or(|person| person.is_erased()) {
        return Err(AddMemberError::UnknownPerson);
    }
    if let Some(practice) = practice {
        let takes_part = practices::find_practice(conn, group.id, practice)?
            .is_some_and(|practice| practice.takes_part());
        if !takes_part {
            return Err(AddMemberError::UnknownPractice);
        }
    }
    let present = people_of(conn, group.id)?;
    if present.iter().any(|(member, _)| *member == person) {
        return Err(AddMemberError::Member);
    }
    let row = MemberRow {
        id: GroupMemberId::generate(),
        learning_group: group.id,
        person,
        practice,
        joined_at: At(now.at),
        left_at: None,
    };
    diesel::insert_into(learning_group_members::table)
        .values(&row)
        .execute(conn)
        .map_err(DbError::from)?;
    let member = GroupMember::from(row);
    trace(conn, granted.actor(), now, &group, &member)?;
    Ok(member)
}

/// Takes somebody out of a group. That they were in it stays on the list.
pub fn take_out_member(
    conn: &mut DbConn,
    granted: &Granted<LearningGroupsWrite>,
    now: LocalNow,
    (group, id): (LearningGroupId, GroupMemberId),
) -> Result<GroupMember, AddMemberError> {
    let group = found(conn, granted, group, None)?;
    let row = seen_by(granted.scope())
        .filter(learning_group_members::id.eq(id))
        .filter(learning_group_members::learning_group.eq(group.id))
        .select(MemberRow::as_select())
        .first(conn)
        .optional()
        .map_err(DbError::from)?;
    let member = row
        .map(GroupMember::from)
        .ok_or(ChangeGroupError::NotFound)?;
    let action = GroupAction::TakeOutMember;
    group
        .status()
        .after(action)
        .map_err(ChangeGroupError::State)?;
    if member.left_at.is_some() {
        return Err(AddMemberError::Left);
    }
    let open = learning_group_members::table
        .filter(learning_group_members::id.eq(id))
        .filter(learning_group_members::left_at.is_null());
    let ended = diesel::update(open)
        .set(learning_group_members::left_at.eq(Some(At(now.at))))
        .execute(conn)
        .map_err(DbError::from)?;
    if ended != 1 {
        return Err(DbError::Conflict.into());
    }
    let member = GroupMember {
        left_at: Some(now.at),
        ..member
    };
    trace(conn, granted.actor(), now, &group, &member)?;
    Ok(member)
}

fn trace(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    group: &LearningGroup,
    member: &GroupMember,
) -> DbResult<()> {
    let (event_type, audit_action) = if member.left_at.is_some() {
        (
            "learning_group.member_left",
            "learning_group.take_out_member",
        )
    } else {
        ("learning_group.member_joined", "learning_group.add_member")
    };
    let told = Told {
        data: json!({ "member": member.id, "practice": member.practice }),
        ..Told::of(event_type, audit_action, Some(group.status()))
    };
    trace::record(conn, actor, now, group, told)
}
