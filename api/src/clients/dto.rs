//! Bodies about clients.

use jiff::Timestamp;
use koplopers_shared::access::{Permit, PermitSet, Role};
use koplopers_shared::clients::{Client, ClientAction, NewClient, StoredSecret};
use koplopers_shared::ids::{ClientId, ClientSecretId};
use koplopers_shared::secrets::Secret;
use koplopers_shared::words::{MunicipalityCode, Slug};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

use crate::actions::AllowedActionView;

/// A role, as the document shows it: its words come from the type that reads them.
fn role_schema() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("What it may do"))
        .enum_values(Some(Role::WORDS.iter().copied()))
        .examples([Role::Municipality.as_str()])
        .build()
}

/// A client to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateClientRequest {
    /// What people call it.
    #[schema(
        min_length = 1,
        max_length = 200,
        example = "Zaaksysteem Voorbeeldstad"
    )]
    name: String,
    /// What it may do.
    #[schema(schema_with = role_schema)]
    role: Role,
    /// The municipality it is bound to; only with the role `municipality`.
    #[schema(format = "municipality-code", value_type = Option<String>, nullable = false, example = "GM0363")]
    municipality: Option<MunicipalityCode>,
    /// Its OAuth client id; made up unless given.
    #[schema(format = "slug", value_type = Option<String>, nullable = false, max_length = 60, example = "zaaksysteem-voorbeeldstad")]
    client_id: Option<Slug>,
}

impl From<CreateClientRequest> for NewClient {
    fn from(request: CreateClientRequest) -> Self {
        Self {
            client_id: request.client_id,
            name: request.name,
            municipality: request.municipality,
            role: request.role,
        }
    }
}

/// What is to change about a client.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeClientRequest {
    /// What people call it.
    #[schema(
        min_length = 1,
        max_length = 200,
        nullable = false,
        example = "Zaaksysteem Voorbeeldstad"
    )]
    pub name: Option<String>,
}

/// A client.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Client)]
pub struct ClientView {
    #[schema(value_type = uuid::Uuid)]
    id: ClientId,
    /// Its OAuth client id.
    #[schema(value_type = String, example = "zaaksysteem-voorbeeldstad")]
    client_id: Slug,
    /// What people call it.
    #[schema(example = "Zaaksysteem Voorbeeldstad")]
    name: String,
    /// What it may do.
    #[schema(schema_with = role_schema)]
    role: Role,
    /// What it may ask for in `scope`.
    #[schema(example = json!(["intakes:read", "intakes:write"]))]
    scopes: Vec<&'static str>,
    /// The municipality it is bound to; null for the institute.
    #[schema(value_type = Option<String>, example = "GM0363")]
    municipality: Option<MunicipalityCode>,
    /// `active` or `disabled`.
    #[schema(example = "active")]
    status: &'static str,
    /// The secrets that are valid, without their values.
    secrets: Vec<ClientSecretView>,
    #[schema(value_type = String, format = "date-time", example = "2026-03-02T09:00:00Z")]
    created_at: Timestamp,
    #[schema(value_type = String, format = "date-time", example = "2026-03-02T09:00:00Z")]
    updated_at: Timestamp,
    /// What can be done with it now.
    allowed_actions: Vec<AllowedActionView>,
}

/// A secret of a client, without its value.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ClientSecret)]
pub struct ClientSecretView {
    #[schema(value_type = uuid::Uuid)]
    id: ClientSecretId,
    #[schema(value_type = String, format = "date-time", example = "2026-03-02T09:00:00Z")]
    created_at: Timestamp,
}

/// A client with a new secret, which is shown in this answer only.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ClientWithSecret)]
pub struct ClientWithSecretView {
    /// The client.
    client: ClientView,
    /// The secret; null when the answer is a repeat.
    #[schema(example = "kps_Zm9vYmFy")]
    client_secret: Option<String>,
}

impl ClientView {
    /// The view of a client and its valid secrets, for a caller with these permissions.
    pub fn new(client: Client, secrets: Vec<StoredSecret>, permits: PermitSet) -> Self {
        let permitted = permits.contains(Permit::ClientsManage);
        let allowed = client.status.allowed();
        Self {
            id: client.id,
            client_id: client.client_id,
            name: client.name,
            role: client.role,
            scopes: client.role.permits().iter().map(Permit::as_str).collect(),
            municipality: client.municipality,
            status: client.status.as_str(),
            secrets: secrets
                .into_iter()
                .map(|secret| ClientSecretView {
                    id: secret.id,
                    created_at: secret.created_at,
                })
                .collect(),
            created_at: client.created_at,
            updated_at: client.updated_at,
            allowed_actions: ClientAction::ALL
                .iter()
                .map(|action| {
                    AllowedActionView::new(action.as_str(), permitted, allowed.contains(action))
                })
                .collect(),
        }
    }

    /// The same with a new secret.
    pub fn with_secret(self, secret: &Secret) -> ClientWithSecretView {
        ClientWithSecretView {
            client: self,
            client_secret: Some(secret.expose().to_owned()),
        }
    }
}

impl ClientWithSecretView {
    /// The same for a repeat.
    pub fn without_secret(self) -> Self {
        Self {
            client_secret: None,
            ..self
        }
    }
}
