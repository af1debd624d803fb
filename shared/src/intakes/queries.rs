//! Every statement on intakes.

use std::collections::BTreeMap;

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Intake, IntakeStatus, Sponsor};
use super::{issues, waiting_list};
use crate::access::Scope;
use crate::catalogue::words::PersonRole;
use crate::db::columns::At;
use crate::db::schema::{events, intake_issue_themes, intakes};
use crate::db::{DbConn, DbError, DbResult, Limited, one_row};
use crate::events::EventSubject;
use crate::ids::{IntakeId, PersonId, RoundId};
use crate::on_connection;
use crate::paging::{PageSpec, Paged, Position, turn_to};
use crate::words::{MunicipalityCode, Slug};

#[derive(Queryable, Selectable)]
#[diesel(table_name = intakes)]
struct IntakeRow {
    id: IntakeId,
    version: i64,
    status: IntakeStatus,
    municipality: MunicipalityCode,
    programme: Slug,
    programme_number: i32,
    round: Option<RoundId>,
    client: Option<String>,
    external_reference: Option<String>,
    contact_person: Option<PersonId>,
    sponsor: Option<PersonId>,
    sponsor_role: Option<PersonRole>,
    answers: String,
    created_at: At,
    updated_at: At,
    submitted_at: Option<At>,
    closed_at: Option<At>,
    closed_reason: Option<String>,
    waitlisted_at: Option<At>,
    matched_at: Option<At>,
}

impl TryFrom<IntakeRow> for Intake {
    type Error = DbError;

    fn try_from(row: IntakeRow) -> DbResult<Self> {
        let answers: BTreeMap<String, String> =
            serde_json::from_str(&row.answers).map_err(|_| DbError::Corrupt { what: "intake" })?;
        let sponsor = row.sponsor.zip(row.sponsor_role);
        Ok(Self {
            id: row.id,
            version: row.version,
            status: row.status,
            municipality: row.municipality,
            programme: row.programme,
            programme_number: row.programme_number,
            round: row.round,
            client: row.client,
            external_reference: row.external_reference,
            contact_person: row.contact_person,
            sponsor: sponsor.map(|(person, role)| Sponsor { person, role }),
            answers,
            issues: Vec::new(),
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
            submitted_at: row.submitted_at.map(Timestamp::from),
            closed_at: row.closed_at.map(Timestamp::from),
            closed_reason: row.closed_reason,
            waitlisted_at: row.waitlisted_at.map(Timestamp::from),
            waitlist_position: None,
            matched_at: row.matched_at.map(Timestamp::from),
        })
    }
}

/// Which intakes a list holds.
#[derive(Debug, Clone, Default)]
pub struct IntakeFilter {
    /// Only those in one of these states; all when empty.
    pub statuses: Vec<IntakeStatus>,
    /// Only those of this municipality.
    pub municipality: Option<MunicipalityCode>,
    /// Only those for this programme.
    pub programme: Option<Slug>,
    /// Only those in this round.
    pub round: Option<RoundId>,
    /// Only those with an issue on this theme.
    pub theme: Option<Slug>,
    /// Only those with this case number of the caller.
    pub external_reference: Option<String>,
    /// Only those with a business event after this place in the stream.
    pub changed_after: Option<i64>,
    /// Only those made at this instant or later.
    pub created_from: Option<Timestamp>,
    /// Only those made before this instant.
    pub created_to: Option<Timestamp>,
}

type Boxed = intakes::BoxedQuery<'static, crate::db::MultiBackend>;

fn seen_by(scope: &Scope) -> Boxed {
    let query = intakes::table.into_boxed();
    match scope.codes() {
        None => query,
        Some([only]) => query.filter(intakes::municipality.eq(*only)),
        Some(codes) => query.filter(intakes::municipality.eq_any(codes.to_vec())),
    }
}

fn is_seen_by(scope: &Scope, municipality: MunicipalityCode) -> bool {
    scope
        .codes()
        .is_none_or(|codes| codes.contains(&municipality))
}

