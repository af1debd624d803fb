//! The ranking of the themes of a round (N6): pure, explained, and the same for the same input.
//!
//! Four parts, each from 0 to 1000, in whole numbers and rounded half up:
//!
//! | part | is |
//! | --- | --- |
//! | experience | what the voters said of their experience with it: points given out of 5 per voter |
//! | interest | what they said of their interest in it, likewise |
//! | expertise | the level that the voters' profiles name for the theme, out of 5 per voter |
//! | knowledge | published knowledge items on the theme, out of those on the theme with most |
//!
//! A voter is a member who answered any proposal of the round. Of what a voter left unanswered, or
//! does not have in their profile, they count as 0: so a theme that three of twenty members love
//! does not beat one that all of them like.
//!
//! The score is the weighted mean of the parts. Ranked by the exact score before it is rounded;
//! a tie goes to the proposal of the lower id, which was made first.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::{MemberId, ThemeProposalId};
use crate::text_enum;
use crate::words::Slug;

/// The most that a voter gives to one part.
const MOST: i64 = 5;
/// What a part is at most.
const FULL: i64 = 1000;

text_enum! {
    /// What a part of a score is about.
    pub enum ScoreSource {
        /// The voters' experience with the theme.
        Experience => "experience",
        /// Their interest in it.
        Interest => "interest",
        /// What their profiles say they know of it.
        Expertise => "expertise",
        /// What is published on it.
        Knowledge => "knowledge",
    }
}

/// How much each part counts, in relation to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThemeWeights {
    /// Of experience.
    pub experience: u16,
    /// Of interest.
    pub interest: u16,
    /// Of expertise.
    pub expertise: u16,
    /// Of available knowledge.
    pub knowledge: u16,
}

impl Default for ThemeWeights {
    fn default() -> Self {
        Self {
            experience: 30,
            interest: 30,
            expertise: 25,
            knowledge: 15,
        }
    }
}

impl ThemeWeights {
    /// Of one part.
    #[must_use]
    pub const fn of(self, source: ScoreSource) -> u16 {
        match source {
            ScoreSource::Experience => self.experience,
            ScoreSource::Interest => self.interest,
            ScoreSource::Expertise => self.expertise,
            ScoreSource::Knowledge => self.knowledge,
        }
    }

    /// Of all parts together.
    #[must_use]
    pub fn total(self) -> i64 {
        let all = ScoreSource::ALL.iter();
        all.map(|source| i64::from(self.of(*source))).sum()
    }
}

/// A proposal as the ranking looks at it.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The proposal.
    pub proposal: ThemeProposalId,
    /// Its theme.
    pub theme: Slug,
    /// The voters' answers: who, their experience and their interest, each from 0 to 5.
    pub votes: Vec<(MemberId, i32, i32)>,
    /// The levels that voters' profiles name for the theme: who, and from 1 to 5.
    pub levels: Vec<(MemberId, i32)>,
    /// Published knowledge items on the theme.
    pub items: i64,
}

/// One part of a theme's score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScorePart {
    /// What it is about.
    pub source: ScoreSource,
    /// From 0 to 1000.
    pub score: i64,
    /// How much it counts.
    pub weight: u16,
    /// How it came about, in words.
    pub explanation: String,
}

/// A theme in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RankedTheme {
    /// From 1.
    pub rank: i64,
    /// The proposal.
    pub proposal: ThemeProposalId,
    /// The theme.
    pub theme: Slug,
    /// The weighted mean of the parts, from 0 to 1000.
    pub score: i64,
    /// The parts, in the order of [`ScoreSource::ALL`].
    pub parts: Vec<ScorePart>,
}

/// The themes of a round in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranking {
    /// Members who answered any proposal.
    pub voters: i64,
    /// The weights it was made with.
    pub weights: ThemeWeights,
    /// The themes, the best first.
    pub themes: Vec<RankedTheme>,
}

/// Ranks the proposals of a round.
#[must_use]
pub fn rank(candidates: &[Candidate], weights: ThemeWeights) -> Ranking {
    let voters: BTreeSet<MemberId> = candidates
        .iter()
        .flat_map(|candidate| candidate.votes.iter().map(|(member, ..)| *member))
        .collect();
    let most_items = candidates.iter().map(|it| it.items).max().unwrap_or(0);
    let mut scored: Vec<(i64, RankedTheme)> = candidates
        .iter()
        .map(|candidate| {
            let parts = parts(candidate, &voters, most_items, weights);
            let weighted = parts
                .iter()
                .map(|part| part.score * i64::from(part.weight))
                .sum();
            let theme = RankedTheme {
                rank: 0,
                proposal: candidate.proposal,
                theme: candidate.theme.clone(),
                score: share(weighted, weights.total(), 1),
                parts,
            };
            (weighted, theme)
        })
        .collect();
    scored.sort_by_key(|(weighted, theme)| (Reverse(*weighted), theme.proposal));
    let themes = (1..)
        .zip(scored)
        .map(|(rank, (_, theme))| RankedTheme { rank, ..theme });
    Ranking {
        voters: count(voters.len()),
        weights,
        themes: themes.collect(),
    }
}

