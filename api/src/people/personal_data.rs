//! Handing out and erasing everything that is stored about a person (security 77, 78).

use actix_web::{HttpResponse, get, post, web};
use jiff::Timestamp;
use koplopers_shared::access::{PeopleErase, Scope};
use koplopers_shared::db::DbError;
use koplopers_shared::flows::{ErasePersonError, erase_person as erase};
use koplopers_shared::ids::{IntakeId, PersonId};
use koplopers_shared::people::queries;
use koplopers_shared::personal_data::erase::{OpenPart, PartInIntake};
use koplopers_shared::personal_data::export;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::dto::PersonView;
use super::handlers::{answer, tell_read};
use crate::auth::Authorized;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::problem::{Problem, kinds};
use crate::reply::{self, Reply};
use crate::state::AppState;

/// Everything that is stored about a person.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PersonExport)]
pub struct PersonExportView {
    /// Who.
    #[schema(value_type = uuid::Uuid)]
    person: PersonId,
    /// When it was put together.
    #[schema(value_type = String, format = DateTime)]
    exported_at: Timestamp,
    /// What is stored, by kind; each a list of rows, empty ones included. The keys within a row
    /// follow the database and may grow.
    #[schema(value_type = std::collections::BTreeMap<String, Vec<Object>>)]
    sections: Map<String, Value>,
}

/// An open intake in which somebody must take the person's place first.
#[derive(Debug, Serialize)]
struct OpenPartView {
    intake: IntakeId,
    part: PartInIntake,
}

impl From<OpenPart> for OpenPartView {
    fn from(open: OpenPart) -> Self {
        Self {
            intake: open.intake,
            part: open.part,
        }
    }
}

/// Export a person
///
/// Everything that is stored about them, wherever it is, as one document: for a request of access
/// under the GDPR. The audit trail tells who exported whom. For the institute only.
#[utoipa::path(
    operation_id = "export_person",
    tag = "people",
    security(("bearer" = ["people:erase"])),
    params(("id" = uuid::Uuid, Path, description = "The person")),
    responses((status = 200, description = "Everything stored about them", body = PersonExportView), ReadErrors),
)]
#[get("/people/{id}/export")]
pub async fn export_person(
    auth: Authorized<PeopleErase>,
    id: web::Path<PersonId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, granted) = (id.into_inner(), auth.into_granted());
    let reader = granted.clone();
    let data = state
        .db
        .read(move |conn| export::everything(conn, &granted, id))
        .await?
        .ok_or_else(Problem::not_found)?;
    tell_read(&state, reader.actor(), "person.export", Some(id))?;
    let sections = data
        .into_sections()
        .map(|(section, rows)| (section.as_str().to_owned(), Value::Array(rows)));
    Ok(reply::send(Reply::plain(&PersonExportView {
        person: id,
        exported_at: state.clock.now(),
        sections: sections.collect(),
    })))
}

/// Erase a person
///
/// Blanks everything about them and keeps their id: what was decided stays, without them. An open
/// candidacy is withdrawn, a membership ends, mails to them are dropped. Refused while they are
/// contact or sponsor of an open intake; `intakes` names where somebody else must take their
/// place. It cannot be undone; erasing somebody again changes nothing. For the institute only.
#[utoipa::path(
    operation_id = "erase_person",
    tag = "people",
    security(("bearer" = ["people:erase"])),
    params(("id" = uuid::Uuid, Path, description = "The person"), IdempotencyKey),
    responses((status = 200, description = "What is left of the person", body = PersonView), WriteErrors),
)]
#[post("/people/{id}/erasure")]
pub async fn erase_person(
    auth: Authorized<PeopleErase>,
    id: web::Path<PersonId>,
    key: IdempotencyKey,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::post(&state, auth, key, move |conn, by| {
        erase(conn, by.granted().actor(), by.now(), id)?;
        let left = queries::find(conn, &Scope::Institute, id)?.ok_or(DbError::Conflict)?;
        Ok::<_, ErasePersonError>(answer(conn, by.granted(), left, by.now().today)?)
    })
    .await
}

impl From<ErasePersonError> for Problem {
    fn from(error: ErasePersonError) -> Self {
        match error {
            ErasePersonError::NotFound => Self::not_found(),
            ErasePersonError::Needed(parts) => {
                let parts: Vec<OpenPartView> = parts.into_iter().map(Into::into).collect();
                Self::of(&kinds::PERSON_NEEDED).member("intakes", serde_json::json!(parts))
            }
            ErasePersonError::Db(error) => error.into(),
        }
    }
}
