//! Every operation of the document, as nobody, in every role, and as another municipality.

use koplopers_shared::access::{Permit, Role};
use koplopers_shared::catalogue::words::PersonRole;
use koplopers_shared::knowledge::ItemStatus;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Caller, TestApp};
use crate::knowledge::{self, item_in};
use crate::nominations;

/// An id that nothing has.
const MISSING: &str = "019b76da-0000-7000-8000-00000000dead";

/// Operations that no municipality may do, whatever its scopes and whatever the id: 403 for all.
const INSTITUTE_ONLY: &[&str] = &["create_identity_link"];

/// One operation of the document.
struct Operation {
    id: String,
    method: Method,
    path: String,
    /// The scope it asks for; `None` for a token of any kind.
    scope: Option<Permit>,
}

/// The operations that ask for a token.
fn operations() -> Vec<Operation> {
    let document = koplopers_api::document::document();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else {
                continue;
            };
            let Some(scopes) = operation["security"][0]["bearer"].as_array() else {
                continue;
            };
            found.push(Operation {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                method,
                path: format!("/v1{path}"),
                scope: scopes
                    .first()
                    .map(|scope| scope.as_str().unwrap().parse().unwrap()),
            });
        }
    }
    assert!(found.len() > 50, "the document lost its operations");
    found
}

/// A body that the operation takes, for those that take one.
fn body(operation: &str) -> Option<Value> {
    Some(match operation {
        "change_intake"
        | "withdraw_intake"
        | "cancel_meeting"
        | "change_person"
        | "change_assessment"
        | "withdraw_nomination" => json!({}),
        "plan_intake_talk" => json!({
            "localStart": "2026-03-12T14:00", "localEnd": "2026-03-12T15:00", "place": "Stadhuis"
        }),
        "replace_findings" => json!({ "findings": [] }),
        "replace_settlement" => json!({ "settlements": [] }),
        "create_decision" => json!({ "outcome": "close", "reason": "Op verzoek." }),
        "record_meeting_outcome" => json!({ "outcome": "held" }),
        "answer_invitation" => json!({ "answer": "accepted" }),
        "delegate_invitation" => json!({ "person": MISSING }),
        "replace_date_poll_votes" => json!({ "votes": [{ "option": MISSING, "vote": "yes" }] }),
        "create_person_role" => json!({ "role": "ambtenaar", "validFromOn": "2026-01-01" }),
        "end_person_role" => json!({ "validUntilOn": "2026-06-01" }),
        _ => return None,
    })
}

async fn call(caller: &Caller<'_>, operation: &Operation, path: &str) -> crate::app::Answer {
    let mut call = caller.call(operation.method.clone(), path);
    if operation.method != Method::GET {
        call = call.header("if-match", "*");
    }
    match body(&operation.id) {
        Some(body) => call.json(&body).send().await,
        None => call.send().await,
    }
}

/// The path with an id in the place of every parameter.
fn filled(path: &str, id: &str) -> String {
    let mut filled = String::new();
    for part in path.split('/').skip(1) {
        filled.push('/');
        filled.push_str(if part.starts_with('{') { id } else { part });
    }
    filled
}

/// The body of an answer without what differs per request.
fn told(answer: &crate::app::Answer) -> Value {
    let mut body = answer.json();
    body.as_object_mut().unwrap().remove("instance");
    body
}

