//! An assessment as it is shown: what was recorded, what was found, and what it comes to.

use jiff::Timestamp;
use koplopers_shared::access::PermitSet;
use koplopers_shared::assessments::{
    Basis, CoFunding, CriterionResult, CriterionValue, Evidenced, Finding, GateResult, Hindrance,
    HindranceKind, Overview, PartyAlert, Recorded,
};
use koplopers_shared::catalogue::words::{
    MunicipalBody, PartyKind, StandingCriterion, SupportKind,
};
use koplopers_shared::ids::{IntakeId, PersonId};
use koplopers_shared::intakes::IntakeAction;
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::AllowedActionView;
use crate::text::BilingualTextView;

/// A kind of party that was heard.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeardPartyView {
    /// The kind.
    #[schema(value_type = String, example = "inwoner")]
    kind: PartyKind,
    /// Where and how they were heard.
    note: Option<String>,
    /// Who recorded it: the kind of actor and its id, joined by a colon.
    recorded_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Timestamp,
}

/// A support that there is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SupportView {
    /// Whose support.
    #[schema(value_type = String, example = "board")]
    kind: SupportKind,
    /// What shows it.
    evidence: Option<String>,
    /// Who recorded it.
    recorded_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Timestamp,
}

/// A body that committed itself.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CommittedBodyView {
    /// The body.
    #[schema(value_type = String, example = "raad")]
    body: MunicipalBody,
    /// What shows it.
    evidence: Option<String>,
    /// Who recorded it.
    recorded_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Timestamp,
}

/// The own contribution that the municipality committed to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CoFundingView {
    /// The share in whole percents.
    percent: u8,
    /// Who committed to it.
    #[schema(value_type = Option<uuid::Uuid>)]
    given_by: Option<PersonId>,
    /// Who recorded it.
    recorded_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Timestamp,
}

/// One assessor's view of one criterion.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FindingView {
    /// Whose view.
    #[schema(value_type = uuid::Uuid)]
    assessor: PersonId,
    /// The criterion.
    criterion: String,
    /// What they say of it.
    #[schema(value_type = String, example = "met")]
    value: CriterionValue,
    /// What shows it.
    evidence: Option<String>,
    /// Why.
    reason: Option<String>,
    /// When they said so.
    #[schema(value_type = String, format = DateTime)]
    found_at: Timestamp,
}

/// A hard requirement of a criterion.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GateView {
    /// Its kind, as in the content of the programme.
    #[schema(example = "three_supports")]
    kind: &'static str,
    /// Whether it holds.
    holds: bool,
    /// Why, or why not.
    why: BilingualTextView,
}

/// What one criterion comes to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CriterionResultView {
    /// Its key.
    criterion: String,
    /// The standing condition it states.
    #[schema(value_type = Option<String>, example = "C6")]
    standing: Option<StandingCriterion>,
    /// The condition itself.
    text: BilingualTextView,
    /// Whether a match needs it met or waived.
    required: bool,
    /// What it counts as.
    #[schema(value_type = String, example = "met")]
    value: CriterionValue,
    /// How that came about: `settled`, `agreed`, `disputed` or `unassessed`.
    #[schema(value_type = String, example = "agreed")]
    basis: Basis,
    /// The same in words.
    how: BilingualTextView,
    /// What the coordinator saw as showing it.
    settled_evidence: Option<String>,
    /// Why the coordinator settled it so.
    settled_reason: Option<String>,
    /// Who settled it: the kind of actor and its id, joined by a colon.
    settled_by: Option<String>,
    /// When it was settled.
    #[schema(value_type = Option<String>, format = DateTime)]
    settled_at: Option<Timestamp>,
    /// Its hard requirement; null where the assessor judges alone.
    gate: Option<GateView>,
}

/// A party that must be heard and was not.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PartyAlertView {
    /// The kind of party.
    #[schema(value_type = String, example = "aanbieder")]
    kind: PartyKind,
    /// In words.
    text: BilingualTextView,
}

/// Something that hinders a match.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HindranceView {
    /// The criterion.
    criterion: String,
    /// Why it hinders: `not_met`, `unknown` or `gate`.
    #[schema(value_type = String, example = "unknown")]
    code: HindranceKind,
    /// In words.
    text: BilingualTextView,
}

/// An assessment.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssessmentView {
    /// The intake.
    #[schema(value_type = uuid::Uuid)]
    intake: IntakeId,
    /// The local situation.
    local_situation: Option<String>,
    /// The support that is needed.
    support_needed: Option<String>,
    /// The kinds of party that were heard.
    heard: Vec<HeardPartyView>,
    /// The supports there are.
    supports: Vec<SupportView>,
    /// The bodies that committed themselves.
    bodies: Vec<CommittedBodyView>,
    /// The own contribution that was committed to.
    co_funding: Option<CoFundingView>,
    /// What assessors found: everybody's for who decides, else the caller's own.
    findings: Vec<FindingView>,
    /// What each criterion of the programme comes to, in its order.
    criteria: Vec<CriterionResultView>,
    /// Parties that must be heard and were not.
    alerts: Vec<PartyAlertView>,
    /// What hinders a match; empty when it can be decided.
    hinders: Vec<HindranceView>,
    /// When it started.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When anything of it was last written.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// What can be done with it now.
    allowed_actions: Vec<AllowedActionView>,
}

