//! The time that open options hold.

use std::collections::HashSet;

use diesel::prelude::*;
use jiff::Timestamp;

use super::{OptionState, Vote};
use crate::db::columns::At;
use crate::db::schema::{date_poll_options, date_poll_votes, invitations, meetings};
use crate::db::{DbConn, DbResult};
use crate::ids::{MeetingId, PersonId, PollOptionId};
use crate::invitations::{Conflict, InvitationAnswer};
use crate::meetings::MeetingStatus;

type HeldRow = (PersonId, InvitationAnswer, OptionRow);
type OrganisedRow = (Option<PersonId>, OptionRow);
type OptionRow = (MeetingId, String, PollOptionId, At, At);

/// The options between two instants that hold the time of these people, `but` for those of one
/// meeting: open ones of polls that they organise, or may vote in and did not say no to. A released
/// option holds nobody's time.
pub fn held(
    conn: &mut DbConn,
    people: &[PersonId],
    (from, to): (Timestamp, Timestamp),
    but: Option<MeetingId>,
) -> DbResult<Vec<Conflict>> {
    let option = (
        meetings::id,
        meetings::title,
        date_poll_options::id,
        date_poll_options::starts_at,
        date_poll_options::ends_at,
    );
    let invited: Vec<HeldRow> = date_poll_options::table
        .inner_join(meetings::table.on(meetings::id.eq(date_poll_options::meeting)))
        .inner_join(invitations::table.on(invitations::meeting.eq(meetings::id)))
        .filter(invitations::person.eq_any(people.to_vec()))
        .filter(invitations::removed_at.is_null())
        .filter(
            invitations::answer.ne_all([InvitationAnswer::Declined, InvitationAnswer::Delegated]),
        )
        .filter(meetings::status.eq(MeetingStatus::Polling))
        .filter(date_poll_options::state.eq(OptionState::Open))
        .filter(date_poll_options::starts_at.lt(At(to)))
        .filter(date_poll_options::ends_at.gt(At(from)))
        .select((invitations::person, invitations::answer, option))
        .load(conn)?;
    let organised: Vec<OrganisedRow> = date_poll_options::table
        .inner_join(meetings::table.on(meetings::id.eq(date_poll_options::meeting)))
        .filter(meetings::organiser.eq_any(people.iter().copied().map(Some).collect::<Vec<_>>()))
        .filter(meetings::status.eq(MeetingStatus::Polling))
        .filter(date_poll_options::state.eq(OptionState::Open))
        .filter(date_poll_options::starts_at.lt(At(to)))
        .filter(date_poll_options::ends_at.gt(At(from)))
        .select((meetings::organiser, option))
        .load(conn)?;
    let options: Vec<PollOptionId> = invited.iter().map(|(_, _, option)| option.2).collect();
    let refused: HashSet<(PollOptionId, PersonId)> = date_poll_votes::table
        .filter(date_poll_votes::poll_option.eq_any(options))
        .filter(date_poll_votes::vote.eq(Vote::No))
        .select((date_poll_votes::poll_option, date_poll_votes::person))
        .load(conn)?
        .into_iter()
        .collect();
    let mut found: Vec<Conflict> = invited
        .into_iter()
        .filter(|(person, _, option)| !refused.contains(&(option.2, *person)))
        .map(|(person, answer, option)| conflict(person, option, Some(answer)))
        .collect();
    for (person, option) in organised {
        let Some(person) = person else { continue };
        let known = |it: &Conflict| it.person == person && it.option == Some(option.2);
        if !found.iter().any(known) {
            found.push(conflict(person, option, None));
        }
    }
    found.retain(|conflict| Some(conflict.meeting) != but);
    Ok(found)
}

fn conflict(
    person: PersonId,
    (meeting, title, option, start, end): OptionRow,
    answer: Option<InvitationAnswer>,
) -> Conflict {
    Conflict {
        person,
        meeting,
        title,
        option: Some(option),
        starts_at: start.0,
        ends_at: end.0,
        answer,
    }
}
