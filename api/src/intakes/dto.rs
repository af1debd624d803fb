//! Bodies and answers of the operations on intakes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use koplopers_shared::access::PermitSet;
use koplopers_shared::catalogue::words::PersonRole;
use koplopers_shared::ids::{IntakeId, IssueId, PersonId, RoundId};
use koplopers_shared::intakes::{
    Intake, IntakeAction, IntakeChange, IntakeFilter, IntakeStatus, Issue, NewIntake, NewIssue,
    Sponsor,
};
use koplopers_shared::overviews::IntakePart;
use koplopers_shared::words::{MunicipalityCode, Slug};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::expand::ExpandedIntakeView;
use crate::actions::AllowedActionView;
use crate::patch::patched;
use crate::words::{
    AnswerChangeText, AnswerKeyText, AnswerText, IntakePartWord, IntakeStatusWord, SlugText,
};

/// A social question that an intake brings.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IssueRequest {
    /// A short name for it.
    #[schema(
        min_length = 1,
        max_length = 200,
        example = "Eenzaamheid onder ouderen in de wijk"
    )]
    title: String,
    /// The question itself.
    #[schema(
        min_length = 1,
        max_length = 10_000,
        example = "Ouderen die alleen wonen, vinden de weg naar hulp niet. Hoe bereiken we hen samen met de buurt?"
    )]
    description: String,
    /// Themes it touches, from `/themes`.
    #[serde(default)]
    #[schema(max_items = 20, value_type = Vec<SlugText>, example = json!(["eenzaamheid"]))]
    themes: Vec<Slug>,
    /// Groups of residents it is about, from `/target-groups`.
    #[serde(default)]
    #[schema(max_items = 20, value_type = Vec<SlugText>, example = json!(["kwetsbare-ouderen"]))]
    target_groups: Vec<Slug>,
}

impl From<IssueRequest> for NewIssue {
    fn from(request: IssueRequest) -> Self {
        Self {
            title: request.title,
            description: request.description,
            themes: request.themes,
            target_groups: request.target_groups,
        }
    }
}

/// Who commissions an intake (C5).
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SponsorBody {
    /// The person.
    #[schema(value_type = uuid::Uuid)]
    person: PersonId,
    /// The role they hold with the municipality.
    #[schema(value_type = String, example = "gemeentesecretaris")]
    role: PersonRole,
}

impl From<SponsorBody> for Sponsor {
    fn from(body: SponsorBody) -> Self {
        Self {
            person: body.person,
            role: body.role,
        }
    }
}

impl From<Sponsor> for SponsorBody {
    fn from(sponsor: Sponsor) -> Self {
        Self {
            person: sponsor.person,
            role: sponsor.role,
        }
    }
}

/// A new intake; it starts as a draft, and only the programme is needed at first.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateIntakeRequest {
    /// The municipality (CBS code). Only the institute names it; for others it is the token's.
    #[schema(format = "municipality-code", value_type = Option<String>, nullable = false, example = "GM0363")]
    municipality: Option<MunicipalityCode>,
    /// The programme.
    #[schema(format = "slug", value_type = String, example = "versnelling")]
    programme: Slug,
    /// The round, for a programme that has rounds; the one that is open when left out.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    round: Option<RoundId>,
    /// Your own case number; unique among the intakes that you made.
    #[schema(
        min_length = 1,
        max_length = 100,
        nullable = false,
        example = "ZAAK-2026-0042"
    )]
    external_reference: Option<String>,
    /// Who answers questions about the intake.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    contact_person: Option<PersonId>,
    /// Who commissions it.
    #[schema(nullable = false)]
    sponsor: Option<SponsorBody>,
    /// Answers to the questions of the programme, by the question's key.
    #[serde(default)]
    #[schema(value_type = BTreeMap<AnswerKeyText, AnswerText>, example = json!({"urgency": "Het aantal meldingen is in een jaar verdubbeld."}))]
    answers: BTreeMap<String, String>,
    /// The social questions it brings.
    #[serde(default)]
    #[schema(max_items = 20)]
    issues: Vec<IssueRequest>,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

