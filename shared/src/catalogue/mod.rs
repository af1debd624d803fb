//! What the installation ships with: programmes, municipalities, reference lists, holidays and
//! the glossary, as data files inside the binary.
//!
//! Everything here is pure. [`shipped`] gives the data; storing it without overwriting what
//! coordinators changed belongs to the features that own the tables. Files are in `data/`, with
//! the same keys as the JSON of the API:
//!
//! | file | read into |
//! | --- | --- |
//! | `programmes/*.toml` | [`ProgrammeContent`], checked by [`ProgrammeContent::problems`] |
//! | `themes.toml`, `target-groups.toml` | [`Tag`] |
//! | `roles.toml`, `party-kinds.toml`, `organisation-kinds.toml` | [`Described`] words |
//! | `partners.toml`, `network.toml` | [`Partner`], [`NetworkContent`] |
//! | `municipalities.csv` with its source, `municipality-changes.toml` | [`MunicipalityRow`], [`MunicipalityChange`] |
//! | `glossary.toml` | [`GlossaryGroup`] |

pub mod glossary;
pub mod holidays;
pub mod municipality;
pub mod programme;
pub mod programme_check;
pub mod reference;
mod shipped;
pub mod text;
pub mod words;
pub mod working_days;

pub use glossary::{GlossaryEntry, GlossaryGroup};
pub use holidays::{Holiday, public_holiday_on, public_holidays};
pub use municipality::{MunicipalityChange, MunicipalityRow, MunicipalitySource};
pub use programme::{
    BuildingBlock, CapacityRule, Criterion, EndProduct, Gate, GuidingPrinciple, MeetingPlan,
    PlanUnit, PlannedMeetings, PracticeTable, ProgrammeContent, Question,
};
pub use programme_check::{ContentProblem, ContentProblemCode};
pub use reference::{Described, NetworkContent, Partner, Tag, described};
pub use shipped::{CatalogueError, Shipped, shipped};
pub use text::{BilingualText, Named};
pub use words::{
    CoFundingBase, KnowledgeSource, Language, LearningPractice, MeetingKind, MunicipalBody,
    OrganisationKind, PartyKind, PersonRole, RoundsRule, StandingCriterion, SupportKind, TalkKind,
};
pub use working_days::{is_working_day, next_working_day, previous_working_day};

/// The shipped first versions of the programmes (P1).
#[must_use]
pub fn shipped_programmes() -> &'static [ProgrammeContent] {
    &shipped().programmes
}

/// The shipped themes.
#[must_use]
pub fn shipped_themes() -> &'static [Tag] {
    &shipped().themes
}

/// The shipped target groups (K4).
#[must_use]
pub fn shipped_target_groups() -> &'static [Tag] {
    &shipped().target_groups
}

/// The shipped municipalities (A1).
#[must_use]
pub fn shipped_municipalities() -> &'static [MunicipalityRow] {
    &shipped().municipalities
}

/// The words of the API, as served at `GET /v1/glossary`.
#[must_use]
pub fn shipped_glossary() -> &'static [GlossaryGroup] {
    &shipped().glossary
}

/// The name of a role in one language, as mails and pages write it.
#[must_use]
pub fn role_name(role: PersonRole, language: Language) -> &'static str {
    described(&shipped().roles, role).map_or(role.as_str(), |it| it.name.in_language(language))
}

#[cfg(test)]
mod tests;
