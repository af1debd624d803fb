//! A municipality and its line of succession.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::db::DbError;
use crate::words::MunicipalityCode;

/// A municipality.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Municipality {
    /// Its code.
    pub code: MunicipalityCode,
    /// Rises when it changes.
    pub version: i64,
    /// Its official name.
    pub name: String,
    /// The province it lies in.
    pub province: String,
    /// The first day on which it is known to exist.
    pub valid_from: Option<Date>,
    /// The first day on which it no longer exists.
    pub valid_until: Option<Date>,
    /// Title of the publication it was taken from.
    pub source: String,
    /// The year of that publication.
    pub source_year: i32,
}

/// That one municipality came in the place of another, or of a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Succession {
    /// The code that ended.
    pub code: MunicipalityCode,
    /// A code that came in its place.
    pub successor: MunicipalityCode,
    /// The first day on which the successor is responsible.
    pub since: Date,
}

/// Why a code does not name a municipality on a given day.
#[derive(Debug, thiserror::Error)]
pub enum InvalidMunicipality {
    /// No municipality ever had the code.
    #[error("no municipality has this code")]
    Unknown,
    /// The municipality does not exist yet.
    #[error("the municipality exists from {from}")]
    NotYet {
        /// The first day on which it exists.
        from: Date,
    },
    /// The municipality was merged or split.
    #[error("the municipality ended")]
    Ended {
        /// The first day on which it no longer exists.
        until: Date,
        /// What came in its place, in order of code.
        successors: Vec<MunicipalityCode>,
    },
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// The codes that `code` came in the place of by a merger on or before `on`, and theirs in turn,
/// in order of code. The parts of a split inherit nothing.
#[must_use]
pub fn predecessors(
    successions: &[Succession],
    code: MunicipalityCode,
    on: Date,
) -> Vec<MunicipalityCode> {
    let split = |old: MunicipalityCode| {
        successions
            .iter()
            .filter(|succession| succession.code == old)
            .count()
            > 1
    };
    let mut found = BTreeSet::new();
    let mut waiting = vec![code];
    while let Some(successor) = waiting.pop() {
        for succession in successions {
            let old = succession.code;
            // `found` also keeps a wrongly stored circle from going round for ever.
            if succession.successor == successor
                && succession.since <= on
                && old != code
                && !split(old)
                && found.insert(old)
            {
                waiting.push(old);
            }
        }
    }
    found.into_iter().collect()
}

/// What `code` is called on a day: itself, and what it became by mergers on or before `on`. The
/// parts of a split are others.
#[must_use]
pub fn codes_on(
    successions: &[Succession],
    code: MunicipalityCode,
    on: Date,
) -> Vec<MunicipalityCode> {
    let mut codes = vec![code];
    loop {
        let newest = codes.last().copied().unwrap_or(code);
        let mut next = successions
            .iter()
            .filter(|succession| succession.code == newest && succession.since <= on);
        let (Some(only), None) = (next.next(), next.next()) else {
            return codes;
        };
        if codes.contains(&only.successor) {
            return codes;
        }
        codes.push(only.successor);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use jiff::civil::date;

    use super::*;

    fn code(number: u16) -> MunicipalityCode {
        format!("GM{number:04}").parse().unwrap()
    }

    fn followed(old: u16, new: u16, year: i16) -> Succession {
        Succession {
            code: code(old),
            successor: code(new),
            since: date(year, 1, 1),
        }
    }

    #[test]
    fn a_successor_inherits_along_a_chain_of_mergers() {
        // mission: A1
        let successions = [
            followed(1, 3, 2026),
            followed(2, 3, 2026),
            followed(3, 4, 2030),
            followed(5, 6, 2026),
        ];
        let later = date(2031, 1, 1);
        assert_eq!(
            predecessors(&successions, code(4), later),
            [code(1), code(2), code(3)]
        );
        assert_eq!(
            predecessors(&successions, code(3), later),
            [code(1), code(2)]
        );
        assert!(predecessors(&successions, code(1), later).is_empty());
    }

    #[test]
    fn nothing_is_inherited_before_the_day_of_the_merger() {
        let successions = [followed(1, 2, 2027)];
        assert!(predecessors(&successions, code(2), date(2026, 12, 31)).is_empty());
        assert_eq!(
            predecessors(&successions, code(2), date(2027, 1, 1)),
            [code(1)]
        );
    }

    #[test]
    fn the_parts_of_a_split_inherit_nothing_of_it() {
        // mission: A1
        let successions = [
            followed(1, 2, 2026),
            followed(2, 3, 2028),
            followed(2, 4, 2028),
        ];
        let later = date(2030, 1, 1);
        assert!(predecessors(&successions, code(3), later).is_empty());
        assert_eq!(predecessors(&successions, code(2), later), [code(1)]);
    }

    #[test]
    fn a_merged_municipality_goes_by_the_codes_of_its_successors() {
        // mission: A1
        let successions = [
            followed(1, 2, 2026),
            followed(2, 3, 2028),
            followed(3, 4, 2029),
            followed(3, 5, 2029),
            followed(6, 7, 2026),
            followed(7, 6, 2026),
        ];
        let at = |year| codes_on(&successions, code(1), date(year, 1, 1));
        assert_eq!(at(2025), [code(1)]);
        assert_eq!(at(2026), [code(1), code(2)]);
        assert_eq!(
            at(2030),
            [code(1), code(2), code(3)],
            "a split ends the chain"
        );
        assert_eq!(
            codes_on(&successions, code(6), date(2027, 1, 1)),
            [code(6), code(7)]
        );
    }

    #[test]
    fn a_circle_ends() {
        let successions = [followed(1, 2, 2026), followed(2, 1, 2026)];
        assert_eq!(
            predecessors(&successions, code(1), date(2027, 1, 1)),
            [code(2)]
        );
    }
}