impl From<CreateIntakeRequest> for NewIntake {
    fn from(request: CreateIntakeRequest) -> Self {
        Self {
            municipality: request.municipality,
            programme: request.programme,
            round: request.round,
            external_reference: request.external_reference,
            contact_person: request.contact_person,
            sponsor: request.sponsor.map(Sponsor::from),
            answers: request.answers,
            issues: request.issues.into_iter().map(NewIssue::from).collect(),
        }
    }
}

/// Changes to a draft, as a JSON Merge Patch (RFC 7396): a key left out stays as it is, null
/// takes a value away.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeIntakeRequest {
    /// Who answers questions about the intake.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<uuid::Uuid>)]
    contact_person: Option<Option<PersonId>>,
    /// Who commissions it.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<SponsorBody>)]
    sponsor: Option<Option<SponsorBody>>,
    /// Answers to add or replace, by the question's key; null takes an answer away.
    #[serde(default)]
    #[schema(value_type = BTreeMap<AnswerKeyText, AnswerChangeText>)]
    answers: BTreeMap<String, Option<String>>,
    /// Other issues in the place of all there were.
    #[schema(max_items = 20, nullable = false)]
    issues: Option<Vec<IssueRequest>>,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

impl From<ChangeIntakeRequest> for IntakeChange {
    fn from(request: ChangeIntakeRequest) -> Self {
        let issues = request.issues;
        Self {
            contact_person: request.contact_person,
            sponsor: request.sponsor.map(|sponsor| sponsor.map(Sponsor::from)),
            answers: request.answers,
            issues: issues.map(|issues| issues.into_iter().map(NewIssue::from).collect()),
        }
    }
}

/// Why an intake is taken back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WithdrawIntakeRequest {
    /// The reason, as the institute may read it.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        nullable = false,
        example = "We pakken dit eerst zelf op."
    )]
    pub reason: Option<String>,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

/// What a list of intakes is narrowed to.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct IntakeListFilter {
    /// Only those in this state.
    #[param(value_type = Option<IntakeStatusWord>, inline)]
    pub status: Option<IntakeStatus>,
    /// Only those of this municipality.
    #[param(format = "municipality-code", value_type = Option<String>)]
    pub municipality: Option<MunicipalityCode>,
    /// Only those for this programme.
    #[param(format = "slug", value_type = Option<String>)]
    pub programme: Option<Slug>,
    /// Only those in this round.
    #[param(value_type = Option<uuid::Uuid>)]
    pub round: Option<RoundId>,
    /// Only those with an issue on this theme.
    #[param(format = "slug", value_type = Option<String>)]
    pub theme: Option<Slug>,
    /// Only those with this case number of the caller.
    #[param(min_length = 1, max_length = 100)]
    pub external_reference: Option<String>,
    /// Only those with an event after this `seq` of `/events`, so that nothing is skipped.
    #[param(minimum = 0)]
    pub changed_after: Option<i64>,
    /// Only those made at this instant or later.
    #[param(format = "date-time", value_type = Option<String>)]
    pub created_from: Option<Timestamp>,
    /// Only those made before this instant.
    #[param(format = "date-time", value_type = Option<String>)]
    pub created_to: Option<Timestamp>,
    /// Children to show with each, in `expanded`.
    #[serde(default)]
    #[param(value_type = Vec<IntakePartWord>, inline)]
    pub expand: Vec<IntakePart>,
}

impl From<IntakeListFilter> for IntakeFilter {
    fn from(filter: IntakeListFilter) -> Self {
        Self {
            statuses: filter.status.into_iter().collect(),
            municipality: filter.municipality,
            programme: filter.programme,
            round: filter.round,
            theme: filter.theme,
            external_reference: filter.external_reference,
            changed_after: filter.changed_after,
            created_from: filter.created_from,
            created_to: filter.created_to,
        }
    }
}

