//! Changing a meeting, and looking first at who would get which mail.

use actix_web::{HttpResponse, post, web};
use jiff::civil::DateTime;
use koplopers_shared::access::MeetingsWrite;
use koplopers_shared::catalogue::words::{KnowledgeSource, LearningPractice};
use koplopers_shared::flows::{
    self, BelongsChange, ChangeMeetingError, ChangeProblem, MailCounts, MeetingChanges,
};
use koplopers_shared::ids::{
    InvitationId, LearningGroupId, MeetingId, PersonId, PracticeId, SeriesId, TrajectoryId,
};
use koplopers_shared::invitations::Invitee;
use koplopers_shared::meetings::{CannotChange, LocalPeriod, MeetingChange};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::conflicts::ConflictView;
use super::dto::{MeetingDetailView, conflicts_seen};
use super::invitees::{InviteeRequest, invitee_field};
use super::period::{local_period, nowhere, period_problem};
use super::plan::belongs_field;
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::IfMatch;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::patch::patched;
use crate::problem::document::WriteErrors;
use crate::problem::{FieldError, Problem, kinds};
use crate::query::Query;
use crate::reply::Reply;
use crate::state::AppState;
use crate::words::{KnowledgeSourceWord, LearningPracticeWord};

/// When a meeting is.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PeriodRequest {
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
}

impl PeriodRequest {
    /// The period, in the institute's time zone unless another is named.
    pub fn parse(&self, state: &AppState) -> Result<LocalPeriod, Problem> {
        let zone = self.time_zone.as_deref();
        local_period(self.local_start, self.local_end, zone, state)
    }
}

/// What is to change: a key left out stays as it is, null takes a value away.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(
    clippy::option_option,
    reason = "a key left out and null differ in a change"
)]
pub struct ChangeMeetingRequest {
    /// What it is called.
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    title: Option<String>,
    /// What it is about.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 5_000)]
    agenda: Option<Option<String>>,
    /// Who organises it.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<uuid::Uuid>)]
    organiser: Option<Option<PersonId>>,
    /// When it is: everybody is asked again.
    #[schema(nullable = false)]
    period: Option<PeriodRequest>,
    /// The place.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 500)]
    place: Option<Option<String>>,
    /// The online link.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>, format = "https-url", max_length = 2_000)]
    online_url: Option<Option<String>>,
    /// Where the knowledge that is shared comes from.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<KnowledgeSourceWord>)]
    knowledge_source: Option<Option<KnowledgeSource>>,
    /// The way in which people learn.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<LearningPracticeWord>)]
    learning_practice: Option<Option<LearningPractice>>,
    /// How many people there is room for; null takes the bound away. Who waits gets the places that
    /// come free; nobody loses one.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 10_000)]
    capacity: Option<Option<i32>>,
    /// The learning group whose meeting it is. The meeting takes over its programme, and the
    /// municipality of the practice.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<uuid::Uuid>)]
    learning_group: Option<Option<LearningGroupId>>,
    /// The practice of that group, for the kinds that the plan counts per practice.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<uuid::Uuid>)]
    practice: Option<Option<PracticeId>>,
    /// The trajectory whose meeting it is, for one that is in no learning group; likewise.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<uuid::Uuid>)]
    trajectory: Option<Option<TrajectoryId>>,
    /// The series that it belongs to.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<uuid::Uuid>)]
    series: Option<Option<SeriesId>>,
    /// Who is invited besides.
    #[serde(default)]
    #[schema(max_items = 500)]
    add_invitees: Vec<InviteeRequest>,
    /// Whose invitation is taken back, by the id of the invitation.
    #[serde(default)]
    #[schema(value_type = Vec<uuid::Uuid>, max_items = 500)]
    remove_invitations: Vec<InvitationId>,
    /// Whether other words alone are worth a mail to everybody; no unless said otherwise.
    #[serde(default)]
    tell_of_wording: bool,
}

/// Whether to look only.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ChangeMeetingParams {
    /// Say how many people would get which mail, and change nothing.
    #[param(inline)]
    preview: Option<bool>,
}

/// How many people get which mail.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MailCountsView {
    /// An invitation.
    invitations: usize,
    /// What changed.
    updates: usize,
    /// That they are no longer invited.
    cancellations: usize,
}

impl From<MailCounts> for MailCountsView {
    fn from(counts: MailCounts) -> Self {
        Self {
            invitations: counts.invitations,
            updates: counts.updates,
            cancellations: counts.cancellations,
        }
    }
}

/// What a change brings about.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangedMeetingView {
    /// The mails that go out, or would.
    mails: MailCountsView,
    /// Who is expected elsewhere at the time that it has then, in a preview too. Null for a caller
    /// who does not plan meetings for the institute.
    conflicts: Option<Vec<ConflictView>>,
    /// The meeting as it is now; null in a preview.
    changed: Option<MeetingDetailView>,
}

