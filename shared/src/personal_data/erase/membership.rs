//! Membership, profile, and what was proposed in theme rounds. Votes stay: they are numbers, and
//! the results that they led to are frozen.

use diesel::prelude::*;

use crate::clock::LocalNow;
use crate::db::columns::{At, On};
use crate::db::schema::{member_practices, member_topics, members, theme_proposals};
use crate::db::{DbConn, DbResult};
use crate::personal_data::Trail;

const NONE: Option<String> = None;

pub(super) fn blank(conn: &mut DbConn, now: LocalNow, trail: &Trail) -> DbResult<()> {
    let at = At(now.at);
    let theirs = trail.members.clone();
    diesel::delete(member_topics::table.filter(member_topics::member.eq_any(theirs.clone())))
        .execute(conn)?;
    diesel::delete(member_practices::table.filter(member_practices::member.eq_any(theirs.clone())))
        .execute(conn)?;
    diesel::update(
        theme_proposals::table.filter(theme_proposals::proposed_by.eq_any(theirs.clone())),
    )
    .set(theme_proposals::motivation.eq(NONE))
    .execute(conn)?;
    diesel::update(
        members::table
            .filter(members::id.eq_any(theirs.clone()))
            .filter(members::status.ne("left")),
    )
    .set((members::status.eq("left"), members::left_at.eq(Some(at))))
    .execute(conn)?;
    diesel::update(members::table.filter(members::id.eq_any(theirs)))
        .set((
            members::hours_per_month.eq(None::<i32>),
            members::availability.eq(NONE),
            members::introduction.eq(NONE),
            members::status_reason.eq(NONE),
            members::paused_until_on.eq(None::<On>),
            members::consent_review_since.eq(None::<At>),
            members::profile_visibility.eq("staff"),
            members::employer_visibility.eq("staff"),
            members::expertise_visibility.eq("staff"),
            members::contact_visibility.eq("staff"),
            members::version.eq(members::version + 1),
            members::updated_at.eq(at),
        ))
        .execute(conn)?;
    Ok(())
}
