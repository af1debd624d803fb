//! Reviews: each on their own, by nobody with a stake, and the ranking that follows (N1, N4).

use diesel::prelude::*;
use koplopers_shared::access::Role;
use koplopers_shared::candidacies::{Candidacy, Employer};
use koplopers_shared::catalogue::words::PersonRole;
use koplopers_shared::db::DbResult;
use koplopers_shared::db::schema::candidacies;
use koplopers_shared::ids::{CohortId, PersonId};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp};

const MISSING: &str = "019b76da-0000-7000-8000-00000000dead";

fn amsterdam() -> Employer {
    Employer::Municipality(given::amsterdam())
}

fn utrecht() -> Employer {
    Employer::Municipality(given::utrecht())
}

async fn assign(app: &TestApp, candidacy: &Candidacy, reviewers: &[PersonId]) -> Answer {
    let path = format!("/v1/candidacies/{}/reviews", candidacy.id);
    app.as_coordinator()
        .post(&path, &json!({ "reviewers": reviewers }))
        .await
}

/// The id of somebody's review of the candidacy.
async fn review_of(app: &TestApp, candidacy: &Candidacy, reviewer: PersonId) -> String {
    let path = format!("/v1/candidacies/{}/reviews", candidacy.id);
    let all = app.as_coordinator().get(&path).await.expect(200).json();
    let theirs = |review: &&Value| review["reviewer"] == json!(reviewer);
    let found = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(theirs)
        .unwrap()
        .clone();
    found["id"].as_str().unwrap().to_owned()
}

async fn hand_in(
    app: &TestApp,
    candidacy: &Candidacy,
    reviewer: PersonId,
    (innovation, impact): (i32, i32),
) -> Answer {
    let id = review_of(app, candidacy, reviewer).await;
    let body = json!({ "innovation": innovation, "impact": impact, "remark": "Overtuigend." });
    let caller = app.as_person(reviewer, Role::Adviser);
    caller.put(&format!("/v1/reviews/{id}"), "*", &body).await
}

async fn reviewer(app: &TestApp, email: &'static str) -> PersonId {
    given::somebody(&app.db, email, Some((PersonRole::Ambtenaar, utrecht()))).await
}

async fn in_cohort(app: &TestApp, candidacy: &Candidacy, cohort: CohortId) {
    let id = candidacy.id;
    let put = move |conn: &mut _| -> DbResult<usize> {
        Ok(diesel::update(candidacies::table.find(id))
            .set(candidacies::cohort.eq(cohort))
            .execute(conn)?)
    };
    app.db.write(put).await.unwrap();
}

