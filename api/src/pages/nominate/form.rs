//! The open form as it was sent, and what comes back from it.

use std::collections::BTreeMap;

use koplopers_shared::candidacies::{CandidateKind, Employer};
use koplopers_shared::catalogue::{Language, PersonRole};
use koplopers_shared::nominations::{
    CandidateDetails, Channel, NamedEmployer, NewNomination, NominationProblem, Nominator,
    ProposedGiver, rules,
};
use koplopers_shared::words::bsn::holds_possible_bsn;
use koplopers_shared::words::{EmailAddress, MunicipalityCode};

use super::super::form::{Form, TextError, is_nonce, line, paragraphs};
use super::super::layout::Words;
use super::fields::{FIELDS, Field, Kind};

/// What was typed, and what is wrong with it.
#[derive(Debug, Default)]
pub(super) struct NominateForm {
    typed: BTreeMap<&'static str, String>,
    errors: Vec<FormError>,
}

/// Something that is wrong, and the field it is about.
#[derive(Debug)]
pub(super) struct FormError {
    pub(super) field: Option<&'static str>,
    pub(super) words: Words,
}

impl NominateForm {
    /// What was typed into a field.
    pub(super) fn value(&self, name: &str) -> &str {
        self.typed.get(name).map_or("", String::as_str)
    }

    /// What is wrong with a field.
    pub(super) fn error(&self, name: &str) -> Option<Words> {
        let mut errors = self.errors.iter();
        let found = errors.find(|error| error.field == Some(name));
        found.map(|error| error.words)
    }

    /// Everything that is wrong, in the order of the page.
    pub(super) fn errors(&self) -> &[FormError] {
        &self.errors
    }

    /// The same form, with something wrong with it.
    pub(super) fn wrong(mut self, field: Option<&'static str>, words: Words) -> Self {
        self.errors.push(FormError { field, words });
        self
    }

    /// The same form, with what the rules said.
    pub(super) fn refused(mut self, problems: &[NominationProblem]) -> Self {
        for problem in problems {
            let (field, words) = in_words(problem);
            self.errors.push(FormError {
                field: Some(field),
                words,
            });
        }
        self
    }

    /// What makes two sendings of one form the same.
    pub(super) fn contents(&self) -> String {
        format!("{:?}", self.typed)
    }
}

/// A form that is right as far as it can be seen without the lists of the service.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) new: NewNomination,
    pub(super) nonce: String,
    /// As it was typed, for when the rules refuse it.
    pub(super) form: NominateForm,
}

const INCOMPLETE: Words = Words {
    nl: "Het formulier kwam niet compleet aan. Kijk of alles klopt en probeer het nog een keer",
    en: "The form did not arrive completely. Check your answers and try again",
};

const EMPTY_GIVER: Words = Words {
    nl: "Vul van de leidinggevende naam, mailadres en functie in, of laat alle drie leeg",
    en: "Fill in name, e-mail address and role of the executive, or leave all three empty",
};

/// Reads a form; else gives it back with all that is wrong, and with what was typed.
pub(super) fn parse(sent: &Form, language: Language) -> Result<Parsed, NominateForm> {
    let mut form = NominateForm::default();
    let mut texts = BTreeMap::new();
    for field in FIELDS {
        let typed = sent.get(field.name).unwrap_or_default();
        form.typed.insert(field.name, typed.to_owned());
        match read(field, typed) {
            Ok(Some(text)) => {
                texts.insert(field.name, text);
            }
            Ok(None) => {}
            Err(words) => form.errors.push(FormError {
                field: Some(field.name),
                words,
            }),
        }
    }
    let nonce = sent.get("nonce").filter(|nonce| is_nonce(nonce));
    let mut text = |name: &str| texts.remove(name);
    let both = (text("municipality"), text("organisation_name"));
    let employer = match both {
        (Some(_), Some(_)) => {
            let words = Words {
                nl: "Kies een gemeente of vul een organisatie in, niet allebei",
                en: "Choose a municipality or fill in an organisation, not both",
            };
            form = form.wrong(Some("organisation_name"), words);
            None
        }
        (Some(code), None) => {
            let code = code.parse::<MunicipalityCode>().ok();
            if code.is_none() {
                form = form.wrong(Some("municipality"), INCOMPLETE);
            }
            code.map(|code| NamedEmployer::Known(Employer::Municipality(code)))
        }
        (None, Some(name)) => Some(NamedEmployer::Named(rules::tidy_name(&name))),
        (None, None) => None,
    };
    let giver = match (text("giver_name"), text("giver_email"), text("giver_role")) {
        (Some(name), Some(email), Some(role)) => email
            .parse::<EmailAddress>()
            .ok()
            .zip(role.parse::<PersonRole>().ok())
            .map(|(email, role)| ProposedGiver {
                name: rules::tidy_name(&name),
                email,
                role,
            }),
        (None, None, None) => None,
        _ => {
            // A field that is wrong itself has been named already.
            if !form
                .errors
                .iter()
                .any(|it| it.field.is_some_and(|name| name.starts_with("giver")))
            {
                form = form.wrong(Some("giver_name"), EMPTY_GIVER);
            }
            None
        }
    };
    let email = |text: Option<String>| text.and_then(|text| text.parse::<EmailAddress>().ok());
    let kind = text("candidate_kind").and_then(|word| word.parse::<CandidateKind>().ok());
    let (Some(nonce), Some(kind), true) = (nonce, kind, form.errors.is_empty()) else {
        if form.errors.is_empty() {
            form = form.wrong(None, INCOMPLETE);
        }
        return Err(form);
    };
    let mut filled = |name: &str| text(name).unwrap_or_default();
    let new = NewNomination {
        channel: Channel::Open,
        external_reference: None,
        nominator: Some(Nominator {
            name: rules::tidy_name(&filled("nominator_name")),
            email: email(Some(filled("nominator_email"))),
        }),
        language,
        candidate: CandidateDetails {
            name: rules::tidy_name(&filled("candidate_name")),
            email: email(Some(filled("candidate_email"))),
            kind,
            employer,
        },
        relation: filled("relation"),
        motivation: filled("motivation"),
        innovation: filled("innovation"),
        impact: filled("impact"),
        giver,
    };
    Ok(Parsed {
        new,
        nonce: nonce.to_owned(),
        form,
    })
}

