//! Trajectories over HTTP: started from an accepted offer, run, and closed.

use std::collections::HashMap;

use koplopers_shared::access::Role;
use koplopers_shared::catalogue::words::PersonRole;
use koplopers_shared::ids::PersonId;
use koplopers_shared::knowledge::ItemStatus;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use koplopers_shared::trajectories::Trajectory;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, Caller, TestApp};

const TRAJECTORIES: &str = "/v1/trajectories";
const MISSING: &str = "019b76da-0000-7000-8000-00000000dead";

/// A trajectory in preparation.
async fn prepared(app: &TestApp, programme: &str) -> Trajectory {
    if programme == "inclusief" {
        given::round(&app.db, 5).await;
    }
    given::trajectory(&app.db, given::amsterdam(), programme).await
}

fn path(trajectory: &Trajectory, rest: &str) -> String {
    format!("{TRAJECTORIES}/{}{rest}", trajectory.id)
}

async fn commence(caller: &Caller<'_>, trajectory: &Trajectory) -> Answer {
    let path = path(trajectory, "/commencement");
    caller.call(Method::POST, &path).send().await
}

async fn official(app: &TestApp, email: &'static str) -> PersonId {
    given::official(&app.db, given::amsterdam(), PersonRole::Ambtenaar, email).await
}

async fn item(app: &TestApp) -> String {
    let body = json!({
        "title": "Lessen uit de buurt", "summary": "Wat werkte en wat niet.", "language": "nl",
        "url": "https://kennis.example.nl/lessen", "source": "practice",
    });
    app.as_coordinator()
        .post("/v1/knowledge-items", &body)
        .await
        .expect(201)
        .text_at("/id")
}

fn conclusion() -> Value {
    json!({
        "outcome": "Bewoners komen eerder met hun vraag.",
        "anchoring": "Het wijkteam neemt de werkwijze over.",
        "municipality": { "judgement": "satisfied", "remark": "Wij gaan hiermee door." },
        "residents": { "judgement": "partly_satisfied", "remark": "Het mag sneller." },
    })
}

/// The people who are in the general network now, because of this trajectory.
async fn enrolled(app: &TestApp, trajectory: &Trajectory) -> Vec<String> {
    let coordinator = app.as_coordinator();
    let general = coordinator
        .get("/v1/learning-networks?kind=general")
        .await
        .text_at("/items/0/id");
    let path = format!("/v1/learning-networks/{general}/memberships?status=active");
    let found = coordinator.get(&path).await.expect(200).json();
    let members = found["items"].as_array().unwrap().iter();
    let id = trajectory.id.to_string();
    let mut people: Vec<String> = members
        .filter(|member| member["trajectory"] == id)
        .map(|member| member["person"].as_str().unwrap().to_owned())
        .collect();
    people.sort();
    people
}

fn sorted(people: &[PersonId]) -> Vec<String> {
    let mut people: Vec<String> = people.iter().map(ToString::to_string).collect();
    people.sort();
    people
}

fn fields(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter()
        .map(|(name, code)| ((*name).to_owned(), (*code).to_owned()))
        .collect()
}

