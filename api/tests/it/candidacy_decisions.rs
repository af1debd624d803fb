//! Decisions on candidacies: prepared, released one by one or for a cohort (N4).

use diesel::prelude::*;
use koplopers_shared::access::Role;
use koplopers_shared::candidacies::{Candidacy, CandidacyStatus, Employer};
use koplopers_shared::db::DbResult;
use koplopers_shared::db::schema::candidacies;
use koplopers_shared::ids::{CohortId, PersonId};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp};

const MISSING: &str = "019b76da-0000-7000-8000-00000000dead";

fn path(candidacy: &Candidacy, part: &str) -> String {
    format!("/v1/candidacies/{}{part}", candidacy.id)
}

/// A candidacy in a state and a cohort.
async fn candidate(
    app: &TestApp,
    email: &'static str,
    status: CandidacyStatus,
    cohort: Option<CohortId>,
) -> Candidacy {
    let employer = Employer::Municipality(given::amsterdam());
    let candidacy = given::candidate_named(&app.db, email, Some(employer)).await;
    let id = candidacy.id;
    let put = move |conn: &mut _| -> DbResult<usize> {
        Ok(diesel::update(candidacies::table.find(id))
            .set((
                candidacies::cohort.eq(cohort),
                candidacies::status.eq(status),
            ))
            .execute(conn)?)
    };
    app.db.write(put).await.unwrap();
    candidacy
}

async fn review(app: &TestApp, candidacy: &Candidacy, email: &'static str) {
    let reviewer = given::somebody(&app.db, email, None).await;
    let body = json!({ "reviewers": [reviewer] });
    let all = app
        .as_coordinator()
        .post(&path(candidacy, "/reviews"), &body)
        .await
        .expect(201)
        .json();
    let mine = |review: &&Value| review["reviewer"] == json!(reviewer);
    let review = all["items"].as_array().unwrap().iter().find(mine).unwrap()["id"].clone();
    let body = json!({ "innovation": 4, "impact": 4, "remark": "Goed." });
    let caller = app.as_person(reviewer, Role::Member);
    caller
        .put(
            &format!("/v1/reviews/{}", review.as_str().unwrap()),
            "*",
            &body,
        )
        .await
        .expect(200);
}

async fn decide(app: &TestApp, candidacy: &Candidacy, body: &Value) -> Answer {
    app.as_coordinator()
        .post(&path(candidacy, "/decision"), body)
        .await
}

