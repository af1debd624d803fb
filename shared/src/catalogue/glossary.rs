//! The words of the API in both languages: one list for `GET /v1/glossary` and for
//! `docs/glossary.md`.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::reference::Described;
use super::text::BilingualText;

/// Words that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GlossaryGroup {
    /// Names the group.
    pub key: String,
    /// What people read above it.
    pub name: BilingualText,
    /// The words, in reading order.
    pub entries: Vec<GlossaryEntry>,
}

/// One word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GlossaryEntry {
    /// The word as the API writes it.
    pub word: String,
    /// Whose word it is, when several things share one: `draft` of an intake, of a meeting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// The Dutch word.
    pub dutch: String,
    /// What it means.
    pub meaning: BilingualText,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GlossaryFile {
    groups: Vec<GroupInFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupInFile {
    key: String,
    name: BilingualText,
    entries: Vec<EntryInFile>,
}

/// Flat, so that an entry is one readable line in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryInFile {
    word: String,
    of: Option<String>,
    dutch: String,
    nl: String,
    en: String,
}

impl From<GlossaryFile> for Vec<GlossaryGroup> {
    fn from(file: GlossaryFile) -> Self {
        file.groups
            .into_iter()
            .map(|group| GlossaryGroup {
                key: group.key,
                name: group.name,
                entries: group
                    .entries
                    .into_iter()
                    .map(|entry| GlossaryEntry {
                        word: entry.word,
                        of: entry.of,
                        dutch: entry.dutch,
                        meaning: BilingualText {
                            nl: entry.nl,
                            en: entry.en,
                        },
                    })
                    .collect(),
            })
            .collect()
    }
}

/// A group made of a list of fixed words.
pub(super) fn group_of<W: ToString>(
    key: &str,
    nl: &str,
    en: &str,
    words: &[Described<W>],
) -> GlossaryGroup {
    GlossaryGroup {
        key: key.to_owned(),
        name: BilingualText {
            nl: nl.to_owned(),
            en: en.to_owned(),
        },
        entries: words
            .iter()
            .map(|described| GlossaryEntry {
                word: described.key.to_string(),
                of: None,
                dutch: described.name.nl.clone(),
                meaning: described.meaning.clone(),
            })
            .collect(),
    }
}

/// The glossary as a page of Markdown: the text of `docs/glossary.md`.
#[must_use]
pub fn render_markdown(groups: &[GlossaryGroup]) -> String {
    let mut page = String::from(
        "# Glossary\n\n\
         The words of the API, the Dutch words they stand for, and what they mean. The same list \
         is served at `GET /v1/glossary`.\n\n\
         This page is written from `shared/src/catalogue/data/`; change it there and run \
         `UPDATE_GLOSSARY=1 cargo test -p koplopers-shared glossary`.\n",
    );
    for group in groups {
        let _ = write!(
            page,
            "\n## {} ({})\n\n| API word | Dutch | meaning | betekenis |\n| --- | --- | --- | --- |\n",
            group.name.en, group.name.nl
        );
        for entry in &group.entries {
            let of = entry
                .of
                .as_ref()
                .map_or(String::new(), |of| format!(" ({of})"));
            let _ = writeln!(
                page,
                "| {}{of} | {} | {} | {} |",
                entry.word, entry.dutch, entry.meaning.en, entry.meaning.nl
            );
        }
    }
    page
}