/// What a field holds; `None` when it is empty and may be.
fn read(field: &Field, typed: &str) -> Result<Option<String>, Words> {
    let text = match field.kind {
        Kind::Paragraphs => paragraphs(typed, field.longest),
        Kind::Line | Kind::Email | Kind::Radios | Kind::Select => line(typed, field.longest),
    };
    let Some(text) = text.map_err(text_error)? else {
        return if field.required {
            Err(field.missing)
        } else {
            Ok(None)
        };
    };
    let is_text = matches!(field.kind, Kind::Line | Kind::Paragraphs);
    if is_text && holds_possible_bsn(&text) {
        // The page asks for no statement that it is another number: taking it out is easy.
        return Err(Words {
            nl: "In uw tekst staat een nummer dat een burgerservicenummer kan zijn. Haal het weg",
            en: "Your text has a number that could be a citizen service number. Take it out",
        });
    }
    if field.kind == Kind::Email && EmailAddress::parse(&text).is_err() {
        return Err(Words {
            nl: "Vul een mailadres in, zoals naam@voorbeeld.nl",
            en: "Fill in an e-mail address, such as name@example.org",
        });
    }
    Ok(Some(text))
}

const fn text_error(error: TextError) -> Words {
    match error {
        TextError::TooLong => Words {
            nl: "Uw tekst is te lang. Maak hem korter",
            en: "Your text is too long. Make it shorter",
        },
        TextError::Control => Words {
            nl: "In uw tekst staan tekens die wij niet kunnen bewaren. Typ de tekst opnieuw",
            en: "Your text has characters that we cannot keep. Type the text again",
        },
    }
}

const fn in_words(problem: &NominationProblem) -> (&'static str, Words) {
    match problem {
        NominationProblem::NominatorMissing | NominationProblem::NominatorNamed => {
            ("nominator_name", INCOMPLETE)
        }
        NominationProblem::MotivationTooShort => (
            "motivation",
            Words {
                nl: "Uw motivatie is te kort. Schrijf ten minste 50 tekens",
                en: "Your motivation is too short. Write at least 50 characters",
            },
        ),
        NominationProblem::Municipality(_) => (
            "municipality",
            Words {
                nl: "Kies een gemeente die nu bestaat",
                en: "Choose a municipality that exists today",
            },
        ),
        NominationProblem::UnknownOrganisation => ("organisation_name", INCOMPLETE),
        NominationProblem::EmployerMissing => (
            "municipality",
            Words {
                nl: "Kies voor welke gemeente deze persoon werkt, of vul een organisatie in",
                en: "Choose the municipality that this person works for, or fill in an organisation",
            },
        ),
        NominationProblem::GiverWithoutEmployer => (
            "giver_name",
            Words {
                nl: "Wie voor niemand werkt, heeft geen instemming nodig. Laat deze velden leeg",
                en: "Who works for nobody needs no consent. Leave these fields empty",
            },
        ),
        NominationProblem::GiverIsCandidate => (
            "giver_name",
            Words {
                nl: "De persoon die u voordraagt kan niet zelf instemmen",
                en: "The person whom you nominate cannot consent",
            },
        ),
        NominationProblem::GiverIsNominator => (
            "giver_name",
            Words {
                nl: "U kunt niet zelf instemmen met uw eigen voordracht",
                en: "You cannot consent to your own nomination",
            },
        ),
        NominationProblem::GiverNotHighest => (
            "giver_role",
            Words {
                nl: "Deze functie past niet bij waar de persoon werkt",
                en: "This role does not fit with where the person works",
            },
        ),
    }
}
