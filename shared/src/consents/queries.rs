//! Every statement on consents.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{
    AnsweredVia, CHASERS, Consent, ConsentStatus, ConsentSubject, Evidence, Giver, LAPSES_AFTER,
    Signature, timing,
};
use crate::candidacies::Employer;
use crate::catalogue::words::PersonRole;
use crate::db::columns::At;
use crate::db::schema::{consents, nominations};
use crate::db::{DbConn, DbError, DbResult, one_row};
use crate::ids::{CandidacyId, ConsentId, MemberId, OrganisationId, PersonId};
use crate::paging::{PageSpec, Paged, Position, turn_to};
use crate::words::{EmailAddress, MunicipalityCode};

#[derive(Queryable, Selectable)]
#[diesel(table_name = consents)]
struct ConsentRow {
    id: ConsentId,
    version: i64,
    status: ConsentStatus,
    person: PersonId,
    candidacy: Option<CandidacyId>,
    member: Option<MemberId>,
    municipality: Option<MunicipalityCode>,
    organisation: Option<OrganisationId>,
    giver: Option<PersonId>,
    giver_role: Option<PersonRole>,
    wording: String,
    requested_by: Option<PersonId>,
    requested_at: At,
    accepted_at: Option<At>,
    bounced_at: Option<At>,
    last_chaser: Option<i32>,
    answered_at: Option<At>,
    answered_by_name: Option<String>,
    answered_by_role: Option<String>,
    answered_via: Option<AnsweredVia>,
    recorded_by: Option<PersonId>,
    evidence: Option<String>,
    reason: Option<String>,
    closed_at: Option<At>,
    created_at: At,
    updated_at: At,
}

impl TryFrom<ConsentRow> for Consent {
    type Error = DbError;

    fn try_from(row: ConsentRow) -> DbResult<Self> {
        let subject = row
            .candidacy
            .map(ConsentSubject::Candidacy)
            .or(row.member.map(ConsentSubject::Member))
            .ok_or(DbError::Corrupt { what: "consent" })?;
        let giver = row.giver.zip(row.giver_role);
        let signature = row.answered_by_name.zip(row.answered_by_role);
        Ok(Self {
            id: row.id,
            version: row.version,
            status: row.status,
            person: row.person,
            subject,
            employer: Employer::from_parts(row.municipality, row.organisation),
            giver: giver.map(|(person, role)| Giver { person, role }),
            wording: row.wording,
            requested_by: row.requested_by,
            requested_at: row.requested_at.0,
            accepted_at: row.accepted_at.map(Timestamp::from),
            bounced_at: row.bounced_at.map(Timestamp::from),
            last_chaser: row.last_chaser,
            answered_at: row.answered_at.map(Timestamp::from),
            answered_by: signature.map(|(name, role)| Signature { name, role }),
            answered_via: row.answered_via,
            evidence: row.evidence.map(|text| Evidence {
                text,
                recorded_by: row.recorded_by,
            }),
            reason: row.reason,
            closed_at: row.closed_at.map(Timestamp::from),
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        })
    }
}

/// Which consents a list holds.
#[derive(Debug, Clone, Default)]
pub struct ConsentFilter {
    /// Only those in this state.
    pub status: Option<ConsentStatus>,
    /// Only those whose request left, or never did.
    pub sent: Option<bool>,
    /// Only those of which a mail came back, or none did.
    pub bounced: Option<bool>,
}

/// One consent.
pub fn find(conn: &mut DbConn, id: ConsentId) -> DbResult<Option<Consent>> {
    let row = consents::table
        .find(id)
        .select(ConsentRow::as_select())
        .first(conn)
        .optional()?;
    row.map(Consent::try_from).transpose()
}

/// The newest consent that was asked for something.
pub fn latest(conn: &mut DbConn, subject: ConsentSubject) -> DbResult<Option<Consent>> {
    first_of(conn, subject, ConsentStatus::ALL)
}

