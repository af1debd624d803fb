//! Refusals of the actions on date polls, as problems.

use koplopers_shared::polls::{
    ChangePollError, ChoosePollOptionError, InvalidPollTransition, MissingMunicipality,
    OpenPollError, PollAction, PollProblem, VoteError, VoteProblem,
};
use serde_json::{Value, json};

use crate::meetings::period_problem;
use crate::problem::{FieldError, Problem, kinds};

impl From<InvalidPollTransition> for Problem {
    fn from(invalid: InvalidPollTransition) -> Self {
        let possible: Vec<&str> = PollAction::ALL
            .iter()
            .filter(|action| invalid.from.after(**action).is_ok())
            .map(|action| action.as_str())
            .collect();
        Self::invalid_transition(invalid.from.as_str(), &possible).detail(invalid.to_string())
    }
}

fn fields(problem: &PollProblem) -> Problem {
    let required = |at: &usize| format!("/requiredMunicipalities/{at}");
    let (name, code, reason) = match problem {
        PollProblem::TooFew => (
            "/options".to_owned(),
            "too-few",
            "must hold at least two options",
        ),
        PollProblem::TooMany => (
            "/options".to_owned(),
            "too-many",
            "must hold at most 40 options",
        ),
        PollProblem::Period { at, error } => {
            return period_problem(error).under(&format!("/options/{at}"));
        }
        PollProblem::SameTime { at } => (
            format!("/options/{at}"),
            "duplicate",
            "is at the time of an earlier option",
        ),
        PollProblem::EndPassed => (
            "/closesAt".to_owned(),
            "past",
            "must be in the future; give another end, too, when the present one has passed",
        ),
        PollProblem::EndsTooLate => (
            "/closesAt".to_owned(),
            "order",
            "must not be after the start of the first option",
        ),
        PollProblem::NobodyOf { at } => (
            required(at),
            "nobody-invited",
            "nobody is invited who holds a role with this municipality",
        ),
        PollProblem::SameMunicipality { at } => (required(at), "duplicate", "stands here twice"),
        PollProblem::NeedsNewEnd => (
            "/closesAt".to_owned(),
            "required",
            "must be given to open a closed poll again",
        ),
    };
    Problem::invalid(vec![FieldError::new(name, code, reason)])
}

fn invalid(problems: &[PollProblem]) -> Problem {
    let all = problems.iter().map(fields).reduce(Problem::and);
    all.unwrap_or_else(|| Problem::invalid(Vec::new()))
}

impl From<OpenPollError> for Problem {
    fn from(error: OpenPollError) -> Self {
        match error {
            OpenPollError::NotFound => Self::not_found(),
            OpenPollError::Stale => Self::of(&kinds::STALE),
            OpenPollError::State(invalid) => invalid.into(),
            OpenPollError::NobodyInvited => Self::of(&kinds::NOBODY_INVITED),
            OpenPollError::Invalid(problems) => invalid(&problems),
            OpenPollError::Db(error) => error.into(),
        }
    }
}

impl From<ChangePollError> for Problem {
    fn from(error: ChangePollError) -> Self {
        match error {
            ChangePollError::NotFound => Self::not_found(),
            ChangePollError::Stale => Self::of(&kinds::STALE),
            ChangePollError::State(invalid) => invalid.into(),
            ChangePollError::Invalid(problems) => invalid(&problems),
            ChangePollError::Db(error) => error.into(),
        }
    }
}

fn missing(all: &[MissingMunicipality]) -> Vec<Value> {
    let each = all.iter().map(
        |it| json!({ "municipality": it.municipality.to_string(), "reason": it.reason.as_str() }),
    );
    each.collect()
}

impl From<ChoosePollOptionError> for Problem {
    fn from(error: ChoosePollOptionError) -> Self {
        match error {
            ChoosePollOptionError::NotFound => Self::not_found(),
            ChoosePollOptionError::Stale => Self::of(&kinds::STALE),
            ChoosePollOptionError::State(invalid) => invalid.into(),
            ChoosePollOptionError::UnknownOption => {
                Self::invalid_field("/option", "unknown", "there is no such option in this poll")
            }
            ChoosePollOptionError::Begun => {
                Self::invalid_field("/option", "past", "the option has begun")
            }
            ChoosePollOptionError::Missing(all) => {
                Self::of(&kinds::MUNICIPALITIES_MISSING).member("missing", missing(&all))
            }
            ChoosePollOptionError::Db(error) => error.into(),
        }
    }
}

fn vote_field(problem: &VoteProblem) -> FieldError {
    match problem {
        VoteProblem::UnknownOption { at } => FieldError::new(
            format!("/votes/{at}/option"),
            "unknown",
            "there is no such option in this poll",
        ),
        VoteProblem::Twice { at } => FieldError::new(
            format!("/votes/{at}/option"),
            "duplicate",
            "stands here twice",
        ),
        VoteProblem::LeftOut { options } => FieldError::new(
            "/votes",
            "incomplete",
            format!("must hold a vote on every option; {options} are left out"),
        ),
    }
}

impl From<VoteError> for Problem {
    fn from(error: VoteError) -> Self {
        match error {
            VoteError::NotFound => Self::not_found(),
            VoteError::Person(error) => error.into(),
            VoteError::NotInvited => {
                Self::of(&kinds::FORBIDDEN).detail("Only who is invited to the meeting votes.")
            }
            VoteError::Stale => Self::of(&kinds::STALE),
            VoteError::State(invalid) => invalid.into(),
            VoteError::Over => Self::of(&kinds::DATE_POLL_OVER),
            VoteError::Invalid(problems) => {
                Self::invalid(problems.iter().map(vote_field).collect())
            }
            VoteError::Db(error) => error.into(),
        }
    }
}
