//! An answer that comes as the REPLY of a calendar program (RFC 5546 §3.2.3).

use crate::access::{Actor, Scope};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::{InvitationId, PersonId};
use crate::inbound_mail::CalendarReply;
use crate::invitations::{self, Answer, AnswerError, AnsweredVia, Invitation, MailedAnswer};
use crate::meetings::{self, Meeting};
use crate::people;

/// The most characters of a remark.
const LONGEST_REMARK: usize = 2_000;

/// Takes the answer to the invitation of whoever gave it, or says why it cannot be.
///
/// A sender can be forged: who could send in the name of an invitee could also read the link in
/// their mail, so that both count the same. Whoever answers sees nothing of the meeting.
pub(super) fn take_reply(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    reply: &CalendarReply,
) -> DbResult<Result<InvitationId, &'static str>> {
    if reply.from.key() != reply.attendee.key() {
        return Ok(Err("sender-differs"));
    }
    let Some(choice) = reply.choice else {
        return Ok(Err("no-answer"));
    };
    let Some(meeting) = meetings::find_by_uid(conn, &reply.uid)? else {
        return Ok(Err("unknown-meeting"));
    };
    let Some(invitation) = invitation_of(conn, &meeting, reply)? else {
        return Ok(Err("not-invited"));
    };
    let id = invitation.id;
    let answer = MailedAnswer {
        answer: Answer {
            choice,
            remark: reply.comment.as_deref().map(remark),
            via: AnsweredVia::Mail,
        },
        sequence: reply.sequence,
        stamped_at: reply.stamped_at,
    };
    match invitations::answer_by_mail(conn, actor, now.at, &meeting, invitation, answer) {
        Ok(_) => Ok(Ok(id)),
        Err(AnswerError::Outdated | AnswerError::Stale) => Ok(Err("outdated")),
        Err(AnswerError::Closed | AnswerError::NotOpen { .. }) => Ok(Err("answers-closed")),
        Err(AnswerError::NotFound | AnswerError::Person(_)) => Ok(Err("not-invited")),
        Err(AnswerError::Db(error)) => Err(error),
    }
}

/// The invitation of the person whose mailbox the answer comes from.
fn invitation_of(
    conn: &mut DbConn,
    meeting: &Meeting,
    reply: &CalendarReply,
) -> Result<Option<Invitation>, DbError> {
    let invitations = invitations::of_meeting(conn, meeting.id)?;
    let people: Vec<PersonId> = invitations.iter().map(|it| it.person).collect();
    let people = people::queries::find_many(conn, &Scope::Institute, &people)?;
    let key = reply.attendee.key();
    let theirs = |person: PersonId| {
        people
            .iter()
            .filter(|it| it.id == person)
            .any(|it| it.email.as_ref().is_some_and(|email| email.key() == key))
    };
    Ok(invitations
        .into_iter()
        .find(|it| !it.is_removed() && theirs(it.person)))
}

/// A comment as a remark: no control characters but line breaks, and not longer than others.
fn remark(comment: &str) -> String {
    comment
        .chars()
        .filter(|c| *c == '\n' || !c.is_control())
        .take(LONGEST_REMARK)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        // security: 32, 34
        #[test]
        fn a_remark_is_bounded_text_without_control_characters(comment in any::<String>()) {
            let kept = remark(&comment);
            prop_assert!(kept.chars().count() <= LONGEST_REMARK);
            prop_assert!(kept.chars().all(|c| c == '\n' || !c.is_control()));
            let typed: String = comment.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
            prop_assert!(typed.starts_with(&kept));
        }
    }

    #[test]
    fn a_long_remark_is_cut_between_characters() {
        let kept = remark(&"é😀".repeat(LONGEST_REMARK));
        assert_eq!(kept.chars().count(), LONGEST_REMARK);
    }
}