/// The request for something that is open.
pub fn requested_of(conn: &mut DbConn, subject: ConsentSubject) -> DbResult<Option<Consent>> {
    first_of(conn, subject, &[ConsentStatus::Requested])
}

/// The newest refusal of something.
pub fn latest_refused(conn: &mut DbConn, subject: ConsentSubject) -> DbResult<Option<Consent>> {
    first_of(conn, subject, &[ConsentStatus::Refused])
}

fn first_of(
    conn: &mut DbConn,
    subject: ConsentSubject,
    states: &[ConsentStatus],
) -> DbResult<Option<Consent>> {
    let mut query = consents::table
        .into_boxed()
        .filter(consents::status.eq_any(states.to_vec()));
    query = match subject {
        ConsentSubject::Candidacy(id) => query.filter(consents::candidacy.eq(id)),
        ConsentSubject::Member(id) => query.filter(consents::member.eq(id)),
    };
    let row = query
        // Ids rise with time, so that two of one instant keep their order.
        .order((consents::requested_at.desc(), consents::id.desc()))
        .select(ConsentRow::as_select())
        .first(conn)
        .optional()?;
    row.map(Consent::try_from).transpose()
}

/// A page of consents, the newest first.
pub fn list(
    conn: &mut DbConn,
    filter: &ConsentFilter,
    page: &PageSpec,
) -> DbResult<Paged<Consent>> {
    let mut query = consents::table.into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(consents::status.eq(status));
    }
    query = match filter.sent {
        None => query,
        Some(true) => query.filter(consents::accepted_at.is_not_null()),
        Some(false) => query.filter(consents::accepted_at.is_null()),
    };
    query = match filter.bounced {
        None => query,
        Some(true) => query.filter(consents::bounced_at.is_not_null()),
        Some(false) => query.filter(consents::bounced_at.is_null()),
    };
    query = turn_to!(
        query,
        page,
        newest_first(consents::created_at, consents::id)
    );
    let found = query
        .limit(page.fetch())
        .select(ConsentRow::as_select())
        .load(conn)?
        .into_iter()
        .map(Consent::try_from)
        .collect::<DbResult<Vec<_>>>()?;
    Ok(page.finish(found, |consent| Position {
        at: consent.created_at,
        id: consent.id.0,
    }))
}

/// Open requests whose time is over; at most `most`.
pub(crate) fn lapsed(conn: &mut DbConn, now: Timestamp, most: i64) -> DbResult<Vec<Consent>> {
    taken_until(conn, now - LAPSES_AFTER, None, most)
}

/// Open requests for which a chaser is due, with its day; at most `most`.
pub(crate) fn due_for_chaser(
    conn: &mut DbConn,
    now: Timestamp,
    most: i64,
) -> DbResult<Vec<(Consent, i32)>> {
    let mut due = Vec::new();
    for days in CHASERS.into_iter().rev() {
        let until = timing::taken_before(now, days);
        let found = taken_until(conn, until, Some(days), most)?;
        due.extend(found.into_iter().filter_map(|consent| {
            let day = timing::chaser_due(consent.accepted_at?, consent.last_chaser, now)?;
            // Of one that is due for both, the later one was found first.
            (day == days).then_some((consent, day))
        }));
    }
    due.retain(|(consent, _)| !consent.has_lapsed(now));
    Ok(due)
}

fn taken_until(
    conn: &mut DbConn,
    until: Timestamp,
    not_chased_on: Option<i32>,
    most: i64,
) -> DbResult<Vec<Consent>> {
    let mut query = consents::table
        .into_boxed()
        .filter(consents::status.eq(ConsentStatus::Requested))
        .filter(consents::accepted_at.le(At(until)));
    if let Some(days) = not_chased_on {
        let not_yet = consents::last_chaser
            .is_null()
            .or(consents::last_chaser.lt(days));
        query = query.filter(not_yet.assume_not_null());
    }
    query
        .order((consents::accepted_at, consents::id))
        .limit(most)
        .select(ConsentRow::as_select())
        .load(conn)?
        .into_iter()
        .map(Consent::try_from)
        .collect()
}

