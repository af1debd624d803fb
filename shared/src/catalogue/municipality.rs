//! The municipalities of the Netherlands and how they were merged or split (A1).

use jiff::civil::Date;
use serde::Deserialize;

use crate::words::MunicipalityCode;

/// One row of the shipped list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MunicipalityRow {
    /// Code of Statistics Netherlands.
    pub code: MunicipalityCode,
    /// Official name.
    #[serde(rename = "naam")]
    pub name: String,
    /// The province, which is also the region that spread is shown over (N1).
    #[serde(rename = "provincie")]
    pub province: String,
}

/// Where the shipped list comes from; shown with it, as its licence asks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MunicipalitySource {
    /// Title of the publication.
    pub title: String,
    /// Who published it.
    pub publisher: String,
    /// The year whose municipalities it lists.
    pub year: i16,
    /// Site of the publisher.
    pub url: String,
    /// SPDX identifier of the licence.
    pub licence: String,
    /// Text of the licence.
    pub licence_url: String,
}

impl MunicipalitySource {
    /// The first day on which the rows are known to hold: the first of January of the year.
    #[must_use]
    pub fn valid_from(&self) -> Date {
        Date::new(self.year, 1, 1).unwrap_or(Date::MIN)
    }
}

/// A municipality that ended: merged into one successor, or split over several.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MunicipalityChange {
    /// The code that ended.
    pub code: MunicipalityCode,
    /// The codes that came in its place.
    pub successors: Vec<MunicipalityCode>,
    /// The first day on which the successors exist.
    pub on: Date,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangesFile {
    pub(super) changes: Vec<MunicipalityChange>,
}
