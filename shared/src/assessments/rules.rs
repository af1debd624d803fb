//! What an assessment comes to: the value of each criterion, the hard requirements, the parties
//! that were not heard, and what hinders a match. Pure, and explained in both languages.

use super::gates;
pub use super::gates::GateResult;
use super::{Assessment, Basis, CriterionValue, Finding, Judgement, Settlement};
use crate::catalogue::programme::{Criterion, ProgrammeContent};
use crate::catalogue::text::BilingualText;
use crate::catalogue::words::{PartyKind, PersonRole};
use crate::catalogue::{described, shipped};
use crate::text_enum;

use std::collections::BTreeMap;

/// Everything that is weighed.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The programme version that the intake was made under (P1).
    pub content: &'a ProgrammeContent,
    /// The answers of the intake.
    pub answers: &'a BTreeMap<String, String>,
    /// The role in which the sponsor commissions it, and whether they hold it today with the
    /// municipality (C5).
    pub sponsor: Option<(PersonRole, bool)>,
    /// What was recorded.
    pub assessment: &'a Assessment,
    /// What each assessor says, in order of assessor.
    pub findings: &'a [Finding],
    /// What the coordinator settled.
    pub settlements: &'a [Settlement],
}

/// What an assessment comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weighed {
    /// Every criterion of the programme, in its order.
    pub criteria: Vec<CriterionResult>,
    /// The required parties that nobody heard (T6).
    pub alerts: Vec<PartyAlert>,
    /// What hinders a match; none when it can be decided.
    pub hinders: Vec<Hindrance>,
}

/// What one criterion comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriterionResult {
    /// The criterion.
    pub criterion: Criterion,
    /// What it counts as.
    pub value: CriterionValue,
    /// How that came about.
    pub basis: Basis,
    /// The same in words.
    pub how: BilingualText,
    /// The settlement, if there is one.
    pub settled: Option<Settlement>,
    /// Whether its hard requirement holds; none where the assessor judges alone.
    pub gate: Option<GateResult>,
}

/// A kind of party that must be heard and was not (T6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyAlert {
    /// The kind.
    pub kind: PartyKind,
    /// In words.
    pub text: BilingualText,
}

text_enum! {
    /// Why a criterion hinders a match.
    pub enum HindranceKind {
        /// It is required and not met.
        NotMet => "not_met",
        /// It is required and nobody can say yet.
        Unknown => "unknown",
        /// It is required and its hard requirement does not hold.
        Gate => "gate",
    }
}

/// Something that hinders a match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hindrance {
    /// The criterion's key.
    pub criterion: String,
    /// Why it hinders.
    pub kind: HindranceKind,
    /// In words.
    pub text: BilingualText,
}

/// Weighs an assessment.
#[must_use]
pub fn weigh(case: &Case<'_>) -> Weighed {
    let criteria: Vec<CriterionResult> = case
        .content
        .criteria
        .iter()
        .map(|criterion| result(case, criterion))
        .collect();
    Weighed {
        alerts: alerts(case),
        hinders: criteria.iter().flat_map(hindrances).collect(),
        criteria,
    }
}

fn result(case: &Case<'_>, criterion: &Criterion) -> CriterionResult {
    let settled = case
        .settlements
        .iter()
        .find(|settlement| settlement.judgement.criterion == criterion.key);
    let mut found: Vec<CriterionValue> = case
        .findings
        .iter()
        .filter(|finding| finding.judgement.criterion == criterion.key)
        .map(|finding| finding.judgement.value)
        .collect();
    let assessors = found.len();
    found.sort_unstable();
    found.dedup();
    let (value, basis) = match (settled, found.as_slice()) {
        (Some(settlement), _) => (settlement.judgement.value, Basis::Settled),
        (None, []) => (CriterionValue::Unknown, Basis::Unassessed),
        (None, [only]) => (*only, Basis::Agreed),
        (None, _) => (CriterionValue::Unknown, Basis::Disputed),
    };
    CriterionResult {
        criterion: criterion.clone(),
        value,
        basis,
        how: how(basis, assessors),
        settled: settled.cloned(),
        gate: gates::check(case, &criterion.gate),
    }
}