pub(super) fn insert(conn: &mut DbConn, consent: &Consent) -> DbResult<()> {
    diesel::insert_into(consents::table)
        .values((
            consents::id.eq(consent.id),
            consents::version.eq(consent.version),
            consents::status.eq(consent.status),
            consents::person.eq(consent.person),
            consents::candidacy.eq(consent.subject.candidacy()),
            consents::member.eq(consent.subject.member()),
            consents::municipality.eq(consent.employer.and_then(Employer::municipality)),
            consents::organisation.eq(consent.employer.and_then(Employer::organisation)),
            consents::giver.eq(consent.giver.map(|giver| giver.person)),
            consents::giver_role.eq(consent.giver.map(|giver| giver.role)),
            consents::wording.eq(&consent.wording),
            consents::requested_by.eq(consent.requested_by),
            consents::requested_at.eq(At(consent.requested_at)),
            consents::reason.eq(consent.reason.as_deref()),
            consents::closed_at.eq(consent.closed_at.map(At)),
            consents::created_at.eq(At(consent.created_at)),
            consents::updated_at.eq(At(consent.updated_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores a changed consent, provided that nobody changed it since it was read.
pub(super) fn update(conn: &mut DbConn, consent: Consent) -> DbResult<Consent> {
    let unchanged = consents::table
        .filter(consents::id.eq(consent.id))
        .filter(consents::version.eq(consent.version));
    let version = consent.version + 1;
    let signature = consent.answered_by.as_ref();
    let evidence = consent.evidence.as_ref();
    let changed = diesel::update(unchanged)
        .set((
            consents::version.eq(version),
            consents::status.eq(consent.status),
            consents::answered_at.eq(consent.answered_at.map(At)),
            consents::answered_by_name.eq(signature.map(|by| by.name.as_str())),
            consents::answered_by_role.eq(signature.map(|by| by.role.as_str())),
            consents::answered_via.eq(consent.answered_via),
            consents::recorded_by.eq(evidence.and_then(|evidence| evidence.recorded_by)),
            consents::evidence.eq(evidence.map(|evidence| evidence.text.as_str())),
            consents::reason.eq(consent.reason.as_deref()),
            consents::closed_at.eq(consent.closed_at.map(At)),
            consents::updated_at.eq(At(consent.updated_at)),
        ))
        .execute(conn)?;
    one_row(changed)?;
    Ok(Consent { version, ..consent })
}

/// Notes that the mail server took the request. No change of the consent itself, so its version
/// stays, here and below.
pub(crate) fn note_accepted(conn: &mut DbConn, id: ConsentId, at: Timestamp) -> DbResult<()> {
    let first = consents::table
        .find(id)
        .filter(consents::accepted_at.is_null());
    diesel::update(first)
        .set(consents::accepted_at.eq(At(at)))
        .execute(conn)?;
    Ok(())
}

/// Notes that the chaser of a day was put into the outbox.
pub(crate) fn note_chaser(conn: &mut DbConn, id: ConsentId, day: i32) -> DbResult<()> {
    diesel::update(consents::table.find(id))
        .set(consents::last_chaser.eq(day))
        .execute(conn)?;
    Ok(())
}

/// Notes that a mail to the giver came back.
pub(crate) fn note_bounce(conn: &mut DbConn, id: ConsentId, now: Timestamp) -> DbResult<()> {
    diesel::update(consents::table.find(id))
        .set(consents::bounced_at.eq(At(now)))
        .execute(conn)?;
    Ok(())
}

/// Everybody who nominated a candidate, also who took that back: their ids, and the addresses
/// that they gave.
pub(crate) fn nominators(
    conn: &mut DbConn,
    candidacy: CandidacyId,
) -> DbResult<Vec<(Option<PersonId>, Option<EmailAddress>)>> {
    Ok(nominations::table
        .filter(nominations::candidacy.eq(candidacy))
        .order(nominations::id)
        .select((nominations::nominator, nominations::nominator_email))
        .load(conn)?)
}
