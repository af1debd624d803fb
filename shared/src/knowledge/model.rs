//! A knowledge item.

use jiff::Timestamp;

use super::{InvalidItemTransition, ItemAction, ItemStatus};
use crate::catalogue::words::{KnowledgeSource, Language, LearningPractice};
use crate::ids::{KnowledgeItemId, MeetingId};
use crate::words::{HttpsUrl, Slug};

/// What a knowledge item says and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemContent {
    /// What it is called.
    pub title: String,
    /// What a reader finds there.
    pub summary: String,
    /// Where it is.
    pub url: HttpsUrl,
    /// The language it is in.
    pub language: Language,
    /// Where the knowledge comes from (N7).
    pub source: KnowledgeSource,
    /// The way of learning in which it was gathered, if one of ours (N7).
    pub learning_practice: Option<LearningPractice>,
    /// The programme in which it was gathered.
    pub programme: Option<Slug>,
    /// The meeting at which it was gathered.
    pub meeting: Option<MeetingId>,
    /// What it is about, in order of slug.
    pub themes: Vec<Slug>,
    /// Which residents it is about, in order of slug (K4).
    pub target_groups: Vec<Slug>,
}

/// A piece of knowledge, gathered and spread again (K1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnowledgeItem {
    /// Its id.
    pub id: KnowledgeItemId,
    /// Rises on every write; the ETag.
    pub version: i64,
    /// Where it stands.
    pub status: ItemStatus,
    /// What it says.
    pub content: ItemContent,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// When it was retired.
    pub retired_at: Option<Timestamp>,
}

impl KnowledgeItem {
    /// The item after `action`, with the instants that belong to it.
    pub fn after(self, action: ItemAction, now: Timestamp) -> Result<Self, InvalidItemTransition> {
        let at = |wanted: ItemAction, before| {
            if action == wanted { Some(now) } else { before }
        };
        Ok(Self {
            status: self.status.after(action)?,
            updated_at: now,
            published_at: at(ItemAction::Publish, self.published_at),
            retired_at: at(ItemAction::Retire, self.retired_at),
            ..self
        })
    }
}
