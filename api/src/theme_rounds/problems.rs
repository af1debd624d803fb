//! Refusals of the actions on theme rounds, as problems.

use koplopers_shared::theme_rounds::{
    ChangeThemeRoundError, ChooseThemeError, InvalidThemeRoundTransition, OpenThemeRoundError,
    ThemeRoundAction,
};

use crate::problem::{Problem, kinds};

impl From<InvalidThemeRoundTransition> for Problem {
    fn from(invalid: InvalidThemeRoundTransition) -> Self {
        let possible: Vec<&str> = ThemeRoundAction::ALL
            .iter()
            .filter(|action| invalid.from.after(**action).is_ok())
            .map(|action| action.as_str())
            .collect();
        Self::invalid_transition(invalid.from.as_str(), &possible).detail(invalid.to_string())
    }
}

fn past() -> Problem {
    Problem::invalid_field("/closesOn", "out-of-range", "must not have passed")
}

impl From<OpenThemeRoundError> for Problem {
    fn from(error: OpenThemeRoundError) -> Self {
        match error {
            OpenThemeRoundError::Past => past(),
            OpenThemeRoundError::Db(error) => error.into(),
        }
    }
}

impl From<ChangeThemeRoundError> for Problem {
    fn from(error: ChangeThemeRoundError) -> Self {
        match error {
            ChangeThemeRoundError::NotFound => Self::not_found(),
            ChangeThemeRoundError::Stale => Self::of(&kinds::STALE),
            ChangeThemeRoundError::State(invalid) => invalid.into(),
            ChangeThemeRoundError::Past => past(),
            ChangeThemeRoundError::Db(error) => error.into(),
        }
    }
}

impl From<ChooseThemeError> for Problem {
    fn from(error: ChooseThemeError) -> Self {
        let proposed =
            || Self::of(&kinds::ALREADY_EXISTS).detail("the theme was proposed in this round");
        match error {
            ChooseThemeError::NotFound => Self::not_found(),
            ChooseThemeError::Person(_) => Self::of(&kinds::PERSON_REQUIRED),
            ChooseThemeError::NoMember => Self::of(&kinds::FORBIDDEN)
                .detail("only associate members who take part now choose themes"),
            ChooseThemeError::State(invalid) => invalid.into(),
            ChooseThemeError::Over { closed_on } => {
                Self::of(&kinds::THEME_ROUND_OVER).member("closesOn", closed_on.to_string())
            }
            ChooseThemeError::UnknownTheme => {
                Self::invalid_field("/theme", "unknown", "must be a theme that is in use")
            }
            ChooseThemeError::Proposed => proposed(),
            ChooseThemeError::UnknownProposal { at } => Self::invalid_field(
                format!("/votes/{at}/proposal"),
                "unknown",
                "there is no such proposal in this round",
            ),
            ChooseThemeError::VotedTwice { at } => Self::invalid_field(
                format!("/votes/{at}/proposal"),
                "duplicate",
                "stands here twice",
            ),
            // Two requests at once: the other one was first.
            ChooseThemeError::Db(error) if error.is_unique_violation() => proposed(),
            ChooseThemeError::Db(error) => error.into(),
        }
    }
}
