//! Refusals of the actions on intakes, as problems.

use koplopers_shared::flows::{PlanTalkError, WithdrawIntakeError};
use koplopers_shared::intakes::{
    ChangeIntakeError, CreateIntakeError, DraftProblem, IntakeAction, InvalidIntakeTransition,
    Missing, MunicipalityProblem, NotWelcome, SubmitIntakeError,
};
use koplopers_shared::municipalities::InvalidMunicipality;

use crate::meetings::{invitee_field, period_problem};
use crate::problem::{FieldError, Problem, kinds};

impl From<InvalidIntakeTransition> for Problem {
    fn from(invalid: InvalidIntakeTransition) -> Self {
        let possible: Vec<&str> = IntakeAction::to_choose_from()
            .filter(|action| action.possible_in().contains(&invalid.from))
            .map(IntakeAction::as_str)
            .collect();
        Self::invalid_transition(invalid.from.as_str(), &possible).detail(invalid.to_string())
    }
}

impl From<NotWelcome> for Problem {
    fn from(refusal: NotWelcome) -> Self {
        match refusal {
            NotWelcome::UnknownProgramme => {
                Self::invalid_field("/programme", "unknown", "there is no such programme")
            }
            NotWelcome::UnknownRound => {
                Self::invalid_field("/round", "unknown", "the programme has no such round")
            }
            NotWelcome::ProgrammeClosed => Self::of(&kinds::PROGRAMME_CLOSED),
            NotWelcome::NoOpenRound => Self::of(&kinds::ROUND_CLOSED),
            NotWelcome::RoundClosed {
                opens_on,
                closes_on,
            } => Self::of(&kinds::ROUND_CLOSED)
                .member("opensOn", opens_on.to_string())
                .member("closesOn", closes_on.to_string()),
            NotWelcome::OpenIntakeExists => Self::of(&kinds::OPEN_INTAKE_EXISTS),
        }
    }
}

impl From<MunicipalityProblem> for Problem {
    fn from(problem: MunicipalityProblem) -> Self {
        let field = |code: &'static str, reason: &'static str| {
            Self::invalid_field("/municipality", code, reason)
        };
        match problem {
            MunicipalityProblem::Named => field(
                "not-allowed",
                "must be left out: the token says which municipality asks",
            ),
            MunicipalityProblem::Missing => field("required", "must name the municipality"),
            MunicipalityProblem::Invalid(InvalidMunicipality::Unknown) => {
                field("unknown", "must be the code of a Dutch municipality")
            }
            MunicipalityProblem::Invalid(InvalidMunicipality::NotYet { .. }) => {
                field("not-yet", "must be a municipality that exists today")
            }
            MunicipalityProblem::Invalid(InvalidMunicipality::Ended { successors, .. }) => {
                let codes: Vec<String> = successors.iter().map(ToString::to_string).collect();
                Self::of(&kinds::MUNICIPALITY_ENDED).member("successors", codes)
            }
            MunicipalityProblem::Invalid(InvalidMunicipality::Db(error)) => error.into(),
        }
    }
}

fn draft_field(problem: &DraftProblem) -> FieldError {
    match problem {
        DraftProblem::UnknownQuestion { key } => FieldError::new(
            format!("/answers/{}", escaped(key)),
            "unknown",
            "the programme asks no such question",
        ),
        DraftProblem::AnswerTooLong { key, max } => FieldError::new(
            format!("/answers/{}", escaped(key)),
            "too-long",
            format!("must have at most {max} characters"),
        ),
        DraftProblem::UnknownTheme { issue, theme } => FieldError::new(
            format!("/issues/{issue}/themes/{theme}"),
            "unknown",
            "must be a theme that is in use",
        ),
        DraftProblem::UnknownTargetGroup {
            issue,
            target_group,
        } => FieldError::new(
            format!("/issues/{issue}/targetGroups/{target_group}"),
            "unknown",
            "must be a target group that is in use",
        ),
        DraftProblem::UnknownContactPerson => {
            FieldError::new("/contactPerson", "unknown", "there is no such person")
        }
        DraftProblem::UnknownSponsor => {
            FieldError::new("/sponsor/person", "unknown", "there is no such person")
        }
        DraftProblem::SponsorWithoutRole => FieldError::new(
            "/sponsor/role",
            "not-held",
            "the person must hold this role with the municipality today",
        ),
    }
}

