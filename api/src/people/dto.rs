//! Bodies about people and their roles.

use jiff::Timestamp;
use jiff::civil::Date;
use koplopers_shared::access::{Granted, Permit};
use koplopers_shared::catalogue::{Language, PersonRole};
use koplopers_shared::ids::{OrganisationId, PersonId, PersonRoleId};
use koplopers_shared::people::queries::PersonFilter;
use koplopers_shared::people::{HeldRole, NewPerson, NewRole, Person, PersonChanges, rules};
use koplopers_shared::words::{EmailAddress, MunicipalityCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actions::AllowedActionView;
use crate::patch::patched;
use crate::words::{LanguageWord, PersonRoleWord};

/// What the list is narrowed to. All keys look at one and the same role.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct PersonListFilter {
    /// Those who hold or held this role.
    #[param(inline, value_type = Option<PersonRoleWord>)]
    role: Option<PersonRole>,
    /// Those who hold or held a role with this municipality.
    #[param(format = "municipality-code", value_type = Option<String>, example = "GM0363")]
    municipality: Option<MunicipalityCode>,
    /// Those who hold or held a role with this organisation.
    #[param(format = "uuid", value_type = Option<String>)]
    organisation: Option<OrganisationId>,
    /// Those who hold the role on this day.
    #[param(format = "date", value_type = Option<String>, example = "2026-03-02")]
    held_on: Option<Date>,
}

impl From<PersonListFilter> for PersonFilter {
    fn from(filter: PersonListFilter) -> Self {
        Self {
            role: filter.role,
            municipality: filter.municipality,
            organisation: filter.organisation,
            on: filter.held_on,
            ..Self::default()
        }
    }
}

/// What is known of the people looked for; with both, both must fit.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(min_properties = 1)]
pub struct SearchPeopleRequest {
    /// Their address, in any spelling of the same mailbox.
    #[schema(format = "email", value_type = Option<String>, max_length = 254, nullable = false, example = "noor@example.nl")]
    email: Option<EmailAddress>,
    /// A part of their name, whatever its case and accents.
    #[schema(min_length = 2, max_length = 200, nullable = false, example = "noor")]
    name: Option<String>,
}

impl From<SearchPeopleRequest> for PersonFilter {
    fn from(request: SearchPeopleRequest) -> Self {
        Self {
            email: request.email,
            name: request.name,
            ..Self::default()
        }
    }
}

/// A person to be added.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreatePersonRequest {
    /// Their name.
    #[schema(min_length = 1, max_length = 200, example = "Noor Voorbeeld")]
    name: String,
    /// Where mail to them goes.
    #[schema(format = "email", value_type = Option<String>, max_length = 254, nullable = false, example = "noor@example.nl")]
    email: Option<EmailAddress>,
    /// Where to call them.
    #[schema(
        min_length = 5,
        max_length = 30,
        pattern = r"^\+?[0-9][0-9 ()-]*$",
        nullable = false,
        example = "+31 20 555 01 23"
    )]
    phone: Option<String>,
    /// The language of mails and pages for them; Dutch unless given.
    #[serde(default)]
    #[schema(value_type = LanguageWord, required = false)]
    language: Language,
    /// The roles they hold from the start. A municipality gives at least one.
    #[serde(default)]
    #[schema(max_items = 20)]
    roles: Vec<CreatePersonRoleRequest>,
}

impl CreatePersonRequest {
    /// The new person; a role begins today unless it says when.
    pub fn on(self, today: Date) -> NewPerson {
        NewPerson {
            name: self.name,
            email: self.email,
            phone: self.phone,
            language: self.language,
            roles: self.roles.into_iter().map(|role| role.on(today)).collect(),
        }
    }
}

/// A role to be given to a person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreatePersonRoleRequest {
    /// Which role.
    #[schema(value_type = PersonRoleWord)]
    role: PersonRole,
    /// The municipality it is held with. Only the institute names it; for others it is the
    /// token's.
    #[schema(format = "municipality-code", value_type = Option<String>, nullable = false, example = "GM0363")]
    municipality: Option<MunicipalityCode>,
    /// The organisation it is held with.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    organisation: Option<OrganisationId>,
    /// The first day on which it is held; today unless given.
    #[schema(format = "date", value_type = Option<String>, nullable = false, example = "2026-01-01")]
    valid_from_on: Option<Date>,
    /// The last day on which it is held; none when left out.
    #[schema(format = "date", value_type = Option<String>, nullable = false, example = "2029-12-31")]
    valid_until_on: Option<Date>,
}

impl CreatePersonRoleRequest {
    /// The new role, which begins today unless it says when.
    pub fn on(self, today: Date) -> NewRole {
        NewRole {
            role: self.role,
            municipality: self.municipality,
            organisation: self.organisation,
            valid_from: self.valid_from_on.unwrap_or(today),
            valid_until: self.valid_until_on,
        }
    }
}

