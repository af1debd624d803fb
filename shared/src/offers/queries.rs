//! Every statement on offers.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{AnsweredBy, Offer, OfferContent, OfferStatus, Totals};
use crate::access::Scope;
use crate::catalogue::words::PersonRole;
use crate::db::columns::{At, On};
use crate::db::schema::{deliveries, offers};
use crate::db::{DbConn, DbError, DbResult, one_row};
use crate::deliveries::Payload;
use crate::ids::{IntakeId, OfferId, PersonId};
use crate::intakes::Sponsor;
use crate::paging::{PageSpec, Paged, Position, turn_to};
use crate::words::{Cents, MunicipalityCode, Slug};

#[derive(Queryable, Selectable)]
#[diesel(table_name = offers)]
struct OfferRow {
    id: OfferId,
    version: i64,
    intake: IntakeId,
    number: i32,
    status: OfferStatus,
    municipality: MunicipalityCode,
    programme: Slug,
    programme_number: i32,
    introduction: Option<String>,
    content: String,
    valid_until_on: Option<On>,
    cost_cents: i64,
    own_contribution_cents: i64,
    sponsor: Option<PersonId>,
    sponsor_role: Option<PersonRole>,
    sent_at: Option<At>,
    answered_by_name: Option<String>,
    answered_by_role: Option<String>,
    answered_at: Option<At>,
    closed_reason: Option<String>,
    closed_at: Option<At>,
    created_at: At,
    updated_at: At,
}

const CORRUPT: DbError = DbError::Corrupt { what: "offer" };

impl TryFrom<OfferRow> for Offer {
    type Error = DbError;

    fn try_from(row: OfferRow) -> DbResult<Self> {
        let content: OfferContent = serde_json::from_str(&row.content).map_err(|_| CORRUPT)?;
        let cents = |cents| Cents::new(cents).map_err(|_| CORRUPT);
        let sponsor = row.sponsor.zip(row.sponsor_role);
        let answered_by = row.answered_by_name.zip(row.answered_by_role);
        Ok(Self {
            id: row.id,
            version: row.version,
            intake: row.intake,
            number: row.number,
            status: row.status,
            municipality: row.municipality,
            programme: row.programme,
            programme_number: row.programme_number,
            introduction: row.introduction,
            content,
            valid_until_on: row.valid_until_on.map(Date::from),
            totals: Totals {
                cost: cents(row.cost_cents)?,
                own_contribution: cents(row.own_contribution_cents)?,
            },
            sponsor: sponsor.map(|(person, role)| Sponsor { person, role }),
            sent_at: row.sent_at.map(Timestamp::from),
            answered_by: answered_by.map(|(name, role)| AnsweredBy { name, role }),
            answered_at: row.answered_at.map(Timestamp::from),
            closed_reason: row.closed_reason,
            closed_at: row.closed_at.map(Timestamp::from),
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        })
    }
}

/// Which offers a list holds.
#[derive(Debug, Clone, Default)]
pub struct OfferFilter {
    /// Only those in this state.
    pub status: Option<OfferStatus>,
    /// Only those to this municipality.
    pub municipality: Option<MunicipalityCode>,
    /// Only those for this programme.
    pub programme: Option<Slug>,
    /// Only those of this intake.
    pub intake: Option<IntakeId>,
}

type Boxed = offers::BoxedQuery<'static, crate::db::MultiBackend>;

/// The institute sees everything; a municipality what was sent to it.
fn seen_by(scope: &Scope) -> Boxed {
    let query = offers::table.into_boxed();
    match scope.codes() {
        None => query,
        Some(codes) => query
            .filter(offers::municipality.eq_any(codes.to_vec()))
            .filter(offers::sent_at.is_not_null()),
    }
}

/// One offer, if `scope` sees it.
pub fn find(conn: &mut DbConn, scope: &Scope, id: OfferId) -> DbResult<Option<Offer>> {
    first(conn, seen_by(scope).filter(offers::id.eq(id)))
}

/// The offers on several intakes that `scope` sees, in no order.
pub fn of_intakes(conn: &mut DbConn, scope: &Scope, intakes: &[IntakeId]) -> DbResult<Vec<Offer>> {
    seen_by(scope)
        .filter(offers::intake.eq_any(intakes.to_vec()))
        .select(OfferRow::as_select())
        .load(conn)?
        .into_iter()
        .map(Offer::try_from)
        .collect()
}