on_both_databases! {
    async fn what_others_think_is_hidden_until_all_are_in(db: TestDb) {
        // mission: N4
        let app = TestApp::start(db).await;
        let candidacy = given::candidate(&app.db, Some(amsterdam())).await;
        let (one, other) = (reviewer(&app, "een@example.nl").await, reviewer(&app, "twee@example.nl").await);
        assign(&app, &candidacy, &[one, other]).await.expect(201);
        hand_in(&app, &candidacy, one, (5, 4)).await.expect(200);
        let list = format!("/v1/candidacies/{}/reviews", candidacy.id);
        let first = format!("/v1/reviews/{}", review_of(&app, &candidacy, one).await);
        let seen = async |role: Role, person: Option<PersonId>| {
            let caller = match person {
                Some(person) => app.as_person(person, role),
                None => app.as_role(role),
            };
            let all = caller.get(&list).await.expect(200).json();
            all["items"][0]["innovation"].clone()
        };
        // The other reviewer, also when they keep candidacies; and a bystander.
        assert_eq!(seen(Role::Adviser, Some(other)).await, Value::Null);
        assert_eq!(seen(Role::Coordinator, Some(other)).await, Value::Null);
        assert_eq!(seen(Role::Adviser, None).await, Value::Null);
        let keeper = app.as_person(other, Role::Coordinator).get(&first).await.expect(200).json();
        assert_eq!((&keeper["hidden"], &keeper["remark"]), (&json!(true), &Value::Null));
        app.as_person(other, Role::Adviser).get(&first).await.problem(404, "not-found");
        // Their author, and a coordinator who does not review it.
        assert_eq!(seen(Role::Adviser, Some(one)).await, 5);
        assert_eq!(seen(Role::Coordinator, None).await, 5);
        hand_in(&app, &candidacy, one, (4, 4)).await.expect(200);
        hand_in(&app, &candidacy, other, (2, 3)).await.expect(200);
        assert_eq!(seen(Role::Adviser, Some(other)).await, 4);
        assert_eq!(seen(Role::Adviser, None).await, 4);
        // Whoever has seen the others does not change their own.
        hand_in(&app, &candidacy, other, (4, 4)).await.problem(409, "reviews-complete");
    }

    async fn who_has_not_handed_in_is_taken_off_and_the_others_are_complete(db: TestDb) {
        // mission: N4
        let app = TestApp::start(db).await;
        let candidacy = given::candidate(&app.db, Some(amsterdam())).await;
        let other = given::candidate_named(&app.db, "ali@example.nl", Some(amsterdam())).await;
        let (one, gone) = (reviewer(&app, "een@example.nl").await, reviewer(&app, "twee@example.nl").await);
        assign(&app, &candidacy, &[one, gone]).await.expect(201);
        hand_in(&app, &candidacy, one, (5, 4)).await.expect(200);
        let path = |candidacy: &Candidacy, review: &str| format!("/v1/candidacies/{}/reviews/{review}", candidacy.id);
        let (first, second) = (review_of(&app, &candidacy, one).await, review_of(&app, &candidacy, gone).await);
        let coordinator = app.as_coordinator();
        coordinator.delete(&path(&other, &second)).await.problem(404, "not-found");
        coordinator.delete(&path(&candidacy, MISSING)).await.problem(404, "not-found");
        coordinator.delete(&path(&candidacy, &first)).await.problem(409, "review-handed-in");
        app.as_role(Role::Adviser).delete(&path(&candidacy, &second)).await.problem(403, "forbidden");
        let stale = coordinator.call(Method::DELETE, &path(&candidacy, &second)).header("if-match", "\"9-00\"");
        stale.send().await.problem(412, "stale");
        let seen = coordinator.get(&format!("/v1/reviews/{second}")).await.expect(200).json();
        assert_eq!(seen["allowedActions"][1], json!({ "action": "unassign", "allowed": true, "reason": null }));
        coordinator.delete(&path(&candidacy, &second)).await.expect(204);
        coordinator.delete(&path(&candidacy, &second)).await.problem(404, "not-found");
        // The one that is left is all there is, so that everybody sees it and it stays.
        let list = format!("/v1/candidacies/{}/reviews", candidacy.id);
        let all = app.as_role(Role::Adviser).get(&list).await.expect(200).json();
        assert_eq!(all["items"].as_array().unwrap().len(), 1);
        assert_eq!(all["items"][0]["innovation"], 5);
        hand_in(&app, &candidacy, one, (1, 1)).await.problem(409, "reviews-complete");
        assert_eq!(given::count(&app.db, "events WHERE type = 'candidacy.reviewer_unassigned'").await, 1);
        assert_eq!(given::count(&app.db, "audit_events WHERE action = 'candidacy.unassign_reviewer'").await, 1);
        // They can be asked again; nobody is taken off once it is decided.
        assign(&app, &candidacy, &[gone]).await.expect(201);
        let reject = json!({ "outcome": "reject", "reason": "Dit jaar niet." });
        coordinator.post(&format!("/v1/candidacies/{}/decision", candidacy.id), &reject).await.expect(201);
        let again = review_of(&app, &candidacy, gone).await;
        coordinator.delete(&path(&candidacy, &again)).await.problem(409, "invalid-transition");
    }

    async fn who_has_a_stake_does_not_review(db: TestDb) {
        // mission: N4
        let app = TestApp::start(db).await;
        let candidacy = given::candidate(&app.db, Some(amsterdam())).await;
        let colleague = given::somebody(&app.db, "collega@example.nl", Some((PersonRole::Ambtenaar, amsterdam()))).await;
        let nominator = given::somebody(&app.db, "NOOR@example.nl", None).await;
        let free = reviewer(&app, "vrij@example.nl").await;
        for (who, reason) in [(colleague, "same-employer"), (nominator, "is-nominator"), (candidacy.person, "is-candidate")] {
            let refused = assign(&app, &candidacy, &[free, who]).await.problem(409, "conflict-of-interest");
            assert_eq!(refused["conflicts"], json!([{ "reviewer": who, "reasons": [reason] }]));
        }
        assert_eq!(given::count(app.db.db(), "reviews").await, 0);
        let missing: PersonId = MISSING.parse().unwrap();
        let fields = assign(&app, &candidacy, &[free, missing]).await.invalid();
        assert_eq!(fields, [("/reviewers/1".to_owned(), "unknown".to_owned())]);
        assign(&app, &candidacy, &[free]).await.expect(201);
        // They went to work for the same municipality since.
        let role = json!({ "role": "ambtenaar", "municipality": "GM0363" });
        let roles = format!("/v1/people/{free}/roles");
        app.as_coordinator().post(&roles, &role).await.expect(201);
        let late = hand_in(&app, &candidacy, free, (5, 5)).await;
        assert_eq!(late.problem(409, "conflict-of-interest")["conflicts"][0]["reasons"], json!(["same-employer"]));
    }

    async fn a_review_takes_the_person_it_was_asked_of(db: TestDb) {
        // mission: N4
        let app = TestApp::start(db).await;
        let candidacy = given::candidate(&app.db, Some(amsterdam())).await;
        let (one, other) = (reviewer(&app, "een@example.nl").await, reviewer(&app, "twee@example.nl").await);
        assign(&app, &candidacy, &[one, one]).await.expect(201);
        assert_eq!(given::count(app.db.db(), "reviews").await, 1);
        let path = format!("/v1/reviews/{}", review_of(&app, &candidacy, one).await);
        let body = json!({ "innovation": 4, "impact": 3, "remark": "Goed." });
        app.as_role(Role::Adviser).put(&path, "*", &body).await.problem(403, "person-required");
        app.as_person(other, Role::Adviser).put(&path, "*", &body).await.problem(404, "not-found");
        let caller = app.as_person(one, Role::Member);
        for (field, value) in [("innovation", json!(6)), ("impact", json!(0)), ("remark", json!(" "))] {
            let mut wrong = body.clone();
            wrong[field] = value;
            let fields = caller.put(&path, "*", &wrong).await.invalid();
            assert_eq!(fields[0].0, format!("/{field}"));
        }
        let call = caller.call(Method::PUT, &path).json(&body);
        call.send().await.problem(428, "precondition-required");
        caller.put(&path, "\"7-00\"", &body).await.problem(412, "stale");
        let mine = caller.get("/v1/reviews").await.expect(200);
        assert_eq!(mine.text_at("/items/0/candidacy"), candidacy.id.to_string());
        let read = caller.get(&path).await.expect(200);
        assert_eq!(read.text_at("/candidate/name"), "kim Voorbeeld");
        assert_eq!(read.text_at("/candidate/nominations/0/innovation"), "Keukentafels op het plein.");
        assert!(!read.text.contains("noor"), "who nominated is not the reviewer's: {}", read.text);
        let done = caller.put(&path, read.header("etag"), &body).await.expect(200);
        assert_eq!(done.json()["impact"], 3);
        let none = app.as_role(Role::Member).get("/v1/reviews").await.expect(200);
        assert_eq!(none.json()["items"], json!([]));
        app.as_person(one, Role::Member).get(&format!("/v1/candidacies/{}/reviews", candidacy.id)).await.problem(403, "forbidden");
    }

    async fn a_cohort_is_ranked_with_its_spread_over_provinces_and_kinds(db: TestDb) {
        // mission: N1, N4
        let app = TestApp::start(db).await;
        let cohort = given::cohort(&app.db, "Lichting 2026").await;
        let groningen = Employer::Municipality("GM0014".parse().unwrap());
        let high = given::candidate_named(&app.db, "a@example.nl", Some(amsterdam())).await;
        let low = given::candidate_named(&app.db, "b@example.nl", Some(groningen)).await;
        let unread = given::candidate_named(&app.db, "c@example.nl", None).await;
        let elsewhere = given::candidate_named(&app.db, "d@example.nl", None).await;
        let (one, other) = (reviewer(&app, "een@example.nl").await, reviewer(&app, "twee@example.nl").await);
        for candidacy in [&low, &unread, &high] {
            in_cohort(&app, candidacy, cohort).await;
        }
        for (candidacy, marks) in [(&high, [(5, 4), (4, 4)]), (&low, [(2, 3), (3, 3)])] {
            assign(&app, candidacy, &[one, other]).await.expect(201);
            hand_in(&app, candidacy, one, marks[0]).await.expect(200);
            hand_in(&app, candidacy, other, marks[1]).await.expect(200);
        }
        let path = format!("/v1/cohorts/{cohort}/ranking");
        let ranking = app.as_coordinator().get(&path).await.expect(200).json();
        assert_eq!(ranking["target"], 40);
        let rows: Vec<(Value, Value, Value)> = ranking["items"].as_array().unwrap().iter()
            .map(|row| (row["candidacy"].clone(), row["rank"].clone(), row["score"].clone()))
            .collect();
        assert_eq!(rows, [
            (json!(high.id), json!(1), json!(850)),
            (json!(low.id), json!(2), json!(550)),
            (json!(unread.id), Value::Null, Value::Null),
        ]);
        assert_eq!(
            ranking["items"][0]["explanation"],
            "innovation 4.50 and impact 4.00, averages of 2 reviews, make 8.50"
        );
        assert_eq!(ranking["spread"]["provinces"], json!([
            { "of": "Groningen", "candidates": 1, "chosen": 0 },
            { "of": "Noord-Holland", "candidates": 1, "chosen": 0 },
            { "of": null, "candidates": 1, "chosen": 0 },
        ]));
        assert_eq!(ranking["spread"]["kinds"][2], json!({ "of": "social_professional", "candidates": 3, "chosen": 0 }));
        assert!(!ranking.to_string().contains(&elsewhere.id.to_string()));
        app.as_role(Role::Adviser).get(&path).await.problem(403, "forbidden");
        app.as_coordinator().get(&format!("/v1/cohorts/{MISSING}/ranking")).await.problem(404, "not-found");
    }

    async fn the_ranking_tells_a_reviewer_nothing_before_they_handed_in(db: TestDb) {
        // mission: N4
        let app = TestApp::start(db).await;
        let cohort = given::cohort(&app.db, "Lichting 2026").await;
        let candidacy = given::candidate(&app.db, Some(amsterdam())).await;
        in_cohort(&app, &candidacy, cohort).await;
        let (one, other) = (reviewer(&app, "een@example.nl").await, reviewer(&app, "twee@example.nl").await);
        assign(&app, &candidacy, &[one, other]).await.expect(201);
        hand_in(&app, &candidacy, one, (5, 4)).await.expect(200);
        let path = format!("/v1/cohorts/{cohort}/ranking");
        let theirs = app.as_person(other, Role::Coordinator).get(&path).await.expect(200).json();
        assert_eq!((&theirs["items"][0]["score"], &theirs["items"][0]["hidden"]), (&Value::Null, &json!(true)));
        let others = app.as_coordinator().get(&path).await.expect(200).json();
        assert_eq!(others["items"][0]["score"], 900);
    }
}
