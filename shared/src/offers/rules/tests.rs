#![expect(clippy::unwrap_used, reason = "tests")]

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::catalogue::shipped;

fn programme(slug: &str) -> &'static ProgrammeContent {
    shipped().programme(slug).unwrap()
}

fn cents(amount: i64) -> Cents {
    Cents::new(amount).unwrap()
}

fn block(key: &str) -> NewBlock {
    NewBlock {
        key: key.to_owned(),
        kind: None,
        description: "Zo doen we dat hier.".to_owned(),
        hours: 40,
        cost: cents(100_000),
        own_contribution: cents(50_000),
        asked_by: None,
        steps: Vec::new(),
    }
}

fn step(name: &str) -> NewStep {
    NewStep {
        key: None,
        name: Some(name.to_owned()),
        form: None,
        method: None,
        planned_on: None,
    }
}

fn fixed(key: &str) -> NewStep {
    NewStep {
        key: Some(key.to_owned()),
        name: None,
        ..step("")
    }
}

fn wrong(slug: &str, new: Vec<NewBlock>) -> Vec<OfferProblem> {
    blocks(new, programme(slug)).1
}

#[test]
fn a_block_is_one_of_the_programme_and_is_offered_once() {
    // mission: T5
    assert_eq!(
        wrong(
            "uitvoering",
            vec![
                block("knowledge_partnership"),
                block("local_practice"),
                block("knowledge_partnership"),
            ]
        ),
        [
            OfferProblem::UnknownBlock { block: 1 },
            OfferProblem::BlockTwice { block: 2 },
        ]
    );
    let dear = NewBlock {
        own_contribution: cents(100_001),
        ..block("learning_network")
    };
    assert_eq!(
        wrong("uitvoering", vec![dear]),
        [OfferProblem::OwnContributionOverCost { block: 0 }]
    );
}

#[test]
fn a_kind_of_option_fits_its_block_or_is_refused() {
    // mission: T3
    let fits = |key: &str, kind| {
        let new = NewBlock {
            kind: Some(kind),
            asked_by: (key == "tailored_intervention").then_some(PersonRole::Wethouder),
            ..block(key)
        };
        wrong("uitvoering", vec![new]).is_empty()
    };
    for (key, partnership, research) in [
        ("exploratory_talk", false, false),
        ("knowledge_partnership", true, false),
        ("tailored_intervention", false, false),
        ("neighbourhood_research", false, true),
        ("learning_network", false, false),
    ] {
        assert_eq!(fits(key, OptionKind::Partnership), partnership, "{key}");
        assert_eq!(
            fits(key, OptionKind::ParticipatoryResearch),
            research,
            "{key}"
        );
        assert!(fits(key, OptionKind::Other), "{key}");
    }
}

#[test]
fn an_intervention_is_asked_for_by_mayor_or_alderman_and_no_other_block_is_asked_for() {
    // mission: B2
    let may = vec![PersonRole::Burgemeester, PersonRole::Wethouder];
    for role in PersonRole::ALL {
        let asked = |key: &str| NewBlock {
            asked_by: Some(*role),
            ..block(key)
        };
        let expected: &[OfferProblem] = if may.contains(role) {
            &[]
        } else {
            &[OfferProblem::AskedByNotAllowed {
                block: 0,
                roles: may.clone(),
            }]
        };
        let found = wrong("uitvoering", vec![asked("tailored_intervention")]);
        assert_eq!(found, expected, "{role}");
        assert_eq!(
            wrong("uitvoering", vec![asked("learning_network")]),
            [OfferProblem::AskedByNotAllowed {
                block: 0,
                roles: Vec::new()
            }],
            "{role}"
        );
    }
    assert_eq!(
        wrong("uitvoering", vec![block("tailored_intervention")]),
        [OfferProblem::AskedByMissing {
            block: 0,
            roles: may
        }]
    );
}

#[test]
fn form_and_method_come_from_the_lists_of_the_block() {
    // mission: B1
    let steps = |form: &str, method: &str| {
        vec![NewStep {
            form: Some(form.to_owned()),
            method: Some(method.to_owned()),
            ..step("Eerste overleg")
        }]
    };
    let in_block = |key: &str, steps: Vec<NewStep>| {
        let new = NewBlock {
            steps,
            ..block(key)
        };
        wrong("uitvoering", vec![new])
    };
    let (form, method) = (
        OfferProblem::FormNotOfBlock { block: 0, step: 0 },
        OfferProblem::MethodNotOfBlock { block: 0, step: 0 },
    );
    assert_eq!(
        in_block("knowledge_partnership", steps("working_group", "theatre")),
        []
    );
    assert_eq!(
        in_block("knowledge_partnership", steps("theatre", "working_group")),
        [form.clone(), method.clone()]
    );
    assert_eq!(
        in_block("learning_network", steps("working_group", "theatre")),
        [form, method]
    );
}

