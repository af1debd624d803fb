//! The candidate objects: the candidacy ends, and what is stored about them is erased.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use koplopers_shared::access::{Actor, CandidaciesAnswer, Permit};
use koplopers_shared::clock::LocalNow;
use koplopers_shared::db::{DbConn, DbError};
use koplopers_shared::flows::{self, ObjectError, Objected};
use koplopers_shared::ids::CandidacyId;
use koplopers_shared::links::{self, LinkPurpose};

use super::super::bad_link;
use super::super::form::Form;
use super::super::layout::{Words, message};
use super::super::visit::Visit;
use super::view::{self, Nominated};
use super::{Lacking, layout_of, page};
use crate::state::AppState;

/// Takes an objection. It needs a tick, since some mail scanners send forms and this cannot be
/// undone.
pub(super) async fn submit(
    state: &AppState,
    visit: &Visit<'_>,
    nominated: &Nominated,
    token: &str,
    form: &Form,
) -> HttpResponse {
    if form.get("sure") != Some("yes") {
        return page(
            state,
            nominated,
            StatusCode::BAD_REQUEST,
            Some(Lacking::ObjectTick),
        );
    }
    let layout = layout_of(state, nominated);
    match object(state, visit, nominated, token).await {
        Ok(Objected::Erased) => message(StatusCode::OK, &layout, STOPPED, ERASED),
        Ok(Objected::Kept) => message(StatusCode::OK, &layout, STOPPED, KEPT),
        Err(ObjectError::NotFound) => bad_link::show(&visit.layout),
        Err(ObjectError::Member) => page(state, nominated, StatusCode::CONFLICT, None),
        Err(ObjectError::Db(error)) => visit.failed(&error),
    }
}

const STOPPED: Words = Words {
    nl: "Wij zijn gestopt",
    en: "We have stopped",
};

const ERASED: Words = Words {
    nl: "Uw voordracht is ingetrokken en uw gegevens zijn gewist. U hoeft niets meer te doen.",
    en: "Your nomination was withdrawn and your data were erased. There is nothing more to do.",
};

const KEPT: Words = Words {
    nl: "Uw voordracht is ingetrokken en wat er over u is geschreven is gewist. Uw naam en mailadres bewaren wij nog: u hebt een rol in een aanvraag van uw gemeente. Vraag uw gemeente om iemand anders te noemen, dan wissen wij ook die.",
    en: "Your nomination was withdrawn and what was written about you was erased. We still keep your name and e-mail address: you have a role in a request of your municipality. Ask your municipality to name somebody else, and we erase those, too.",
};

async fn object(
    state: &AppState,
    visit: &Visit<'_>,
    nominated: &Nominated,
    token: &str,
) -> Result<Objected, ObjectError> {
    let holder = Actor::link_holder(nominated.link.recipient, Permit::CandidaciesAnswer);
    let granted = Arc::new(holder.traced(visit.trace))
        .grant::<CandidaciesAnswer>()
        .map_err(|_| ObjectError::NotFound)?;
    let (keys, token) = (state.auth.keys().clone(), token.to_owned());
    let now = LocalNow::new(visit.now, &state.settings.time_zone);
    let act = move |conn: &mut DbConn| -> Result<Objected, ObjectError> {
        // Opened again in the transaction: the link may have been revoked since.
        let link = links::opened(conn, &keys, LinkPurpose::Candidate, &token, now.at)?;
        let link = link.ok_or(ObjectError::NotFound)?;
        if view::find(conn, link)?.is_none() {
            return Err(ObjectError::NotFound);
        }
        flows::object(conn, &granted, now, CandidacyId(link.object))
    };
    match state.db.write(act.clone()).await {
        // Something else changed the candidacy at the same time: what holds now counts.
        Err(ObjectError::Db(DbError::Conflict)) => state.db.write(act).await,
        done => done,
    }
}
