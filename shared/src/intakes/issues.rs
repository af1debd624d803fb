//! Every statement on the issues of intakes.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::{Intake, Issue, NewIssue};
use crate::db::schema::{intake_issue_target_groups, intake_issue_themes, intake_issues};
use crate::db::{DbConn, DbResult};
use crate::ids::{IntakeId, IssueId};
use crate::on_connection;
use crate::words::Slug;

/// A theme of an issue, or a target group: whether it is a theme.
type TagRow = ((IssueId, Slug), bool);

/// Themes and target groups in one statement: one more costs as much as all their rows.
macro_rules! tags {
    ($conn:expr, $of:ident($intakes:expr)) => {
        on_connection!($conn, |conn| intake_issue_themes::table
            .filter(intake_issue_themes::intake.$of($intakes))
            .select((
                (intake_issue_themes::issue, intake_issue_themes::theme),
                true.into_sql::<Bool>(),
            ))
            .union_all(
                intake_issue_target_groups::table
                    .filter(intake_issue_target_groups::intake.$of($intakes))
                    .select((
                        (
                            intake_issue_target_groups::issue,
                            intake_issue_target_groups::target_group,
                        ),
                        false.into_sql::<Bool>(),
                    )),
            )
            .load::<TagRow>(conn))
    };
}

/// The issues of one intake, in their order.
pub(super) fn of(conn: &mut DbConn, intake: IntakeId) -> DbResult<Vec<Issue>> {
    let rows: Vec<(IssueId, String, String)> = on_connection!(conn, |conn| intake_issues::table
        .filter(intake_issues::intake.eq(intake))
        .order(intake_issues::position)
        .select((
            intake_issues::id,
            intake_issues::title,
            intake_issues::description,
        ))
        .load(conn))?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut tags = Tags::from(tags!(conn, eq(intake))?);
    let issue = |(id, title, description)| Issue {
        id,
        content: tags.complete(id, title, description),
    };
    Ok(rows.into_iter().map(issue).collect())
}

/// The themes and target groups of issues.
#[derive(Default)]
struct Tags {
    themes: HashMap<IssueId, Vec<Slug>>,
    target_groups: HashMap<IssueId, Vec<Slug>>,
}

impl From<Vec<TagRow>> for Tags {
    fn from(rows: Vec<TagRow>) -> Self {
        let mut tags = Self::default();
        for ((issue, slug), is_theme) in rows {
            let kind = if is_theme {
                &mut tags.themes
            } else {
                &mut tags.target_groups
            };
            kind.entry(issue).or_default().push(slug);
        }
        tags
    }
}

impl Tags {
    fn complete(&mut self, id: IssueId, title: String, description: String) -> NewIssue {
        NewIssue {
            title,
            description,
            themes: taken_from(&mut self.themes, id),
            target_groups: taken_from(&mut self.target_groups, id),
        }
    }
}

/// The slugs of an issue in their order, which is the same on both databases.
fn taken_from(tags: &mut HashMap<IssueId, Vec<Slug>>, id: IssueId) -> Vec<Slug> {
    let mut slugs = tags.remove(&id).unwrap_or_default();
    slugs.sort_unstable();
    slugs
}

/// Reads the issues of several intakes in two queries.
///
/// On SQLite a list is parsed at every run, as it would be through the enum.
pub(super) fn attach(conn: &mut DbConn, intakes: &mut [Intake]) -> DbResult<()> {
    let ids: Vec<IntakeId> = intakes.iter().map(|intake| intake.id).collect();
    let rows: Vec<(IssueId, IntakeId, String, String)> =
        on_connection!(conn, |conn| intake_issues::table
            .filter(intake_issues::intake.eq_any(&ids))
            .order((intake_issues::intake, intake_issues::position))
            .select((
                intake_issues::id,
                intake_issues::intake,
                intake_issues::title,
                intake_issues::description,
            ))
            .load(conn))?;
    if rows.is_empty() {
        return Ok(());
    }
    let mut tags = Tags::from(tags!(conn, eq_any(&ids))?);
    for (id, intake, title, description) in rows {
        let owner = intakes.iter_mut().find(|candidate| candidate.id == intake);
        if let Some(owner) = owner {
            let content = tags.complete(id, title, description);
            owner.issues.push(Issue { id, content });
        }
    }
    Ok(())
}

pub(super) fn insert(conn: &mut DbConn, intake: &Intake) -> DbResult<()> {
    for (position, issue) in (0_i32..).zip(&intake.issues) {
        diesel::insert_into(intake_issues::table)
            .values((
                intake_issues::id.eq(issue.id),
                intake_issues::intake.eq(intake.id),
                intake_issues::position.eq(position),
                intake_issues::title.eq(&issue.content.title),
                intake_issues::description.eq(&issue.content.description),
            ))
            .execute(conn)?;
        for theme in &issue.content.themes {
            diesel::insert_into(intake_issue_themes::table)
                .values((
                    intake_issue_themes::issue.eq(issue.id),
                    intake_issue_themes::theme.eq(theme),
                    intake_issue_themes::intake.eq(intake.id),
                ))
                .execute(conn)?;
        }
        for target_group in &issue.content.target_groups {
            diesel::insert_into(intake_issue_target_groups::table)
                .values((
                    intake_issue_target_groups::issue.eq(issue.id),
                    intake_issue_target_groups::target_group.eq(target_group),
                    intake_issue_target_groups::intake.eq(intake.id),
                ))
                .execute(conn)?;
        }
    }
    Ok(())
}

/// Puts the issues of a changed intake in the place of those it had.
pub(super) fn replace(conn: &mut DbConn, intake: &Intake) -> DbResult<()> {
    diesel::delete(intake_issue_themes::table.filter(intake_issue_themes::intake.eq(intake.id)))
        .execute(conn)?;
    diesel::delete(
        intake_issue_target_groups::table.filter(intake_issue_target_groups::intake.eq(intake.id)),
    )
    .execute(conn)?;
    diesel::delete(intake_issues::table.filter(intake_issues::intake.eq(intake.id)))
        .execute(conn)?;
    insert(conn, intake)
}
