//! What members know and want to work on (M2).

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use super::actions::found;
use super::admit::trace;
use super::{ChangeMemberError, Expertise, Issue, Member, MemberAction, queries};
use crate::access::{Granted, MembersProfile};
use crate::catalogue::LearningPractice;
use crate::clock::LocalNow;
use crate::db::schema::{member_practices, member_topics};
use crate::db::{DbConn, DbResult};
use crate::ids::{MemberId, MemberTopicId};
use crate::reference::{self, ReferenceList};
use crate::text_enum;
use crate::words::Slug;

text_enum! {
    /// What a topic is.
    pub enum TopicKind {
        /// A theme that a member knows.
        Expertise => "expertise",
        /// An issue that they want to work on.
        Issue => "issue",
    }
}

crate::text_column!(TopicKind);

/// What a member knows and wants to work on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Topics {
    /// Themes they know, in their order.
    pub expertise: Vec<Expertise>,
    /// Issues they want to work on, in their order.
    pub issues: Vec<Issue>,
    /// The ways of learning they know (N7), each once.
    pub learning_practices: BTreeSet<LearningPractice>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = member_topics)]
struct TopicRow {
    member: MemberId,
    kind: TopicKind,
    theme: Option<Slug>,
    description: Option<String>,
    level: i32,
    interest: i32,
}

/// Replaces all that a member knows and wants to work on.
pub fn change_topics(
    conn: &mut DbConn,
    granted: &Granted<MembersProfile>,
    now: LocalNow,
    id: MemberId,
    expected_version: Option<i64>,
    topics: &Topics,
) -> Result<Member, ChangeMemberError> {
    let member = found(conn, granted, id, expected_version)?;
    let from = member.status;
    let changed = member.after(MemberAction::ChangeExpertise, now.at)?;
    check(conn, topics)?;
    replace(conn, id, topics)?;
    let changed = queries::update(conn, changed)?;
    let traces = MemberAction::ChangeExpertise.traces();
    trace(
        conn,
        granted.actor(),
        now,
        &changed,
        (Some(from), None),
        traces,
    )?;
    Ok(changed)
}

fn check(conn: &mut DbConn, topics: &Topics) -> Result<(), ChangeMemberError> {
    let mut seen = BTreeSet::new();
    for (at, known) in topics.expertise.iter().enumerate() {
        if !seen.insert(&known.theme) {
            return Err(ChangeMemberError::ThemeTwice { at });
        }
    }
    let of_issues = topics.issues.iter().map(|issue| issue.theme.as_ref());
    let of_expertise = topics.expertise.iter().map(|known| Some(&known.theme));
    let named: Vec<Slug> = of_expertise
        .clone()
        .chain(of_issues.clone())
        .flatten()
        .cloned()
        .collect();
    let unusable = reference::queries::unusable(conn, ReferenceList::Themes, &named)?;
    let is_unusable = |theme: Option<&Slug>| theme.is_some_and(|theme| unusable.contains(theme));
    for (list, mut themes) in [
        (
            "expertise",
            of_expertise
                .map(is_unusable)
                .collect::<Vec<_>>()
                .into_iter(),
        ),
        (
            "issues",
            of_issues.map(is_unusable).collect::<Vec<_>>().into_iter(),
        ),
    ] {
        if let Some(at) = themes.position(|unusable| unusable) {
            return Err(ChangeMemberError::UnknownTheme { list, at });
        }
    }
    Ok(())
}

fn replace(conn: &mut DbConn, member: MemberId, topics: &Topics) -> DbResult<()> {
    diesel::delete(member_topics::table.filter(member_topics::member.eq(member))).execute(conn)?;
    diesel::delete(member_practices::table.filter(member_practices::member.eq(member)))
        .execute(conn)?;
    for (position, known) in (0..).zip(&topics.expertise) {
        insert(
            conn,
            (member, TopicKind::Expertise, position),
            (Some(&known.theme), known.description.as_deref()),
            (known.level, known.interest),
        )?;
    }
    for (position, issue) in (0..).zip(&topics.issues) {
        insert(
            conn,
            (member, TopicKind::Issue, position),
            (issue.theme.as_ref(), Some(&issue.description)),
            (issue.level, issue.interest),
        )?;
    }
    for practice in &topics.learning_practices {
        diesel::insert_into(member_practices::table)
            .values((
                member_practices::member.eq(member),
                member_practices::practice.eq(*practice),
            ))
            .execute(conn)?;
    }
    Ok(())
}

fn insert(
    conn: &mut DbConn,
    (member, kind, position): (MemberId, TopicKind, i32),
    (theme, description): (Option<&Slug>, Option<&str>),
    (level, interest): (i32, i32),
) -> DbResult<()> {
    diesel::insert_into(member_topics::table)
        .values((
            member_topics::id.eq(MemberTopicId::generate()),
            member_topics::member.eq(member),
            member_topics::kind.eq(kind),
            member_topics::position.eq(position),
            member_topics::theme.eq(theme),
            member_topics::description.eq(description),
            member_topics::level.eq(level),
            member_topics::interest.eq(interest),
        ))
        .execute(conn)?;
    Ok(())
}

/// Which members name each of these themes among their expertise, and how much they know of it.
pub fn levels_on(
    conn: &mut DbConn,
    themes: &[Slug],
) -> DbResult<HashMap<Slug, Vec<(MemberId, i32)>>> {
    let rows: Vec<(Option<Slug>, MemberId, i32)> = member_topics::table
        .filter(member_topics::theme.eq_any(themes.to_vec()))
        .filter(member_topics::kind.eq(TopicKind::Expertise))
        .order((member_topics::theme, member_topics::member))
        .select((
            member_topics::theme,
            member_topics::member,
            member_topics::level,
        ))
        .load(conn)?;
    let mut levels: HashMap<Slug, Vec<(MemberId, i32)>> = HashMap::new();
    for (theme, member, level) in rows {
        if let Some(theme) = theme {
            levels.entry(theme).or_default().push((member, level));
        }
    }
    Ok(levels)
}

/// What each of these members knows and wants to work on.
pub fn topics_of(conn: &mut DbConn, members: &[MemberId]) -> DbResult<HashMap<MemberId, Topics>> {
    let rows: Vec<TopicRow> = member_topics::table
        .filter(member_topics::member.eq_any(members.to_vec()))
        .order((
            member_topics::member,
            member_topics::kind,
            member_topics::position,
        ))
        .select(TopicRow::as_select())
        .load(conn)?;
    let practices: Vec<(MemberId, LearningPractice)> = member_practices::table
        .filter(member_practices::member.eq_any(members.to_vec()))
        .select((member_practices::member, member_practices::practice))
        .load(conn)?;
    let mut topics: HashMap<MemberId, Topics> = HashMap::new();
    for row in rows {
        let of = topics.entry(row.member).or_default();
        match (row.kind, row.theme) {
            (TopicKind::Expertise, Some(theme)) => of.expertise.push(Expertise {
                theme,
                description: row.description,
                level: row.level,
                interest: row.interest,
            }),
            (TopicKind::Issue, theme) => of.issues.push(Issue {
                description: row.description.unwrap_or_default(),
                theme,
                level: row.level,
                interest: row.interest,
            }),
            // Expertise is in a theme: a row without one is not of our making.
            (TopicKind::Expertise, None) => {}
        }
    }
    for (member, practice) in practices {
        topics
            .entry(member)
            .or_default()
            .learning_practices
            .insert(practice);
    }
    Ok(topics)
}
