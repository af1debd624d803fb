//! A person and their roles.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::catalogue::{Language, PersonRole};
use crate::ids::{OrganisationId, PersonId, PersonRoleId};
use crate::words::{EmailAddress, MunicipalityCode};

/// A person.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// Their id; stays when they are erased.
    pub id: PersonId,
    /// Rises when the person or one of their roles changes.
    pub version: i64,
    /// Their name; empty once erased.
    pub name: String,
    /// Where mail to them goes.
    pub email: Option<EmailAddress>,
    /// Where to call them.
    pub phone: Option<String>,
    /// The language of mails and pages for them.
    pub language: Language,
    /// When they were added.
    pub created_at: Timestamp,
    /// When they or their roles last changed.
    pub updated_at: Timestamp,
    /// When everything about them was blanked.
    pub erased_at: Option<Timestamp>,
}

// Names and addresses stay out of logs (security 66).
impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person")
            .field("id", &self.id)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl Person {
    /// Whether everything about them was blanked.
    #[must_use]
    pub const fn is_erased(&self) -> bool {
        self.erased_at.is_some()
    }
}

/// A role that a person holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRole {
    /// Its id.
    pub id: PersonRoleId,
    /// Who holds it.
    pub person: PersonId,
    /// Which role.
    pub role: PersonRole,
    /// The municipality it is held with.
    pub municipality: Option<MunicipalityCode>,
    /// The organisation it is held with.
    pub organisation: Option<OrganisationId>,
    /// The first day on which it is held.
    pub valid_from: Date,
    /// The last day on which it is held.
    pub valid_until: Option<Date>,
}

impl HeldRole {
    /// Whether it is held on a day.
    #[must_use]
    pub fn held_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_until.is_none_or(|until| day <= until)
    }

    /// Whether two roles are the same one with the same body, with a day in common.
    #[must_use]
    pub fn repeats(&self, other: &Self) -> bool {
        let starts_before_end =
            |one: &Self, two: &Self| two.valid_until.is_none_or(|until| one.valid_from <= until);
        self.role == other.role
            && self.municipality == other.municipality
            && self.organisation == other.organisation
            && starts_before_end(self, other)
            && starts_before_end(other, self)
    }
}

/// What is said of a new person.
#[derive(Clone)]
pub struct NewPerson {
    /// Their name.
    pub name: String,
    /// Where mail to them goes.
    pub email: Option<EmailAddress>,
    /// Where to call them.
    pub phone: Option<String>,
    /// The language of mails and pages for them.
    pub language: Language,
    /// The roles they hold from the start.
    pub roles: Vec<NewRole>,
}

/// What is said of a new role.
#[derive(Debug, Clone)]
pub struct NewRole {
    /// Which role.
    pub role: PersonRole,
    /// The municipality it is held with; a bound caller leaves it out and means their own.
    pub municipality: Option<MunicipalityCode>,
    /// The organisation it is held with.
    pub organisation: Option<OrganisationId>,
    /// The first day on which it is held.
    pub valid_from: Date,
    /// The last day on which it is held.
    pub valid_until: Option<Date>,
}

/// What is changed of a person; `None` leaves a field as it is.
#[derive(Clone, Default)]
pub struct PersonChanges {
    /// Another name.
    pub name: Option<String>,
    /// Another address, or none.
    pub email: Option<Option<EmailAddress>>,
    /// Another number, or none.
    pub phone: Option<Option<String>>,
    /// Another language.
    pub language: Option<Language>,
}

impl PersonChanges {
    /// The names of the changed fields, as the body has them: what an event may tell.
    #[must_use]
    pub fn fields(&self) -> Vec<&'static str> {
        [
            ("name", self.name.is_some()),
            ("email", self.email.is_some()),
            ("phone", self.phone.is_some()),
            ("language", self.language.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, changed)| changed.then_some(name))
        .collect()
    }
}
