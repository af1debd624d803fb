//! What an intake was referred to (T2).

use diesel::prelude::*;
use jiff::Timestamp;

use super::{KnowledgeItem, Shelf, Spread, queries, spreads};
use crate::access::Actor;
use crate::audit::{self, AuditLine};
use crate::db::columns::At;
use crate::db::schema::referrals;
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::{IntakeId, KnowledgeItemId, PersonId, ReferralId, SpreadId};
use crate::words::MunicipalityCode;

/// The answer to a light question: knowledge items and a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referral {
    /// Its id.
    pub id: ReferralId,
    /// The intake that it answers.
    pub intake: IntakeId,
    /// What the adviser wrote with it.
    pub note: String,
    /// Who referred: a person or a client.
    pub referred_by: String,
    /// When.
    pub referred_at: Timestamp,
    /// The items, in the order given; those retired since are among them.
    pub items: Vec<KnowledgeItem>,
}

/// Whom a referral points to its items.
#[derive(Debug, Clone, Copy)]
pub struct Recipient {
    /// The intake that it answers.
    pub intake: IntakeId,
    /// The contact person.
    pub person: Option<PersonId>,
    /// The municipality of the intake.
    pub municipality: MunicipalityCode,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = referrals)]
struct ReferralRow {
    id: ReferralId,
    intake: IntakeId,
    note: String,
    referred_by: String,
    referred_at: At,
}

/// The referral of an intake, if there is one.
pub fn of_intake(conn: &mut DbConn, intake: IntakeId) -> DbResult<Option<Referral>> {
    let row = referrals::table
        .filter(referrals::intake.eq(intake))
        .select(ReferralRow::as_select())
        .first(conn)
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let ids = spreads::items_of(conn, row.id)?;
    let found = queries::find_many(conn, Shelf::Everything, &ids)?;
    let items = ids
        .iter()
        .map(|id| found.iter().find(|item| item.id == *id).cloned())
        .collect::<Option<Vec<_>>>()
        .ok_or(DbError::Corrupt { what: "referral" })?;
    Ok(Some(Referral {
        id: row.id,
        intake: row.intake,
        note: row.note,
        referred_by: row.referred_by,
        referred_at: row.referred_at.0,
        items,
    }))
}

/// Records a referral, and of each item that somebody was pointed to it (K1). Whoever calls
/// has decided that `actor` may, and moves the intake.
pub(crate) fn record(
    conn: &mut DbConn,
    actor: &Actor,
    now: Timestamp,
    to: Recipient,
    note: String,
    items: Vec<KnowledgeItem>,
) -> DbResult<Referral> {
    let referral = Referral {
        id: ReferralId::generate(),
        intake: to.intake,
        note,
        referred_by: actor.who.id(),
        referred_at: now,
        items,
    };
    diesel::insert_into(referrals::table)
        .values((
            referrals::id.eq(referral.id),
            referrals::intake.eq(referral.intake),
            referrals::note.eq(&referral.note),
            referrals::referred_by.eq(&referral.referred_by),
            referrals::referred_at.eq(At(now)),
        ))
        .execute(conn)?;
    for (position, item) in (0_i32..).zip(&referral.items) {
        let spread = Spread {
            id: SpreadId::generate(),
            item: item.id,
            recipient: to.person,
            municipality: Some(to.municipality),
            referral: Some(referral.id),
            spread_at: now,
        };
        spreads::insert(conn, &spread, position)?;
        audit::record(conn, actor, spread_line(item.id, to.municipality), now)?;
    }
    Ok(referral)
}

fn spread_line(item: KnowledgeItemId, municipality: MunicipalityCode) -> AuditLine {
    AuditLine {
        action: "knowledge_item.spread",
        object_type: super::SUBJECT,
        object_id: Some(item.to_string()),
        municipality: Some(municipality),
    }
}
