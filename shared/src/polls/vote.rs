//! Voting: everybody for themselves, on every option at once.

use super::actions::record;
use super::{Poll, PollAction, PollOption, PollVote, Vote, VoteError, VoteProblem, queries};
use crate::access::{Granted, InvitationsAnswer};
use crate::clock::LocalNow;
use crate::db::DbConn;
use crate::ids::{MeetingId, PollOptionId};
use crate::invitations::{self, AnsweredVia};
use crate::meetings;

/// What somebody says of one option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVote {
    /// The option.
    pub option: PollOptionId,
    /// What they say.
    pub vote: Vote,
    /// What they add, at most 500 characters.
    pub remark: Option<String>,
}

/// Takes somebody's votes in the place of those they gave before; answers with the poll and all
/// that they said.
pub fn vote(
    conn: &mut DbConn,
    granted: &Granted<InvitationsAnswer>,
    now: LocalNow,
    id: MeetingId,
    expected_version: Option<i64>,
    (votes, via): (&[NewVote], AnsweredVia),
) -> Result<(Poll, Vec<PollVote>), VoteError> {
    // Somebody who may not see the meeting learns nothing of it.
    let meeting = meetings::find(conn, granted.scope(), id)?.ok_or(VoteError::NotFound)?;
    let poll = queries::find(conn, id)?.ok_or(VoteError::NotFound)?;
    let person = granted.person()?;
    let invited = invitations::of_meeting(conn, id)?;
    if !(invited.iter()).any(|it| it.person == person && it.answer.is_open()) {
        return Err(VoteError::NotInvited);
    }
    if expected_version.is_some_and(|version| version != poll.version) {
        return Err(VoteError::Stale);
    }
    poll.status.after(PollAction::Vote)?;
    if !poll.allows(PollAction::Vote, now.at) {
        return Err(VoteError::Over);
    }
    let options = queries::options_of(conn, id)?;
    let problems = problems(votes, &options);
    if !problems.is_empty() {
        return Err(VoteError::Invalid(problems));
    }
    for new in votes {
        let vote = PollVote {
            option: new.option,
            person,
            vote: new.vote,
            remark: new.remark.clone(),
            via,
            voted_at: now.at,
        };
        queries::put_vote(conn, &vote)?;
    }
    record(conn, granted.actor(), now, &meeting, "poll.vote")?;
    let said = queries::votes_by(conn, id, person)?;
    Ok((poll, said))
}

fn problems(votes: &[NewVote], options: &[PollOption]) -> Vec<VoteProblem> {
    let mut problems = Vec::new();
    for (at, vote) in votes.iter().enumerate() {
        if !options.iter().any(|option| option.id == vote.option) {
            problems.push(VoteProblem::UnknownOption { at });
        }
        if votes.iter().take(at).any(|it| it.option == vote.option) {
            problems.push(VoteProblem::Twice { at });
        }
    }
    let left_out = options
        .iter()
        .filter(|option| !votes.iter().any(|vote| vote.option == option.id))
        .count();
    if left_out > 0 {
        problems.push(VoteProblem::LeftOut { options: left_out });
    }
    problems
}
