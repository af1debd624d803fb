//! The candidate answers the invitation: they become a member, or they do not want to (N1).

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use koplopers_shared::access::{Actor, CandidaciesAnswer, Permit};
use koplopers_shared::clock::LocalNow;
use koplopers_shared::db::{DbConn, DbError};
use koplopers_shared::flows::{self, AnswerInvitationError};
use koplopers_shared::ids::CandidacyId;
use koplopers_shared::links::{self, LinkPurpose};

use super::super::bad_link;
use super::super::form::{Form, line};
use super::super::layout::{Words, message};
use super::super::visit::Visit;
use super::view::Nominated;
use super::{Lacking, layout_of, load, page};
use crate::state::AppState;

/// The longest name, in characters.
const MAX_LINE: usize = 200;

/// What the candidate says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Accept,
    Decline,
}

/// Takes an answer. To accept takes a name that is typed in, to decline a tick, since some mail
/// scanners send forms.
pub(super) async fn submit(
    state: &AppState,
    visit: &Visit<'_>,
    nominated: &Nominated,
    token: &str,
    (answer, form): (Answer, &Form),
) -> HttpResponse {
    let typed = form.get("name").unwrap_or_default();
    let lacking = match answer {
        Answer::Accept => !matches!(line(typed, MAX_LINE), Ok(Some(_))),
        Answer::Decline => form.get("sure") != Some("yes"),
    };
    if lacking {
        let what = match answer {
            Answer::Accept => Lacking::Name,
            Answer::Decline => Lacking::DeclineTick,
        };
        return page(state, nominated, StatusCode::BAD_REQUEST, Some(what));
    }
    let layout = layout_of(state, nominated);
    match save(state, visit, nominated, token, answer).await {
        Ok(()) => match answer {
            Answer::Accept => message(StatusCode::OK, &layout, WELCOME, ACCEPTED),
            Answer::Decline => message(StatusCode::OK, &layout, THANKS, DECLINED),
        },
        Err(AnswerInvitationError::NotFound) => bad_link::show(&visit.layout),
        // The page as it is now says what holds.
        Err(AnswerInvitationError::Closed(_)) => match load(state, visit, token).await {
            Ok(Some(nominated)) => page(state, &nominated, StatusCode::CONFLICT, None),
            Ok(None) => bad_link::show(&visit.layout),
            Err(error) => visit.failed(&error),
        },
        Err(AnswerInvitationError::Db(error)) => visit.failed(&error),
    }
}

const WELCOME: Words = Words {
    nl: "Welkom als koploper",
    en: "Welcome as an associate member",
};

const ACCEPTED: Words = Words {
    nl: "U bent nu associate member van ons netwerk. U krijgt een mail met wat er nu komt. U hoeft niets meer te doen.",
    en: "You are now an associate member of our network. You get a mail with what comes next. There is nothing more to do.",
};

const THANKS: Words = Words {
    nl: "Dank voor uw antwoord",
    en: "Thank you for your answer",
};

const DECLINED: Words = Words {
    nl: "U wordt geen koploper. Wie u voordroeg, hoort dat u ervan afziet, en niet waarom. U hoeft niets meer te doen.",
    en: "You do not become an associate member. Who nominated you hears that you do not want to, and not why. There is nothing more to do.",
};

/// Saves the answer in the name of the link's recipient; the same answer again changes nothing.
async fn save(
    state: &AppState,
    visit: &Visit<'_>,
    nominated: &Nominated,
    token: &str,
    answer: Answer,
) -> Result<(), AnswerInvitationError> {
    let holder = Actor::link_holder(nominated.link.recipient, Permit::CandidaciesAnswer);
    let granted = Arc::new(holder.traced(visit.trace))
        .grant::<CandidaciesAnswer>()
        .map_err(|_| AnswerInvitationError::NotFound)?;
    let (keys, token) = (state.auth.keys().clone(), token.to_owned());
    let now = LocalNow::new(visit.now, &state.settings.time_zone);
    let act = move |conn: &mut DbConn| -> Result<(), AnswerInvitationError> {
        // Opened again in the transaction: the link may have been revoked since.
        let link = links::opened(conn, &keys, LinkPurpose::Candidate, &token, now.at)?;
        let id = CandidacyId(link.ok_or(AnswerInvitationError::NotFound)?.object);
        match answer {
            Answer::Accept => flows::accept_invitation(conn, &granted, now, id)?,
            Answer::Decline => flows::decline_invitation(conn, &granted, now, id, None)?,
        };
        Ok(())
    };
    match state.db.write(act.clone()).await {
        // Pressed twice at once: the first press counts for both.
        Err(AnswerInvitationError::Db(DbError::Conflict)) => state.db.write(act).await,
        done => done,
    }
}
