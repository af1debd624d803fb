//! How far the intakes of a programme came, and how long each step took.

use std::collections::BTreeMap;

use diesel::prelude::*;
use jiff::Timestamp;

use crate::access::Scope;
use crate::db::columns::At;
use crate::db::schema::{events, intakes, municipalities};
use crate::db::{DbConn, DbResult};
use crate::events::EventSubject;
use crate::ids::RoundId;
use crate::intakes::IntakeStatus;
use crate::text_enum;
use crate::words::Slug;

text_enum! {
    /// A step on the way of an intake, in order.
    pub enum FunnelStep {
        /// It was made.
        Draft => "draft",
        /// It was sent in.
        Submitted => "submitted",
        /// The talk got a date.
        TalkPlanned => "talk_planned",
        /// The talk was held.
        Assessing => "assessing",
        /// It was answered: with a match, a place on the waiting list, a referral or a decline.
        Decision => "decision",
        /// It became a trajectory.
        Started => "started",
    }
}

impl FunnelStep {
    /// The step that an intake takes by coming into a state.
    #[must_use]
    pub const fn of(status: IntakeStatus) -> Option<Self> {
        match status {
            IntakeStatus::Draft => Some(Self::Draft),
            IntakeStatus::Submitted => Some(Self::Submitted),
            IntakeStatus::TalkPlanned => Some(Self::TalkPlanned),
            IntakeStatus::Assessing => Some(Self::Assessing),
            IntakeStatus::Matched
            | IntakeStatus::Waitlisted
            | IntakeStatus::Referred
            | IntakeStatus::Declined => Some(Self::Decision),
            IntakeStatus::Started => Some(Self::Started),
            IntakeStatus::Withdrawn => None,
        }
    }
}

/// Which intakes are counted.
#[derive(Debug, Clone)]
pub struct FunnelFilter {
    /// Those for this programme.
    pub programme: Slug,
    /// Only those in this round.
    pub round: Option<RoundId>,
    /// Only those of municipalities in this province.
    pub province: Option<String>,
}

/// How far the intakes of a programme came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Funnel {
    /// How many stand in each state now; every state, in order.
    pub statuses: Vec<(IntakeStatus, i64)>,
    /// How many ever took each step; every step, in order.
    pub steps: Vec<StepCount>,
}

/// How many intakes ever took a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepCount {
    /// The step.
    pub step: FunnelStep,
    /// How many took it.
    pub reached: usize,
    /// The way from the step before; `None` for the first step.
    pub passage: Option<StepPassage>,
}

/// How long the way from one step to the next took, over the intakes that took both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepPassage {
    /// The step before.
    pub from: FunnelStep,
    /// How many took both, in this order.
    pub measured: usize,
    /// The median in seconds; `None` when nobody took both.
    pub median_seconds: Option<i64>,
}

/// When one intake first took each step.
type Way = BTreeMap<FunnelStep, Timestamp>;

/// Counts each step, from the ways that intakes went.
fn count_steps(ways: &[Way]) -> Vec<StepCount> {
    let before = std::iter::once(None).chain(FunnelStep::ALL.iter().copied().map(Some));
    FunnelStep::ALL
        .iter()
        .copied()
        .zip(before)
        .map(|(step, before)| StepCount {
            step,
            reached: ways.iter().filter(|way| way.contains_key(&step)).count(),
            passage: before.map(|from| passage(ways, from, step)),
        })
        .collect()
}

fn passage(ways: &[Way], from: FunnelStep, to: FunnelStep) -> StepPassage {
    let mut seconds: Vec<i64> = ways
        .iter()
        .filter_map(|way| Some((way.get(&from)?, way.get(&to)?)))
        .map(|(earlier, later)| later.duration_since(*earlier).as_secs())
        // A talk that is planned anew after the assessment began is no way forward.
        .filter(|seconds| *seconds >= 0)
        .collect();
    seconds.sort_unstable();
    StepPassage {
        from,
        measured: seconds.len(),
        median_seconds: median(&seconds),
    }
}

/// The middle of a sorted list; of an even number, the mean of the two in the middle.
fn median(sorted: &[i64]) -> Option<i64> {
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len().is_multiple_of(2) {
        let lower = *sorted.get(sorted.len() / 2 - 1)?;
        Some(lower + (upper - lower) / 2)
    } else {
        Some(upper)
    }
}

/// A boxed query over intakes, narrowed to those that count. A macro, because a boxed query
/// cannot be a query within a query over both databases, and the two below differ in type.
macro_rules! only_counted {
    ($query:expr, $scope:expr, $filter:expr) => {{
        let mut query = $query.filter(intakes::programme.eq($filter.programme.clone()));
        if let Some(codes) = $scope.codes() {
            query = query.filter(intakes::municipality.eq_any(codes.to_vec()));
        }
        if let Some(round) = $filter.round {
            query = query.filter(intakes::round.eq(round));
        }
        if let Some(province) = $filter.province.clone() {
            let within = municipalities::table
                .filter(municipalities::province.eq(province))
                .select(municipalities::code);
            query = query.filter(intakes::municipality.eq_any(within));
        }
        query
    }};
}

