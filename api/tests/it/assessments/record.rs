//! Starting an assessment and recording the case (T1, T6).

use koplopers_shared::access::Role;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::json;

use super::{adviser, assessing, change};
use crate::app::TestApp;

on_both_databases! {
    async fn an_assessment_starts_after_a_talk_that_was_held(db: TestDb) {
        // mission: I1, T1
        let app = TestApp::start(db).await;
        let intake = given::submitted(&app.db, given::amsterdam(), "uitvoering").await;
        let path = format!("/v1/intakes/{}/assessment", intake.id);
        let adviser = app.as_role(Role::Adviser);
        let start = async || adviser.call(Method::POST, &path).send().await;
        start().await.problem(409, "invalid-transition");
        adviser.get(&path).await.problem(404, "not-found");
        given::talk_planned(&app.db, &intake).await;
        start().await.problem(409, "talk-not-held");
        let other = given::submitted(&app.db, given::utrecht(), "uitvoering").await;
        given::talk_held(&app.db, &other).await;
        let path = format!("/v1/intakes/{}/assessment", other.id);
        let made = adviser.call(Method::POST, &path).send().await.expect(201);
        assert_eq!(made.header("location"), path);
        adviser.call(Method::POST, &path).send().await.problem(409, "invalid-transition");
        let intake = adviser.get(&format!("/v1/intakes/{}", other.id)).await;
        assert_eq!(intake.text_at("/status"), "assessing");
    }

    async fn the_local_situation_and_the_support_needed_are_recorded(db: TestDb) {
        // mission: T1
        // security: 55
        let app = TestApp::start(db).await;
        let path = assessing(&app, "uitvoering").await;
        let adviser = app.as_role(Role::Adviser);
        let body = json!({
            "localSituation": "De wijkteams zijn net opnieuw ingericht.",
            "supportNeeded": "Iemand die meedenkt."
        });
        adviser.call(Method::PATCH, &path).json(&body).send().await.problem(428, "precondition-required");
        let read = adviser.get(&path).await.expect(200);
        let changed = adviser.patch(&path, read.header("etag"), &body).await.expect(200);
        assert_eq!(changed.text_at("/localSituation"), "De wijkteams zijn net opnieuw ingericht.");
        adviser.patch(&path, read.header("etag"), &body).await.problem(412, "stale");
        let cleared = change(&app, &path, &json!({ "supportNeeded": null })).await;
        assert_eq!(cleared["supportNeeded"], json!(null));
        assert_eq!(cleared["localSituation"], "De wijkteams zijn net opnieuw ingericht.");
    }

    async fn each_required_party_that_nobody_heard_is_alerted(db: TestDb) {
        // mission: T6
        let app = TestApp::start(db).await;
        let path = assessing(&app, "inclusief").await;
        let first = json!({ "heard": [{ "kind": "inwoner", "note": "Op de koffieochtend." }] });
        let changed = change(&app, &path, &first).await;
        assert_eq!(changed["heard"][0]["note"], "Op de koffieochtend.");
        let recorded_at = changed["heard"][0]["recordedAt"].clone();
        assert_eq!(changed["alerts"][0]["kind"], "bewonersinitiatief");
        assert_eq!(changed["alerts"][1]["kind"], "aanbieder");
        assert_eq!(changed["alerts"][1]["text"]["nl"], "Deze partij is nog niet gehoord: aanbieder.");
        app.clock.turn_by(jiff::SignedDuration::from_mins(5));
        let all = json!({ "heard": [
            { "kind": "inwoner", "note": "Op de koffieochtend." },
            { "kind": "bewonersinitiatief" },
            { "kind": "aanbieder" }
        ]});
        let changed = change(&app, &path, &all).await;
        assert_eq!(changed["alerts"], json!([]));
        let heard = changed["heard"].as_array().unwrap();
        let resident = heard.iter().find(|it| it["kind"] == "inwoner").unwrap();
        assert_eq!(resident["recordedAt"], recorded_at, "what stays keeps its moment");
    }

    async fn a_record_that_cannot_be_is_refused_with_every_fault(db: TestDb) {
        let app = TestApp::start(db).await;
        let path = assessing(&app, "inclusief").await;
        let caller = app.as_role(Role::Adviser);
        let body = json!({
            "supports": [{ "kind": "board" }, { "kind": "board" }],
            "coFunding": { "percent": 50, "givenBy": "019b76da-0000-7000-8000-00000000dead" }
        });
        let fields = caller.patch(&path, "*", &body).await.invalid();
        assert_eq!(fields, [
            ("/coFunding/givenBy".to_owned(), "unknown".to_owned()),
            ("/supports/1".to_owned(), "duplicate".to_owned()),
        ]);
        let elsewhere = adviser(&app, "elders@example.nl").await;
        let body = json!({ "coFunding": { "percent": 50, "givenBy": elsewhere } });
        let fields = caller.patch(&path, "*", &body).await.invalid();
        assert_eq!(fields, [("/coFunding/givenBy".to_owned(), "not-held".to_owned())]);
        let body = json!({ "coFunding": { "percent": 101 }, "heard": [{ "kind": "wie" }] });
        assert_eq!(caller.patch(&path, "*", &body).await.invalid().len(), 2);
    }

    async fn an_assessment_is_not_for_the_municipality(db: TestDb) {
        // security: 19, 25
        let app = TestApp::start(db).await;
        let path = assessing(&app, "uitvoering").await;
        app.as_municipality("GM0363").get(&path).await.problem(403, "forbidden");
        app.as_role(Role::Member).get(&path).await.problem(403, "forbidden");
        app.as_role(Role::Adviser).get(&path).await.expect(200);
        change(&app, &path, &json!({ "localSituation": "Gevoelig." })).await;
        let intake = path.replace("/assessment", "");
        let history = app.as_municipality("GM0363").get(&format!("{intake}/history")).await.expect(200);
        assert!(!history.text.contains("intake.assessed"), "{}", history.text);
    }
}
