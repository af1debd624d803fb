//! What hinders an operation on the outbox, as problems.

use koplopers_shared::deliveries::{ByHandError, DeliveryAction, SuppressionError};

use crate::problem::{Problem, kinds};

impl From<ByHandError> for Problem {
    fn from(error: ByHandError) -> Self {
        match error {
            ByHandError::NotFound => Self::not_found(),
            ByHandError::State { from, .. } => {
                let possible = DeliveryAction::ALL.iter();
                let possible = possible.filter(|action| action.possible_in().contains(&from));
                let words: Vec<&str> = possible.map(|action| action.as_str()).collect();
                Self::invalid_transition(from.as_str(), &words)
            }
            ByHandError::Past { expired_at } => {
                Self::of(&kinds::DELIVERY_PAST).member("expiredAt", expired_at.to_string())
            }
            ByHandError::Db(error) => error.into(),
        }
    }
}

impl From<SuppressionError> for Problem {
    fn from(error: SuppressionError) -> Self {
        match error {
            SuppressionError::NotFound => Self::not_found(),
            SuppressionError::Exists => Self::of(&kinds::ALREADY_SUPPRESSED),
            SuppressionError::Db(error) => error.into(),
        }
    }
}
