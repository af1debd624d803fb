//! Texts in both languages, in bodies and answers.

use koplopers_shared::catalogue::BilingualText;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A name in Dutch and English.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BilingualName)]
pub struct BilingualNameBody {
    /// Dutch.
    #[schema(min_length = 1, max_length = 200, example = "schuldhulp")]
    pub nl: String,
    /// English.
    #[schema(min_length = 1, max_length = 200, example = "debt counselling")]
    pub en: String,
}

impl From<BilingualNameBody> for BilingualText {
    fn from(body: BilingualNameBody) -> Self {
        Self {
            nl: body.nl,
            en: body.en,
        }
    }
}

impl From<BilingualText> for BilingualNameBody {
    fn from(text: BilingualText) -> Self {
        Self {
            nl: text.nl,
            en: text.en,
        }
    }
}

/// A text in Dutch and English.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = BilingualText)]
pub struct BilingualTextView {
    /// Dutch.
    nl: String,
    /// English.
    en: String,
}

impl From<BilingualText> for BilingualTextView {
    fn from(text: BilingualText) -> Self {
        Self {
            nl: text.nl,
            en: text.en,
        }
    }
}
