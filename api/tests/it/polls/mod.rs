//! Drafts and date polls (L9).

mod delegates;
mod drafts;
mod life;
mod mails;
mod page;
mod refusals;
mod states;

use koplopers_shared::access::Role;
use koplopers_shared::catalogue::words::PersonRole;
use koplopers_shared::ids::PersonId;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, Caller, TestApp};

pub const MEETINGS: &str = "/v1/meetings";
/// When the polls of these tests close: a week before their first option.
pub const END: &str = "2026-04-02T15:00:00Z";

/// An official of a municipality.
pub async fn official(app: &TestApp, code: &str, email: &'static str) -> PersonId {
    given::official(&app.db, code.parse().unwrap(), PersonRole::Ambtenaar, email).await
}

pub fn draft_of(invitees: &[PersonId]) -> Value {
    let invitees: Vec<Value> = invitees
        .iter()
        .map(|person| json!({ "person": person }))
        .collect();
    json!({
        "kind": "exchange",
        "title": "Uitwisseling",
        "localStart": "2026-04-09T13:00",
        "localEnd": "2026-04-09T17:00",
        "place": "De Observant, Amersfoort",
        "invitees": invitees,
        "draft": true,
    })
}

/// Options on as many days from the ninth of April, in the afternoon.
pub fn options(days: i64) -> Vec<Value> {
    let day = |day: i64| {
        json!({
            "localStart": format!("2026-04-{:02}T13:00", 9 + day),
            "localEnd": format!("2026-04-{:02}T17:00", 9 + day),
        })
    };
    (0..days).map(day).collect()
}

/// A meeting and its poll.
pub struct Polled {
    pub path: String,
    pub poll: String,
    pub options: Vec<String>,
}

/// A draft with these invitees.
pub async fn draft(app: &TestApp, invitees: &[PersonId]) -> Answer {
    app.as_coordinator()
        .post(MEETINGS, &draft_of(invitees))
        .await
        .expect(201)
}

/// A poll among these invitees with as many options; whom it requires follows from them.
pub async fn polled(app: &TestApp, invitees: &[PersonId], days: i64) -> Polled {
    let draft = draft(app, invitees).await;
    let path = draft.header("location").to_owned();
    let poll = format!("{path}/poll");
    let opened = with_tag(
        &app.as_coordinator(),
        Method::POST,
        &poll,
        draft.header("etag"),
        &json!({ "options": options(days), "closesAt": END }),
    )
    .await
    .expect(201);
    Polled {
        options: option_ids(&opened.json()),
        path,
        poll,
    }
}

pub fn option_ids(poll: &Value) -> Vec<String> {
    let options = poll["options"].as_array().unwrap().iter();
    options
        .map(|option| option["id"].as_str().unwrap().to_owned())
        .collect()
}

pub async fn with_tag(
    caller: &Caller<'_>,
    method: Method,
    path: &str,
    etag: &str,
    body: &Value,
) -> Answer {
    let call = caller.call(method, path).header("if-match", etag);
    call.json(body).send().await
}

/// Somebody votes on the options in their order: `yes`, `if_need_be` or `no`.
pub async fn vote(app: &TestApp, person: PersonId, polled: &Polled, votes: &[&str]) -> Answer {
    vote_as(&app.as_person(person, Role::Member), polled, votes).await
}

pub async fn vote_as(caller: &Caller<'_>, polled: &Polled, votes: &[&str]) -> Answer {
    let votes: Vec<Value> = polled
        .options
        .iter()
        .zip(votes)
        .map(|(option, vote)| json!({ "option": option, "vote": vote }))
        .collect();
    let path = format!("{}/votes", polled.poll);
    let body = json!({ "votes": votes });
    caller.call(Method::PUT, &path).json(&body).send().await
}

/// Chooses an option under the tag of the poll as it is now.
pub async fn choose(app: &TestApp, polled: &Polled, option: &str) -> Answer {
    let coordinator = app.as_coordinator();
    let poll = coordinator.get(&polled.poll).await.expect(200);
    let path = format!("{}/choice", polled.poll);
    let body = json!({ "option": option });
    with_tag(
        &coordinator,
        Method::POST,
        &path,
        poll.header("etag"),
        &body,
    )
    .await
}

/// Of each option, the missing municipalities with their reason.
pub fn missing(poll: &Value) -> Vec<Vec<(String, String)>> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let of = |option: &Value| -> Vec<(String, String)> {
        let missing = option["missing"].as_array().unwrap().iter();
        missing
            .map(|it| (text(&it["municipality"]), text(&it["reason"])))
            .collect()
    };
    poll["options"].as_array().unwrap().iter().map(of).collect()
}
