//! Offers whose last day has passed.

use super::{OfferAction, queries, trace};
use crate::access::Actor;
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};

/// How many are closed in one transaction; the next tick takes the rest.
const AT_ONCE: i64 = 100;

/// Closes sent offers whose last day is over where the institute is. Says how many.
pub fn expire_due(conn: &mut DbConn, now: LocalNow) -> DbResult<usize> {
    let lapsed = queries::lapsed(conn, now.today, AT_ONCE)?;
    let actor = Actor::system("expire-offers");
    let count = lapsed.len();
    for offer in lapsed {
        let from = offer.status;
        let after = offer.after(OfferAction::Expire, now.at);
        let expired = queries::update(conn, after.map_err(|_| DbError::Conflict)?)?;
        trace::action(conn, &actor, now, &expired, from, OfferAction::Expire)?;
    }
    Ok(count)
}
