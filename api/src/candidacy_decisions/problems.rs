//! Refusals of the actions on decisions, as problems.

use koplopers_shared::flows::{
    DecideCandidacyError, HinderedCandidacy, InviteHindrance, ReleaseCohortError,
};
use koplopers_shared::reviews;
use serde_json::{Value, json};

use crate::problem::{Problem, kinds};

fn hindrance(hindrance: InviteHindrance) -> Value {
    match hindrance {
        InviteHindrance::Reviews { handed_in } => json!({
            "code": "reviews-missing",
            "handedIn": handed_in,
            "needed": reviews::NEEDED,
        }),
        InviteHindrance::Cohort => json!({ "code": "cohort-missing" }),
        InviteHindrance::Email => json!({ "code": "no-email" }),
    }
}

fn listed(hinders: Vec<InviteHindrance>) -> Vec<Value> {
    hinders.into_iter().map(hindrance).collect()
}

impl From<DecideCandidacyError> for Problem {
    fn from(error: DecideCandidacyError) -> Self {
        match error {
            DecideCandidacyError::NotFound => Self::not_found(),
            DecideCandidacyError::Stale => Self::of(&kinds::STALE),
            DecideCandidacyError::State(invalid) => invalid.into(),
            DecideCandidacyError::ReasonMissing => {
                Self::invalid_field("/reason", "required", "to reject needs a reason")
            }
            DecideCandidacyError::AlreadyPrepared => Self::of(&kinds::DECISION_PREPARED),
            DecideCandidacyError::Hindered(hinders) => {
                Self::of(&kinds::INVITE_HINDERED).member("hinders", listed(hinders))
            }
            DecideCandidacyError::Db(error) => error.into(),
        }
    }
}

impl From<ReleaseCohortError> for Problem {
    fn from(error: ReleaseCohortError) -> Self {
        match error {
            ReleaseCohortError::NotFound => Self::not_found(),
            ReleaseCohortError::Hindered(hindered) => {
                let candidacies: Vec<Value> =
                    hindered.into_iter().map(hindered_candidacy).collect();
                Self::of(&kinds::COHORT_RELEASE_HINDERED).member("candidacies", candidacies)
            }
            ReleaseCohortError::Db(error) => error.into(),
        }
    }
}

fn hindered_candidacy(hindered: HinderedCandidacy) -> Value {
    json!({
        "candidacy": hindered.candidacy,
        "currentStatus": hindered.state.map(|state| state.from),
        "hinders": listed(hindered.hinders),
    })
}
