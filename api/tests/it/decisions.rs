//! Deciding over HTTP: prepared, released, taken back, and told.

use koplopers_shared::access::Role;
use koplopers_shared::db::DbError;
use koplopers_shared::db::schema::deliveries;
use koplopers_shared::ids::{IntakeId, RoundId};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp};

async fn decide(app: &TestApp, intake: IntakeId, body: Value) -> Answer {
    let path = format!("/v1/intakes/{intake}/decision");
    app.as_coordinator().post(&path, &body).await
}

async fn release(app: &TestApp, intake: IntakeId) -> Answer {
    let path = format!("/v1/intakes/{intake}/decision/release");
    app.as_coordinator().call(Method::POST, &path).send().await
}

async fn release_round(app: &TestApp, round: RoundId) -> Answer {
    let path = format!("/v1/programmes/inclusief/rounds/{round}/decision-release");
    app.as_coordinator().call(Method::POST, &path).send().await
}

async fn status(app: &TestApp, intake: IntakeId) -> String {
    let read = app
        .as_coordinator()
        .get(&format!("/v1/intakes/{intake}"))
        .await;
    read.expect(200).text_at("/status")
}

/// Intakes of as many municipalities, ready for a match in a round with this many places.
async fn ready(app: &TestApp, places: i32, count: usize) -> (RoundId, Vec<IntakeId>) {
    let round = given::round(&app.db, places).await;
    let mut ids = Vec::new();
    for number in 0..count {
        let code = given::municipality_number(number);
        ids.push(given::assessed(&app.db, code, "inclusief").await.id);
    }
    // The talks of the stage are over by then.
    app.clock.turn_by(jiff::SignedDuration::from_hours(48));
    (round, ids)
}

/// The kinds of the mails about one intake, in order.
async fn mails(app: &TestApp, intake: IntakeId) -> Vec<String> {
    use diesel::prelude::*;
    use koplopers_shared::events::EventSubject;
    let read = app.db.read(move |conn| {
        let kinds: Result<Vec<String>, DbError> = deliveries::table
            .filter(deliveries::subject_type.eq("intake"))
            .filter(deliveries::subject_id.eq(EventSubject(intake.0)))
            .order((deliveries::created_at, deliveries::id))
            .select(deliveries::kind)
            .load(conn)
            .map_err(DbError::from);
        kinds
    });
    read.await.unwrap()
}

fn matching() -> Value {
    json!({ "outcome": "match", "reason": "De opgave is helder." })
}