/// One intake with its issues, if `scope` sees it.
pub fn find(conn: &mut DbConn, scope: &Scope, id: IntakeId) -> DbResult<Option<Intake>> {
    let row: Option<IntakeRow> = on_connection!(conn, |conn| intakes::table
        .find(id)
        .select(IntakeRow::as_select())
        .first(conn))
    .optional()?;
    // By its key there is one or none: looking at its municipality here costs no second form of
    // the query, and nothing of a row out of scope goes further.
    let Some(row) = row.filter(|row| is_seen_by(scope, row.municipality)) else {
        return Ok(None);
    };
    let mut intake = Intake::try_from(row)?;
    intake.issues = issues::of(conn, id)?;
    waiting_list::attach_positions(conn, std::slice::from_mut(&mut intake))?;
    Ok(Some(intake))
}

/// Those of `ids` that `scope` sees, with their issues, in no order. Costs four queries at most.
pub fn find_many(conn: &mut DbConn, scope: &Scope, ids: &[IntakeId]) -> DbResult<Vec<Intake>> {
    let mut found = seen_by(scope)
        .filter(intakes::id.eq_any(ids.to_vec()))
        .select(IntakeRow::as_select())
        .load(conn)?
        .into_iter()
        .map(Intake::try_from)
        .collect::<DbResult<Vec<_>>>()?;
    issues::attach(conn, &mut found)?;
    waiting_list::attach_positions(conn, &mut found)?;
    Ok(found)
}

/// A page of intakes, newest first. Costs four queries at most.
pub fn list(
    conn: &mut DbConn,
    scope: &Scope,
    filter: &IntakeFilter,
    page: &PageSpec,
) -> DbResult<Paged<Intake>> {
    let mut query = filtered(seen_by(scope), filter);
    query = turn_to!(query, page, newest_first(intakes::created_at, intakes::id));
    let query = query.select(IntakeRow::as_select());
    let found = Limited::new(query, page.fetch_roundly())
        .load(conn)?
        .into_iter()
        .map(Intake::try_from)
        .collect::<DbResult<Vec<_>>>()?;
    let mut found = page.finish(found, |intake| Position {
        at: intake.created_at,
        id: intake.id.0,
    });
    issues::attach(conn, &mut found.items)?;
    waiting_list::attach_positions(conn, &mut found.items)?;
    Ok(found)
}

fn filtered(mut query: Boxed, filter: &IntakeFilter) -> Boxed {
    match filter.statuses.as_slice() {
        [] => {}
        [only] => query = query.filter(intakes::status.eq(*only)),
        several => query = query.filter(intakes::status.eq_any(several.to_vec())),
    }
    if let Some(municipality) = filter.municipality {
        query = query.filter(intakes::municipality.eq(municipality));
    }
    if let Some(programme) = filter.programme.clone() {
        query = query.filter(intakes::programme.eq(programme));
    }
    if let Some(round) = filter.round {
        query = query.filter(intakes::round.eq(round));
    }
    if let Some(theme) = filter.theme.clone() {
        let on_theme = intake_issue_themes::table
            .filter(intake_issue_themes::theme.eq(theme))
            .select(intake_issue_themes::intake);
        query = query.filter(intakes::id.eq_any(on_theme));
    }
    if let Some(reference) = filter.external_reference.clone() {
        query = query.filter(intakes::external_reference.eq(reference));
    }
    if let Some(seq) = filter.changed_after {
        // Events tell of their subject by an id of its own type; compared as bare uuids.
        let changed = events::table
            .filter(events::subject_type.eq("intake"))
            .filter(events::seq.gt(seq))
            .select(events::subject_id);
        query = query.filter(intakes::id.eq_any(changed));
    }
    if let Some(from) = filter.created_from {
        query = query.filter(intakes::created_at.ge(At(from)));
    }
    if let Some(to) = filter.created_to {
        query = query.filter(intakes::created_at.lt(At(to)));
    }
    query
}

