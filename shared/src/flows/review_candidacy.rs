//! Saying who reviews a candidacy, handing in a judgement, and the ranking that follows (N1, N4).

use super::consent_parties;
use super::request_consent::find;
use crate::access::{
    CandidaciesDecide, CandidaciesReview, CandidaciesWrite, Granted, Permit, PersonRequired, Scope,
};
use crate::candidacies::{
    self, Candidacy, CandidacyAction, Employer, InvalidCandidacyTransition, MoveCandidacyError,
};
use crate::clock::LocalNow;
use crate::consents::Mailboxes;
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::{CandidacyId, CohortId, PersonId, ReviewId};
use crate::people::{self, Person};
use crate::reviews::{self, ConflictOfInterest, Judgement, NominationText, Ranked, Review, Spread};
use crate::words::EmailAddress;

/// Why reviewers were not assigned.
#[derive(Debug, thiserror::Error)]
pub enum AssignReviewersError {
    /// There is no such candidacy.
    #[error("no such candidacy")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("it was changed in the meantime")]
    Stale,
    /// The state of the candidacy does not allow it.
    #[error(transparent)]
    State(#[from] InvalidCandidacyTransition),
    /// There are no such people; their places in the list.
    #[error("{} of the reviewers are not known", .0.len())]
    Unknown(Vec<usize>),
    /// These have a stake in the candidacy.
    #[error("{} of the reviewers have a stake in it", .0.len())]
    Conflict(Vec<(PersonId, Vec<ConflictOfInterest>)>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why a judgement was not taken.
#[derive(Debug, thiserror::Error)]
pub enum HandInReviewError {
    /// There is no such review, or it is another's.
    #[error("no such review")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("it was changed in the meantime")]
    Stale,
    /// A machine has no judgement.
    #[error("a person is needed")]
    PersonRequired(#[from] PersonRequired),
    /// The state of the candidacy does not allow it.
    #[error(transparent)]
    State(#[from] InvalidCandidacyTransition),
    /// The reviewer has a stake in the candidacy.
    #[error("the reviewer has a stake in it")]
    Conflict(Vec<ConflictOfInterest>),
    /// All are in, so that the reviewer has seen what the others think.
    #[error("all reviews are in")]
    Complete,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Says who reviews a candidacy, next to those who do already.
pub fn assign_reviewers(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesWrite>,
    now: LocalNow,
    id: CandidacyId,
    expected_version: Option<i64>,
    reviewers: &[PersonId],
) -> Result<Vec<Review>, AssignReviewersError> {
    let candidacy = find(conn, granted, id)?.ok_or(AssignReviewersError::NotFound)?;
    if expected_version.is_some_and(|version| version != candidacy.version) {
        return Err(AssignReviewersError::Stale);
    }
    candidacy.status.after(CandidacyAction::AssignReviewers)?;
    let people = people::queries::find_many(conn, &Scope::Institute, reviewers)?;
    let known = |id: &PersonId| {
        people
            .iter()
            .find(|person| person.id == *id && !person.is_erased())
    };
    let unknown: Vec<usize> = (0..)
        .zip(reviewers)
        .filter_map(|(place, id)| known(id).is_none().then_some(place))
        .collect();
    if !unknown.is_empty() {
        return Err(AssignReviewersError::Unknown(unknown));
    }
    let stakes = Stakes::read(conn, now, &candidacy)?;
    let mut conflicting = Vec::new();
    for person in &people {
        let found = stakes.of(conn, now, person)?;
        if !found.is_empty() {
            conflicting.push((person.id, found));
        }
    }
    if !conflicting.is_empty() {
        return Err(AssignReviewersError::Conflict(conflicting));
    }
    let mut assigned: Vec<PersonId> = reviews::of_candidacy(conn, id)?
        .iter()
        .map(|review| review.reviewer)
        .collect();
    let before = assigned.len();
    for reviewer in reviewers {
        if !assigned.contains(reviewer) {
            reviews::assign(conn, id, *reviewer, now.at)?;
            assigned.push(*reviewer);
        }
    }
    if assigned.len() > before {
        let action = CandidacyAction::AssignReviewers;
        candidacies::move_on(conn, granted.actor(), now, candidacy, action, None)?;
    }
    Ok(reviews::of_candidacy(conn, id)?)
}

/// Takes the judgement of a reviewer; until all are in they can hand in another one.
pub fn hand_in_review(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesReview>,
    now: LocalNow,
    id: ReviewId,
    expected_version: Option<i64>,
    judgement: Judgement,
) -> Result<Review, HandInReviewError> {
    let reviewer = granted.person()?;
    let review = reviews::find(conn, id)?
        .filter(|review| review.reviewer == reviewer)
        .ok_or(HandInReviewError::NotFound)?;
    if expected_version.is_some_and(|version| version != review.version) {
        return Err(HandInReviewError::Stale);
    }
    let candidacy = candidacies::find(conn, review.candidacy)?.ok_or(DbError::Conflict)?;
    candidacy.status.after(CandidacyAction::Review)?;
    let person = people::queries::find(conn, &Scope::Institute, reviewer)?;
    let person = person.ok_or(HandInReviewError::NotFound)?;
    // They may have changed employer since they were assigned.
    let conflicts = Stakes::read(conn, now, &candidacy)?.of(conn, now, &person)?;
    if !conflicts.is_empty() {
        return Err(HandInReviewError::Conflict(conflicts));
    }
    if reviews::are_complete(&reviews::of_candidacy(conn, candidacy.id)?) {
        return Err(HandInReviewError::Complete);
    }
    let review = reviews::hand_in(conn, &review, judgement, now.at)?;
    let (actor, action) = (granted.actor(), CandidacyAction::Review);
    candidacies::trace(
        conn,
        actor,
        now,
        &candidacy,
        (candidacy.status, None),
        action,
    )?;
    Ok(review)
}

/// Who has a stake in a candidacy.
struct Stakes {
    parties: Mailboxes,
    employers: Vec<Employer>,
}

impl Stakes {
    /// The candidate's employers are that of the candidacy and whoever they hold a role with.
    fn read(conn: &mut DbConn, now: LocalNow, candidacy: &Candidacy) -> DbResult<Self> {
        let held = people::queries::roles_of(conn, candidacy.person, now.today)?;
        let of_roles = held
            .iter()
            .filter_map(|held| Employer::from_parts(held.municipality, held.organisation));
        Ok(Self {
            parties: consent_parties::of_candidacy(conn, candidacy)?,
            employers: candidacy.employer.into_iter().chain(of_roles).collect(),
        })
    }

    fn of(
        &self,
        conn: &mut DbConn,
        now: LocalNow,
        person: &Person,
    ) -> DbResult<Vec<ConflictOfInterest>> {
        let held = people::queries::roles_of(conn, person.id, now.today)?;
        let key = person.email.as_ref().map(EmailAddress::key);
        let (employers, parties) = (&self.employers, &self.parties);
        Ok(reviews::conflicts(
            person.id,
            key.as_deref(),
            &held,
            employers,
            parties,
        ))
    }
}

/// The ranking of a cohort's candidates, and their spread. `None` when there is no such cohort.
/// Whoever still has to hand in a review of a candidate does not see what the others think.
pub fn rank_cohort(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesDecide>,
    id: CohortId,
) -> DbResult<Option<CohortRanking>> {
    if *granted.scope() != Scope::Institute {
        return Ok(None);
    }
    let Some(target) = reviews::cohort_target(conn, id)? else {
        return Ok(None);
    };
    let viewer = granted.person().ok();
    let mut standings = reviews::standings(conn, id)?;
    let ids: Vec<CandidacyId> = standings
        .iter()
        .map(|standing| standing.candidacy)
        .collect();
    let all = reviews::of_candidacies(conn, &ids)?;
    for standing in &mut standings {
        let of_it: Vec<Review> = all
            .iter()
            .filter(|review| review.candidacy == standing.candidacy)
            .cloned()
            .collect();
        let seen = |review: &&Review| reviews::visible_to(review, &of_it, viewer, true);
        standing.hidden = !of_it.iter().all(|review| seen(&review));
        if !standing.hidden {
            let handed_in = of_it.iter().filter_map(|review| review.judgement.clone());
            standing.judgements = handed_in.collect();
        }
    }
    Ok(Some(CohortRanking {
        target,
        spread: reviews::spread(&standings),
        ranked: reviews::rank(standings),
    }))
}

/// The candidates of a cohort in order.
#[derive(Debug, Clone)]
pub struct CohortRanking {
    /// How many members the cohort should start with.
    pub target: i32,
    /// The candidates, the highest score first.
    pub ranked: Vec<Ranked>,
    /// How they spread.
    pub spread: Spread,
}

impl From<MoveCandidacyError> for AssignReviewersError {
    fn from(error: MoveCandidacyError) -> Self {
        match error {
            MoveCandidacyError::State(invalid) => Self::State(invalid),
            MoveCandidacyError::Db(error) => Self::Db(error),
        }
    }
}

/// A review with what its author needs to judge.
#[derive(Debug, Clone)]
pub struct ReviewFile {
    /// The review.
    pub review: Review,
    /// The candidacy.
    pub candidacy: Candidacy,
    /// Every review of that candidacy, this one included.
    pub all: Vec<Review>,
    /// The name of the candidate.
    pub candidate: String,
    /// What nominators wrote.
    pub texts: Vec<NominationText>,
}

/// A review, for its author or for whoever keeps candidacies.
pub fn review_file(
    conn: &mut DbConn,
    granted: &Granted<CandidaciesReview>,
    id: ReviewId,
) -> DbResult<Option<ReviewFile>> {
    let is_own = |review: &Review| {
        granted
            .person()
            .is_ok_and(|person| person == review.reviewer)
    };
    let keeps = granted.also(Permit::CandidaciesWrite) && *granted.scope() == Scope::Institute;
    let found = reviews::find(conn, id)?;
    let Some(review) = found.filter(|review| keeps || is_own(review)) else {
        return Ok(None);
    };
    let Some(candidacy) = candidacies::find(conn, review.candidacy)? else {
        return Ok(None);
    };
    let person = people::queries::find(conn, &Scope::Institute, candidacy.person)?;
    Ok(Some(ReviewFile {
        all: reviews::of_candidacy(conn, candidacy.id)?,
        texts: reviews::texts_of(conn, candidacy.id)?,
        candidate: person.map(|person| person.name).unwrap_or_default(),
        candidacy,
        review,
    }))
}