/// When a role ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EndPersonRoleRequest {
    /// The last day on which it is held.
    #[schema(format = "date", value_type = String, example = "2026-06-30")]
    pub valid_until_on: Date,
}

/// What is to change of a person.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(
    clippy::option_option,
    reason = "a key left out and null differ in a merge patch"
)]
pub struct ChangePersonRequest {
    /// Their name.
    #[schema(
        min_length = 1,
        max_length = 200,
        nullable = false,
        example = "Noor Voorbeeld"
    )]
    name: Option<String>,
    /// Where mail to them goes; null takes it away.
    #[serde(default, deserialize_with = "patched")]
    #[schema(format = "email", value_type = Option<String>, max_length = 254, example = "noor@example.nl")]
    email: Option<Option<EmailAddress>>,
    /// Where to call them; null takes it away.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>, min_length = 5, max_length = 30, pattern = r"^\+?[0-9][0-9 ()-]*$", example = "+31 20 555 01 23")]
    phone: Option<Option<String>>,
    /// The language of mails and pages for them.
    #[schema(value_type = Option<LanguageWord>, nullable = false)]
    language: Option<Language>,
}

impl From<ChangePersonRequest> for PersonChanges {
    fn from(request: ChangePersonRequest) -> Self {
        Self {
            name: request.name,
            email: request.email,
            phone: request.phone,
            language: request.language,
        }
    }
}

/// A person.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Person)]
pub struct PersonView {
    #[schema(value_type = uuid::Uuid)]
    id: PersonId,
    /// Their name; empty once erased.
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
    /// Their roles, past and coming ones included; to a municipality only those with itself.
    roles: Vec<PersonRoleView>,
    /// When they were added.
    #[schema(value_type = String, format = "date-time", example = "2026-03-02T09:00:00Z")]
    created_at: Timestamp,
    /// When they or their roles last changed.
    #[schema(value_type = String, format = "date-time", example = "2026-03-02T09:00:00Z")]
    updated_at: Timestamp,
    /// When everything about them was blanked; null unless it was.
    #[schema(value_type = Option<String>, format = "date-time", example = json!(null))]
    erased_at: Option<Timestamp>,
    /// What can be done with them now.
    allowed_actions: Vec<AllowedActionView>,
}

/// A role that a person holds.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = HeldRole)]
pub struct PersonRoleView {
    #[schema(value_type = uuid::Uuid)]
    id: PersonRoleId,
    /// Which role.
    #[schema(value_type = PersonRoleWord)]
    role: PersonRole,
    /// The municipality it is held with.
    #[schema(value_type = Option<String>, example = "GM0363")]
    municipality: Option<MunicipalityCode>,
    /// The organisation it is held with.
    #[schema(value_type = Option<uuid::Uuid>)]
    organisation: Option<OrganisationId>,
    /// The first day on which it is held.
    #[schema(value_type = String, format = "date", example = "2026-01-01")]
    valid_from_on: Date,
    /// The last day on which it is held.
    #[schema(value_type = Option<String>, format = "date", example = "2029-12-31")]
    valid_until_on: Option<Date>,
    /// Whether it is held today.
    held: bool,
    /// What can be done with it now.
    allowed_actions: Vec<AllowedActionView>,
}

impl PersonView {
    /// The person as a caller sees them, given all their roles.
    pub fn new<P>(person: Person, roles: Vec<HeldRole>, caller: &Granted<P>, today: Date) -> Self {
        let permitted = caller.also(Permit::PeopleWrite);
        let alive = !person.is_erased();
        let change = alive && rules::may_change(caller.scope(), &roles);
        let roles = roles
            .into_iter()
            .filter(|role| rules::sees_role(caller.scope(), role))
            .map(|role| PersonRoleView::new(&role, permitted, alive, today))
            .collect();
        Self {
            id: person.id,
            name: person.name,
            email: person.email.map(|email| email.as_str().to_owned()),
            phone: person.phone,
            language: person.language,
            roles,
            created_at: person.created_at,
            updated_at: person.updated_at,
            erased_at: person.erased_at,
            allowed_actions: vec![
                AllowedActionView::new("change", permitted, change),
                AllowedActionView::new("add_role", permitted, alive),
                AllowedActionView::new("erase", caller.also(Permit::PeopleErase), alive),
            ],
        }
    }
}

impl PersonRoleView {
    fn new(role: &HeldRole, permitted: bool, alive: bool, today: Date) -> Self {
        let over = role.valid_until.is_some_and(|until| until <= today);
        Self {
            id: role.id,
            role: role.role,
            municipality: role.municipality,
            organisation: role.organisation,
            valid_from_on: role.valid_from,
            valid_until_on: role.valid_until,
            held: role.held_on(today),
            allowed_actions: vec![AllowedActionView::new("end", permitted, alive && !over)],
        }
    }
}
