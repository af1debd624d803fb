#![expect(clippy::unwrap_used, reason = "tests")]

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::assessments::{CoFunding, Evidenced, Recorded};
use crate::catalogue::programme::Gate;
use crate::catalogue::words::{MunicipalBody, SupportKind};
use crate::ids::{IntakeId, PersonId};

fn recorded<T>(what: T) -> Recorded<T> {
    Recorded {
        what,
        by: "person:1".to_owned(),
        at: Timestamp::UNIX_EPOCH,
    }
}

fn shown<W>(key: W) -> Recorded<Evidenced<W>> {
    recorded(Evidenced {
        key,
        evidence: Some("Verslag.".to_owned()),
    })
}

fn bare<W>(key: W) -> Recorded<Evidenced<W>> {
    recorded(Evidenced {
        key,
        evidence: None,
    })
}

/// Everything recorded that any programme asks.
fn complete() -> Assessment {
    Assessment {
        intake: IntakeId::generate(),
        version: 1,
        local_situation: None,
        support_needed: None,
        heard: PartyKind::ALL.iter().copied().map(shown).collect(),
        supports: SupportKind::ALL.iter().copied().map(shown).collect(),
        bodies: MunicipalBody::ALL.iter().copied().map(shown).collect(),
        co_funding: Some(recorded(CoFunding {
            percent: 50,
            given_by: Some(PersonId::generate()),
        })),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

/// A case in which nothing hinders a match.
struct Given {
    content: ProgrammeContent,
    answers: BTreeMap<String, String>,
    sponsor: Option<(PersonRole, bool)>,
    assessment: Assessment,
    findings: Vec<Finding>,
    settlements: Vec<Settlement>,
}

impl Given {
    fn programme(slug: &str) -> Self {
        let content = shipped().programme(slug).unwrap().clone();
        let answer = |key: &str| (key.to_owned(), "Antwoord.".to_owned());
        let found = PersonId::generate();
        let met = |criterion: &Criterion| finding(found, &criterion.key, CriterionValue::Met);
        Self {
            answers: content.required_answers().map(answer).collect(),
            sponsor: Some((PersonRole::Gemeentesecretaris, true)),
            assessment: complete(),
            findings: content.criteria.iter().map(met).collect(),
            settlements: Vec::new(),
            content,
        }
    }

    fn weighed(&self) -> Weighed {
        weigh(&Case {
            content: &self.content,
            answers: &self.answers,
            sponsor: self.sponsor,
            assessment: &self.assessment,
            findings: &self.findings,
            settlements: &self.settlements,
        })
    }

    /// What hinders, as `(criterion, why)`.
    fn hinders(&self) -> Vec<(String, HindranceKind)> {
        let hinders = self.weighed().hinders.into_iter();
        hinders.map(|it| (it.criterion, it.kind)).collect()
    }

    fn gate(&self, kind: &str) -> GateResult {
        let gates = self.weighed().criteria.into_iter().filter_map(|it| it.gate);
        gates.into_iter().find(|gate| gate.kind == kind).unwrap()
    }
}

fn judgement(criterion: &str, value: CriterionValue, reason: Option<&str>) -> Judgement {
    Judgement {
        criterion: criterion.to_owned(),
        value,
        evidence: None,
        reason: reason.map(str::to_owned),
    }
}

fn finding(assessor: PersonId, criterion: &str, value: CriterionValue) -> Finding {
    Finding {
        assessor,
        judgement: judgement(criterion, value, None),
        found_at: Timestamp::UNIX_EPOCH,
    }
}

fn settled(criterion: &str, value: CriterionValue) -> Settlement {
    Settlement {
        judgement: judgement(criterion, value, None),
        by: "person:1".to_owned(),
        at: Timestamp::UNIX_EPOCH,
    }
}

#[test]
fn nothing_hinders_a_complete_case_of_any_programme() {
    for programme in &shipped().programmes {
        let given = Given::programme(programme.slug.as_str());
        let weighed = given.weighed();
        assert_eq!(weighed.hinders, [], "{}", programme.slug);
        assert_eq!(weighed.alerts, [], "{}", programme.slug);
        assert_eq!(weighed.criteria.len(), programme.criteria.len());
    }
}

#[test]
fn the_value_of_a_criterion_follows_the_table() {
    use CriterionValue::{Met, NotMet, Unknown, Waived};
    let table: &[(
        Option<CriterionValue>,
        &[CriterionValue],
        CriterionValue,
        Basis,
    )] = &[
        (None, &[], Unknown, Basis::Unassessed),
        (None, &[Met], Met, Basis::Agreed),
        (None, &[Waived, Waived], Waived, Basis::Agreed),
        (None, &[NotMet, NotMet, NotMet], NotMet, Basis::Agreed),
        (None, &[Met, NotMet], Unknown, Basis::Disputed),
        (None, &[Met, Unknown], Unknown, Basis::Disputed),
        (Some(Met), &[], Met, Basis::Settled),
        (Some(Met), &[NotMet, NotMet], Met, Basis::Settled),
        (Some(Unknown), &[Met], Unknown, Basis::Settled),
        (Some(Waived), &[Met, NotMet], Waived, Basis::Settled),
    ];
    for (settlement, found, value, basis) in table {
        let mut given = Given::programme("versnelling");
        given.findings = found
            .iter()
            .map(|value| finding(PersonId::generate(), "urgency", *value))
            .collect();
        given.settlements = settlement
            .iter()
            .map(|value| settled("urgency", *value))
            .collect();
        let weighed = given.weighed();
        let result = weighed
            .criteria
            .iter()
            .find(|it| it.criterion.key == "urgency")
            .unwrap();
        assert_eq!(
            (result.value, result.basis),
            (*value, *basis),
            "{settlement:?} {found:?}"
        );
        assert!(!result.how.nl.is_empty() && result.how.nl != result.how.en);
    }
}

// mission: C5
#[test]
fn the_sponsor_holds_one_of_the_roles_today() {
    for (sponsor, holds) in [
        (None, false),
        (Some((PersonRole::Gemeentesecretaris, true)), true),
        (
            Some((PersonRole::HoogsteLeidinggevendeSociaalDomein, true)),
            true,
        ),
        (Some((PersonRole::Gemeentesecretaris, false)), false),
        (Some((PersonRole::Wethouder, true)), false),
    ] {
        let given = Given {
            sponsor,
            ..Given::programme("versnelling")
        };
        assert_eq!(given.gate("sponsor_role").holds, holds, "{sponsor:?}");
        let hinders = given
            .hinders()
            .iter()
            .any(|(_, kind)| *kind == HindranceKind::Gate);
        assert_eq!(hinders, !holds, "{sponsor:?}");
    }
}

// mission: C6
#[test]
fn three_supports_are_each_recorded_with_evidence() {
    let mut given = Given::programme("versnelling");
    given.assessment.supports.pop();
    let gate = given.gate("three_supports");
    assert!(!gate.holds);
    assert_eq!(
        gate.why.nl,
        "Dit draagvlak is nog niet vastgelegd: praktijk."
    );
    given.assessment.supports = vec![bare(SupportKind::Board), shown(SupportKind::Officials)];
    let gate = given.gate("three_supports");
    assert_eq!(
        gate.why.en,
        "This support is not recorded yet: practice. This support lacks evidence: board."
    );
}

// mission: C7
#[test]
fn both_parts_of_the_question_are_answered() {
    let mut given = Given::programme("inclusief");
    assert!(given.gate("two_part_question").holds);
    given
        .answers
        .insert("inclusive_cooperation".to_owned(), " ".to_owned());
    let gate = given.gate("two_part_question");
    assert!(!gate.holds);
    assert_eq!(gate.why.en, "This part of the question is not answered: 2.");
}

// mission: C9
#[test]
fn every_body_committed_itself_with_evidence() {
    let mut given = Given::programme("inclusief");
    given.assessment.bodies = vec![shown(MunicipalBody::College), bare(MunicipalBody::Raad)];
    let gate = given.gate("named_bodies");
    assert!(!gate.holds);
    assert_eq!(
        gate.why.nl,
        "Deze toezegging is nog niet vastgelegd: ambtenaren. \
         Bij deze toezegging ontbreekt het bewijs: raad."
    );
}

// mission: C10
#[test]
fn at_least_the_share_is_committed_to_by_somebody() {
    let alderman = Some(PersonId::generate());
    for (funding, holds) in [
        (None, false),
        (Some((49, alderman)), false),
        (Some((50, None)), false),
        (Some((50, alderman)), true),
        (Some((100, alderman)), true),
    ] {
        let mut given = Given::programme("inclusief");
        given.assessment.co_funding =
            funding.map(|(percent, given_by)| recorded(CoFunding { percent, given_by }));
        assert_eq!(given.gate("co_funding").holds, holds, "{funding:?}");
        let expected = usize::from(!holds);
        assert_eq!(given.hinders().len(), expected, "{funding:?}");
    }
}

// mission: T6
#[test]
fn each_required_party_that_nobody_heard_is_alerted_and_hinders_nothing() {
    let mut given = Given::programme("inclusief");
    given.assessment.heard = vec![bare(PartyKind::Inwoner)];
    let weighed = given.weighed();
    let kinds: Vec<PartyKind> = weighed.alerts.iter().map(|alert| alert.kind).collect();
    assert_eq!(kinds, [PartyKind::Bewonersinitiatief, PartyKind::Aanbieder]);
    assert_eq!(
        weighed.alerts[1].text.en,
        "This party has not been heard yet: provider."
    );
    assert_eq!(weighed.hinders, []);
}

#[test]
fn a_waiver_settles_a_judgement_but_no_hard_requirement() {
    let mut given = Given::programme("versnelling");
    given.settlements = vec![settled("urgency", CriterionValue::Waived)];
    assert_eq!(given.hinders(), []);
    let gated = given
        .content
        .criteria
        .iter()
        .find(|it| it.gate != Gate::Open {});
    let key = gated.unwrap().key.clone();
    given.settlements = vec![settled(&key, CriterionValue::Waived)];
    given.sponsor = None;
    assert_eq!(given.hinders(), [(key, HindranceKind::Gate)]);
}

#[test]
fn judgements_name_known_criteria_once_and_waive_with_a_reason() {
    let content = shipped().programme("versnelling").unwrap();
    let list = [
        judgement("urgency", CriterionValue::Met, None),
        judgement("bestaat_niet", CriterionValue::Met, None),
        judgement("urgency", CriterionValue::Waived, Some("  ")),
    ];
    assert_eq!(
        judgement_problems(&list, content),
        [
            JudgementProblem::UnknownCriterion { at: 1 },
            JudgementProblem::Twice { at: 2 },
            JudgementProblem::WaiverWithoutReason { at: 2 },
        ]
    );
}

fn any_value() -> impl Strategy<Value = CriterionValue> {
    prop::sample::select(CriterionValue::ALL)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// Whatever is found and settled: a match is hindered exactly by the required criteria that
    /// do not count as met or waived, as long as every hard requirement holds.
    #[test]
    fn a_match_is_hindered_by_what_is_required_and_neither_met_nor_waived(
        programme in prop::sample::select(vec!["versnelling", "uitvoering", "clientenparticipatie", "inclusief"]),
        found in prop::collection::vec((0_usize..3, 0_usize..10, any_value()), 0..40),
        settled_values in prop::collection::vec((0_usize..10, any_value()), 0..10),
    ) {
        let mut given = Given::programme(programme);
        let keys: Vec<String> = given.content.criteria.iter().map(|it| it.key.clone()).collect();
        let key = |index: usize| keys[index % keys.len()].clone();
        let people = [PersonId::generate(), PersonId::generate(), PersonId::generate()];
        given.findings.clear();
        for (person, index, value) in found {
            let new = finding(people[person], &key(index), value);
            let known = |old: &Finding| {
                old.assessor == new.assessor && old.judgement.criterion == new.judgement.criterion
            };
            if !given.findings.iter().any(known) {
                given.findings.push(new);
            }
        }
        for (index, value) in settled_values {
            if !given.settlements.iter().any(|old| old.judgement.criterion == key(index)) {
                given.settlements.push(settled(&key(index), value));
            }
        }
        let weighed = given.weighed();
        let expected: Vec<String> = weighed
            .criteria
            .iter()
            .filter(|it| it.criterion.required)
            .filter(|it| matches!(it.value, CriterionValue::NotMet | CriterionValue::Unknown))
            .map(|it| it.criterion.key.clone())
            .collect();
        let named: Vec<String> = weighed.hinders.iter().map(|it| it.criterion.clone()).collect();
        prop_assert_eq!(named, expected);
        for result in &weighed.criteria {
            if result.basis == Basis::Agreed {
                let of_it = given.findings.iter().filter(|it| it.judgement.criterion == result.criterion.key);
                prop_assert!(of_it.clone().count() > 0);
                prop_assert!(of_it.into_iter().all(|it| it.judgement.value == result.value));
            }
        }
        // The same again gives the same.
        prop_assert_eq!(given.weighed(), weighed);
    }
}
