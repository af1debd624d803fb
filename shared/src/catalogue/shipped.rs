//! Reading the data files inside the binary, once.

use std::sync::LazyLock;

use serde::de::DeserializeOwned;

use super::glossary::{GlossaryFile, GlossaryGroup, group_of};
use super::municipality::{ChangesFile, MunicipalityChange, MunicipalityRow, MunicipalitySource};
use super::programme::ProgrammeContent;
use super::programme_check::ContentProblem;
use super::reference::{
    ConsentWording, ConsentWordingsFile, Described, NetworkContent, OrganisationKindsFile, Partner,
    PartnersFile, PartyKindsFile, RolesFile, Tag, TargetGroupsFile, ThemesFile,
};
use super::words::{OrganisationKind, PartyKind, PersonRole};
use crate::words::Slug;

/// Everything the installation ships with.
#[derive(Debug, Clone)]
pub struct Shipped {
    /// The programmes, first versions (P1).
    pub programmes: Vec<ProgrammeContent>,
    /// Themes.
    pub themes: Vec<Tag>,
    /// Target groups (K4).
    pub target_groups: Vec<Tag>,
    /// Kinds of party (A2).
    pub party_kinds: Vec<Described<PartyKind>>,
    /// Roles (A1-A3).
    pub roles: Vec<Described<PersonRole>>,
    /// Kinds of organisation (A1, A2, A4).
    pub organisation_kinds: Vec<Described<OrganisationKind>>,
    /// Partners (A4).
    pub partners: Vec<Partner>,
    /// Rules of the network of associate members (N1, N5).
    pub network: NetworkContent,
    /// Every wording that consent was ever asked under, the newest last (N3); there is one at
    /// least.
    pub consent_wordings: Vec<ConsentWording>,
    /// Municipalities (A1), in order of code.
    pub municipalities: Vec<MunicipalityRow>,
    /// Where the municipalities come from.
    pub municipality_source: MunicipalitySource,
    /// Municipalities that ended.
    pub municipality_changes: Vec<MunicipalityChange>,
    /// The words of the API.
    pub glossary: Vec<GlossaryGroup>,
}

/// A data file that cannot be used. Cannot happen to a build whose tests passed.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// The file is not the TOML we expect.
    #[error("reading shipped file {file}")]
    Toml {
        /// Name of the file.
        file: &'static str,
        /// What is wrong with it.
        source: Box<toml::de::Error>,
    },
    /// The file is not the CSV we expect.
    #[error("reading shipped file {file}")]
    Csv {
        /// Name of the file.
        file: &'static str,
        /// What is wrong with it.
        source: csv::Error,
    },
    /// A programme does not hold together.
    #[error("shipped programme {slug} has {} problems, the first: {}", problems.len(), first(problems))]
    Programme {
        /// Which programme.
        slug: Slug,
        /// Every problem.
        problems: Vec<ContentProblem>,
    },
}

fn first(problems: &[ContentProblem]) -> String {
    problems
        .first()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// A data file by its name, so that an error names it.
macro_rules! data {
    ($file:literal) => {
        ($file, include_str!(concat!("data/", $file)))
    };
}

const PROGRAMMES: [(&str, &str); 4] = [
    data!("programmes/versnelling.toml"),
    data!("programmes/uitvoering.toml"),
    data!("programmes/clientenparticipatie.toml"),
    data!("programmes/inclusief.toml"),
];

impl Shipped {
    /// Reads and checks the data files. A program calls this at its start, so that a broken
    /// build stops there and names the file; later callers use [`shipped`].
    pub fn read() -> Result<Self, CatalogueError> {
        let party_kinds = read::<PartyKindsFile>(data!("party-kinds.toml"))?.party_kinds;
        let roles = read::<RolesFile>(data!("roles.toml"))?.roles;
        let organisation_kinds =
            read::<OrganisationKindsFile>(data!("organisation-kinds.toml"))?.organisation_kinds;
        let mut glossary = Vec::from(read::<GlossaryFile>(data!("glossary.toml"))?);
        glossary.extend([
            group_of("roles", "Rollen", "Roles", &roles),
            group_of(
                "party_kinds",
                "Soorten partijen",
                "Kinds of party",
                &party_kinds,
            ),
            group_of(
                "organisation_kinds",
                "Soorten organisaties",
                "Kinds of organisation",
                &organisation_kinds,
            ),
        ]);
        Ok(Self {
            programmes: PROGRAMMES
                .into_iter()
                .map(read_programme)
                .collect::<Result<_, _>>()?,
            themes: read::<ThemesFile>(data!("themes.toml"))?.themes,
            target_groups: read::<TargetGroupsFile>(data!("target-groups.toml"))?.target_groups,
            party_kinds,
            roles,
            organisation_kinds,
            partners: read::<PartnersFile>(data!("partners.toml"))?.partners,
            network: read(data!("network.toml"))?,
            consent_wordings: read::<ConsentWordingsFile>(data!("consent-wordings.toml"))?
                .consent_wordings,
            municipalities: read_municipalities(data!("municipalities.csv"))?,
            municipality_source: read(data!("municipalities.toml"))?,
            municipality_changes: read::<ChangesFile>(data!("municipality-changes.toml"))?.changes,
            glossary,
        })
    }

    /// The version of the words that consent is asked under now.
    #[must_use]
    pub fn consent_version(&self) -> &str {
        self.consent_wordings
            .last()
            .map_or("", |wording| wording.version.as_str())
    }

    /// The words of a version.
    #[must_use]
    pub fn consent_wording(&self, version: &str) -> Option<&ConsentWording> {
        self.consent_wordings
            .iter()
            .find(|wording| wording.version == version)
    }

    /// The shipped content of one programme.
    #[must_use]
    pub fn programme(&self, slug: &str) -> Option<&ProgrammeContent> {
        self.programmes
            .iter()
            .find(|content| content.slug.as_str() == slug)
    }
}

/// Everything the installation ships with, read on first use.
///
/// # Panics
///
/// When a data file inside the binary is broken, which [`Shipped::read`] reports as an error.
#[must_use]
pub fn shipped() -> &'static Shipped {
    static SHIPPED: LazyLock<Shipped> =
        LazyLock::new(|| Shipped::read().unwrap_or_else(|error| panic!("{error}")));
    &SHIPPED
}

fn read<T: DeserializeOwned>((file, text): (&'static str, &str)) -> Result<T, CatalogueError> {
    toml::from_str(text).map_err(|source| CatalogueError::Toml {
        file,
        source: Box::new(source),
    })
}

fn read_programme(file: (&'static str, &str)) -> Result<ProgrammeContent, CatalogueError> {
    let content: ProgrammeContent = read(file)?;
    let problems = content.problems();
    if problems.is_empty() {
        Ok(content)
    } else {
        Err(CatalogueError::Programme {
            slug: content.slug,
            problems,
        })
    }
}

fn read_municipalities(
    (file, text): (&'static str, &str),
) -> Result<Vec<MunicipalityRow>, CatalogueError> {
    csv::Reader::from_reader(text.as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .map_err(|source| CatalogueError::Csv { file, source })
}