/// The offer of the intake that was accepted.
pub fn accepted_of(conn: &mut DbConn, intake: IntakeId) -> DbResult<Option<Offer>> {
    of_intake(conn, intake, OfferStatus::Accepted)
}

/// The offer that counts instead of `offer`: itself while it waits for an answer or was accepted,
/// else the one of its intake that does. `None` when nothing is on offer.
pub fn that_counts(conn: &mut DbConn, offer: Offer) -> DbResult<Option<Offer>> {
    match offer.status {
        OfferStatus::Sent | OfferStatus::Accepted => Ok(Some(offer)),
        OfferStatus::Drafted
        | OfferStatus::Refused
        | OfferStatus::Expired
        | OfferStatus::Superseded
        | OfferStatus::Withdrawn => match of_intake(conn, offer.intake, OfferStatus::Sent)? {
            Some(sent) => Ok(Some(sent)),
            None => accepted_of(conn, offer.intake),
        },
    }
}

/// The one offer of the intake in a state that only one can be in.
pub(super) fn of_intake(
    conn: &mut DbConn,
    intake: IntakeId,
    status: OfferStatus,
) -> DbResult<Option<Offer>> {
    let query = offers::table
        .into_boxed()
        .filter(offers::intake.eq(intake))
        .filter(offers::status.eq(status));
    first(conn, query)
}

fn first(conn: &mut DbConn, query: Boxed) -> DbResult<Option<Offer>> {
    query
        .select(OfferRow::as_select())
        .first(conn)
        .optional()?
        .map(Offer::try_from)
        .transpose()
}

/// Whether another offer of the intake was superseded before this one was sent.
pub fn replaces_another(conn: &mut DbConn, offer: &Offer) -> DbResult<bool> {
    let superseded: i64 = offers::table
        .filter(offers::intake.eq(offer.intake))
        .filter(offers::status.eq(OfferStatus::Superseded))
        .filter(offers::id.ne(offer.id))
        .count()
        .get_result(conn)?;
    Ok(superseded > 0)
}

/// The drafts of the intake and the offer that was sent, oldest first.
pub(super) fn open_of_intake(conn: &mut DbConn, intake: IntakeId) -> DbResult<Vec<Offer>> {
    let open = [OfferStatus::Drafted, OfferStatus::Sent];
    offers::table
        .filter(offers::intake.eq(intake))
        .filter(offers::status.eq_any(open))
        .order(offers::number)
        .select(OfferRow::as_select())
        .load(conn)?
        .into_iter()
        .map(Offer::try_from)
        .collect()
}

/// Sent offers whose last day is over on `today`; at most `most`.
pub(super) fn lapsed(conn: &mut DbConn, today: Date, most: i64) -> DbResult<Vec<Offer>> {
    offers::table
        .filter(offers::status.eq(OfferStatus::Sent))
        .filter(offers::valid_until_on.lt(On(today)))
        .order((offers::valid_until_on, offers::id))
        .limit(most)
        .select(OfferRow::as_select())
        .load(conn)?
        .into_iter()
        .map(Offer::try_from)
        .collect()
}

/// Sent offers whose last day lies within these two, of which the sponsor was told before an
/// instant and not reminded yet; at most `most`.
pub(super) fn due_for_chaser(
    conn: &mut DbConn,
    (from, until): (Date, Date),
    told_before: Timestamp,
    most: i64,
) -> DbResult<Vec<Offer>> {
    let told = deliveries::table
        .filter(deliveries::subject_id.eq(offers::id))
        .filter(deliveries::kind.eq(Payload::OFFER_SENT))
        .filter(deliveries::sent_at.le(At(told_before)));
    let reminded = deliveries::table
        .filter(deliveries::subject_id.eq(offers::id))
        .filter(deliveries::kind.eq(Payload::OFFER_CHASER));
    offers::table
        .filter(offers::status.eq(OfferStatus::Sent))
        .filter(offers::sponsor.is_not_null())
        .filter(offers::valid_until_on.ge(On(from)))
        .filter(offers::valid_until_on.le(On(until)))
        .filter(exists(told))
        .filter(not(exists(reminded)))
        .order((offers::valid_until_on, offers::id))
        .limit(most)
        .select(OfferRow::as_select())
        .load(conn)?
        .into_iter()
        .map(Offer::try_from)
        .collect()
}

