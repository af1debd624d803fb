//! The shipped data as a whole: complete, consistent, in both languages.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::collections::BTreeSet;
use std::path::Path;

use super::programme_check::is_key;
use super::*;

fn programme(slug: &str) -> ProgrammeContent {
    shipped().programme(slug).expect("shipped").clone()
}

#[test]
fn every_data_file_is_read_and_every_programme_holds_together() {
    // mission: P1
    let shipped = Shipped::read().unwrap();
    let slugs: Vec<_> = shipped
        .programmes
        .iter()
        .map(|it| it.slug.as_str())
        .collect();
    assert_eq!(
        slugs,
        [
            "versnelling",
            "uitvoering",
            "clientenparticipatie",
            "inclusief"
        ]
    );
}

#[test]
fn every_standing_criterion_is_asked_by_some_programme_with_its_gate() {
    // mission: C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, C11
    for standing in StandingCriterion::ALL {
        let criterion = shipped_programmes()
            .iter()
            .flat_map(|content| &content.criteria)
            .find(|criterion| criterion.standing == Some(*standing))
            .unwrap_or_else(|| panic!("nobody asks {standing}"));
        let fits = match standing {
            StandingCriterion::C5 => matches!(&criterion.gate, Gate::SponsorRole { roles }
                if roles.len() == 2 && roles.iter().all(|role| role.may_sponsor())),
            StandingCriterion::C6 => matches!(criterion.gate, Gate::ThreeSupports { .. }),
            StandingCriterion::C7 => matches!(criterion.gate, Gate::TwoPartQuestion { .. }),
            StandingCriterion::C9 => matches!(&criterion.gate, Gate::NamedBodies { bodies }
                if bodies == MunicipalBody::ALL),
            StandingCriterion::C10 => matches!(
                criterion.gate,
                Gate::CoFunding {
                    percent: 50,
                    base: CoFundingBase::LocalPractice
                }
            ),
            StandingCriterion::C1
            | StandingCriterion::C2
            | StandingCriterion::C3
            | StandingCriterion::C4
            | StandingCriterion::C8
            | StandingCriterion::C11 => criterion.gate == Gate::Open {},
        };
        assert!(fits, "{standing} has gate {:?}", criterion.gate);
        assert!(criterion.required, "{standing}");
    }
}

#[test]
fn versnelling_asks_the_highest_executive_and_is_run_with_the_vng() {
    // mission: P2, C5
    let content = programme("versnelling");
    assert_eq!(content.talk_kind, TalkKind::IntakeTalk);
    assert_eq!(
        content.sponsor_roles(),
        Some(
            [
                PersonRole::HoogsteLeidinggevendeSociaalDomein,
                PersonRole::Gemeentesecretaris
            ]
            .as_slice()
        )
    );
    assert_eq!(content.partners, ["vng"]);
}

#[test]
fn uitvoering_starts_with_an_exploratory_talk_and_has_blocks_0_to_4() {
    // mission: T1, B1, B2, B3, B4
    let content = programme("uitvoering");
    assert_eq!(content.talk_kind, TalkKind::ExploratoryTalk);
    let numbers: Vec<_> = content
        .building_blocks
        .iter()
        .filter_map(|it| it.number)
        .collect();
    assert_eq!(numbers, [0, 1, 2, 3, 4]);
    let partnership = content.building_block("knowledge_partnership").unwrap();
    assert_eq!((partnership.forms.len(), partnership.methods.len()), (3, 3));
    assert_eq!(
        content
            .building_block("tailored_intervention")
            .unwrap()
            .asked_by,
        [PersonRole::Burgemeester, PersonRole::Wethouder]
    );
    let steps: Vec<_> = content
        .building_block("neighbourhood_research")
        .unwrap()
        .steps
        .iter()
        .map(|step| step.key.as_str())
        .collect();
    assert_eq!(steps, ["mapping", "acting", "analysis", "presentation"]);
}