on_both_databases! {
    async fn a_trajectory_starts_from_an_accepted_offer_and_from_nothing_less(db: TestDb) {
        // mission: T4
        let app = TestApp::start(db).await;
        let adviser = app.as_role(Role::Adviser);
        let intake = given::submitted(&app.db, given::amsterdam(), "versnelling").await;
        let body = json!({ "intake": intake.id });
        let problem = adviser.post(TRAJECTORIES, &body).await.problem(409, "invalid-transition");
        assert_eq!(problem["currentStatus"], "submitted");
        let intake = given::matched(&app.db, given::utrecht(), "versnelling").await;
        let further = given::official(
            &app.db, given::utrecht(), PersonRole::Ambtenaar, "bram@example.nl",
        ).await;
        let body = json!({ "intake": intake.id, "officials": [further] });
        adviser.post(TRAJECTORIES, &body).await.problem(409, "offer-not-accepted");
        let sent = given::sent_offer(&app.db, &intake).await;
        adviser.post(TRAJECTORIES, &body).await.problem(409, "offer-not-accepted");
        let offer = given::accept(&app.db, sent.id, &intake).await;
        let made = adviser.post(TRAJECTORIES, &body).await.expect(201);
        assert_eq!(made.text_at("/status"), "preparing");
        assert_eq!(made.text_at("/offer"), offer.id.to_string());
        let block = &offer.content.blocks[0];
        assert_eq!(made.text_at("/blocks/0/key"), block.key);
        assert_eq!(made.text_at("/blocks/0/status"), "planned");
        assert_eq!(made.text_at("/blocks/0/steps/0/name"), block.steps[0].name);
        assert_eq!(made.text_at("/blocks/0/steps/0/plannedOn"), "2026-04-20");
        let officials = [intake.contact_person.unwrap(), intake.sponsor.unwrap().person, further];
        assert_eq!(made.json()["officials"].as_array().unwrap().len(), 3);
        for official in officials {
            assert!(made.text.contains(&official.to_string()));
        }
        assert!(made.header("location").ends_with(&made.text_at("/id")));
        let coordinator = app.as_coordinator();
        let started = coordinator.get(&format!("/v1/intakes/{}", intake.id)).await.expect(200);
        assert_eq!(started.text_at("/status"), "started");
        let again = adviser.post(TRAJECTORIES, &body).await.problem(409, "invalid-transition");
        assert_eq!(again["currentStatus"], "started");
    }

    async fn a_running_trajectory_brings_its_officials_into_the_learning_network(db: TestDb) {
        // mission: B4
        let app = TestApp::start(db).await;
        let trajectory = prepared(&app, "versnelling").await;
        let adviser = app.as_role(Role::Adviser);
        assert!(enrolled(&app, &trajectory).await.is_empty());
        let running = commence(&adviser, &trajectory).await.expect(200);
        assert_eq!(running.text_at("/status"), "running");
        assert_eq!(running.text_at("/yearEndsOn"), "2027-03-01");
        assert_eq!(enrolled(&app, &trajectory).await, sorted(&trajectory.officials));
        let mails = |kind: &'static str| given::count(&app.db, kind);
        assert_eq!(mails("deliveries WHERE kind = 'network_welcome'").await, 2);
        assert_eq!(mails("deliveries WHERE kind = 'trajectory_running'").await, 2);

        let mut officials = trajectory.officials.clone();
        officials.push(official(&app, "bram@example.nl").await);
        let body = json!({ "officials": officials });
        let put = path(&trajectory, "/officials");
        adviser.put(&put, running.header("etag"), &body).await.expect(200);
        assert_eq!(enrolled(&app, &trajectory).await, sorted(&officials));
        assert_eq!(mails("deliveries WHERE kind = 'network_welcome'").await, 3);
    }

    async fn who_left_the_network_is_not_brought_back_by_the_same_trajectory(db: TestDb) {
        // mission: B4, B5
        let app = TestApp::start(db).await;
        let trajectory = prepared(&app, "versnelling").await;
        let coordinator = app.as_coordinator();
        commence(&coordinator, &trajectory).await.expect(200);
        let networks = coordinator.get("/v1/learning-networks").await.expect(200);
        let list = format!("/v1/learning-networks/{}/memberships", networks.text_at("/items/0/id"));
        let members = coordinator.get(&list).await.expect(200);
        let (membership, gone) = (members.text_at("/items/0/id"), members.text_at("/items/0/person"));
        let municipality = app.as_municipality("GM0363");
        municipality.delete(&format!("{list}/{membership}")).await.expect(204);
        let put = path(&trajectory, "/officials");
        let body = json!({ "officials": trajectory.officials });
        coordinator.put(&put, "*", &body).await.expect(200);
        let left = enrolled(&app, &trajectory).await;
        assert_eq!(left.len(), 1);
        assert!(!left.contains(&gone));
        // The end of the trajectory changes nothing for who stayed.
        let stop = json!({ "reason": "De gemeente kiest anders." });
        coordinator.post(&path(&trajectory, "/stoppage"), &stop).await.expect(200);
        assert_eq!(enrolled(&app, &trajectory).await, left);
    }

    async fn a_trajectory_in_preparation_brings_nobody_in(db: TestDb) {
        // mission: B4
        let app = TestApp::start(db).await;
        let trajectory = prepared(&app, "versnelling").await;
        let body = json!({ "officials": [official(&app, "bram@example.nl").await] });
        let put = path(&trajectory, "/officials");
        app.as_role(Role::Adviser).put(&put, "*", &body).await.expect(200);
        assert!(enrolled(&app, &trajectory).await.is_empty());
    }

    async fn a_trajectory_that_owes_an_end_product_is_not_completed_without_it(db: TestDb) {
        // mission: K2
        let app = TestApp::start(db).await;
        let trajectory = prepared(&app, "inclusief").await;
        let coordinator = app.as_coordinator();
        let running = commence(&coordinator, &trajectory).await.expect(200);
        assert_eq!(running.text_at("/endProduct/dueOn"), "2027-03-02");
        let (outcome, product) = (path(&trajectory, "/outcome"), path(&trajectory, "/end-product"));
        let refused = coordinator.put(&outcome, "*", &conclusion()).await;
        assert_eq!(refused.problem(409, "end-product-owed")["dueOn"], "2027-03-02");
        let later = json!({ "knowledgeItem": MISSING, "deliveredOn": "2026-03-03" });
        assert_eq!(
            coordinator.put(&product, "*", &later).await.invalid(),
            fields(&[("/deliveredOn", "future"), ("/knowledgeItem", "unknown")])
        );
        let content = crate::knowledge::item("Ingetrokken");
        let retired = crate::knowledge::item_in(&app, ItemStatus::Retired, &content).await;
        let withdrawn = json!({ "knowledgeItem": retired, "deliveredOn": "2026-03-02" });
        assert_eq!(
            coordinator.put(&product, "*", &withdrawn).await.invalid(),
            fields(&[("/knowledgeItem", "retired")])
        );
        let delivered = json!({ "knowledgeItem": item(&app).await, "deliveredOn": "2026-03-02" });
        let given = coordinator.put(&product, "*", &delivered).await.expect(200);
        assert_eq!(given.text_at("/endProduct/deliveredOn"), "2026-03-02");
        let done = coordinator.put(&outcome, given.header("etag"), &conclusion()).await.expect(200);
        assert_eq!(done.text_at("/status"), "completed");
    }

    async fn a_programme_without_an_end_product_asks_for_none(db: TestDb) {
        // mission: K2
        let app = TestApp::start(db).await;
        let trajectory = prepared(&app, "versnelling").await;
        let coordinator = app.as_coordinator();
        let running = commence(&coordinator, &trajectory).await.expect(200);
        assert_eq!(running.json()["endProduct"]["dueOn"], Value::Null);
        let outcome = path(&trajectory, "/outcome");
        coordinator.put(&outcome, "*", &conclusion()).await.expect(200);
    }

    async fn completing_takes_outcome_anchoring_and_two_separate_judgements(db: TestDb) {
        // mission: K6
        let app = TestApp::start(db).await;
        let trajectory = prepared(&app, "versnelling").await;
        let adviser = app.as_role(Role::Adviser);
        commence(&adviser, &trajectory).await.expect(200);
        let outcome = path(&trajectory, "/outcome");
        for part in ["outcome", "anchoring", "municipality", "residents"] {
            let mut body = conclusion();
            body.as_object_mut().unwrap().remove(part);
            let refused = adviser.put(&outcome, "*", &body).await.invalid();
            assert_eq!(refused, fields(&[(&format!("/{part}"), "required")]));
        }
        for (part, key) in [("municipality", "remark"), ("residents", "judgement")] {
            let mut body = conclusion();
            body[part].as_object_mut().unwrap().remove(key);
            let refused = adviser.put(&outcome, "*", &body).await.invalid();
            assert_eq!(refused, fields(&[(&format!("/{part}/{key}"), "required")]));
        }
        let done = adviser.put(&outcome, "*", &conclusion()).await.expect(200);
        assert_eq!(done.text_at("/outcome/anchoring"), "Het wijkteam neemt de werkwijze over.");
        let read = app.as_municipality("GM0363").get(&path(&trajectory, "")).await.expect(200);
        assert_eq!(read.text_at("/outcome/municipality/judgement"), "satisfied");
        assert_eq!(read.text_at("/outcome/residents/judgement"), "partly_satisfied");
        assert_eq!(read.text_at("/outcome/residents/remark"), "Het mag sneller.");
    }

    async fn steps_are_planned_moved_and_done_and_their_block_follows(db: TestDb) {
        // mission: B1, B3
        let app = TestApp::start(db).await;
        let trajectory = prepared(&app, "inclusief").await;
        let adviser = app.as_role(Role::Adviser);
        let block = &trajectory.blocks[0];
        let steps = path(&trajectory, "/steps");
        let new = json!({
            "block": block.id, "name": "Gesprek met de buurt", "form": "working_group",
            "method": "theatre", "plannedOn": "2026-06-11",
        });
        let added = adviser.post(&steps, &new).await.expect(201);
        let one = format!("{steps}/{}", added.text_at("/id"));
        assert!(added.header("location").ends_with(&one));
        let first = format!("{steps}/{}", block.steps[0].id);
        let change = json!({ "status": "done", "note": "Twaalf bewoners.", "plannedOn": null });
        let done = adviser.patch(&one, added.header("etag"), &change).await.expect(200);
        assert_eq!(done.text_at("/note"), "Twaalf bewoners.");
        assert_eq!(done.json()["plannedOn"], Value::Null);
        adviser.patch(&one, added.header("etag"), &change).await.problem(412, "stale");
        let unmarked = adviser.call(Method::PATCH, &one).json(&change).send().await;
        unmarked.problem(428, "precondition-required");
        let status = async || {
            adviser.get(&path(&trajectory, "")).await.text_at("/blocks/0/status")
        };
        assert_eq!(status().await, "running");
        let off = json!({ "status": "cancelled" });
        adviser.patch(&first, "*", &off).await.expect(200);
        assert_eq!(status().await, "done");
        let listed = app.as_municipality("GM0363").get(&steps).await.expect(200).json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 2);
        app.as_municipality("GM0344").get(&one).await.problem(404, "not-found");
    }

    async fn what_is_wrong_with_a_trajectory_is_named(db: TestDb) {
        // security: 23, 34, 35, 55
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let unknown = json!({ "intake": MISSING });
        let refused = coordinator.post(TRAJECTORIES, &unknown).await.invalid();
        assert_eq!(refused, fields(&[("/intake", "unknown")]));
        let trajectory = prepared(&app, "versnelling").await;
        let put = path(&trajectory, "/officials");
        let utrecht = given::utrecht();
        let stranger =
            given::official(&app.db, utrecht, PersonRole::Ambtenaar, "u@example.nl").await;
        let known = trajectory.officials[0];
        let body = json!({ "officials": [known, known, MISSING, stranger] });
        assert_eq!(
            coordinator.put(&put, "*", &body).await.invalid(),
            fields(&[
                ("/officials/1", "duplicate"),
                ("/officials/2", "unknown"),
                ("/officials/3", "not-held"),
            ])
        );
        let nobody = coordinator.put(&put, "*", &json!({ "officials": [] })).await.invalid();
        assert_eq!(nobody.len(), 1);
        let body = json!({ "officials": [known] });
        coordinator.put(&put, "\"9-00\"", &body).await.problem(412, "stale");
        let unmarked = coordinator.call(Method::PUT, &put).json(&body).send().await;
        unmarked.problem(428, "precondition-required");
        let steps = path(&trajectory, "/steps");
        let step = json!({ "block": MISSING, "name": "Stap" });
        let refused = coordinator.post(&steps, &step).await.invalid();
        assert_eq!(refused, fields(&[("/block", "unknown")]));
        let block = trajectory.blocks[0].id;
        let step = json!({ "block": block, "name": "Stap", "form": "dance", "method": "choir" });
        let refused = coordinator.post(&steps, &step).await.invalid();
        assert_eq!(refused, fields(&[("/form", "unknown"), ("/method", "unknown")]));
        let elsewhere = format!("{steps}/{MISSING}");
        coordinator.patch(&elsewhere, "*", &json!({})).await.problem(404, "not-found");
        let stoppage = path(&trajectory, "/stoppage");
        let refused = coordinator.post(&stoppage, &json!({ "reason": " " })).await.invalid();
        assert_eq!(refused, fields(&[("/reason", "blank")]));
        coordinator.get(&format!("{TRAJECTORIES}?state=running")).await.invalid();
    }

    async fn a_municipality_reads_its_own_trajectories_and_their_history(db: TestDb) {
        // security: 20, 22
        let app = TestApp::start(db).await;
        let trajectory = prepared(&app, "versnelling").await;
        commence(&app.as_coordinator(), &trajectory).await.expect(200);
        let stop = json!({ "reason": "De gemeente kiest anders." });
        let stoppage = path(&trajectory, "/stoppage");
        app.as_coordinator().post(&stoppage, &stop).await.expect(200);
        let (owner, stranger) = (app.as_municipality("GM0363"), app.as_municipality("GM0344"));
        let query = format!("{TRAJECTORIES}?status=stopped&programme=versnelling&municipality=GM0363");
        let own = owner.get(&query).await.expect(200);
        assert_eq!(own.text_at("/items/0/id"), trajectory.id.to_string());
        assert_eq!(own.text_at("/items/0/stoppedReason"), "De gemeente kiest anders.");
        assert_eq!(stranger.get(&query).await.expect(200).json()["items"], json!([]));
        stranger.get(&path(&trajectory, "")).await.problem(404, "not-found");
        let history = owner.get(&path(&trajectory, "/history")).await.expect(200);
        let types: Vec<String> =
            (0..3).map(|index| history.text_at(&format!("/items/{index}/type"))).collect();
        assert_eq!(types, ["trajectory.started", "trajectory.commenced", "trajectory.stopped"]);
        assert_eq!(history.text_at("/items/2/reason"), "De gemeente kiest anders.");
    }

    async fn allowed_actions_are_what_each_role_can_do_in_each_state(db: TestDb) {
        let app = TestApp::start(db).await;
        let item = item(&app).await;
        for state in ["preparing", "running", "completed", "stopped"] {
            let mut at_hand = HashMap::new();
            for role in Role::ALL {
                let caller = app.as_any(*role);
                for action in [
                    "change_officials", "commence", "add_step", "change_step",
                    "deliver_end_product", "complete", "stop",
                ] {
                    // An action that was done spends the trajectory.
                    let trajectory = match at_hand.remove(state) {
                        Some(trajectory) => trajectory,
                        None => in_state(&app, state).await,
                    };
                    let seen = caller.get(&path(&trajectory, "")).await;
                    let done = act(&caller, &trajectory, action, &item).await;
                    let name = format!("{role} {state} {action}: {}", done.text);
                    if done.status >= 300 {
                        at_hand.insert(state, trajectory);
                    }
                    if seen.status == 403 {
                        assert_eq!(done.status, 403, "{name}");
                        continue;
                    }
                    let body = seen.expect(200).json();
                    assert_eq!(body["status"], state);
                    let actions = body["allowedActions"].as_array().unwrap();
                    assert_eq!(actions.len(), 7);
                    let allowed = actions.iter().find(|it| it["action"] == action).unwrap();
                    let expected = match allowed["reason"].as_str() {
                        None => if action == "add_step" { 201 } else { 200 },
                        Some("scope") => 403,
                        Some(_) => 409,
                    };
                    assert_eq!(done.status, expected, "{name}");
                    assert_eq!(allowed["allowed"], expected < 300, "{name}");
                }
            }
        }
    }
}

