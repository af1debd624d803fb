//! Changing a round: a larger one has room for those who wait.

use super::places::fill_places;
use crate::access::{CatalogueWrite, Granted};
use crate::clock::LocalNow;
use crate::db::DbConn;
use crate::ids::RoundId;
use crate::programmes::Round;
use crate::programmes::round_actions::{self, RoundChanges, RoundError};
use crate::words::Slug;

/// Changes a round; when its capacity rises, whoever waits first moves up (L1), with a mail.
pub fn change_round(
    conn: &mut DbConn,
    granted: &Granted<CatalogueWrite>,
    now: LocalNow,
    of: (&Slug, RoundId),
    expected_version: Option<i64>,
    changes: RoundChanges,
) -> Result<Round, RoundError> {
    let may_make_room = changes.capacity.is_some();
    let round = round_actions::change(conn, granted, now.at, of, expected_version, changes)?;
    if may_make_room {
        fill_places(conn, granted.actor(), now, round.id)?;
    }
    Ok(round)
}