#[test]
fn inclusief_has_five_places_four_parties_and_the_plan_of_the_source() {
    // mission: L1, L3, L4, L5, L6, L7, L8, K2
    let content = programme("inclusief");
    assert_eq!(content.rounds, RoundsRule::Required);
    assert_eq!(content.capacity.unwrap().practices_per_round, 5);
    assert_eq!(content.practice_table.as_ref().unwrap().minimum_kinds, 4);
    assert_eq!(
        content.co_funding(),
        Some((50, CoFundingBase::LocalPractice))
    );
    let plan: Vec<_> = content
        .meeting_plan
        .meetings
        .iter()
        .map(|it| (it.kind, it.minimum, it.maximum, it.per))
        .collect();
    assert_eq!(
        plan,
        [
            (MeetingKind::KickOff, 1, 1, PlanUnit::Group),
            (MeetingKind::Local, 3, 5, PlanUnit::Practice),
            (MeetingKind::Exchange, 2, 3, PlanUnit::Group),
            (MeetingKind::Closing, 1, 1, PlanUnit::Group),
        ]
    );
    assert_eq!(content.meeting_plan.within_months, Some(12));
    assert!(content.end_product.is_some());
    for other in ["versnelling", "uitvoering", "clientenparticipatie"] {
        assert_eq!(programme(other).rounds, RoundsRule::None);
    }
}

#[test]
fn both_parts_of_the_two_part_question_are_required_at_submission() {
    // mission: C7
    let content = programme("inclusief");
    let required: Vec<_> = content.required_answers().collect();
    assert_eq!(required[..2], ["social_issue", "inclusive_cooperation"]);
}

#[test]
fn the_network_starts_with_forty_and_meets_four_to_six_times_a_year() {
    // mission: N1, N5
    let network = &shipped().network;
    assert_eq!(network.cohort_target, 40);
    assert_eq!(
        network.meeting_plan.meetings,
        [PlannedMeetings {
            kind: MeetingKind::Network,
            minimum: 4,
            maximum: 6,
            per: PlanUnit::Year
        }]
    );
    assert_eq!(network.meeting_plan.problems(""), []);
}

#[test]
fn programmes_name_partners_that_are_shipped() {
    let known: BTreeSet<_> = shipped()
        .partners
        .iter()
        .map(|it| it.key.as_str())
        .collect();
    for content in shipped_programmes() {
        for partner in &content.partners {
            assert!(known.contains(partner.as_str()), "{partner}");
        }
    }
    assert!(shipped().partners.iter().all(|it| it.kind.is_partner()));
    assert_eq!(known.len(), shipped().partners.len());
}

#[test]
fn themes_and_target_groups_have_distinct_slugs_and_both_languages() {
    // mission: K4
    for list in [shipped_themes(), shipped_target_groups()] {
        let slugs: BTreeSet<_> = list.iter().map(|it| &it.slug).collect();
        assert_eq!(slugs.len(), list.len());
        assert!(list.iter().all(|tag| readable(&tag.name)));
    }
    let groups: Vec<_> = shipped_target_groups()
        .iter()
        .map(|it| it.slug.as_str())
        .collect();
    assert_eq!(
        groups,
        [
            "laaggeletterden",
            "verstandelijke-beperking",
            "kwetsbare-ouderen",
            "migratieachtergrond",
            "jeugd",
            "other"
        ]
    );
}

#[test]
fn every_fixed_word_is_described_once_and_in_the_order_of_its_set() {
    // mission: A1, A2, A3, A4
    fn check<W: PartialEq + Copy + std::fmt::Debug>(list: &[Described<W>], all: &[W]) {
        let keys: Vec<_> = list.iter().map(|it| it.key).collect();
        assert_eq!(keys, all);
        for it in list {
            assert!(readable(&it.name) && readable(&it.meaning), "{:?}", it.key);
        }
    }
    check(&shipped().roles, PersonRole::ALL);
    check(&shipped().party_kinds, PartyKind::ALL);
    check(&shipped().organisation_kinds, OrganisationKind::ALL);
    assert_eq!(role_name(PersonRole::Director, Language::Nl), "directeur");
}

