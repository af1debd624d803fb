//! Refusals of the actions on knowledge items, as problems.

use koplopers_shared::flows::{NotOffered, ReferIntakeError, ReferralProblem};
use koplopers_shared::knowledge::{
    ChangeItemError, CreateItemError, InvalidItemTransition, ItemAction, ItemProblem, MoveItemError,
};

use crate::problem::{FieldError, Problem, kinds};

impl From<InvalidItemTransition> for Problem {
    fn from(invalid: InvalidItemTransition) -> Self {
        let possible: Vec<&str> = ItemAction::ALL
            .iter()
            .filter(|action| action.possible_in().contains(&invalid.from))
            .map(|action| action.as_str())
            .collect();
        Self::invalid_transition(invalid.from.as_str(), &possible).detail(invalid.to_string())
    }
}

fn item_field(problem: &ItemProblem) -> FieldError {
    match problem {
        ItemProblem::UrlTooLong => FieldError::new(
            "/url",
            "too-long",
            "must have at most 800 characters, with every special one written out as %XX",
        ),
        ItemProblem::UnknownProgramme => {
            FieldError::new("/programme", "unknown", "there is no such programme")
        }
        ItemProblem::UnknownMeeting => {
            FieldError::new("/meeting", "unknown", "there is no such meeting")
        }
        ItemProblem::UnknownTheme { theme } => FieldError::new(
            format!("/themes/{theme}"),
            "unknown",
            "must be a theme that is in use",
        ),
        ItemProblem::ThemeTwice { theme } => FieldError::new(
            format!("/themes/{theme}"),
            "duplicate",
            "the theme is in the list already",
        ),
        ItemProblem::UnknownTargetGroup { target_group } => FieldError::new(
            format!("/targetGroups/{target_group}"),
            "unknown",
            "must be a target group that is in use",
        ),
        ItemProblem::TargetGroupTwice { target_group } => FieldError::new(
            format!("/targetGroups/{target_group}"),
            "duplicate",
            "the target group is in the list already",
        ),
    }
}

fn invalid(problems: &[ItemProblem]) -> Problem {
    Problem::invalid(problems.iter().map(item_field).collect())
}

impl From<CreateItemError> for Problem {
    fn from(error: CreateItemError) -> Self {
        match error {
            CreateItemError::Invalid(problems) => invalid(&problems),
            CreateItemError::Db(error) => error.into(),
        }
    }
}

impl From<ChangeItemError> for Problem {
    fn from(error: ChangeItemError) -> Self {
        match error {
            ChangeItemError::NotFound => Self::not_found(),
            ChangeItemError::Stale => Self::of(&kinds::STALE),
            ChangeItemError::State(refusal) => refusal.into(),
            ChangeItemError::Invalid(problems) => invalid(&problems),
            ChangeItemError::Db(error) => error.into(),
        }
    }
}

impl From<MoveItemError> for Problem {
    fn from(error: MoveItemError) -> Self {
        match error {
            MoveItemError::NotFound => Self::not_found(),
            MoveItemError::Stale => Self::of(&kinds::STALE),
            MoveItemError::State(refusal) => refusal.into(),
            MoveItemError::Db(error) => error.into(),
        }
    }
}

fn referral_field(problem: &ReferralProblem) -> FieldError {
    match problem {
        ReferralProblem::UnknownItem { item } => FieldError::new(
            format!("/items/{item}"),
            "unknown",
            "there is no such knowledge item",
        ),
        ReferralProblem::ItemTwice { item } => FieldError::new(
            format!("/items/{item}"),
            "duplicate",
            "the item is in the list already",
        ),
    }
}

fn not_offered_field(NotOffered { item, status }: &NotOffered) -> FieldError {
    FieldError::new(
        format!("/items/{item}"),
        status.as_str(),
        "must be an item that is published",
    )
}

impl From<ReferIntakeError> for Problem {
    fn from(error: ReferIntakeError) -> Self {
        match error {
            ReferIntakeError::NotFound => Self::not_found(),
            ReferIntakeError::Stale => Self::of(&kinds::STALE),
            ReferIntakeError::State(invalid) => invalid.into(),
            ReferIntakeError::Invalid(problems) => {
                Self::invalid(problems.iter().map(referral_field).collect())
            }
            ReferIntakeError::NotOffered(items) => items
                .iter()
                .map(not_offered_field)
                .fold(Self::of(&kinds::ITEM_NOT_PUBLISHED), Self::field),
            ReferIntakeError::Db(error) => error.into(),
        }
    }
}
