//! Learning networks over HTTP: made, joined, left and closed.

use koplopers_shared::access::Role;
use koplopers_shared::catalogue::words::PersonRole;
use koplopers_shared::ids::PersonId;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, Caller, TestApp};

const NETWORKS: &str = "/v1/learning-networks";

async fn official(app: &TestApp, email: &'static str) -> PersonId {
    given::official(&app.db, given::amsterdam(), PersonRole::Ambtenaar, email).await
}

/// A themed network, made over HTTP.
async fn themed(app: &TestApp, name: &str) -> String {
    let body =
        json!({ "name": name, "description": "Hoe helpen we eerder?", "theme": "loneliness" });
    app.as_coordinator()
        .post(NETWORKS, &body)
        .await
        .expect(201)
        .text_at("/id")
}

async fn general(app: &TestApp) -> String {
    let found = app
        .as_coordinator()
        .get(&format!("{NETWORKS}?kind=general"))
        .await
        .expect(200);
    assert_eq!(found.json()["items"].as_array().unwrap().len(), 1);
    found.text_at("/items/0/id")
}

async fn join(caller: &Caller<'_>, network: &str, person: PersonId) -> Answer {
    caller
        .post(
            &format!("{NETWORKS}/{network}/memberships"),
            &json!({ "person": person }),
        )
        .await
}

async fn member_count(app: &TestApp, network: &str) -> Value {
    let found = app
        .as_coordinator()
        .get(&format!("{NETWORKS}/{network}"))
        .await
        .expect(200);
    found.json()["memberCount"].clone()
}

fn field(name: &str, code: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), code.to_owned())]
}

async fn close(caller: &Caller<'_>, network: &str) -> Answer {
    caller
        .call(Method::POST, &format!("{NETWORKS}/{network}/closure"))
        .send()
        .await
}

