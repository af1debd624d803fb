//! Planning a meeting that is no talk of an intake.

use actix_web::{HttpResponse, post, web};
use jiff::civil::DateTime;
use koplopers_shared::access::MeetingsWrite;
use koplopers_shared::catalogue::words::{KnowledgeSource, LearningPractice, MeetingKind};
use koplopers_shared::flows::{
    self, BelongsProblem, MeetingPlan, ScheduleDraftError, ScheduleMeetingError, ScheduleProblem,
};
use koplopers_shared::ids::{
    LearningGroupId, MeetingId, PersonId, PracticeId, SeriesId, TrajectoryId,
};
use koplopers_shared::invitations::Invitee;
use koplopers_shared::meetings::{MeetingExtras, NewMeeting};
use koplopers_shared::words::{MunicipalityCode, Slug};
use serde::Deserialize;
use utoipa::ToSchema;

use super::dto::MeetingDetailView;
use super::invitees::{InviteeRequest, invitee_field};
use super::period::{local_period, period_and_venue, period_problem};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::IfMatch;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::problem::document::WriteErrors;
use crate::problem::{FieldError, Problem, kinds};
use crate::reply::Reply;
use crate::state::AppState;
use crate::words::{KnowledgeSourceWord, LearningPracticeWord, MeetingKindWord};

/// A meeting about to be planned.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanMeetingRequest {
    /// What it is for; the talks of intakes are planned on their intake.
    #[schema(value_type = MeetingKindWord, example = "network")]
    kind: MeetingKind,
    /// What it is called in invitations and calendars.
    #[schema(
        min_length = 1,
        max_length = 200,
        example = "Netwerkdag in het voorjaar"
    )]
    title: String,
    /// What it is about.
    #[schema(min_length = 1, max_length = 5_000, nullable = false)]
    agenda: Option<String>,
    /// The programme it belongs to.
    #[schema(format = "slug", value_type = Option<String>, nullable = false, example = "inclusief")]
    programme: Option<Slug>,
    /// The municipality whose meeting it is besides the institute's.
    #[schema(
        format = "municipality-code",
        value_type = Option<String>,
        nullable = false,
        example = "GM0363"
    )]
    municipality: Option<MunicipalityCode>,
    /// The learning group whose meeting it is.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    learning_group: Option<LearningGroupId>,
    /// The practice of that group, for the kinds that the plan counts per practice.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    practice: Option<PracticeId>,
    /// The trajectory whose meeting it is, for one that is in no learning group.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    trajectory: Option<TrajectoryId>,
    /// The series that it belongs to.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    series: Option<SeriesId>,
    /// How many people there is room for; who accepts after that waits. No bound when left out.
    #[schema(minimum = 1, maximum = 10_000, nullable = false)]
    capacity: Option<i32>,
    /// Who organises it; the caller when left out.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    organiser: Option<PersonId>,
    /// The start, on the clock of the time zone.
    #[schema(format = "date-time-local", value_type = String, example = "2027-04-08T13:00")]
    local_start: DateTime,
    /// The end, on the clock of the time zone.
    #[schema(format = "date-time-local", value_type = String, example = "2027-04-08T17:00")]
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
        example = "De Observant, Amersfoort"
    )]
    place: Option<String>,
    /// The online link.
    #[schema(
        format = "https-url",
        max_length = 2_000,
        nullable = false,
        example = "https://overleg.example.nl/netwerk"
    )]
    online_url: Option<String>,
    /// Where the knowledge that is shared comes from.
    #[schema(value_type = Option<KnowledgeSourceWord>, nullable = false)]
    knowledge_source: Option<KnowledgeSource>,
    /// The way in which people learn.
    #[schema(value_type = Option<LearningPracticeWord>, nullable = false)]
    learning_practice: Option<LearningPractice>,
    /// Who is invited.
    #[serde(default)]
    #[schema(max_items = 500)]
    invitees: Vec<InviteeRequest>,
    /// Make a draft: nothing is sent until it is scheduled, and its time is but proposed.
    #[serde(default)]
    draft: bool,
}

impl PlanMeetingRequest {
    /// Whether nothing is sent yet.
    #[must_use]
    pub const fn is_draft(&self) -> bool {
        self.draft
    }
}

/// Plan a meeting
///
/// Everybody invited gets a mail with a calendar invitation and a link to answer. With
/// `"draft": true` nothing is sent: schedule it at `/meetings/{id}/scheduling`, or ask the invitees
/// for a date at `/meetings/{id}/poll`. The talk of an intake is planned at `/intakes/{id}/talk`.
/// Who is expected elsewhere is told under `conflicts`; to know before, ask at
/// `/meetings/_conflicts`.
#[utoipa::path(
    operation_id = "plan_meeting",
    tag = "meetings",
    security(("bearer" = ["meetings:write"])),
    params(IdempotencyKey),
    request_body = PlanMeetingRequest,
    responses((status = 201, description = "The meeting", body = MeetingDetailView), WriteErrors),
)]
#[post("/meetings")]
pub async fn plan_meeting(
    auth: Authorized<MeetingsWrite>,
    key: IdempotencyKey,
    body: Body<PlanMeetingRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let make = if body.draft {
        flows::draft_meeting
    } else {
        flows::schedule_meeting
    };
    let plan = meeting_plan(body, &state)?;
    operation::post(&state, auth, key, move |conn, by| {
        let planned = make(conn, by.granted(), by.now(), plan.clone())?;
        let location = format!("/v1/meetings/{}", planned.meeting.id);
        let version = planned.meeting.version;
        let view = MeetingDetailView::planned(conn, by, planned.meeting, planned.invitations)?;
        Ok::<_, ScheduleMeetingError>(Reply::created(location, version, &view))
    })
    .await
}

