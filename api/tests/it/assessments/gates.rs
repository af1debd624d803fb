//! The hard requirements: each holds or not, is explained in both languages, and stops a match.

use diesel::prelude::*;
use koplopers_shared::db::DbError;
use koplopers_shared::db::schema::{intakes, person_roles};
use koplopers_shared::on_both_databases;
use serde_json::{Value, json};

use super::{all_met, assessing, change, gate, hinders_of_match};
use crate::app::TestApp;

async fn settle_all(app: &TestApp, path: &str, programme: &str) {
    let path = format!("{path}/settlement");
    app.as_coordinator()
        .put(&path, "*", &all_met(programme))
        .await
        .expect(200);
}

fn evidence(key: &str, words: &[&str]) -> Value {
    let listed: Vec<Value> = words
        .iter()
        .map(|word| json!({ key: word, "evidence": "Besluit van 12 januari." }))
        .collect();
    json!(listed)
}

/// The contact person of the intake under this path, who may commit the municipality.
async fn contact(app: &TestApp, path: &str) -> String {
    let intake = path.replace("/assessment", "");
    app.as_coordinator()
        .get(&intake)
        .await
        .text_at("/contactPerson")
}

async fn shown(app: &TestApp, path: &str) -> Value {
    app.as_coordinator().get(path).await.expect(200).json()
}

