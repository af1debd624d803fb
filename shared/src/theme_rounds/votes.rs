//! Every statement on proposals and votes.

use diesel::prelude::*;

use super::{Proposal, Vote};
use crate::db::columns::At;
use crate::db::schema::{theme_proposals, theme_votes};
use crate::db::{DbConn, DbResult};
use crate::ids::{MemberId, ThemeProposalId, ThemeRoundId};
use crate::words::Slug;

#[derive(Queryable, Selectable)]
#[diesel(table_name = theme_proposals)]
struct ProposalRow {
    id: ThemeProposalId,
    round: ThemeRoundId,
    theme: Slug,
    proposed_by: MemberId,
    motivation: Option<String>,
    created_at: At,
}

impl From<ProposalRow> for Proposal {
    fn from(row: ProposalRow) -> Self {
        Self {
            id: row.id,
            round: row.round,
            theme: row.theme,
            proposed_by: row.proposed_by,
            motivation: row.motivation,
            created_at: row.created_at.0,
        }
    }
}

type VoteRow = (ThemeProposalId, MemberId, i32, i32, At);

/// What was proposed in a round, in order of proposing. There are never more than there are
/// themes.
pub fn proposals_of(conn: &mut DbConn, round: ThemeRoundId) -> DbResult<Vec<Proposal>> {
    let rows = theme_proposals::table
        .filter(theme_proposals::round.eq(round))
        .order((theme_proposals::created_at, theme_proposals::id))
        .select(ProposalRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Proposal::from).collect())
}

/// The votes on these proposals: of one member, or of all of them.
pub fn votes_of(
    conn: &mut DbConn,
    proposals: &[ThemeProposalId],
    member: Option<MemberId>,
) -> DbResult<Vec<Vote>> {
    let mut query = theme_votes::table
        .filter(theme_votes::proposal.eq_any(proposals.to_vec()))
        .order((theme_votes::proposal, theme_votes::member))
        .select((
            theme_votes::proposal,
            theme_votes::member,
            theme_votes::experience,
            theme_votes::interest,
            theme_votes::voted_at,
        ))
        .into_boxed();
    if let Some(member) = member {
        query = query.filter(theme_votes::member.eq(member));
    }
    let rows: Vec<VoteRow> = query.load(conn)?;
    let votes = rows
        .into_iter()
        .map(|(proposal, member, experience, interest, at)| Vote {
            proposal,
            member,
            experience,
            interest,
            voted_at: at.0,
        });
    Ok(votes.collect())
}

pub(super) fn insert_proposal(conn: &mut DbConn, proposal: &Proposal) -> DbResult<()> {
    diesel::insert_into(theme_proposals::table)
        .values((
            theme_proposals::id.eq(proposal.id),
            theme_proposals::round.eq(proposal.round),
            theme_proposals::theme.eq(&proposal.theme),
            theme_proposals::proposed_by.eq(proposal.proposed_by),
            theme_proposals::motivation.eq(proposal.motivation.as_deref()),
            theme_proposals::created_at.eq(At(proposal.created_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores a vote over the one that the member gave before.
pub(super) fn put_vote(conn: &mut DbConn, vote: &Vote) -> DbResult<()> {
    diesel::delete(theme_votes::table.find((vote.proposal, vote.member))).execute(conn)?;
    diesel::insert_into(theme_votes::table)
        .values((
            theme_votes::proposal.eq(vote.proposal),
            theme_votes::member.eq(vote.member),
            theme_votes::experience.eq(vote.experience),
            theme_votes::interest.eq(vote.interest),
            theme_votes::voted_at.eq(At(vote.voted_at)),
        ))
        .execute(conn)?;
    Ok(())
}
