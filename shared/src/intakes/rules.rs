//! What must hold before an intake is written or sent in.

use std::collections::BTreeMap;

use super::{Intake, Issue};
use crate::catalogue::programme::ProgrammeContent;
use crate::words::Slug;

/// Something a draft says that cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftProblem {
    /// The programme asks no question with this key.
    UnknownQuestion {
        /// The key.
        key: String,
    },
    /// The answer is longer than the question allows.
    AnswerTooLong {
        /// The question's key.
        key: String,
        /// The most characters it may have.
        max: usize,
    },
    /// There is no such theme, or it was retired.
    UnknownTheme {
        /// Position of the issue, from 0.
        issue: usize,
        /// Position of the theme in it, from 0.
        theme: usize,
    },
    /// There is no such target group, or it was retired.
    UnknownTargetGroup {
        /// Position of the issue, from 0.
        issue: usize,
        /// Position of the target group in it, from 0.
        target_group: usize,
    },
    /// The caller sees no such person.
    UnknownContactPerson,
    /// The caller sees no such person.
    UnknownSponsor,
    /// The sponsor does not hold the named role with the municipality today.
    SponsorWithoutRole,
}

/// Something a draft still needs before it can be sent in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// At least one issue (I2).
    Issue,
    /// A contact person.
    ContactPerson,
    /// The contact person has no e-mail address, so that the invitation could not reach them.
    ContactPersonEmail,
    /// A sponsor with a role.
    Sponsor,
    /// The sponsor's role is not one that the programme asks for (C5).
    SponsorRole,
    /// An answer to a required question (C7: both parts).
    Answer {
        /// The question's key.
        key: String,
    },
}

/// What is wrong with the answers of a draft.
pub(super) fn answer_problems(
    answers: &BTreeMap<String, String>,
    content: &ProgrammeContent,
) -> Vec<DraftProblem> {
    answers
        .iter()
        .filter_map(|(key, answer)| {
            let Some(question) = content.question(key) else {
                return Some(DraftProblem::UnknownQuestion { key: key.clone() });
            };
            let max = usize::from(question.max_length);
            (answer.chars().count() > max).then(|| DraftProblem::AnswerTooLong {
                key: key.clone(),
                max,
            })
        })
        .collect()
}

/// Where the issues name a theme or target group that cannot be used.
pub(super) fn tag_problems(
    issues: &[Issue],
    bad_themes: &[Slug],
    bad_target_groups: &[Slug],
) -> Vec<DraftProblem> {
    let mut problems = Vec::new();
    for (issue, Issue { content, .. }) in issues.iter().enumerate() {
        for (theme, slug) in content.themes.iter().enumerate() {
            if bad_themes.contains(slug) {
                problems.push(DraftProblem::UnknownTheme { issue, theme });
            }
        }
        for (target_group, slug) in content.target_groups.iter().enumerate() {
            if bad_target_groups.contains(slug) {
                problems.push(DraftProblem::UnknownTargetGroup {
                    issue,
                    target_group,
                });
            }
        }
    }
    problems
}

/// Everything that a draft lacks to be sent in, at once.
pub(super) fn missing_for_submission(
    intake: &Intake,
    content: &ProgrammeContent,
    contact_has_email: bool,
) -> Vec<Missing> {
    let mut missing = Vec::new();
    if intake.issues.is_empty() {
        missing.push(Missing::Issue);
    }
    if intake.contact_person.is_none() {
        missing.push(Missing::ContactPerson);
    } else if !contact_has_email {
        missing.push(Missing::ContactPersonEmail);
    }
    match (&intake.sponsor, content.sponsor_roles()) {
        (None, _) => missing.push(Missing::Sponsor),
        (Some(sponsor), Some(roles)) if !roles.contains(&sponsor.role) => {
            missing.push(Missing::SponsorRole);
        }
        (Some(_), _) => {}
    }
    let unanswered = content.required_answers().filter(|key| {
        intake
            .answers
            .get(*key)
            .is_none_or(|answer| answer.trim().is_empty())
    });
    missing.extend(unanswered.map(|key| Missing::Answer {
        key: key.to_owned(),
    }));
    missing
}
