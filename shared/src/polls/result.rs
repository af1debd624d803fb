//! What a poll comes to: its votes, and whom each of them represents.

use std::collections::BTreeSet;

use super::rules::{self, Ballot, OptionVotes};
use super::{Poll, PollOption, PollResult, PollVote, queries};
use crate::access::Scope;
use crate::clock::LocalNow;
use crate::db::{DbConn, DbResult};
use crate::ids::{InvitationId, MeetingId, PersonId};
use crate::words::MunicipalityCode;
use crate::{invitations, people};

/// Somebody who may vote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voter {
    /// Their invitation.
    pub invitation: InvitationId,
    /// Who.
    pub person: PersonId,
    /// Whether the meeting needs them.
    pub required: bool,
    /// The municipalities with which they hold a role today.
    pub municipalities: Vec<MunicipalityCode>,
}

/// A poll with everything that belongs to it.
#[derive(Debug, Clone)]
pub struct PollDetail {
    /// The poll.
    pub poll: Poll,
    /// The municipalities that it requires.
    pub required: BTreeSet<MunicipalityCode>,
    /// Its options, in the order of their start.
    pub options: Vec<PollOption>,
    /// Whoever may vote, in the order in which they were put on the list.
    pub voters: Vec<Voter>,
    /// The votes of those, by option and person.
    pub votes: Vec<PollVote>,
    /// What they come to: now, or as frozen by the choice.
    pub result: PollResult,
}

impl PollDetail {
    /// Whoever has not voted on every option.
    pub fn not_voted(&self) -> impl Iterator<Item = &Voter> {
        self.voters.iter().filter(|voter| {
            let votes = self.votes.iter().filter(|it| it.person == voter.person);
            votes.count() < self.options.len()
        })
    }
}

/// Whoever may vote: everybody on the list who was not taken off it and sends nobody else.
pub(super) fn voters(conn: &mut DbConn, meeting: MeetingId, now: LocalNow) -> DbResult<Vec<Voter>> {
    let invited: Vec<_> = invitations::of_meeting(conn, meeting)?
        .into_iter()
        .filter(|it| it.answer.is_open())
        .collect();
    let ids: Vec<PersonId> = invited.iter().map(|it| it.person).collect();
    let roles = people::queries::roles_of_many(conn, &Scope::Institute, &ids)?;
    let voters = invited.into_iter().map(|invitation| {
        let own = roles
            .iter()
            .filter(|held| held.person == invitation.person && held.held_on(now.today));
        let codes: BTreeSet<MunicipalityCode> = own.filter_map(|held| held.municipality).collect();
        Voter {
            invitation: invitation.id,
            person: invitation.person,
            required: invitation.required,
            municipalities: codes.into_iter().collect(),
        }
    });
    Ok(voters.collect())
}

/// The municipalities of these voters.
pub(super) fn represented<'a>(
    voters: impl Iterator<Item = &'a Voter>,
) -> BTreeSet<MunicipalityCode> {
    voters
        .flat_map(|voter| voter.municipalities.iter().copied())
        .collect()
}

/// A poll with its votes and what they come to.
pub fn detail(conn: &mut DbConn, poll: Poll, now: LocalNow) -> DbResult<PollDetail> {
    let required = queries::required_of(conn, poll.meeting)?;
    let options = queries::options_of(conn, poll.meeting)?;
    let people = voters(conn, poll.meeting, now)?;
    let votes: Vec<PollVote> = queries::votes_of(conn, poll.meeting)?
        .into_iter()
        .filter(|vote| people.iter().any(|voter| voter.person == vote.person))
        .collect();
    let result = if let Some(frozen) = &poll.result {
        frozen.clone()
    } else {
        let invited = represented(people.iter());
        let counted = ballots(&options, &people, &votes);
        rules::count(&required, &invited, &counted, now.at)
    };
    Ok(PollDetail {
        poll,
        required,
        options,
        voters: people,
        votes,
        result,
    })
}

fn ballots(options: &[PollOption], people: &[Voter], votes: &[PollVote]) -> Vec<OptionVotes> {
    let represents = |vote: &PollVote| {
        let own = people.iter().find(|it| it.person == vote.person);
        own.map(|it| it.municipalities.clone())
    };
    let on = |option: &PollOption| OptionVotes {
        option: option.id,
        starts_at: option.period.starts_at(),
        ballots: votes
            .iter()
            .filter(|vote| vote.option == option.id)
            .map(|vote| Ballot {
                municipalities: represents(vote).unwrap_or_default(),
                vote: vote.vote,
            })
            .collect(),
    };
    options.iter().map(on).collect()
}
