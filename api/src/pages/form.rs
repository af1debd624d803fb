//! Forms as browsers send them.

use std::collections::BTreeMap;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use aws_lc_rs::error::Unspecified;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use unicode_normalization::UnicodeNormalization as _;
use url::form_urlencoded;

use super::layout::{Layout, Words, message};
use crate::body;

/// The most bytes a form may have. Its largest field, 2,000 characters, takes up to 24,000 of them.
const MAX_FORM: usize = 64 * 1024;

/// The fields of a form, each once.
#[derive(Debug)]
pub(super) struct Form(BTreeMap<String, String>);

/// A form that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unreadable(StatusCode);

impl Form {
    /// Reads the form in the body of a request.
    pub(super) async fn read(req: &HttpRequest, payload: &mut Payload) -> Result<Self, Unreadable> {
        Self::read_within(req, payload, MAX_FORM).await
    }

    /// As [`Self::read`], for a form with more or longer texts than others.
    pub(super) async fn read_within(
        req: &HttpRequest,
        payload: &mut Payload,
        most: usize,
    ) -> Result<Self, Unreadable> {
        body::accept_media_type(req, &["application/x-www-form-urlencoded"])
            .map_err(|problem| Unreadable(problem.kind().status))?;
        let bytes = body::read(req, payload)
            .await
            .map_err(|problem| Unreadable(problem.kind().status))?;
        Self::parse(&bytes, most)
    }

    fn parse(bytes: &[u8], most: usize) -> Result<Self, Unreadable> {
        if bytes.len() > most {
            return Err(Unreadable(StatusCode::PAYLOAD_TOO_LARGE));
        }
        let mut fields = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(bytes) {
            let before = fields.insert(name.into_owned(), value.into_owned());
            if before.is_some() {
                return Err(Unreadable(StatusCode::BAD_REQUEST));
            }
        }
        Ok(Self(fields))
    }

    /// The form with these fields.
    #[cfg(test)]
    pub(super) fn of(fields: &[(&str, &str)]) -> Self {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self(fields.iter().map(own).collect())
    }

    /// A field as it was typed; `None` when the form did not have it.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// Makes two sendings of one form the same request: 128 random bits, in 22 characters.
pub(super) fn new_nonce() -> Result<String, Unspecified> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Whether a text could be a nonce of ours.
pub(super) fn is_nonce(text: &str) -> bool {
    text.len() == 22
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// The page that says that a form cannot be read.
pub(super) fn unreadable(layout: &Layout<'_>, Unreadable(status): Unreadable) -> HttpResponse {
    let text = match status {
        StatusCode::PAYLOAD_TOO_LARGE => Words {
            nl: "Wat u stuurde is te groot. Ga terug en maak uw tekst korter.",
            en: "What you sent is too large. Go back and make your text shorter.",
        },
        _ => Words {
            nl: "Wij konden niet lezen wat u stuurde. Ga terug en probeer het nog een keer.",
            en: "We could not read what you sent. Go back and try again.",
        },
    };
    let heading = Words {
        nl: "Dat ging niet goed",
        en: "That did not work",
    };
    message(status, layout, heading, text)
}

/// Why a typed text is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextError {
    TooLong,
    /// It has characters that no keyboard makes.
    Control,
}

/// A typed text of several lines: line ends as `\n`, in NFC, trimmed; `None` when nothing is left.
pub(super) fn paragraphs(typed: &str, max_chars: usize) -> Result<Option<String>, TextError> {
    let text: String = typed
        .replace("\r\n", "\n")
        .replace(['\r', '\u{2028}', '\u{2029}'], "\n")
        .replace('\t', " ")
        .trim()
        .nfc()
        .collect();
    // U+FFFD stands where bytes were not UTF-8.
    if text
        .chars()
        .any(|c| c != '\n' && (c.is_control() || c == '\u{fffd}'))
    {
        return Err(TextError::Control);
    }
    if text.chars().count() > max_chars {
        return Err(TextError::TooLong);
    }
    Ok((!text.is_empty()).then_some(text))
}

/// A typed text of one line, as a name; else as [`paragraphs`].
pub(super) fn line(typed: &str, max_chars: usize) -> Result<Option<String>, TextError> {
    match paragraphs(typed, max_chars)? {
        // No keyboard puts a line end into a field of one line.
        Some(text) if text.contains('\n') => Err(TextError::Control),
        text => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(bytes: &[u8]) -> Option<u16> {
        Form::parse(bytes, MAX_FORM)
            .err()
            .map(|Unreadable(status)| status.as_u16())
    }

    // security: 29, 30
    #[test]
    fn a_form_is_small_and_has_each_field_once() {
        assert_eq!(status(b"answer=accepted&remark="), None);
        assert_eq!(status(b"answer=accepted&answer=declined"), Some(400));
        assert_eq!(status(&vec![b'a'; MAX_FORM + 1]), Some(413));
    }

    // security: 32, 33, 34
    #[test]
    fn a_typed_text_is_cleaned_counted_and_refused_with_control_characters() {
        let text = |typed: &str| paragraphs(typed, 10);
        assert_eq!(text(" a\r\nb\rc\t "), Ok(Some("a\nb\nc".to_owned())));
        assert_eq!(text(" \r\n "), Ok(None));
        assert_eq!(text("e\u{301}"), Ok(Some("é".to_owned())));
        assert_eq!(text("👩‍🏫 één"), Ok(Some("👩‍🏫 één".to_owned())));
        assert_eq!(text("a\u{0}b"), Err(TextError::Control));
        assert_eq!(text("a\u{7f}b"), Err(TextError::Control));
        assert_eq!(text("a\u{fffd}b"), Err(TextError::Control));
        assert_eq!(text("éééééééééé"), Ok(Some("éééééééééé".to_owned())));
        assert_eq!(text("ééééééééééé"), Err(TextError::TooLong));
    }
}
