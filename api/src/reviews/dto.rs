//! Bodies and answers of the operations on reviews.

use jiff::Timestamp;
use koplopers_shared::access::{Granted, Permit};
use koplopers_shared::candidacies::{
    Candidacy, CandidacyAction, CandidacyStatus, CandidateKind, Employer,
};
use koplopers_shared::flows::ReviewFile;
use koplopers_shared::ids::{CandidacyId, OrganisationId, PersonId, ReviewId};
use koplopers_shared::reviews::{self, Judgement, NominationText, Review};
use koplopers_shared::words::MunicipalityCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::AllowedActionView;

/// Who is to review a candidacy.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateReviewsRequest {
    /// People, next to those who review it already.
    #[schema(value_type = Vec<uuid::Uuid>, min_items = 1, max_items = 20)]
    pub reviewers: Vec<PersonId>,
}

/// What a reviewer thinks.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplaceReviewRequest {
    /// How new it is what the candidate does, from 1 (little) to 5 (much).
    #[schema(minimum = 1, maximum = 5, example = 4)]
    innovation: i32,
    /// What it brings about, from 1 (little) to 5 (much).
    #[schema(minimum = 1, maximum = 5, example = 3)]
    impact: i32,
    /// Why.
    #[schema(
        min_length = 1,
        max_length = 5_000,
        example = "Werkt met bewoners aan één tafel."
    )]
    remark: String,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

impl From<ReplaceReviewRequest> for Judgement {
    fn from(request: ReplaceReviewRequest) -> Self {
        Self {
            innovation: request.innovation,
            impact: request.impact,
            remark: request.remark,
        }
    }
}

/// What a nominator wrote, without who they are.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NominationText)]
pub struct NominationTextView {
    /// How the nominator knows the candidate.
    relation: String,
    /// Why this person.
    motivation: String,
    /// What is new in how the candidate works.
    innovation: String,
    /// What it brings about.
    impact: String,
}

impl From<NominationText> for NominationTextView {
    fn from(text: NominationText) -> Self {
        Self {
            relation: text.relation,
            motivation: text.motivation,
            innovation: text.innovation,
            impact: text.impact,
        }
    }
}

/// The candidate, as far as a reviewer needs to know them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReviewedCandidate)]
pub struct ReviewedCandidateView {
    /// Their name.
    name: String,
    /// What makes them a candidate.
    #[schema(value_type = String, example = "municipal_professional")]
    kind: CandidateKind,
    /// The municipality they work for.
    #[schema(value_type = Option<String>, example = "GM0363")]
    municipality: Option<MunicipalityCode>,
    /// The organisation they work for.
    #[schema(value_type = Option<uuid::Uuid>)]
    organisation: Option<OrganisationId>,
    /// What nominators wrote.
    nominations: Vec<NominationTextView>,
}

/// One reviewer's judgement of one candidacy.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Review)]
pub struct ReviewView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: ReviewId,
    /// The candidacy.
    #[schema(value_type = uuid::Uuid)]
    candidacy: CandidacyId,
    /// Whose judgement it is.
    #[schema(value_type = uuid::Uuid)]
    reviewer: PersonId,
    /// When they were asked for it.
    #[schema(value_type = String, format = DateTime)]
    assigned_at: Timestamp,
    /// When it was handed in.
    #[schema(value_type = Option<String>, format = DateTime)]
    handed_in_at: Option<Timestamp>,
    /// Whether what it says is kept from this caller until all reviews are in.
    hidden: bool,
    /// The mark for innovation, from 1 to 5.
    innovation: Option<i32>,
    /// The mark for impact, from 1 to 5.
    impact: Option<i32>,
    /// Why.
    remark: Option<String>,
    /// The candidate, for a single review; lists leave it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    candidate: Option<ReviewedCandidateView>,
    /// Every action on a review, with whether the caller may do it now.
    allowed_actions: Vec<AllowedActionView>,
}

impl ReviewView {
    /// A review among `all` of its candidacy, which stands at `status`, as a caller sees it.
    #[must_use]
    pub fn new<P>(
        review: Review,
        all: &[Review],
        status: CandidacyStatus,
        granted: &Granted<P>,
    ) -> Self {
        let viewer = granted.person().ok();
        let keeps = granted.also(Permit::CandidaciesWrite);
        let seen = reviews::visible_to(&review, all, viewer, keeps);
        let may = granted.also(Permit::CandidaciesReview) && viewer == Some(review.reviewer);
        let possible = status.after(CandidacyAction::Review).is_ok() && !reviews::are_complete(all);
        let unassign = AllowedActionView::new(
            "unassign",
            keeps,
            status.after(CandidacyAction::AssignReviewers).is_ok() && review.judgement.is_none(),
        );
        let judgement = review.judgement.filter(|_| seen);
        let marks = judgement.as_ref().map(|it| (it.innovation, it.impact));
        Self {
            id: review.id,
            candidacy: review.candidacy,
            reviewer: review.reviewer,
            assigned_at: review.assigned_at,
            handed_in_at: review.handed_in_at,
            hidden: !seen,
            innovation: marks.map(|(innovation, _)| innovation),
            impact: marks.map(|(_, impact)| impact),
            remark: judgement.map(|it| it.remark),
            candidate: None,
            allowed_actions: vec![
                AllowedActionView::new(CandidacyAction::Review.as_str(), may, possible),
                unassign,
            ],
        }
    }

    /// The review with what its author needs to judge.
    #[must_use]
    pub fn of_file<P>(file: ReviewFile, granted: &Granted<P>) -> Self {
        let Candidacy {
            kind,
            employer,
            status,
            ..
        } = file.candidacy;
        Self {
            candidate: Some(ReviewedCandidateView {
                name: file.candidate,
                kind,
                municipality: employer.and_then(Employer::municipality),
                organisation: employer.and_then(Employer::organisation),
                nominations: file
                    .texts
                    .into_iter()
                    .map(NominationTextView::from)
                    .collect(),
            }),
            ..Self::new(file.review, &file.all, status, granted)
        }
    }
}

/// The reviews of a candidacy.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Reviews)]
pub struct ReviewsView {
    /// In the order in which they were assigned.
    pub items: Vec<ReviewView>,
}

impl ReviewsView {
    /// All reviews of a candidacy as a caller sees them.
    #[must_use]
    pub fn new<P>(all: &[Review], status: CandidacyStatus, granted: &Granted<P>) -> Self {
        Self {
            items: all
                .iter()
                .map(|review| ReviewView::new(review.clone(), all, status, granted))
                .collect(),
        }
    }
}
