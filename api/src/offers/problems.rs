//! Refusals of the actions on offers, as problems.

use koplopers_shared::catalogue::PersonRole;
use koplopers_shared::intakes::{IntakeAction, IntakeStatus};
use koplopers_shared::offers::{
    DraftOfferError, InvalidOfferTransition, OfferAction, OfferProblem, OwnContribution,
    SendOfferError, SendingProblem, WithdrawOfferError,
};

use crate::problem::{FieldError, Problem, kinds};

impl From<InvalidOfferTransition> for Problem {
    fn from(invalid: InvalidOfferTransition) -> Self {
        let possible: Vec<&str> = OfferAction::to_choose_from()
            .filter(|action| action.possible_in().contains(&invalid.from))
            .map(OfferAction::as_str)
            .collect();
        Self::invalid_transition(invalid.from.as_str(), &possible).detail(invalid.to_string())
    }
}

fn not_matched(status: IntakeStatus) -> Problem {
    let possible: Vec<&str> = IntakeAction::to_choose_from()
        .filter(|action| action.possible_in().contains(&status))
        .map(IntakeAction::as_str)
        .collect();
    Problem::of(&kinds::INTAKE_NOT_MATCHED)
        .member("currentStatus", status.as_str())
        .member("allowedActions", possible)
}

/// Two requests at once: the other one was first.
fn raced() -> Problem {
    Problem::of(&kinds::CONFLICT).detail("another offer of this intake was written meanwhile")
}

fn listed(roles: &[PersonRole]) -> String {
    let words: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    words.join(" or ")
}

fn draft_field(problem: &OfferProblem) -> FieldError {
    let at_step =
        |block: &usize, step: &usize, field: &str| format!("/blocks/{block}/steps/{step}{field}");
    match problem {
        OfferProblem::UnknownBlock { block } => FieldError::new(
            format!("/blocks/{block}/key"),
            "unknown-block",
            "must be a building block of the intake's programme version",
        ),
        OfferProblem::BlockTwice { block } => FieldError::new(
            format!("/blocks/{block}/key"),
            "block-twice",
            "a building block is offered once",
        ),
        OfferProblem::KindNotOfBlock { block } => FieldError::new(
            format!("/blocks/{block}/kind"),
            "kind-not-of-block",
            "a partnership has forms or methods, and participatory research has fixed steps",
        ),
        OfferProblem::AskedByMissing { block, roles } => FieldError::new(
            format!("/blocks/{block}/askedBy"),
            "asked-by-missing",
            format!("this block must be asked for by {}", listed(roles)),
        ),
        OfferProblem::AskedByNotAllowed { block, roles } if roles.is_empty() => FieldError::new(
            format!("/blocks/{block}/askedBy"),
            "asked-by-not-allowed",
            "this block is not asked for: leave it out",
        ),
        OfferProblem::AskedByNotAllowed { block, roles } => FieldError::new(
            format!("/blocks/{block}/askedBy"),
            "asked-by-not-allowed",
            format!("only {} may ask for this block", listed(roles)),
        ),
        OfferProblem::OwnContributionOverCost { block } => FieldError::new(
            format!("/blocks/{block}/ownContribution"),
            "own-contribution-over-cost",
            "must be at most the cost of the block",
        ),
        OfferProblem::UnknownStep { block, step } => FieldError::new(
            at_step(block, step, "/key"),
            "unknown-step",
            "must be a fixed step of the block; any other step has a name and no key",
        ),
        OfferProblem::StepTwice { block, step } => FieldError::new(
            at_step(block, step, "/key"),
            "step-twice",
            "a fixed step stands in its block once",
        ),
        OfferProblem::StepNameMissing { block, step } => FieldError::new(
            at_step(block, step, "/name"),
            "required",
            "a step that is not fixed needs a name",
        ),
        OfferProblem::StepNameFixed { block, step } => FieldError::new(
            at_step(block, step, "/name"),
            "step-name-fixed",
            "a fixed step has the name that the programme gives it: leave it out",
        ),
        OfferProblem::FormNotOfBlock { block, step } => FieldError::new(
            at_step(block, step, "/form"),
            "form-not-of-block",
            "must be one of the forms of the block",
        ),
        OfferProblem::MethodNotOfBlock { block, step } => FieldError::new(
            at_step(block, step, "/method"),
            "method-not-of-block",
            "must be one of the methods of the block",
        ),
        OfferProblem::UnknownPrinciple { principle } => FieldError::new(
            format!("/principles/{principle}/key"),
            "unknown-principle",
            "must be a guiding principle of the intake's programme version",
        ),
        OfferProblem::PrincipleTwice { principle } => FieldError::new(
            format!("/principles/{principle}/key"),
            "principle-twice",
            "a guiding principle is checked off once",
        ),
        OfferProblem::TotalTooLarge => FieldError::new(
            "/blocks",
            "total-too-large",
            "the blocks together must be at most 9007199254740991 cents",
        ),
    }
}

