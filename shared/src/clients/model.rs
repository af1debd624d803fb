//! A machine client and what can be done with it.

use jiff::Timestamp;

use crate::access::Role;
use crate::db::DbError;
use crate::ids::{ClientId, ClientSecretId};
use crate::text_enum;
use crate::words::{MunicipalityCode, Slug};

text_enum! {
    /// Where a client stands.
    pub enum ClientStatus {
        /// It may ask for tokens.
        Active => "active",
        /// It may not, and its tokens count no longer.
        Disabled => "disabled",
    }
}
crate::text_column!(ClientStatus);

text_enum! {
    /// What can be done with a client.
    pub enum ClientAction {
        /// Change its name.
        Change => "change",
        /// Give it another secret.
        AddSecret => "add_secret",
        /// End one of its secrets.
        EndSecret => "end_secret",
        /// End it.
        Disable => "disable",
    }
}

impl ClientStatus {
    /// What the status allows.
    #[must_use]
    pub const fn allowed(self) -> &'static [ClientAction] {
        match self {
            Self::Active => ClientAction::ALL,
            Self::Disabled => &[],
        }
    }
}

/// A machine that may ask for tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its id in paths.
    pub id: ClientId,
    /// Counts its changes.
    pub version: i64,
    /// Its OAuth client id.
    pub client_id: Slug,
    /// What people call it.
    pub name: String,
    /// The municipality it is bound to; `None` for the institute.
    pub municipality: Option<MunicipalityCode>,
    /// What it may do.
    pub role: Role,
    /// Where it stands.
    pub status: ClientStatus,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// The status of a client does not allow an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the client is {}", status.as_str())]
pub struct InvalidClientState {
    /// Where it stands.
    pub status: ClientStatus,
}

impl Client {
    /// The client, provided that its status allows `action`.
    pub fn allowing(self, action: ClientAction) -> Result<Self, InvalidClientState> {
        if self.status.allowed().contains(&action) {
            Ok(self)
        } else {
            Err(InvalidClientState {
                status: self.status,
            })
        }
    }

    /// The client, disabled.
    pub fn disable(self, now: Timestamp) -> Result<Self, InvalidClientState> {
        let client = self.allowing(ClientAction::Disable)?;
        Ok(Self {
            status: ClientStatus::Disabled,
            updated_at: now,
            ..client
        })
    }
}

/// A client about to be made.
#[derive(Debug, Clone)]
pub struct NewClient {
    /// Its OAuth client id; its own id when absent.
    pub client_id: Option<Slug>,
    /// What people call it.
    pub name: String,
    /// The municipality it is bound to; `None` for the institute.
    pub municipality: Option<MunicipalityCode>,
    /// What it may do.
    pub role: Role,
}

/// A secret as it is stored; the secret itself is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSecret {
    /// Its id in paths.
    pub id: ClientSecretId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, or ended.
    pub expires_at: Option<Timestamp>,
}

/// Why a client was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateClientError {
    /// The role is a municipality's, and none was named.
    #[error("the role is bound to a municipality")]
    MunicipalityNeeded,
    /// The role is the institute's, and a municipality was named.
    #[error("the role is not bound to a municipality")]
    MunicipalityNotAllowed,
    /// There is no such municipality.
    #[error("no such municipality")]
    UnknownMunicipality,
    /// Another client has the client id.
    #[error("the client id is taken")]
    ClientIdTaken,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why a client was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ClientChangeError {
    /// There is no such client or secret, or it is another's.
    #[error("no such client")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the client was changed in the meantime")]
    Stale,
    /// Its status does not allow it.
    #[error(transparent)]
    State(#[from] InvalidClientState),
    /// Its last secret cannot end: disable the client instead.
    #[error("it is the client's last secret")]
    LastSecret,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}
