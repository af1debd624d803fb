//! Bodies about themes and target groups.

use jiff::Timestamp;
use koplopers_shared::access::{Permit, PermitSet};
use koplopers_shared::reference::ReferenceItem;
use koplopers_shared::words::Slug;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actions::AllowedActionView;
use crate::text::{BilingualNameBody, BilingualTextView};

/// An entry to be added to a list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateReferenceRequest {
    /// Its name in paths and bodies; never changes.
    #[schema(format = "slug", value_type = String, min_length = 1, max_length = 60, example = "schuldhulp")]
    pub slug: Slug,
    /// What people read.
    pub name: BilingualNameBody,
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ReferenceFilter {
    /// Also those that are no longer offered.
    pub include_retired: Option<bool>,
}

/// A theme or a target group.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReferenceItem)]
pub struct ReferenceView {
    /// Its name in paths and bodies.
    #[schema(value_type = String, example = "kwetsbare-ouderen")]
    slug: Slug,
    /// What people read.
    name: BilingualTextView,
    /// When it was added.
    #[schema(value_type = String, format = "date-time", example = "2026-03-02T09:00:00Z")]
    created_at: Timestamp,
    /// From when it is no longer offered for new issues; null while it is.
    #[schema(value_type = Option<String>, format = "date-time")]
    retired_at: Option<Timestamp>,
    /// What can be done with it now.
    allowed_actions: Vec<AllowedActionView>,
}

impl ReferenceView {
    /// The entry as a caller with these permissions sees it.
    pub fn new(item: ReferenceItem, permits: PermitSet) -> Self {
        let retire = AllowedActionView::new(
            "retire",
            permits.contains(Permit::CatalogueWrite),
            item.retired_at.is_none(),
        );
        Self {
            slug: item.slug,
            name: item.name.into(),
            created_at: item.created_at,
            retired_at: item.retired_at,
            allowed_actions: vec![retire],
        }
    }
}
