//! What somebody said in the cases of municipalities: remarks, refusals and evidence. The cases
//! themselves are the municipalities' and stay.

use diesel::prelude::*;

use crate::clock::LocalNow;
use crate::db::columns::At;
use crate::db::schema::{
    assessment_facts, assessment_findings, assessment_settlements, date_poll_votes, invitations,
    learning_group_members, network_memberships, offers,
};
use crate::db::{DbConn, DbResult};
use crate::personal_data::Trail;

const NONE: Option<String> = None;

pub(super) fn blank(conn: &mut DbConn, now: LocalNow, trail: &Trail) -> DbResult<()> {
    let at = At(now.at);
    diesel::update(invitations::table.filter(invitations::person.eq(trail.person)))
        .set((
            invitations::remark.eq(NONE),
            invitations::dietary_wishes.eq(NONE),
            invitations::accessibility_wishes.eq(NONE),
            invitations::version.eq(invitations::version + 1),
            invitations::updated_at.eq(at),
        ))
        .execute(conn)?;
    diesel::update(date_poll_votes::table.filter(date_poll_votes::person.eq(trail.person)))
        .set(date_poll_votes::remark.eq(NONE))
        .execute(conn)?;
    let sent = offers::table.filter(offers::sponsor.eq(trail.person));
    diesel::update(sent.filter(offers::answered_by_name.is_not_null()))
        // Empty and not absent: the role with which it was answered is shown with the name.
        .set(offers::answered_by_name.eq(""))
        .execute(conn)?;
    diesel::update(sent.filter(offers::status.eq("refused")))
        .set(offers::closed_reason.eq(NONE))
        .execute(conn)?;
    diesel::update(
        network_memberships::table
            .filter(network_memberships::person.eq(trail.person))
            .filter(network_memberships::left_at.is_null()),
    )
    .set(network_memberships::left_at.eq(Some(at)))
    .execute(conn)?;
    diesel::update(
        learning_group_members::table
            .filter(learning_group_members::person.eq(trail.person))
            .filter(learning_group_members::left_at.is_null()),
    )
    .set(learning_group_members::left_at.eq(Some(at)))
    .execute(conn)?;
    blank_assessments(conn, trail)
}

fn blank_assessments(conn: &mut DbConn, trail: &Trail) -> DbResult<()> {
    let by = format!("person:{}", trail.person);
    diesel::update(
        assessment_facts::table.filter(
            (assessment_facts::given_by.eq(trail.person))
                .or(assessment_facts::recorded_by.eq(&by).assume_not_null()),
        ),
    )
    .set(assessment_facts::evidence.eq(NONE))
    .execute(conn)?;
    diesel::update(
        assessment_findings::table.filter(assessment_findings::assessor.eq(trail.person)),
    )
    .set((
        assessment_findings::evidence.eq(NONE),
        assessment_findings::reason.eq(NONE),
    ))
    .execute(conn)?;
    diesel::update(
        assessment_settlements::table.filter(assessment_settlements::settled_by.eq(&by)),
    )
    .set((
        assessment_settlements::evidence.eq(NONE),
        assessment_settlements::reason.eq(NONE),
    ))
    .execute(conn)?;
    Ok(())
}
