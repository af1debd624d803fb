//! Nominations, candidacies, consents and reviews.

use diesel::prelude::*;

use crate::clock::LocalNow;
use crate::db::columns::At;
use crate::db::schema::{candidacies, consents, nominations, reviews};
use crate::db::{DbConn, DbResult};
use crate::personal_data::Trail;

/// Stands where a column must hold a text.
const BLANK: &str = "";
const NONE: Option<String> = None;

pub(super) fn blank(conn: &mut DbConn, now: LocalNow, trail: &Trail) -> DbResult<()> {
    let at = At(now.at);
    blank_nominations(conn, at, trail)?;
    diesel::update(candidacies::table.filter(candidacies::id.eq_any(trail.candidacies.clone())))
        .set((
            candidacies::prepared_reason.eq(NONE),
            candidacies::closed_reason.eq(NONE),
            candidacies::version.eq(candidacies::version + 1),
            candidacies::updated_at.eq(at),
        ))
        .execute(conn)?;
    // Nobody answers for a candidate who is gone.
    diesel::update(
        consents::table
            .filter(consents::id.eq_any(trail.consents.clone()))
            .filter(consents::status.eq("requested")),
    )
    .set((
        consents::status.eq("withdrawn"),
        consents::closed_at.eq(Some(at)),
    ))
    .execute(conn)?;
    // Time, role and wording version stay: that there was consent can still be shown.
    let of_or_by = [trail.consents.clone(), trail.asked.clone()].concat();
    diesel::update(consents::table.filter(consents::id.eq_any(of_or_by)))
        .set((
            consents::answered_by_name.eq(NONE),
            consents::evidence.eq(NONE),
            consents::reason.eq(NONE),
            consents::version.eq(consents::version + 1),
            consents::updated_at.eq(at),
        ))
        .execute(conn)?;
    let of_or_by = [trail.reviews.clone(), trail.reviewing.clone()].concat();
    diesel::update(reviews::table.filter(reviews::id.eq_any(of_or_by)))
        .set((
            reviews::remark.eq(NONE),
            reviews::version.eq(reviews::version + 1),
            reviews::updated_at.eq(at),
        ))
        .execute(conn)?;
    Ok(())
}

fn blank_nominations(conn: &mut DbConn, at: At, trail: &Trail) -> DbResult<()> {
    let unconfirmed = nominations::table.filter(nominations::id.eq_any(trail.unconfirmed.clone()));
    diesel::delete(unconfirmed).execute(conn)?;
    let of_or_by = [trail.nominated.clone(), trail.nominating.clone()].concat();
    diesel::update(nominations::table.filter(nominations::id.eq_any(of_or_by)))
        .set((
            nominations::relation.eq(BLANK),
            nominations::motivation.eq(BLANK),
            nominations::innovation.eq(BLANK),
            nominations::impact.eq(BLANK),
            nominations::withdrawn_reason.eq(NONE),
            nominations::version.eq(nominations::version + 1),
            nominations::updated_at.eq(at),
        ))
        .execute(conn)?;
    diesel::update(nominations::table.filter(nominations::id.eq_any(trail.nominated.clone())))
        .set((
            nominations::candidate_name.eq(BLANK),
            nominations::candidate_email.eq(NONE),
            nominations::organisation_name.eq(NONE),
        ))
        .execute(conn)?;
    diesel::update(nominations::table.filter(nominations::id.eq_any(trail.nominating.clone())))
        .set((
            nominations::nominator_name.eq(BLANK),
            nominations::nominator_email.eq(NONE),
        ))
        .execute(conn)?;
    // Whom a nominator proposed to ask says who the candidate is.
    let giver = [trail.nominated.clone(), trail.proposed.clone()].concat();
    diesel::update(nominations::table.filter(nominations::id.eq_any(giver)))
        .set((
            nominations::giver_name.eq(NONE),
            nominations::giver_email.eq(NONE),
        ))
        .execute(conn)?;
    Ok(())
}