/// A page of offers, newest first. Costs one query.
pub fn list(
    conn: &mut DbConn,
    scope: &Scope,
    filter: &OfferFilter,
    page: &PageSpec,
) -> DbResult<Paged<Offer>> {
    let mut query = filtered(seen_by(scope), filter);
    query = turn_to!(query, page, newest_first(offers::created_at, offers::id));
    let found = query
        .limit(page.fetch())
        .select(OfferRow::as_select())
        .load(conn)?
        .into_iter()
        .map(Offer::try_from)
        .collect::<DbResult<Vec<_>>>()?;
    Ok(page.finish(found, |offer| Position {
        at: offer.created_at,
        id: offer.id.0,
    }))
}

fn filtered(mut query: Boxed, filter: &OfferFilter) -> Boxed {
    if let Some(status) = filter.status {
        query = query.filter(offers::status.eq(status));
    }
    if let Some(municipality) = filter.municipality {
        query = query.filter(offers::municipality.eq(municipality));
    }
    if let Some(programme) = filter.programme.clone() {
        query = query.filter(offers::programme.eq(programme));
    }
    if let Some(intake) = filter.intake {
        query = query.filter(offers::intake.eq(intake));
    }
    query
}

/// The number of the intake's next offer.
pub(super) fn next_number(conn: &mut DbConn, intake: IntakeId) -> DbResult<i32> {
    let last: Option<i32> = offers::table
        .filter(offers::intake.eq(intake))
        .select(diesel::dsl::max(offers::number))
        .first(conn)?;
    Ok(last.unwrap_or(0) + 1)
}

fn content_as_json(offer: &Offer) -> DbResult<String> {
    serde_json::to_string(&offer.content).map_err(|_| CORRUPT)
}

pub(super) fn insert(conn: &mut DbConn, offer: &Offer) -> DbResult<()> {
    diesel::insert_into(offers::table)
        .values((
            offers::id.eq(offer.id),
            offers::version.eq(offer.version),
            offers::intake.eq(offer.intake),
            offers::number.eq(offer.number),
            offers::status.eq(offer.status),
            offers::municipality.eq(offer.municipality),
            offers::programme.eq(&offer.programme),
            offers::programme_number.eq(offer.programme_number),
            offers::introduction.eq(offer.introduction.as_deref()),
            offers::content.eq(content_as_json(offer)?),
            offers::valid_until_on.eq(offer.valid_until_on.map(On)),
            offers::cost_cents.eq(offer.totals.cost.get()),
            offers::own_contribution_cents.eq(offer.totals.own_contribution.get()),
            offers::created_at.eq(At(offer.created_at)),
            offers::updated_at.eq(At(offer.updated_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores a changed offer, provided that nobody changed it since it was read.
pub(super) fn update(conn: &mut DbConn, offer: Offer) -> DbResult<Offer> {
    let unchanged = offers::table
        .filter(offers::id.eq(offer.id))
        .filter(offers::version.eq(offer.version));
    let version = offer.version + 1;
    let answered_by = offer.answered_by.as_ref();
    let changed = diesel::update(unchanged)
        .set((
            offers::version.eq(version),
            offers::status.eq(offer.status),
            offers::introduction.eq(offer.introduction.as_deref()),
            offers::content.eq(content_as_json(&offer)?),
            offers::valid_until_on.eq(offer.valid_until_on.map(On)),
            offers::cost_cents.eq(offer.totals.cost.get()),
            offers::own_contribution_cents.eq(offer.totals.own_contribution.get()),
            offers::sponsor.eq(offer.sponsor.map(|sponsor| sponsor.person)),
            offers::sponsor_role.eq(offer.sponsor.map(|sponsor| sponsor.role)),
            offers::sent_at.eq(offer.sent_at.map(At)),
            offers::answered_by_name.eq(answered_by.map(|by| by.name.as_str())),
            offers::answered_by_role.eq(answered_by.map(|by| by.role.as_str())),
            offers::answered_at.eq(offer.answered_at.map(At)),
            offers::closed_reason.eq(offer.closed_reason.as_deref()),
            offers::closed_at.eq(offer.closed_at.map(At)),
            offers::updated_at.eq(At(offer.updated_at)),
        ))
        .execute(conn)?;
    one_row(changed)?;
    Ok(Offer { version, ..offer })
}
