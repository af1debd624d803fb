#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::collections::BTreeSet;

use crate::catalogue::{
    CapacityRule, ContentProblemCode, Gate, GuidingPrinciple, ProgrammeContent, SupportKind,
    shipped,
};

fn programme(slug: &str) -> ProgrammeContent {
    shipped().programme(slug).expect("shipped").clone()
}

#[test]
fn every_problem_of_a_new_version_is_named_at_once() {
    let mut content = programme("inclusief");
    content.name.en = "  ".to_owned();
    content.capacity = None;
    content.criteria[1].key = "two_part_question".to_owned();
    content.criteria[4].gate = Gate::NamedBodies { bodies: Vec::new() };
    content.questions[1].required = false;
    content.questions[3].criteria = vec!["no_such_criterion".to_owned()];
    content.questions[4].max_length = 0;
    content.practice_table.as_mut().unwrap().minimum_kinds = 5;
    content.building_blocks[0].local_practice = false;
    content.meeting_plan.meetings[1].minimum = 9;
    content.meeting_plan.within_months = Some(0);
    content.partners = vec!["Not A Key".to_owned()];
    let found: BTreeSet<_> = content
        .problems()
        .into_iter()
        .map(|problem| format!("{} {}", problem.pointer, problem.code))
        .collect();
    let expected = [
        "/name/en blank",
        "/capacity missing",
        "/criteria/1/key duplicate",
        "/criteria/0/gate/questions/1 contradiction",
        "/criteria/4/gate/bodies missing",
        "/criteria/5/gate/base contradiction",
        "/questions/3/criteria/0 unknown",
        "/questions/4/maxLength out_of_range",
        "/practiceTable/minimumKinds out_of_range",
        "/meetingPlan/meetings/1/maximum out_of_range",
        "/meetingPlan/withinMonths out_of_range",
        "/partners/0 not_a_key",
    ];
    assert_eq!(found, expected.into_iter().map(str::to_owned).collect());
}

#[test]
fn texts_and_lists_have_a_longest_length() {
    let mut content = programme("versnelling");
    content.summary.nl = "a".repeat(501);
    content.description.nl = "é".repeat(10_000);
    content.guiding_principles = (0..51)
        .map(|at| GuidingPrinciple {
            key: format!("principle_{at}"),
            text: content.name.clone(),
        })
        .collect();
    let found: Vec<_> = content
        .problems()
        .into_iter()
        .map(|problem| (problem.pointer, problem.code))
        .collect();
    assert_eq!(
        found,
        [
            ("/summary/nl".to_owned(), ContentProblemCode::TooLong),
            ("/guidingPrinciples".to_owned(), ContentProblemCode::TooLong),
        ]
    );
}

#[test]
fn a_programme_without_rounds_has_no_capacity_and_a_gate_names_what_exists() {
    let mut content = programme("versnelling");
    content.capacity = Some(CapacityRule {
        practices_per_round: 5,
    });
    content.criteria[5].gate = Gate::ThreeSupports {
        supports: vec![SupportKind::Board, SupportKind::Board],
    };
    content.criteria[0].gate = Gate::TwoPartQuestion {
        questions: vec![
            "urgency".to_owned(),
            "nowhere".to_owned(),
            "urgency".to_owned(),
        ],
    };
    let found: BTreeSet<_> = content
        .problems()
        .into_iter()
        .map(|problem| format!("{} {}", problem.pointer, problem.code))
        .collect();
    let expected = [
        "/capacity contradiction",
        "/criteria/5/gate/supports/1 duplicate",
        "/criteria/5/gate/supports missing",
        "/criteria/0/gate/questions/2 duplicate",
        "/criteria/0/gate/questions out_of_range",
        "/criteria/0/gate/questions/1 unknown",
    ];
    assert_eq!(found, expected.into_iter().map(str::to_owned).collect());
}
