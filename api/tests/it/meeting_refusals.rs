//! What no meeting can be, and what cannot be done with one any more. The refusals of date polls,
//! delegates, mailed answers and calendars are with those.

use koplopers_shared::access::Role;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp};

const MEETINGS: &str = "/v1/meetings";

fn on(start: &str, end: &str, zone: &str) -> Value {
    json!({
        "kind": "network", "title": "Netwerkdag", "place": "Stadhuis",
        "localStart": start, "localEnd": end, "timeZone": zone, "invitees": [],
    })
}

async fn change(app: &TestApp, path: &str, body: &Value) -> Answer {
    let coordinator = app.as_coordinator();
    let call = coordinator.call(Method::POST, &format!("{path}/changes"));
    call.header("if-match", "*").json(body).send().await
}

on_both_databases! {
    async fn hours_that_cannot_be_are_refused_with_the_reason(db: TestDb) {
        // mission: S1
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let amsterdam = "Europe/Amsterdam";
        for (start, end, zone, field, code) in [
            ("2026-04-09T15:00", "2026-04-09T14:59", amsterdam, "/localEnd", "order"),
            ("2026-04-09T15:00", "2026-04-09T15:00", amsterdam, "/localEnd", "order"),
            ("2026-03-29T02:30", "2026-03-29T04:00", amsterdam, "/localStart", "clock-change"),
            ("2026-03-29T01:30", "2026-03-29T02:30", amsterdam, "/localEnd", "clock-change"),
            ("2026-03-01T13:00", "2026-03-01T15:00", amsterdam, "/localStart", "past"),
            ("2026-04-09T13:00", "2026-04-09T15:00", "Mars/Base", "/timeZone", "format"),
            // Its clock follows the moon, not a rule of every year.
            ("2026-04-09T13:00", "2026-04-09T15:00", "Africa/Casablanca", "/timeZone", "time-zone"),
        ] {
            let refused = coordinator.post(MEETINGS, &on(start, end, zone)).await;
            assert_eq!(refused.invalid(), [(field.to_owned(), code.to_owned())], "{start} {end} {zone}");
            assert!(!refused.text.contains("Mars"), "the value is not echoed");
        }
        let gap = on("2026-03-29T02:30", "2026-03-29T04:00", amsterdam);
        let reason = coordinator.post(MEETINGS, &gap).await.json()["invalidParams"][0]["reason"].clone();
        for exists in ["2026-03-29T01:30:00", "2026-03-29T03:30:00"] {
            assert!(reason.as_str().unwrap().contains(exists), "{reason}");
        }
        assert_eq!(given::count(&app.db, "meetings").await, 0);
    }

    async fn so_many_people_are_invited_at_once_and_no_more(db: TestDb) {
        // mission: S1; security: 29
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let people = |count: u128| -> Vec<Value> {
            let ids = (0..count).map(uuid::Uuid::from_u128);
            ids.map(|id| json!({ "person": id })).collect()
        };
        let mut body = on("2026-04-09T13:00", "2026-04-09T15:00", "Europe/Amsterdam");
        let path = coordinator.post(MEETINGS, &body).await.expect(201).header("location").to_owned();
        body["invitees"] = json!(people(501));
        let refused = coordinator.post(MEETINGS, &body).await;
        assert_eq!(refused.invalid(), [("/invitees".to_owned(), "too-many".to_owned())]);
        assert!(refused.text.contains("500"), "the limit is told: {}", refused.text);
        let refused = change(&app, &path, &json!({ "addInvitees": people(501) })).await;
        assert_eq!(refused.invalid(), [("/addInvitees".to_owned(), "too-many".to_owned())]);
        body["invitees"] = json!(people(10_000));
        coordinator.post(MEETINGS, &body).await.problem(413, "body-too-large");
        assert_eq!(given::count(&app.db, "invitations").await, 0);
    }

    async fn what_took_place_is_neither_moved_nor_called_off_nor_answered(db: TestDb) {
        // mission: S1
        let app = TestApp::start(db).await;
        let kim = given::somebody(&app.db, "kim@example.nl", None).await;
        let coordinator = app.as_coordinator();
        let mut body = on("2026-04-09T13:00", "2026-04-09T15:00", "Europe/Amsterdam");
        body["invitees"] = json!([{ "person": kim }]);
        let planned = coordinator.post(MEETINGS, &body).await.expect(201);
        let path = planned.header("location").to_owned();
        let answer_path = format!("{path}/invitations/{}/answer", planned.text_at("/invitations/0/id"));
        let moved = json!({ "period": { "localStart": "2026-04-16T13:00", "localEnd": "2026-04-16T15:00" } });
        // From its very start on.
        app.clock.turn_to("2026-04-09T11:00:00Z".parse().unwrap());
        change(&app, &path, &moved).await.problem(409, "meeting-started");
        let invitee = app.as_person(kim, Role::Member);
        let answer = async || invitee.call(Method::PUT, &answer_path).json(&json!({ "answer": "accepted" })).send().await;
        answer().await.problem(409, "answers-closed");
        // The token of before has expired.
        let coordinator = app.as_coordinator();
        let held = coordinator.call(Method::PUT, &format!("{path}/outcome")).header("if-match", "*");
        held.json(&json!({ "outcome": "held" })).send().await.expect(200);
        let refused = change(&app, &path, &moved).await.problem(409, "invalid-transition");
        assert_eq!(refused["currentStatus"], "held");
        assert!(!refused["allowedActions"].as_array().unwrap().contains(&json!("change")));
        let off = coordinator.call(Method::POST, &format!("{path}/cancellation")).header("if-match", "*");
        off.json(&json!({})).send().await.problem(409, "invalid-transition");
        answer().await.problem(409, "answers-closed");
    }

    async fn a_change_under_an_older_tag_changes_nothing(db: TestDb) {
        // mission: S1; security: 55
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let body = on("2026-04-09T13:00", "2026-04-09T15:00", "Europe/Amsterdam");
        let planned = coordinator.post(MEETINGS, &body).await.expect(201);
        let (path, tag) = (planned.header("location").to_owned(), planned.header("etag").to_owned());
        let send = async |what: &str, body: Value| {
            let call = coordinator.call(Method::POST, &format!("{path}/{what}"));
            call.header("if-match", &tag).json(&body).send().await
        };
        send("changes", json!({ "title": "Eerste" })).await.expect(200);
        send("changes", json!({ "title": "Tweede" })).await.problem(412, "stale");
        send("changes?preview=true", json!({ "title": "Tweede" })).await.problem(412, "stale");
        send("cancellation", json!({})).await.problem(412, "stale");
        let seen = coordinator.get(&path).await.expect(200);
        assert_eq!((seen.text_at("/title"), seen.text_at("/status")), ("Eerste".into(), "scheduled".into()));
    }
}
