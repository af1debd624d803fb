//! The candidates of a cohort in order of what their reviewers think, and how they spread over the
//! country and over kinds of candidate (N1, N4).

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::Judgement;
use crate::candidacies::{CandidacyStatus, CandidateKind};
use crate::ids::{CandidacyId, PersonId};

/// A candidacy, as far as its place in the ranking depends on it.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The candidacy.
    pub candidacy: CandidacyId,
    /// The candidate.
    pub person: PersonId,
    /// Where it stands.
    pub status: CandidacyStatus,
    /// What makes them a candidate.
    pub kind: CandidateKind,
    /// The province of the municipality they work for; `None` when that is not known.
    pub province: Option<String>,
    /// The judgements that may be looked at.
    pub judgements: Vec<Judgement>,
    /// Whether there are more, which this reader must not see yet.
    pub hidden: bool,
}

/// A candidacy in its place. Averages are in hundredths.
#[derive(Debug, Clone)]
pub struct Ranked {
    /// The place, from 1; `None` while nobody has handed in.
    pub rank: Option<usize>,
    /// The average mark for innovation.
    pub innovation: Option<i32>,
    /// The average mark for impact.
    pub impact: Option<i32>,
    /// The average of the sums of both marks, from 200 to 1000.
    pub score: Option<i32>,
    /// The candidacy.
    pub standing: Standing,
}

/// Puts candidacies in order: the highest score first, those without a judgement last, and equal
/// ones by id. Equal scores share a place.
#[must_use]
pub fn rank(mut standings: Vec<Standing>) -> Vec<Ranked> {
    standings.sort_by(|one, other| {
        higher_first(sum_and_count(one), sum_and_count(other))
            .then_with(|| one.candidacy.cmp(&other.candidacy))
    });
    let mut ranked: Vec<Ranked> = Vec::with_capacity(standings.len());
    for (index, standing) in standings.into_iter().enumerate() {
        let shares = ranked.last().filter(|before| {
            let (one, other) = (sum_and_count(&before.standing), sum_and_count(&standing));
            higher_first(one, other) == Ordering::Equal
        });
        let place = shares.map_or(Some(index + 1), |before| before.rank);
        let judged = !standing.judgements.is_empty();
        ranked.push(Ranked {
            rank: place.filter(|_| judged),
            innovation: average(&standing.judgements, |it| it.innovation),
            impact: average(&standing.judgements, |it| it.impact),
            score: average(&standing.judgements, |it| it.innovation + it.impact),
            standing,
        });
    }
    ranked
}

fn sum_and_count(standing: &Standing) -> (i64, i64) {
    let judgements = &standing.judgements;
    let sum = judgements
        .iter()
        .map(|it| i64::from(it.innovation + it.impact))
        .sum();
    (sum, i64::try_from(judgements.len()).unwrap_or(i64::MAX))
}

/// Compares averages without rounding; nothing handed in comes last.
fn higher_first((sum, count): (i64, i64), (other_sum, other_count): (i64, i64)) -> Ordering {
    match (count, other_count) {
        (0, 0) => Ordering::Equal,
        (0, _) => Ordering::Greater,
        (_, 0) => Ordering::Less,
        _ => (other_sum * count).cmp(&(sum * other_count)),
    }
}

/// In hundredths, rounded half up.
fn average(judgements: &[Judgement], mark: impl Fn(&Judgement) -> i32) -> Option<i32> {
    let count = i32::try_from(judgements.len())
        .ok()
        .filter(|count| *count > 0)?;
    let sum: i32 = judgements.iter().map(mark).sum();
    Some((sum * 200 + count) / (2 * count))
}

/// How many candidates there are of something, and how many of them are invited or admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share<T> {
    /// Of what.
    pub of: T,
    /// Candidates, invited ones included.
    pub candidates: usize,
    /// Those who are invited or admitted.
    pub chosen: usize,
}

/// How the candidates of a cohort spread (N1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spread {
    /// Over provinces, by name; those whose province is not known come last.
    pub provinces: Vec<Share<Option<String>>>,
    /// Over kinds of candidate, in the order of the glossary; every kind is named.
    pub kinds: Vec<Share<CandidateKind>>,
}

