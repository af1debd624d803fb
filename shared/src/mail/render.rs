//! From values to a mail: templates, languages, and what must hold for every mail.

use std::fmt::Write as _;

use super::calendar::Method;
use super::clean::{self, Line};
use super::institute::Institute;
use crate::catalogue::words::Language;

/// Longest line, in octets, of a text or an HTML part; RFC 5322 §2.1.1 allows 998.
const LONGEST: usize = 900;

/// A mail for one recipient, complete but for its headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedMail {
    /// One line, without control characters.
    pub subject: String,
    /// The plain part.
    pub text: String,
    /// The HTML part; it says the same.
    pub html: String,
    /// For `Content-Language`.
    pub language: Language,
    /// The calendar part, if the mail is about a meeting.
    pub calendar: Option<CalendarPart>,
}

/// A calendar and how it is to be sent (RFC 6047 §2.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarPart {
    /// The `method` parameter of the part.
    pub method: Method,
    /// The file, with CRLF.
    pub ics: String,
}

/// Who reads the mail.
#[derive(Debug, Clone)]
pub struct Recipient {
    /// Name to greet.
    pub name: Line,
    /// Language to write in.
    pub language: Language,
}

/// What every template may use besides the values of its own kind.
#[derive(Debug)]
pub struct Page<'a> {
    /// The sender.
    pub institute: &'a Institute,
    /// The reader.
    pub to: &'a Recipient,
    /// The subject, also the title of the HTML part.
    pub subject: &'a str,
}

impl Page<'_> {
    /// The language of the reader.
    #[must_use]
    pub fn language(&self) -> Language {
        self.to.language
    }
}

/// A template that could not be filled.
#[derive(Debug, thiserror::Error)]
#[error("rendering {kind}")]
pub struct RenderError {
    kind: &'static str,
    source: askama::Error,
}

/// One kind of mail: its values and how they become words.
pub trait Contents {
    /// The name of its templates and of the delivery.
    const KIND: &'static str;

    /// What is asked, first; then what it is about.
    fn subject(&self, language: Language) -> String;

    /// The plain part, as the template gives it.
    fn text(&self, page: &Page<'_>) -> askama::Result<String>;

    /// The HTML part, as the template gives it.
    fn html(&self, page: &Page<'_>) -> askama::Result<String>;

    /// The calendar part.
    fn calendar(&self, _language: Language) -> Option<CalendarPart> {
        None
    }
}

/// Writes a mail in the language of its recipient.
pub fn render<C: Contents>(
    contents: &C,
    to: &Recipient,
    institute: &Institute,
) -> Result<RenderedMail, RenderError> {
    let failed = |source| RenderError {
        kind: C::KIND,
        source,
    };
    let subject = clean::one_line(&contents.subject(to.language));
    let page = Page {
        institute,
        to,
        subject: &subject,
    };
    let text = tidy(&contents.text(&page).map_err(failed)?);
    let html = tidy(&contents.html(&page).map_err(failed)?);
    Ok(RenderedMail {
        text,
        html,
        language: to.language,
        calendar: contents.calendar(to.language),
        subject,
    })
}

/// Gives a kind of mail its four templates, in the order Dutch text and HTML, English text and HTML.
macro_rules! written {
    ($mail:ty: $nl_txt:tt, $nl_html:tt, $en_txt:tt, $en_html:tt) => {
        fn text(&self, page: &$crate::mail::Page<'_>) -> askama::Result<String> {
            $crate::mail::render::written!(@choose $mail, self, page, $nl_txt, $en_txt)
        }

        fn html(&self, page: &$crate::mail::Page<'_>) -> askama::Result<String> {
            $crate::mail::render::written!(@choose $mail, self, page, $nl_html, $en_html)
        }
    };
    (@choose $type:ty, $mail:ident, $page:ident, $nl:tt, $en:tt) => {{
        use askama::Template as _;

        #[derive(askama::Template)]
        #[template(path = $nl)]
        struct Dutch<'a> {
            mail: &'a $type,
            page: &'a $crate::mail::Page<'a>,
        }

        #[derive(askama::Template)]
        #[template(path = $en)]
        struct English<'a> {
            mail: &'a $type,
            page: &'a $crate::mail::Page<'a>,
        }

        match $page.language() {
            $crate::catalogue::words::Language::Nl => Dutch { mail: $mail, page: $page }.render(),
            $crate::catalogue::words::Language::En => English { mail: $mail, page: $page }.render(),
        }
    }};
}
pub(super) use written;

/// Names as a sentence holds them: "a, b en c".
pub(super) fn listed(names: &[Line], language: Language) -> String {
    let and = match language {
        Language::Nl => "en",
        Language::En => "and",
    };
    let mut sentence = String::new();
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            let last = index + 1 == names.len();
            sentence.push_str(if last { " " } else { ", " });
            if last {
                sentence.push_str(and);
                sentence.push(' ');
            }
        }
        // Writing to a string cannot fail.
        let _ = write!(sentence, "{name}");
    }
    sentence
}

/// Takes out what the templates' own layout left behind, and breaks what a mail cannot carry.
fn tidy(rendered: &str) -> String {
    let mut tidied = String::with_capacity(rendered.len());
    for line in rendered.trim().lines().map(str::trim_end) {
        let blank_before = tidied.is_empty() || tidied.ends_with("\n\n");
        if line.is_empty() && blank_before {
            continue;
        }
        push_broken(&mut tidied, line);
        tidied.push('\n');
    }
    tidied
}

/// Breaks a line that is too long: at a space, else between characters but never inside an HTML entity.
fn push_broken(out: &mut String, mut line: &str) {
    while line.len() > LONGEST {
        let mut end = line.floor_char_boundary(LONGEST);
        if let Some(space) = line[..end].rfind(' ').filter(|&space| space > 0) {
            out.push_str(&line[..space]);
            line = &line[space + 1..];
        } else {
            if let Some(entity) = line[..end].rfind('&')
                && entity > 0
                && !line[entity..end].contains(';')
            {
                end = entity;
            }
            out.push_str(&line[..end]);
            line = &line[end..];
        }
        out.push('\n');
    }
    out.push_str(line);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_as_a_sentence_does() {
        let names: Vec<Line> = ["A", "B", "C"].map(Line::new).to_vec();
        assert_eq!(listed(&names, Language::Nl), "A, B en C");
        assert_eq!(listed(&names[..2], Language::En), "A and B");
        assert_eq!(listed(&names[..1], Language::En), "A");
    }

    // security: 37
    #[test]
    fn a_long_line_is_broken_at_a_space_or_outside_an_entity() {
        let words = "woord ".repeat(400);
        assert!(
            tidy(&words)
                .lines()
                .all(|line| line.len() <= LONGEST && line.ends_with("woord"))
        );
        let entities = "&#60;".repeat(400);
        assert!(
            tidy(&entities)
                .lines()
                .all(|line| line.len() <= LONGEST && line.ends_with(';'))
        );
        assert_eq!(tidy(&entities).replace('\n', ""), entities);
    }

    #[test]
    fn blank_lines_of_a_template_are_reduced_to_one() {
        assert_eq!(tidy("\n\na  \n\n \n\nb\nc\n\n"), "a\n\nb\nc\n");
    }
}