async fn in_state(app: &TestApp, state: &str) -> Trajectory {
    let trajectory = prepared(app, "versnelling").await;
    let coordinator = app.as_coordinator();
    if matches!(state, "running" | "completed") {
        commence(&coordinator, &trajectory).await.expect(200);
    }
    if state == "completed" {
        let outcome = path(&trajectory, "/outcome");
        coordinator
            .put(&outcome, "*", &conclusion())
            .await
            .expect(200);
    }
    if state == "stopped" {
        let stoppage = path(&trajectory, "/stoppage");
        coordinator
            .post(&stoppage, &json!({ "reason": "Klaar." }))
            .await
            .expect(200);
    }
    trajectory
}

async fn act(caller: &Caller<'_>, trajectory: &Trajectory, action: &str, item: &str) -> Answer {
    let block = &trajectory.blocks[0];
    let at = |rest: &str| path(trajectory, rest);
    match action {
        "change_officials" => {
            let body = json!({ "officials": trajectory.officials });
            caller.put(&at("/officials"), "*", &body).await
        }
        "commence" => commence(caller, trajectory).await,
        "add_step" => {
            let body = json!({ "block": block.id, "name": "Stap" });
            caller.post(&at("/steps"), &body).await
        }
        "change_step" => {
            let step = at(&format!("/steps/{}", block.steps[0].id));
            caller
                .patch(&step, "*", &json!({ "note": "Let op." }))
                .await
        }
        "deliver_end_product" => {
            let body = json!({ "knowledgeItem": item, "deliveredOn": "2026-03-02" });
            caller.put(&at("/end-product"), "*", &body).await
        }
        "complete" => caller.put(&at("/outcome"), "*", &conclusion()).await,
        _ => {
            caller
                .post(&at("/stoppage"), &json!({ "reason": "Klaar." }))
                .await
        }
    }
}