#[test]
fn the_342_municipalities_have_distinct_codes_and_names_and_a_source() {
    // mission: A1
    let rows = shipped_municipalities();
    assert_eq!(rows.len(), 342);
    assert!(rows.windows(2).all(|pair| pair[0].code < pair[1].code));
    let names: BTreeSet<_> = rows.iter().map(|row| &row.name).collect();
    assert_eq!(names.len(), 342);
    let provinces: BTreeSet<_> = rows.iter().map(|row| &row.province).collect();
    assert_eq!(provinces.len(), 12);
    assert!(
        rows.iter()
            .any(|row| row.code.as_str() == "GM1900" && row.name == "Súdwest-Fryslân")
    );
    let source = &shipped().municipality_source;
    assert_eq!(source.valid_from(), jiff::civil::date(2025, 1, 1));
    assert_eq!(source.licence, "CC-BY-4.0");
}

#[test]
fn a_change_of_municipalities_reads_as_the_file_says() {
    let text = "[[changes]]\ncode = \"GM9998\"\nsuccessors = [\"GM9999\"]\non = \"2026-01-01\"\n";
    let file: municipality::ChangesFile = toml::from_str(text).unwrap();
    assert_eq!(
        file.changes,
        [MunicipalityChange {
            code: "GM9998".parse().unwrap(),
            successors: vec!["GM9999".parse().unwrap()],
            on: jiff::civil::date(2026, 1, 1),
        }]
    );
    for change in &shipped().municipality_changes {
        assert!(!change.successors.is_empty() && !change.successors.contains(&change.code));
    }
}

#[test]
fn the_glossary_explains_every_fixed_word_once() {
    let mut seen = BTreeSet::new();
    for group in shipped_glossary() {
        assert!(is_key(&group.key) && readable(&group.name));
        for entry in &group.entries {
            assert!(
                readable(&entry.meaning) && !entry.dutch.is_empty(),
                "{}",
                entry.word
            );
            assert!(
                !format!("{entry:?}").contains('|'),
                "a bar breaks the table of the page: {}",
                entry.word
            );
            // A role and a kind of party may share a word; within a group it is explained once.
            assert!(
                seen.insert((&group.key, &entry.of, &entry.word)),
                "{}",
                entry.word
            );
        }
    }
    let words: BTreeSet<_> = seen.iter().map(|(_, _, word)| word.as_str()).collect();
    let fixed = [
        KnowledgeSource::WORDS,
        Language::WORDS,
        LearningPractice::WORDS,
        PersonRole::WORDS,
        PartyKind::WORDS,
        OrganisationKind::WORDS,
        MeetingKind::WORDS,
        TalkKind::WORDS,
        RoundsRule::WORDS,
        SupportKind::WORDS,
        MunicipalBody::WORDS,
        CoFundingBase::WORDS,
        PlanUnit::WORDS,
    ];
    for word in fixed.into_iter().flatten() {
        assert!(words.contains(word), "{word}");
    }
}

#[test]
fn the_glossary_page_is_the_rendered_glossary() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/glossary.md");
    let rendered = glossary::render_markdown(shipped_glossary());
    #[expect(
        clippy::disallowed_methods,
        reason = "a switch of this test, no setting"
    )]
    let update = std::env::var_os("UPDATE_GLOSSARY").is_some();
    if update {
        std::fs::write(&path, &rendered).unwrap();
    }
    let page = std::fs::read_to_string(&path).unwrap();
    assert!(
        page == rendered,
        "docs/glossary.md is out of date; run with UPDATE_GLOSSARY=1"
    );
}

#[test]
fn content_survives_json_and_an_unknown_key_is_refused() {
    for content in shipped_programmes() {
        let json = serde_json::to_value(content).unwrap();
        assert_eq!(
            &serde_json::from_value::<ProgrammeContent>(json).unwrap(),
            content
        );
    }
    let mut json = serde_json::to_value(programme("inclusief")).unwrap();
    assert_eq!(json["criteria"][5]["gate"]["kind"], "co_funding");
    assert_eq!(json["meetingPlan"]["withinMonths"], 12);
    json["criteria"][1]["gate"]["percent"] = 50.into();
    assert!(serde_json::from_value::<ProgrammeContent>(json).is_err());
}

fn readable(text: &BilingualText) -> bool {
    [&text.nl, &text.en]
        .into_iter()
        .all(|text| !text.trim().is_empty() && text.trim() == text.as_str())
}
