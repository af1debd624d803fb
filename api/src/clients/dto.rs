//! Bodies about clients.

use jiff::Timestamp;
use koplopers_shared::access::{Permit, PermitSet, Role};
use koplopers_shared::clients::{Client, ClientAction, NewClient, StoredSecret};
use koplopers_shared::ids::{ClientId, ClientSecretId};
use koplopers_shared::secrets::Secret;
use koplopers_shared::words::{MunicipalityCode, Slug};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::AllowedActionView;

/// A role.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Role)]
pub enum RoleWord {
    /// Bound to a municipality.
    Municipality,
    /// Plans and holds talks.
    Adviser,
    /// Decides, and keeps catalogue, people and clients.
    Coordinator,
    /// An associate member.
    Member,
    /// The outbox.
    Ops,
    /// Reads what was done by whom.
    Auditor,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Municipality => Self::Municipality,
            RoleWord::Adviser => Self::Adviser,
            RoleWord::Coordinator => Self::Coordinator,
            RoleWord::Member => Self::Member,
            RoleWord::Ops => Self::Ops,
            RoleWord::Auditor => Self::Auditor,
        }
    }
}

impl From<Role> for RoleWord {
    fn from(role: Role) -> Self {
        match role {
            Role::Municipality => Self::Municipality,
            Role::Adviser => Self::Adviser,
            Role::Coordinator => Self::Coordinator,
            Role::Member => Self::Member,
            Role::Ops => Self::Ops,
            Role::Auditor => Self::Auditor,
        }
    }
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
    #[schema(inline)]
    role: RoleWord,
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
            role: request.role.into(),
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
    #[schema(inline)]
    role: RoleWord,
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
    /// The secret.
    #[schema(example = "kps_Zm9vYmFy")]
    client_secret: String,
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
            role: client.role.into(),
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
            client_secret: secret.expose().to_owned(),
        }
    }
}
