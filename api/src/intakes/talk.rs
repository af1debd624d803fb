//! Planning the talk of an intake.

use actix_web::{HttpResponse, post, web};
use jiff::civil::DateTime;
use koplopers_shared::access::IntakesAssess;
use koplopers_shared::catalogue::words::TalkKind;
use koplopers_shared::flows::{self, PlanTalkError, TalkPlan};
use koplopers_shared::ids::{IntakeId, PersonId};
use koplopers_shared::invitations::Invitee;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::MaybeIfMatch;
use crate::idempotency::IdempotencyKey;
use crate::meetings::{InviteeRequest, MeetingDetailView, local_period, period_and_venue};
use crate::operation;
use crate::problem::Problem;
use crate::problem::document::WriteErrors;
use crate::reply::Reply;
use crate::state::AppState;
use crate::words::TalkKindWord;

/// The talk of an intake, about to be planned.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanTalkRequest {
    /// Which talk: `intake_talk` or `exploratory_talk`; the programme's own when left out.
    #[schema(value_type = Option<TalkKindWord>, nullable = false)]
    kind: Option<TalkKind>,
    /// The start, on the clock of the time zone.
    #[schema(format = "date-time-local", value_type = String, example = "2027-03-04T14:00")]
    local_start: DateTime,
    /// The end, on the clock of the time zone.
    #[schema(format = "date-time-local", value_type = String, example = "2027-03-04T15:30")]
    local_end: DateTime,
    /// The time zone (IANA); the institute's when left out.
    #[schema(
        format = "time-zone",
        max_length = 64,
        nullable = false,
        example = "Europe/Amsterdam"
    )]
    time_zone: Option<String>,
    /// The place; a place, an online link, or both.
    #[schema(
        min_length = 1,
        max_length = 500,
        nullable = false,
        example = "Stadhuis, kamer 2.14"
    )]
    place: Option<String>,
    /// The online link.
    #[schema(
        format = "https-url",
        max_length = 2_000,
        nullable = false,
        example = "https://overleg.example.nl/talk/42"
    )]
    online_url: Option<String>,
    /// What it is about.
    #[schema(min_length = 1, max_length = 5_000, nullable = false)]
    agenda: Option<String>,
    /// Who organises it; the caller when left out.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    organiser: Option<PersonId>,
    /// Who is invited besides the contact person, who always is.
    #[serde(default)]
    #[schema(max_items = 100)]
    invitees: Vec<InviteeRequest>,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

/// Plan the talk of an intake
///
/// Makes a meeting with its invitations; everybody invited gets a mail with a calendar
/// invitation and a link to answer. Who is expected elsewhere at that time is told under
/// `conflicts`. Calling the meeting off takes the intake back to `submitted`.
#[utoipa::path(
    operation_id = "plan_intake_talk",
    tag = "intakes",
    security(("bearer" = ["intakes:assess"])),
    params(("id" = uuid::Uuid, Path, description = "The intake"), MaybeIfMatch, IdempotencyKey),
    request_body = PlanTalkRequest,
    responses((status = 201, description = "The talk", body = MeetingDetailView), WriteErrors),
)]
#[post("/intakes/{id}/talk")]
pub async fn plan_intake_talk(
    auth: Authorized<IntakesAssess>,
    id: web::Path<IntakeId>,
    if_match: MaybeIfMatch,
    key: IdempotencyKey,
    body: Body<PlanTalkRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let plan = plan_of(body.into_inner(), &state)?;
    operation::post(&state, auth, key, move |conn, by| {
        let version = if_match.version();
        let planned = flows::plan_talk(conn, by.granted(), by.now(), id, version, plan.clone())?;
        let location = format!("/v1/meetings/{}", planned.meeting.id);
        let version = planned.meeting.version;
        let view = MeetingDetailView::planned(conn, by, planned.meeting, planned.invitations)?;
        Ok::<_, PlanTalkError>(Reply::created(location, version, &view))
    })
    .await
}

fn plan_of(request: PlanTalkRequest, state: &AppState) -> Result<TalkPlan, Problem> {
    let (period, venue) = period_and_venue(
        local_period(
            request.local_start,
            request.local_end,
            request.time_zone.as_deref(),
            state,
        ),
        request.place,
        request.online_url,
    )?;
    Ok(TalkPlan {
        kind: request.kind,
        period,
        venue,
        agenda: request.agenda,
        organiser: request.organiser,
        invitees: request.invitees.into_iter().map(Invitee::from).collect(),
    })
}
