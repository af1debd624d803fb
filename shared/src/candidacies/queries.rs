//! Every statement on candidacies.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{Candidacy, CandidacyStatus, CandidateKind, Employer, Outcome, PreparedDecision};
use crate::db::columns::At;
use crate::db::schema::{candidacies, nominations, people};
use crate::db::{DbConn, DbResult, one_row};
use crate::ids::{CandidacyId, CohortId, OrganisationId, PersonId};
use crate::paging::{PageSpec, Paged, Position, turn_to};
use crate::words::MunicipalityCode;

#[derive(Queryable, Selectable)]
#[diesel(table_name = candidacies)]
struct CandidacyRow {
    id: CandidacyId,
    version: i64,
    status: CandidacyStatus,
    person: PersonId,
    kind: CandidateKind,
    cohort: Option<CohortId>,
    municipality: Option<MunicipalityCode>,
    organisation: Option<OrganisationId>,
    tell_by: At,
    told_at: Option<At>,
    prepared_outcome: Option<Outcome>,
    prepared_reason: Option<String>,
    prepared_by: Option<PersonId>,
    prepared_at: Option<At>,
    invited_at: Option<At>,
    merged_into: Option<CandidacyId>,
    closed_reason: Option<String>,
    closed_at: Option<At>,
    created_at: At,
    updated_at: At,
}

impl From<CandidacyRow> for Candidacy {
    fn from(row: CandidacyRow) -> Self {
        let prepared = row.prepared_outcome.zip(row.prepared_at);
        Self {
            id: row.id,
            version: row.version,
            status: row.status,
            person: row.person,
            kind: row.kind,
            cohort: row.cohort,
            employer: Employer::from_parts(row.municipality, row.organisation),
            tell_by: row.tell_by.0,
            told_at: row.told_at.map(Timestamp::from),
            prepared: prepared.map(|(outcome, at)| PreparedDecision {
                outcome,
                reason: row.prepared_reason,
                by: row.prepared_by,
                at: at.0,
            }),
            invited_at: row.invited_at.map(Timestamp::from),
            merged_into: row.merged_into,
            closed_reason: row.closed_reason,
            closed_at: row.closed_at.map(Timestamp::from),
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

/// Which candidacies a list holds.
#[derive(Debug, Clone, Default)]
pub struct CandidacyFilter {
    /// Only those in this state.
    pub status: Option<CandidacyStatus>,
    /// Only those of this kind.
    pub kind: Option<CandidateKind>,
    /// Only those for this cohort.
    pub cohort: Option<CohortId>,
    /// Only those whose candidate works for this municipality.
    pub municipality: Option<MunicipalityCode>,
    /// Only open ones whose candidate was not told yet.
    pub untold: bool,
}

fn closed() -> Vec<CandidacyStatus> {
    let all = CandidacyStatus::ALL.iter().copied();
    all.filter(|status| status.is_closed()).collect()
}

/// One candidacy.
pub fn find(conn: &mut DbConn, id: CandidacyId) -> DbResult<Option<Candidacy>> {
    let row = candidacies::table
        .find(id)
        .select(CandidacyRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Candidacy::from))
}

/// Those of `ids` that there are, in no order.
pub fn find_many(conn: &mut DbConn, ids: &[CandidacyId]) -> DbResult<Vec<Candidacy>> {
    let rows = candidacies::table
        .filter(candidacies::id.eq_any(ids.to_vec()))
        .select(CandidacyRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Candidacy::from).collect())
}

/// Some open candidacies whose candidate must have been told before `until` and was not, the most
/// urgent first, among those whose candidate has an address.
pub fn to_be_told(conn: &mut DbConn, until: Timestamp, limit: i64) -> DbResult<Vec<Candidacy>> {
    let rows = candidacies::table
        .inner_join(people::table.on(people::id.eq(candidacies::person)))
        .filter(people::email.is_not_null())
        .filter(candidacies::told_at.is_null())
        .filter(candidacies::tell_by.lt(At(until)))
        .filter(candidacies::status.ne_all(closed()))
        .order((candidacies::tell_by.asc(), candidacies::id.asc()))
        .limit(limit)
        .select(CandidacyRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Candidacy::from).collect())
}

