//! What the ranking of a round is made from.

use std::collections::HashMap;

use super::rules::{self, Candidate};
use super::{Ranking, ThemeRound, proposals_of, votes_of};
use crate::db::{DbConn, DbResult};
use crate::ids::{MemberId, ThemeProposalId};
use crate::words::Slug;
use crate::{knowledge, members};

/// The ranking of a round: the frozen one, or as it would be if it closed now.
pub fn ranking(conn: &mut DbConn, round: &ThemeRound) -> DbResult<Ranking> {
    match &round.result {
        Some(frozen) => Ok(frozen.clone()),
        None => compute(conn, round),
    }
}

pub(super) fn compute(conn: &mut DbConn, round: &ThemeRound) -> DbResult<Ranking> {
    let proposals = proposals_of(conn, round.id)?;
    let ids: Vec<ThemeProposalId> = proposals.iter().map(|proposal| proposal.id).collect();
    let themes: Vec<Slug> = proposals
        .iter()
        .map(|proposal| proposal.theme.clone())
        .collect();
    let mut votes: HashMap<ThemeProposalId, Vec<(MemberId, i32, i32)>> = HashMap::new();
    for vote in votes_of(conn, &ids, None)? {
        let answer = (vote.member, vote.experience, vote.interest);
        votes.entry(vote.proposal).or_default().push(answer);
    }
    let mut levels = members::levels_on(conn, &themes)?;
    let items = knowledge::published_on(conn, &themes)?;
    let candidates: Vec<Candidate> = proposals
        .into_iter()
        .map(|proposal| Candidate {
            proposal: proposal.id,
            votes: votes.remove(&proposal.id).unwrap_or_default(),
            levels: levels.remove(&proposal.theme).unwrap_or_default(),
            items: items.get(&proposal.theme).copied().unwrap_or(0),
            theme: proposal.theme,
        })
        .collect();
    Ok(rules::rank(&candidates, round.weights))
}
