//! Reference lists: names and meanings for words that are fixed, and entries that coordinators
//! can add to.

use serde::Deserialize;

use super::programme::MeetingPlan;
use super::text::BilingualText;
use super::words::{OrganisationKind, PartyKind, PersonRole};
use crate::words::Slug;

/// A theme or a target group (K4). Coordinators add their own to the shipped ones.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tag {
    /// The name in paths and filters; stable once shipped.
    pub slug: Slug,
    /// What people read.
    pub name: BilingualText,
}

/// A fixed word with its name and meaning in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Described<W> {
    /// The word that is stored and sent.
    pub key: W,
    /// What people read.
    pub name: BilingualText,
    /// One sentence on what it means.
    pub meaning: BilingualText,
}

/// A public institution that programmes can be run jointly with (A4, P2).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partner {
    /// Names it in the content of a programme.
    pub key: String,
    /// What it is.
    pub kind: OrganisationKind,
    /// Its name.
    pub name: BilingualText,
    /// Its public site.
    pub url: Option<String>,
}

/// The rules of the network of associate members (N1, N5).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NetworkContent {
    /// How many members a cohort starts with: a target, not a cap.
    pub cohort_target: u16,
    /// The meetings of a year.
    pub meeting_plan: MeetingPlan,
}

/// The words that a consent is given under (N3).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentWording {
    /// Names it; a consent keeps it.
    pub version: String,
    /// What is asked, a paragraph a line.
    pub asks: BilingualText,
}

/// The name of a word in a list that describes every word of its set.
///
/// The lists are checked to be complete, so `None` means a word of another set.
pub fn described<W: PartialEq + Copy>(list: &[Described<W>], word: W) -> Option<&Described<W>> {
    list.iter().find(|described| described.key == word)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ConsentWordingsFile {
    pub(super) consent_wordings: Vec<ConsentWording>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ThemesFile {
    pub(super) themes: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TargetGroupsFile {
    pub(super) target_groups: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PartyKindsFile {
    pub(super) party_kinds: Vec<Described<PartyKind>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RolesFile {
    pub(super) roles: Vec<Described<PersonRole>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct OrganisationKindsFile {
    pub(super) organisation_kinds: Vec<Described<OrganisationKind>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PartnersFile {
    pub(super) partners: Vec<Partner>,
}
