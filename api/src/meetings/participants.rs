//! Who comes to a meeting, as a list to open in a spreadsheet or as a page to print.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue, VARY};
use actix_web::{HttpRequest, HttpResponse, get, web};
use koplopers_shared::access::{MeetingsWrite, Scope};
use koplopers_shared::catalogue::words::Language;
use koplopers_shared::db::{DbConn, DbResult};
use koplopers_shared::ids::MeetingId;
use koplopers_shared::invitations::{self, Invitation};
use koplopers_shared::meetings::{self, Meeting};
use koplopers_shared::people::{self, Person};
use koplopers_shared::words::EmailAddress;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::audit;
use crate::auth::Authorized;
use crate::middleware::accept;
use crate::pages;
use crate::problem::Problem;
use crate::problem::document::ReadErrors;
use crate::query::Query;
use crate::state::AppState;
use crate::words::LanguageWord;

/// The head of the list. Words of the API, as in the answers that a program reads.
const COLUMNS: [&str; 9] = [
    "name",
    "email",
    "answer",
    "required",
    "chair",
    "answeredAt",
    "remark",
    "dietaryWishes",
    "accessibilityWishes",
];

/// How the page speaks.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ParticipantsParams {
    /// The language of the page; by `Accept-Language` when left out. The list for a spreadsheet has
    /// the words of the API.
    #[param(value_type = Option<LanguageWord>, inline)]
    language: Option<Language>,
}

/// A meeting and who comes to it.
type Participants = (Meeting, Vec<(Person, Invitation)>);

/// Get the participants of a meeting as a list
///
/// Everybody who is invited and was not removed, with name, address, answer and wishes, in order of
/// name: CSV in UTF-8 (RFC 4180), for a spreadsheet. A cell that a spreadsheet would calculate
/// begins with an apostrophe. With `Accept: text/html` a page to print: a list for at the door, and
/// on another sheet the addresses and wishes, which are for the organisers alone. For the
/// institute; the audit trail tells who looked.
#[utoipa::path(
    operation_id = "get_meeting_participants",
    tag = "meetings",
    security(("bearer" = ["meetings:write"])),
    params(("id" = uuid::Uuid, Path, description = "The meeting"), ParticipantsParams),
    responses(
        (
            status = 200,
            description = "The list",
            content((String = "text/csv"), (String = "text/html")),
        ),
        ReadErrors,
    ),
)]
#[get("/meetings/{id}/participants")]
pub async fn get_meeting_participants(
    auth: Authorized<MeetingsWrite>,
    id: web::Path<MeetingId>,
    params: Query<ParticipantsParams>,
    req: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (granted, id) = (auth.into_granted(), id.into_inner());
    let reader = granted.clone();
    let (meeting, found) = state
        .db
        .read(move |conn| participants(conn, granted.scope(), id))
        .await?
        .ok_or_else(Problem::not_found)?;
    let read = ("meeting.participants", "meeting");
    audit::tell_read(&state, reader.actor(), read, Some(id.to_string()))?;
    if accept::prefers_page(req.headers()) {
        let language = params.0.language;
        let page = pages::participants::show(&state, req.headers(), language, &meeting, &found);
        return Ok(page);
    }
    let list = csv_of(&found).map_err(|error| Problem::internal(&error))?;
    let name = format!("attachment; filename=\"participants-{id}.csv\"");
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8; header=present"))
        .insert_header((CONTENT_DISPOSITION, name))
        .append_header((VARY, HeaderValue::from_static("accept")))
        .body(list))
}

/// Who comes to a meeting that the institute sees; others see no list of it.
fn participants(conn: &mut DbConn, scope: &Scope, id: MeetingId) -> DbResult<Option<Participants>> {
    let found = meetings::find(conn, scope, id)?;
    let Some(meeting) = found.filter(|_| scope.bound_to().is_none()) else {
        return Ok(None);
    };
    let mut invited = invitations::of_meeting(conn, id)?;
    invited.retain(|invitation| !invitation.is_removed());
    let ids: Vec<_> = invited.iter().map(|invitation| invitation.person).collect();
    let people = people::queries::find_many(conn, &Scope::Institute, &ids)?;
    let mut found: Vec<(Person, Invitation)> = invited
        .into_iter()
        .filter_map(|invitation| {
            let person = people.iter().find(|it| it.id == invitation.person)?;
            Some((person.clone(), invitation))
        })
        .collect();
    found.sort_by(|(one, a), (other, b)| (&one.name, a.id).cmp(&(&other.name, b.id)));
    Ok(Some((meeting, found)))
}

fn csv_of(participants: &[(Person, Invitation)]) -> Result<Vec<u8>, csv::Error> {
    let mut list = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    list.write_record(COLUMNS)?;
    for (person, invitation) in participants {
        let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        let text = |text: Option<&str>| cell(text.unwrap_or_default());
        list.write_record([
            cell(&person.name),
            text(person.email.as_ref().map(EmailAddress::as_str)),
            invitation.answer.as_str().to_owned(),
            yes(invitation.required),
            yes(invitation.chair),
            invitation
                .answered_at
                .map(|at| at.to_string())
                .unwrap_or_default(),
            text(invitation.remark.as_deref()),
            text(invitation.wishes.dietary.as_deref()),
            text(invitation.wishes.accessibility.as_deref()),
        ])?;
    }
    list.into_inner().map_err(|error| error.into_error().into())
}

/// A cell that no spreadsheet takes for a formula (security: 39).
fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        for text in ["=1+1", "+31 6", "-1", "@kim", "\tx", "\rx"] {
            assert!(cell(text).starts_with('\''), "{text:?}");
        }
        assert_eq!(cell("Kim = 1"), "Kim = 1");
    }
}