/// Change a meeting
///
/// `If-Match` is needed. Possible until the meeting starts. A draft sends nothing; while a
/// date poll goes on, only whoever is added gets a mail, which asks for votes. Once there is a
/// date, another time asks everybody again;
/// another place tells everybody who has not declined; other words tell nobody unless
/// `tellOfWording` is true. Whoever is added gets an invitation, whoever is removed a cancellation
/// if the invitation had reached them. With `preview=true` nothing changes, and the answer says
/// how many people would get which mail, and who is expected elsewhere at the new time.
#[utoipa::path(
    operation_id = "change_meeting",
    tag = "meetings",
    security(("bearer" = ["meetings:write"])),
    params(
        ("id" = uuid::Uuid, Path, description = "The meeting"),
        ChangeMeetingParams,
        IfMatch,
        IdempotencyKey,
    ),
    request_body = ChangeMeetingRequest,
    responses(
        (status = 200, description = "The change and its mails", body = ChangedMeetingView),
        WriteErrors,
    ),
)]
#[post("/meetings/{id}/changes")]
pub async fn change_meeting(
    auth: Authorized<MeetingsWrite>,
    id: web::Path<MeetingId>,
    params: Query<ChangeMeetingParams>,
    if_match: IfMatch,
    key: IdempotencyKey,
    body: Body<ChangeMeetingRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let preview = params.0.preview.unwrap_or(false);
    let changes = changes_of(body.into_inner(), &state)?;
    operation::post(&state, auth, key, move |conn, by| {
        let (version, changes) = (if_match.version(), changes.clone());
        let (granted, now) = (by.granted(), by.now());
        if preview {
            let planned = flows::preview_meeting_change(conn, granted, now, id, version, changes)?;
            let (meeting, expected) = (&planned.meeting, &planned.expected);
            return Ok(Reply::plain(&ChangedMeetingView {
                conflicts: conflicts_seen(conn, by, meeting, expected)?,
                mails: planned.mails.into(),
                changed: None,
            }));
        }
        let done = flows::change_meeting(conn, granted, now, id, version, changes)?;
        let version = done.meeting.version;
        let detail = MeetingDetailView::planned(conn, by, done.meeting, done.invitations)?;
        let view = ChangedMeetingView {
            mails: done.mails.into(),
            conflicts: detail.conflicts(),
            changed: Some(detail),
        };
        Ok::<_, ChangeMeetingError>(Reply::ok(version, &view))
    })
    .await
}

fn changes_of(request: ChangeMeetingRequest, state: &AppState) -> Result<MeetingChanges, Problem> {
    let period = request
        .period
        .map(|it| it.parse(state))
        .transpose()
        .map_err(|problem| problem.under("/period"))?;
    Ok(MeetingChanges {
        meeting: MeetingChange {
            title: request.title,
            agenda: request.agenda,
            organiser: request.organiser,
            period,
            place: request.place,
            online_url: request.online_url,
            knowledge_source: request.knowledge_source,
            learning_practice: request.learning_practice,
            capacity: request.capacity,
            belonging: None,
            attendees: false,
        },
        belongs: BelongsChange {
            learning_group: request.learning_group,
            practice: request.practice,
            trajectory: request.trajectory,
            series: request.series,
        },
        add: request
            .add_invitees
            .into_iter()
            .map(Invitee::from)
            .collect(),
        remove: request.remove_invitations,
        tell_of_wording: request.tell_of_wording,
    })
}

fn field(problem: &ChangeProblem) -> FieldError {
    match problem {
        ChangeProblem::NotInvited(at) => FieldError::new(
            format!("/removeInvitations/{at}"),
            "unknown",
            "this invitation is not of this meeting",
        ),
        ChangeProblem::Invitee(problem) => invitee_field(problem, "/addInvitees"),
        ChangeProblem::Belongs(problem) => belongs_field(*problem),
    }
}

impl From<ChangeMeetingError> for Problem {
    fn from(error: ChangeMeetingError) -> Self {
        match error {
            ChangeMeetingError::NotFound => Self::not_found(),
            ChangeMeetingError::Stale => Self::of(&kinds::STALE),
            ChangeMeetingError::Cannot(error) => error.into(),
            ChangeMeetingError::Period(error) => period_problem(&error).under("/period"),
            ChangeMeetingError::Invalid(problems) => {
                Self::invalid(problems.iter().map(field).collect())
            }
            ChangeMeetingError::Db(error) => error.into(),
        }
    }
}

impl From<CannotChange> for Problem {
    fn from(error: CannotChange) -> Self {
        match error {
            CannotChange::State(invalid) => invalid.into(),
            CannotChange::Started { at } => {
                Self::of(&kinds::MEETING_STARTED).member("startedAt", at.to_string())
            }
            CannotChange::Nowhere => nowhere(),
            CannotChange::DateIsPolled => Self::invalid_field(
                "/period",
                "polled",
                "the date poll says when it can be; change the options at /meetings/{id}/poll",
            ),
        }
    }
}