fn how(basis: Basis, assessors: usize) -> BilingualText {
    match (basis, assessors) {
        (Basis::Settled, _) => text(
            "De coördinator stelde dit vast.",
            "The coordinator settled this.",
        ),
        (Basis::Agreed, 1) => text(
            "Eén beoordelaar vindt dit; niemand vindt iets anders.",
            "One assessor finds so; nobody finds otherwise.",
        ),
        (Basis::Agreed, count) => text(
            &format!("Alle {count} beoordelaars vinden hetzelfde."),
            &format!("All {count} assessors find the same."),
        ),
        (Basis::Disputed, _) => text(
            "De beoordelaars vinden niet hetzelfde. De coördinator moet dit vaststellen.",
            "The assessors differ. The coordinator has to settle this.",
        ),
        (Basis::Unassessed, _) => text(
            "Nog niemand heeft dit beoordeeld.",
            "Nobody has assessed this yet.",
        ),
    }
}

/// What one criterion hinders. A hard requirement cannot be waived: it hinders whatever the
/// assessors say.
fn hindrances(result: &CriterionResult) -> Vec<Hindrance> {
    if !result.criterion.required {
        return Vec::new();
    }
    let hindrance = |kind, text| Hindrance {
        criterion: result.criterion.key.clone(),
        kind,
        text,
    };
    let by_value = match result.value {
        CriterionValue::Met | CriterionValue::Waived => None,
        CriterionValue::NotMet => Some(hindrance(
            HindranceKind::NotMet,
            text(
                "Aan deze voorwaarde is niet voldaan.",
                "This criterion is not met.",
            ),
        )),
        CriterionValue::Unknown => Some(hindrance(HindranceKind::Unknown, result.how.clone())),
    };
    let by_gate = result
        .gate
        .as_ref()
        .filter(|gate| !gate.holds)
        .map(|gate| hindrance(HindranceKind::Gate, gate.why.clone()));
    by_value.into_iter().chain(by_gate).collect()
}

fn alerts(case: &Case<'_>) -> Vec<PartyAlert> {
    let heard = |kind: PartyKind| {
        let parties = &case.assessment.heard;
        parties.iter().any(|recorded| recorded.what.key == kind)
    };
    case.content
        .required_parties
        .iter()
        .filter(|kind| !heard(**kind))
        .map(|kind| {
            let named = described(&shipped().party_kinds, *kind);
            let (nl, en) = named.map_or((kind.as_str(), kind.as_str()), |named| {
                (named.name.nl.as_str(), named.name.en.as_str())
            });
            PartyAlert {
                kind: *kind,
                text: text(
                    &format!("Deze partij is nog niet gehoord: {nl}."),
                    &format!("This party has not been heard yet: {en}."),
                ),
            }
        })
        .collect()
}

/// Something wrong with a list of judgements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JudgementProblem {
    /// The programme version has no such criterion.
    UnknownCriterion {
        /// Position in the list, from 0.
        at: usize,
    },
    /// The criterion was judged before in the list.
    Twice {
        /// Position in the list, from 0.
        at: usize,
    },
    /// A waiver without a reason.
    WaiverWithoutReason {
        /// Position in the list, from 0.
        at: usize,
    },
}

/// Everything wrong with a list of judgements, at once.
#[must_use]
pub fn judgement_problems(
    judgements: &[Judgement],
    content: &ProgrammeContent,
) -> Vec<JudgementProblem> {
    let mut problems = Vec::new();
    for (at, judgement) in judgements.iter().enumerate() {
        if content.criterion(&judgement.criterion).is_none() {
            problems.push(JudgementProblem::UnknownCriterion { at });
        }
        let mut earlier = judgements.iter().take(at);
        if earlier.any(|earlier| earlier.criterion == judgement.criterion) {
            problems.push(JudgementProblem::Twice { at });
        }
        let reason = judgement.reason.as_deref().unwrap_or_default();
        if judgement.value == CriterionValue::Waived && reason.trim().is_empty() {
            problems.push(JudgementProblem::WaiverWithoutReason { at });
        }
    }
    problems
}

pub(super) fn text(nl: &str, en: &str) -> BilingualText {
    BilingualText {
        nl: nl.to_owned(),
        en: en.to_owned(),
    }
}

#[cfg(test)]
mod tests;
