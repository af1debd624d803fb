//! Whom to invite, as it comes in a body.

use koplopers_shared::flows::InviteeProblem;
use koplopers_shared::ids::PersonId;
use koplopers_shared::invitations::Invitee;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::problem::FieldError;

/// Somebody to invite.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InviteeRequest {
    /// The person.
    #[schema(value_type = uuid::Uuid)]
    person: PersonId,
    /// Whether the meeting needs them; yes unless said otherwise.
    #[serde(default = "yes")]
    #[schema(default = true)]
    required: bool,
    /// Whether they lead it.
    #[serde(default)]
    chair: bool,
}

const fn yes() -> bool {
    true
}

impl From<InviteeRequest> for Invitee {
    fn from(request: InviteeRequest) -> Self {
        Self {
            person: request.person,
            required: request.required,
            chair: request.chair,
        }
    }
}

/// What is wrong with the organiser or with somebody in the list at `list`, a JSON pointer.
#[must_use]
pub fn invitee_field(problem: &InviteeProblem, list: &str) -> FieldError {
    let person = |at: &usize| format!("{list}/{at}/person");
    match problem {
        InviteeProblem::UnknownOrganiser => {
            FieldError::new("/organiser", "unknown", "there is no such person")
        }
        InviteeProblem::UnknownInvitee { invitee } => {
            FieldError::new(person(invitee), "unknown", "there is no such person")
        }
        InviteeProblem::InviteeWithoutEmail { invitee } => FieldError::new(
            person(invitee),
            "no-email",
            "the person needs an e-mail address to be invited",
        ),
        InviteeProblem::InviteeTwice { invitee } => FieldError::new(
            person(invitee),
            "duplicate",
            "the person is invited already",
        ),
    }
}