/// Counts how candidates spread.
#[must_use]
pub fn spread(standings: &[Standing]) -> Spread {
    let mut provinces: BTreeMap<(bool, Option<&str>), (usize, usize)> = BTreeMap::new();
    let mut kinds: BTreeMap<CandidateKind, (usize, usize)> = CandidateKind::ALL
        .iter()
        .map(|kind| (*kind, (0, 0)))
        .collect();
    for standing in standings {
        let chosen = matches!(
            standing.status,
            CandidacyStatus::CandidateInvited | CandidacyStatus::Admitted
        );
        let province = standing.province.as_deref();
        let by_province = provinces.entry((province.is_none(), province)).or_default();
        let by_kind = kinds.entry(standing.kind).or_default();
        for count in [by_province, by_kind] {
            count.0 += 1;
            count.1 += usize::from(chosen);
        }
    }
    Spread {
        provinces: provinces
            .into_iter()
            .map(|((_, of), (candidates, chosen))| Share {
                of: of.map(str::to_owned),
                candidates,
                chosen,
            })
            .collect(),
        kinds: kinds
            .into_iter()
            .map(|(of, (candidates, chosen))| Share {
                of,
                candidates,
                chosen,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(marks: &[(i32, i32)], province: Option<&str>) -> Standing {
        Standing {
            candidacy: CandidacyId::generate(),
            person: PersonId::generate(),
            status: CandidacyStatus::Consented,
            kind: CandidateKind::MunicipalProfessional,
            province: province.map(str::to_owned),
            judgements: marks
                .iter()
                .map(|(innovation, impact)| Judgement {
                    innovation: *innovation,
                    impact: *impact,
                    remark: String::new(),
                })
                .collect(),
            hidden: false,
        }
    }

    #[test]
    fn the_highest_average_comes_first_and_equal_ones_go_by_id() {
        // mission: N1, N4
        let low = standing(&[(1, 2), (2, 2)], None);
        // 7.333 is more than 7.33 of hundredths, and less than 22/3 of two thirds rounded up.
        let third = standing(&[(4, 3), (4, 4), (3, 4)], None);
        let higher = standing(&[(4, 4), (3, 4)], None);
        let (one, same) = (standing(&[(5, 5)], None), standing(&[(5, 5), (5, 5)], None));
        let none = standing(&[], None);
        let order = [&one, &same, &higher, &third, &low, &none].map(|it| it.candidacy);
        for turn in 0..6 {
            let mut given = vec![
                low.clone(),
                none.clone(),
                third.clone(),
                same.clone(),
                higher.clone(),
                one.clone(),
            ];
            given.rotate_left(turn);
            let ranked = rank(given);
            let found: Vec<_> = ranked.iter().map(|it| it.standing.candidacy).collect();
            assert_eq!(found, order, "{turn}");
            let places: Vec<_> = ranked.iter().map(|it| it.rank).collect();
            assert_eq!(places, [Some(1), Some(1), Some(3), Some(4), Some(5), None]);
            let scores: Vec<_> = ranked.iter().map(|it| it.score).collect();
            assert_eq!(
                scores,
                [
                    Some(1000),
                    Some(1000),
                    Some(750),
                    Some(733),
                    Some(350),
                    None
                ]
            );
            assert_eq!(ranked[3].innovation, Some(367));
        }
    }

    #[test]
    fn the_spread_counts_candidates_and_those_who_were_chosen() {
        // mission: N1
        let mut invited = standing(&[], Some("Utrecht"));
        invited.status = CandidacyStatus::CandidateInvited;
        invited.kind = CandidateKind::Ervaringsdeskundige;
        let found = spread(&[
            standing(&[], Some("Utrecht")),
            standing(&[], None),
            invited,
            standing(&[], Some("Drenthe")),
        ]);
        let share = |of: Option<&str>, candidates, chosen| Share {
            of: of.map(str::to_owned),
            candidates,
            chosen,
        };
        assert_eq!(
            found.provinces,
            [
                share(Some("Drenthe"), 1, 0),
                share(Some("Utrecht"), 2, 1),
                share(None, 1, 0)
            ]
        );
        let kinds: Vec<_> = found
            .kinds
            .iter()
            .map(|it| (it.candidates, it.chosen))
            .collect();
        assert_eq!(kinds, [(3, 0), (1, 1), (0, 0)]);
    }
}
