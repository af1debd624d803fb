//! The form with which an invitee names somebody who comes or votes instead; on the page of an
//! invitation and on that of a date poll.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use aws_lc_rs::error::Unspecified;
use koplopers_shared::access::{Actor, InvitationsAnswer, Permit};
use koplopers_shared::clock::LocalNow;
use koplopers_shared::flows::{self, ChosenDelegate, DelegateError};
use koplopers_shared::idempotency::{IdempotencyKey, Outcome, WriteOnceError};
use koplopers_shared::ids::InvitationId;
use koplopers_shared::invitations::AnsweredVia;
use koplopers_shared::links::{self, Link};
use koplopers_shared::words::EmailAddress;

use super::form::{Form, is_nonce, line, new_nonce};
use super::layout::Words;
use super::saving;
use super::visit::Visit;
use crate::state::AppState;

/// The longest name, in characters.
const MAX_NAME: usize = 200;

/// The form as the page shows it.
#[derive(Debug, Default)]
pub(super) struct DelegateForm {
    /// Makes a second press of the button the same request.
    pub(super) nonce: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) name_error: Option<Words>,
    pub(super) email_error: Option<Words>,
    pub(super) general_error: Option<Words>,
}

/// What is typed into the two forms of a page that has this one besides its own; as they are in
/// the beginning when nothing is.
#[derive(Debug)]
pub(super) struct Forms<F> {
    pub(super) own: Option<F>,
    pub(super) delegate: DelegateForm,
}

impl<F> Default for Forms<F> {
    fn default() -> Self {
        Self::delegate(DelegateForm::default())
    }
}

impl<F> Forms<F> {
    pub(super) fn own(form: F) -> Self {
        Self {
            own: Some(form),
            delegate: DelegateForm::default(),
        }
    }

    pub(super) fn delegate(form: DelegateForm) -> Self {
        Self {
            own: None,
            delegate: form,
        }
    }
}

impl DelegateForm {
    pub(super) fn has_errors(&self) -> bool {
        self.name_error.is_some() || self.email_error.is_some() || self.general_error.is_some()
    }

    /// The form as a page can send it: with a nonce that no other has.
    pub(super) fn ready(mut self) -> Result<Self, Unspecified> {
        self.nonce = new_nonce()?;
        Ok(self)
    }

    /// The same form, to be sent as a new request, saying why nobody was sent.
    fn again(parsed: &Parsed, refusal: Refusal) -> Self {
        let mut form = Self {
            name: parsed.name.clone(),
            email: parsed.email.as_str().to_owned(),
            ..Self::default()
        };
        match refusal {
            Refusal::Email(words) => form.email_error = Some(words),
            Refusal::General(words) => form.general_error = Some(words),
        }
        form
    }
}

/// What a form that is right says.
#[derive(Clone)]
struct Parsed {
    name: String,
    email: EmailAddress,
    nonce: String,
}

/// Why nobody was sent, in words.
#[derive(Debug, Clone, Copy)]
enum Refusal {
    /// About the address.
    Email(Words),
    /// About the whole.
    General(Words),
}

/// Whether a form is this one, and not the other one of its page.
pub(super) fn is_this(form: &Form) -> bool {
    form.get("act") == Some("delegate")
}

/// What came of the form.
pub(super) enum Submitted {
    /// There is an answer, whatever the page looks like now.
    Answered(HttpResponse),
    /// Nobody was sent: the page shows why on this form.
    Refused(StatusCode, DelegateForm),
    /// The page is another one by now.
    Overtaken,
}

/// Takes the name of somebody who comes instead, at the page behind `link` and its token.
pub(super) async fn submit(
    state: &AppState,
    visit: &Visit<'_>,
    (link, token): (Link, &str),
    invitation: InvitationId,
    form: &Form,
) -> Submitted {
    let parsed = match parse(form) {
        Ok(parsed) => parsed,
        Err(form) => return Submitted::Refused(StatusCode::BAD_REQUEST, *form),
    };
    let save = async || save(state, visit, link, token, invitation, &parsed).await;
    let error = match saving::patiently(save).await {
        Ok(Outcome::Fresh(_) | Outcome::Replayed(_)) => {
            return Submitted::Answered(saving::see_saved());
        }
        Err(WriteOnceError::Action(DelegateError::Db(error))) => {
            return Submitted::Answered(visit.failed(&error));
        }
        Err(error) => error,
    };
    match refusal(&error) {
        Some(refusal) => {
            let form = DelegateForm::again(&parsed, refusal);
            Submitted::Refused(StatusCode::CONFLICT, form)
        }
        None => Submitted::Overtaken,
    }
}