/// A social question that an intake brings.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IssueView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: IssueId,
    /// A short name for it.
    title: String,
    /// The question itself.
    description: String,
    /// Themes it touches.
    #[schema(value_type = Vec<String>)]
    themes: Vec<Slug>,
    /// Groups of residents it is about.
    #[schema(value_type = Vec<String>)]
    target_groups: Vec<Slug>,
}

impl From<Issue> for IssueView {
    fn from(issue: Issue) -> Self {
        Self {
            id: issue.id,
            title: issue.content.title,
            description: issue.content.description,
            themes: issue.content.themes,
            target_groups: issue.content.target_groups,
        }
    }
}

/// One municipality's request for one programme.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IntakeView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: IntakeId,
    /// Where it stands.
    #[schema(value_type = String, example = "draft")]
    status: IntakeStatus,
    /// The municipality that asks.
    #[schema(value_type = String, example = "GM0363")]
    municipality: MunicipalityCode,
    /// The programme it asks for.
    #[schema(value_type = String, example = "versnelling")]
    programme: Slug,
    /// The version of the programme under which it was made.
    programme_version: i32,
    /// The round, for a programme that has rounds.
    #[schema(value_type = Option<uuid::Uuid>)]
    round: Option<RoundId>,
    /// The maker's own case number.
    external_reference: Option<String>,
    /// Who answers questions about it.
    #[schema(value_type = Option<uuid::Uuid>)]
    contact_person: Option<PersonId>,
    /// Who commissions it.
    sponsor: Option<SponsorBody>,
    /// Answers to the questions of the programme, by the question's key.
    answers: BTreeMap<String, String>,
    /// The social questions it brings.
    issues: Vec<IssueView>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// When it was sent in.
    #[schema(value_type = Option<String>, format = DateTime)]
    submitted_at: Option<Timestamp>,
    /// When it was closed.
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
    /// Why it was closed.
    closed_reason: Option<String>,
    /// Since when it waits for a place, while it waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    waitlisted_at: Option<Timestamp>,
    /// At which place it waits in its round, from 1, while it waits.
    waitlist_position: Option<u32>,
    /// Since when it has, or had, a place.
    #[schema(value_type = Option<String>, format = DateTime)]
    matched_at: Option<Timestamp>,
    /// Every action on an intake, with whether the caller may do it now.
    allowed_actions: Vec<AllowedActionView>,
    /// The children that `expand` asked for; only then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    expanded: Option<Box<ExpandedIntakeView>>,
}

impl IntakeView {
    /// The intake as a caller with `permits` sees it.
    #[must_use]
    pub fn new(intake: Intake, permits: PermitSet) -> Self {
        let allowed = IntakeAction::to_choose_from().map(|action| {
            AllowedActionView::new(
                action.as_str(),
                permits.contains(action.needs()),
                intake.status.after(action).is_ok(),
            )
        });
        Self {
            id: intake.id,
            status: intake.status,
            allowed_actions: allowed.collect(),
            municipality: intake.municipality,
            programme: intake.programme,
            programme_version: intake.programme_number,
            round: intake.round,
            external_reference: intake.external_reference,
            contact_person: intake.contact_person,
            sponsor: intake.sponsor.map(SponsorBody::from),
            answers: intake.answers,
            issues: intake.issues.into_iter().map(IssueView::from).collect(),
            created_at: intake.created_at,
            updated_at: intake.updated_at,
            submitted_at: intake.submitted_at,
            closed_at: intake.closed_at,
            closed_reason: intake.closed_reason,
            waitlisted_at: intake.waitlisted_at,
            waitlist_position: intake.waitlist_position,
            matched_at: intake.matched_at,
            expanded: None,
        }
    }

    /// The intake with children.
    #[must_use]
    pub fn expanded(self, children: ExpandedIntakeView) -> Self {
        Self {
            expanded: Some(Box::new(children)),
            ..self
        }
    }
}
