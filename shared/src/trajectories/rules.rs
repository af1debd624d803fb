//! What must hold before a command, and the days that follow from one.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::TrajectoryProblem;
use crate::catalogue::Named;
use crate::catalogue::programme::{BuildingBlock, ProgrammeContent};

/// The last day of a year that begins on `day`.
pub(super) fn year_end(day: Date) -> Date {
    day.saturating_add(1.year()).saturating_sub(1.day())
}

/// The last day for the end product of a trajectory that begins to run on `day` (K2); none when
/// the programme asks for none.
pub(super) fn end_product_due(content: &ProgrammeContent, day: Date) -> Option<Date> {
    let months = content.end_product.as_ref()?.due_within_months;
    Some(day.saturating_add(i32::from(months).months()))
}

/// A form or method that is none of the block's (B1).
pub(super) fn step_problems(
    block: Option<&BuildingBlock>,
    form: Option<&str>,
    method: Option<&str>,
) -> Vec<TrajectoryProblem> {
    let (forms, methods): (&[Named], &[Named]) =
        block.map_or((&[], &[]), |block| (&block.forms, &block.methods));
    let mut problems = Vec::new();
    if !is_one_of(forms, form) {
        problems.push(TrajectoryProblem::UnknownForm);
    }
    if !is_one_of(methods, method) {
        problems.push(TrajectoryProblem::UnknownMethod);
    }
    problems
}

fn is_one_of(list: &[Named], key: Option<&str>) -> bool {
    key.is_none_or(|key| list.iter().any(|named| named.key == key))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use jiff::civil::date;

    use super::*;
    use crate::catalogue::shipped;

    #[test]
    fn a_year_ends_the_day_before_it_began() {
        for (begins, ends) in [
            (date(2026, 3, 2), date(2027, 3, 1)),
            (date(2026, 1, 1), date(2026, 12, 31)),
            (date(2027, 3, 1), date(2028, 2, 29)),
            (date(2028, 2, 29), date(2029, 2, 27)),
        ] {
            assert_eq!(year_end(begins), ends, "{begins}");
        }
    }

    // mission: K2
    #[test]
    fn only_a_programme_with_an_end_product_has_a_day_for_it() {
        let day = date(2026, 3, 2);
        let due = |slug| end_product_due(shipped().programme(slug).unwrap(), day);
        assert_eq!(due("inclusief"), Some(date(2027, 3, 2)));
        assert_eq!(due("versnelling"), None);
    }

    // mission: B1
    #[test]
    fn a_form_and_a_method_are_of_the_block() {
        let programme = shipped().programme("inclusief").unwrap();
        let practice = programme.building_block("local_practice");
        let group = programme.building_block("learning_group");
        assert_eq!(
            step_problems(practice, Some("working_group"), Some("theatre")),
            []
        );
        assert_eq!(
            step_problems(group, Some("working_group"), None),
            [TrajectoryProblem::UnknownForm]
        );
        assert_eq!(
            step_problems(practice, None, Some("choir")),
            [TrajectoryProblem::UnknownMethod]
        );
    }
}
