//! One-time codes by which a login becomes a person.

use actix_web::{HttpResponse, post, web};
use jiff::Timestamp;
use koplopers_shared::access::PeopleWrite;
use koplopers_shared::idempotency::StoredResponse;
use koplopers_shared::identities::{self, CreateIdentityLinkError};
use koplopers_shared::ids::PersonId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Authorized;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::problem::document::WriteErrors;
use crate::problem::{Problem, kinds};
use crate::reply::Reply;
use crate::state::AppState;

/// A one-time code, shown once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = IdentityLink)]
pub struct IdentityLinkView<'a> {
    /// The person that a login becomes.
    #[schema(value_type = uuid::Uuid)]
    pub person: PersonId,
    /// The code, for `POST /me/identity`; null when the answer is a repeat.
    #[schema(example = "kpi_Zm9vYmFy")]
    pub code: Option<&'a str>,
    /// From when it counts no longer.
    #[schema(value_type = String, format = "date-time", example = "2026-03-09T09:00:00Z")]
    pub expires_at: Timestamp,
}

/// Make a code for a person
///
/// Hand it to them in person or by a channel you trust: whoever uses it is that person from then
/// on. Works once, within a week; a newer code ends it. For the institute only.
#[utoipa::path(
    operation_id = "create_identity_link",
    tag = "people",
    security(("bearer" = ["people:write"])),
    params(("id" = uuid::Uuid, Path, description = "The person"), IdempotencyKey),
    responses((status = 201, description = "The code", body = IdentityLinkView), WriteErrors),
)]
#[post("/people/{id}/identity-links")]
pub async fn create_identity_link(
    auth: Authorized<PeopleWrite>,
    key: IdempotencyKey,
    id: web::Path<PersonId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let person = id.into_inner();
    let code = identities::new_code().map_err(|error| Problem::internal(&error))?;
    operation::post(&state, auth, key, move |conn, by| {
        let expires_at = identities::create_link(conn, by.granted(), by.now().at, person, &code)?;
        let answer = |code| {
            let view = IdentityLinkView {
                person,
                code,
                expires_at,
            };
            Reply::created_plain(format!("/v1/people/{person}"), &view)
        };
        Ok::<_, CreateIdentityLinkError>(StoredResponse {
            replay_body: Some(answer(None).body),
            ..answer(Some(code.expose()))
        })
    })
    .await
}

impl From<CreateIdentityLinkError> for Problem {
    fn from(error: CreateIdentityLinkError) -> Self {
        match error {
            CreateIdentityLinkError::NotFound => Self::not_found(),
            CreateIdentityLinkError::InstituteOnly => {
                Self::of(&kinds::FORBIDDEN).detail("only the institute links logins to people")
            }
            CreateIdentityLinkError::Db(error) => error.into(),
        }
    }
}