fn parts(
    candidate: &Candidate,
    voters: &BTreeSet<MemberId>,
    most_items: i64,
    weights: ThemeWeights,
) -> Vec<ScorePart> {
    let all = count(voters.len());
    let answered = count(candidate.votes.len());
    let experience: i64 = candidate
        .votes
        .iter()
        .map(|(_, it, _)| i64::from(*it))
        .sum();
    let interest: i64 = candidate.votes.iter().map(|(.., it)| i64::from(*it)).sum();
    let known: Vec<i64> = candidate
        .levels
        .iter()
        .filter(|(member, _)| voters.contains(member))
        .map(|(_, level)| i64::from(*level))
        .collect();
    let level: i64 = known.iter().sum();
    let possible = MOST * all;
    ScoreSource::ALL
        .iter()
        .map(|source| {
            let (got, of, explanation) = match source {
                ScoreSource::Experience => (
                    experience,
                    possible,
                    format!(
                        "{answered} of {all} voters answered; their experience adds up to \
                         {experience} of {possible} points"
                    ),
                ),
                ScoreSource::Interest => (
                    interest,
                    possible,
                    format!(
                        "{answered} of {all} voters answered; their interest adds up to \
                         {interest} of {possible} points"
                    ),
                ),
                ScoreSource::Expertise => (
                    level,
                    possible,
                    format!(
                        "{} of {all} voters name the theme in their profile; their levels add \
                         up to {level} of {possible} points",
                        known.len()
                    ),
                ),
                ScoreSource::Knowledge => (
                    candidate.items,
                    most_items,
                    format!(
                        "{} published knowledge items are on the theme; the theme with most has \
                         {most_items}",
                        candidate.items
                    ),
                ),
            };
            ScorePart {
                source: *source,
                score: share(got, of, FULL),
                weight: weights.of(*source),
                explanation,
            }
        })
        .collect()
}

/// `got` of `of`, on a scale to `full`, rounded half up; 0 of nothing is 0.
const fn share(got: i64, of: i64, full: i64) -> i64 {
    if of <= 0 {
        return 0;
    }
    (2 * got * full + of) / (2 * of)
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slug(text: &str) -> Slug {
        text.parse().unwrap_or_else(|_| unreachable!())
    }

    fn candidate(theme: &str, votes: &[(MemberId, i32, i32)]) -> Candidate {
        Candidate {
            proposal: ThemeProposalId::generate(),
            theme: slug(theme),
            votes: votes.to_vec(),
            levels: Vec::new(),
            items: 0,
        }
    }

    // mission: N6
    #[test]
    fn a_ranking_equals_the_one_computed_by_hand() {
        let [anna, bram, chris] = [(); 3].map(|()| MemberId::generate());
        let debt = Candidate {
            levels: vec![(anna, 4), (bram, 1)],
            items: 1,
            ..candidate("debt", &[(anna, 5, 2), (bram, 3, 3), (chris, 1, 4)])
        };
        let loneliness = Candidate {
            levels: vec![(chris, 5)],
            items: 4,
            ..candidate("loneliness", &[(anna, 1, 5), (bram, 2, 5)])
        };
        let ranking = rank(&[debt, loneliness], ThemeWeights::default());
        assert_eq!(ranking.voters, 3);
        let told: Vec<_> = ranking
            .themes
            .iter()
            .map(|theme| {
                let scores: Vec<i64> = theme.parts.iter().map(|part| part.score).collect();
                (theme.rank, theme.theme.as_str(), scores, theme.score)
            })
            .collect();
        // Of 15 points: debt 9 experience, 9 interest, 5 expertise, and 1 of 4 items;
        // loneliness 3, 10, 5, and 4 of 4.
        // debt: (30·600 + 30·600 + 25·333 + 15·250) / 100 = 48075 / 100 = 481
        // loneliness: (30·200 + 30·667 + 25·333 + 15·1000) / 100 = 49335 / 100 = 493
        assert_eq!(
            told,
            [
                (1, "loneliness", vec![200, 667, 333, 1000], 493),
                (2, "debt", vec![600, 600, 333, 250], 481),
            ]
        );
        assert_eq!(
            ranking.themes[1].parts[2].explanation,
            "2 of 3 voters name the theme in their profile; their levels add up to 5 of 15 points"
        );
    }

    // mission: N6
    #[test]
    fn other_weights_make_another_winner() {
        let [anna, bram] = [(); 2].map(|()| MemberId::generate());
        let known = candidate("debt", &[(anna, 5, 1), (bram, 5, 1)]);
        let wanted = candidate("loneliness", &[(anna, 1, 4), (bram, 1, 4)]);
        let only = |experience, interest| ThemeWeights {
            experience,
            interest,
            expertise: 0,
            knowledge: 0,
        };
        let first = |weights| rank(&[known.clone(), wanted.clone()], weights).themes[0].rank;
        assert_eq!(first(only(1, 0)), 1);
        let winner = |weights: ThemeWeights| {
            let ranking = rank(&[known.clone(), wanted.clone()], weights);
            ranking.themes[0].theme.clone()
        };
        assert_eq!(winner(only(1, 0)).as_str(), "debt");
        assert_eq!(winner(only(0, 1)).as_str(), "loneliness");
    }

    #[test]
    fn a_tie_goes_to_who_was_first_and_no_votes_make_zeros() {
        let (first, second) = (candidate("debt", &[]), candidate("loneliness", &[]));
        let ranking = rank(&[second.clone(), first.clone()], ThemeWeights::default());
        assert_eq!(ranking.themes[0].proposal, first.proposal);
        assert_eq!(ranking.themes[0].score, 0);
        assert_eq!(ranking.voters, 0);
        assert!(rank(&[], ThemeWeights::default()).themes.is_empty());
    }

    #[test]
    fn the_order_of_the_input_does_not_matter() {
        let anna = MemberId::generate();
        let one = candidate("debt", &[(anna, 3, 3)]);
        let other = candidate("loneliness", &[(anna, 2, 5)]);
        let weights = ThemeWeights::default();
        assert_eq!(
            rank(&[one.clone(), other.clone()], weights),
            rank(&[other, one], weights)
        );
    }
}
