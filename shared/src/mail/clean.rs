//! What may travel in a mail or a calendar: the last look at text that somebody typed.
//!
//! Texts were checked when they came in; this is done again here, because a header, a folded line or a quoted parameter
//! breaks on characters that are harmless everywhere else.

use std::fmt;

/// One line: each run of white space and control characters becomes one space, and the ends are trimmed.
///
/// For subjects, names, places and everything else that must not start a second line or a header.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
    {
        let start = line.len();
        if start > 0 {
            line.push(' ');
        }
        line.extend(word.chars().filter(|&c| !turns_text_around(c)));
        // A word of nothing but direction marks leaves no trace, nor its space.
        if line.len() <= start + usize::from(start > 0) {
            line.truncate(start);
        }
    }
    line
}

/// Several lines: line ends become `\n`, tabs become spaces, other control characters go, and the ends are trimmed.
#[must_use]
pub fn lines(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    cleaned.push('\n');
                }
            }
            '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => cleaned.push('\n'),
            '\t' => cleaned.push(' '),
            c if c.is_control() || turns_text_around(c) => {}
            c => cleaned.push(c),
        }
    }
    cleaned.trim().to_owned()
}

/// A cleaned line of text that somebody typed; the templates take no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line(String);

impl Line {
    /// Cleans a text into one line.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(one_line(text))
    }

    /// The line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The line, cut after so many characters with an ellipsis, for a subject.
    #[must_use]
    pub fn shortened(&self, characters: usize) -> Self {
        let Some((cut, _)) = self.0.char_indices().nth(characters) else {
            return self.clone();
        };
        Self(format!("{}…", self.0[..cut].trim_end()))
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Cleaned text of several lines that somebody typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paragraphs(String);

impl Paragraphs {
    /// Cleans a text; none when nothing is left of it.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let cleaned = lines(text);
        (!cleaned.is_empty()).then_some(Self(cleaned))
    }

    /// Its lines, in order.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.lines()
    }
}

impl fmt::Display for Paragraphs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Overrides and embeddings of writing direction can make an address or a name read as another one.
fn turns_text_around(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // security: 36
    #[test]
    fn a_line_end_in_a_name_becomes_a_space() {
        assert_eq!(
            one_line(" Sam\r\nBcc: x@example.org\t\u{0}\u{2028}einde "),
            "Sam Bcc: x@example.org einde"
        );
    }

    #[test]
    fn marks_that_turn_text_around_are_dropped() {
        assert_eq!(one_line("a \u{202e} b\u{2066}c"), "a bc");
    }

    #[test]
    fn all_kinds_of_line_ends_become_one_kind() {
        assert_eq!(lines("a\r\nb\rc\u{2029}d\u{7}\te\n"), "a\nb\nc\nd e");
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        let line = Line::new("één twee");
        assert_eq!(line.shortened(8), line);
        assert_eq!(line.shortened(4).as_str(), "één…");
    }

    proptest! {
        #[test]
        fn cleaning_twice_is_cleaning_once(text in any::<String>()) {
            let line = one_line(&text);
            prop_assert_eq!(&one_line(&line), &line);
            prop_assert!(!line.chars().any(char::is_control));
            let block = lines(&text);
            prop_assert_eq!(&lines(&block), &block);
            prop_assert!(!block.chars().any(|c| c.is_control() && c != '\n'));
        }
    }
}
