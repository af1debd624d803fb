//! Whose rows a municipality's caller sees.

use jiff::civil::Date;

use crate::access::Scope;
use crate::db::{DbConn, DbResult};
use crate::municipalities;
use crate::words::MunicipalityCode;

/// The scope of a municipality on the list, with all it came in the place of by mergers up to
/// `today`; `None` when it is not on the list.
///
/// One that ended keeps its own rows in view; what it may still write is for each action to say.
pub fn scope_of(conn: &mut DbConn, code: MunicipalityCode, today: Date) -> DbResult<Option<Scope>> {
    if municipalities::queries::find(conn, code)?.is_none() {
        return Ok(None);
    }
    let predecessors = municipalities::queries::predecessors(conn, code, today)?;
    Ok(Some(Scope::municipality(code, &predecessors)))
}
