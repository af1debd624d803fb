//! The words of the API in both languages.

use actix_web::{HttpResponse, get};
use koplopers_shared::catalogue::{self, GlossaryEntry, GlossaryGroup};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::document::OpenErrors;

/// The glossary.
#[derive(Debug, Serialize, ToSchema)]
pub struct GlossaryView {
    /// Words that belong together, in reading order.
    pub groups: Vec<GlossaryGroupView>,
}

/// Words that belong together.
#[derive(Debug, Serialize, ToSchema)]
pub struct GlossaryGroupView {
    /// Names the group.
    #[schema(example = "intakes")]
    pub key: &'static str,
    /// What people read above it, in Dutch.
    pub dutch: &'static str,
    /// What people read above it, in English.
    pub english: &'static str,
    /// The words, in reading order.
    pub words: Vec<GlossaryWordView>,
}

/// A word.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GlossaryWordView {
    /// As the API writes it.
    #[schema(example = "sponsor")]
    pub word: &'static str,
    /// Whose word it is, when several things share one.
    pub of: Option<&'static str>,
    /// The Dutch word.
    #[schema(example = "opdrachtgever")]
    pub dutch: &'static str,
    /// What it means, in Dutch.
    pub meaning_in_dutch: &'static str,
    /// What it means, in English.
    pub meaning_in_english: &'static str,
}

impl From<&'static GlossaryGroup> for GlossaryGroupView {
    fn from(group: &'static GlossaryGroup) -> Self {
        Self {
            key: &group.key,
            dutch: &group.name.nl,
            english: &group.name.en,
            words: group.entries.iter().map(Into::into).collect(),
        }
    }
}

impl From<&'static GlossaryEntry> for GlossaryWordView {
    fn from(entry: &'static GlossaryEntry) -> Self {
        Self {
            word: &entry.word,
            of: entry.of.as_deref(),
            dutch: &entry.dutch,
            meaning_in_dutch: &entry.meaning.nl,
            meaning_in_english: &entry.meaning.en,
        }
    }
}

/// Get the glossary
///
/// Every word of the API with the Dutch word it stands for.
#[utoipa::path(
    operation_id = "get_glossary",
    tag = "about",
    security(()),
    responses((status = 200, description = "The words", body = GlossaryView), OpenErrors),
)]
#[get("/glossary")]
pub async fn get_glossary() -> HttpResponse {
    HttpResponse::Ok().json(GlossaryView {
        groups: catalogue::shipped_glossary()
            .iter()
            .map(Into::into)
            .collect(),
    })
}
