//! The outbox over HTTP: looking, trying again, dropping, previewing, pausing (issue: ops API).

use diesel::connection::SimpleConnection as _;
use koplopers_shared::access::Role;
use koplopers_shared::catalogue::words::PersonRole;
use koplopers_shared::db::{DbConn, DbError};
use koplopers_shared::deliveries::{DeliveryAction, DeliveryState};
use koplopers_shared::ids::PersonId;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use koplopers_shared::testing::smtp::{Act, Step};
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::mail_room::MailRoom;

const DELIVERIES: &str = "/v1/deliveries";
const QUEUE: &str = "/v1/delivery-queue";
const SUPPRESSIONS: &str = "/v1/suppressions";

/// A meeting with one invitee, Anna, whose invitation waits in the outbox.
async fn invited(app: &TestApp) -> PersonId {
    let code = "GM0363".parse().unwrap();
    let anna = given::official(&app.db, code, PersonRole::Ambtenaar, "anna@example.nl").await;
    let meeting = json!({
        "kind": "network",
        "title": "Netwerkdag",
        "localStart": "2026-04-09T13:00",
        "localEnd": "2026-04-09T17:00",
        "place": "De Observant, Amersfoort",
        "invitees": [{ "person": anna }],
    });
    app.as_coordinator()
        .post("/v1/meetings", &meeting)
        .await
        .expect(201);
    anna
}