/// Some open candidacies that were opened before `before`, know an employer and name whom to ask
/// for consent, and for which that was not tried since `tried_before`; the oldest first.
pub(crate) fn unasked(
    conn: &mut DbConn,
    before: Timestamp,
    tried_before: Timestamp,
    limit: i64,
) -> DbResult<Vec<CandidacyId>> {
    let proposing = nominations::table
        .filter(nominations::candidacy.eq(candidacies::id.nullable()))
        .filter(nominations::status.eq("submitted"))
        .filter(nominations::giver_email.is_not_null());
    let has_employer =
        (candidacies::municipality.is_not_null()).or(candidacies::organisation.is_not_null());
    let untried = (candidacies::consent_tried_at.is_null()).or(candidacies::consent_tried_at
        .lt(At(tried_before))
        .assume_not_null());
    Ok(candidacies::table
        .filter(candidacies::status.eq(CandidacyStatus::Open))
        .filter(candidacies::created_at.le(At(before)))
        .filter(has_employer)
        .filter(untried)
        .filter(diesel::dsl::exists(proposing))
        .order((candidacies::created_at, candidacies::id))
        .limit(limit)
        .select(candidacies::id)
        .load(conn)?)
}

/// Remembers when it was tried to ask for consent without a coordinator. Nothing that anybody
/// sees changes, so the version stays.
pub(crate) fn note_consent_tried(
    conn: &mut DbConn,
    id: CandidacyId,
    now: Timestamp,
) -> DbResult<()> {
    diesel::update(candidacies::table.find(id))
        .set(candidacies::consent_tried_at.eq(Some(At(now))))
        .execute(conn)?;
    Ok(())
}

/// The candidacies that were merged into those of a person, and into these in turn.
pub(crate) fn merged_into_those_of(
    conn: &mut DbConn,
    person: PersonId,
) -> DbResult<Vec<Candidacy>> {
    let mut into: Vec<CandidacyId> = candidacies::table
        .filter(candidacies::person.eq(person))
        .select(candidacies::id)
        .load(conn)?;
    let mut merged = Vec::new();
    // What was merged is closed, and nothing is merged into it: this ends.
    while !into.is_empty() {
        let rows = candidacies::table
            .filter(candidacies::merged_into.eq_any(into))
            .order(candidacies::id)
            .select(CandidacyRow::as_select())
            .load(conn)?;
        into = rows.iter().map(|row| row.id).collect();
        merged.extend(rows.into_iter().map(Candidacy::from));
    }
    Ok(merged)
}

/// The candidacy of a person that is not closed; there is one at most.
pub fn open_of(conn: &mut DbConn, person: PersonId) -> DbResult<Option<Candidacy>> {
    let row = candidacies::table
        .filter(candidacies::person.eq(person))
        .filter(candidacies::status.ne_all(closed()))
        .select(CandidacyRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Candidacy::from))
}

/// A page of candidacies, the newest first.
pub fn list(
    conn: &mut DbConn,
    filter: &CandidacyFilter,
    page: &PageSpec,
) -> DbResult<Paged<Candidacy>> {
    let mut query = candidacies::table.into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(candidacies::status.eq(status));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(candidacies::kind.eq(kind));
    }
    if let Some(cohort) = filter.cohort {
        query = query.filter(candidacies::cohort.eq(cohort));
    }
    if let Some(municipality) = filter.municipality {
        query = query.filter(candidacies::municipality.eq(municipality));
    }
    if filter.untold {
        query = query
            .filter(candidacies::told_at.is_null())
            .filter(candidacies::status.ne_all(closed()));
    }
    query = turn_to!(
        query,
        page,
        newest_first(candidacies::created_at, candidacies::id)
    );
    let found = query
        .limit(page.fetch())
        .select(CandidacyRow::as_select())
        .load(conn)?
        .into_iter()
        .map(Candidacy::from)
        .collect();
    Ok(page.finish(found, |candidacy: &Candidacy| Position {
        at: candidacy.created_at,
        id: candidacy.id.0,
    }))
}

