//! Giving and ending roles.

use actix_web::{HttpResponse, post, web};
use koplopers_shared::access::PeopleWrite;
use koplopers_shared::ids::{PersonId, PersonRoleId};
use koplopers_shared::people::{ChangePersonError, actions};

use super::dto::{CreatePersonRoleRequest, EndPersonRoleRequest, PersonView};
use super::handlers::answer;
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::MaybeIfMatch;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::problem::Problem;
use crate::problem::document::WriteErrors;
use crate::state::AppState;

/// Give a person a role
///
/// A municipality gives roles with itself, to people it sees.
#[utoipa::path(
    operation_id = "create_person_role",
    tag = "people",
    security(("bearer" = ["people:write"])),
    params(
        ("id" = uuid::Uuid, Path, description = "The person"),
        ("If-Match" = Option<String>, Header, description = "The version of the person that you last read"), IdempotencyKey),
    request_body = CreatePersonRoleRequest,
    responses((status = 201, description = "The person with the role", body = PersonView), WriteErrors),
)]
#[post("/people/{id}/roles")]
pub async fn create_person_role(
    auth: Authorized<PeopleWrite>,
    id: web::Path<PersonId>,
    key: IdempotencyKey,
    if_match: MaybeIfMatch,
    body: Body<CreatePersonRoleRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let today = state.local_now().today;
    let (id, expected) = (id.into_inner(), if_match.version());
    let new = body.into_inner().on(today);
    operation::post(&state, auth, key, move |conn, by| {
        let (person, _) =
            actions::add_role(conn, by.granted(), by.now().at, id, expected, new.clone())?;
        let mut reply = answer(conn, by.granted(), person, today)?;
        // A role is seen in its person.
        reply.status = 201;
        reply
            .headers
            .push(("location".to_owned(), format!("/v1/people/{id}")));
        Ok::<_, ChangePersonError>(reply)
    })
    .await
}

/// End a role of a person
///
/// Or bring its end forward. A municipality ends roles with itself.
#[utoipa::path(
    operation_id = "end_person_role",
    tag = "people",
    security(("bearer" = ["people:write"])),
    params(
        ("id" = uuid::Uuid, Path, description = "The person"),
        ("role" = uuid::Uuid, Path, description = "The role"),
        ("If-Match" = Option<String>, Header, description = "The version of the person that you last read"), IdempotencyKey),
    request_body = EndPersonRoleRequest,
    responses((status = 200, description = "The person with the role", body = PersonView), WriteErrors),
)]
#[post("/people/{id}/roles/{role}/ending")]
pub async fn end_person_role(
    auth: Authorized<PeopleWrite>,
    path: web::Path<(PersonId, PersonRoleId)>,
    key: IdempotencyKey,
    if_match: MaybeIfMatch,
    body: Body<EndPersonRoleRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let today = state.local_now().today;
    let (path, expected) = (path.into_inner(), if_match.version());
    let on = body.into_inner().valid_until_on;
    operation::post(&state, auth, key, move |conn, by| {
        let (person, _) = actions::end_role(conn, by.granted(), by.now().at, path, expected, on)?;
        Ok::<_, ChangePersonError>(answer(conn, by.granted(), person, today)?)
    })
    .await
}
