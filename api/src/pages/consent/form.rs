//! The form on the page, and what comes back from it.

use aws_lc_rs::error::Unspecified;
use koplopers_shared::consents::{ConsentAnswer, Signature};
use koplopers_shared::words::bsn::holds_possible_bsn;

use super::super::form::{Form, TextError, is_nonce, line, new_nonce, paragraphs};
use super::super::layout::Words;

/// The longest reason, in characters.
const MAX_REASON: usize = 2000;

/// The longest name and role, in characters.
const MAX_LINE: usize = 200;

/// The form as the page shows it. Neither answer is chosen before the reader does, and name and
/// role are typed in: mail scanners send forms too.
#[derive(Debug, Default)]
pub(super) struct ConsentForm {
    /// Makes a second press of the button the same request.
    pub(super) nonce: String,
    pub(super) gives: bool,
    pub(super) refuses: bool,
    pub(super) name: String,
    pub(super) role: String,
    pub(super) reason: String,
    pub(super) answer_error: Option<Words>,
    pub(super) name_error: Option<Words>,
    pub(super) role_error: Option<Words>,
    pub(super) reason_error: Option<Words>,
    pub(super) general_error: Option<Words>,
}

/// Something that is wrong, and the field it is about.
pub(super) struct FormError {
    pub(super) field: Option<&'static str>,
    pub(super) words: Words,
}

impl ConsentForm {
    /// Everything that is wrong, in the order of the page.
    pub(super) fn errors(&self) -> Vec<FormError> {
        [
            (None, self.general_error),
            (Some("give"), self.answer_error),
            (Some("name"), self.name_error),
            (Some("role"), self.role_error),
            (Some("reason"), self.reason_error),
        ]
        .into_iter()
        .filter_map(|(field, words)| words.map(|words| FormError { field, words }))
        .collect()
    }

    pub(super) fn has_errors(&self) -> bool {
        !self.errors().is_empty()
    }

    /// The form as a page can send it: with a nonce that no other has.
    pub(super) fn ready(mut self) -> Result<Self, Unspecified> {
        self.nonce = new_nonce()?;
        Ok(self)
    }
}

/// What a form that is right says.
#[derive(Debug, Clone)]
pub(super) struct Parsed {
    pub(super) answer: ConsentAnswer,
    pub(super) nonce: String,
}

impl Parsed {
    /// What makes two sendings of one form the same.
    pub(super) fn contents(&self) -> String {
        match &self.answer {
            ConsentAnswer::Give(by) => format!("give\n{}\n{}", by.name, by.role),
            ConsentAnswer::Refuse { by, reason } => {
                let reason = reason.as_deref().unwrap_or_default();
                format!("refuse\n{}\n{}\n{reason}", by.name, by.role)
            }
        }
    }
}

const INCOMPLETE: Words = Words {
    nl: "Het formulier kwam niet compleet aan. Kijk of alles klopt en probeer het nog een keer",
    en: "The form did not arrive completely. Check your answer and try again",
};

/// Reads a form; else gives it back with all that is wrong, and with what was typed.
pub(super) fn parse(form: &Form) -> Result<Parsed, Box<ConsentForm>> {
    let nonce = form.get("nonce").filter(|nonce| is_nonce(nonce));
    let typed = |name: &str| form.get(name).unwrap_or_default().to_owned();
    let mut again = ConsentForm {
        gives: form.get("answer") == Some("give"),
        refuses: form.get("answer") == Some("refuse"),
        name: typed("name"),
        role: typed("role"),
        reason: typed("reason"),
        general_error: nonce.is_none().then_some(INCOMPLETE),
        ..ConsentForm::default()
    };
    match (answer(&mut again), nonce) {
        (Some(answer), Some(nonce)) => Ok(Parsed {
            answer,
            nonce: nonce.to_owned(),
        }),
        (None, _) | (_, None) => Err(Box::new(again)),
    }
}

