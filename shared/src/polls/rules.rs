//! Which option of a date poll wins (L9): pure, explained, and the same for the same input.
//!
//! An option can win when it has not begun, when anybody could come, and when every required
//! municipality is represented: somebody of it, a delegate if need be, says yes or if need be.
//! Of those, the one with the most yes wins, then the one with the fewest if need be, then the
//! earliest, then the one of the lower id. When none can win, the missing municipalities of each
//! option say who blocks it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Vote;
use crate::ids::PollOptionId;
use crate::text_enum;
use crate::words::MunicipalityCode;

text_enum! {
    /// Why a municipality is not represented on an option.
    pub enum MissingReason {
        /// Everybody of it who voted says no.
        SaysNo => "says_no",
        /// Nobody of it voted on the option.
        NotVoted => "not_voted",
        /// Nobody of it is invited any more.
        NobodyInvited => "nobody_invited",
    }
}

/// One voter's word on an option.
#[derive(Debug, Clone)]
pub struct Ballot {
    /// The municipalities that the voter represents.
    pub municipalities: Vec<MunicipalityCode>,
    /// What they say.
    pub vote: Vote,
}

/// An option as the rule looks at it.
#[derive(Debug, Clone)]
pub struct OptionVotes {
    /// The option.
    pub option: PollOptionId,
    /// When it begins.
    pub starts_at: Timestamp,
    /// The votes on it, one per voter.
    pub ballots: Vec<Ballot>,
}

/// A required municipality that is not represented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingMunicipality {
    /// Which.
    pub municipality: MunicipalityCode,
    /// Why.
    pub reason: MissingReason,
}

/// What the votes on an option come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionCount {
    /// The option.
    pub option: PollOptionId,
    /// How many say yes.
    pub yes: i64,
    /// How many say if need be.
    pub if_need_be: i64,
    /// How many say no.
    pub no: i64,
    /// Required municipalities that are not represented, by code.
    pub missing: Vec<MissingMunicipality>,
    /// Whether it could be chosen.
    pub possible: bool,
    /// How it came about, in words.
    pub explanation: String,
}

/// What the votes of a poll come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PollResult {
    /// The options, in the order of their start.
    pub options: Vec<OptionCount>,
    /// The one that wins, if any can.
    pub winner: Option<PollOptionId>,
    /// Why that one, or who blocks, in words.
    pub explanation: String,
}

/// Counts the votes. `invited` are the municipalities of whoever is invited now.
#[must_use]
pub fn count(
    required: &BTreeSet<MunicipalityCode>,
    invited: &BTreeSet<MunicipalityCode>,
    options: &[OptionVotes],
    now: Timestamp,
) -> PollResult {
    let mut in_order: Vec<&OptionVotes> = options.iter().collect();
    in_order.sort_by_key(|it| (it.starts_at, it.option));
    let counted: Vec<(Timestamp, OptionCount)> = in_order
        .into_iter()
        .map(|it| (it.starts_at, count_one(required, invited, it, now)))
        .collect();
    let best = counted
        .iter()
        .filter(|(_, it)| it.possible)
        .min_by_key(|(starts_at, it)| (Reverse(it.yes), it.if_need_be, *starts_at, it.option));
    let winner = best.map(|(_, it)| it.option);
    let explanation = match best {
        Some((_, best)) => format!("wins: {}", best.explanation),
        None => who_blocks(&counted),
    };
    PollResult {
        options: counted.into_iter().map(|(_, it)| it).collect(),
        winner,
        explanation,
    }
}

fn count_one(
    required: &BTreeSet<MunicipalityCode>,
    invited: &BTreeSet<MunicipalityCode>,
    votes: &OptionVotes,
    now: Timestamp,
) -> OptionCount {
    let number = |vote: Vote| {
        let same = votes.ballots.iter().filter(|it| it.vote == vote).count();
        i64::try_from(same).unwrap_or(i64::MAX)
    };
    let (yes, if_need_be, no) = (number(Vote::Yes), number(Vote::IfNeedBe), number(Vote::No));
    let missing: Vec<MissingMunicipality> = required
        .iter()
        .filter_map(|code| {
            let reason = missing_on(*code, invited, &votes.ballots)?;
            Some(MissingMunicipality {
                municipality: *code,
                reason,
            })
        })
        .collect();
    let begun = votes.starts_at <= now;
    let explanation = if begun {
        "it has begun".to_owned()
    } else {
        let counts = format!("{yes} yes, {if_need_be} if need be, {no} no");
        match missing.as_slice() {
            [] if yes + if_need_be == 0 => format!("{counts}; nobody could come"),
            [] => format!("{counts}; every required municipality is represented"),
            missing => format!("{counts}; {}", listed(missing)),
        }
    };
    OptionCount {
        option: votes.option,
        yes,
        if_need_be,
        no,
        possible: !begun && missing.is_empty() && yes + if_need_be > 0,
        missing,
        explanation,
    }
}

/// Why a municipality is not represented; `None` when it is.
fn missing_on(
    code: MunicipalityCode,
    invited: &BTreeSet<MunicipalityCode>,
    ballots: &[Ballot],
) -> Option<MissingReason> {
    let own = || {
        ballots
            .iter()
            .filter(|it| it.municipalities.contains(&code))
    };
    if own().any(|it| it.vote.is_possible()) {
        None
    } else if own().next().is_some() {
        Some(MissingReason::SaysNo)
    } else if invited.contains(&code) {
        Some(MissingReason::NotVoted)
    } else {
        Some(MissingReason::NobodyInvited)
    }
}

fn listed(missing: &[MissingMunicipality]) -> String {
    let each: Vec<String> = missing
        .iter()
        .map(|it| format!("{} {}", it.municipality, in_words(it.reason)))
        .collect();
    each.join(", ")
}

const fn in_words(reason: MissingReason) -> &'static str {
    match reason {
        MissingReason::SaysNo => "says no",
        MissingReason::NotVoted => "has not voted",
        MissingReason::NobodyInvited => "has nobody invited",
    }
}

/// On how many options each municipality blocks, for when none can win.
fn who_blocks(counted: &[(Timestamp, OptionCount)]) -> String {
    let mut blocks: BTreeMap<(MunicipalityCode, MissingReason), usize> = BTreeMap::new();
    for missing in counted.iter().flat_map(|(_, it)| &it.missing) {
        *blocks
            .entry((missing.municipality, missing.reason))
            .or_default() += 1;
    }
    if blocks.is_empty() {
        return "no option can be chosen: nobody could come, or all have begun".to_owned();
    }
    let all = counted.len();
    let each: Vec<String> = blocks
        .into_iter()
        .map(|((code, reason), on)| format!("{code} {} on {on} of {all}", in_words(reason)))
        .collect();
    format!(
        "no option suits everybody who is needed: {}",
        each.join(", ")
    )
}

#[cfg(test)]
mod tests;
