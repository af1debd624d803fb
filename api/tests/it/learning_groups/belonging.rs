//! A meeting that was planned comes to belong to a group, a practice, a trajectory or a series.

use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use super::Group;
use crate::app::{Answer, TestApp};

const MISSING: &str = "019b76da-0000-7000-8000-00000000dead";

async fn change(app: &TestApp, path: &str, body: &Value) -> Answer {
    let coordinator = app.as_coordinator();
    let call = coordinator.call(Method::POST, &format!("{path}/changes"));
    call.header("if-match", "*").json(body).send().await
}

/// A meeting that belongs to nothing; its path.
async fn loose(app: &TestApp, kind: &str, day: &str) -> String {
    let body = json!({
        "kind": kind, "title": "Bijeenkomst", "place": "Stadhuis",
        "localStart": format!("{day}T13:00"), "localEnd": format!("{day}T16:00"),
    });
    let planned = app.as_coordinator().post("/v1/meetings", &body).await;
    planned.expect(201).header("location").to_owned()
}

fn field(name: &str, code: &str) -> (String, String) {
    (name.to_owned(), code.to_owned())
}

on_both_databases! {
    async fn a_meeting_that_was_planned_counts_for_the_practice_it_comes_to_belong_to(db: TestDb) {
        // mission: L5
        let group = Group::made(TestApp::start(db).await).await;
        let practice = group.practice("GM0363").await;
        group.planned(&practice, &["kick_off"]).await;
        assert_eq!(group.findings().await, ["error too_few kick_off 0 1-1"]);
        let kick_off = loose(&group.app, "kick_off", "2026-03-09").await;
        let changed = change(&group.app, &kick_off, &json!({ "learningGroup": group.id })).await.expect(200).json();
        assert_eq!(changed["mails"], json!({ "invitations": 0, "updates": 0, "cancellations": 0 }));
        let meeting = &changed["changed"]["meeting"];
        assert_eq!((&meeting["learningGroup"], &meeting["programme"]), (&json!(group.id), &json!("inclusief")));
        assert_eq!(meeting["sequence"], 0, "calendars say nothing of it");
        assert_eq!(group.findings().await, Vec::<String>::new());
        change(&group.app, &kick_off, &json!({ "learningGroup": null })).await.expect(200);
        assert_eq!(group.findings().await, ["error too_few kick_off 0 1-1"]);
    }

    async fn a_meeting_has_the_reminders_of_the_programme_it_comes_to_belong_to(db: TestDb) {
        // mission: S1
        let group = Group::made(TestApp::start(db).await).await;
        let none = json!({ "programme": "inclusief", "kind": "none" });
        group.app.as_coordinator().post("/v1/reminder-rules", &none).await.expect(201);
        let path = loose(&group.app, "kick_off", "2026-04-13").await;
        let planned = || async {
            let listed = group.app.as_coordinator().get(&format!("{path}/reminders")).await.expect(200).json();
            let items = listed["items"].as_array().unwrap().clone();
            items.iter().filter(|it| it["state"] == "planned").count()
        };
        assert_eq!(planned().await, 3);
        change(&group.app, &path, &json!({ "learningGroup": group.id })).await.expect(200);
        assert_eq!(planned().await, 0);
    }

    async fn a_meeting_is_seen_by_the_municipality_of_the_practice_it_belongs_to_now(db: TestDb) {
        // mission: L3; security: 22
        let group = Group::made(TestApp::start(db).await).await;
        let (first, second) = (group.practice("GM0363").await, group.practice("GM0344").await);
        let path = loose(&group.app, "local", "2026-04-13").await;
        let (amsterdam, utrecht) = (group.app.as_municipality("GM0363"), group.app.as_municipality("GM0344"));
        amsterdam.get(&path).await.problem(404, "not-found");
        let needed = json!({ "learningGroup": group.id });
        assert_eq!(change(&group.app, &path, &needed).await.invalid(), [field("/practice", "required")]);
        change(&group.app, &path, &json!({ "learningGroup": group.id, "practice": first })).await.expect(200);
        amsterdam.get(&path).await.expect(200);
        change(&group.app, &path, &json!({ "practice": second })).await.expect(200);
        amsterdam.get(&path).await.problem(404, "not-found");
        utrecht.get(&path).await.expect(200);
        // Without its group a practice is nothing; the meeting stays whose it was.
        let out = change(&group.app, &path, &json!({ "learningGroup": null })).await.expect(200).json();
        assert_eq!(out["changed"]["meeting"]["practice"], Value::Null);
        utrecht.get(&path).await.expect(200);
        // A draft is brought under a series like any other.
        let series = group.app.as_coordinator().post("/v1/series", &json!({ "name": "Reeks", "meetings": [{
            "kind": "other", "title": "Eerste", "place": "Stadhuis", "localStart": "2026-05-07T13:00", "localEnd": "2026-05-07T15:00",
        }] })).await.expect(201).text_at("/series/id");
        change(&group.app, &path, &json!({ "series": series })).await.expect(200);
        let listed = group.app.as_coordinator().get(&format!("/v1/meetings?series={series}")).await.expect(200).json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 2);
        let out = change(&group.app, &path, &json!({ "series": null })).await.expect(200).json();
        assert_eq!(out["changed"]["meeting"]["series"], Value::Null);
    }

    async fn everything_that_cannot_be_in_a_change_is_named_at_once(db: TestDb) {
        // security: 23
        let group = Group::made(TestApp::start(db).await).await;
        let path = loose(&group.app, "local", "2026-04-13").await;
        let wrong = json!({
            "learningGroup": group.id, "practice": MISSING, "trajectory": MISSING, "series": MISSING,
            "removeInvitations": [MISSING], "addInvitees": [{ "person": MISSING }],
        });
        assert_eq!(change(&group.app, &path, &wrong).await.invalid(), [
            field("/addInvitees/0/person", "unknown"),
            field("/practice", "unknown"),
            field("/removeInvitations/0", "unknown"),
            field("/series", "unknown"),
            field("/trajectory", "unknown"),
        ]);
        let nowhere = json!({ "practice": MISSING });
        assert_eq!(change(&group.app, &path, &nowhere).await.invalid(), [field("/learningGroup", "required")]);
        let unknown = json!({ "learningGroup": MISSING });
        assert_eq!(change(&group.app, &path, &unknown).await.invalid(), [field("/learningGroup", "unknown")]);
        // The talk of an intake stays the talk of that intake.
        let intake = given::submitted(&group.app.db, given::amsterdam(), "versnelling").await;
        let talk = json!({ "localStart": "2026-04-09T12:30", "localEnd": "2026-04-09T13:30", "place": "Stadhuis" });
        let talk_path = format!("/v1/intakes/{}/talk", intake.id);
        let talk = group.app.as_coordinator().post(&talk_path, &talk).await.expect(201);
        let path = talk.header("location").to_owned();
        let refused = change(&group.app, &path, &json!({ "learningGroup": group.id })).await;
        assert_eq!(refused.invalid(), [field("/learningGroup", "not-allowed")]);
        // A closed group takes no more meetings; what it had can still be changed otherwise.
        let practice = group.practice("GM0363").await;
        let own = group.meeting("local", "2026-05-11", Some(&practice)).await.expect(201).header("location").to_owned();
        let loose = loose(&group.app, "kick_off", "2026-03-09").await;
        let coordinator = group.app.as_coordinator();
        coordinator.call(Method::POST, &format!("{}/closure", group.path)).header("if-match", "*").json(&json!({})).send().await.expect(200);
        let refused = change(&group.app, &loose, &json!({ "learningGroup": group.id })).await;
        assert_eq!(refused.invalid(), [field("/learningGroup", "closed")]);
        change(&group.app, &own, &json!({ "title": "Anders" })).await.expect(200);
    }
}
