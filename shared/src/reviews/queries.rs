//! Every statement on reviews.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{Judgement, NominationText, Review, Standing};
use crate::candidacies::{CandidacyStatus, CandidateKind};
use crate::db::columns::At;
use crate::db::schema::{candidacies, cohorts, municipalities, nominations, reviews};
use crate::db::{DbConn, DbResult, one_row};
use crate::ids::{CandidacyId, CohortId, PersonId, ReviewId};
use crate::paging::{PageSpec, Paged, Position, turn_to};

#[derive(Queryable, Selectable)]
#[diesel(table_name = reviews)]
struct ReviewRow {
    id: ReviewId,
    version: i64,
    candidacy: CandidacyId,
    reviewer: PersonId,
    assigned_at: At,
    innovation: Option<i32>,
    impact: Option<i32>,
    remark: Option<String>,
    handed_in_at: Option<At>,
    updated_at: At,
}

impl From<ReviewRow> for Review {
    fn from(row: ReviewRow) -> Self {
        let marks = row.innovation.zip(row.impact);
        Self {
            id: row.id,
            version: row.version,
            candidacy: row.candidacy,
            reviewer: row.reviewer,
            assigned_at: row.assigned_at.0,
            judgement: marks.map(|(innovation, impact)| Judgement {
                innovation,
                impact,
                // The remark of somebody who was erased is gone; the marks stay.
                remark: row.remark.unwrap_or_default(),
            }),
            handed_in_at: row.handed_in_at.map(Timestamp::from),
            updated_at: row.updated_at.0,
        }
    }
}

/// One review.
pub fn find(conn: &mut DbConn, id: ReviewId) -> DbResult<Option<Review>> {
    let row = reviews::table
        .find(id)
        .select(ReviewRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Review::from))
}

/// The reviews of a candidacy, in the order in which they were assigned.
pub fn of_candidacy(conn: &mut DbConn, candidacy: CandidacyId) -> DbResult<Vec<Review>> {
    of_candidacies(conn, &[candidacy])
}

/// The reviews of several candidacies, in the order in which they were assigned.
pub fn of_candidacies(conn: &mut DbConn, ids: &[CandidacyId]) -> DbResult<Vec<Review>> {
    let rows = reviews::table
        .filter(reviews::candidacy.eq_any(ids.to_vec()))
        .order((reviews::assigned_at, reviews::id))
        .select(ReviewRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Review::from).collect())
}

/// Where these candidacies stand, in no order.
pub fn statuses(
    conn: &mut DbConn,
    ids: &[CandidacyId],
) -> DbResult<Vec<(CandidacyId, CandidacyStatus)>> {
    Ok(candidacies::table
        .filter(candidacies::id.eq_any(ids.to_vec()))
        .select((candidacies::id, candidacies::status))
        .load(conn)?)
}

/// A page of what somebody was asked to review, the newest first.
pub fn of_reviewer(
    conn: &mut DbConn,
    reviewer: PersonId,
    page: &PageSpec,
) -> DbResult<Paged<Review>> {
    let mut query = reviews::table
        .into_boxed()
        .filter(reviews::reviewer.eq(reviewer));
    query = turn_to!(query, page, newest_first(reviews::assigned_at, reviews::id));
    let found = query
        .limit(page.fetch())
        .select(ReviewRow::as_select())
        .load(conn)?
        .into_iter()
        .map(Review::from)
        .collect();
    Ok(page.finish(found, |review: &Review| Position {
        at: review.assigned_at,
        id: review.id.0,
    }))
}

