//! Every state of a meeting and of a date poll, every action and every role.

use koplopers_shared::access::Role;
use koplopers_shared::ids::PersonId;
use koplopers_shared::on_both_databases;
use reqwest::Method;
use serde_json::{Value, json};

use super::{END, choose, draft, official, options, polled, vote, vote_as, with_tag};
use crate::app::{Answer, Caller, TestApp};

/// What `allowedActions` says of an action.
fn told(body: &Value, action: &str) -> Value {
    let mut all = body["allowedActions"].as_array().unwrap().iter();
    all.find(|told| told["action"] == action).unwrap().clone()
}

fn reason(may: bool, possible: bool) -> Value {
    match (may, possible) {
        (false, _) => json!("scope"),
        (true, false) => json!("state"),
        (true, true) => Value::Null,
    }
}

/// A caller in a role; whoever can be an invitee is one.
fn caller_as(app: &TestApp, role: Role, invitee: PersonId) -> Caller<'_> {
    match role {
        Role::Member => app.as_person(invitee, Role::Member),
        Role::Municipality
        | Role::Adviser
        | Role::Coordinator
        | Role::Ops
        | Role::Auditor
        | Role::MailGateway => app.as_any(role),
    }
}

const POLL_ACTIONS: [&str; 5] = ["vote", "change", "close", "choose", "cancel"];

async fn act_on_poll(caller: &Caller<'_>, polled: &super::Polled, action: &str) -> Answer {
    let post = |what: &str, body: Value| {
        let path = format!("{}{what}", polled.path);
        let call = caller.call(Method::POST, &path).header("if-match", "*");
        async move { call.json(&body).send().await }
    };
    match action {
        "vote" => vote_as(caller, polled, &["yes", "yes"]).await,
        "change" => {
            let later = json!({ "closesAt": "2026-04-03T15:00:00Z" });
            caller.patch(&polled.poll, "*", &later).await
        }
        "close" => {
            let path = format!("{}/closure", polled.poll);
            caller.call(Method::POST, &path).send().await
        }
        "choose" => post("/poll/choice", json!({ "option": polled.options[0] })).await,
        "cancel" => post("/cancellation", json!({})).await,
        other => panic!("no such action: {other}"),
    }
}

const MEETING_ACTIONS: [&str; 8] = [
    "change",
    "schedule",
    "open_poll",
    "cancel",
    "record_outcome",
    "record_attendance",
    "write_minutes",
    "copy",
];

async fn act_on_meeting(caller: &Caller<'_>, path: &str, action: &str) -> Answer {
    let post = |what: &str, body: Value| {
        let call = caller.call(Method::POST, &format!("{path}{what}"));
        let call = call.header("if-match", "*");
        async move { call.json(&body).send().await }
    };
    match action {
        "change" => post("/changes", json!({ "title": "Anders" })).await,
        "schedule" => {
            let call = caller.call(Method::POST, &format!("{path}/scheduling"));
            call.header("if-match", "*").send().await
        }
        "open_poll" => post("/poll", json!({ "options": options(2), "closesAt": END })).await,
        "cancel" => post("/cancellation", json!({})).await,
        "record_outcome" => {
            let held = json!({ "outcome": "held" });
            caller.put(&format!("{path}/outcome"), "*", &held).await
        }
        "record_attendance" => {
            let nobody = json!({ "items": [] });
            caller
                .put(&format!("{path}/attendance"), "*", &nobody)
                .await
        }
        "write_minutes" => {
            let minutes = json!({ "text": "We spraken af." });
            caller.put(&format!("{path}/minutes"), "*", &minutes).await
        }
        "copy" => {
            let when = json!({ "localStart": "2026-06-11T13:00", "localEnd": "2026-06-11T15:00" });
            post("/copy", when).await
        }
        other => panic!("no such action: {other}"),
    }
}

/// A meeting in a state, and the instant at which it is looked at: before it starts, but for what
/// is held or not.
async fn meeting_in(app: &TestApp, state: &str, invitee: PersonId) -> String {
    if state == "polling" {
        return polled(app, &[invitee], 2).await.path;
    }
    let path = draft(app, &[invitee]).await.header("location").to_owned();
    let coordinator = app.as_coordinator();
    if state == "cancelled" {
        act_on_meeting(&coordinator, &path, "cancel")
            .await
            .expect(200);
    } else if state != "draft" {
        act_on_meeting(&coordinator, &path, "schedule")
            .await
            .expect(200);
    }
    path
}

