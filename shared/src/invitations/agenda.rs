//! What a screen that plans needs of invitations: how everybody answered, and who is busy.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;
use jiff::Timestamp;

use super::{Invitation, InvitationAnswer};
use crate::db::columns::At;
use crate::db::schema::{invitations, meetings};
use crate::db::{DbConn, DbResult};
use crate::ids::{MeetingId, PersonId, PollOptionId};
use crate::meetings::MeetingStatus;

/// How many invitees gave each answer, in the order of [`InvitationAnswer::ALL`]; an answer that
/// nobody gave is left out.
pub type AnswerCounts = Vec<(InvitationAnswer, i64)>;

/// How everybody answered who is invited to these meetings, in one query. A meeting to which
/// nobody is invited is left out.
pub fn answer_counts(
    conn: &mut DbConn,
    of: &[MeetingId],
) -> DbResult<HashMap<MeetingId, AnswerCounts>> {
    let rows: Vec<(MeetingId, InvitationAnswer, i64)> = invitations::table
        .filter(invitations::meeting.eq_any(of.to_vec()))
        .filter(invitations::removed_at.is_null())
        .group_by((invitations::meeting, invitations::answer))
        .select((invitations::meeting, invitations::answer, count_star()))
        .load(conn)?;
    let mut counts: HashMap<MeetingId, AnswerCounts> = HashMap::new();
    for (meeting, answer, count) in rows {
        counts.entry(meeting).or_default().push((answer, count));
    }
    let place = |answer| InvitationAnswer::ALL.iter().position(|it| *it == answer);
    for answers in counts.values_mut() {
        answers.sort_by_key(|(answer, _)| place(*answer));
    }
    Ok(counts)
}

/// Who is expected of those who are invited: whoever has neither declined nor sends somebody else.
#[must_use]
pub fn expected(invitations: &[Invitation]) -> Vec<PersonId> {
    let comes = |it: &&Invitation| match it.answer {
        InvitationAnswer::NeedsAction
        | InvitationAnswer::Accepted
        | InvitationAnswer::Tentative
        | InvitationAnswer::Waitlisted => true,
        InvitationAnswer::Declined | InvitationAnswer::Delegated | InvitationAnswer::Removed => {
            false
        }
    };
    let coming = invitations.iter().filter(comes);
    coming.map(|invitation| invitation.person).collect()
}

/// A meeting in the way of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Who is expected at both.
    pub person: PersonId,
    /// The meeting in the way.
    pub meeting: MeetingId,
    /// What it is called.
    pub title: String,
    /// The option of its date poll that is in the way; `None` for a meeting with a date.
    pub option: Option<PollOptionId>,
    /// When it starts.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// What they answered to it; `None` when they organise it.
    pub answer: Option<InvitationAnswer>,
}

type InvitedRow = (PersonId, MeetingId, String, At, At, InvitationAnswer);
type OrganisedRow = (Option<PersonId>, MeetingId, String, At, At);

/// The meetings that these people are expected at between two instants, `but` for one: those with a
/// date that they organise, or are invited to and have not declined or given to somebody else. What
/// date polls hold of their time is not among them.
pub fn conflicts(
    conn: &mut DbConn,
    people: &[PersonId],
    (from, to): (Timestamp, Timestamp),
    but: Option<MeetingId>,
) -> DbResult<Vec<Conflict>> {
    let invited: Vec<InvitedRow> = invitations::table
        .inner_join(meetings::table.on(meetings::id.eq(invitations::meeting)))
        .filter(invitations::person.eq_any(people.to_vec()))
        .filter(invitations::removed_at.is_null())
        .filter(
            invitations::answer.ne_all([InvitationAnswer::Declined, InvitationAnswer::Delegated]),
        )
        .filter(meetings::status.eq(MeetingStatus::Scheduled))
        .filter(meetings::starts_at.lt(At(to)))
        .filter(meetings::ends_at.gt(At(from)))
        .select((
            invitations::person,
            meetings::id,
            meetings::title,
            meetings::starts_at,
            meetings::ends_at,
            invitations::answer,
        ))
        .load(conn)?;
    let organised: Vec<OrganisedRow> = meetings::table
        .filter(meetings::organiser.eq_any(people.iter().copied().map(Some).collect::<Vec<_>>()))
        .filter(meetings::status.eq(MeetingStatus::Scheduled))
        .filter(meetings::starts_at.lt(At(to)))
        .filter(meetings::ends_at.gt(At(from)))
        .select((
            meetings::organiser,
            meetings::id,
            meetings::title,
            meetings::starts_at,
            meetings::ends_at,
        ))
        .load(conn)?;
    let mut found: Vec<Conflict> = invited
        .into_iter()
        .map(|(person, meeting, title, start, end, answer)| Conflict {
            person,
            meeting,
            title,
            option: None,
            starts_at: start.0,
            ends_at: end.0,
            answer: Some(answer),
        })
        .collect();
    for (person, meeting, title, start, end) in organised {
        let Some(person) = person else { continue };
        let known = |it: &Conflict| it.person == person && it.meeting == meeting;
        if !found.iter().any(known) {
            found.push(Conflict {
                person,
                meeting,
                title,
                option: None,
                starts_at: start.0,
                ends_at: end.0,
                answer: None,
            });
        }
    }
    found.retain(|conflict| Some(conflict.meeting) != but);
    Ok(found)
}
