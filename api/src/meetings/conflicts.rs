//! Who is expected elsewhere while a meeting is planned: asked before, and told with what was planned.

use actix_web::{HttpResponse, post, web};
use jiff::Timestamp;
use jiff::civil::DateTime;
use koplopers_shared::access::MeetingsWrite;
use koplopers_shared::db::DbError;
use koplopers_shared::ids::{MeetingId, PersonId, PollOptionId};
use koplopers_shared::invitations::{Conflict, InvitationAnswer};
use koplopers_shared::{overviews, people};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::period::local_period;
use crate::auth::Authorized;
use crate::body::Body;
use crate::problem::document::WriteErrors;
use crate::problem::{FieldError, Problem, kinds};
use crate::state::AppState;

/// Who is to be where, and when.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FindConflictsRequest {
    /// The people who are to come.
    #[schema(value_type = Vec<uuid::Uuid>, min_items = 1, max_items = 500)]
    people: Vec<PersonId>,
    /// The start, on the clock of the time zone.
    #[schema(format = "date-time-local", value_type = String, example = "2027-04-15T13:00")]
    local_start: DateTime,
    /// The end, on the clock of the time zone.
    #[schema(format = "date-time-local", value_type = String, example = "2027-04-15T17:00")]
    local_end: DateTime,
    /// The time zone (IANA); the institute's when left out.
    #[schema(
        format = "time-zone",
        max_length = 64,
        nullable = false,
        example = "Europe/Amsterdam"
    )]
    time_zone: Option<String>,
    /// The meeting that is being moved, which is in nobody's way.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    meeting: Option<MeetingId>,
}

/// Somebody who is expected elsewhere.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Conflict)]
pub struct ConflictView {
    /// Who.
    #[schema(value_type = uuid::Uuid)]
    person: PersonId,
    /// The meeting that they are expected at.
    #[schema(value_type = uuid::Uuid)]
    meeting: MeetingId,
    /// What it is called.
    title: String,
    /// The option of its date poll that is in the way; null for a meeting with a date.
    #[schema(value_type = Option<uuid::Uuid>)]
    option: Option<PollOptionId>,
    /// When it starts.
    #[schema(value_type = String, format = DateTime)]
    starts_at: Timestamp,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    ends_at: Timestamp,
    /// What they answered to it; null when they organise it.
    #[schema(value_type = Option<String>, example = "accepted")]
    answer: Option<InvitationAnswer>,
}

impl From<Conflict> for ConflictView {
    fn from(conflict: Conflict) -> Self {
        Self {
            person: conflict.person,
            meeting: conflict.meeting,
            title: conflict.title,
            option: conflict.option,
            starts_at: conflict.starts_at,
            ends_at: conflict.ends_at,
            answer: conflict.answer,
        }
    }
}

/// The meetings in the way.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Conflicts)]
pub struct ConflictsView {
    /// In order of person and start; none when everybody is free.
    items: Vec<ConflictView>,
}

/// Find who is expected elsewhere
///
/// For a meeting that is being planned or moved: the meetings with a date that these people
/// organise, or are invited to and have not declined, and that overlap it; and the open options of
/// date polls that they organise, or are to vote on and did not say no to. Nothing is refused for
/// it: whoever plans decides. Planning itself tells the same, as `conflicts` of its answer.
#[utoipa::path(
    operation_id = "find_meeting_conflicts",
    tag = "meetings",
    security(("bearer" = ["meetings:write"])),
    request_body = FindConflictsRequest,
    responses((status = 200, description = "The meetings in the way", body = ConflictsView), WriteErrors),
)]
#[post("/meetings/_conflicts")]
pub async fn find_meeting_conflicts(
    auth: Authorized<MeetingsWrite>,
    body: Body<FindConflictsRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let granted = auth.into_granted();
    if granted.scope().bound_to().is_some() {
        return Err(Problem::of(&kinds::FORBIDDEN).detail("meetings are planned by the institute"));
    }
    let asked = body.into_inner();
    let zone = asked.time_zone.as_deref();
    let period = local_period(asked.local_start, asked.local_end, zone, &state)?;
    let (known, conflicts) = state
        .db
        .read({
            let asked = asked.clone();
            move |conn| {
                let known = people::queries::find_many(conn, granted.scope(), &asked.people)?;
                let span = (period.starts_at(), period.ends_at());
                let found = overviews::conflicts(conn, &asked.people, span, asked.meeting)?;
                Ok::<_, DbError>((known, found))
            }
        })
        .await?;
    let is_known = |id: &PersonId| known.iter().any(|person| person.id == *id);
    let strangers: Vec<FieldError> = (asked.people.iter().enumerate())
        .filter(|(_, id)| !is_known(id))
        .map(|(at, _)| {
            FieldError::new(
                format!("/people/{at}"),
                "unknown",
                "there is no such person",
            )
        })
        .collect();
    if !strangers.is_empty() {
        return Err(Problem::invalid(strangers));
    }
    let items = conflicts.into_iter().map(ConflictView::from).collect();
    Ok(HttpResponse::Ok().json(ConflictsView { items }))
}