/// What nominators wrote about a candidate, oldest first; texts that were taken back left out.
pub fn texts_of(conn: &mut DbConn, candidacy: CandidacyId) -> DbResult<Vec<NominationText>> {
    let texts: Vec<(String, String, String, String)> = nominations::table
        .filter(nominations::candidacy.eq(candidacy))
        .filter(nominations::status.eq("submitted"))
        .order((nominations::created_at, nominations::id))
        .select((
            nominations::relation,
            nominations::motivation,
            nominations::innovation,
            nominations::impact,
        ))
        .load(conn)?;
    let text = |(relation, motivation, innovation, impact)| NominationText {
        relation,
        motivation,
        innovation,
        impact,
    };
    Ok(texts.into_iter().map(text).collect())
}

/// How many members a cohort should start with; `None` when there is no such cohort.
pub fn cohort_target(conn: &mut DbConn, id: CohortId) -> DbResult<Option<i32>> {
    Ok(cohorts::table
        .find(id)
        .select(cohorts::target)
        .first(conn)
        .optional()?)
}

type StandingRow = (
    CandidacyId,
    PersonId,
    CandidacyStatus,
    CandidateKind,
    Option<String>,
);

/// The candidacies for a cohort that go on or led to a member, without their judgements.
pub fn standings(conn: &mut DbConn, cohort: CohortId) -> DbResult<Vec<Standing>> {
    let counts: Vec<CandidacyStatus> = CandidacyStatus::ALL
        .iter()
        .copied()
        .filter(|status| !status.is_closed() || *status == CandidacyStatus::Admitted)
        .collect();
    let rows: Vec<StandingRow> = candidacies::table
        .left_join(
            municipalities::table.on(municipalities::code
                .nullable()
                .eq(candidacies::municipality)),
        )
        .filter(candidacies::cohort.eq(cohort))
        .filter(candidacies::status.eq_any(counts))
        .order(candidacies::id)
        .select((
            candidacies::id,
            candidacies::person,
            candidacies::status,
            candidacies::kind,
            municipalities::province.nullable(),
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(candidacy, person, status, kind, province)| Standing {
            candidacy,
            person,
            status,
            kind,
            province,
            judgements: Vec::new(),
            hidden: false,
        })
        .collect())
}

/// Asks somebody to review a candidacy.
pub(crate) fn assign(
    conn: &mut DbConn,
    candidacy: CandidacyId,
    reviewer: PersonId,
    now: Timestamp,
) -> DbResult<()> {
    diesel::insert_into(reviews::table)
        .values((
            reviews::id.eq(ReviewId::generate()),
            reviews::version.eq(1_i64),
            reviews::candidacy.eq(candidacy),
            reviews::reviewer.eq(reviewer),
            reviews::assigned_at.eq(At(now)),
            reviews::updated_at.eq(At(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores a judgement, provided that nobody changed the review since it was read.
pub(crate) fn hand_in(
    conn: &mut DbConn,
    review: &Review,
    judgement: Judgement,
    now: Timestamp,
) -> DbResult<Review> {
    let unchanged = reviews::table
        .filter(reviews::id.eq(review.id))
        .filter(reviews::version.eq(review.version));
    let version = review.version + 1;
    let handed_in_at = review.handed_in_at.unwrap_or(now);
    let changed = diesel::update(unchanged)
        .set((
            reviews::version.eq(version),
            reviews::innovation.eq(judgement.innovation),
            reviews::impact.eq(judgement.impact),
            reviews::remark.eq(&judgement.remark),
            reviews::handed_in_at.eq(At(handed_in_at)),
            reviews::updated_at.eq(At(now)),
        ))
        .execute(conn)?;
    one_row(changed)?;
    Ok(Review {
        version,
        judgement: Some(judgement),
        handed_in_at: Some(handed_in_at),
        updated_at: now,
        ..review.clone()
    })
}

/// Takes the question back, provided that nobody handed in since it was read.
pub(crate) fn unassign(conn: &mut DbConn, review: &Review) -> DbResult<()> {
    let unanswered = reviews::table
        .filter(reviews::id.eq(review.id))
        .filter(reviews::version.eq(review.version))
        .filter(reviews::handed_in_at.is_null());
    one_row(diesel::delete(unanswered).execute(conn)?)
}