impl AssessmentView {
    /// The assessment as a caller with `permits` sees it.
    #[must_use]
    pub fn new(overview: Overview, permits: PermitSet) -> Self {
        let Overview {
            intake,
            assessment,
            findings,
            weighed,
        } = overview;
        let allowed = [IntakeAction::Assess, IntakeAction::Settle].map(|action| {
            AllowedActionView::new(
                action.as_str(),
                permits.contains(action.needs()),
                intake.status.after(action).is_ok(),
            )
        });
        Self {
            intake: intake.id,
            local_situation: assessment.local_situation,
            support_needed: assessment.support_needed,
            heard: assessment.heard.into_iter().map(Into::into).collect(),
            supports: assessment.supports.into_iter().map(Into::into).collect(),
            bodies: assessment.bodies.into_iter().map(Into::into).collect(),
            co_funding: assessment.co_funding.map(Into::into),
            findings: findings.into_iter().map(Into::into).collect(),
            criteria: weighed.criteria.into_iter().map(Into::into).collect(),
            alerts: weighed.alerts.into_iter().map(Into::into).collect(),
            hinders: weighed.hinders.into_iter().map(Into::into).collect(),
            created_at: assessment.created_at,
            updated_at: assessment.updated_at,
            allowed_actions: allowed.into(),
        }
    }
}

impl From<Recorded<Evidenced<PartyKind>>> for HeardPartyView {
    fn from(fact: Recorded<Evidenced<PartyKind>>) -> Self {
        Self {
            kind: fact.what.key,
            note: fact.what.evidence,
            recorded_by: fact.by,
            recorded_at: fact.at,
        }
    }
}

impl From<Recorded<Evidenced<SupportKind>>> for SupportView {
    fn from(fact: Recorded<Evidenced<SupportKind>>) -> Self {
        Self {
            kind: fact.what.key,
            evidence: fact.what.evidence,
            recorded_by: fact.by,
            recorded_at: fact.at,
        }
    }
}

impl From<Recorded<Evidenced<MunicipalBody>>> for CommittedBodyView {
    fn from(fact: Recorded<Evidenced<MunicipalBody>>) -> Self {
        Self {
            body: fact.what.key,
            evidence: fact.what.evidence,
            recorded_by: fact.by,
            recorded_at: fact.at,
        }
    }
}

impl From<Recorded<CoFunding>> for CoFundingView {
    fn from(fact: Recorded<CoFunding>) -> Self {
        Self {
            percent: fact.what.percent,
            given_by: fact.what.given_by,
            recorded_by: fact.by,
            recorded_at: fact.at,
        }
    }
}

impl From<Finding> for FindingView {
    fn from(finding: Finding) -> Self {
        Self {
            assessor: finding.assessor,
            criterion: finding.judgement.criterion,
            value: finding.judgement.value,
            evidence: finding.judgement.evidence,
            reason: finding.judgement.reason,
            found_at: finding.found_at,
        }
    }
}

impl From<GateResult> for GateView {
    fn from(gate: GateResult) -> Self {
        Self {
            kind: gate.kind,
            holds: gate.holds,
            why: gate.why.into(),
        }
    }
}

impl From<CriterionResult> for CriterionResultView {
    fn from(result: CriterionResult) -> Self {
        let (settled_evidence, settled_reason, settled_by, settled_at) =
            result.settled.map_or((None, None, None, None), |settled| {
                let judgement = settled.judgement;
                let (by, at) = (Some(settled.by), Some(settled.at));
                (judgement.evidence, judgement.reason, by, at)
            });
        Self {
            criterion: result.criterion.key,
            standing: result.criterion.standing,
            text: result.criterion.text.into(),
            required: result.criterion.required,
            value: result.value,
            basis: result.basis,
            how: result.how.into(),
            settled_evidence,
            settled_reason,
            settled_by,
            settled_at,
            gate: result.gate.map(Into::into),
        }
    }
}

impl From<PartyAlert> for PartyAlertView {
    fn from(alert: PartyAlert) -> Self {
        Self {
            kind: alert.kind,
            text: alert.text.into(),
        }
    }
}

impl From<Hindrance> for HindranceView {
    fn from(hindrance: Hindrance) -> Self {
        Self {
            criterion: hindrance.criterion,
            code: hindrance.kind,
            text: hindrance.text.into(),
        }
    }
}
