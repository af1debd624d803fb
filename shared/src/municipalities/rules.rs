//! What must hold before a municipality ends.

use jiff::civil::Date;

use super::Succession;
use crate::words::MunicipalityCode;

/// Most successors of one municipality; history knows of seven.
pub const MOST_SUCCESSORS: usize = 20;

/// What is wrong with a list of successors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongSuccessors {
    /// There are none, or too many.
    #[error("name 1 to {MOST_SUCCESSORS} successors")]
    Number,
    /// One is named twice.
    #[error("a successor is named twice")]
    Twice {
        /// Its place in the list.
        at: usize,
    },
    /// One is the municipality itself, or one that it came in the place of.
    #[error("a successor cannot be the municipality itself or one before it")]
    Circle {
        /// Its place in the list.
        at: usize,
    },
}

/// Checks the successors of `code`, given every succession there is.
pub fn may_follow(
    successions: &[Succession],
    code: MunicipalityCode,
    successors: &[MunicipalityCode],
) -> Result<(), WrongSuccessors> {
    if successors.is_empty() || successors.len() > MOST_SUCCESSORS {
        return Err(WrongSuccessors::Number);
    }
    let mut seen = Vec::new();
    for (at, successor) in successors.iter().enumerate() {
        if seen.contains(successor) {
            return Err(WrongSuccessors::Twice { at });
        }
        seen.push(*successor);
        if *successor == code || comes_after(successions, *successor, code) {
            return Err(WrongSuccessors::Circle { at });
        }
    }
    Ok(())
}

/// Whether `later` is among those that came after `code`, by mergers or splits.
fn comes_after(
    successions: &[Succession],
    code: MunicipalityCode,
    later: MunicipalityCode,
) -> bool {
    let mut seen = Vec::new();
    let mut waiting = vec![code];
    while let Some(old) = waiting.pop() {
        for succession in successions.iter().filter(|it| it.code == old) {
            if succession.successor == later {
                return true;
            }
            if !seen.contains(&succession.successor) {
                seen.push(succession.successor);
                waiting.push(succession.successor);
            }
        }
    }
    false
}

/// Whether a day can be the first without a municipality that existed from `valid_from`.
#[must_use]
pub fn may_end_on(valid_from: Option<Date>, day: Date) -> bool {
    valid_from.is_none_or(|from| from < day)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use jiff::civil::date;

    use super::*;

    fn code(number: u16) -> MunicipalityCode {
        format!("GM{number:04}").parse().unwrap()
    }

    #[test]
    fn successors_are_some_distinct_others() {
        let ok = |successors: &[MunicipalityCode]| may_follow(&[], code(1), successors);
        assert_eq!(ok(&[code(2)]), Ok(()));
        assert_eq!(ok(&[code(2), code(3)]), Ok(()));
        assert_eq!(ok(&[]), Err(WrongSuccessors::Number));
        assert_eq!(
            ok(&[code(2), code(2)]),
            Err(WrongSuccessors::Twice { at: 1 })
        );
        assert_eq!(ok(&[code(1)]), Err(WrongSuccessors::Circle { at: 0 }));
    }

    #[test]
    fn a_municipality_is_not_followed_by_one_that_it_followed() {
        let followed = |old, new| Succession {
            code: code(old),
            successor: code(new),
            since: date(2026, 1, 1),
        };
        let successions = [followed(1, 2), followed(2, 3), followed(2, 4)];
        assert_eq!(
            may_follow(&successions, code(4), &[code(5), code(1)]),
            Err(WrongSuccessors::Circle { at: 1 })
        );
        assert_eq!(may_follow(&successions, code(4), &[code(3)]), Ok(()));
    }
}
