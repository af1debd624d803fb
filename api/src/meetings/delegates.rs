//! Sending somebody else in one's own place.

use actix_web::{HttpResponse, put, web};
use koplopers_shared::access::InvitationsAnswer;
use koplopers_shared::flows::{self, ChosenDelegate, DelegateError};
use koplopers_shared::ids::{InvitationId, MeetingId, PersonId};
use koplopers_shared::invitations::{self, AnsweredVia};
use koplopers_shared::words::EmailAddress;
use serde::Deserialize;
use utoipa::ToSchema;

use super::dto::InvitationView;
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::MaybeIfMatch;
use crate::operation;
use crate::problem::document::WriteErrors;
use crate::problem::{FieldError, Problem, kinds};
use crate::reply::Reply;
use crate::state::AppState;

/// Who comes instead: somebody who is known, or somebody by name and address.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DelegateInvitationRequest {
    /// Somebody who is known, of the same organisation or municipality.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    person: Option<PersonId>,
    /// Their name.
    #[schema(
        min_length = 1,
        max_length = 200,
        nullable = false,
        example = "Bo de Boer"
    )]
    name: Option<String>,
    /// Where their invitation goes. Of somebody who is not known it must be at the domain of the
    /// invitee's own address.
    #[schema(format = "email", max_length = 254, value_type = Option<String>, nullable = false, example = "bo@voorbeeldstad.example.nl")]
    email: Option<EmailAddress>,
}

impl DelegateInvitationRequest {
    fn parse(self) -> Result<ChosenDelegate, Problem> {
        let reason = "give a person, or a name and an email";
        let wrong = |name: &str, code: &'static str| FieldError::new(name, code, reason);
        match (self.person, self.name, self.email) {
            (Some(person), None, None) => Ok(ChosenDelegate::Known(person)),
            (None, Some(name), Some(email)) => Ok(ChosenDelegate::Named { name, email }),
            (Some(_), _, _) => Err(Problem::invalid(vec![wrong("/person", "not-allowed")])),
            (None, name, email) => {
                let missing = [("/name", name.is_none()), ("/email", email.is_none())];
                let missing = missing.iter().filter(|(_, missing)| *missing);
                let fields = missing.map(|(name, _)| wrong(name, "required"));
                Err(Problem::invalid(fields.collect()))
            }
        }
    }
}

/// Send somebody else in one's own place
///
/// Somebody of the same organisation or municipality. They get an invitation of their own, or are
/// asked to vote while the date is polled, and the invitee's becomes `delegated`. Everybody decides
/// for themselves: it takes the token of the person who is invited. The link in the mail does the
/// same.
#[utoipa::path(
    operation_id = "delegate_invitation",
    tag = "meetings",
    security(("bearer" = ["invitations:answer"])),
    params(
        ("id" = uuid::Uuid, Path, description = "The meeting"),
        ("invitation" = uuid::Uuid, Path, description = "The invitation"),
        MaybeIfMatch,
    ),
    request_body = DelegateInvitationRequest,
    responses((status = 200, description = "The invitee's own invitation", body = InvitationView), WriteErrors),
)]
#[put("/meetings/{id}/invitations/{invitation}/delegate")]
pub async fn delegate_invitation(
    auth: Authorized<InvitationsAnswer>,
    path: web::Path<(MeetingId, InvitationId)>,
    if_match: MaybeIfMatch,
    body: Body<DelegateInvitationRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (meeting, invitation) = path.into_inner();
    let chosen = body.into_inner().parse()?;
    operation::change(&state, auth, move |conn, by| {
        let id = invitations::find(conn, invitation)?
            .filter(|found| found.meeting == meeting)
            .map(|found| found.id)
            .ok_or(DelegateError::NotFound)?;
        let (version, sent) = (if_match.version(), (&chosen, AnsweredVia::Api));
        flows::delegate(conn, by.granted(), by.now(), id, version, sent).map(|done| {
            let version = done.invitation.version;
            Reply::ok(version, &InvitationView::own(done.invitation))
        })
    })
    .await
}

impl From<DelegateError> for Problem {
    fn from(error: DelegateError) -> Self {
        let field = |code: &'static str, reason: &'static str| {
            Self::invalid(vec![
                FieldError::new("/person", code, reason),
                FieldError::new("/email", code, reason),
            ])
        };
        match error {
            DelegateError::Person(error) => error.into(),
            DelegateError::NotFound => Self::not_found(),
            DelegateError::Stale => Self::of(&kinds::STALE),
            DelegateError::Closed => Self::of(&kinds::ANSWERS_CLOSED),
            DelegateError::NotOpen { answer } => {
                Self::invalid_transition(answer.as_str(), &[]).detail("the invitation is not open")
            }
            DelegateError::Unknown => {
                Self::invalid_field("/person", "unknown", "there is no such person")
            }
            DelegateError::NoEmail => Self::invalid_field(
                "/person",
                "no-email",
                "the person needs an e-mail address to be invited",
            ),
            DelegateError::Oneself => field("oneself", "must be somebody else"),
            DelegateError::Elsewhere => field(
                "elsewhere",
                "must be somebody of the same organisation or municipality",
            ),
            DelegateError::Invited => field(
                "duplicate",
                "is on the list of this meeting already, or was taken off it",
            ),
            DelegateError::Db(error) => error.into(),
        }
    }
}
