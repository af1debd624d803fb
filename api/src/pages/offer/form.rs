//! The two forms on the page, and what comes back from them.

use aws_lc_rs::error::Unspecified;
use koplopers_shared::offers::{AnsweredBy, OfferAnswer};
use koplopers_shared::words::bsn::holds_possible_bsn;

use super::super::form::{Form, TextError, is_nonce, line, new_nonce, paragraphs};
use super::super::layout::Words;

/// The longest reason, in characters.
const MAX_REASON: usize = 2000;

/// The longest name and role, in characters.
const MAX_LINE: usize = 200;

/// The forms as the page shows them; they share one nonce, so that only one of them is taken.
#[derive(Debug, Default)]
pub(super) struct OfferForm {
    /// Makes a second press of a button the same request.
    pub(super) nonce: String,
    pub(super) name: String,
    pub(super) role: String,
    pub(super) may: bool,
    pub(super) reason: String,
    pub(super) name_error: Option<Words>,
    pub(super) role_error: Option<Words>,
    pub(super) may_error: Option<Words>,
    pub(super) reason_error: Option<Words>,
    pub(super) general_error: Option<Words>,
}

/// Something that is wrong, and the field it is about.
pub(super) struct FormError {
    pub(super) field: Option<&'static str>,
    pub(super) words: Words,
}

impl OfferForm {
    /// Everything that is wrong, in the order of the page.
    pub(super) fn errors(&self) -> Vec<FormError> {
        [
            (None, self.general_error),
            (Some("name"), self.name_error),
            (Some("role"), self.role_error),
            (Some("may"), self.may_error),
            (Some("reason"), self.reason_error),
        ]
        .into_iter()
        .filter_map(|(field, words)| words.map(|words| FormError { field, words }))
        .collect()
    }

    pub(super) fn has_errors(&self) -> bool {
        !self.errors().is_empty()
    }

    /// The forms as a page can send them: with a nonce that no other has.
    pub(super) fn ready(mut self) -> Result<Self, Unspecified> {
        self.nonce = new_nonce()?;
        Ok(self)
    }
}

/// What a form that is right says.
#[derive(Debug, Clone)]
pub(super) struct Parsed {
    pub(super) answer: OfferAnswer,
    pub(super) nonce: String,
}

impl Parsed {
    /// What makes two sendings of one form the same.
    pub(super) fn contents(&self) -> String {
        match &self.answer {
            OfferAnswer::Accept(by) => format!("accept\n{}\n{}", by.name, by.role),
            OfferAnswer::Refuse { reason } => format!("refuse\n{reason}"),
        }
    }
}

/// Reads a form; else gives both back with all that is wrong, and with what was typed.
pub(super) fn parse(form: &Form) -> Result<Parsed, Box<OfferForm>> {
    let nonce = form.get("nonce").filter(|nonce| is_nonce(nonce));
    let typed = |name: &str| form.get(name).unwrap_or_default().to_owned();
    let mut again = OfferForm {
        name: typed("name"),
        role: typed("role"),
        may: form.get("may") == Some("yes"),
        reason: typed("reason"),
        general_error: nonce.is_none().then_some(INCOMPLETE),
        ..OfferForm::default()
    };
    let answer = match form.get("answer") {
        Some("accept") => acceptance(&mut again),
        Some("refuse") => refusal(&mut again),
        Some(_) | None => {
            again.general_error = Some(INCOMPLETE);
            None
        }
    };
    match (answer, nonce) {
        (Some(answer), Some(nonce)) => Ok(Parsed {
            answer,
            nonce: nonce.to_owned(),
        }),
        (None, _) | (_, None) => Err(Box::new(again)),
    }
}

const INCOMPLETE: Words = Words {
    nl: "Het formulier kwam niet compleet aan. Kijk of alles klopt en probeer het nog een keer",
    en: "The form did not arrive completely. Check your answer and try again",
};

fn acceptance(form: &mut OfferForm) -> Option<OfferAnswer> {
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
    form.name_error = name.as_ref().err().copied();
    form.role_error = role.as_ref().err().copied();
    form.may_error = (!form.may).then_some(Words {
        nl: "Bevestig dat u hierover mag beslissen",
        en: "Confirm that you may decide on this",
    });
    match (name, role, form.may) {
        (Ok(name), Ok(role), true) => Some(OfferAnswer::Accept(AnsweredBy { name, role })),
        (Ok(_) | Err(_), Ok(_) | Err(_), _) => None,
    }
}

fn refusal(form: &mut OfferForm) -> Option<OfferAnswer> {
    let reason = filled(
        paragraphs(&form.reason, MAX_REASON),
        Words {
            nl: "Schrijf op waarom u de offerte niet aanneemt",
            en: "Write down why you do not accept the offer",
        },
    );
    form.reason_error = reason.as_ref().err().copied();
    reason.ok().map(|reason| OfferAnswer::Refuse { reason })
}

/// A text that is there and can be kept, or what to say about it.
fn filled(text: Result<Option<String>, TextError>, missing: Words) -> Result<String, Words> {
    match text {
        Ok(None) => Err(missing),
        // The page asks for no statement that it is another number: taking it out is easy.
        Ok(Some(text)) if holds_possible_bsn(&text) => Err(Words {
            nl: "In uw tekst staat een nummer dat een burgerservicenummer kan zijn. Haal het weg",
            en: "Your text has a number that could be a citizen service number. Take it out",
        }),
        Ok(Some(text)) => Ok(text),
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

    fn parsed(fields: &[(&str, &str)]) -> Result<Parsed, Box<OfferForm>> {
        parse(&Form::of(fields))
    }

    const NONCE: (&str, &str) = ("nonce", "AAAAAAAAAAAAAAAAAAAAAA");

    #[test]
    fn an_acceptance_names_who_decides_and_that_they_may() {
        // mission: T4
        let errors = |fields: &[(&str, &str)]| -> Vec<Option<&'static str>> {
            let form = parsed(fields).err();
            form.map(|form| form.errors().iter().map(|error| error.field).collect())
                .unwrap_or_default()
        };
        let accept = ("answer", "accept");
        assert_eq!(
            errors(&[NONCE, accept]),
            [Some("name"), Some("role"), Some("may")]
        );
        assert_eq!(
            errors(&[
                NONCE,
                accept,
                ("name", "Anna"),
                ("role", "111222333"),
                ("may", "yes")
            ]),
            [Some("role")]
        );
        assert_eq!(
            errors(&[NONCE, ("answer", "refuse"), ("reason", " ")]),
            [Some("reason")]
        );
        assert_eq!(errors(&[NONCE, ("answer", "maybe")]), [None]);
        assert_eq!(
            errors(&[
                accept,
                ("name", "Anna"),
                ("role", "Secretaris"),
                ("may", "yes")
            ]),
            [None]
        );
        let both = [
            NONCE,
            accept,
            ("name", " Anna "),
            ("role", "Secretaris"),
            ("may", "yes"),
        ];
        assert_eq!(
            parsed(&both).ok().map(|parsed| parsed.answer),
            Some(OfferAnswer::Accept(AnsweredBy {
                name: "Anna".to_owned(),
                role: "Secretaris".to_owned(),
            }))
        );
    }
}
