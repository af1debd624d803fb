//! Content lines (RFC 5545 §3.1): the only place that knows of escaping, quoting, folding and line ends.

use crate::mail::clean;

/// Longest line in octets, without its line end.
const LONGEST: usize = 75;

/// A calendar under construction. Whatever a value holds, it stays within its own line.
pub(super) struct Lines {
    out: String,
}

impl Lines {
    pub(super) fn new() -> Self {
        Self {
            out: String::with_capacity(2_048),
        }
    }

    /// The calendar, each line ended by CRLF.
    pub(super) fn finish(self) -> String {
        self.out
    }

    /// A value that is no TEXT: a word of the standard, a number, a date, a rule, an encoded URI.
    pub(super) fn plain(&mut self, name: &str, value: &str) {
        self.parameters(name, &[], value);
    }

    /// The same, with parameters.
    pub(super) fn parameters(&mut self, name: &str, parameters: &[(&str, &str)], value: &str) {
        let mut line = String::from(name);
        for (parameter, value) in parameters {
            line.push(';');
            line.push_str(parameter);
            line.push('=');
            line.push_str(&parameter_value(value));
        }
        line.push(':');
        line.push_str(&clean::one_line(value));
        self.fold(&line);
    }

    /// A TEXT value of one line.
    pub(super) fn text_line(&mut self, name: &str, value: &str) {
        self.fold(&format!("{name}:{}", escaped(&clean::one_line(value))));
    }

    /// A TEXT value that may hold line ends.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.fold(&format!("{name}:{}", escaped(&clean::lines(value))));
    }

    /// Breaks a line between characters, so that no program can decode half of one (RFC 5545 §3.1).
    fn fold(&mut self, line: &str) {
        let mut octets = 0;
        for c in line.chars() {
            if octets + c.len_utf8() > LONGEST {
                self.out.push_str("\r\n ");
                octets = 1;
            }
            self.out.push(c);
            octets += c.len_utf8();
        }
        self.out.push_str("\r\n");
    }
}

/// TEXT (RFC 5545 §3.3.11).
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => {
                escaped.push('\\');
                escaped.push(c);
            }
            '\n' => escaped.push_str("\\n"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A parameter value: bare when it is a plain word, else in quotes, with the characters that even quotes cannot hold
/// written with a caret (RFC 6868).
fn parameter_value(value: &str) -> String {
    let value = clean::one_line(value);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '+' | '.');
    if !value.is_empty() && value.chars().all(plain) {
        return value;
    }
    let mut quoted = String::from('"');
    for c in value.chars() {
        match c {
            '^' => quoted.push_str("^^"),
            '"' => quoted.push_str("^'"),
            // The standard gives a backslash no meaning here, but some programs read an escape.
            '\\' => quoted.push('/'),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    // security: 38
    #[test]
    fn a_long_line_is_folded_at_75_octets_between_characters() {
        let mut lines = Lines::new();
        lines.text_line("SUMMARY", &"é👩‍👩‍👧".repeat(40));
        let out = lines.finish();
        assert!(out.split("\r\n").all(|line| line.len() <= LONGEST));
        assert_eq!(
            out.replace("\r\n ", ""),
            format!("SUMMARY:{}\r\n", "é👩‍👩‍👧".repeat(40))
        );
    }

    #[test]
    fn separators_in_text_are_escaped_and_line_ends_are_written_out() {
        let mut lines = Lines::new();
        lines.text("DESCRIPTION", "a;b,c\\n: \"d\"\r\ne");
        assert_eq!(lines.finish(), "DESCRIPTION:a\\;b\\,c\\\\n: \"d\"\\ne\r\n");
    }

    #[test]
    fn a_name_as_parameter_cannot_leave_its_quotes() {
        let mut lines = Lines::new();
        lines.parameters(
            "ATTENDEE",
            &[("CN", "J. \"Jo\" ^;\r\n:x")],
            "mailto:jo@example.nl",
        );
        assert_eq!(
            lines.finish(),
            "ATTENDEE;CN=\"J. ^'Jo^' ^^; :x\":mailto:jo@example.nl\r\n"
        );
    }
}
