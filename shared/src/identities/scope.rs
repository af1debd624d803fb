//! Whose rows a municipality's caller sees.

use std::collections::BTreeSet;

use diesel::prelude::*;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::access::Scope;
use crate::db::columns::On;
use crate::db::schema::{municipalities, municipality_successors};
use crate::db::{DbConn, DbResult};
use crate::words::MunicipalityCode;

/// The scope of a municipality on the list, with all it came in the place of by mergers up to
/// `now`; `None` when it is not on the list.
///
/// One that ended keeps its own rows in view; what it may still write is for each action to say.
/// The parts of a split inherit nothing: the old rows stay with the institute.
pub fn scope_of(
    conn: &mut DbConn,
    code: MunicipalityCode,
    now: Timestamp,
) -> DbResult<Option<Scope>> {
    let listed = municipalities::table.filter(municipalities::code.eq(code));
    if !diesel::select(diesel::dsl::exists(listed)).get_result::<bool>(conn)? {
        return Ok(None);
    }
    let today = On(now.to_zoned(TimeZone::UTC).date());
    // At most some hundreds in all.
    let mergers: Vec<(MunicipalityCode, MunicipalityCode, On)> =
        municipality_successors::table.load(conn)?;
    let split = |old: MunicipalityCode| mergers.iter().filter(|merger| merger.0 == old).count() > 1;
    let mut found = BTreeSet::new();
    let mut waiting = vec![code];
    while let Some(successor) = waiting.pop() {
        for (old, new, since) in &mergers {
            let inherited = *new == successor && *since <= today && *old != code && !split(*old);
            // `found` also keeps a wrongly stored circle from going round for ever.
            if inherited && found.insert(*old) {
                waiting.push(*old);
            }
        }
    }
    let predecessors: Vec<MunicipalityCode> = found.into_iter().collect();
    Ok(Some(Scope::municipality(code, &predecessors)))
}