/// Reads the form; else gives it back with all that is wrong, and with what was typed.
fn parse(form: &Form) -> Result<Parsed, Box<DelegateForm>> {
    let typed_name = form.get("delegate_name").unwrap_or_default();
    let typed_email = form.get("delegate_email").unwrap_or_default();
    let name = line(typed_name, MAX_NAME).ok().flatten();
    let email = EmailAddress::parse(typed_email.trim()).ok();
    let nonce = form.get("nonce").filter(|nonce| is_nonce(nonce));
    if let (Some(name), Some(email), Some(nonce)) = (&name, &email, nonce) {
        return Ok(Parsed {
            name: name.clone(),
            email: email.clone(),
            nonce: nonce.to_owned(),
        });
    }
    Err(Box::new(DelegateForm {
        nonce: String::new(),
        name: typed_name.to_owned(),
        email: typed_email.to_owned(),
        name_error: name.is_none().then_some(Words {
            nl: "Vul de naam van uw vervanger in, in ten hoogste 200 tekens",
            en: "Fill in the name of who comes instead, in at most 200 characters",
        }),
        email_error: email.is_none().then_some(Words {
            nl: "Vul het mailadres van uw vervanger in, zoals naam@voorbeeld.nl",
            en: "Fill in the e-mail address of who comes instead, such as name@example.org",
        }),
        general_error: nonce.is_none().then_some(Words {
            nl: "Het formulier kwam niet compleet aan. Kijk of alles klopt en probeer het nog een keer",
            en: "The form did not arrive completely. Check it and try again",
        }),
    }))
}

/// Sends the delegate in the name of the link's recipient; the same form again changes nothing.
async fn save(
    state: &AppState,
    visit: &Visit<'_>,
    link: Link,
    token: &str,
    invitation: InvitationId,
    parsed: &Parsed,
) -> Result<Outcome, WriteOnceError<DelegateError>> {
    let actor = Actor::link_holder(link.recipient, Permit::InvitationsAnswer);
    let granted = Arc::new(actor.traced(visit.trace))
        .grant::<InvitationsAnswer>()
        .map_err(|_| WriteOnceError::Action(DelegateError::NotFound))?;
    let contents = format!("{}\n{}", parsed.name, parsed.email.key());
    let key = IdempotencyKey::new(
        format!("link:{}", link.id),
        "delegate_page",
        &parsed.nonce,
        contents.as_bytes(),
        visit.now,
    );
    let (keys, token) = (state.auth.keys().clone(), token.to_owned());
    let now = LocalNow::new(visit.now, &state.settings.time_zone);
    let chosen = ChosenDelegate::Named {
        name: parsed.name.clone(),
        email: parsed.email.clone(),
    };
    state
        .db
        .write_once(Some(key), move |conn| {
            // Opened again in the transaction: the link may have been revoked since.
            let opened = links::opened(conn, &keys, link.purpose, &token, now.at)?;
            opened.ok_or(DelegateError::NotFound)?;
            let sent = (&chosen, AnsweredVia::Link);
            flows::delegate(conn, &granted, now, invitation, None, sent)?;
            Ok(saving::kept())
        })
        .await
}

/// What the page says of a refusal that the visitor can mend; `None` when the page itself is
/// another one by now.
fn refusal(error: &WriteOnceError<DelegateError>) -> Option<Refusal> {
    let words = match error {
        WriteOnceError::BodyDiffers | WriteOnceError::StillRunning => {
            return Some(Refusal::General(Words {
                nl: "U stuurde dit formulier al eerder. Kijk of het klopt en verstuur het nog een keer",
                en: "You sent this form before. Check it and send it once more",
            }));
        }
        WriteOnceError::Action(DelegateError::Oneself) => Words {
            nl: "Dit bent u zelf. Vul iemand anders in",
            en: "This is you. Fill in somebody else",
        },
        WriteOnceError::Action(
            DelegateError::Elsewhere | DelegateError::Unknown | DelegateError::NoEmail,
        ) => Words {
            nl: "Een vervanger moet van uw eigen organisatie zijn. Gebruik het mailadres van uw organisatie. Lukt het niet? Mail dan de organisator",
            en: "Who comes instead must be of your own organisation. Use the e-mail address of your organisation. Does it not work? Write to the organiser",
        },
        WriteOnceError::Action(DelegateError::Invited) => Words {
            nl: "Deze persoon staat al op de lijst van deze bijeenkomst, of is daarvan af gehaald",
            en: "This person is on the list of this meeting already, or was taken off it",
        },
        WriteOnceError::Action(
            DelegateError::Person(_)
            | DelegateError::NotFound
            | DelegateError::Stale
            | DelegateError::Closed
            | DelegateError::NotOpen { .. }
            | DelegateError::Db(_),
        ) => return None,
    };
    Some(Refusal::Email(words))
}
