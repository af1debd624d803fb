//! Business events over HTTP: the stream that integrators follow.

use actix_web::{HttpResponse, get, web};
use jiff::Timestamp;
use koplopers_shared::access::EventsRead;
use koplopers_shared::events::{self, Event};
use koplopers_shared::ids::EventId;
use koplopers_shared::words::MunicipalityCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Authorized;
use crate::mounts::Mounts;
use crate::problem::Problem;
use crate::problem::document::ReadErrors;
use crate::query::Query;
use crate::reply::{self, Reply};
use crate::state::AppState;

/// Mounts the stream of events.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts.service(list_events);
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: EventId,
    /// Its place in the stream, without gaps for readers; null for a moment after it happened.
    seq: Option<i64>,
    /// What happened.
    #[schema(example = "intake.submitted")]
    r#type: String,
    /// The kind of thing it happened to.
    #[schema(example = "intake")]
    subject_type: String,
    /// That thing.
    subject_id: uuid::Uuid,
    /// The municipality it belongs to.
    #[schema(value_type = Option<String>, example = "GM0363")]
    municipality: Option<MunicipalityCode>,
    /// The status before.
    from_status: Option<String>,
    /// The status after.
    to_status: Option<String>,
    /// The reason that was given.
    reason: Option<String>,
    /// Who did it: `client`, `person`, `link` or `system`.
    actor_kind: String,
    /// Which of them.
    actor_id: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

impl From<Event> for EventView {
    fn from(event: Event) -> Self {
        Self {
            id: event.id,
            seq: event.seq,
            r#type: event.event_type,
            subject_type: event.subject_type,
            subject_id: event.subject_id,
            municipality: event.municipality,
            from_status: event.from,
            to_status: event.to,
            reason: event.reason,
            actor_kind: event.actor_kind,
            actor_id: event.actor_id,
            at: event.at,
        }
    }
}

/// Where to go on in the stream.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct EventsQuery {
    /// The highest `seq` seen so far; from the start when left out.
    #[param(minimum = 0, default = 0)]
    after: Option<i64>,
    /// How many events at most; 100 unless given.
    #[param(minimum = 1, maximum = 500, default = 100)]
    limit: Option<i64>,
}

/// A piece of the stream of events.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventsView {
    /// The events, in order of `seq`.
    items: Vec<EventView>,
    /// What to pass as `after` next time.
    last_seq: i64,
}

/// Read the stream of events
///
/// Everything that happened, in an order that never changes: an event that commits late gets a
/// later `seq`, so whoever remembers the highest one misses nothing. A municipality reads its
/// own.
#[utoipa::path(
    operation_id = "list_events",
    tag = "events",
    security(("bearer" = ["events:read"])),
    params(EventsQuery),
    responses((status = 200, description = "The events", body = EventsView), ReadErrors),
)]
#[get("/events")]
pub async fn list_events(
    auth: Authorized<EventsRead>,
    query: Query<EventsQuery>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let granted = auth.into_granted();
    let after = query.0.after.unwrap_or(0);
    let limit = query.0.limit.unwrap_or(100);
    // Numbers are given after commit; readers may be ahead of the worker that gives them.
    if state.db.read(events::any_unnumbered).await? {
        state.db.write(events::number_committed).await?;
    }
    let found = state
        .db
        .read(move |conn| events::since(conn, granted.scope(), after, limit))
        .await?;
    let last_seq = found
        .iter()
        .filter_map(|event| event.seq)
        .next_back()
        .unwrap_or(after);
    let items = found.into_iter().map(EventView::from).collect();
    Ok(reply::send(Reply::plain(&EventsView { items, last_seq })))
}
