//! Proposing and voting.

use super::actions::record;
use super::votes::{insert_proposal, proposals_of, put_vote, votes_of};
use super::{ChooseThemeError, Proposal, ThemeRound, ThemeRoundAction, Vote, queries};
use crate::access::{Granted, ThemeRoundsVote};
use crate::clock::LocalNow;
use crate::db::DbConn;
use crate::ids::{MemberId, ThemeProposalId, ThemeRoundId};
use crate::members::{self, MemberStatus};
use crate::reference::{self, ReferenceList};
use crate::words::Slug;

/// A vote about to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewVote {
    /// On which proposal of the round.
    pub proposal: ThemeProposalId,
    /// How much experience, from 0 (none) to 5 (much).
    pub experience: i32,
    /// How much interest, from 0 (none) to 5 (much).
    pub interest: i32,
}

/// Proposes a theme of the list, as a member who takes part.
pub fn propose(
    conn: &mut DbConn,
    granted: &Granted<ThemeRoundsVote>,
    now: LocalNow,
    round: ThemeRoundId,
    (theme, motivation): (Slug, Option<String>),
) -> Result<Proposal, ChooseThemeError> {
    let (round, member) = may(conn, granted, now, round, ThemeRoundAction::Propose)?;
    let themes = std::slice::from_ref(&theme);
    if !reference::queries::unusable(conn, ReferenceList::Themes, themes)?.is_empty() {
        return Err(ChooseThemeError::UnknownTheme);
    }
    let others = proposals_of(conn, round.id)?;
    if others.iter().any(|other| other.theme == theme) {
        return Err(ChooseThemeError::Proposed);
    }
    let proposal = Proposal {
        id: ThemeProposalId::generate(),
        round: round.id,
        theme,
        proposed_by: member,
        motivation,
        created_at: now.at,
    };
    insert_proposal(conn, &proposal)?;
    record(conn, granted.actor(), now, round.id, "theme_round.propose")?;
    Ok(proposal)
}

/// Says how much experience and interest a member has, for as many proposals as they like: the
/// latest answer to each counts. Gives all that they said in this round.
pub fn vote(
    conn: &mut DbConn,
    granted: &Granted<ThemeRoundsVote>,
    now: LocalNow,
    round: ThemeRoundId,
    votes: &[NewVote],
) -> Result<Vec<Vote>, ChooseThemeError> {
    let (round, member) = may(conn, granted, now, round, ThemeRoundAction::Vote)?;
    let proposals: Vec<ThemeProposalId> = proposals_of(conn, round.id)?
        .into_iter()
        .map(|proposal| proposal.id)
        .collect();
    for (at, vote) in votes.iter().enumerate() {
        if !proposals.contains(&vote.proposal) {
            return Err(ChooseThemeError::UnknownProposal { at });
        }
        if votes[..at]
            .iter()
            .any(|other| other.proposal == vote.proposal)
        {
            return Err(ChooseThemeError::VotedTwice { at });
        }
    }
    for vote in votes {
        let vote = Vote {
            proposal: vote.proposal,
            member,
            experience: vote.experience,
            interest: vote.interest,
            voted_at: now.at,
        };
        put_vote(conn, &vote)?;
    }
    record(conn, granted.actor(), now, round.id, "theme_round.vote")?;
    Ok(votes_of(conn, &proposals, Some(member))?)
}

/// The round and the caller's membership, if they may choose in it now.
fn may(
    conn: &mut DbConn,
    granted: &Granted<ThemeRoundsVote>,
    now: LocalNow,
    round: ThemeRoundId,
    action: ThemeRoundAction,
) -> Result<(ThemeRound, MemberId), ChooseThemeError> {
    let person = granted.person()?;
    let member = members::open_of(conn, person)?
        .filter(|member| member.status == MemberStatus::Active)
        .ok_or(ChooseThemeError::NoMember)?;
    let round = queries::find(conn, round)?.ok_or(ChooseThemeError::NotFound)?;
    round.status.after(action)?;
    if !round.allows(action, now.today) {
        return Err(ChooseThemeError::Over {
            closed_on: round.closes_on,
        });
    }
    Ok((round, member.id))
}
