//! Bodies of the operations on assessments.

use koplopers_shared::assessments::{
    AssessmentChange, CoFunding, CriterionValue, Evidenced, Judgement,
};
use koplopers_shared::catalogue::words::{MunicipalBody, PartyKind, SupportKind};
use koplopers_shared::ids::PersonId;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::patch::patched;
use crate::words::{CriterionValueWord, MunicipalBodyWord, PartyKindWord, SupportKindWord};

/// A kind of party that was heard (T6).
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HeardPartyRequest {
    /// The kind.
    #[schema(value_type = PartyKindWord, example = "inwoner")]
    kind: PartyKind,
    /// Where and how they were heard; groups and organisations, no names of persons.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        nullable = false,
        example = "Op de koffieochtend in het buurthuis."
    )]
    note: Option<String>,
}

/// A support that there is (C6).
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SupportRequest {
    /// Whose support.
    #[schema(value_type = SupportKindWord, example = "board")]
    kind: SupportKind,
    /// What shows it; without evidence the requirement does not hold.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        nullable = false,
        example = "Collegebesluit van 12 januari."
    )]
    evidence: Option<String>,
}

/// A body that committed itself (C9).
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CommittedBodyRequest {
    /// The body.
    #[schema(value_type = MunicipalBodyWord, example = "raad")]
    body: MunicipalBody,
    /// What shows it; without evidence the requirement does not hold.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        nullable = false,
        example = "Motie van 3 februari."
    )]
    evidence: Option<String>,
}

/// The own contribution that the municipality committed to (C10).
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CoFundingRequest {
    /// The share in whole percents.
    #[schema(minimum = 0, maximum = 100, example = 50)]
    percent: u8,
    /// Who committed to it: somebody who holds a role with the municipality today.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    given_by: Option<PersonId>,
}

/// Changes to what is recorded of a case, as a JSON Merge Patch (RFC 7396): a key left out stays
/// as it is, null takes a value away, and a list takes the place of the whole list.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeAssessmentRequest {
    /// The local situation (T1).
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 10_000)]
    local_situation: Option<Option<String>>,
    /// The support that is needed (T1).
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 10_000)]
    support_needed: Option<Option<String>>,
    /// The kinds of party that were heard (T6).
    #[schema(max_items = 20, nullable = false)]
    heard: Option<Vec<HeardPartyRequest>>,
    /// The supports there are (C6).
    #[schema(max_items = 10, nullable = false)]
    supports: Option<Vec<SupportRequest>>,
    /// The bodies that committed themselves (C9).
    #[schema(max_items = 10, nullable = false)]
    bodies: Option<Vec<CommittedBodyRequest>>,
    /// The own contribution that was committed to (C10).
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<CoFundingRequest>)]
    co_funding: Option<Option<CoFundingRequest>>,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

impl From<ChangeAssessmentRequest> for AssessmentChange {
    fn from(request: ChangeAssessmentRequest) -> Self {
        let heard = |party: HeardPartyRequest| Evidenced {
            key: party.kind,
            evidence: party.note,
        };
        let support = |support: SupportRequest| Evidenced {
            key: support.kind,
            evidence: support.evidence,
        };
        let body = |body: CommittedBodyRequest| Evidenced {
            key: body.body,
            evidence: body.evidence,
        };
        let funding = |funding: CoFundingRequest| CoFunding {
            percent: funding.percent,
            given_by: funding.given_by,
        };
        let listed = |supports: Vec<SupportRequest>| supports.into_iter().map(support).collect();
        Self {
            local_situation: request.local_situation,
            support_needed: request.support_needed,
            heard: (request.heard).map(|heards| heards.into_iter().map(heard).collect()),
            supports: request.supports.map(listed),
            bodies: (request.bodies).map(|bodies| bodies.into_iter().map(body).collect()),
            co_funding: request.co_funding.map(|given| given.map(funding)),
        }
    }
}

/// What is said of one criterion.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JudgementRequest {
    /// The criterion's key in the programme version of the intake.
    #[schema(min_length = 1, max_length = 60, example = "urgency")]
    criterion: String,
    /// What is said of it.
    #[schema(value_type = CriterionValueWord, example = "met")]
    value: CriterionValue,
    /// What shows it.
    #[schema(min_length = 1, max_length = 5_000, nullable = false)]
    evidence: Option<String>,
    /// Why; a waiver needs it.
    #[schema(min_length = 1, max_length = 2_000, nullable = false)]
    reason: Option<String>,
}

impl From<JudgementRequest> for Judgement {
    fn from(request: JudgementRequest) -> Self {
        Self {
            criterion: request.criterion,
            value: request.value,
            evidence: request.evidence,
            reason: request.reason,
        }
    }
}

/// The findings of the calling person, in the place of those they had.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplaceFindingsRequest {
    /// One per criterion at most; what is left out was not assessed.
    #[schema(max_items = 50)]
    findings: Vec<JudgementRequest>,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

impl From<ReplaceFindingsRequest> for Vec<Judgement> {
    fn from(request: ReplaceFindingsRequest) -> Self {
        request.findings.into_iter().map(Judgement::from).collect()
    }
}

/// What the coordinator settles, in the place of what was settled.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplaceSettlementRequest {
    /// One per criterion at most; what is left out follows from the findings.
    #[schema(max_items = 50)]
    settlements: Vec<JudgementRequest>,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

impl From<ReplaceSettlementRequest> for Vec<Judgement> {
    fn from(request: ReplaceSettlementRequest) -> Self {
        request
            .settlements
            .into_iter()
            .map(Judgement::from)
            .collect()
    }
}
