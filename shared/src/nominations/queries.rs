//! Every statement on nominations.

use std::collections::HashMap;

use diesel::prelude::*;
use jiff::Timestamp;

use super::{
    CandidateDetails, Channel, NamedEmployer, Nomination, NominationStatus, ProposedGiver, Viewer,
};
use crate::candidacies::{CandidateKind, Employer};
use crate::catalogue::{Language, PersonRole};
use crate::db::columns::At;
use crate::db::schema::nominations;
use crate::db::{DbConn, DbResult, one_row};
use crate::ids::{CandidacyId, NominationId, OrganisationId, PersonId};
use crate::paging::{PageSpec, Paged, Position, turn_to};
use crate::words::{EmailAddress, MunicipalityCode};

#[derive(Queryable, Selectable)]
#[diesel(table_name = nominations)]
struct NominationRow {
    id: NominationId,
    version: i64,
    status: NominationStatus,
    channel: Channel,
    client: Option<String>,
    external_reference: Option<String>,
    candidacy: Option<CandidacyId>,
    nominator: Option<PersonId>,
    nominator_name: String,
    nominator_email: Option<EmailAddress>,
    language: Language,
    nominated_by_municipality: Option<MunicipalityCode>,
    relation: String,
    candidate_name: String,
    candidate_email: Option<EmailAddress>,
    candidate_kind: CandidateKind,
    municipality: Option<MunicipalityCode>,
    organisation: Option<OrganisationId>,
    organisation_name: Option<String>,
    motivation: String,
    innovation: String,
    impact: String,
    giver_name: Option<String>,
    giver_email: Option<EmailAddress>,
    giver_role: Option<PersonRole>,
    withdrawn_reason: Option<String>,
    confirmed_at: Option<At>,
    confirm_by: Option<At>,
    created_at: At,
    updated_at: At,
}

impl From<NominationRow> for Nomination {
    fn from(row: NominationRow) -> Self {
        let known = Employer::from_parts(row.municipality, row.organisation);
        let giver = row.giver_name.zip(row.giver_email).zip(row.giver_role);
        Self {
            id: row.id,
            version: row.version,
            status: row.status,
            channel: row.channel,
            client: row.client,
            external_reference: row.external_reference,
            candidacy: row.candidacy,
            nominator: row.nominator,
            nominator_name: row.nominator_name,
            nominator_email: row.nominator_email,
            language: row.language,
            nominated_by: row.nominated_by_municipality,
            relation: row.relation,
            candidate: CandidateDetails {
                name: row.candidate_name,
                email: row.candidate_email,
                kind: row.candidate_kind,
                employer: known
                    .map(NamedEmployer::Known)
                    .or(row.organisation_name.map(NamedEmployer::Named)),
            },
            motivation: row.motivation,
            innovation: row.innovation,
            impact: row.impact,
            giver: giver.map(|((name, email), role)| ProposedGiver { name, email, role }),
            withdrawn_reason: row.withdrawn_reason,
            confirmed_at: row.confirmed_at.map(Timestamp::from),
            confirm_by: row.confirm_by.map(Timestamp::from),
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

/// Which nominations a list holds.
#[derive(Debug, Clone, Default)]
pub struct NominationFilter {
    /// Only those in this state.
    pub status: Option<NominationStatus>,
    /// Only those of this candidacy; for staff, others see none.
    pub candidacy: Option<CandidacyId>,
    /// Only those with this number of the caller.
    pub external_reference: Option<String>,
    /// Only those that came in here.
    pub channel: Option<Channel>,
}

type Boxed = nominations::BoxedQuery<'static, crate::db::MultiBackend>;

fn seen_by(viewer: &Viewer) -> Boxed {
    let query = nominations::table.into_boxed();
    match viewer {
        Viewer::Staff => query,
        Viewer::Municipality(codes) => {
            query.filter(nominations::nominated_by_municipality.eq_any(codes.clone()))
        }
        Viewer::Person(person) => query.filter(nominations::nominator.eq(*person)),
        Viewer::Client(client) => query.filter(nominations::client.eq(client.clone())),
    }
}

/// One nomination, if `viewer` sees it.
pub fn find(conn: &mut DbConn, viewer: &Viewer, id: NominationId) -> DbResult<Option<Nomination>> {
    Ok(find_any(conn, id)?.filter(|nomination| viewer.sees(nomination)))
}

/// One nomination, for its link and its mails.
pub fn find_any(conn: &mut DbConn, id: NominationId) -> DbResult<Option<Nomination>> {
    let row = nominations::table
        .find(id)
        .select(NominationRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Nomination::from))
}

/// The nomination that a client made under its own number.
pub fn by_reference(
    conn: &mut DbConn,
    client: &str,
    reference: &str,
) -> DbResult<Option<Nomination>> {
    let row = nominations::table
        .filter(nominations::client.eq(client))
        .filter(nominations::external_reference.eq(reference))
        .select(NominationRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Nomination::from))
}

/// Every nomination of a candidacy, the first one leading.
pub fn of_candidacy(conn: &mut DbConn, candidacy: CandidacyId) -> DbResult<Vec<Nomination>> {
    of_candidacies(conn, &[candidacy])
}

/// Every nomination of several candidacies, the first ones leading.
pub fn of_candidacies(conn: &mut DbConn, candidacies: &[CandidacyId]) -> DbResult<Vec<Nomination>> {
    let rows = nominations::table
        .filter(nominations::candidacy.eq_any(candidacies.to_vec()))
        .order((nominations::created_at.asc(), nominations::id.asc()))
        .select(NominationRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Nomination::from).collect())
}

