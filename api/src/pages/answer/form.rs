//! The form on the page, and what comes back from it.

use aws_lc_rs::error::Unspecified;
use koplopers_shared::invitations::{AnswerChoice, Invitation, InvitationAnswer, Wishes};

use super::super::form::{Form, TextError, is_nonce, line, new_nonce, paragraphs};
use super::super::layout::{Layout, Words};

/// The longest remark, in characters.
const MAX_REMARK: usize = 2000;

/// The longest wish, in characters.
const MAX_WISH: usize = 500;

const fn wish_error(error: TextError) -> Words {
    match error {
        TextError::TooLong => Words {
            nl: "Uw wens is te lang. Gebruik ten hoogste 500 tekens",
            en: "Your wish is too long. Use at most 500 characters",
        },
        TextError::Control => Words {
            nl: "In uw wens staan tekens die wij niet kunnen bewaren. Typ de wens opnieuw",
            en: "Your wish has characters that we cannot keep. Type the wish again",
        },
    }
}

/// The form as the page shows it.
#[derive(Debug)]
pub(super) struct AnswerForm {
    /// Makes a second press of the button the same request.
    pub(super) nonce: String,
    chosen: Option<AnswerChoice>,
    pub(super) remark: String,
    pub(super) dietary: String,
    pub(super) accessibility: String,
    pub(super) choice_error: Option<Words>,
    pub(super) remark_error: Option<Words>,
    pub(super) dietary_error: Option<Words>,
    pub(super) accessibility_error: Option<Words>,
    pub(super) general_error: Option<Words>,
}

/// One of the answers to choose from.
pub(super) struct Choice {
    pub(super) word: &'static str,
    pub(super) chosen: bool,
    label: Words,
}

impl Choice {
    pub(super) fn label(&self, layout: &Layout<'_>) -> &'static str {
        self.label.say(layout)
    }
}

impl AnswerForm {
    /// The form of an invitation, with the answer it has so far.
    pub(super) fn of(invitation: &Invitation) -> Self {
        let chosen = match invitation.answer {
            InvitationAnswer::Accepted | InvitationAnswer::Waitlisted => {
                Some(AnswerChoice::Accepted)
            }
            InvitationAnswer::Tentative => Some(AnswerChoice::Tentative),
            InvitationAnswer::Declined => Some(AnswerChoice::Declined),
            InvitationAnswer::NeedsAction
            | InvitationAnswer::Delegated
            | InvitationAnswer::Removed => None,
        };
        Self {
            nonce: String::new(),
            chosen,
            remark: invitation.remark.clone().unwrap_or_default(),
            dietary: invitation.wishes.dietary.clone().unwrap_or_default(),
            accessibility: invitation.wishes.accessibility.clone().unwrap_or_default(),
            choice_error: None,
            remark_error: None,
            dietary_error: None,
            accessibility_error: None,
            general_error: None,
        }
    }

    pub(super) fn has_errors(&self) -> bool {
        [
            self.choice_error,
            self.remark_error,
            self.dietary_error,
            self.accessibility_error,
            self.general_error,
        ]
        .iter()
        .any(Option::is_some)
    }

    /// The answers to choose from.
    pub(super) fn choices(&self) -> Vec<Choice> {
        AnswerChoice::ALL
            .iter()
            .map(|choice| Choice {
                word: choice.as_str(),
                chosen: self.chosen == Some(*choice),
                label: label(*choice),
            })
            .collect()
    }

    /// The same form, to be sent as a new request, saying what is wrong.
    pub(super) fn again(parsed: Parsed, general_error: Words) -> Self {
        Self {
            nonce: String::new(),
            chosen: Some(parsed.choice),
            remark: parsed.remark.unwrap_or_default(),
            dietary: parsed.wishes.dietary.unwrap_or_default(),
            accessibility: parsed.wishes.accessibility.unwrap_or_default(),
            choice_error: None,
            remark_error: None,
            dietary_error: None,
            accessibility_error: None,
            general_error: Some(general_error),
        }
    }