/// The only delivery.
async fn only(app: &TestApp) -> Value {
    let listed = app
        .as_role(Role::Ops)
        .get(DELIVERIES)
        .await
        .expect(200)
        .json();
    let items = listed["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    items[0].clone()
}

fn path(delivery: &Value, rest: &str) -> String {
    format!("{DELIVERIES}/{}{rest}", delivery["id"].as_str().unwrap())
}

async fn set_state(app: &TestApp, state: DeliveryState) {
    let set = move |conn: &mut DbConn| -> Result<(), DbError> {
        let sql = format!("UPDATE deliveries SET state = '{state}', dropped_reason = NULL");
        Ok(conn.batch_execute(&sql)?)
    };
    app.db.write(set).await.unwrap();
}

on_both_databases! {
    async fn ops_see_what_was_tried_without_a_word_of_it(db: TestDb) {
        let app = TestApp::start(db).await;
        let anna = invited(&app).await;
        let post = MailRoom::answering(Step::Recipient, Act::reply("550 no such user")).await;
        post.send(&app).await;
        let delivery = only(&app).await;
        assert_eq!(delivery["status"], "buried");
        assert_eq!(delivery["recipient"], json!(anna));
        let ops = app.as_role(Role::Ops);
        let detail = ops.get(&path(&delivery, "")).await.expect(200).json();
        assert_eq!(detail["tried"][0]["outcome"], "rejected");
        assert_eq!(detail["tried"][0]["smtpCode"], 550);
        let shown = detail.to_string();
        for hidden in ["anna@", "Netwerkdag", "/r/"] {
            assert!(!shown.contains(hidden), "{shown}");
        }
        for (query, count) in [
            ("status=buried", 1), ("status=sent", 0), ("kind=invitation", 1), ("kind=reminder", 0),
            (&*format!("recipient={anna}"), 1), (&*format!("subject={anna}"), 0),
        ] {
            let listed = ops.get(&format!("{DELIVERIES}?{query}")).await.expect(200).json();
            assert_eq!(listed["items"].as_array().unwrap().len(), count, "{query}");
        }
        assert_eq!(ops.get(&format!("{DELIVERIES}?status=unheard")).await.invalid()[0].0, "status");
    }

    async fn a_buried_mail_that_is_tried_again_goes_out_once(db: TestDb) {
        let app = TestApp::start(db).await;
        invited(&app).await;
        let refusing = MailRoom::answering(Step::Recipient, Act::reply("550 no such user")).await;
        refusing.send(&app).await;
        let delivery = only(&app).await;
        let ops = app.as_role(Role::Ops);
        let again = ops.post(&path(&delivery, "/retry"), &json!(null)).await.expect(200).json();
        assert_eq!(again["status"], "queued");
        let post = MailRoom::open().await;
        post.send(&app).await;
        assert_eq!(post.mails().len(), 1);
        assert_eq!(only(&app).await["status"], "sent");
        let refused = ops.post(&path(&delivery, "/retry"), &json!(null)).await;
        assert_eq!(refused.problem(409, "invalid-transition")["allowedActions"], json!([]));
        assert_eq!(given::count(&app.db, "events WHERE type = 'delivery.retried'").await, 1);
    }

    async fn what_is_no_longer_wanted_is_dropped_and_not_retried(db: TestDb) {
        let app = TestApp::start(db).await;
        invited(&app).await;
        let delivery = only(&app).await;
        set_state(&app, DeliveryState::Buried).await;
        app.clock.turn_to("2026-04-09T11:00:00Z".parse().unwrap());
        let ops = app.as_role(Role::Ops);
        let refused = ops.post(&path(&delivery, "/retry"), &json!(null)).await;
        assert_eq!(refused.problem(409, "delivery-past")["expiredAt"], "2026-04-09T11:00:00Z");
        let dropped = ops.post(&path(&delivery, "/drop"), &json!(null)).await.expect(200).json();
        assert_eq!((&dropped["status"], &dropped["droppedReason"]), (&json!("dropped"), &json!("by_hand")));
        let post = MailRoom::open().await;
        post.send(&app).await;
        assert!(post.mails().is_empty());
    }

    async fn every_state_allows_what_it_says(db: TestDb) {
        // domain: delivery
        let app = TestApp::start(db).await;
        invited(&app).await;
        for state in DeliveryState::ALL {
            for action in DeliveryAction::ALL {
                set_state(&app, *state).await;
                let before = only(&app).await;
                let mut said = before["allowedActions"].as_array().unwrap().iter();
                let said = said.find(|it| it["action"] == action.as_str()).unwrap()["allowed"] == true;
                let possible = action.possible_in().contains(state);
                assert_eq!(said, possible, "{action} of {state}");
                let answer = app.as_role(Role::Ops).post(&path(&before, &format!("/{action}")), &json!(null)).await;
                assert_eq!(answer.status, if possible { 200 } else { 409 }, "{action} of {state}");
                // Who only reads may neither.
                let reader = app.as_coordinator().post(&path(&before, &format!("/{action}")), &json!(null)).await;
                reader.problem(403, "forbidden");
            }
        }
    }

    async fn a_preview_shows_the_mail_with_dead_links_to_who_may_read_about_people(db: TestDb) {
        // security: 62, 66
        let app = TestApp::start(db).await;
        invited(&app).await;
        let delivery = only(&app).await;
        let links = given::count(&app.db, "links").await;
        let preview = app.as_coordinator().get(&path(&delivery, "/preview")).await.expect(200).json();
        assert_eq!(preview["to"], "anna@example.nl");
        assert!(preview["subject"].as_str().unwrap().starts_with("Uitnodiging: Netwerkdag"), "{preview}");
        let text = preview["text"].as_str().unwrap();
        let link = text.split_whitespace().find(|word| word.contains("/r/")).unwrap();
        let page = link[link.find("/r/").unwrap()..].to_owned();
        assert_eq!(given::count(&app.db, "links").await, links);
        let opened = app.anonymous().get(&page).await;
        assert_eq!(opened.status, 404);
        // Nothing went, and nothing changed.
        assert_eq!(only(&app).await, delivery);
        let redacted = app.as_role(Role::Ops).get(&path(&delivery, "/preview")).await.expect(200).json();
        assert_eq!(redacted["redacted"], true);
        assert!(redacted["text"].is_null() && redacted["to"].is_null(), "{redacted}");
        app.clock.turn_to("2026-04-09T11:00:00Z".parse().unwrap());
        let past = app.as_coordinator().get(&path(&delivery, "/preview")).await.expect(200).json();
        assert_eq!((&past["wanted"], &past["droppedReason"]), (&json!(false), &json!("past")));
    }

    async fn nothing_goes_while_the_queue_is_paused(db: TestDb) {
        // delivery: pausing
        let app = TestApp::start(db).await;
        invited(&app).await;
        let ops = app.as_role(Role::Ops);
        let pause = format!("{QUEUE}/pause");
        let body = json!({ "reason": "De mailserver wordt vervangen" });
        let paused = ops.call(Method::PUT, &pause).json(&body).send().await.expect(200).json();
        assert_eq!(paused["paused"], true);
        assert_eq!(paused["pauses"][0]["by"], "ops");
        let post = MailRoom::open().await;
        post.send(&app).await;
        assert!(post.mails().is_empty());
        let queue = ops.get(QUEUE).await.expect(200).json();
        assert_eq!(queue["open"], json!([{ "status": "queued", "count": 1 }]));
        ops.delete(&pause).await.expect(204);
        assert_eq!(ops.get(QUEUE).await.expect(200).json()["paused"], false);
        post.send(&app).await;
        assert_eq!(post.mails().len(), 1);
        app.as_coordinator().delete(&pause).await.problem(403, "forbidden");
    }

    async fn a_suppressed_address_gets_nothing_until_that_is_lifted(db: TestDb) {
        let app = TestApp::start(db).await;
        invited(&app).await;
        let ops = app.as_role(Role::Ops);
        // Another spelling of the same mailbox.
        let address = json!({ "email": "Anna@Example.NL" });
        let made = ops.post(SUPPRESSIONS, &address).await.expect(201);
        ops.post(SUPPRESSIONS, &address).await.problem(409, "already-suppressed");
        let listed = ops.get(SUPPRESSIONS).await.expect(200).json();
        assert_eq!(listed["items"][0]["reason"], "by_hand");
        assert!(!listed.to_string().contains("nna@"), "{listed}");
        let found = ops.post(&format!("{SUPPRESSIONS}/_search"), &json!({ "email": "anna@example.nl" })).await;
        assert_eq!(found.expect(200).json()["suppression"]["id"], made.json()["id"]);
        let post = MailRoom::open().await;
        post.send(&app).await;
        assert!(post.mails().is_empty());
        assert_eq!(only(&app).await["droppedReason"], "suppressed");
        ops.delete(made.header("location")).await.expect(204);
        ops.delete(made.header("location")).await.problem(404, "not-found");
        let gone = ops.post(&format!("{SUPPRESSIONS}/_search"), &address).await.expect(200).json();
        assert_eq!(gone, json!({ "suppression": null }));
    }
}