/// The candidacies for a cohort on which a decision waits, in order of preparation.
pub fn prepared_in_cohort(conn: &mut DbConn, cohort: CohortId) -> DbResult<Vec<Candidacy>> {
    let closed: Vec<CandidacyStatus> = CandidacyStatus::ALL
        .iter()
        .copied()
        .filter(|status| status.is_closed())
        .collect();
    let rows = candidacies::table
        .filter(candidacies::cohort.eq(cohort))
        .filter(candidacies::prepared_at.is_not_null())
        .filter(candidacies::status.ne_all(closed))
        .order((candidacies::prepared_at, candidacies::id))
        .select(CandidacyRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Candidacy::from).collect())
}

/// Writes a new candidacy.
pub fn insert(conn: &mut DbConn, candidacy: &Candidacy) -> DbResult<()> {
    diesel::insert_into(candidacies::table)
        .values((
            candidacies::id.eq(candidacy.id),
            candidacies::version.eq(candidacy.version),
            candidacies::status.eq(candidacy.status),
            candidacies::person.eq(candidacy.person),
            candidacies::kind.eq(candidacy.kind),
            candidacies::cohort.eq(candidacy.cohort),
            candidacies::municipality.eq(candidacy.employer.and_then(Employer::municipality)),
            candidacies::organisation.eq(candidacy.employer.and_then(Employer::organisation)),
            candidacies::tell_by.eq(At(candidacy.tell_by)),
            candidacies::told_at.eq(candidacy.told_at.map(At)),
            candidacies::created_at.eq(At(candidacy.created_at)),
            candidacies::updated_at.eq(At(candidacy.updated_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes the candidacy over the version it was read at, and gives it its new one.
pub fn update(conn: &mut DbConn, candidacy: Candidacy) -> DbResult<Candidacy> {
    let version = candidacy.version + 1;
    let prepared = candidacy.prepared.as_ref();
    let found = candidacies::table
        .filter(candidacies::id.eq(candidacy.id))
        .filter(candidacies::version.eq(candidacy.version));
    let changed = diesel::update(found)
        .set((
            candidacies::version.eq(version),
            candidacies::status.eq(candidacy.status),
            candidacies::person.eq(candidacy.person),
            candidacies::kind.eq(candidacy.kind),
            candidacies::cohort.eq(candidacy.cohort),
            candidacies::municipality.eq(candidacy.employer.and_then(Employer::municipality)),
            candidacies::organisation.eq(candidacy.employer.and_then(Employer::organisation)),
            candidacies::tell_by.eq(At(candidacy.tell_by)),
            candidacies::told_at.eq(candidacy.told_at.map(At)),
            candidacies::prepared_outcome.eq(prepared.map(|decision| decision.outcome)),
            candidacies::prepared_reason.eq(prepared.and_then(|decision| decision.reason.clone())),
            candidacies::prepared_by.eq(prepared.and_then(|decision| decision.by)),
            candidacies::prepared_at.eq(prepared.map(|decision| At(decision.at))),
            candidacies::invited_at.eq(candidacy.invited_at.map(At)),
            candidacies::merged_into.eq(candidacy.merged_into),
            candidacies::closed_reason.eq(candidacy.closed_reason.clone()),
            candidacies::closed_at.eq(candidacy.closed_at.map(At)),
            candidacies::updated_at.eq(At(candidacy.updated_at)),
        ))
        .execute(conn)?;
    one_row(changed)?;
    Ok(Candidacy {
        version,
        ..candidacy
    })
}
