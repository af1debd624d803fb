//! Bodies and answers of the operations on knowledge items.

use jiff::Timestamp;
use koplopers_shared::access::{Granted, Permit, PermitSet};
use koplopers_shared::catalogue::words::{KnowledgeSource, Language, LearningPractice};
use koplopers_shared::ids::{KnowledgeItemId, MeetingId, PersonId, ReferralId, SpreadId};
use koplopers_shared::knowledge::{
    ItemAction, ItemChange, ItemContent, ItemFilter, ItemStatus, KnowledgeItem, Spread,
};
use koplopers_shared::words::{HttpsUrl, MunicipalityCode, Slug};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actions::AllowedActionView;
use crate::patch::patched;
use crate::words::{
    ItemStatusWord, KnowledgeSourceWord, LanguageWord, LearningPracticeWord, SlugText,
};

/// A new knowledge item; it starts as a draft.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateKnowledgeItemRequest {
    /// What it is called.
    #[schema(
        min_length = 1,
        max_length = 200,
        example = "Eenzame ouderen bereiken via de buurt"
    )]
    title: String,
    /// What a reader finds there.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        example = "Een werkwijze in vijf stappen, met wat er in drie gemeenten wel en niet werkte."
    )]
    summary: String,
    /// Where it is.
    #[schema(format = "https-url", value_type = String, max_length = 800, example = "https://kennis.example.nl/eenzame-ouderen")]
    url: HttpsUrl,
    /// The language it is in.
    #[schema(value_type = LanguageWord)]
    language: Language,
    /// Where the knowledge comes from: `practice`, `science` or `experience`.
    #[schema(value_type = KnowledgeSourceWord)]
    source: KnowledgeSource,
    /// The way of learning in which it was gathered, if one of ours.
    #[schema(value_type = Option<LearningPracticeWord>, nullable = false)]
    learning_practice: Option<LearningPractice>,
    /// The programme in which it was gathered.
    #[schema(format = "slug", value_type = Option<String>, nullable = false, example = "inclusief")]
    programme: Option<Slug>,
    /// The meeting at which it was gathered.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    meeting: Option<MeetingId>,
    /// What it is about, from `/themes`.
    #[serde(default)]
    #[schema(max_items = 20, value_type = Vec<SlugText>, example = json!(["loneliness"]))]
    themes: Vec<Slug>,
    /// Which residents it is about, from `/target-groups`.
    #[serde(default)]
    #[schema(max_items = 20, value_type = Vec<SlugText>, example = json!(["kwetsbare-ouderen"]))]
    target_groups: Vec<Slug>,
}

impl From<CreateKnowledgeItemRequest> for ItemContent {
    fn from(request: CreateKnowledgeItemRequest) -> Self {
        Self {
            title: request.title,
            summary: request.summary,
            url: request.url,
            language: request.language,
            source: request.source,
            learning_practice: request.learning_practice,
            programme: request.programme,
            meeting: request.meeting,
            themes: request.themes,
            target_groups: request.target_groups,
        }
    }
}

/// Changes to a knowledge item, as a JSON Merge Patch (RFC 7396): a key left out stays as it
/// is, null takes a value away.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(
    clippy::option_option,
    reason = "a key left out and null differ in a merge patch"
)]
pub struct ChangeKnowledgeItemRequest {
    /// What it is called.
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    title: Option<String>,
    /// What a reader finds there.
    #[schema(min_length = 1, max_length = 2_000, nullable = false)]
    summary: Option<String>,
    /// Where it is.
    #[schema(format = "https-url", value_type = Option<String>, max_length = 800, nullable = false)]
    url: Option<HttpsUrl>,
    /// The language it is in.
    #[schema(value_type = Option<LanguageWord>, nullable = false)]
    language: Option<Language>,
    /// Where the knowledge comes from.
    #[schema(value_type = Option<KnowledgeSourceWord>, nullable = false)]
    source: Option<KnowledgeSource>,
    /// The way of learning in which it was gathered; null takes it away.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<LearningPracticeWord>)]
    learning_practice: Option<Option<LearningPractice>>,
    /// The programme in which it was gathered; null takes it away.
    #[serde(default, deserialize_with = "patched")]
    #[schema(format = "slug", value_type = Option<String>)]
    programme: Option<Option<Slug>>,
    /// The meeting at which it was gathered; null takes it away.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<uuid::Uuid>)]
    meeting: Option<Option<MeetingId>>,
    /// Other themes in the place of all there were.
    #[schema(max_items = 20, value_type = Option<Vec<SlugText>>, nullable = false)]
    themes: Option<Vec<Slug>>,
    /// Other target groups in the place of all there were.
    #[schema(max_items = 20, value_type = Option<Vec<SlugText>>, nullable = false)]
    target_groups: Option<Vec<Slug>>,
}

impl From<ChangeKnowledgeItemRequest> for ItemChange {
    fn from(request: ChangeKnowledgeItemRequest) -> Self {
        Self {
            title: request.title,
            summary: request.summary,
            url: request.url,
            language: request.language,
            source: request.source,
            learning_practice: request.learning_practice,
            programme: request.programme,
            meeting: request.meeting,
            themes: request.themes,
            target_groups: request.target_groups,
        }
    }
}

