//! Refusals of the actions on assessments, as problems.

use koplopers_shared::assessments::{
    ChangeAssessmentError, JudgementProblem, RecordProblem, StartAssessmentError,
};

use crate::problem::{FieldError, Problem, kinds};

impl From<StartAssessmentError> for Problem {
    fn from(error: StartAssessmentError) -> Self {
        match error {
            StartAssessmentError::NotFound => Self::not_found(),
            StartAssessmentError::Stale => Self::of(&kinds::STALE),
            StartAssessmentError::State(invalid) => invalid.into(),
            StartAssessmentError::TalkNotHeld => Self::of(&kinds::TALK_NOT_HELD),
            StartAssessmentError::Db(error) => error.into(),
        }
    }
}

impl From<ChangeAssessmentError> for Problem {
    fn from(error: ChangeAssessmentError) -> Self {
        match error {
            ChangeAssessmentError::NotFound => Self::not_found(),
            ChangeAssessmentError::Stale => Self::of(&kinds::STALE),
            ChangeAssessmentError::State(invalid) => invalid.into(),
            ChangeAssessmentError::Person(required) => required.into(),
            ChangeAssessmentError::Record(problems) => {
                Self::invalid(problems.into_iter().map(record_field).collect())
            }
            ChangeAssessmentError::Judgements { list, problems } => {
                let field = |problem| judgement_field(list, problem);
                Self::invalid(problems.into_iter().map(field).collect())
            }
            ChangeAssessmentError::Db(error) => error.into(),
        }
    }
}

fn record_field(problem: RecordProblem) -> FieldError {
    match problem {
        RecordProblem::Twice { list, at } => {
            FieldError::new(format!("/{list}/{at}"), "duplicate", "is named twice")
        }
        RecordProblem::UnknownGiver => {
            FieldError::new("/coFunding/givenBy", "unknown", "there is no such person")
        }
        RecordProblem::GiverWithoutRole => FieldError::new(
            "/coFunding/givenBy",
            "not-held",
            "the person must hold a role with the municipality today",
        ),
    }
}

fn judgement_field(list: &str, problem: JudgementProblem) -> FieldError {
    match problem {
        JudgementProblem::UnknownCriterion { at } => FieldError::new(
            format!("/{list}/{at}/criterion"),
            "unknown",
            "the programme has no such criterion",
        ),
        JudgementProblem::Twice { at } => FieldError::new(
            format!("/{list}/{at}/criterion"),
            "duplicate",
            "the criterion is in the list already",
        ),
        JudgementProblem::WaiverWithoutReason { at } => FieldError::new(
            format!("/{list}/{at}/reason"),
            "required",
            "a waiver needs a reason",
        ),
    }
}
