//! Who was pointed to which item, and when (K1).

use diesel::prelude::*;
use jiff::Timestamp;

use crate::access::{Granted, KnowledgeRead, Permit};
use crate::db::columns::At;
use crate::db::schema::spreads;
use crate::db::{DbConn, DbResult};
use crate::ids::{KnowledgeItemId, PersonId, ReferralId, SpreadId};
use crate::paging::{PageSpec, Paged, Position, turn_to};
use crate::words::MunicipalityCode;

/// One item to which one person was pointed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spread {
    /// Its id.
    pub id: SpreadId,
    /// The item.
    pub item: KnowledgeItemId,
    /// Who was pointed to it.
    pub recipient: Option<PersonId>,
    /// For which municipality.
    pub municipality: Option<MunicipalityCode>,
    /// The referral that it was part of.
    pub referral: Option<ReferralId>,
    /// When.
    pub spread_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = spreads)]
struct SpreadRow {
    id: SpreadId,
    item: KnowledgeItemId,
    recipient: Option<PersonId>,
    municipality: Option<MunicipalityCode>,
    referral: Option<ReferralId>,
    spread_at: At,
}

impl From<SpreadRow> for Spread {
    fn from(row: SpreadRow) -> Self {
        Self {
            id: row.id,
            item: row.item,
            recipient: row.recipient,
            municipality: row.municipality,
            referral: row.referral,
            spread_at: row.spread_at.0,
        }
    }
}

type Boxed = spreads::BoxedQuery<'static, crate::db::MultiBackend>;

/// Spreads that the caller sees: a municipality its own, the institute's writers all. Whoever
/// reads items only, such as a member, learns nothing of who asked what.
fn seen_by(granted: &Granted<KnowledgeRead>) -> Boxed {
    let query = spreads::table.into_boxed();
    match granted.scope().codes() {
        Some(codes) => query.filter(spreads::municipality.eq_any(codes.to_vec())),
        None if granted.also(Permit::KnowledgeWrite) => query,
        None => query.filter(spreads::id.eq_any(Vec::<SpreadId>::new())),
    }
}

/// A page of those who were pointed to an item, newest first.
pub fn spreads_of_item(
    conn: &mut DbConn,
    granted: &Granted<KnowledgeRead>,
    item: KnowledgeItemId,
    page: &PageSpec,
) -> DbResult<Paged<Spread>> {
    let mut query = seen_by(granted).filter(spreads::item.eq(item));
    query = turn_to!(query, page, newest_first(spreads::spread_at, spreads::id));
    let rows: Vec<SpreadRow> = query
        .limit(page.fetch())
        .select(SpreadRow::as_select())
        .load(conn)?;
    let found = rows.into_iter().map(Spread::from).collect();
    Ok(page.finish(found, |spread: &Spread| Position {
        at: spread.spread_at,
        id: spread.id.0,
    }))
}

/// The items of a referral, in the order in which they were given.
pub(super) fn items_of(conn: &mut DbConn, referral: ReferralId) -> DbResult<Vec<KnowledgeItemId>> {
    Ok(spreads::table
        .filter(spreads::referral.eq(referral))
        .order(spreads::position)
        .select(spreads::item)
        .load(conn)?)
}

pub(super) fn insert(conn: &mut DbConn, spread: &Spread, position: i32) -> DbResult<()> {
    diesel::insert_into(spreads::table)
        .values((
            spreads::id.eq(spread.id),
            spreads::item.eq(spread.item),
            spreads::recipient.eq(spread.recipient),
            spreads::municipality.eq(spread.municipality),
            spreads::referral.eq(spread.referral),
            spreads::position.eq(position),
            spreads::spread_at.eq(At(spread.spread_at)),
        ))
        .execute(conn)?;
    Ok(())
}