#[test]
fn a_step_is_a_fixed_one_by_its_key_or_ones_own_by_its_name() {
    // mission: B3
    let (block_at, nameless) = (
        0,
        NewStep {
            name: None,
            ..step("")
        },
    );
    let research = NewBlock {
        steps: vec![
            fixed("mapping"),
            fixed("mapping"),
            fixed("cooking"),
            nameless,
            NewStep {
                name: Some("Kaart".to_owned()),
                ..fixed("acting")
            },
            step("Wandeling"),
        ],
        ..block("neighbourhood_research")
    };
    let (offered, problems) = blocks(vec![research], programme("uitvoering"));
    assert_eq!(
        problems,
        [
            OfferProblem::StepTwice {
                block: block_at,
                step: 1
            },
            OfferProblem::UnknownStep {
                block: block_at,
                step: 2
            },
            OfferProblem::StepNameMissing {
                block: block_at,
                step: 3
            },
            OfferProblem::StepNameFixed {
                block: block_at,
                step: 4
            },
        ]
    );
    assert_eq!(offered[0].steps[0].name, "in kaart brengen");
    assert_eq!(offered[0].steps[5].name, "Wandeling");
}

fn missing(steps: &[(Option<&str>, Option<Date>)]) -> Vec<SendingProblem> {
    let new = NewBlock {
        steps: steps
            .iter()
            .map(|(key, planned_on)| NewStep {
                planned_on: *planned_on,
                ..key.map_or_else(|| step("Wandeling"), fixed)
            })
            .collect(),
        ..block("neighbourhood_research")
    };
    let programme = programme("uitvoering");
    let (offered, problems) = blocks(vec![new], programme);
    assert_eq!(problems, []);
    let known = programme.building_block("neighbourhood_research").unwrap();
    missing_in_block(&offered[0], known, 0)
}

#[test]
fn neighbourhood_research_has_its_four_steps_dated_and_in_order() {
    // mission: B3
    let day = |day| Some(date(2026, 5, day));
    assert_eq!(
        missing(&[
            (Some("mapping"), day(1)),
            (None, day(30)),
            (Some("acting"), day(1)),
            (Some("analysis"), day(8)),
            (Some("presentation"), day(9)),
        ]),
        []
    );
    assert_eq!(
        missing(&[(Some("acting"), day(2)), (Some("mapping"), None)]),
        [
            SendingProblem::StepUndated { block: 0, step: 1 },
            SendingProblem::StepOutOfOrder { block: 0, step: 0 },
            SendingProblem::FixedStepMissing {
                block: 0,
                key: "analysis".to_owned()
            },
            SendingProblem::FixedStepMissing {
                block: 0,
                key: "presentation".to_owned()
            },
        ]
    );
    assert_eq!(
        missing(&[
            (Some("mapping"), day(2)),
            (Some("acting"), day(1)),
            (Some("analysis"), day(3)),
            (Some("presentation"), day(3)),
        ]),
        [SendingProblem::StepOutOfOrder { block: 0, step: 1 }]
    );
}

#[test]
fn only_the_local_practice_counts_for_the_own_contribution() {
    // mission: C10
    let offered = |own: i64| {
        let practice = NewBlock {
            cost: cents(1_000_000),
            own_contribution: cents(own),
            ..block("local_practice")
        };
        let free = NewBlock {
            own_contribution: Cents::ZERO,
            ..block("learning_group")
        };
        blocks(vec![practice, free], programme("inclusief")).0
    };
    let judged = |own, committed| {
        own_contribution(&offered(own), programme("inclusief"), committed).unwrap()
    };
    let half = judged(500_000, None);
    assert_eq!(
        (half.sum, half.base, half.percent),
        (cents(500_000), cents(1_000_000), 50)
    );
    assert!(half.is_enough());
    assert!(!judged(499_999, None).is_enough());
    // What was committed to holds when it is more, and changes nothing when it is less.
    assert!(!judged(500_000, Some(60)).is_enough());
    assert!(judged(600_000, Some(60)).is_enough());
    assert_eq!(judged(500_000, Some(10)).percent, 50);
    assert_eq!(
        own_contribution(&[], programme("uitvoering"), Some(60)),
        None
    );
}

proptest! {
    // mission: C10
    #[test]
    fn a_share_is_judged_to_the_cent(base in 0_i64..=Cents::MAX.get(), part in 0_u8..=100, off in -1_i64..=1) {
        let least = (i128::from(base) * i128::from(part) + 99) / 100;
        let sum = i64::try_from(least).unwrap() + off;
        if let Ok(sum) = Cents::new(sum) {
            let own = OwnContribution { sum, base: cents(base), percent: part };
            prop_assert_eq!(own.is_enough(), off >= 0);
        }
    }
}