on_both_databases! {
    async fn an_invitation_needs_consent_two_reviews_a_cohort_and_an_address(db: TestDb) {
        // mission: N3, N4
        let app = TestApp::start(db).await;
        let invite = json!({ "outcome": "invite" });
        let open = candidate(&app, "a@example.nl", CandidacyStatus::Open, None).await;
        decide(&app, &open, &invite).await.problem(409, "invalid-transition");
        let bare = candidate(&app, "b@example.nl", CandidacyStatus::Consented, None).await;
        review(&app, &bare, "een@example.org").await;
        let hinders = decide(&app, &bare, &invite).await.problem(409, "invite-hindered")["hinders"].clone();
        assert_eq!(hinders, json!([
            { "code": "reviews-missing", "handedIn": 1, "needed": 2 }, { "code": "cohort-missing" }
        ]));
        let cohort = given::cohort(&app.db, "Lichting 2026").await;
        let ready = candidate(&app, "c@example.nl", CandidacyStatus::Consented, Some(cohort)).await;
        review(&app, &ready, "een@example.org").await;
        decide(&app, &ready, &invite).await.problem(409, "invite-hindered");
        review(&app, &ready, "twee@example.org").await;
        let decided = decide(&app, &ready, &invite).await.expect(201);
        assert_eq!(decided.text_at("/candidacyStatus"), "candidate_invited");
        assert_eq!(given::count(app.db.db(), "deliveries WHERE kind = 'candidate_invitation'").await, 1);
        // Who has no address cannot be invited.
        let mute = candidate(&app, "d@example.nl", CandidacyStatus::Consented, Some(cohort)).await;
        review(&app, &mute, "een@example.org").await;
        review(&app, &mute, "twee@example.org").await;
        let person: PersonId = mute.person;
        app.as_coordinator().patch(&format!("/v1/people/{person}"), "*", &json!({ "email": null })).await.expect(200);
        let hinders = decide(&app, &mute, &invite).await.problem(409, "invite-hindered")["hinders"].clone();
        assert_eq!(hinders, json!([{ "code": "no-email" }]));
    }

    async fn who_is_invited_keeps_a_cohort_to_start_in(db: TestDb) {
        // mission: N1, N4
        let app = TestApp::start(db).await;
        let cohort = given::cohort(&app.db, "Lichting 2026").await;
        let next = given::cohort(&app.db, "Lichting 2027").await;
        let invited = candidate(&app, "a@example.nl", CandidacyStatus::CandidateInvited, Some(cohort)).await;
        let coordinator = app.as_coordinator();
        let none = coordinator.patch(&path(&invited, ""), "*", &json!({ "cohort": null })).await;
        assert_eq!(none.invalid(), [("/cohort".to_owned(), "required".to_owned())]);
        let another = coordinator.patch(&path(&invited, ""), "*", &json!({ "cohort": next })).await.expect(200);
        assert_eq!(another.json()["cohort"], json!(next));
    }

    async fn a_rejection_has_a_reason_that_the_nominator_reads(db: TestDb) {
        // mission: N4
        let app = TestApp::start(db).await;
        let candidacy = candidate(&app, "a@example.nl", CandidacyStatus::Open, None).await;
        let fields = decide(&app, &candidacy, &json!({ "outcome": "reject" })).await.invalid();
        assert_eq!(fields, [("/reason".to_owned(), "required".to_owned())]);
        let reject = json!({ "outcome": "reject", "reason": "In deze lichting is geen plaats meer." });
        let decided = decide(&app, &candidacy, &reject).await.expect(201);
        assert_eq!(decided.text_at("/state"), "released");
        assert_eq!(decided.text_at("/candidacyStatus"), "rejected");
        assert_eq!(given::count(app.db.db(), "deliveries WHERE kind = 'nomination_outcome'").await, 1);
        // The candidate knows of the nomination, and hears that it ends here.
        assert_eq!(
            given::count(
                app.db.db(),
                "deliveries WHERE kind = 'candidate_rejected'"
            )
            .await,
            1
        );
        let read = app.as_coordinator().get(&path(&candidacy, "/decision")).await.expect(200);
        assert_eq!(read.text_at("/reason"), "In deze lichting is geen plaats meer.");
        decide(&app, &candidacy, &reject).await.problem(409, "invalid-transition");
    }

    async fn a_reason_that_may_hold_a_citizen_service_number_is_not_mailed(db: TestDb) {
        let app = TestApp::start(db).await;
        let candidacy = candidate(&app, "a@example.nl", CandidacyStatus::Open, None).await;
        let reject = json!({ "outcome": "reject", "reason": "Zie dossier 111222333." });
        let refused = decide(&app, &candidacy, &reject).await;
        assert_eq!(refused.problem(400, "possible-bsn")["invalidParams"][0]["name"], "/reason");
        assert_eq!(given::count(app.db.db(), "deliveries").await, 0);
        let looked = json!({ "outcome": "reject", "reason": "Zie zaak 111222333.", "containsNoBsn": true });
        decide(&app, &candidacy, &looked).await.expect(201);
        // So are remarks of reviewers, and what is recorded of an executive's answer.
        let other = candidate(&app, "b@example.nl", CandidacyStatus::Open, None).await;
        let giver = json!({
            "newPerson": { "name": "Joris", "email": "j@example.nl" }, "role": "gemeentesecretaris",
            "reason": "Zie 111222333."
        });
        let refused = app.as_coordinator().post(&path(&other, "/consent"), &giver).await;
        assert_eq!(refused.problem(400, "possible-bsn")["invalidParams"][0]["name"], "/reason");
        let reviewer = given::somebody(&app.db, "een@example.org", None).await;
        let body = json!({ "reviewers": [reviewer] });
        let all = app.as_coordinator().post(&path(&other, "/reviews"), &body).await.expect(201);
        let judged = json!({ "innovation": 4, "impact": 4, "remark": "Dossier 111222333." });
        let review = format!("/v1/reviews/{}", all.text_at("/items/0/id"));
        let refused = app.as_person(reviewer, Role::Member).put(&review, "*", &judged).await;
        assert_eq!(refused.problem(400, "possible-bsn")["invalidParams"][0]["name"], "/remark");
    }

    async fn a_rejection_takes_back_what_the_executive_was_asked(db: TestDb) {
        // mission: N3
        let app = TestApp::start(db).await;
        let candidacy = candidate(&app, "a@example.nl", CandidacyStatus::Open, None).await;
        let giver = json!({ "newPerson": { "name": "Joris", "email": "j@example.nl" }, "role": "gemeentesecretaris" });
        app.as_coordinator().post(&path(&candidacy, "/consent"), &giver).await.expect(201);
        let reject = json!({ "outcome": "reject", "reason": "Vol." });
        decide(&app, &candidacy, &reject).await.expect(201);
        let consent = app.as_coordinator().get(&path(&candidacy, "/consent")).await.expect(200);
        assert_eq!(consent.text_at("/status"), "withdrawn");
    }

    async fn what_is_prepared_is_released_later_or_taken_back(db: TestDb) {
        // mission: N4
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let candidacy = candidate(&app, "a@example.nl", CandidacyStatus::Open, None).await;
        let later = json!({ "outcome": "reject", "reason": "Vol.", "release": false });
        let prepared = decide(&app, &candidacy, &later).await.expect(201);
        assert_eq!(prepared.text_at("/state"), "prepared");
        assert_eq!(prepared.text_at("/candidacyStatus"), "open");
        assert_eq!(given::count(app.db.db(), "deliveries").await, 0);
        decide(&app, &candidacy, &later).await.problem(409, "decision-prepared");
        coordinator.delete(&path(&candidacy, "/decision")).await.expect(204);
        coordinator.get(&path(&candidacy, "/decision")).await.problem(404, "not-found");
        coordinator.delete(&path(&candidacy, "/decision")).await.problem(404, "not-found");
        let prepared = decide(&app, &candidacy, &later).await.expect(201);
        let release = path(&candidacy, "/decision/release");
        let stale = coordinator.call(Method::POST, &release).header("if-match", "\"77-00\"").send().await;
        stale.problem(412, "stale");
        let call = coordinator.call(Method::POST, &release).header("if-match", prepared.header("etag"));
        assert_eq!(call.send().await.expect(200).text_at("/candidacyStatus"), "rejected");
        app.as_role(Role::Adviser).get(&path(&candidacy, "/decision")).await.problem(403, "forbidden");
    }

    async fn the_decisions_of_a_cohort_are_released_together_or_not_at_all(db: TestDb) {
        // mission: N1, N4
        let app = TestApp::start(db).await;
        let cohort = given::cohort(&app.db, "Lichting 2026").await;
        let invited = candidate(&app, "a@example.nl", CandidacyStatus::Consented, Some(cohort)).await;
        review(&app, &invited, "een@example.org").await;
        review(&app, &invited, "twee@example.org").await;
        let rejected = candidate(&app, "b@example.nl", CandidacyStatus::Open, Some(cohort)).await;
        let later = |outcome: &str| json!({ "outcome": outcome, "reason": "Zie het verslag.", "release": false });
        decide(&app, &invited, &later("invite")).await.expect(201);
        decide(&app, &rejected, &later("reject")).await.expect(201);
        // The address went meanwhile.
        let person = format!("/v1/people/{}", invited.person);
        app.as_coordinator().patch(&person, "*", &json!({ "email": null })).await.expect(200);
        let release = format!("/v1/cohorts/{cohort}/decision-release");
        let call = async || app.as_coordinator().call(Method::POST, &release).send().await;
        let hindered = call().await.problem(409, "cohort-release-hindered")["candidacies"].clone();
        assert_eq!(hindered[0]["candidacy"], json!(invited.id));
        assert_eq!(hindered[0]["hinders"], json!([{ "code": "no-email" }]));
        assert_eq!(given::count(app.db.db(), "candidacies WHERE status = 'rejected'").await, 0);
        app.as_coordinator().patch(&person, "*", &json!({ "email": "a2@example.nl" })).await.expect(200);
        let released = call().await.expect(200).json();
        let states: Vec<&str> = released["items"].as_array().unwrap().iter()
            .map(|item| item["candidacyStatus"].as_str().unwrap()).collect();
        assert_eq!(states, ["candidate_invited", "rejected"]);
        assert_eq!(call().await.expect(200).json()["items"], json!([]));
        let missing = format!("/v1/cohorts/{MISSING}/decision-release");
        app.as_coordinator().call(Method::POST, &missing).send().await.problem(404, "not-found");
    }
}