on_both_databases! {
    async fn nobody_gets_401_from_every_operation(db: TestDb) {
        // security: 1, 19, 21
        let app = TestApp::start(db).await;
        for operation in operations() {
            let answer = app
                .anonymous()
                .call(operation.method.clone(), &filled(&operation.path, MISSING))
                .header("content-type", "application/json")
                .body("{ broken")
                .send()
                .await;
            assert_eq!(answer.status, 401, "{}: {}", operation.id, answer.text);
            assert!(!answer.header("www-authenticate").is_empty(), "{}", operation.id);
        }
    }

    async fn a_role_without_the_scope_gets_403_and_one_with_it_does_not(db: TestDb) {
        // security: 19, 21, 28
        let app = TestApp::start(db).await;
        for role in Role::ALL {
            let caller = app.as_any(*role);
            for operation in operations() {
                let Some(scope) = operation.scope else { continue };
                let answer = caller
                    .call(operation.method.clone(), &filled(&operation.path, MISSING))
                    .header("content-type", "application/json")
                    .body("{ broken")
                    .send()
                    .await;
                let name = format!("{role} {}: {}", operation.id, answer.text);
                let institute_only =
                    role.needs_municipality() && INSTITUTE_ONLY.contains(&operation.id.as_str());
                if !role.permits().contains(scope) {
                    assert_eq!(answer.status, 403, "{name}");
                    assert_eq!(answer.json()["scope"], scope.as_str(), "{name}");
                } else if institute_only {
                    assert_eq!(answer.status, 403, "{name}");
                } else {
                    assert!(answer.status != 403 && answer.status != 401, "{name}");
                    assert!(answer.status < 500, "{name}");
                }
            }
        }
    }

    async fn another_municipality_meets_the_same_404_as_for_a_missing_thing(db: TestDb) {
        // security: 20, 22
        let app = TestApp::start(db).await;
        let intake = given::submitted(&app.db, given::amsterdam(), "versnelling").await;
        let person =
            given::official(&app.db, given::amsterdam(), PersonRole::Wethouder, "w@example.nl").await;
        let talk = app
            .as_role(Role::Adviser)
            .post(
                &format!("/v1/intakes/{}/talk", intake.id),
                &body("plan_intake_talk").unwrap(),
            )
            .await
            .expect(201);
        let meeting = talk.text_at("/meeting/id");
        let trajectory = given::trajectory(&app.db, given::amsterdam(), "uitvoering").await.id;
        let draft = item_in(&app, ItemStatus::Draft, &knowledge::item("Concept")).await;
        let matched = given::matched(&app.db, given::amsterdam(), "uitvoering").await;
        let offer = given::sent_offer(&app.db, &matched).await;
        let nomination = app
            .as_municipality("GM0363")
            .post("/v1/nominations", &nominations::body("Kim Kandidaat", "kim@example.nl"))
            .await
            .expect(201)
            .text_at("/id");
        // A member who shows nothing to municipalities, their own employer included.
        let cohort = given::new_cohort(&app.db, "Lichting 2026").await;
        let member = given::associate(&app.db, &cohort, given::amsterdam(), "lid@example.nl").await;
        let group = app
            .as_coordinator()
            .post("/v1/learning-groups", &json!({ "name": "Leergroep", "programme": "inclusief" }))
            .await
            .expect(201)
            .text_at("/id");
        let practice = json!({ "municipality": "GM0363", "name": "Noord", "issue": "Meedoen" });
        app.as_coordinator()
            .post(&format!("/v1/learning-groups/{group}/practices"), &practice)
            .await
            .expect(201);
        let stranger = app.as_municipality("GM0344");
        let mut walked = 0;
        for operation in operations() {
            let id = match operation.path.split('/').nth(2) {
                Some("intakes") => intake.id.to_string(),
                Some("people") => person.to_string(),
                Some("meetings") => meeting.clone(),
                Some("offers") => offer.id.to_string(),
                Some("trajectories") => trajectory.to_string(),
                Some("knowledge-items") => draft.clone(),
                Some("nominations") => nomination.clone(),
                Some("members") => member.id.to_string(),
                Some("learning-groups") => group.clone(),
                _ => continue,
            };
            let allowed = operation
                .scope
                .is_some_and(|scope| Role::Municipality.permits().contains(scope));
            if !operation.path.contains('{') || !allowed {
                continue;
            }
            let theirs = call(&stranger, &operation, &filled(&operation.path, &id)).await;
            let missing = call(&stranger, &operation, &filled(&operation.path, MISSING)).await;
            let institute_only = INSTITUTE_ONLY.contains(&operation.id.as_str());
            let expected = if institute_only { 403 } else { 404 };
            assert_eq!(theirs.status, expected, "{}: {}", operation.id, theirs.text);
            assert_eq!(told(&theirs), told(&missing), "{}", operation.id);
            walked += 1;
        }
        assert!(walked >= 10, "only {walked} operations name a tenant's object");
        // The owner, through the same calls, is let in.
        let owner = app.as_municipality("GM0363");
        for path in [
            format!("/v1/intakes/{}", intake.id),
            format!("/v1/meetings/{meeting}"),
            format!("/v1/trajectories/{trajectory}"),
            format!("/v1/people/{person}"),
            format!("/v1/offers/{}", offer.id),
            format!("/v1/nominations/{nomination}"),
            format!("/v1/learning-groups/{group}"),
        ] {
            owner.get(&path).await.expect(200);
        }
    }

    async fn collections_hold_nothing_of_another_municipality(db: TestDb) {
        // security: 22
        let app = TestApp::start(db).await;
        let matched = given::matched(&app.db, given::amsterdam(), "uitvoering").await;
        let offer = given::sent_offer(&app.db, &matched).await;
        let intake = given::submitted(&app.db, given::amsterdam(), "versnelling").await;
        let stranger = app.as_municipality("GM0344");
        let owner = app.as_municipality("GM0363");
        item_in(&app, ItemStatus::Draft, &knowledge::item("Concept")).await;
        let kim = nominations::body("Kim Kandidaat", "kim@example.nl");
        owner.post("/v1/nominations", &kim).await.expect(201);
        let cohort = given::new_cohort(&app.db, "Lichting 2026").await;
        given::associate(&app.db, &cohort, given::amsterdam(), "lid@example.nl").await;
        for path in ["/v1/intakes", "/v1/meetings", "/v1/offers", "/v1/trajectories", "/v1/people", "/v1/events", "/v1/knowledge-items", "/v1/nominations", "/v1/members"] {
            let theirs = stranger.get(path).await.expect(200).json();
            assert_eq!(theirs["items"], json!([]), "{path}");
        }
        let own = owner.get("/v1/intakes").await.expect(200);
        assert_eq!(own.text_at("/items/0/id"), intake.id.to_string());
        let offers = owner.get("/v1/offers").await.expect(200);
        assert_eq!(offers.text_at("/items/0/id"), offer.id.to_string());
        let filtered = stranger.get("/v1/intakes?municipality=GM0363").await.expect(200);
        assert_eq!(filtered.json()["items"], json!([]));
    }
}
