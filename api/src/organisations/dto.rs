//! Bodies about organisations.

use jiff::Timestamp;
use koplopers_shared::access::{Granted, Permit, Scope};
use koplopers_shared::catalogue::OrganisationKind;
use koplopers_shared::ids::OrganisationId;
use koplopers_shared::organisations::{Organisation, OrganisationChanges, OrganisationFields};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actions::AllowedActionView;
use crate::patch::patched;
use crate::words::OrganisationKindWord;

/// What the list is narrowed to.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct OrganisationFilter {
    /// Those of these kinds; give the key once for each.
    #[serde(default)]
    #[param(inline, value_type = Vec<OrganisationKindWord>)]
    pub kind: Vec<OrganisationKind>,
}

/// An organisation to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateOrganisationRequest {
    /// Its name.
    #[schema(min_length = 1, max_length = 200, example = "Buurtkamer De Linde")]
    name: String,
    /// What it is; a municipality is not added but named by its code.
    #[schema(value_type = OrganisationKindWord)]
    kind: OrganisationKind,
    /// Its public site.
    #[schema(
        format = "https-url",
        max_length = 500,
        nullable = false,
        example = "https://delinde.example.nl/"
    )]
    website: Option<String>,
}

impl From<CreateOrganisationRequest> for OrganisationFields {
    fn from(request: CreateOrganisationRequest) -> Self {
        Self {
            name: request.name,
            kind: request.kind,
            website: request.website,
        }
    }
}

/// What is to change of an organisation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(
    clippy::option_option,
    reason = "a key left out and null differ in a merge patch"
)]
pub struct ChangeOrganisationRequest {
    /// Its name.
    #[schema(
        min_length = 1,
        max_length = 200,
        nullable = false,
        example = "Buurtkamer De Eik"
    )]
    name: Option<String>,
    /// What it is.
    #[schema(value_type = Option<OrganisationKindWord>, nullable = false)]
    kind: Option<OrganisationKind>,
    /// Its public site; null takes it away.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>, format = "https-url", max_length = 500, example = "https://deeik.example.nl/")]
    website: Option<Option<String>>,
}

impl From<ChangeOrganisationRequest> for OrganisationChanges {
    fn from(request: ChangeOrganisationRequest) -> Self {
        Self {
            name: request.name,
            kind: request.kind,
            website: request.website,
        }
    }
}

/// An organisation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Organisation)]
pub struct OrganisationView {
    #[schema(value_type = uuid::Uuid)]
    id: OrganisationId,
    /// Its name.
    #[schema(example = "Buurtkamer De Linde")]
    name: String,
    /// What it is.
    #[schema(value_type = OrganisationKindWord)]
    kind: OrganisationKind,
    /// Whether a programme can be run jointly with it.
    partner: bool,
    /// Its public site.
    #[schema(example = "https://delinde.example.nl/")]
    website: Option<String>,
    /// When it was added.
    #[schema(value_type = String, format = "date-time", example = "2026-03-02T09:00:00Z")]
    created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = "date-time", example = "2026-03-02T09:00:00Z")]
    updated_at: Timestamp,
    /// What can be done with it now.
    allowed_actions: Vec<AllowedActionView>,
}

impl OrganisationView {
    /// The view of an organisation for a caller. That nothing refers to it, which a deletion
    /// needs as well, is found out by the deletion.
    #[must_use]
    pub fn new<P>(organisation: Organisation, caller: &Granted<P>) -> Self {
        let permitted = caller.also(Permit::PeopleWrite) && *caller.scope() == Scope::Institute;
        let shipped = organisation.shipped_key.is_some();
        Self {
            id: organisation.id,
            name: organisation.name,
            kind: organisation.kind,
            partner: organisation.kind.is_partner(),
            website: organisation.website,
            created_at: organisation.created_at,
            updated_at: organisation.updated_at,
            allowed_actions: vec![
                AllowedActionView::new("change", permitted, true),
                AllowedActionView::new("delete", permitted, !shipped),
            ],
        }
    }
}