/// The funnel of the intakes that `scope` sees. Costs two queries.
pub fn funnel(conn: &mut DbConn, scope: &Scope, filter: &FunnelFilter) -> DbResult<Funnel> {
    let grouped = intakes::table
        .group_by(intakes::status)
        .select((intakes::status, diesel::dsl::count_star()))
        .into_boxed();
    let counted: Vec<(IntakeStatus, i64)> = only_counted!(grouped, scope, filter).load(conn)?;
    let statuses = IntakeStatus::ALL
        .iter()
        .map(|status| {
            let found = counted.iter().find(|(of, _)| of == status);
            (*status, found.map_or(0, |(_, count)| *count))
        })
        .collect();
    let grouped = events::table
        .inner_join(intakes::table.on(intakes::id.eq(events::subject_id)))
        .group_by((events::subject_id, events::to_status))
        .select((
            events::subject_id,
            events::to_status,
            diesel::dsl::min(events::at),
        ))
        .into_boxed()
        .filter(events::subject_type.eq("intake"));
    let arrivals: Vec<(EventSubject, Option<String>, Option<At>)> =
        only_counted!(grouped, scope, filter).load(conn)?;
    let mut ways: BTreeMap<EventSubject, Way> = BTreeMap::new();
    for (intake, status, at) in arrivals {
        let step = status
            .and_then(|word| word.parse().ok())
            .and_then(FunnelStep::of);
        if let (Some(step), Some(At(at))) = (step, at) {
            let way = ways.entry(intake).or_default();
            let first = way.entry(step).or_insert(at);
            *first = at.min(*first);
        }
    }
    let ways: Vec<Way> = ways.into_values().collect();
    let steps = count_steps(&ways);
    Ok(Funnel { statuses, steps })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;

    /// A way, by the day on which each step was taken.
    fn way(days: &[(FunnelStep, i64)]) -> Way {
        days.iter()
            .map(|(step, day)| {
                let start: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
                (*step, start + SignedDuration::from_hours(24 * day))
            })
            .collect()
    }

    fn of(counts: &[StepCount], step: FunnelStep) -> (usize, usize, Option<i64>) {
        let count = counts.iter().find(|count| count.step == step).unwrap();
        let passage = count.passage.as_ref();
        let days = passage
            .and_then(|it| it.median_seconds)
            .map(|seconds| seconds / 86_400);
        (count.reached, passage.map_or(0, |it| it.measured), days)
    }

    #[test]
    fn without_intakes_every_step_is_there_and_empty() {
        let counts = count_steps(&[]);
        assert_eq!(counts.len(), FunnelStep::ALL.len());
        assert!(
            FunnelStep::ALL
                .iter()
                .all(|step| of(&counts, *step) == (0, 0, None))
        );
        assert_eq!(counts[0].passage, None);
    }

    #[test]
    fn a_step_counts_whoever_took_it_and_measures_whoever_took_the_one_before() {
        use FunnelStep as S;
        let ways = [
            way(&[
                (S::Draft, 0),
                (S::Submitted, 2),
                (S::TalkPlanned, 3),
                (S::Assessing, 10),
            ]),
            way(&[(S::Draft, 0), (S::Submitted, 4)]),
            // Referred without a talk: decided, and nobody knows how long assessing took.
            way(&[(S::Draft, 0), (S::Submitted, 9), (S::Decision, 11)]),
        ];
        let counts = count_steps(&ways);
        assert_eq!(of(&counts, S::Draft), (3, 0, None));
        assert_eq!(of(&counts, S::Submitted), (3, 3, Some(4)));
        assert_eq!(of(&counts, S::TalkPlanned), (1, 1, Some(1)));
        assert_eq!(of(&counts, S::Assessing), (1, 1, Some(7)));
        assert_eq!(of(&counts, S::Decision), (1, 0, None));
        assert_eq!(of(&counts, S::Started), (0, 0, None));
    }

    #[test]
    fn the_median_of_an_even_number_lies_between_the_two_in_the_middle() {
        for (sorted, expected) in [
            (vec![], None),
            (vec![5], Some(5)),
            (vec![1, 4], Some(2)),
            (vec![1, 2, 100], Some(2)),
            (vec![1, 2, 4, 100], Some(3)),
        ] {
            assert_eq!(median(&sorted), expected, "{sorted:?}");
        }
    }

    proptest! {
        #[test]
        fn a_median_splits_the_list_in_halves(mut seconds in proptest::collection::vec(0_i64..1_000_000, 1..40)) {
            seconds.sort_unstable();
            let middle = median(&seconds).unwrap();
            let half = seconds.len() / 2;
            prop_assert!(seconds.iter().filter(|it| **it < middle).count() <= half);
            prop_assert!(seconds.iter().filter(|it| **it > middle).count() <= half);
        }
    }
}
