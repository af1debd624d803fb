//! What hinders a reminder rule, as problems.

use koplopers_shared::flows::{ReminderRuleError, RuleProblem};

use crate::problem::{FieldError, Problem, kinds};

impl From<ReminderRuleError> for Problem {
    fn from(error: ReminderRuleError) -> Self {
        match error {
            ReminderRuleError::InstituteOnly => {
                Self::of(&kinds::FORBIDDEN).detail("reminders are the institute's")
            }
            ReminderRuleError::NotGranted(missing) => missing.into(),
            ReminderRuleError::NotFound => Self::not_found(),
            ReminderRuleError::Stale => Self::of(&kinds::STALE),
            ReminderRuleError::Invalid(problems) => {
                Self::invalid(problems.into_iter().map(field).collect())
            }
            ReminderRuleError::TooMany => Self::of(&kinds::TOO_MANY_REMINDER_RULES),
            ReminderRuleError::Db(error) => error.into(),
        }
    }
}

fn field(problem: RuleProblem) -> FieldError {
    match problem {
        RuleProblem::UnknownProgramme => {
            FieldError::new("/programme", "unknown", "there is no such programme")
        }
        RuleProblem::UnknownMeeting => {
            FieldError::new("/meeting", "unknown", "there is no such meeting")
        }
        RuleProblem::MeetingOver => FieldError::new(
            "/meeting",
            "over",
            "has started, or is no longer to be held",
        ),
    }
}
