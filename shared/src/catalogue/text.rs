//! A text in both languages.

use serde::{Deserialize, Serialize};

use super::Language;

/// A text in Dutch and English. Both are always present: an invited person reads either.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BilingualText {
    /// Dutch.
    pub nl: String,
    /// English.
    pub en: String,
}

impl BilingualText {
    /// The text in one language.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Nl => &self.nl,
            Language::En => &self.en,
        }
    }
}

/// A key with its name in both languages: a form, a method, a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Lower case letters, digits and underscores; stable once shipped.
    pub key: String,
    /// What people read.
    pub name: BilingualText,
}
