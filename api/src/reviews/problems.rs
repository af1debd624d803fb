//! Refusals of the actions on reviews, as problems.

use koplopers_shared::flows::{AssignReviewersError, HandInReviewError, UnassignReviewerError};
use koplopers_shared::ids::PersonId;
use koplopers_shared::reviews::ConflictOfInterest;
use serde_json::{Value, json};

use crate::problem::{FieldError, Problem, kinds};

fn conflict(found: Vec<(Option<PersonId>, Vec<ConflictOfInterest>)>) -> Problem {
    let listed: Vec<Value> = found
        .into_iter()
        .map(|(person, reasons)| {
            let reasons: Vec<&str> = reasons
                .into_iter()
                .map(ConflictOfInterest::as_str)
                .collect();
            json!({ "reviewer": person, "reasons": reasons })
        })
        .collect();
    Problem::of(&kinds::CONFLICT_OF_INTEREST).member("conflicts", listed)
}

impl From<AssignReviewersError> for Problem {
    fn from(error: AssignReviewersError) -> Self {
        match error {
            AssignReviewersError::NotFound => Self::not_found(),
            AssignReviewersError::Stale => Self::of(&kinds::STALE),
            AssignReviewersError::State(invalid) => invalid.into(),
            AssignReviewersError::Unknown(places) => Self::invalid(
                places
                    .into_iter()
                    .map(|place| {
                        let name = format!("/reviewers/{place}");
                        FieldError::new(name, "unknown", "there is no such person")
                    })
                    .collect(),
            ),
            AssignReviewersError::Conflict(found) => conflict(
                found
                    .into_iter()
                    .map(|(person, reasons)| (Some(person), reasons))
                    .collect(),
            ),
            AssignReviewersError::Db(error) => error.into(),
        }
    }
}

impl From<HandInReviewError> for Problem {
    fn from(error: HandInReviewError) -> Self {
        match error {
            HandInReviewError::NotFound => Self::not_found(),
            HandInReviewError::Stale => Self::of(&kinds::STALE),
            HandInReviewError::PersonRequired(missing) => missing.into(),
            HandInReviewError::State(invalid) => invalid.into(),
            HandInReviewError::Conflict(reasons) => conflict(vec![(None, reasons)]),
            HandInReviewError::Complete => Self::of(&kinds::REVIEWS_COMPLETE),
            HandInReviewError::Db(error) => error.into(),
        }
    }
}

impl From<UnassignReviewerError> for Problem {
    fn from(error: UnassignReviewerError) -> Self {
        match error {
            UnassignReviewerError::NotFound => Self::not_found(),
            UnassignReviewerError::Stale => Self::of(&kinds::STALE),
            UnassignReviewerError::State(invalid) => invalid.into(),
            UnassignReviewerError::HandedIn => Self::of(&kinds::REVIEW_HANDED_IN),
            UnassignReviewerError::Db(error) => error.into(),
        }
    }
}
