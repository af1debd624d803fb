//! Every state of a membership, every action and every role.

use koplopers_shared::access::Role;
use koplopers_shared::members::{Member, Visibility};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::json;

use super::{a_member, as_member, path};
use crate::app::{Answer, Caller, TestApp};
use crate::mail_room::{MailRoom, subject_of, text_of};

/// What a caller may be.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Who {
    Role(Role),
    /// The member whom it is about.
    Themselves,
    /// Another member.
    Another,
}

fn everybody() -> Vec<Who> {
    let roles = Role::ALL.iter().map(|role| Who::Role(*role));
    roles.chain([Who::Themselves, Who::Another]).collect()
}

const TABLE: &[(&str, &[&str])] = &[
    ("change", &["active", "paused"]),
    ("change_expertise", &["active", "paused"]),
    ("pause", &["active"]),
    ("resume", &["paused"]),
    ("change_employer", &["active", "paused"]),
    ("leave", &["active", "paused"]),
];

async fn act(caller: &Caller<'_>, member: &Member, action: &str) -> Answer {
    let path = path(member);
    match action {
        "change" => {
            caller
                .patch(&path, "*", &json!({ "hoursPerMonth": 8 }))
                .await
        }
        "change_expertise" => {
            caller
                .put(&format!("{path}/expertise"), "*", &json!({}))
                .await
        }
        "pause" => caller.post(&format!("{path}/pause"), &json!({})).await,
        "resume" => {
            caller
                .call(Method::POST, &format!("{path}/resumption"))
                .send()
                .await
        }
        "change_employer" => {
            let employer = json!({ "municipality": "GM0344" });
            caller
                .put(&format!("{path}/employer"), "*", &employer)
                .await
        }
        "leave" => caller.post(&format!("{path}/departure"), &json!({})).await,
        other => panic!("no such action: {other}"),
    }
}

/// A member in a state, who shows everything to municipalities and members.
async fn member_in(app: &TestApp, state: &str, member: Member) -> Member {
    let member = given::showing(&app.db, &member, Visibility::Municipalities).await;
    let coordinator = app.as_coordinator();
    match state {
        "paused" => act(&coordinator, &member, "pause").await.expect(200),
        "left" => act(&coordinator, &member, "leave").await.expect(200),
        _ => return member,
    };
    member
}

on_both_databases! {
    async fn every_state_and_role_allows_exactly_what_allowed_actions_says(db: TestDb) {
        // mission: N1; security: 19, 26
        let app = TestApp::start(db).await;
        let cohort = given::new_cohort(&app.db, "Lichting 2026").await;
        let other = given::associate(&app.db, &cohort, given::utrecht(), "ander@example.nl").await;
        for state in ["active", "paused", "left"] {
            for who in everybody() {
                for (action, from) in TABLE {
                    let fresh = given::associate(&app.db, &cohort, given::amsterdam(), "lid@example.nl").await;
                    let member = member_in(&app, state, fresh).await;
                    let caller = match who {
                        Who::Role(role) => app.as_any(role),
                        Who::Themselves => as_member(&app, member.person),
                        Who::Another => as_member(&app, other.person),
                    };
                    let name = format!("{who:?} {state} {action}");
                    let (reads, keeps) = match who {
                        Who::Role(Role::Coordinator) => (true, true),
                        Who::Role(Role::Adviser) => (true, false),
                        // Who left is no member and sees what the public sees.
                        Who::Themselves => (state != "left", true),
                        Who::Role(Role::Municipality) | Who::Another => (state != "left", false),
                        // A login that is no member's sees what the public sees.
                        Who::Role(_) => (false, false),
                    };
                    let read = caller.get(&path(&member)).await;
                    let done = act(&caller, &member, action).await;
                    if !reads {
                        assert!([403, 404].contains(&read.status), "{name}: {}", read.text);
                        assert!([403, 404].contains(&done.status), "{name}: {}", done.text);
                        continue;
                    }
                    let body = read.expect(200).json();
                    assert_eq!(body["status"], state, "{name}");
                    let told = body["allowedActions"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .find(|told| told["action"] == *action)
                        .unwrap();
                    let possible = from.contains(&state);
                    let (reason, status) = match (keeps, possible) {
                        (false, _) => (json!("scope"), 403),
                        (true, false) => (json!("state"), 409),
                        (true, true) => (json!(null), 200),
                    };
                    assert_eq!(told["reason"], reason, "{name}");
                    assert_eq!(told["allowed"], status == 200, "{name}");
                    assert_eq!(done.status, status, "{name}: {}", done.text);
                    if status == 409 {
                        let problem = done.problem(409, "invalid-transition");
                        assert_eq!(problem["currentStatus"], state, "{name}");
                    }
                }
            }
        }
    }

    async fn a_member_is_welcomed_once_and_told_when_it_ends(db: TestDb) {
        // mission: N1
        let app = TestApp::start(db).await;
        let post = MailRoom::open().await;
        let member = a_member(&app, "Lichting 2026", "lid@example.nl").await;
        post.send(&app).await;
        let coordinator = app.as_coordinator();
        let departure = format!("{}/departure", path(&member));
        let left = coordinator.post(&departure, &json!({ "reason": "Andere baan" })).await.expect(200);
        assert_eq!(left.text_at("/details/reason"), "Andere baan");
        assert!(left.json()["details"]["leftAt"].is_string());
        post.send(&app).await;
        let mails = post.mails();
        let subjects: Vec<String> = mails.iter().map(subject_of).collect();
        assert_eq!(subjects, ["Welkom bij de koplopers", "Uw lidmaatschap van de koplopers is gestopt"]);
        assert!(text_of(&mails[0]).contains("Lichting 2026"));
        assert!(text_of(&mails[1]).contains("2 maart 2026"));
        let history = coordinator.get(&format!("{}/history", path(&member))).await.expect(200).json();
        let kinds: Vec<&str> = history["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["type"].as_str().unwrap())
            .collect();
        assert_eq!(kinds, ["member.admitted", "member.left"]);
    }

    async fn a_pause_ends_by_itself_after_its_last_day(db: TestDb) {
        let app = TestApp::start(db).await;
        let member = a_member(&app, "Lichting 2026", "lid@example.nl").await;
        let pause = format!("{}/pause", path(&member));
        let themselves = as_member(&app, member.person);
        let fields = themselves.post(&pause, &json!({ "untilOn": "2026-03-01" })).await.invalid();
        assert_eq!(fields, [("/untilOn".to_owned(), "out-of-range".to_owned())]);
        let paused = themselves.post(&pause, &json!({ "untilOn": "2026-03-03" })).await.expect(200);
        assert_eq!(paused.text_at("/details/pausedUntilOn"), "2026-03-03");
        // The last minute of the last day where the institute is, and the first after it.
        for (at, status) in [("2026-03-03T22:59:00Z", "paused"), ("2026-03-03T23:00:00Z", "active")] {
            app.clock.turn_to(at.parse().unwrap());
            let zone = app.state.settings.time_zone.clone();
            let now = koplopers_shared::clock::LocalNow::new(app.now(), &zone);
            app.db.write(move |conn| koplopers_shared::members::resume_due(conn, now)).await.unwrap();
            let seen = app.as_coordinator().get(&path(&member)).await.expect(200).json();
            assert_eq!(seen["status"], status, "{at}");
        }
    }
}
