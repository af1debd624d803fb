//! Adding, finding, reading and changing people.

use actix_web::{HttpResponse, get, patch, post, web};
use jiff::civil::Date;
use koplopers_shared::access::{Actor, Granted, PeopleRead, PeopleWrite, Scope};
use koplopers_shared::db::{DbConn, DbError, DbResult};
use koplopers_shared::ids::PersonId;
use koplopers_shared::paging::{PageSpec, Paged};
use koplopers_shared::people::queries::{self, PersonFilter};
use koplopers_shared::people::{
    ChangePersonError, CreatePersonError, HeldRole, Person, PersonChanges, actions,
};

use super::dto::{
    ChangePersonRequest, CreatePersonRequest, PersonListFilter, PersonView, SearchPeopleRequest,
};
use crate::audit;
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::IfMatch;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::page::{Links, List, ListBody, NoFilter, PageParams};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::reply::{self, Reply, StoredResponse};
use crate::state::AppState;

/// Add a person
///
/// A municipality adds a person together with at least one role at itself. Two people may have
/// the same address: whether an address is known is told to nobody.
#[utoipa::path(
    operation_id = "create_person",
    tag = "people",
    security(("bearer" = ["people:write"])),
    params(IdempotencyKey),
    request_body = CreatePersonRequest,
    responses((status = 201, description = "The person", body = PersonView), WriteErrors),
)]
#[post("/people")]
pub async fn create_person(
    auth: Authorized<PeopleWrite>,
    key: IdempotencyKey,
    body: Body<CreatePersonRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let today = state.local_now().today;
    let new = body.into_inner().on(today);
    operation::post(&state, auth, key, move |conn, by| {
        let (person, roles) = actions::create(conn, by.granted(), by.now().at, new.clone())?;
        let location = format!("/v1/people/{}", person.id);
        let version = person.version;
        let view = PersonView::new(person, roles, by.granted(), today);
        Ok::<_, CreatePersonError>(Reply::created(location, version, &view))
    })
    .await
}

/// List people
///
/// Oldest first. A municipality sees those who hold or held a role with it.
#[utoipa::path(
    operation_id = "list_people",
    tag = "people",
    security(("bearer" = ["people:read"])),
    params(PersonListFilter, PageParams),
    responses((status = 200, description = "A page of people", body = ListBody<PersonView>), ReadErrors),
)]
#[get("/people")]
pub async fn list_people(
    auth: Authorized<PeopleRead>,
    list: List<PersonListFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (filter, page, links) = list.into_parts();
    let granted = auth.into_granted();
    tell_read(&state, granted.actor(), "person.list", None)?;
    page_of(&state, granted, filter.into(), page, links).await
}

/// Search people
///
/// By address or name, in the body and not in the path, since these are personal. Finds what
/// the list shows. Pages are asked for as in the list, with the same body.
#[utoipa::path(
    operation_id = "search_people",
    tag = "people",
    security(("bearer" = ["people:read"])),
    params(PageParams),
    request_body = SearchPeopleRequest,
    responses((status = 200, description = "A page of people", body = ListBody<PersonView>), WriteErrors),
)]
#[post("/people/_search")]
pub async fn search_people(
    auth: Authorized<PeopleRead>,
    list: List<NoFilter>,
    body: Body<SearchPeopleRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (NoFilter {}, page, links) = list.into_parts();
    let filter = PersonFilter::from(body.into_inner());
    let granted = auth.into_granted();
    tell_read(&state, granted.actor(), "person.search", None)?;
    page_of(&state, granted, filter, page, links).await
}

/// Get a person
#[utoipa::path(
    operation_id = "get_person",
    tag = "people",
    security(("bearer" = ["people:read"])),
    params(("id" = uuid::Uuid, Path, description = "The person")),
    responses((status = 200, description = "The person", body = PersonView), ReadErrors),
)]
#[get("/people/{id}")]
pub async fn get_person(
    auth: Authorized<PeopleRead>,
    id: web::Path<PersonId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let today = state.local_now().today;
    let granted = auth.into_granted();
    let reader = granted.clone();
    let id = id.into_inner();
    let reply = state
        .db
        .read(
            move |conn| match queries::find(conn, granted.scope(), id)? {
                Some(person) => answer(conn, &granted, person, today).map(Some),
                None => Ok(None),
            },
        )
        .await?
        .ok_or_else(Problem::not_found)?;
    tell_read(&state, reader.actor(), "person.read", Some(id))?;
    Ok(reply::send(reply))
}

/// Change a person
///
/// A JSON Merge Patch (RFC 7396). A municipality changes a person only while every role of
/// theirs is its own; the institute changes the others.
#[utoipa::path(
    operation_id = "change_person",
    tag = "people",
    security(("bearer" = ["people:write"])),
    params(
        ("id" = uuid::Uuid, Path, description = "The person"),
        ("If-Match" = String, Header, description = "The version that you last read"),
    ),
    request_body(content = ChangePersonRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The person", body = PersonView), WriteErrors),
)]
#[patch("/people/{id}")]
pub async fn change_person(
    auth: Authorized<PeopleWrite>,
    id: web::Path<PersonId>,
    if_match: IfMatch,
    body: Body<ChangePersonRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let today = state.local_now().today;
    let (id, expected) = (id.into_inner(), if_match.version());
    let changes = PersonChanges::from(body.into_inner());
    operation::change(&state, auth, move |conn, by| {
        let person = actions::change(
            conn,
            by.granted(),
            by.now().at,
            id,
            expected,
            changes.clone(),
        )?;
        Ok::<_, ChangePersonError>(answer(conn, by.granted(), person, today)?)
    })
    .await
}

/// Has the audit trail tell who read about a person; of a list, that it was read.
pub fn tell_read(
    state: &AppState,
    actor: &Actor,
    action: &'static str,
    id: Option<PersonId>,
) -> Result<(), Problem> {
    let id = id.map(|id| id.to_string());
    audit::tell_read(state, actor, (action, "person"), id)
}

async fn page_of(
    state: &AppState,
    granted: Granted<PeopleRead>,
    filter: PersonFilter,
    page: PageSpec,
    links: Links,
) -> Result<HttpResponse, Problem> {
    let today = state.local_now().today;
    let caller = granted.clone();
    let (found, mut roles): (Paged<Person>, Vec<HeldRole>) = state
        .db
        .read(move |conn| {
            let found = queries::list(conn, granted.scope(), &filter, &page)?;
            let ids: Vec<PersonId> = found.items.iter().map(|person| person.id).collect();
            let roles = queries::roles_of_many(conn, &Scope::Institute, &ids)?;
            Ok::<_, DbError>((found, roles))
        })
        .await?;
    let views = found.map(|person| {
        let id = person.id;
        let own = roles.extract_if(.., |role| role.person == id).collect();
        PersonView::new(person, own, &caller, today)
    });
    Ok(links.answer(views, None))
}

/// The answer about one person, with the roles that the caller sees.
pub(super) fn answer<P>(
    conn: &mut DbConn,
    caller: &Granted<P>,
    person: Person,
    today: Date,
) -> DbResult<StoredResponse> {
    // All of them: whether the caller may change the person depends on those it does not see.
    let roles = queries::roles_of_many(conn, &Scope::Institute, &[person.id])?;
    let version = person.version;
    Ok(Reply::ok(
        version,
        &PersonView::new(person, roles, caller, today),
    ))
}