/// How many submitted nominations each of these candidacies has; one without any is left out.
pub fn count_submitted(
    conn: &mut DbConn,
    candidacies: &[CandidacyId],
) -> DbResult<HashMap<CandidacyId, i64>> {
    let counted: Vec<(Option<CandidacyId>, i64)> = nominations::table
        .filter(nominations::candidacy.eq_any(candidacies.to_vec()))
        .filter(nominations::status.eq(NominationStatus::Submitted))
        .group_by(nominations::candidacy)
        .select((nominations::candidacy, diesel::dsl::count_star()))
        .load(conn)?;
    let known = |(candidacy, count): (Option<CandidacyId>, i64)| candidacy.map(|id| (id, count));
    Ok(counted.into_iter().filter_map(known).collect())
}

/// A page of the nominations that `viewer` sees, the newest first.
pub fn list(
    conn: &mut DbConn,
    viewer: &Viewer,
    filter: &NominationFilter,
    page: &PageSpec,
) -> DbResult<Paged<Nomination>> {
    let mut query = filtered(seen_by(viewer), filter);
    query = turn_to!(
        query,
        page,
        newest_first(nominations::created_at, nominations::id)
    );
    let rows = query
        .limit(page.fetch())
        .select(NominationRow::as_select())
        .load(conn)?;
    let found = rows.into_iter().map(Nomination::from).collect();
    Ok(page.finish(found, |nomination: &Nomination| Position {
        at: nomination.created_at,
        id: nomination.id.0,
    }))
}

fn filtered(mut query: Boxed, filter: &NominationFilter) -> Boxed {
    if let Some(status) = filter.status {
        query = query.filter(nominations::status.eq(status));
    }
    if let Some(candidacy) = filter.candidacy {
        query = query.filter(nominations::candidacy.eq(candidacy));
    }
    if let Some(reference) = filter.external_reference.clone() {
        query = query.filter(nominations::external_reference.eq(reference));
    }
    if let Some(channel) = filter.channel {
        query = query.filter(nominations::channel.eq(channel));
    }
    query
}

/// The employer as its three columns.
type EmployerParts<'a> = (
    Option<MunicipalityCode>,
    Option<OrganisationId>,
    Option<&'a str>,
);

fn employer_parts(employer: Option<&NamedEmployer>) -> EmployerParts<'_> {
    let known = employer.and_then(NamedEmployer::known);
    (
        known.and_then(Employer::municipality),
        known.and_then(Employer::organisation),
        employer.and_then(NamedEmployer::name),
    )
}

