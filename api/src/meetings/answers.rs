//! Answering one's own invitation.

use actix_web::{HttpResponse, put, web};
use koplopers_shared::access::InvitationsAnswer;
use koplopers_shared::ids::{InvitationId, MeetingId};
use koplopers_shared::invitations::{self, Answer, AnswerChoice, AnswerError, AnsweredVia, Wishes};
use serde::Deserialize;
use utoipa::ToSchema;

use super::dto::InvitationView;
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::MaybeIfMatch;
use crate::operation;
use crate::problem::document::WriteErrors;
use crate::problem::{Problem, kinds};
use crate::reply::Reply;
use crate::state::AppState;
use crate::words::AnswerChoiceWord;

/// What an invitee answers.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AnswerInvitationRequest {
    /// Whether they come.
    #[schema(value_type = AnswerChoiceWord, example = "accepted")]
    answer: AnswerChoice,
    /// What they add, for the organiser.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        nullable = false,
        example = "Ik kom een half uur later."
    )]
    remark: Option<String>,
    /// What they do not eat or drink. Like the answer it replaces what was said before, and the
    /// organisers alone see it.
    #[schema(
        min_length = 1,
        max_length = 500,
        nullable = false,
        example = "Vegetarisch, geen noten."
    )]
    dietary_wishes: Option<String>,
    /// What they need to get in, to hear, to see or to follow; likewise.
    #[schema(
        min_length = 1,
        max_length = 500,
        nullable = false,
        example = "Ik kom met een rolstoel."
    )]
    accessibility_wishes: Option<String>,
}

/// Answer one's own invitation
///
/// Everybody answers for themselves: it takes the token of the person who is invited. Possible
/// until the meeting starts, as often as they like. The link in the mail does the same. Who accepts
/// when the meeting is full waits (`waitlisted`), and gets a mail when there is a place.
#[utoipa::path(
    operation_id = "answer_invitation",
    tag = "meetings",
    security(("bearer" = ["invitations:answer"])),
    params(
        ("id" = uuid::Uuid, Path, description = "The meeting"),
        ("invitation" = uuid::Uuid, Path, description = "The invitation"),
        MaybeIfMatch,
    ),
    request_body = AnswerInvitationRequest,
    responses((status = 200, description = "The invitation", body = InvitationView), WriteErrors),
)]
#[put("/meetings/{id}/invitations/{invitation}/answer")]
pub async fn answer_invitation(
    auth: Authorized<InvitationsAnswer>,
    path: web::Path<(MeetingId, InvitationId)>,
    if_match: MaybeIfMatch,
    body: Body<AnswerInvitationRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (meeting, invitation) = path.into_inner();
    let AnswerInvitationRequest {
        answer,
        remark,
        dietary_wishes,
        accessibility_wishes,
    } = body.into_inner();
    let wishes = Wishes {
        dietary: dietary_wishes,
        accessibility: accessibility_wishes,
    };
    operation::change(&state, auth, move |conn, by| {
        let answer = Answer {
            choice: answer,
            remark: remark.clone(),
            via: AnsweredVia::Api,
        };
        let id = invitations::find(conn, invitation)?
            .filter(|found| found.meeting == meeting)
            .map(|found| found.id)
            .ok_or(AnswerError::NotFound)?;
        let (version, granted, now) = (if_match.version(), by.granted(), by.now().at);
        let answered = invitations::answer(conn, granted, now, id, version, answer)?;
        let kept = invitations::keep_wishes(conn, granted, now, answered, wishes.clone())?;
        Ok::<_, AnswerError>(Reply::ok(kept.version, &InvitationView::own(kept)))
    })
    .await
}

impl From<AnswerError> for Problem {
    fn from(error: AnswerError) -> Self {
        match error {
            AnswerError::Person(error) => error.into(),
            AnswerError::NotFound => Self::not_found(),
            AnswerError::Stale | AnswerError::Outdated => Self::of(&kinds::STALE),
            AnswerError::Closed => Self::of(&kinds::ANSWERS_CLOSED),
            AnswerError::NotOpen { answer } => {
                Self::invalid_transition(answer.as_str(), &[]).detail("the invitation is not open")
            }
            AnswerError::Db(error) => error.into(),
        }
    }
}