/// What a list of knowledge items is narrowed to.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct KnowledgeListFilter {
    /// Only those in this state.
    #[param(value_type = Option<ItemStatusWord>, inline)]
    pub status: Option<ItemStatus>,
    /// Only those on this theme.
    #[param(format = "slug", value_type = Option<String>)]
    pub theme: Option<Slug>,
    /// Only those about this target group.
    #[param(format = "slug", value_type = Option<String>)]
    pub target_group: Option<Slug>,
    /// Only those from this source.
    #[param(value_type = Option<KnowledgeSourceWord>, inline)]
    pub source: Option<KnowledgeSource>,
    /// Only those gathered in this learning practice.
    #[param(value_type = Option<LearningPracticeWord>, inline)]
    pub learning_practice: Option<LearningPractice>,
    /// Only those gathered in this programme.
    #[param(format = "slug", value_type = Option<String>)]
    pub programme: Option<Slug>,
}

impl From<KnowledgeListFilter> for ItemFilter {
    fn from(filter: KnowledgeListFilter) -> Self {
        Self {
            status: filter.status,
            theme: filter.theme,
            target_group: filter.target_group,
            source: filter.source,
            learning_practice: filter.learning_practice,
            programme: filter.programme,
        }
    }
}

/// A piece of knowledge, gathered and spread again.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = KnowledgeItem)]
pub struct KnowledgeItemView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: KnowledgeItemId,
    /// Where it stands.
    #[schema(value_type = ItemStatusWord)]
    status: ItemStatus,
    /// What it is called.
    title: String,
    /// What a reader finds there.
    summary: String,
    /// Where it is.
    #[schema(value_type = String, example = "https://kennis.example.nl/eenzame-ouderen")]
    url: HttpsUrl,
    /// The language it is in.
    #[schema(value_type = LanguageWord)]
    language: Language,
    /// Where the knowledge comes from.
    #[schema(value_type = KnowledgeSourceWord)]
    source: KnowledgeSource,
    /// The way of learning in which it was gathered.
    #[schema(value_type = Option<LearningPracticeWord>)]
    learning_practice: Option<LearningPractice>,
    /// The programme in which it was gathered.
    #[schema(value_type = Option<String>, example = "inclusief")]
    programme: Option<Slug>,
    /// The meeting at which it was gathered.
    #[schema(value_type = Option<uuid::Uuid>)]
    meeting: Option<MeetingId>,
    /// What it is about, in order of slug.
    #[schema(value_type = Vec<String>)]
    themes: Vec<Slug>,
    /// Which residents it is about, in order of slug.
    #[schema(value_type = Vec<String>)]
    target_groups: Vec<Slug>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// When it was published.
    #[schema(value_type = Option<String>, format = DateTime)]
    published_at: Option<Timestamp>,
    /// When it was retired.
    #[schema(value_type = Option<String>, format = DateTime)]
    retired_at: Option<Timestamp>,
    /// Every action on an item, with whether the caller may do it now.
    allowed_actions: Vec<AllowedActionView>,
}

impl KnowledgeItemView {
    /// The item as a caller with `permits` sees it.
    #[must_use]
    pub fn new(item: KnowledgeItem, permits: PermitSet) -> Self {
        let allowed = ItemAction::ALL.iter().map(|action| {
            AllowedActionView::new(
                action.as_str(),
                permits.contains(action.needs()),
                item.status.after(*action).is_ok(),
            )
        });
        Self {
            id: item.id,
            status: item.status,
            allowed_actions: allowed.collect(),
            title: item.content.title,
            summary: item.content.summary,
            url: item.content.url,
            language: item.content.language,
            source: item.content.source,
            learning_practice: item.content.learning_practice,
            programme: item.content.programme,
            meeting: item.content.meeting,
            themes: item.content.themes,
            target_groups: item.content.target_groups,
            created_at: item.created_at,
            updated_at: item.updated_at,
            published_at: item.published_at,
            retired_at: item.retired_at,
        }
    }
}

/// Somebody who was pointed to an item.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Spread)]
pub struct SpreadView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: SpreadId,
    /// Who was pointed to it; null for a caller without `people:read`.
    #[schema(value_type = Option<uuid::Uuid>)]
    recipient: Option<PersonId>,
    /// For which municipality.
    #[schema(value_type = Option<String>, example = "GM0363")]
    municipality: Option<MunicipalityCode>,
    /// The referral that it was part of.
    #[schema(value_type = Option<uuid::Uuid>)]
    referral: Option<ReferralId>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    spread_at: Timestamp,
}

impl SpreadView {
    /// The spread as the caller sees it.
    #[must_use]
    pub fn new<P>(spread: &Spread, caller: &Granted<P>) -> Self {
        Self {
            id: spread.id,
            recipient: spread.recipient.filter(|_| caller.also(Permit::PeopleRead)),
            municipality: spread.municipality,
            referral: spread.referral,
            spread_at: spread.spread_at,
        }
    }
}
