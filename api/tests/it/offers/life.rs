//! Every state of an offer, every action and every role.

use koplopers_shared::access::Role;
use koplopers_shared::intakes::Intake;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::json;

use super::{matched, post};
use crate::app::TestApp;

/// Every state that an offer can be put in here, with the offer.
async fn in_every_state(app: &TestApp) -> Vec<(&'static str, String)> {
    use koplopers_shared::access::{Actor, Permit};
    use koplopers_shared::offers::{self, AnsweredBy, OfferAnswer};
    let mut found = Vec::new();
    let programmes = [
        "versnelling",
        "uitvoering",
        "clientenparticipatie",
        "inclusief",
    ];
    let answer = async |intake: &Intake, answer: OfferAnswer| {
        let offer = given::sent_offer(&app.db, intake).await;
        let actor = Actor::link_holder(offer.sponsor.unwrap().person, Permit::OffersAnswer);
        let granted = given::granted(&std::sync::Arc::new(actor));
        let write = move |conn: &mut _| {
            offers::answer(conn, &granted, given::now(), offer.id, answer.clone())
        };
        app.db.write(write).await.unwrap().id.to_string()
    };
    let first = matched(app, programmes[0]).await;
    found.push((
        "drafted",
        given::drafted_offer(&app.db, &first).await.id.to_string(),
    ));
    found.push((
        "superseded",
        given::sent_offer(&app.db, &first).await.id.to_string(),
    ));
    found.push((
        "sent",
        given::sent_offer(&app.db, &first).await.id.to_string(),
    ));
    let second = matched(app, programmes[1]).await;
    let refusal = OfferAnswer::Refuse {
        reason: "Te duur".to_owned(),
    };
    found.push(("refused", answer(&second, refusal).await));
    let by = AnsweredBy {
        name: "Anna".to_owned(),
        role: "Secretaris".to_owned(),
    };
    found.push(("accepted", answer(&second, OfferAnswer::Accept(by)).await));
    let third = matched(app, programmes[2]).await;
    let withdrawn = given::sent_offer(&app.db, &third).await.id;
    let path = format!("/v1/offers/{withdrawn}/withdrawal");
    app.as_coordinator()
        .post(&path, &json!({ "reason": "Fout" }))
        .await
        .expect(200);
    found.push(("withdrawn", withdrawn.to_string()));
    let fourth = matched(app, programmes[3]).await;
    let expired = given::sent_offer(&app.db, &fourth).await.id;
    found.push(("expired", expired.to_string()));
    app.db
        .write(move |conn| given::lapse(conn, expired))
        .await
        .unwrap();
    found
}

on_both_databases! {
    async fn every_state_and_role_allows_exactly_what_allowed_actions_says(db: TestDb) {
        // mission: T4; security: 19
        let app = TestApp::start(db).await;
        let table = [
            ("change", vec!["drafted"]),
            ("send", vec!["drafted"]),
            ("withdraw", vec!["drafted", "sent"]),
            ("accept", vec!["sent"]),
            ("refuse", vec!["sent"]),
        ];
        for (state, id) in in_every_state(&app).await {
            let path = format!("/v1/offers/{id}");
            for role in Role::ALL {
                let caller = app.as_any(*role);
                let writes = matches!(role, Role::Adviser | Role::Coordinator);
                let sees = writes || (*role == Role::Municipality && state != "drafted");
                let read = caller.get(&path).await;
                if sees {
                    let offer = read.expect(200).json();
                    assert_eq!(offer["status"], state);
                    for (action, from) in &table {
                        let asked = writes && !matches!(*action, "accept" | "refuse");
                        let told = offer["allowedActions"]
                            .as_array()
                            .unwrap()
                            .iter()
                            .find(|told| told["action"] == *action)
                            .unwrap();
                        let possible = from.contains(&state);
                        let name = format!("{role} {state} {action}: {told}");
                        assert_eq!(told["allowed"], asked && possible, "{name}");
                        let reason = match (asked, possible) {
                            (false, _) => json!("scope"),
                            (true, false) => json!("state"),
                            (true, true) => json!(null),
                        };
                        assert_eq!(told["reason"], reason, "{name}");
                    }
                } else {
                    assert!([403, 404].contains(&read.status), "{role} {state}: {}", read.text);
                }
                // What is not allowed is refused, and what is allowed is not: each action is
                // tried where it cannot succeed, so that the next caller finds the same state.
                for (action, from) in &table[..3] {
                    let possible = writes && from.contains(&state);
                    if possible {
                        continue;
                    }
                    let call = match *action {
                        "change" => caller
                            .call(Method::PATCH, &path)
                            .header("if-match", "*")
                            .json(&json!({})),
                        "send" => caller.call(Method::POST, &format!("{path}/sending")),
                        _ => caller
                            .call(Method::POST, &format!("{path}/withdrawal"))
                            .json(&json!({ "reason": "Fout" })),
                    };
                    let status = call.send().await.status;
                    assert_eq!(status, if writes { 409 } else { 403 }, "{role} {state} {action}");
                }
            }
        }
        // And what is allowed is done.
        let intake = given::matched(&app.db, given::utrecht(), "versnelling").await;
        for role in [Role::Adviser, Role::Coordinator] {
            let caller = app.as_role(role);
            let path = format!("/v1/offers/{}", given::drafted_offer(&app.db, &intake).await.id);
            caller.patch(&path, "*", &json!({})).await.expect(200);
            post(&caller, &format!("{path}/sending")).await.expect(200);
            caller.post(&format!("{path}/withdrawal"), &json!({ "reason": "Fout" })).await.expect(200);
            let path = format!("/v1/offers/{}", given::drafted_offer(&app.db, &intake).await.id);
            caller.post(&format!("{path}/withdrawal"), &json!({ "reason": "Fout" })).await.expect(200);
        }
    }
}