/// Whether the municipality has an open intake for the programme in that round.
pub(super) fn has_open(
    conn: &mut DbConn,
    municipality: MunicipalityCode,
    programme: &Slug,
    round: Option<RoundId>,
    except: Option<IntakeId>,
) -> DbResult<bool> {
    let mut query = intakes::table
        .filter(intakes::municipality.eq(municipality))
        .filter(intakes::programme.eq(programme.clone()))
        .filter(intakes::open_slot.eq(open_slot(round)))
        .select(intakes::id)
        .into_boxed();
    if let Some(id) = except {
        query = query.filter(intakes::id.ne(id));
    }
    Ok(query.first::<IntakeId>(conn).optional()?.is_some())
}

/// Whether the client has used this case number before.
pub(super) fn reference_is_taken(
    conn: &mut DbConn,
    client: &str,
    reference: &str,
) -> DbResult<bool> {
    let taken: Option<IntakeId> = intakes::table
        .filter(intakes::client.eq(client))
        .filter(intakes::external_reference.eq(reference))
        .select(intakes::id)
        .first(conn)
        .optional()?;
    Ok(taken.is_some())
}

/// What makes "one open intake" a unique key: the round, or the nil id without one.
fn open_slot(round: Option<RoundId>) -> EventSubject {
    EventSubject(round.map_or(Uuid::nil(), |round| round.0))
}

fn answers_as_json(intake: &Intake) -> DbResult<String> {
    serde_json::to_string(&intake.answers).map_err(|_| DbError::Corrupt { what: "intake" })
}

pub(super) fn insert(conn: &mut DbConn, intake: &Intake) -> DbResult<()> {
    diesel::insert_into(intakes::table)
        .values((
            (
                intakes::id.eq(intake.id),
                intakes::version.eq(intake.version),
                intakes::status.eq(intake.status),
                intakes::municipality.eq(intake.municipality),
                intakes::programme.eq(&intake.programme),
                intakes::programme_number.eq(intake.programme_number),
                intakes::round.eq(intake.round),
                intakes::open_slot.eq(Some(open_slot(intake.round))),
                intakes::client.eq(intake.client.as_deref()),
            ),
            (
                intakes::external_reference.eq(intake.external_reference.as_deref()),
                intakes::contact_person.eq(intake.contact_person),
                intakes::sponsor.eq(intake.sponsor.map(|sponsor| sponsor.person)),
                intakes::sponsor_role.eq(intake.sponsor.map(|sponsor| sponsor.role)),
                intakes::answers.eq(answers_as_json(intake)?),
                intakes::created_at.eq(At(intake.created_at)),
                intakes::updated_at.eq(At(intake.updated_at)),
            ),
        ))
        .execute(conn)?;
    issues::insert(conn, intake)
}

/// Stores a changed intake, provided that nobody changed it since it was read.
pub(super) fn update(conn: &mut DbConn, intake: Intake) -> DbResult<Intake> {
    let unchanged = intakes::table
        .filter(intakes::id.eq(intake.id))
        .filter(intakes::version.eq(intake.version));
    let version = intake.version + 1;
    let slot = intake.status.is_open().then(|| open_slot(intake.round));
    let changed = diesel::update(unchanged)
        .set((
            intakes::version.eq(version),
            intakes::status.eq(intake.status),
            intakes::round.eq(intake.round),
            intakes::open_slot.eq(slot),
            intakes::contact_person.eq(intake.contact_person),
            intakes::sponsor.eq(intake.sponsor.map(|sponsor| sponsor.person)),
            intakes::sponsor_role.eq(intake.sponsor.map(|sponsor| sponsor.role)),
            intakes::answers.eq(answers_as_json(&intake)?),
            intakes::updated_at.eq(At(intake.updated_at)),
            intakes::submitted_at.eq(intake.submitted_at.map(At)),
            intakes::closed_at.eq(intake.closed_at.map(At)),
            intakes::closed_reason.eq(intake.closed_reason.as_deref()),
            intakes::waitlisted_at.eq(intake.waitlisted_at.map(At)),
            intakes::matched_at.eq(intake.matched_at.map(At)),
        ))
        .execute(conn)?;
    one_row(changed)?;
    Ok(Intake { version, ..intake })
}
