//! How names are matched: the same on both databases, whose own rules for letters differ.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// A name in lower case and without accents: `Zoë` is found by `zoe`.
#[must_use]
pub fn name_key(name: &str) -> String {
    name.nfd()
        .filter(|letter| !is_combining_mark(*letter))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The `LIKE` pattern, with `\` as its escape, of texts that contain `part`.
#[must_use]
pub fn containing(part: &str) -> String {
    let mut pattern = String::with_capacity(part.len() + 2);
    pattern.push('%');
    for letter in part.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_case_do_not_tell_names_apart() {
        assert_eq!(name_key("Zoë Ångström"), "zoe angstrom");
        assert_eq!(name_key("İzmir"), "izmir");
        assert_eq!(name_key("D'Artagnan-Çelik"), "d'artagnan-celik");
    }

    #[test]
    fn a_pattern_takes_its_text_literally() {
        assert_eq!(containing("50%_\\"), "%50\\%\\_\\\\%");
    }
}
