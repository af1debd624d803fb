//! Amounts as people read them: "€ 12.500,00", "€12,500.00".

use crate::catalogue::words::Language;
use crate::words::Cents;

/// An amount in euros and cents.
#[must_use]
pub fn euros(amount: Cents, language: Language) -> String {
    let (whole, cents) = (amount.get() / 100, amount.get() % 100);
    match language {
        // With a space that no line ends on.
        Language::Nl => format!("€\u{a0}{},{cents:02}", grouped(whole, '.')),
        Language::En => format!("€{}.{cents:02}", grouped(whole, ',')),
    }
}

/// A number with a mark between each three digits.
fn grouped(number: i64, mark: char) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn an_amount_reads_as_in_its_language() {
        for (cents, nl, en) in [
            (0, "€\u{a0}0,00", "€0.00"),
            (5, "€\u{a0}0,05", "€0.05"),
            (99_999, "€\u{a0}999,99", "€999.99"),
            (1_250_000, "€\u{a0}12.500,00", "€12,500.00"),
            (123_456_789, "€\u{a0}1.234.567,89", "€1,234,567.89"),
        ] {
            let amount = Cents::new(cents).unwrap();
            assert_eq!(euros(amount, Language::Nl), nl);
            assert_eq!(euros(amount, Language::En), en);
        }
    }
}