    /// The form as a page can send it: with a nonce that no other has.
    pub(super) fn ready(mut self) -> Result<Self, Unspecified> {
        self.nonce = new_nonce()?;
        Ok(self)
    }
}

const fn label(choice: AnswerChoice) -> Words {
    match choice {
        AnswerChoice::Accepted => Words {
            nl: "Ja, ik kom",
            en: "Yes, I will come",
        },
        AnswerChoice::Tentative => Words {
            nl: "Misschien, ik weet het nog niet",
            en: "Maybe, I do not know yet",
        },
        AnswerChoice::Declined => Words {
            nl: "Nee, ik kom niet",
            en: "No, I will not come",
        },
    }
}

/// What a form that is right says.
#[derive(Debug, Clone)]
pub(super) struct Parsed {
    pub(super) choice: AnswerChoice,
    pub(super) remark: Option<String>,
    pub(super) wishes: Wishes,
    pub(super) nonce: String,
}

impl Parsed {
    /// What makes two sendings of one form the same.
    pub(super) fn contents(&self) -> String {
        let remark = self.remark.as_deref().unwrap_or_default();
        let dietary = self.wishes.dietary.as_deref().unwrap_or_default();
        let accessibility = self.wishes.accessibility.as_deref().unwrap_or_default();
        format!("{}\n{dietary}\n{accessibility}\n{remark}", self.choice)
    }
}

/// Reads the form; else gives it back with all that is wrong, and with what was typed.
pub(super) fn parse(form: &Form) -> Result<Parsed, Box<AnswerForm>> {
    let choice = form
        .get("answer")
        .and_then(|word| word.parse::<AnswerChoice>().ok());
    let typed = form.get("remark").unwrap_or_default();
    let remark = paragraphs(typed, MAX_REMARK);
    let (typed_dietary, typed_accessibility) = (
        form.get("dietary").unwrap_or_default(),
        form.get("accessibility").unwrap_or_default(),
    );
    let dietary = line(typed_dietary, MAX_WISH);
    let accessibility = line(typed_accessibility, MAX_WISH);
    let nonce = form.get("nonce").filter(|nonce| is_nonce(nonce));
    if let (Some(choice), Ok(remark), Ok(dietary), Ok(accessibility), Some(nonce)) =
        (choice, &remark, &dietary, &accessibility, nonce)
    {
        return Ok(Parsed {
            choice,
            remark: remark.clone(),
            wishes: Wishes {
                dietary: dietary.clone(),
                accessibility: accessibility.clone(),
            },
            nonce: nonce.to_owned(),
        });
    }
    Err(Box::new(AnswerForm {
        nonce: String::new(),
        chosen: choice,
        remark: typed.to_owned(),
        dietary: typed_dietary.to_owned(),
        accessibility: typed_accessibility.to_owned(),
        dietary_error: dietary.err().map(wish_error),
        accessibility_error: accessibility.err().map(wish_error),
        choice_error: choice.is_none().then_some(Words {
            nl: "Kies of u komt",
            en: "Choose whether you will come",
        }),
        remark_error: remark.err().map(|error| match error {
            TextError::TooLong => Words {
                nl: "Uw tekst is te lang. Gebruik ten hoogste 2.000 tekens",
                en: "Your text is too long. Use at most 2,000 characters",
            },
            TextError::Control => Words {
                nl: "In uw tekst staan tekens die wij niet kunnen bewaren. Typ de tekst opnieuw",
                en: "Your text has characters that we cannot keep. Type the text again",
            },
        }),
        general_error: nonce.is_none().then_some(Words {
            nl: "Het formulier kwam niet compleet aan. Kijk of alles klopt en probeer het nog een keer",
            en: "The form did not arrive completely. Check your answer and try again",
        }),
    }))
}