on_both_databases! {
    async fn every_state_of_a_poll_and_role_allows_exactly_what_allowed_actions_says(db: TestDb) {
        // mission: L9; security: 19
        let app = TestApp::start(db).await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let coordinator = app.as_coordinator();
        for state in ["open", "closed", "decided", "cancelled"] {
            for role in Role::ALL {
                for action in POLL_ACTIONS {
                    let polled = polled(&app, &[anna], 2).await;
                    vote(&app, anna, &polled, &["yes", "no"]).await.expect(200);
                    match state {
                        "closed" => act_on_poll(&coordinator, &polled, "close").await.expect(200),
                        "decided" => choose(&app, &polled, &polled.options[0]).await.expect(200),
                        "cancelled" => act_on_poll(&coordinator, &polled, "cancel").await.expect(200),
                        _ => coordinator.get(&polled.poll).await.expect(200),
                    };
                    let caller = caller_as(&app, *role, anna);
                    let name = format!("{role} {state} {action}");
                    let writes = matches!(role, Role::Coordinator | Role::Adviser);
                    let may = if action == "vote" { *role == Role::Member } else { writes };
                    let reads = writes || matches!(role, Role::Member | Role::Municipality);
                    let possible = match state {
                        "open" => true,
                        "closed" => matches!(action, "change" | "choose" | "cancel"),
                        _ => false,
                    };
                    let read = caller.get(&polled.poll).await;
                    // A decided meeting can still be called off; that is no longer about its poll.
                    if state == "decided" && action == "cancel" {
                        continue;
                    }
                    let done = act_on_poll(&caller, &polled, action).await;
                    if reads {
                        let body = read.expect(200).json();
                        assert_eq!(body["status"], state, "{name}");
                        let told = told(&body, action);
                        assert_eq!(told["reason"], reason(may, possible), "{name}");
                        assert_eq!(told["allowed"], may && possible, "{name}");
                    } else {
                        assert_eq!(read.status, 403, "{name}");
                    }
                    let expected = match (may, possible) {
                        (false, _) => 403,
                        (true, false) => 409,
                        (true, true) => 200,
                    };
                    assert_eq!(done.status, expected, "{name}: {}", done.text);
                }
            }
        }
    }

    async fn every_state_of_a_meeting_and_role_allows_exactly_what_allowed_actions_says(db: TestDb) {
        // mission: S1, L9; security: 19
        let app = TestApp::start(db).await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        for state in ["draft", "polling", "scheduled", "cancelled", "held", "not_held"] {
            for role in Role::ALL {
                for action in MEETING_ACTIONS {
                    app.clock.turn_to(crate::app::START.parse().unwrap());
                    let path = meeting_in(&app, state, anna).await;
                    if matches!(state, "held" | "not_held") {
                        app.clock.turn_to("2026-04-10T08:00:00Z".parse().unwrap());
                        let outcome = json!({ "outcome": state });
                        let to = format!("{path}/outcome");
                        with_tag(&app.as_coordinator(), Method::PUT, &to, "*", &outcome).await.expect(200);
                    }
                    let caller = caller_as(&app, *role, anna);
                    let name = format!("{role} {state} {action}");
                    let may = matches!(role, Role::Coordinator | Role::Adviser);
                    let sees = may
                        || *role == Role::Member
                        || (*role == Role::Municipality && state != "draft");
                    let possible = match state {
                        "draft" => matches!(action, "change" | "schedule" | "open_poll" | "cancel" | "copy"),
                        "polling" | "scheduled" => matches!(action, "change" | "cancel" | "copy"),
                        "held" => {
                            matches!(action, "record_outcome" | "record_attendance" | "write_minutes" | "copy")
                        }
                        "not_held" => matches!(action, "record_outcome" | "copy"),
                        _ => action == "copy",
                    };
                    let read = caller.get(&path).await;
                    let done = act_on_meeting(&caller, &path, action).await;
                    if sees {
                        let body = read.expect(200).json();
                        assert_eq!(body["status"], state, "{name}");
                        let told = told(&body, action);
                        assert_eq!(told["reason"], reason(may, possible), "{name}");
                        assert_eq!(told["allowed"], may && possible, "{name}");
                    } else {
                        let expected = if *role == Role::Municipality { 404 } else { 403 };
                        assert_eq!(read.status, expected, "{name}");
                    }
                    let expected = match (may, possible, action) {
                        (false, _, _) => 403,
                        (true, false, _) => 409,
                        (true, true, "open_poll" | "copy") => 201,
                        (true, true, _) => 200,
                    };
                    assert_eq!(done.status, expected, "{name}: {}", done.text);
                }
            }
        }
    }
}
