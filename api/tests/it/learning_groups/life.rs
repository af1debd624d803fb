//! Groups, practices and members: who makes and sees what, in which state.

use koplopers_shared::access::Role;
use koplopers_shared::catalogue::words::PersonRole;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use super::{GROUPS, Group, told};
use crate::app::{Answer, Caller, TestApp};

const MISSING: &str = "019b76da-0000-7000-8000-00000000dead";

fn field(name: &str, code: &str) -> (String, String) {
    (name.to_owned(), code.to_owned())
}

async fn close(caller: &Caller<'_>, path: &str) -> Answer {
    let path = format!("{path}/closure");
    caller.call(Method::POST, &path).send().await
}

on_both_databases! {
    async fn a_group_has_practices_with_their_own_issue_and_members(db: TestDb) {
        // mission: L2, L3
        let app = TestApp::start(db).await;
        let anna = given::official(&app.db, given::amsterdam(), PersonRole::Ambtenaar, "anna@example.nl").await;
        let group = Group::made(app).await;
        let coordinator = group.app.as_coordinator();
        let practice = group.practice("GM0363").await;
        let path = format!("{}/practices/{practice}", group.path);
        let seen = coordinator.get(&path).await.expect(200);
        assert_eq!(seen.text_at("/issue"), "Hoe doen mensen die weinig lezen mee?");
        let etag = seen.header("etag").to_owned();
        let change = json!({ "issue": "Hoe helpen buren elkaar?" });
        let changed = coordinator.patch(&path, &etag, &change).await.expect(200);
        assert_eq!(changed.text_at("/issue"), "Hoe helpen buren elkaar?");
        coordinator.patch(&path, &etag, &change).await.problem(412, "stale");

        let members = format!("{}/members", group.path);
        let body = json!({ "person": anna, "practice": practice });
        let added = coordinator.post(&members, &body).await.expect(201);
        assert_eq!(added.text_at("/practice"), practice);
        coordinator.post(&members, &body).await.problem(409, "already-exists");
        let one = format!("{members}/{}", added.text_at("/id"));
        coordinator.delete(&one).await.expect(204);
        coordinator.delete(&one).await.problem(409, "invalid-transition");
        assert_eq!(coordinator.get(&members).await.expect(200).json()["items"], json!([]));
        let with_left = coordinator.get(&format!("{members}?withLeft=true")).await.expect(200);
        assert_eq!(with_left.text_at("/items/0/person"), anna.to_string());
        coordinator.post(&members, &body).await.expect(201);

        coordinator.delete(&path).await.expect(204);
        coordinator.delete(&path).await.problem(409, "invalid-transition");
        let listed = coordinator.get(&format!("{}/practices", group.path)).await.expect(200);
        assert!(listed.json()["items"][0]["endedAt"].is_string());
        assert_eq!(coordinator.post(&members, &json!({ "person": anna, "practice": practice })).await.status, 400);
        let events = "events WHERE subject_type = 'learning_group'";
        assert_eq!(given::count(&group.app.db, events).await, 7);
        let audited = "audit_events WHERE object_type = 'learning_group'";
        assert_eq!(given::count(&group.app.db, audited).await, 7);
    }

    async fn every_fault_of_a_group_a_practice_or_a_meeting_is_named_at_once(db: TestDb) {
        let group = Group::made(TestApp::start(db).await).await;
        let coordinator = group.app.as_coordinator();
        let body = json!({ "name": "Groep", "programme": "bestaat-niet", "round": MISSING });
        let fields = coordinator.post(GROUPS, &body).await.invalid();
        assert_eq!(fields, [field("/programme", "unknown"), field("/round", "unknown")]);
        let body = json!({ "municipality": "GM9999", "trajectory": MISSING, "name": "x", "issue": "y" });
        let practices = format!("{}/practices", group.path);
        let fields = coordinator.post(&practices, &body).await.invalid();
        assert!(fields.contains(&field("/municipality", "unknown")), "{fields:?}");
        let members = format!("{}/members", group.path);
        let fields = coordinator.post(&members, &json!({ "person": MISSING })).await.invalid();
        assert_eq!(fields, [field("/person", "unknown")]);

        let fields = group.meeting("local", "2026-04-13", None).await.invalid();
        assert_eq!(fields, [field("/practice", "required")]);
        let fields = group.meeting("exchange", "2026-04-13", Some(MISSING)).await.invalid();
        assert_eq!(fields, [field("/practice", "unknown")]);
        let meeting = |group: Value, practice: Value, trajectory: Value| {
            let mut body = json!({
                "kind": "other", "title": "Overleg", "place": "Stadhuis",
                "localStart": "2026-04-13T13:00", "localEnd": "2026-04-13T14:00",
            });
            for (key, value) in [("learningGroup", group), ("practice", practice), ("trajectory", trajectory)] {
                if !value.is_null() {
                    body[key] = value;
                }
            }
            body
        };
        for (body, faults) in [
            (meeting(json!(MISSING), Value::Null, Value::Null), vec![field("/learningGroup", "unknown")]),
            (meeting(Value::Null, json!(MISSING), json!(MISSING)), vec![
                field("/learningGroup", "required"), field("/trajectory", "unknown"),
            ]),
        ] {
            let fields = coordinator.post("/v1/meetings", &body).await.invalid();
            assert_eq!(fields, faults);
        }
    }

    async fn a_meeting_shows_what_it_belongs_to_and_is_found_by_it(db: TestDb) {
        // mission: L5
        let group = Group::made(TestApp::start(db).await).await;
        let practice = group.practice("GM0363").await;
        group.meeting("kick_off", "2026-03-09", None).await.expect(201);
        let local = group.meeting("local", "2026-04-13", Some(&practice)).await.expect(201);
        assert_eq!(local.text_at("/meeting/learningGroup"), group.id);
        assert_eq!(local.text_at("/meeting/practice"), practice);
        assert_eq!(local.text_at("/meeting/programme"), "inclusief");
        let count = async |caller: &Caller<'_>, query: &str| {
            let listed = caller.get(&format!("/v1/meetings?{query}")).await.expect(200);
            listed.json()["items"].as_array().unwrap().len()
        };
        let coordinator = group.app.as_coordinator();
        assert_eq!(count(&coordinator, &format!("learningGroup={}", group.id)).await, 2);
        assert_eq!(count(&coordinator, &format!("practice={practice}")).await, 1);
        assert_eq!(count(&coordinator, &format!("trajectory={MISSING}")).await, 0);
        // The local meeting is the municipality's own.
        assert_eq!(count(&group.app.as_municipality("GM0363"), "kind=local").await, 1);
        assert_eq!(count(&group.app.as_municipality("GM0344"), "kind=local").await, 0);
    }

    async fn a_municipality_sees_its_groups_its_people_and_its_own_findings(db: TestDb) {
        // security: 20, 22
        let app = TestApp::start(db).await;
        let theirs = given::official(&app.db, given::utrecht(), PersonRole::Ambtenaar, "u@example.nl").await;
        let own = given::official(&app.db, given::amsterdam(), PersonRole::Ambtenaar, "a@example.nl").await;
        let group = Group::made(app).await;
        let practice = group.practice("GM0363").await;
        group.practice("GM0344").await;
        let members = format!("{}/members", group.path);
        for person in [theirs, own] {
            group.app.as_coordinator().post(&members, &json!({ "person": person })).await.expect(201);
        }
        let owner = group.app.as_municipality("GM0363");
        let seen = owner.get(&members).await.expect(200).json();
        assert_eq!(seen["items"].as_array().unwrap().len(), 1);
        assert_eq!(seen["items"][0]["person"], own.to_string());
        assert_eq!(group.findings().await.len(), 5);
        let check = format!("{}/plan-check", group.path);
        let checked = owner.get(&check).await.expect(200).json();
        assert_eq!(told(&checked).len(), 4, "not what another practice misses");
        assert_eq!(checked["findings"][1]["practice"], practice);
        let dates = format!("{}/proposed-dates", group.path);
        let proposed = owner.get(&dates).await.expect(200).json();
        assert_eq!(proposed["items"].as_array().unwrap().len(), 7);
        let practices = owner.get(&format!("{}/practices", group.path)).await.expect(200);
        assert_eq!(practices.json()["items"].as_array().unwrap().len(), 2);
        let listed = owner.get(GROUPS).await.expect(200);
        assert_eq!(listed.text_at("/items/0/id"), group.id);
        let stranger = group.app.as_municipality("GM0599");
        assert_eq!(stranger.get(GROUPS).await.expect(200).json()["items"], json!([]));
        for rest in ["", "/practices", "/members", "/plan-check", "/proposed-dates", "/history"] {
            let path = format!("{}{rest}", group.path);
            stranger.get(&path).await.problem(404, "not-found");
            owner.get(&path).await.expect(200);
        }
    }

    async fn allowed_actions_are_what_each_role_can_do_in_each_state(db: TestDb) {
        let mut app = TestApp::start(db).await;
        for role in [Role::Municipality, Role::Adviser, Role::Coordinator] {
            for state in ["active", "closed"] {
                for action in [
                    "change", "add_practice", "change_practice", "end_practice", "add_member",
                    "take_out_member", "plan_meeting", "close",
                ] {
                    let person =
                        given::official(&app.db, given::amsterdam(), PersonRole::Ambtenaar, "x@example.nl").await;
                    let other =
                        given::official(&app.db, given::amsterdam(), PersonRole::Ambtenaar, "y@example.nl").await;
                    let group = Group::made(app).await;
                    let practice = group.practice("GM0363").await;
                    let members = format!("{}/members", group.path);
                    let member = group.app.as_coordinator().post(&members, &json!({ "person": other })).await;
                    let member = member.expect(201).text_at("/id");
                    if state == "closed" {
                        close(&group.app.as_coordinator(), &group.path).await.expect(200);
                    }
                    let caller = group.app.as_any(role);
                    let allowed = caller.get(&group.path).await.expect(200).json()["allowedActions"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .find(|it| it["action"] == action)
                        .unwrap()
                        .clone();
                    let one = format!("{}/practices/{practice}", group.path);
                    let done = match action {
                        "change" => caller.patch(&group.path, "*", &json!({ "name": "Anders" })).await,
                        "add_practice" => {
                            let body = json!({ "municipality": "GM0363", "name": "x", "issue": "y" });
                            caller.post(&format!("{}/practices", group.path), &body).await
                        }
                        "change_practice" => caller.patch(&one, "*", &json!({ "name": "Anders" })).await,
                        "end_practice" => caller.delete(&one).await,
                        "add_member" => caller.post(&members, &json!({ "person": person })).await,
                        "take_out_member" => caller.delete(&format!("{members}/{member}")).await,
                        "close" => close(&caller, &group.path).await,
                        _ => {
                            let body = json!({
                                "kind": "kick_off", "title": "Start", "place": "Stadhuis",
                                "learningGroup": group.id,
                                "localStart": "2026-03-09T13:00", "localEnd": "2026-03-09T15:00",
                            });
                            caller.post("/v1/meetings", &body).await
                        }
                    };
                    let name = format!("{role} {state} {action}: {}", done.text);
                    match allowed["reason"].as_str() {
                        None => assert!(done.status < 300, "{name}"),
                        Some("scope") => assert_eq!(done.status, 403, "{name}"),
                        // A meeting is refused by a field of its own body.
                        Some(_) if action == "plan_meeting" => {
                            assert_eq!(done.invalid(), [field("/learningGroup", "closed")]);
                        }
                        Some(_) => {
                            let problem = done.problem(409, "invalid-transition");
                            assert_eq!(problem["currentStatus"], "closed", "{name}");
                            assert_eq!(problem["allowedActions"], json!([]), "{name}");
                        }
                    }
                    app = group.app;
                }
            }
        }
    }

    async fn what_is_kept_of_a_member_is_told_and_ends_with_them(db: TestDb) {
        // security: 77, 78
        let app = TestApp::start(db).await;
        let anna = given::official(&app.db, given::amsterdam(), PersonRole::Ambtenaar, "anna@example.nl").await;
        let group = Group::made(app).await;
        let coordinator = group.app.as_coordinator();
        let members = format!("{}/members", group.path);
        coordinator.post(&members, &json!({ "person": anna })).await.expect(201);
        let export = coordinator.get(&format!("/v1/people/{anna}/export")).await.expect(200).json();
        assert_eq!(export["sections"]["learningGroups"][0]["learningGroup"], group.id);
        let erasure = format!("/v1/people/{anna}/erasure");
        coordinator.call(Method::POST, &erasure).send().await.expect(200);
        assert_eq!(coordinator.get(&members).await.expect(200).json()["items"], json!([]));
        let fields = coordinator.post(&members, &json!({ "person": anna })).await.invalid();
        assert_eq!(fields, [field("/person", "unknown")]);
    }
}
