//! What a screen about something else shows of a person, a municipality, a programme or an intake.

use jiff::Timestamp;
use koplopers_shared::catalogue::BilingualText;
use koplopers_shared::catalogue::words::Language;
use koplopers_shared::ids::{IntakeId, PersonId};
use koplopers_shared::intakes::{Intake, IntakeStatus};
use koplopers_shared::municipalities::Municipality;
use koplopers_shared::people::Person;
use koplopers_shared::words::{MunicipalityCode, Slug};
use serde::Serialize;
use utoipa::ToSchema;

use crate::text::BilingualTextView;
use crate::words::{IntakeStatusWord, LanguageWord};

/// A person, as far as a screen about something else shows them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PersonCard)]
pub struct PersonCardView {
    #[schema(value_type = uuid::Uuid)]
    id: PersonId,
    /// Their name.
    #[schema(example = "Noor Voorbeeld")]
    name: String,
    /// Where mail to them goes.
    #[schema(value_type = Option<String>, example = "noor@example.nl")]
    email: Option<String>,
    /// Where to call them.
    #[schema(example = "+31 20 555 01 23")]
    phone: Option<String>,
    /// The language of mails and pages for them.
    #[schema(value_type = LanguageWord)]
    language: Language,
}

impl From<&Person> for PersonCardView {
    fn from(person: &Person) -> Self {
        Self {
            id: person.id,
            name: person.name.clone(),
            email: person.email.as_ref().map(|email| email.as_str().to_owned()),
            phone: person.phone.clone(),
            language: person.language,
        }
    }
}

/// A municipality, as far as a screen about something else shows it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MunicipalityCard)]
pub struct MunicipalityCardView {
    /// The code of Statistics Netherlands (CBS).
    #[schema(value_type = String, example = "GM0363")]
    code: MunicipalityCode,
    /// Its official name.
    #[schema(example = "Amsterdam")]
    name: String,
    /// The province it lies in.
    #[schema(example = "Noord-Holland")]
    province: String,
}

impl From<&Municipality> for MunicipalityCardView {
    fn from(municipality: &Municipality) -> Self {
        Self {
            code: municipality.code,
            name: municipality.name.clone(),
            province: municipality.province.clone(),
        }
    }
}

/// A version of a programme, as far as a screen about something else shows it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProgrammeCard)]
pub struct ProgrammeCardView {
    /// Its name in paths.
    #[schema(value_type = String, example = "inclusief")]
    slug: Slug,
    /// The number of the version.
    #[schema(example = 1)]
    version: i32,
    /// What people call it.
    name: BilingualTextView,
}

impl ProgrammeCardView {
    /// A version of a programme, with what it is called there.
    #[must_use]
    pub fn new(slug: &Slug, version: i32, name: &BilingualText) -> Self {
        Self {
            slug: slug.clone(),
            version,
            name: name.clone().into(),
        }
    }
}

/// An intake, as far as a screen about something else shows it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = IntakeCard)]
pub struct IntakeCardView {
    #[schema(value_type = uuid::Uuid)]
    id: IntakeId,
    /// Where it stands.
    #[schema(value_type = IntakeStatusWord)]
    status: IntakeStatus,
    /// The number that the client's own system gave it.
    external_reference: Option<String>,
    /// Who answers questions about it.
    #[schema(value_type = Option<uuid::Uuid>)]
    contact_person: Option<PersonId>,
    /// The titles of its social questions.
    issues: Vec<String>,
    /// When it was sent in.
    #[schema(value_type = Option<String>, format = DateTime)]
    submitted_at: Option<Timestamp>,
}

impl From<&Intake> for IntakeCardView {
    fn from(intake: &Intake) -> Self {
        let titles = intake.issues.iter().map(|issue| &issue.content.title);
        Self {
            id: intake.id,
            status: intake.status,
            external_reference: intake.external_reference.clone(),
            contact_person: intake.contact_person,
            issues: titles.cloned().collect(),
            submitted_at: intake.submitted_at,
        }
    }
}
