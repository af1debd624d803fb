//! Refusals of the actions on decisions, as problems.

use koplopers_shared::assessments::Hindrance;
use koplopers_shared::flows::{DecideError, HinderedIntake, ReleaseRoundError};
use serde_json::{Value, json};

use crate::assessments::HindranceView;
use crate::problem::{Problem, kinds};

fn listed(hinders: Vec<Hindrance>) -> Value {
    let views: Vec<HindranceView> = hinders.into_iter().map(HindranceView::from).collect();
    // A view of ours always has a JSON form.
    serde_json::to_value(views).unwrap_or_default()
}

impl From<DecideError> for Problem {
    fn from(error: DecideError) -> Self {
        match error {
            DecideError::NotFound => Self::not_found(),
            DecideError::Stale => Self::of(&kinds::STALE),
            DecideError::State(invalid) => invalid.into(),
            DecideError::ReasonMissing => {
                Self::invalid_field("/reason", "required", "to decline or close needs a reason")
            }
            DecideError::AlreadyPrepared => Self::of(&kinds::DECISION_PREPARED),
            DecideError::Hindered(hinders) => {
                Self::of(&kinds::MATCH_HINDERED).member("hinders", listed(hinders))
            }
            DecideError::Db(error) => error.into(),
        }
    }
}

impl From<ReleaseRoundError> for Problem {
    fn from(error: ReleaseRoundError) -> Self {
        match error {
            ReleaseRoundError::NotFound => Self::not_found(),
            ReleaseRoundError::Hindered(hindered) => {
                let intakes: Vec<Value> = hindered.into_iter().map(hindered_intake).collect();
                Self::of(&kinds::RELEASE_HINDERED).member("intakes", intakes)
            }
            ReleaseRoundError::Db(error) => error.into(),
        }
    }
}

fn hindered_intake(hindered: HinderedIntake) -> Value {
    json!({
        "intake": hindered.intake,
        "currentStatus": hindered.state.map(|state| state.from),
        "hinders": listed(hindered.hinders),
    })
}
