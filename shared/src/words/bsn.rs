//! Numbers that could be a citizen service number (BSN, burgerservicenummer).
//!
//! We have no ground to keep one (UAVG art. 46), and people paste them into notes all the same. A
//! number is suspect when it has nine digits and passes the eleven-check of the BSN (Besluit
//! algemene bepalingen burgerservicenummer); one in eleven other numbers does too, so whoever
//! knows better can say so.

/// How the groups of a number may be set apart: `123.456.782`, `123 456 782`, `1234-56-782`.
const SEPARATORS: [char; 5] = ['.', '-', ' ', '\u{a0}', '\u{202f}'];

/// Whether `text` holds a number that could be a BSN: nine digits that pass the eleven-check,
/// together or in groups with one and the same mark between them, and no part of a longer number.
#[must_use]
pub fn holds_possible_bsn(text: &str) -> bool {
    let numbers = numbers(text);
    let alone = numbers.iter().any(|number| passes(&number.digits));
    alone || groups(text, &numbers).any(|digits| passes(&digits))
}

/// Digits without anything between them.
struct Number {
    digits: Vec<u32>,
    start: usize,
    end: usize,
}

fn numbers(text: &str) -> Vec<Number> {
    let mut found: Vec<Number> = Vec::new();
    for (at, character) in text.char_indices() {
        let Some(digit) = character.to_digit(10) else {
            continue;
        };
        match found.last_mut() {
            Some(number) if number.end == at => {
                number.digits.push(digit);
                number.end += 1;
            }
            Some(_) | None => found.push(Number {
                digits: vec![digit],
                start: at,
                end: at + 1,
            }),
        }
    }
    found
}

/// The digits of each longest row of numbers with one and the same mark between them.
fn groups<'t>(text: &'t str, numbers: &'t [Number]) -> impl Iterator<Item = Vec<u32>> + 't {
    let mark = |pair: &[Number]| -> Option<char> {
        let between = text.get(pair.first()?.end..pair.last()?.start)?;
        let mut characters = between.chars();
        let first = characters.next()?;
        (characters.next().is_none() && SEPARATORS.contains(&first)).then_some(first)
    };
    let marks: Vec<Option<char>> = numbers.windows(2).map(mark).collect();
    let mut from = 0;
    std::iter::from_fn(move || {
        while let Some(mark) = marks.get(from) {
            let rest = marks.get(from..).unwrap_or_default();
            let length = rest.iter().take_while(|other| *other == mark).count();
            let row = numbers.get(from..=from + length).unwrap_or_default();
            from += length;
            if mark.is_some() {
                return Some(
                    row.iter()
                        .flat_map(|number| number.digits.clone())
                        .collect(),
                );
            }
        }
        None
    })
}

/// The eleven-check: the digits weigh 9 down to 2, and the last one -1.
fn passes(digits: &[u32]) -> bool {
    let [first @ .., last] = digits else {
        return false;
    };
    if first.len() != 8 || digits.iter().all(|digit| *digit == 0) {
        return false;
    }
    let weighed: u32 = first
        .iter()
        .zip((2..=9).rev())
        .map(|(digit, weight)| digit * weight)
        .sum();
    weighed % 11 == *last
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_that_passes_the_eleven_check_is_found_however_it_is_written() {
        // mission: B2
        for text in [
            "111222333",
            "BSN 111222333.",
            "BSN:111222333",
            "Het gaat om 111.222.333, zegt zij",
            "111 222 333",
            "1112-22-333",
            "111\u{a0}222\u{a0}333",
            "in 2026 111222333 genoemd",
            "zaak 12, 111 222 333",
            "é111222333é",
            "123456782",
        ] {
            assert!(holds_possible_bsn(text), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_left_alone() {
        for text in [
            "",
            "000000000",
            "111222334",
            "1112223330",
            "0111222333",
            "111 222 333 4",
            "0.111.222.333",
            "2026-03-12",
            "12-03-2026 14:00",
            "+31 6 1234 5678",
            "06-12345678",
            "€ 12.500,00",
            "1012 AB",
            "11122233",
        ] {
            assert!(!holds_possible_bsn(text), "{text}");
        }
    }

    /// Eight digits and the ninth that makes them pass, when there is one.
    fn with_check_digit(first: [u32; 8]) -> Option<Vec<u32>> {
        let digits = |last| first.iter().copied().chain([last]).collect::<Vec<u32>>();
        (0..10).map(digits).find(|digits| passes(digits))
    }

    fn written(digits: &[u32], mark: &str, cuts: &[bool]) -> String {
        let mut text = String::new();
        for (at, digit) in digits.iter().enumerate() {
            if at > 0 && cuts.get(at).copied().unwrap_or_default() {
                text.push_str(mark);
            }
            text.push_str(&digit.to_string());
        }
        text
    }

    proptest! {
        #[test]
        fn every_bsn_is_found_in_any_groups_and_between_any_words(
            first in proptest::array::uniform8(0_u32..10),
            mark in prop_oneof![Just("."), Just("-"), Just(" ")],
            cuts in proptest::collection::vec(any::<bool>(), 9),
            before in "[a-zA-Zé :(]{0,12}",
            after in "[a-zA-Zé,;)]{0,12}",
        ) {
            if let Some(digits) = with_check_digit(first) {
                let text = format!("{before}{}{after}", written(&digits, mark, &cuts));
                prop_assert!(holds_possible_bsn(&text), "{text}");
            }
        }

        #[test]
        fn part_of_a_longer_number_is_no_bsn(
            first in proptest::array::uniform8(0_u32..10),
            more in 0_u32..10,
        ) {
            if let Some(digits) = with_check_digit(first) {
                let number = written(&digits, "", &[]);
                let (before, after) = (format!("{more}{number}"), format!("{number}{more}"));
                prop_assert!(!holds_possible_bsn(&before));
                prop_assert!(!holds_possible_bsn(&after));
            }
        }

        #[test]
        fn nine_digits_that_fail_the_check_are_no_bsn(digits in proptest::array::uniform9(0_u32..10)) {
            let text = written(&digits, "", &[]);
            prop_assert_eq!(holds_possible_bsn(&text), passes(&digits));
        }

        #[test]
        fn any_text_can_be_looked_at(text in any::<String>()) {
            let _ = holds_possible_bsn(&text);
        }
    }
}
