//! Every statement on the issues of intakes.

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::{Intake, Issue, NewIssue};
use crate::db::schema::{intake_issue_target_groups, intake_issue_themes, intake_issues};
use crate::db::{DbConn, DbResult};
use crate::ids::{IntakeId, IssueId};
use crate::on_connection;
use crate::words::Slug;

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
    // Themes and target groups in one statement: one more costs as much as all their rows.
    let tags: Vec<((IssueId, Slug), bool)> =
        on_connection!(conn, |conn| intake_issue_themes::table
            .filter(intake_issue_themes::intake.eq(intake))
            .select((
                (intake_issue_themes::issue, intake_issue_themes::theme),
                true.into_sql::<Bool>(),
            ))
            .union_all(
                intake_issue_target_groups::table
                    .filter(intake_issue_target_groups::intake.eq(intake))
                    .select((
                        (
                            intake_issue_target_groups::issue,
                            intake_issue_target_groups::target_group,
                        ),
                        false.into_sql::<Bool>(),
                    )),
            )
            .load(conn))?;
    let (mut themes, mut target_groups) = (Vec::new(), Vec::new());
    for (tag, is_theme) in tags {
        if is_theme {
            themes.push(tag);
        } else {
            target_groups.push(tag);
        }
    }
    let issue = |(id, title, description)| Issue {
        id,
        content: NewIssue {
            title,
            description,
            themes: tags_of(&themes, id),
            target_groups: tags_of(&target_groups, id),
        },
    };
    Ok(rows.into_iter().map(issue).collect())
}

/// The slugs of an issue in their order, which is the same on both databases.
fn tags_of(tags: &[(IssueId, Slug)], id: IssueId) -> Vec<Slug> {
    let of_issue = tags.iter().filter(|(issue, _)| *issue == id);
    let mut slugs: Vec<Slug> = of_issue.map(|(_, slug)| slug.clone()).collect();
    slugs.sort_unstable();
    slugs
}

/// Reads the issues of several intakes in three queries.
pub(super) fn attach(conn: &mut DbConn, intakes: &mut [Intake]) -> DbResult<()> {
    let ids: Vec<IntakeId> = intakes.iter().map(|intake| intake.id).collect();
    let rows: Vec<(IssueId, IntakeId, String, String)> = intake_issues::table
        .filter(intake_issues::intake.eq_any(ids.clone()))
        .order((intake_issues::intake, intake_issues::position))
        .select((
            intake_issues::id,
            intake_issues::intake,
            intake_issues::title,
            intake_issues::description,
        ))
        .load(conn)?;
    if rows.is_empty() {
        return Ok(());
    }
    let themes: Vec<(IssueId, Slug)> = intake_issue_themes::table
        .filter(intake_issue_themes::intake.eq_any(ids.clone()))
        .select((intake_issue_themes::issue, intake_issue_themes::theme))
        .load(conn)?;
    let target_groups: Vec<(IssueId, Slug)> = intake_issue_target_groups::table
        .filter(intake_issue_target_groups::intake.eq_any(ids))
        .select((
            intake_issue_target_groups::issue,
            intake_issue_target_groups::target_group,
        ))
        .load(conn)?;
    for (id, intake, title, description) in rows {
        let content = NewIssue {
            title,
            description,
            themes: tags_of(&themes, id),
            target_groups: tags_of(&target_groups, id),
        };
        let owner = intakes.iter_mut().find(|candidate| candidate.id == intake);
        if let Some(owner) = owner {
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
