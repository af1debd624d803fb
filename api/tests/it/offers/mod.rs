//! Offers over HTTP: composed, sent, superseded, taken back.

mod drafting;
mod life;
mod sending;

use koplopers_shared::access::Role;
use koplopers_shared::catalogue::shipped;
use koplopers_shared::intakes::Intake;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, Caller, TestApp};

const MUNICIPALITY: &str = "GM0363";

/// A number that passes the check of the BSN and belongs to nobody.
const NUMBER: &str = "111222333";

async fn matched(app: &TestApp, programme: &str) -> Intake {
    if programme == "inclusief" {
        given::round(&app.db, 5).await;
    }
    given::matched(&app.db, given::amsterdam(), programme).await
}

fn block(key: &str) -> Value {
    json!({
        "key": key,
        "description": "Een jaar lang trekken we op met het wijkteam.",
        "hours": 80,
        "cost": 1_000_000,
        "ownContribution": 500_000
    })
}

fn principles(programme: &str) -> Value {
    let content = shipped().programme(programme).unwrap();
    let ticked = |key: &String| json!({ "key": key, "ticked": true });
    content
        .guiding_principles
        .iter()
        .map(|principle| ticked(&principle.key))
        .collect()
}

/// An offer that can be sent.
fn complete(programme: &str, blocks: &Value) -> Value {
    json!({
        "introduction": "Fijn dat we elkaar spraken.",
        "blocks": blocks,
        "principles": principles(programme),
        "validUntilOn": "2026-03-31"
    })
}

fn offers_of(intake: &Intake) -> String {
    format!("/v1/intakes/{}/offers", intake.id)
}

async fn post(caller: &Caller<'_>, path: &str) -> Answer {
    caller.call(Method::POST, path).send().await
}

/// Drafts an offer with these blocks and sends it.
async fn send(app: &TestApp, intake: &Intake, blocks: &Value) -> Answer {
    let adviser = app.as_role(Role::Adviser);
    let body = complete(intake.programme.as_str(), blocks);
    let draft = adviser.post(&offers_of(intake), &body).await.expect(201);
    post(&adviser, &format!("{}/sending", draft.header("location"))).await
}

/// The fields that a refusal names, as `(name, code)`.
fn named(problem: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let fields = problem["invalidParams"].as_array().unwrap();
    let pair = |field: &Value| (text(&field["name"]), text(&field["code"]));
    fields.iter().map(pair).collect()
}

fn pair(name: &str, code: &str) -> (String, String) {
    (name.to_owned(), code.to_owned())
}
