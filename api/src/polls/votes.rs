//! Voting in a date poll.

use actix_web::{HttpResponse, put, web};
use koplopers_shared::access::InvitationsAnswer;
use koplopers_shared::ids::MeetingId;
use koplopers_shared::invitations::AnsweredVia;
use koplopers_shared::polls::{self, NewVote, VoteError};

use super::dto::ReplaceDatePollVotesRequest;
use super::view::{DateVoteView, DateVotesView};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::MaybeIfMatch;
use crate::operation;
use crate::problem::Problem;
use crate::problem::document::WriteErrors;
use crate::reply::Reply;
use crate::state::AppState;

/// Vote in a date poll
///
/// On every option at once, as often as one likes until the end; the latest votes count. Everybody
/// votes for themselves: it takes the token of a person who is invited. The link in the mail does
/// the same. With `If-Match` the votes are taken only while the options are those that were read.
#[utoipa::path(
    operation_id = "replace_date_poll_votes",
    tag = "date polls",
    security(("bearer" = ["invitations:answer"])),
    params(("id" = uuid::Uuid, Path, description = "The meeting"), MaybeIfMatch),
    request_body = ReplaceDatePollVotesRequest,
    responses((status = 200, description = "What the caller said", body = DateVotesView), WriteErrors),
)]
#[put("/meetings/{id}/poll/votes")]
pub async fn replace_date_poll_votes(
    auth: Authorized<InvitationsAnswer>,
    id: web::Path<MeetingId>,
    if_match: MaybeIfMatch,
    body: Body<ReplaceDatePollVotesRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let votes: Vec<NewVote> = (body.into_inner().votes.into_iter())
        .map(NewVote::from)
        .collect();
    operation::change(&state, auth, move |conn, by| {
        let (version, cast) = (if_match.version(), (votes.as_slice(), AnsweredVia::Api));
        let (poll, said) = polls::vote(conn, by.granted(), by.now(), id, version, cast)?;
        let votes = said.into_iter().map(DateVoteView::from).collect();
        Ok::<_, VoteError>(Reply::ok(poll.version, &DateVotesView { votes }))
    })
    .await
}
