//! Assessing over HTTP: recording, finding apart, settling, and what it comes to.

mod findings;
mod gates;
mod record;

use koplopers_shared::access::Role;
use koplopers_shared::ids::PersonId;
use koplopers_shared::testing::given;
use serde_json::{Value, json};

use crate::app::TestApp;

/// Somebody of the institute, who is linked to a person.
pub async fn adviser(app: &TestApp, email: &'static str) -> PersonId {
    use koplopers_shared::catalogue::words::PersonRole;
    given::official(&app.db, given::utrecht(), PersonRole::Ambtenaar, email).await
}

/// An intake under assessment; the path of its assessment.
pub async fn assessing(app: &TestApp, programme: &str) -> String {
    if programme == "inclusief" {
        given::round(&app.db, 5).await;
    }
    let intake = given::assessing(&app.db, given::amsterdam(), programme).await;
    format!("/v1/intakes/{}/assessment", intake.id)
}

/// Changes what is recorded.
pub async fn change(app: &TestApp, path: &str, body: &Value) -> Value {
    let adviser = app.as_role(Role::Adviser);
    adviser.patch(path, "*", body).await.expect(200).json()
}

/// What is shown of one criterion.
#[track_caller]
pub fn criterion<'v>(assessment: &'v Value, key: &str) -> &'v Value {
    let mut criteria = assessment["criteria"].as_array().unwrap().iter();
    criteria.find(|it| it["criterion"] == key).expect(key)
}

/// The hard requirement of a kind.
#[track_caller]
pub fn gate<'v>(assessment: &'v Value, kind: &str) -> &'v Value {
    let mut criteria = assessment["criteria"].as_array().unwrap().iter();
    let found = criteria.find(|it| it["gate"]["kind"] == kind);
    &found.expect(kind)["gate"]
}

/// What hinders a match, as `criterion code`.
pub fn hinders(of: &Value) -> Vec<String> {
    let items = of["hinders"].as_array().unwrap().iter();
    let text = |it: &Value, key: &str| it[key].as_str().unwrap().to_owned();
    items
        .map(|it| format!("{} {}", text(it, "criterion"), text(it, "code")))
        .collect()
}

/// A settlement of every criterion of a programme as met.
pub fn all_met(programme: &str) -> Value {
    let criteria = given::catalogue_of(programme).criteria.iter();
    let met: Vec<Value> = criteria
        .map(|it| json!({ "criterion": it.key, "value": "met" }))
        .collect();
    json!({ "settlements": met })
}

/// Tries to match, and gives what hinders.
pub async fn hinders_of_match(app: &TestApp, assessment: &str) -> Vec<String> {
    let path = assessment.replace("assessment", "decision");
    let refused = app
        .as_coordinator()
        .post(&path, &json!({ "outcome": "match" }))
        .await;
    hinders(&refused.problem(409, "match-hindered"))
}