/// Writes a new nomination.
pub fn insert(conn: &mut DbConn, new: &Nomination) -> DbResult<()> {
    let (municipality, organisation, organisation_name) =
        employer_parts(new.candidate.employer.as_ref());
    let giver = new.giver.as_ref();
    diesel::insert_into(nominations::table)
        .values((
            nominations::id.eq(new.id),
            nominations::version.eq(new.version),
            nominations::status.eq(new.status),
            nominations::channel.eq(new.channel),
            nominations::client.eq(new.client.as_deref()),
            nominations::external_reference.eq(new.external_reference.as_deref()),
            nominations::candidacy.eq(new.candidacy),
            nominations::nominator.eq(new.nominator),
            nominations::nominator_name.eq(&new.nominator_name),
            nominations::nominator_email.eq(new.nominator_email.as_ref()),
            nominations::language.eq(new.language),
            nominations::nominated_by_municipality.eq(new.nominated_by),
            nominations::relation.eq(&new.relation),
            nominations::candidate_name.eq(&new.candidate.name),
            nominations::candidate_email.eq(new.candidate.email.as_ref()),
            nominations::candidate_kind.eq(new.candidate.kind),
            nominations::municipality.eq(municipality),
            nominations::organisation.eq(organisation),
            nominations::organisation_name.eq(organisation_name),
            nominations::motivation.eq(&new.motivation),
            nominations::innovation.eq(&new.innovation),
            nominations::impact.eq(&new.impact),
            nominations::giver_name.eq(giver.map(|giver| giver.name.as_str())),
            nominations::giver_email.eq(giver.map(|giver| &giver.email)),
            nominations::giver_role.eq(giver.map(|giver| giver.role)),
            nominations::confirmed_at.eq(new.confirmed_at.map(At)),
            nominations::confirm_by.eq(new.confirm_by.map(At)),
            nominations::created_at.eq(At(new.created_at)),
            nominations::updated_at.eq(At(new.updated_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes where a nomination stands and belongs, over the version it was read at. What it says
/// stays as its nominator said it.
pub fn update(conn: &mut DbConn, nomination: Nomination) -> DbResult<Nomination> {
    let version = nomination.version + 1;
    let found = nominations::table
        .filter(nominations::id.eq(nomination.id))
        .filter(nominations::version.eq(nomination.version));
    let changed = diesel::update(found)
        .set((
            nominations::version.eq(version),
            nominations::status.eq(nomination.status),
            nominations::candidacy.eq(nomination.candidacy),
            nominations::nominator.eq(nomination.nominator),
            nominations::withdrawn_reason.eq(nomination.withdrawn_reason.as_deref()),
            nominations::confirmed_at.eq(nomination.confirmed_at.map(At)),
            nominations::confirm_by.eq(nomination.confirm_by.map(At)),
            nominations::updated_at.eq(At(nomination.updated_at)),
        ))
        .execute(conn)?;
    one_row(changed)?;
    Ok(Nomination {
        version,
        ..nomination
    })
}

/// Some unconfirmed nominations whose time has passed.
pub(super) fn overdue(
    conn: &mut DbConn,
    now: Timestamp,
    limit: i64,
) -> DbResult<Vec<NominationId>> {
    Ok(nominations::table
        .filter(nominations::status.eq(NominationStatus::Unconfirmed))
        .filter(nominations::confirm_by.le(At(now)))
        .order(nominations::confirm_by.asc())
        .limit(limit)
        .select(nominations::id)
        .load(conn)?)
}

/// Deletes unconfirmed nominations.
pub(super) fn delete(conn: &mut DbConn, ids: &[NominationId]) -> DbResult<usize> {
    let held = nominations::table
        .filter(nominations::id.eq_any(ids.to_vec()))
        .filter(nominations::status.eq(NominationStatus::Unconfirmed));
    Ok(diesel::delete(held).execute(conn)?)
}
