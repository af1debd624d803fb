//! An organisation.

use jiff::Timestamp;

use crate::catalogue::OrganisationKind;
use crate::ids::OrganisationId;

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// Rises when it changes.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: OrganisationKind,
    /// Its public site.
    pub website: Option<String>,
    /// Its key among the shipped partners, for those.
    pub shipped_key: Option<String>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What is said of a new organisation.
#[derive(Debug, Clone)]
pub struct OrganisationFields {
    /// Its name.
    pub name: String,
    /// What it is; not a municipality, which has a list of its own.
    pub kind: OrganisationKind,
    /// Its public site.
    pub website: Option<String>,
}

/// What is changed; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct OrganisationChanges {
    /// Another name.
    pub name: Option<String>,
    /// Another kind.
    pub kind: Option<OrganisationKind>,
    /// Another site, or none.
    pub website: Option<Option<String>>,
}