fn answer(form: &mut ConsentForm) -> Option<ConsentAnswer> {
    form.answer_error = (!form.gives && !form.refuses).then_some(Words {
        nl: "Kies of u instemt of niet",
        en: "Choose whether you consent or not",
    });
    let name = filled(
        line(&form.name, MAX_LINE),
        Words {
            nl: "Vul uw naam in",
            en: "Fill in your name",
        },
    );
    let role = filled(
        line(&form.role, MAX_LINE),
        Words {
            nl: "Vul uw functie in",
            en: "Fill in your role",
        },
    );
    let reason = readable(paragraphs(&form.reason, MAX_REASON));
    form.name_error = name.as_ref().err().copied();
    form.role_error = role.as_ref().err().copied();
    form.reason_error = reason.as_ref().err().copied();
    let (Ok(name), Ok(role), Ok(reason)) = (name, role, reason) else {
        return None;
    };
    let by = Signature { name, role };
    match (form.gives, form.refuses) {
        (true, _) => Some(ConsentAnswer::Give(by)),
        (false, true) => Some(ConsentAnswer::Refuse { by, reason }),
        (false, false) => None,
    }
}

/// A text that is there and can be kept, or what to say about it.
fn filled(text: Result<Option<String>, TextError>, missing: Words) -> Result<String, Words> {
    readable(text)?.ok_or(missing)
}

/// A text that can be kept, if there is one, or what to say about it.
fn readable(text: Result<Option<String>, TextError>) -> Result<Option<String>, Words> {
    match text {
        Ok(Some(text)) if holds_possible_bsn(&text) => Err(Words {
            nl: "In uw tekst staat een nummer dat een burgerservicenummer kan zijn. Haal het weg",
            en: "Your text has a number that could be a citizen service number. Take it out",
        }),
        Ok(text) => Ok(text),
        Err(TextError::TooLong) => Err(Words {
            nl: "Uw tekst is te lang. Maak hem korter",
            en: "Your text is too long. Make it shorter",
        }),
        Err(TextError::Control) => Err(Words {
            nl: "In uw tekst staan tekens die wij niet kunnen bewaren. Typ de tekst opnieuw",
            en: "Your text has characters that we cannot keep. Type the text again",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONCE: (&str, &str) = ("nonce", "AAAAAAAAAAAAAAAAAAAAAA");

    fn errors(fields: &[(&str, &str)]) -> Vec<Option<&'static str>> {
        parse(&Form::of(fields))
            .err()
            .map_or_else(Vec::new, |form| {
                form.errors().iter().map(|error| error.field).collect()
            })
    }

    #[test]
    fn an_answer_is_chosen_and_signed_with_name_and_role() {
        // mission: N3
        assert_eq!(errors(&[NONCE]), [Some("give"), Some("name"), Some("role")]);
        let signed = [("name", " Anna "), ("role", "Secretaris")];
        let with = |more: &[(&'static str, &'static str)]| [&signed[..], more].concat();
        assert_eq!(errors(&with(&[NONCE])), [Some("give")]);
        assert_eq!(errors(&with(&[("answer", "give")])), [None]);
        assert_eq!(
            errors(&with(&[
                NONCE,
                ("answer", "refuse"),
                ("reason", "111222333")
            ])),
            [Some("reason")]
        );
        assert_eq!(
            errors(&[NONCE, ("answer", "give"), ("name", "a\nb"), ("role", " ")]),
            [Some("name"), Some("role")]
        );
        let by = Signature {
            name: "Anna".to_owned(),
            role: "Secretaris".to_owned(),
        };
        let given = parse(&Form::of(&with(&[NONCE, ("answer", "give")])));
        assert_eq!(
            given.ok().map(|parsed| parsed.answer),
            Some(ConsentAnswer::Give(by.clone()))
        );
        // A refusal needs no reason.
        let refused = parse(&Form::of(&with(&[
            NONCE,
            ("answer", "refuse"),
            ("reason", " "),
        ])));
        assert_eq!(
            refused.ok().map(|parsed| parsed.answer),
            Some(ConsentAnswer::Refuse { by, reason: None })
        );
    }
}
