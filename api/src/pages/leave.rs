//! `/u/{token}`: a member of a learning network sees which one, and leaves it.
//!
//! Any POST to a link that works leaves, whatever it holds: the link is the proof, and there is
//! nothing to choose. Leaving twice is leaving once, so that the form needs no nonce. Mail programs
//! post here by themselves when their reader unsubscribes (RFC 8058); they are not redirected.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use koplopers_shared::access::{Actor, NetworksJoin, Permit, Scope};
use koplopers_shared::clock::LocalNow;
use koplopers_shared::db::{DbConn, DbError, DbResult};
use koplopers_shared::ids::NetworkMembershipId;
use koplopers_shared::links::{self, Link, LinkPurpose};
use koplopers_shared::mail::institute::Institute;
use koplopers_shared::mail::time_words;
use koplopers_shared::networks::{self, LeaveError, Membership, Network};
use koplopers_shared::people::{self, Person};

use super::bad_link;
use super::form::{Form, unreadable};
use super::layout::{Layout, html};
use super::visit::Visit;
use crate::body;
use crate::state::AppState;

/// A membership with what belongs to it, as reached by a link that works.
#[derive(Debug)]
struct Member {
    membership: Membership,
    network: Network,
    person: Person,
}

#[derive(Template)]
#[template(path = "leave.html")]
struct LeavePage<'a> {
    layout: &'a Layout<'a>,
    page: &'a LeaveView,
}

/// The page's contents, in words.
#[derive(Debug)]
struct LeaveView {
    network: String,
    about: Option<String>,
    member: String,
    joined: String,
    left: Option<String>,
}

impl LeaveView {
    fn of(member: Member, institute: &Institute) -> Self {
        let language = member.person.language;
        let zone = institute.usual_zone.time_zone();
        let day = |at| time_words::day(zone.to_datetime(at).date(), language);
        Self {
            network: member.network.name,
            about: member.network.description,
            member: member.person.name,
            joined: day(member.membership.joined_at),
            left: member.membership.left_at.map(day),
        }
    }
}

/// The page behind the way out of a learning network.
#[utoipa::path(
    params(("token" = String, Path, description = "The link's token")),
    responses((status = 200, description = "The page", content_type = "text/html")),
)]
#[get("/u/{token}")]
pub(super) async fn show_membership(
    req: HttpRequest,
    token: web::Path<String>,
    state: web::Data<AppState>,
) -> HttpResponse {
    let visit = Visit::of(&req, &state);
    if let Err(refusal) = state.process.pages.limits.visit(visit.address, &token) {
        return visit.too_often(refusal);
    }
    let purpose = LinkPurpose::Unsubscribe;
    let found = visit
        .opened(&state, purpose, &token, |conn, link| find(conn, &link))
        .await;
    match found {
        Ok(Some(member)) => page(&state, member),
        Ok(None) => bad_link::show(&visit.layout),
        Err(error) => visit.failed(&error),
    }
}

/// Leaves; or, at a link that does not work, takes the request for a fresh one.
#[utoipa::path(
    params(("token" = String, Path, description = "The link's token")),
    responses(
        (status = 303, description = "Left; see the page"),
        (status = 200, description = "Left by the one click of a mail program"),
    ),
)]
#[post("/u/{token}")]
pub(super) async fn leave_network(
    req: HttpRequest,
    token: web::Path<String>,
    state: web::Data<AppState>,
    payload: web::Payload,
) -> HttpResponse {
    let visit = Visit::of(&req, &state);
    if let Err(refusal) = state.process.pages.limits.visit(visit.address, &token) {
        return visit.too_often(refusal);
    }
    let payload = &mut payload.into_inner();
    // Mail programs should send their one click as multipart (RFC 8058 §3.2), browsers never do.
    let form = if is_multipart(&req) {
        if let Err(problem) = body::read(&req, payload).await {
            return HttpResponse::new(problem.kind().status);
        }
        None
    } else {
        match Form::read(&req, payload).await {
            Ok(form) => Some(form),
            Err(error) => return unreadable(&visit.layout, error),
        }
    };
    let left = match leave(&state, &visit, &token).await {
        Ok(left) => left,
        Err(error) => return visit.failed(&error),
    };
    match (left, form) {
        (Some(member), None) => page(&state, member),
        (Some(member), Some(form)) if form.get("List-Unsubscribe").is_some() => {
            page(&state, member)
        }
        (Some(_), Some(_)) => HttpResponse::SeeOther()
            .insert_header((LOCATION, "?"))
            .insert_header((CACHE_CONTROL, "no-store"))
            .finish(),
        (None, Some(form)) => {
            bad_link::submit(&visit, &state, LinkPurpose::Unsubscribe, &token, &form).await
        }
        (None, None) => bad_link::show(&visit.layout),
    }
}

fn is_multipart(req: &HttpRequest) -> bool {
    let kind = req.headers().get(CONTENT_TYPE);
    kind.is_some_and(|kind| {
        let prefix = kind.as_bytes().get(..20);
        prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(b"multipart/form-data;"))
    })
}

/// Ends the membership in the name of its member, unless it ended before; none when the link does
/// not work.
async fn leave(
    state: &AppState,
    visit: &Visit<'_>,
    token: &str,
) -> Result<Option<Member>, DbError> {
    let (keys, token, trace) = (state.auth.keys().clone(), token.to_owned(), visit.trace);
    let now: LocalNow = state.local_now();
    let act = move |conn: &mut DbConn| -> DbResult<Option<Member>> {
        let purpose = LinkPurpose::Unsubscribe;
        let Some(link) = links::opened(conn, &keys, purpose, &token, now.at)? else {
            return Ok(None);
        };
        let Some(member) = find(conn, &link)? else {
            return Ok(None);
        };
        let actor = Actor::link_holder(link.recipient, Permit::NetworksJoin).traced(trace);
        let Ok(granted) = Arc::new(actor).grant::<NetworksJoin>() else {
            return Ok(None);
        };
        match networks::leave(conn, &granted, now, member.network.id, member.membership.id) {
            Ok(membership) => Ok(Some(Member {
                membership,
                ..member
            })),
            Err(LeaveError::State(_)) => Ok(Some(member)),
            Err(LeaveError::NotFound) => Ok(None),
            Err(LeaveError::Db(error)) => Err(error),
        }
    };
    match state.db.write(act.clone()).await {
        // Two clicks at once: the other one was first, and now it shows.
        Err(DbError::Conflict) => state.db.write(act).await,
        done => done,
    }
}

/// What `link` leads to; none when it is gone.
fn find(conn: &mut DbConn, link: &Link) -> DbResult<Option<Member>> {
    let found = networks::membership_by_id(conn, NetworkMembershipId(link.object))?;
    let Some(membership) = found.filter(|found| found.person == link.recipient) else {
        return Ok(None);
    };
    let network = networks::find(conn, membership.network)?;
    let person = people::queries::find(conn, &Scope::Institute, membership.person)?;
    let person = person.filter(|person| !person.is_erased());
    Ok(network.zip(person).map(|(network, person)| Member {
        membership,
        network,
        person,
    }))
}

/// The page in the language of the member.
fn page(state: &AppState, member: Member) -> HttpResponse {
    let institute = &state.process.pages.institute;
    let layout = Layout {
        language: member.person.language,
        institute,
    };
    let view = LeaveView::of(member, institute);
    let page = LeavePage {
        layout: &layout,
        page: &view,
    };
    html(StatusCode::OK, &layout, &page)
}