fn missing_field(missing: &SendingProblem) -> FieldError {
    let at_step =
        |block: &usize, step: &usize, field: &str| format!("/blocks/{block}/steps/{step}{field}");
    match missing {
        SendingProblem::NoBlock => {
            FieldError::new("/blocks", "required", "at least one block is needed")
        }
        SendingProblem::ValidUntilMissing => FieldError::new(
            "/validUntilOn",
            "required",
            "the last day on which it can be accepted is needed",
        ),
        SendingProblem::ValidUntilPast => {
            FieldError::new("/validUntilOn", "past", "must be after today")
        }
        SendingProblem::Sponsor => FieldError::new(
            "/sponsor",
            "required",
            "the intake needs a sponsor, who decides on the offer",
        ),
        SendingProblem::SponsorEmail => FieldError::new(
            "/sponsor",
            "no-email",
            "the sponsor of the intake needs an e-mail address",
        ),
        SendingProblem::PrincipleOpen { key } => FieldError::new(
            "/principles",
            "principle-open",
            format!("the guiding principle {key} must be ticked or carry a remark"),
        ),
        SendingProblem::StepUndated { block, step } => FieldError::new(
            at_step(block, step, "/plannedOn"),
            "required",
            "each step needs a day",
        ),
        SendingProblem::FormMissing { block, step } => FieldError::new(
            at_step(block, step, "/form"),
            "required",
            "a step of this block takes one of its forms",
        ),
        SendingProblem::MethodMissing { block, step } => FieldError::new(
            at_step(block, step, "/method"),
            "required",
            "a step of this block uses one of its methods",
        ),
        SendingProblem::FixedStepMissing { block, key } => FieldError::new(
            format!("/blocks/{block}/steps"),
            "fixed-step-missing",
            format!("the block always has the step {key}"),
        ),
        SendingProblem::StepOutOfOrder { block, step } => FieldError::new(
            at_step(block, step, ""),
            "order",
            "the fixed steps of a block follow in its order, on days that do not go back",
        ),
    }
}

/// The sums that were compared, so that a caller can tell by how much.
fn too_low(own: OwnContribution) -> Problem {
    Problem::of(&kinds::OWN_CONTRIBUTION_TOO_LOW)
        .detail("the own contribution over the blocks that count is below the share that is asked")
        .member("sum", own.sum.get())
        .member("base", own.base.get())
        .member("percent", own.percent)
        .member("currency", "EUR")
}

impl From<DraftOfferError> for Problem {
    fn from(error: DraftOfferError) -> Self {
        match error {
            DraftOfferError::NotFound => Self::not_found(),
            DraftOfferError::Stale => Self::of(&kinds::STALE),
            DraftOfferError::State(invalid) => invalid.into(),
            DraftOfferError::NotMatched(status) => not_matched(status),
            DraftOfferError::AlreadyAccepted => Self::of(&kinds::OFFER_ALREADY_ACCEPTED),
            DraftOfferError::Invalid(problems) => {
                Self::invalid(problems.iter().map(draft_field).collect())
            }
            DraftOfferError::Db(error) if error.is_unique_violation() => raced(),
            DraftOfferError::Db(error) => error.into(),
        }
    }
}

impl From<SendOfferError> for Problem {
    fn from(error: SendOfferError) -> Self {
        match error {
            SendOfferError::NotFound => Self::not_found(),
            SendOfferError::Stale => Self::of(&kinds::STALE),
            SendOfferError::State(invalid) => invalid.into(),
            SendOfferError::NotMatched(status) => not_matched(status),
            SendOfferError::AlreadyAccepted => Self::of(&kinds::OFFER_ALREADY_ACCEPTED),
            SendOfferError::Incomplete(missing) => missing
                .iter()
                .map(missing_field)
                .fold(Self::of(&kinds::OFFER_INCOMPLETE), Self::field),
            SendOfferError::OwnContributionTooLow(own) => too_low(own),
            SendOfferError::Db(error) if error.is_unique_violation() => raced(),
            SendOfferError::Db(error) => error.into(),
        }
    }
}

impl From<WithdrawOfferError> for Problem {
    fn from(error: WithdrawOfferError) -> Self {
        match error {
            WithdrawOfferError::NotFound => Self::not_found(),
            WithdrawOfferError::Stale => Self::of(&kinds::STALE),
            WithdrawOfferError::State(invalid) => invalid.into(),
            WithdrawOfferError::Db(error) => error.into(),
        }
    }
}
