//! Refusals of the actions on programmes and rounds, as problems.

use koplopers_shared::programmes::actions::{ChangeProgrammeError, WrongEntry};
use koplopers_shared::programmes::round_actions::RoundError;
use koplopers_shared::programmes::rules::WrongRound;

use crate::problem::{FieldError, Problem, kinds};

/// The problem of a change whose list stands at `pointer` in the body.
pub(super) fn of_list(error: ChangeProgrammeError, pointer: &str) -> Problem {
    match error {
        ChangeProgrammeError::NotFound => Problem::not_found(),
        ChangeProgrammeError::Stale => Problem::of(&kinds::STALE),
        ChangeProgrammeError::Content(problems) => Problem::invalid(
            problems
                .into_iter()
                .map(|it| {
                    let code = it.code.as_str().replace('_', "-");
                    FieldError::new(it.pointer, code, it.reason)
                })
                .collect(),
        ),
        ChangeProgrammeError::TooMany => {
            Problem::invalid_field(pointer, "too-many", "must have at most 20 entries")
        }
        ChangeProgrammeError::Entries(entries) => Problem::invalid(
            entries
                .into_iter()
                .map(|entry| match entry {
                    WrongEntry::Unknown { at } => FieldError::new(
                        format!("{pointer}/{at}"),
                        "unknown",
                        "there is none that can serve here",
                    ),
                    WrongEntry::Twice { at } => {
                        FieldError::new(format!("{pointer}/{at}"), "duplicate", "is named twice")
                    }
                })
                .collect(),
        ),
        ChangeProgrammeError::Db(error) => error.into(),
    }
}

impl From<ChangeProgrammeError> for Problem {
    fn from(error: ChangeProgrammeError) -> Self {
        of_list(error, "")
    }
}

impl From<RoundError> for Problem {
    fn from(error: RoundError) -> Self {
        match error {
            RoundError::NotFound => Self::not_found(),
            RoundError::Stale => Self::of(&kinds::STALE),
            RoundError::Wrong(WrongRound::NoRounds) => {
                Self::of(&kinds::CONFLICT).detail("the programme takes intakes all year")
            }
            RoundError::Wrong(WrongRound::Backwards) => Self::invalid_field(
                "/closesOn",
                "out-of-range",
                "must not come before the first day",
            ),
            RoundError::Wrong(WrongRound::Capacity) => {
                Self::invalid_field("/capacity", "out-of-range", "must be 1 to 1000")
            }
            RoundError::Wrong(WrongRound::Overlaps { with }) => Self::of(&kinds::CONFLICT)
                .detail("another round of the programme is open in that time")
                .member("round", with.to_string()),
            RoundError::Db(error) => error.into(),
        }
    }
}