on_both_databases! {
    async fn a_themed_network_is_joined_and_left_freely(db: TestDb) {
        // mission: B5
        let app = TestApp::start(db).await;
        let network = themed(&app, "Netwerk schulden").await;
        let person = official(&app, "anna@example.nl").await;
        let municipality = app.as_municipality("GM0363");
        let joined = join(&municipality, &network, person).await.expect(201);
        assert_eq!(joined.text_at("/status"), "active");
        assert_eq!(joined.text_at("/person"), person.to_string());
        assert_eq!(member_count(&app, &network).await, 1);
        assert_eq!(given::count(&app.db, "deliveries WHERE kind = 'network_welcome'").await, 1);
        join(&municipality, &network, person).await.problem(409, "already-exists");
        assert_eq!(given::count(&app.db, "deliveries WHERE kind = 'network_welcome'").await, 1);

        let path = format!("{NETWORKS}/{network}/memberships/{}", joined.text_at("/id"));
        municipality.delete(&path).await.expect(204);
        assert_eq!(member_count(&app, &network).await, 0);
        let problem = municipality.delete(&path).await.problem(409, "invalid-transition");
        assert_eq!(problem["currentStatus"], "left");
        let again = join(&municipality, &network, person).await.expect(201);
        assert_ne!(again.text_at("/id"), joined.text_at("/id"));
        let list = format!("{NETWORKS}/{network}/memberships");
        let listed = municipality.get(&list).await.expect(200);
        assert_eq!(listed.text_at("/items/0/status"), "active");
        assert_eq!(listed.text_at("/items/1/status"), "left");
        let active = municipality.get(&format!("{list}?status=active")).await.expect(200);
        assert_eq!(active.json()["items"].as_array().unwrap().len(), 1);
    }

    async fn a_closed_network_takes_nobody_and_lets_its_members_go(db: TestDb) {
        // mission: B5
        let app = TestApp::start(db).await;
        let network = themed(&app, "Netwerk schulden").await;
        let municipality = app.as_municipality("GM0363");
        let membership = join(&municipality, &network, official(&app, "anna@example.nl").await).await;
        let closed = close(&app.as_coordinator(), &network).await.expect(200);
        assert_eq!(closed.text_at("/status"), "closed");
        let late = join(&municipality, &network, official(&app, "late@example.nl").await).await;
        let problem = late.problem(409, "invalid-transition");
        assert_eq!(problem["currentStatus"], "closed");
        assert_eq!(problem["allowedActions"], json!([]));
        let path = format!("{NETWORKS}/{network}/memberships/{}", membership.text_at("/id"));
        municipality.delete(&path).await.expect(204);
    }

    async fn nobody_joins_or_closes_the_general_network_by_hand(db: TestDb) {
        // mission: B4
        let app = TestApp::start(db).await;
        let network = general(&app).await;
        let person = official(&app, "anna@example.nl").await;
        let coordinator = app.as_coordinator();
        let problem = join(&coordinator, &network, person).await.problem(409, "invalid-transition");
        assert_eq!(problem["allowedActions"], json!(["change"]));
        close(&coordinator, &network).await.problem(409, "invalid-transition");
        let path = format!("{NETWORKS}/{network}");
        let theme = json!({ "theme": "loneliness" });
        let fields = coordinator.patch(&path, "*", &theme).await.invalid();
        assert_eq!(fields, field("/theme", "not-allowed"));
        let named = coordinator.patch(&path, "*", &json!({ "name": "Ons netwerk" })).await.expect(200);
        assert_eq!(named.text_at("/name"), "Ons netwerk");
    }

    async fn allowed_actions_are_what_each_role_can_do_in_each_state(db: TestDb) {
        let app = TestApp::start(db).await;
        let person = official(&app, "anna@example.nl").await;
        for role in Role::ALL {
            let caller = app.as_any(*role);
            for state in ["general", "open", "closed"] {
                for action in ["change", "join", "close"] {
                    let network = match state {
                        "general" => general(&app).await,
                        _ => themed(&app, &format!("{role} {state} {action}")).await,
                    };
                    if state == "closed" {
                        close(&app.as_coordinator(), &network).await.expect(200);
                    }
                    let path = format!("{NETWORKS}/{network}");
                    let seen = caller.get(&path).await;
                    let done = match action {
                        "change" => caller.patch(&path, "*", &json!({ "description": "x" })).await,
                        "join" => join(&caller, &network, person).await,
                        _ => close(&caller, &network).await,
                    };
                    if seen.status == 403 {
                        assert_eq!(done.status, 403, "{role} {state} {action}");
                        continue;
                    }
                    let body = seen.expect(200).json();
                    let allowed = body["allowedActions"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .find(|allowed| allowed["action"] == action)
                        .unwrap()
                        .clone();
                    let expected = match allowed["reason"].as_str() {
                        None => if action == "join" { 201 } else { 200 },
                        Some("scope") => 403,
                        Some(_) => 409,
                    };
                    assert_eq!(done.status, expected, "{role} {state} {action}: {}", done.text);
                    assert_eq!(allowed["allowed"], expected < 300, "{role} {state} {action}");
                }
            }
        }
    }

    async fn a_membership_says_who_can_end_it(db: TestDb) {
        let app = TestApp::start(db).await;
        for role in [Role::Municipality, Role::Adviser, Role::Coordinator, Role::Member] {
            let network = themed(&app, role.as_str()).await;
            let person = official(&app, "anna@example.nl").await;
            join(&app.as_coordinator(), &network, person).await.expect(201);
            let caller = app.as_any(role);
            let list = format!("{NETWORKS}/{network}/memberships");
            for expected in ["active", "left"] {
                let seen = caller.get(&list).await.expect(200);
                assert_eq!(seen.text_at("/items/0/status"), expected);
                let allowed = seen.json()["items"][0]["allowedActions"][0].clone();
                assert_eq!(allowed["action"], "leave");
                let path = format!("{list}/{}", seen.text_at("/items/0/id"));
                let done = caller.delete(&path).await.status;
                let promised = match allowed["reason"].as_str() {
                    None => 204,
                    Some("scope") => 403,
                    Some(_) => 409,
                };
                assert_eq!(done, promised, "{role} {expected}");
                if promised == 403 {
                    break;
                }
            }
        }
    }

    async fn a_municipality_sees_and_ends_the_memberships_of_its_own_people_only(db: TestDb) {
        // security: 20, 22, 23
        let app = TestApp::start(db).await;
        let network = themed(&app, "Netwerk schulden").await;
        let theirs = official(&app, "anna@example.nl").await;
        let (owner, stranger) = (app.as_municipality("GM0363"), app.as_municipality("GM0344"));
        let fields = join(&stranger, &network, theirs).await.invalid();
        assert_eq!(fields, field("/person", "unknown"));
        let joined = join(&owner, &network, theirs).await.expect(201);
        let list = format!("{NETWORKS}/{network}/memberships");
        assert_eq!(stranger.get(&list).await.expect(200).json()["items"], json!([]));
        assert_eq!(member_count(&app, &network).await, 1);
        let path = format!("{list}/{}", joined.text_at("/id"));
        stranger.delete(&path).await.problem(404, "not-found");
        let elsewhere = themed(&app, "Ander netwerk").await;
        let crossed = format!("{NETWORKS}/{elsewhere}/memberships/{}", joined.text_at("/id"));
        owner.delete(&crossed).await.problem(404, "not-found");
        owner.delete(&path).await.expect(204);
    }

    async fn a_municipality_names_only_people_who_hold_a_role_with_it_today(db: TestDb) {
        let app = TestApp::start(db).await;
        let network = themed(&app, "Netwerk schulden").await;
        let person = official(&app, "anna@example.nl").await;
        let coordinator = app.as_coordinator();
        let role = coordinator.get(&format!("/v1/people/{person}")).await.text_at("/roles/0/id");
        let ending = json!({ "validUntilOn": "2026-02-01" });
        coordinator
            .post(&format!("/v1/people/{person}/roles/{role}/ending"), &ending)
            .await
            .expect(200);
        let municipality = app.as_municipality("GM0363");
        let fields = join(&municipality, &network, person).await.invalid();
        assert_eq!(fields, field("/person", "not-held"));
        join(&coordinator, &network, person).await.expect(201);
    }

    async fn what_is_wrong_with_a_network_is_named(db: TestDb) {
        // security: 34, 35, 55
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let bad = json!({ "name": " ", "description": "", "kind": "general" });
        let fields = coordinator.post(NETWORKS, &bad).await.invalid();
        let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["/description", "/kind", "/name"]);
        let unknown = json!({ "name": "Netwerk", "theme": "no-such-theme" });
        assert_eq!(coordinator.post(NETWORKS, &unknown).await.invalid(), field("/theme", "unknown"));
        let network = themed(&app, "Netwerk schulden").await;
        let path = format!("{NETWORKS}/{network}");
        let change = json!({ "name": "Anders" });
        let call = coordinator.call(Method::PATCH, &path).json(&change);
        call.send().await.problem(428, "precondition-required");
        coordinator.patch(&path, "\"7-00\"", &change).await.problem(412, "stale");
        let changed = coordinator.patch(&path, "*", &json!({ "theme": null })).await.expect(200);
        assert_eq!(changed.json()["theme"], Value::Null);
        coordinator.get(&format!("{NETWORKS}?colour=red")).await.invalid();
        let missing = "019b76da-0000-7000-8000-00000000dead";
        let nobody: PersonId = missing.parse().unwrap();
        assert_eq!(
            join(&coordinator, &network, nobody).await.invalid(),
            field("/person", "unknown")
        );
        join(&coordinator, missing, nobody).await.problem(404, "not-found");
    }
}