on_both_databases! {
    async fn the_sixth_match_in_a_round_of_five_waits_at_position_one(db: TestDb) {
        // mission: L1
        let app = TestApp::start(db).await;
        let (_, ids) = ready(&app, 5, 7).await;
        for id in &ids[..5] {
            let made = decide(&app, *id, matching()).await.expect(201);
            assert_eq!(made.text_at("/intakeStatus"), "matched");
        }
        for (id, position) in [(ids[5], 1), (ids[6], 2)] {
            let made = decide(&app, id, matching()).await.expect(201);
            assert_eq!(made.text_at("/intakeStatus"), "waitlisted");
            assert_eq!(made.json()["waitlistPosition"], position);
        }
        let listed = app.as_coordinator().get("/v1/intakes?status=waitlisted").await.expect(200).json();
        let positions: Vec<&Value> = listed["items"].as_array().unwrap().iter().map(|it| &it["waitlistPosition"]).collect();
        assert_eq!(positions, [&json!(2), &json!(1)]);
        let code = given::municipality_number(5).to_string();
        let own = app.as_municipality(&code).get(&format!("/v1/intakes/{}/decision", ids[5])).await.expect(200);
        assert_eq!(own.json()["waitlistPosition"], 1);
        assert_eq!(own.text_at("/reason"), "De opgave is helder.");
        assert_eq!(mails(&app, ids[0]).await, ["intake_received", "intake_matched"]);
        assert_eq!(mails(&app, ids[5]).await, ["intake_received", "intake_waitlisted"]);
        // A place that comes free is for whoever waits first.
        let first = given::municipality_number(0).to_string();
        app.as_municipality(&first)
            .post(&format!("/v1/intakes/{}/withdrawal", ids[0]), &json!({}))
            .await
            .expect(200);
        assert_eq!(status(&app, ids[5]).await, "matched");
        let last = app.as_coordinator().get(&format!("/v1/intakes/{}", ids[6])).await.expect(200).json();
        assert_eq!((&last["status"], &last["waitlistPosition"]), (&json!("waitlisted"), &json!(1)));
        assert_eq!(mails(&app, ids[5]).await, ["intake_received", "intake_waitlisted", "intake_matched"]);
        let history = app.as_municipality(&code).get(&format!("/v1/intakes/{}/history", ids[5])).await;
        let events = history.expect(200).json();
        let taken = events["items"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(taken["type"], "intake.place_taken");
        assert_eq!((&taken["actorKind"], &taken["actorId"]), (&json!("system"), &json!("free-place")));
    }

    async fn of_two_coordinators_who_race_for_the_last_place_one_matches(db: TestDb) {
        // mission: L1
        let app = TestApp::start(db).await;
        let (_, ids) = ready(&app, 5, 8).await;
        for id in &ids[..4] {
            decide(&app, *id, matching()).await.expect(201);
        }
        let race = ids[4..].iter().map(|id| decide(&app, *id, matching()));
        let answers = futures_util::future::join_all(race).await;
        let mut outcomes: Vec<(String, Value)> = answers
            .into_iter()
            .map(|answer| {
                let answer = answer.expect(201);
                (answer.text_at("/intakeStatus"), answer.json()["waitlistPosition"].clone())
            })
            .collect();
        outcomes.sort_by_key(|(status, position)| (status.clone(), position.as_i64()));
        let expected = [("matched", json!(null)), ("waitlisted", json!(1)), ("waitlisted", json!(2)), ("waitlisted", json!(3))];
        let expected: Vec<(String, Value)> = expected.into_iter().map(|(word, at)| (word.to_owned(), at)).collect();
        assert_eq!(outcomes, expected);
    }

    async fn a_decline_of_a_match_and_a_larger_round_let_the_next_one_in(db: TestDb) {
        // mission: L1
        let app = TestApp::start(db).await;
        let (round, ids) = ready(&app, 1, 3).await;
        for id in &ids {
            decide(&app, *id, matching()).await.expect(201);
        }
        let decline = json!({ "outcome": "decline", "reason": "De gemeente zag ervan af." });
        decide(&app, ids[0], decline).await.expect(201);
        assert_eq!(status(&app, ids[0]).await, "declined");
        assert_eq!(status(&app, ids[1]).await, "matched");
        assert_eq!(status(&app, ids[2]).await, "waitlisted");
        let path = format!("/v1/programmes/inclusief/rounds/{round}");
        let coordinator = app.as_coordinator();
        let read = coordinator.get(&path).await.expect(200);
        coordinator.patch(&path, read.header("etag"), &json!({ "name": "Lente" })).await.expect(200);
        assert_eq!(status(&app, ids[2]).await, "waitlisted");
        coordinator.patch(&path, "*", &json!({ "capacity": 2 })).await.expect(200);
        assert_eq!(status(&app, ids[2]).await, "matched");
        assert_eq!(mails(&app, ids[2]).await, ["intake_received", "intake_waitlisted", "intake_matched"]);
    }

    async fn a_prepared_decision_is_unseen_until_it_is_released(db: TestDb) {
        // security: 25
        let app = TestApp::start(db).await;
        let intake = given::assessed(&app.db, given::amsterdam(), "versnelling").await.id;
        let prepare = json!({ "outcome": "close", "reason": "Het plan is gestopt.", "release": false });
        let prepared = decide(&app, intake, prepare.clone()).await.expect(201);
        assert_eq!(prepared.text_at("/state"), "prepared");
        let path = format!("/v1/intakes/{intake}/decision");
        let municipality = app.as_municipality("GM0363");
        municipality.get(&path).await.problem(404, "not-found");
        let history = municipality.get(&format!("/v1/intakes/{intake}/history")).await.expect(200);
        assert!(!history.text.contains("decision"), "{}", history.text);
        assert_eq!(app.as_role(Role::Adviser).get(&path).await.expect(200).text_at("/state"), "prepared");
        assert_eq!(status(&app, intake).await, "assessing");
        assert_eq!(mails(&app, intake).await, ["intake_received"]);
        decide(&app, intake, prepare.clone()).await.problem(409, "decision-prepared");
        // Taken back, it was never there.
        let coordinator = app.as_coordinator();
        let stale = coordinator.call(Method::DELETE, &path).header("if-match", "\"9-0\"").send().await;
        stale.problem(412, "stale");
        coordinator.delete(&path).await.expect(204);
        coordinator.get(&path).await.problem(404, "not-found");
        release(&app, intake).await.problem(404, "not-found");
        decide(&app, intake, prepare).await.expect(201);
        app.clock.turn_by(jiff::SignedDuration::from_hours(1));
        let released = release(&app, intake).await.expect(200);
        assert_eq!(released.text_at("/releasedAt"), "2026-03-02T10:00:00Z");
        let seen = municipality.get(&path).await.expect(200);
        assert_eq!(seen.text_at("/reason"), "Het plan is gestopt.");
        assert_eq!(seen.text_at("/intakeStatus"), "declined");
        assert_eq!(mails(&app, intake).await, ["intake_received", "intake_closed"]);
    }

    async fn the_rules_are_checked_again_at_release(db: TestDb) {
        let app = TestApp::start(db).await;
        let intake = given::assessed(&app.db, given::amsterdam(), "versnelling").await.id;
        decide(&app, intake, json!({ "outcome": "match", "release": false })).await.expect(201);
        let assessment = format!("/v1/intakes/{intake}/assessment");
        app.as_coordinator().patch(&assessment, "*", &json!({ "supports": [] })).await.expect(200);
        let problem = release(&app, intake).await.problem(409, "match-hindered");
        assert_eq!(problem["hinders"][0]["criterion"], "supports");
        assert_eq!(problem["hinders"][0]["code"], "gate");
        assert_eq!(status(&app, intake).await, "assessing");
    }

    async fn a_round_is_released_in_order_of_preparation_all_or_nothing(db: TestDb) {
        // mission: L1
        let app = TestApp::start(db).await;
        let (round, ids) = ready(&app, 1, 4).await;
        // Prepared in another order than the intakes were made in.
        for id in [ids[2], ids[1], ids[0]] {
            app.clock.turn_by(jiff::SignedDuration::from_mins(1));
            decide(&app, id, json!({ "outcome": "match", "release": false })).await.expect(201);
        }
        let decline = json!({ "outcome": "decline", "reason": "Te vroeg.", "release": false });
        decide(&app, ids[3], decline).await.expect(201);
        let assessment = format!("/v1/intakes/{}/assessment", ids[1]);
        let coordinator = app.as_coordinator();
        let bodies = coordinator.get(&assessment).await.json()["bodies"].clone();
        coordinator.patch(&assessment, "*", &json!({ "bodies": [] })).await.expect(200);
        let problem = release_round(&app, round).await.problem(409, "release-hindered");
        assert_eq!(problem["intakes"].as_array().unwrap().len(), 1);
        assert_eq!(problem["intakes"][0]["intake"], ids[1].to_string());
        assert_eq!(problem["intakes"][0]["hinders"][0]["criterion"], "commitment");
        for id in &ids {
            assert_eq!(status(&app, *id).await, "assessing");
            assert_eq!(mails(&app, *id).await, ["intake_received"]);
        }
        let mended: Vec<Value> = bodies.as_array().unwrap().iter()
            .map(|it| json!({ "body": it["body"], "evidence": it["evidence"] }))
            .collect();
        coordinator.patch(&assessment, "*", &json!({ "bodies": mended })).await.expect(200);
        let released = release_round(&app, round).await.expect(200).json();
        let shown: Vec<(String, String, Value)> = released["items"].as_array().unwrap().iter()
            .map(|it| (
                it["intake"].as_str().unwrap().to_owned(),
                it["intakeStatus"].as_str().unwrap().to_owned(),
                it["waitlistPosition"].clone(),
            ))
            .collect();
        assert_eq!(shown, [
            (ids[2].to_string(), "matched".to_owned(), json!(null)),
            (ids[1].to_string(), "waitlisted".to_owned(), json!(1)),
            (ids[0].to_string(), "waitlisted".to_owned(), json!(2)),
            (ids[3].to_string(), "declined".to_owned(), json!(null)),
        ]);
        let again = release_round(&app, round).await.expect(200).json();
        assert_eq!(again["items"], json!([]));
    }

    async fn to_decline_or_close_needs_a_reason(db: TestDb) {
        let app = TestApp::start(db).await;
        let intake = given::assessing(&app.db, given::amsterdam(), "versnelling").await.id;
        for outcome in ["decline", "close"] {
            let fields = decide(&app, intake, json!({ "outcome": outcome })).await.invalid();
            assert_eq!(fields, [("/reason".to_owned(), "required".to_owned())]);
        }
        let refused = decide(&app, intake, json!({ "outcome": "refer" })).await;
        assert_eq!(refused.invalid().len(), 1);
        let path = format!("/v1/intakes/{intake}/decision");
        app.as_role(Role::Adviser).post(&path, &matching()).await.problem(403, "forbidden");
    }

    async fn what_is_prepared_goes_with_an_intake_that_is_withdrawn(db: TestDb) {
        let app = TestApp::start(db).await;
        let (round, ids) = ready(&app, 1, 1).await;
        decide(&app, ids[0], json!({ "outcome": "match", "release": false })).await.expect(201);
        app.as_coordinator()
            .post(&format!("/v1/intakes/{}/withdrawal", ids[0]), &json!({}))
            .await
            .expect(200);
        let released = release_round(&app, round).await.expect(200).json();
        assert_eq!(released["items"], json!([]));
        let missing = format!("/v1/programmes/versnelling/rounds/{round}/decision-release");
        app.as_coordinator().call(Method::POST, &missing).send().await.problem(404, "not-found");
    }
}
