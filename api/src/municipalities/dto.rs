//! Bodies about municipalities.

use jiff::civil::Date;
use koplopers_shared::access::{Permit, PermitSet};
use koplopers_shared::municipalities::actions::{NewMunicipality, NewSuccession, NewSuccessor};
use koplopers_shared::municipalities::queries::MunicipalityFilter;
use koplopers_shared::municipalities::{Municipality, Succession};
use koplopers_shared::words::MunicipalityCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actions::AllowedActionView;

/// What the list is narrowed to.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct MunicipalityListFilter {
    /// Those of one province, by its exact name.
    #[param(min_length = 1, max_length = 50, example = "Utrecht")]
    province: Option<String>,
    /// Those with this text in their name.
    #[param(min_length = 1, max_length = 100, example = "stad")]
    name: Option<String>,
    /// Those that exist on this day; all that ever did when left out.
    #[param(format = "date", value_type = Option<String>, example = "2026-03-02")]
    valid_on: Option<Date>,
}

impl From<MunicipalityListFilter> for MunicipalityFilter {
    fn from(filter: MunicipalityListFilter) -> Self {
        Self {
            province: filter.province,
            name: filter.name,
            on: filter.valid_on,
        }
    }
}

/// A merger (one successor) or a split (several).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateSuccessionRequest {
    /// The first day on which the successors are responsible, and the old municipality is no
    /// longer there.
    #[schema(format = "date", value_type = String, example = "2027-01-01")]
    since_on: Date,
    /// What comes in its place.
    #[schema(min_items = 1, max_items = 20)]
    successors: Vec<SuccessorRequest>,
}

/// A municipality that comes in the place of another.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SuccessorRequest {
    /// Its code.
    #[schema(format = "municipality-code", value_type = String, example = "GM9001")]
    code: MunicipalityCode,
    /// What is known of it, for one that is not on the list yet.
    #[schema(nullable = false)]
    new: Option<NewMunicipalityRequest>,
}

/// A municipality that a merger or split makes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewMunicipalityRequest {
    /// Its official name.
    #[schema(min_length = 1, max_length = 100, example = "Voorbeeldstad")]
    name: String,
    /// The province it lies in.
    #[schema(min_length = 1, max_length = 50, example = "Utrecht")]
    province: String,
}

impl CreateSuccessionRequest {
    /// The succession of `code`.
    pub fn of(self, code: MunicipalityCode) -> NewSuccession {
        NewSuccession {
            code,
            since: self.since_on,
            successors: self
                .successors
                .into_iter()
                .map(|successor| NewSuccessor {
                    code: successor.code,
                    new: successor.new.map(|new| NewMunicipality {
                        name: new.name,
                        province: new.province,
                    }),
                })
                .collect(),
        }
    }
}

/// A municipality.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Municipality)]
pub struct MunicipalityView {
    /// The code of Statistics Netherlands (CBS).
    #[schema(value_type = String, example = "GM0363")]
    code: MunicipalityCode,
    /// Its official name.
    #[schema(example = "Amsterdam")]
    name: String,
    /// The province it lies in.
    #[schema(example = "Noord-Holland")]
    province: String,
    /// The first day on which it is known to exist.
    #[schema(value_type = Option<String>, format = "date", example = "2025-01-01")]
    valid_from_on: Option<Date>,
    /// The last day on which it exists; null while none is known.
    #[schema(value_type = Option<String>, format = "date", example = json!(null))]
    valid_until_on: Option<Date>,
    /// What came in its place: one after a merger, several after a split.
    successors: Vec<SuccessionView>,
    /// What it came in the place of.
    predecessors: Vec<SuccessionView>,
    /// Where this is taken from.
    source: MunicipalitySourceView,
    /// What can be done with it now.
    allowed_actions: Vec<AllowedActionView>,
}

/// The other municipality of a merger or split.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SuccessionLink)]
pub struct SuccessionView {
    /// Its code.
    #[schema(value_type = String, example = "GM9001")]
    code: MunicipalityCode,
    /// The first day on which the successor is responsible.
    #[schema(value_type = String, format = "date", example = "2027-01-01")]
    since_on: Date,
}

/// Where a municipality is taken from.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MunicipalitySource)]
pub struct MunicipalitySourceView {
    /// Title of the publication.
    #[schema(example = "Gebieden in Nederland 2025")]
    title: String,
    /// Its year.
    #[schema(example = 2025)]
    year: i32,
}

impl MunicipalityView {
    /// The view of a municipality, given all successions it is part of.
    pub fn new(municipality: Municipality, successions: &[Succession], permits: PermitSet) -> Self {
        let code = municipality.code;
        let succeed = AllowedActionView::new(
            "succeed",
            permits.contains(Permit::CatalogueWrite),
            municipality.valid_until.is_none(),
        );
        Self {
            code,
            name: municipality.name,
            province: municipality.province,
            valid_from_on: municipality.valid_from,
            valid_until_on: municipality
                .valid_until
                .and_then(|until| until.yesterday().ok()),
            successors: successions
                .iter()
                .filter(|it| it.code == code)
                .map(|it| SuccessionView {
                    code: it.successor,
                    since_on: it.since,
                })
                .collect(),
            predecessors: successions
                .iter()
                .filter(|it| it.successor == code)
                .map(|it| SuccessionView {
                    code: it.code,
                    since_on: it.since,
                })
                .collect(),
            source: MunicipalitySourceView {
                title: municipality.source,
                year: municipality.source_year,
            },
            allowed_actions: vec![succeed],
        }
    }
}

/// How a municipality ended.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MunicipalitySuccession)]
pub struct MunicipalitySuccessionView {
    /// The municipality that ended.
    #[schema(value_type = String, example = "GM0037")]
    pub code: MunicipalityCode,
    /// The first day on which the successors are responsible.
    #[schema(value_type = String, format = "date", example = "2027-01-01")]
    pub since_on: Date,
    /// What came in its place.
    #[schema(value_type = Vec<String>, example = json!(["GM9001"]))]
    pub successors: Vec<MunicipalityCode>,
}