on_both_databases! {
    async fn a_sponsor_who_lost_the_role_stops_the_match(db: TestDb) {
        // mission: C5
        let app = TestApp::start(db).await;
        let path = assessing(&app, "versnelling").await;
        change(&app, &path, &json!({ "supports": evidence("kind", &["board", "officials", "practice"]) })).await;
        settle_all(&app, &path, "versnelling").await;
        let before = shown(&app, &path).await;
        assert_eq!(gate(&before, "sponsor_role")["holds"], true, "{before}");
        assert_eq!(before["hinders"], json!([]));
        let ended = app.db.write(|conn| {
            let sponsors = intakes::table.select(intakes::sponsor.assume_not_null());
            diesel::update(person_roles::table.filter(person_roles::person.eq_any(sponsors)))
                .set(person_roles::valid_until.eq(koplopers_shared::db::columns::On(jiff::civil::date(2026, 3, 1))))
                .execute(conn)
                .map_err(DbError::from)
        });
        assert_eq!(ended.await.unwrap(), 1);
        let after = shown(&app, &path).await;
        let gate = gate(&after, "sponsor_role");
        assert_eq!(gate["holds"], false);
        assert_eq!(
            gate["why"]["en"],
            "The sponsor no longer holds this role with the municipality: municipal secretary."
        );
        let hindered = hinders_of_match(&app, &path).await;
        assert_eq!(hindered.len(), 1, "{hindered:?}");
        assert!(hindered[0].ends_with(" gate"));
    }

    async fn three_supports_each_need_evidence(db: TestDb) {
        // mission: C6
        let app = TestApp::start(db).await;
        let path = assessing(&app, "versnelling").await;
        settle_all(&app, &path, "versnelling").await;
        assert_eq!(hinders_of_match(&app, &path).await, ["supports gate"]);
        let without = json!({ "supports": [
            { "kind": "board", "evidence": "Collegebesluit." }, { "kind": "officials", "evidence": "Memo." }, { "kind": "practice" }
        ]});
        let changed = change(&app, &path, &without).await;
        let why = &gate(&changed, "three_supports")["why"];
        assert_eq!(why["nl"], "Bij dit draagvlak ontbreekt het bewijs: praktijk.");
        assert_eq!(why["en"], "This support lacks evidence: practice.");
        assert_eq!(hinders_of_match(&app, &path).await, ["supports gate"]);
        let complete = json!({ "supports": evidence("kind", &["board", "officials", "practice"]) });
        let changed = change(&app, &path, &complete).await;
        assert_eq!(gate(&changed, "three_supports")["holds"], true);
        assert_eq!(changed["hinders"], json!([]));
    }

    async fn both_parts_of_the_question_are_answered(db: TestDb) {
        // mission: C7
        let app = TestApp::start(db).await;
        let path = assessing(&app, "inclusief").await;
        assert_eq!(gate(&shown(&app, &path).await, "two_part_question")["holds"], true);
        let blanked = app.db.write(|conn| {
            diesel::update(intakes::table)
                .set(intakes::answers.eq(r#"{"social_issue":"Eenzaamheid."}"#))
                .execute(conn)
                .map_err(DbError::from)
        });
        assert_eq!(blanked.await.unwrap(), 1);
        let after = shown(&app, &path).await;
        let gate = gate(&after, "two_part_question");
        assert_eq!(gate["holds"], false);
        assert_eq!(gate["why"]["nl"], "Dit deel van de vraag is niet beantwoord: 2.");
        assert!(hinders_of_match(&app, &path).await.contains(&"two_part_question gate".to_owned()));
    }

    async fn college_council_and_officials_each_commit_themselves(db: TestDb) {
        // mission: C9
        let app = TestApp::start(db).await;
        let path = assessing(&app, "inclusief").await;
        let two = change(&app, &path, &json!({ "bodies": evidence("body", &["college", "ambtenaren"]) })).await;
        let told = gate(&two, "named_bodies");
        assert_eq!(told["holds"], false);
        assert_eq!(told["why"]["en"], "This commitment is not recorded yet: council.");
        assert!(hinders_of_match(&app, &path).await.contains(&"commitment gate".to_owned()));
        let three = change(&app, &path, &json!({ "bodies": evidence("body", &["college", "raad", "ambtenaren"]) })).await;
        assert_eq!(gate(&three, "named_bodies")["holds"], true);
    }

    async fn half_of_the_local_practice_is_committed_to_by_somebody(db: TestDb) {
        // mission: C10
        let app = TestApp::start(db).await;
        let path = assessing(&app, "inclusief").await;
        let giver = contact(&app, &path).await;
        for (funding, holds) in [
            (json!(null), false),
            (json!({ "percent": 49, "givenBy": giver }), false),
            (json!({ "percent": 50 }), false),
            (json!({ "percent": 50, "givenBy": giver }), true),
        ] {
            let changed = change(&app, &path, &json!({ "coFunding": funding })).await;
            assert_eq!(gate(&changed, "co_funding")["holds"], holds, "{funding}");
            let hindered = hinders_of_match(&app, &path).await;
            assert_eq!(hindered.contains(&"co_funding gate".to_owned()), !holds, "{funding}");
        }
    }

    async fn each_condition_that_is_not_met_stops_the_match_and_is_named(db: TestDb) {
        // mission: C1, C2, C3, C4
        let app = TestApp::start(db).await;
        let path = assessing(&app, "versnelling").await;
        let supports = json!({ "supports": evidence("kind", &["board", "officials", "practice"]) });
        change(&app, &path, &supports).await;
        let settlement = format!("{path}/settlement");
        for key in ["desired_effect", "urgency", "learning_together", "lasting_change"] {
            for value in ["not_met", "unknown"] {
                let mut settled = all_met("versnelling");
                let list = settled["settlements"].as_array_mut().unwrap();
                let one = list.iter_mut().find(|it| it["criterion"] == key).unwrap();
                one["value"] = json!(value);
                app.as_coordinator().put(&settlement, "*", &settled).await.expect(200);
                assert_eq!(hinders_of_match(&app, &path).await, [format!("{key} {value}")]);
            }
        }
        settle_all(&app, &path, "versnelling").await;
        let decision = path.replace("assessment", "decision");
        let made = app.as_coordinator().post(&decision, &json!({ "outcome": "match" })).await;
        assert_eq!(made.expect(201).text_at("/intakeStatus"), "matched");
    }

    async fn a_match_with_an_unknown_criterion_is_refused_and_names_it(db: TestDb) {
        // mission: C8, C11
        let app = TestApp::start(db).await;
        let path = assessing(&app, "inclusief").await;
        let complete = json!({
            "bodies": evidence("body", &["college", "raad", "ambtenaren"]),
            "coFunding": { "percent": 60, "givenBy": contact(&app, &path).await }
        });
        change(&app, &path, &complete).await;
        let open = ["time", "help_with_end_product", "motivation", "concrete_task"];
        let but = |left_out: &[&str]| {
            let mut settlement = all_met("inclusief");
            let list = settlement["settlements"].as_array_mut().unwrap();
            list.retain(|it| !left_out.contains(&it["criterion"].as_str().unwrap()));
            settlement
        };
        let settlement = format!("{path}/settlement");
        app.as_coordinator().put(&settlement, "*", &but(&open)).await.expect(200);
        let expected: Vec<String> = open.iter().map(|key| format!("{key} unknown")).collect();
        assert_eq!(hinders_of_match(&app, &path).await, expected);
        app.as_coordinator().put(&settlement, "*", &but(&open[3..])).await.expect(200);
        assert_eq!(hinders_of_match(&app, &path).await, ["concrete_task unknown"]);
        app.as_coordinator().put(&settlement, "*", &but(&[])).await.expect(200);
        let decision = path.replace("assessment", "decision");
        let made = app.as_coordinator().post(&decision, &json!({ "outcome": "match" })).await;
        assert_eq!(made.expect(201).text_at("/intakeStatus"), "matched");
    }
}
