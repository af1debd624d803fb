//! What must hold before content is published and a round is written.

use jiff::civil::Date;

use super::Round;
use crate::catalogue::{ContentProblem, ContentProblemCode, ProgrammeContent, RoundsRule};
use crate::ids::RoundId;
use crate::words::Slug;

/// Most contact persons, or partners, of one programme.
pub const MOST_OF_A_KIND: usize = 20;
/// Most practices in one round.
pub const MOST_CAPACITY: i32 = 1000;

/// Everything that keeps `content` from being published as a version of `programme`: what does
/// not hold together, another slug, and partners that there are not.
#[must_use]
pub fn content_problems(
    programme: &Slug,
    content: &ProgrammeContent,
    known_partners: &[String],
) -> Vec<ContentProblem> {
    let mut problems = content.problems();
    if content.slug != *programme {
        problems.push(ContentProblem {
            pointer: "/slug".to_owned(),
            code: ContentProblemCode::Contradiction,
            reason: "the slug of the programme, which does not change",
        });
    }
    for (at, partner) in content.partners.iter().enumerate() {
        if !known_partners.contains(partner) {
            problems.push(ContentProblem {
                pointer: format!("/partners/{at}"),
                code: ContentProblemCode::Unknown,
                reason: "the key of a shipped partner",
            });
        }
    }
    problems
}

/// Why a round cannot be as it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WrongRound {
    /// Intakes of the programme belong to no round.
    #[error("the programme takes intakes all year")]
    NoRounds,
    /// The last day comes before the first.
    #[error("the last day comes before the first")]
    Backwards,
    /// It holds nobody, or too many.
    #[error("a round holds 1 to {MOST_CAPACITY} practices")]
    Capacity,
    /// Another round of the programme is open on one of its days.
    #[error("another round is open in that time")]
    Overlaps {
        /// That round.
        with: RoundId,
    },
}

/// Checks a round against the programme's content and the other rounds. One round is open at a
/// time, so that a municipality need not choose between two.
pub fn may_be(
    round: &Round,
    content: &ProgrammeContent,
    others: &[Round],
) -> Result<(), WrongRound> {
    if content.rounds == RoundsRule::None {
        return Err(WrongRound::NoRounds);
    }
    if round.closes_on < round.opens_on {
        return Err(WrongRound::Backwards);
    }
    if !(1..=MOST_CAPACITY).contains(&round.capacity) {
        return Err(WrongRound::Capacity);
    }
    others
        .iter()
        .find(|other| other.id != round.id && overlap(round, other))
        .map_or(Ok(()), |other| Err(WrongRound::Overlaps { with: other.id }))
}

fn overlap(one: &Round, two: &Round) -> bool {
    let latest_opening: Date = one.opens_on.max(two.opens_on);
    latest_opening <= one.closes_on.min(two.closes_on)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use jiff::Timestamp;
    use jiff::civil::date;

    use super::*;
    use crate::catalogue::shipped;
    use crate::programmes::RoundState;

    fn round(opens: (i8, i8), closes: (i8, i8)) -> Round {
        Round {
            id: RoundId::generate(),
            version: 1,
            programme: "inclusief".parse().unwrap(),
            name: "Voorjaar".to_owned(),
            opens_on: date(2026, opens.0, opens.1),
            closes_on: date(2026, closes.0, closes.1),
            capacity: 5,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_round_is_open_from_its_first_day_to_its_last() {
        let round = round((3, 1), (4, 30));
        for (day, state) in [
            (date(2026, 2, 28), RoundState::Upcoming),
            (date(2026, 3, 1), RoundState::Open),
            (date(2026, 4, 30), RoundState::Open),
            (date(2026, 5, 1), RoundState::Closed),
        ] {
            assert_eq!(round.state_on(day), state, "{day}");
        }
    }

    #[test]
    fn one_round_of_a_programme_is_open_at_a_time() {
        let inclusief = shipped().programme("inclusief").unwrap();
        let spring = round((3, 1), (4, 30));
        let check = |round: &Round| may_be(round, inclusief, std::slice::from_ref(&spring));
        assert_eq!(check(&round((5, 1), (6, 30))), Ok(()));
        assert_eq!(
            check(&round((4, 30), (6, 30))),
            Err(WrongRound::Overlaps { with: spring.id })
        );
        assert_eq!(check(&spring), Ok(()), "a round does not overlap itself");
        assert_eq!(check(&round((6, 30), (6, 29))), Err(WrongRound::Backwards));
        for capacity in [0, MOST_CAPACITY + 1] {
            let round = Round {
                capacity,
                ..round((5, 1), (6, 30))
            };
            assert_eq!(check(&round), Err(WrongRound::Capacity));
        }
    }

    #[test]
    fn a_programme_without_rounds_has_none() {
        let versnelling = shipped().programme("versnelling").unwrap();
        assert_eq!(
            may_be(&round((5, 1), (6, 30)), versnelling, &[]),
            Err(WrongRound::NoRounds)
        );
    }

    #[test]
    fn content_keeps_its_slug_and_names_partners_that_there_are() {
        // mission: P1, P2
        let mut content = shipped().programme("inclusief").unwrap().clone();
        let slug = content.slug.clone();
        let partners = ["vng".to_owned()];
        assert_eq!(content_problems(&slug, &content, &partners), []);
        content.slug = "elders".parse().unwrap();
        content.partners = vec!["vng".to_owned(), "niemand".to_owned()];
        let pointers: Vec<_> = content_problems(&slug, &content, &partners)
            .into_iter()
            .map(|problem| problem.pointer)
            .collect();
        assert_eq!(pointers, ["/slug", "/partners/1"]);
    }
}
