//! Whether people can be invited to a meeting.

use crate::access::Scope;
use crate::db::{DbConn, DbResult};
use crate::ids::PersonId;
use crate::invitations::Invitee;
use crate::people;

/// A person in a plan who cannot have the place they were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InviteeProblem {
    /// The caller sees no such person.
    UnknownOrganiser,
    /// The caller sees no such person.
    UnknownInvitee {
        /// Position in the list, from 0.
        invitee: usize,
    },
    /// The invitation could not reach them.
    InviteeWithoutEmail {
        /// Position in the list, from 0.
        invitee: usize,
    },
    /// They are in the list already.
    InviteeTwice {
        /// Position in the list, from 0.
        invitee: usize,
    },
}

/// Everything that is wrong with the organiser and the invitees of a meeting, at once.
pub(super) fn invitee_problems(
    conn: &mut DbConn,
    scope: &Scope,
    organiser: Option<PersonId>,
    invitees: &[Invitee],
) -> DbResult<Vec<InviteeProblem>> {
    let mut problems = Vec::new();
    if let Some(organiser) = organiser
        && people::queries::find(conn, scope, organiser)?.is_none()
    {
        problems.push(InviteeProblem::UnknownOrganiser);
    }
    let ids: Vec<PersonId> = invitees.iter().map(|invitee| invitee.person).collect();
    let found = people::queries::find_many(conn, scope, &ids)?;
    for (invitee, id) in ids.iter().enumerate() {
        match found.iter().find(|person| person.id == *id) {
            None => problems.push(InviteeProblem::UnknownInvitee { invitee }),
            Some(person) if person.email.is_none() => {
                problems.push(InviteeProblem::InviteeWithoutEmail { invitee });
            }
            Some(_) if ids.iter().take(invitee).any(|earlier| earlier == id) => {
                problems.push(InviteeProblem::InviteeTwice { invitee });
            }
            Some(_) => {}
        }
    }
    Ok(problems)
}