/// A key as part of a JSON pointer (RFC 6901 §3).
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn missing_field(missing: &Missing) -> FieldError {
    let (name, reason) = match missing {
        Missing::Issue => ("/issues".to_owned(), "at least one issue is needed"),
        Missing::ContactPerson => ("/contactPerson".to_owned(), "a contact person is needed"),
        Missing::ContactPersonEmail => (
            "/contactPerson".to_owned(),
            "the contact person needs an e-mail address",
        ),
        Missing::Sponsor => ("/sponsor".to_owned(), "a sponsor with a role is needed"),
        Missing::SponsorRole => (
            "/sponsor/role".to_owned(),
            "the programme asks for a sponsor in another role",
        ),
        Missing::Answer { key } => (
            format!("/answers/{}", escaped(key)),
            "this question must be answered",
        ),
    };
    FieldError::new(name, "required", reason)
}

impl From<CreateIntakeError> for Problem {
    fn from(error: CreateIntakeError) -> Self {
        match error {
            CreateIntakeError::Municipality(problem) => problem.into(),
            CreateIntakeError::NotWelcome(refusal) => refusal.into(),
            CreateIntakeError::ReferenceTaken => Self::of(&kinds::ALREADY_EXISTS)
                .detail("this client has used the external reference before"),
            CreateIntakeError::Invalid(problems) => {
                Self::invalid(problems.iter().map(draft_field).collect())
            }
            // Two requests at once: the other one was first.
            CreateIntakeError::Db(error) if error.is_unique_violation() => {
                Self::of(&kinds::OPEN_INTAKE_EXISTS)
            }
            CreateIntakeError::Db(error) => error.into(),
        }
    }
}

impl From<ChangeIntakeError> for Problem {
    fn from(error: ChangeIntakeError) -> Self {
        match error {
            ChangeIntakeError::NotFound => Self::not_found(),
            ChangeIntakeError::Stale => Self::of(&kinds::STALE),
            ChangeIntakeError::State(invalid) => invalid.into(),
            ChangeIntakeError::Invalid(problems) => {
                Self::invalid(problems.iter().map(draft_field).collect())
            }
            ChangeIntakeError::Db(error) => error.into(),
        }
    }
}

impl From<SubmitIntakeError> for Problem {
    fn from(error: SubmitIntakeError) -> Self {
        match error {
            SubmitIntakeError::NotFound => Self::not_found(),
            SubmitIntakeError::Stale => Self::of(&kinds::STALE),
            SubmitIntakeError::State(invalid) => invalid.into(),
            SubmitIntakeError::NotWelcome(refusal) => refusal.into(),
            SubmitIntakeError::Incomplete(missing) => missing
                .iter()
                .map(missing_field)
                .fold(Self::of(&kinds::INTAKE_INCOMPLETE), Self::field),
            SubmitIntakeError::Db(error) if error.is_unique_violation() => {
                Self::of(&kinds::OPEN_INTAKE_EXISTS)
            }
            SubmitIntakeError::Db(error) => error.into(),
        }
    }
}

impl From<WithdrawIntakeError> for Problem {
    fn from(error: WithdrawIntakeError) -> Self {
        match error {
            WithdrawIntakeError::NotFound => Self::not_found(),
            WithdrawIntakeError::Stale => Self::of(&kinds::STALE),
            WithdrawIntakeError::State(invalid) => invalid.into(),
            WithdrawIntakeError::Db(error) => error.into(),
        }
    }
}

impl From<PlanTalkError> for Problem {
    fn from(error: PlanTalkError) -> Self {
        match error {
            PlanTalkError::NotFound => Self::not_found(),
            PlanTalkError::Stale => Self::of(&kinds::STALE),
            PlanTalkError::State(invalid) => invalid.into(),
            PlanTalkError::Period(error) => period_problem(&error),
            PlanTalkError::Invalid(problems) => Self::invalid(
                problems
                    .iter()
                    .map(|it| invitee_field(it, "/invitees"))
                    .collect(),
            ),
            PlanTalkError::Db(error) => error.into(),
        }
    }
}