/// Schedule a draft
///
/// `If-Match` is needed. At the time that the draft proposes; everybody on its list gets a mail
/// with a calendar invitation and a link to answer.
#[utoipa::path(
    operation_id = "schedule_meeting",
    tag = "meetings",
    security(("bearer" = ["meetings:write"])),
    params(("id" = uuid::Uuid, Path, description = "The meeting"), IfMatch, IdempotencyKey),
    responses(
        (status = 200, description = "The meeting, scheduled", body = MeetingDetailView),
        WriteErrors,
    ),
)]
#[post("/meetings/{id}/scheduling")]
pub async fn schedule_meeting(
    auth: Authorized<MeetingsWrite>,
    id: web::Path<MeetingId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::post(&state, auth, key, move |conn, by| {
        let version = if_match.version();
        let planned = flows::schedule_draft(conn, by.granted(), by.now(), id, version)?;
        let version = planned.meeting.version;
        let view = MeetingDetailView::planned(conn, by, planned.meeting, planned.invitations)?;
        Ok::<_, ScheduleDraftError>(Reply::ok(version, &view))
    })
    .await
}

/// The plan of a body, with everything that is wrong with its time and place at once.
pub fn meeting_plan(request: PlanMeetingRequest, state: &AppState) -> Result<MeetingPlan, Problem> {
    let zone = request.time_zone.as_deref();
    let period = local_period(request.local_start, request.local_end, zone, state);
    let (period, venue) = period_and_venue(period, request.place, request.online_url)?;
    Ok(MeetingPlan {
        meeting: NewMeeting {
            kind: request.kind,
            title: request.title,
            agenda: request.agenda,
            programme: request.programme,
            intake: None,
            municipality: request.municipality,
            organiser: request.organiser,
            period,
            venue,
            knowledge_source: request.knowledge_source,
            learning_practice: request.learning_practice,
            extras: MeetingExtras {
                learning_group: request.learning_group,
                practice: request.practice,
                trajectory: request.trajectory,
                series: request.series,
                capacity: request.capacity,
            },
        },
        invitees: request.invitees.into_iter().map(Invitee::from).collect(),
    })
}

fn field(problem: &ScheduleProblem) -> FieldError {
    match problem {
        ScheduleProblem::TalkOfIntake => FieldError::new(
            "/kind",
            "not-allowed",
            "plan the talk of an intake at /intakes/{id}/talk",
        ),
        ScheduleProblem::UnknownProgramme => {
            FieldError::new("/programme", "unknown", "there is no such programme")
        }
        ScheduleProblem::UnknownMunicipality => {
            FieldError::new("/municipality", "unknown", "there is no such municipality")
        }
        ScheduleProblem::Belongs(problem) => belongs_field(*problem),
        ScheduleProblem::People(problem) => invitee_field(problem, "/invitees"),
    }
}

/// What is wrong with what a meeting belongs to.
pub fn belongs_field(problem: BelongsProblem) -> FieldError {
    let (name, code, reason) = match problem {
        BelongsProblem::UnknownGroup => (
            "/learningGroup",
            "unknown",
            "there is no such learning group",
        ),
        BelongsProblem::GroupClosed => ("/learningGroup", "closed", "the learning group is closed"),
        BelongsProblem::PracticeWithoutGroup => (
            "/learningGroup",
            "required",
            "a practice is one of a learning group",
        ),
        BelongsProblem::UnknownPractice => (
            "/practice",
            "unknown",
            "the learning group has no such practice that takes part",
        ),
        BelongsProblem::PracticeNeeded => (
            "/practice",
            "required",
            "meetings of this kind are counted for each practice",
        ),
        BelongsProblem::UnknownTrajectory => {
            ("/trajectory", "unknown", "there is no such trajectory")
        }
        BelongsProblem::TalkOfIntake => (
            "/learningGroup",
            "not-allowed",
            "the talk of an intake belongs to its intake",
        ),
        BelongsProblem::UnknownSeries => ("/series", "unknown", "there is no such series"),
        BelongsProblem::TrajectoryInGroup => (
            "/trajectory",
            "not-allowed",
            "a trajectory in a learning group meets as a practice of it",
        ),
    };
    FieldError::new(name, code, reason)
}

impl From<ScheduleDraftError> for Problem {
    fn from(error: ScheduleDraftError) -> Self {
        match error {
            ScheduleDraftError::NotFound => Self::not_found(),
            ScheduleDraftError::Stale => Self::of(&kinds::STALE),
            ScheduleDraftError::State(invalid) => invalid.into(),
            ScheduleDraftError::Started { at } => {
                Self::of(&kinds::MEETING_STARTED).member("startedAt", at.to_string())
            }
            ScheduleDraftError::Db(error) => error.into(),
        }
    }
}

impl From<ScheduleMeetingError> for Problem {
    fn from(error: ScheduleMeetingError) -> Self {
        match error {
            ScheduleMeetingError::InstituteOnly => {
                Self::of(&kinds::FORBIDDEN).detail("Meetings are planned by the institute.")
            }
            ScheduleMeetingError::Period(error) => period_problem(&error),
            ScheduleMeetingError::Invalid(problems) => {
                Self::invalid(problems.iter().map(field).collect())
            }
            ScheduleMeetingError::Db(error) => error.into(),
        }
    }
}
