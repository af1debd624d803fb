//! Nominating, and the candidacy that a nomination joins.

use koplopers_shared::access::Role;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use super::{CANDIDACIES, NOMINATIONS, body, candidacy_of, field, nominate, person, with};
use crate::app::TestApp;

on_both_databases! {
    async fn a_nomination_opens_a_candidacy_and_makes_the_candidate_a_person(db: TestDb) {
        // mission: N2, N4
        let app = TestApp::start(db).await;
        let municipality = app.as_municipality("GM0363");
        let made = nominate(&municipality, &body("Kim  Kandidaat", "Kim@example.nl")).await.expect(201);
        let id = made.text_at("/id");
        assert_eq!(made.header("location"), format!("{NOMINATIONS}/{id}"));
        assert_eq!(made.text_at("/status"), "submitted");
        assert_eq!(made.text_at("/outcome"), "under_consideration");
        assert_eq!(made.text_at("/candidate/name"), "Kim Kandidaat");
        assert_eq!(made.text_at("/municipality"), "GM0363");
        assert!(made.json().get("candidacy").is_none());

        let candidacy = candidacy_of(&app, &id).await;
        let seen = app.as_coordinator().get(&format!("{CANDIDACIES}/{candidacy}")).await.expect(200);
        assert_eq!(seen.text_at("/status"), "open");
        assert_eq!(seen.text_at("/kind"), "municipal_professional");
        assert_eq!(seen.text_at("/municipality"), "GM0363");
        assert_eq!(seen.text_at("/tellBy"), "2026-03-30T09:00:00Z");
        assert_eq!(seen.text_at("/nominations/0/id"), id);
        let candidate = app.as_coordinator().get(&format!("/v1/people/{}", seen.text_at("/person"))).await.expect(200);
        assert_eq!(candidate.text_at("/name"), "Kim Kandidaat");
        // Who nominated them does not see them among its people.
        municipality.get(&format!("/v1/people/{}", seen.text_at("/person"))).await.problem(404, "not-found");
        let history = app.as_coordinator().get(&format!("{CANDIDACIES}/{candidacy}/history")).await.expect(200).json();
        let types: Vec<&str> = history["items"].as_array().unwrap().iter().map(|it| it["type"].as_str().unwrap()).collect();
        assert_eq!(types, ["candidacy.opened", "candidacy.nomination_joined"]);
        assert_eq!(given::count(&app.db, "audit_events WHERE action IN ('nomination.create', 'candidacy.open', 'person.create')").await, 3);
        assert_eq!(given::count(&app.db, "deliveries").await, 0);
    }

    async fn nominations_of_one_candidate_join_one_candidacy(db: TestDb) {
        // mission: N2
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let first = nominate(&coordinator, &body("Kim Kandidaat", "kim@example.nl")).await.expect(201);
        let candidacy = candidacy_of(&app, &first.text_at("/id")).await;
        for (other, joins) in [
            // The same mailbox in another spelling, whatever the name.
            (body("K. Kandidaat", "KIM+werk@example.nl"), true),
            // The same name with the same employer, with another address or none.
            (body("kìm KANDIDAAT", "prive@example.org"), true),
            (with(body("Kim Kandidaat", ""), &[("/candidate/email", Value::Null)]), true),
            // The same name elsewhere is somebody else.
            (with(body("Kim Kandidaat", "kim@example.org"), &[("/candidate/municipality", json!("GM0344"))]), false),
            // A name without an employer is nobody in particular.
            (
                with(body("Kim Kandidaat", "kk@example.org"), &[
                    ("/candidate/municipality", Value::Null), ("/giver", Value::Null),
                    ("/candidate/kind", json!("ervaringsdeskundige")),
                ]),
                false,
            ),
        ] {
            let made = nominate(&coordinator, &other).await.expect(201);
            let theirs = candidacy_of(&app, &made.text_at("/id")).await;
            assert_eq!(theirs == candidacy, joins, "{other}");
        }
        let seen = coordinator.get(&format!("{CANDIDACIES}/{candidacy}")).await.expect(200).json();
        assert_eq!(seen["nominationCount"], 4);
        assert_eq!(given::count(&app.db, "candidacies").await, 3);
    }

    async fn organisations_by_name_join_by_that_name(db: TestDb) {
        // mission: N2
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let named = |email: &str, organisation: &str| {
            with(body("Sam Sociaal", email), &[
                ("/candidate/municipality", Value::Null),
                ("/candidate/organisationName", json!(organisation)),
                ("/candidate/kind", json!("social_professional")),
                ("/giver/role", json!("director")),
            ])
        };
        let mut candidacies = Vec::new();
        for body in [
            named("sam@example.nl", "Stichting Voorbeeld"),
            named("s@example.org", "stichting  VOORBEELD"),
            named("x@example.org", "Stichting Anders"),
        ] {
            let made = nominate(&coordinator, &body).await.expect(201);
            candidacies.push(candidacy_of(&app, &made.text_at("/id")).await);
        }
        assert_eq!(candidacies[0], candidacies[1]);
        assert_ne!(candidacies[0], candidacies[2]);
    }

    async fn somebody_we_know_is_not_made_again_and_a_closed_candidacy_is_not_joined(db: TestDb) {
        // mission: N2
        let app = TestApp::start(db).await;
        let known = person(&app, "Kim Kandidaat", "kim@example.nl").await;
        let coordinator = app.as_coordinator();
        let mut candidacies = Vec::new();
        for _ in 0..2 {
            let made = nominate(&coordinator, &body("Kim Kandidaat", "kim+x@example.nl")).await.expect(201);
            let candidacy = candidacy_of(&app, &made.text_at("/id")).await;
            let seen = coordinator.get(&format!("{CANDIDACIES}/{candidacy}")).await.expect(200);
            assert_eq!(seen.text_at("/person"), known.to_string());
            let path = format!("{NOMINATIONS}/{}/withdrawal", made.text_at("/id"));
            coordinator.post(&path, &json!({})).await.expect(200);
            let closed = coordinator.get(&format!("{CANDIDACIES}/{candidacy}")).await.expect(200);
            assert_eq!(closed.text_at("/status"), "withdrawn");
            candidacies.push(candidacy);
        }
        assert_ne!(candidacies[0], candidacies[1]);
    }

    async fn a_person_with_a_token_nominates_in_their_own_name(db: TestDb) {
        // mission: N2
        let app = TestApp::start(db).await;
        let noor = person(&app, "Noor Lid", "noor.lid@example.nl").await;
        let caller = app.as_person(noor, Role::Member);
        let named = body("Kim Kandidaat", "kim@example.nl");
        assert_eq!(nominate(&caller, &named).await.invalid(), field("/nominator", "not-allowed"));
        let own = with(named.clone(), &[("/nominator", Value::Null)]);
        let made = nominate(&caller, &own).await.expect(201);
        assert_eq!(made.text_at("/nominator/name"), "Noor Lid");
        assert_eq!(nominate(&app.as_coordinator(), &own).await.invalid(), field("/nominator", "required"));
        // Who nominates in their own name cannot consent either.
        let giver = with(own, &[("/giver/email", json!("NOOR.lid+x@example.nl"))]);
        assert_eq!(nominate(&caller, &giver).await.invalid(), field("/giver", "is-nominator"));
    }

    async fn what_is_wrong_with_a_nomination_is_named_at_once(db: TestDb) {
        // mission: N2, N3, N4; security: 34
        let app = TestApp::start(db).await;
        let caller = app.as_municipality("GM0363");
        let good = || body("Kim Kandidaat", "kim@example.nl");
        let blanks = " ".repeat(80);
        let padded = format!("{}kort{}", " ".repeat(40), " ".repeat(40));
        for (changes, expected) in [
            (vec![("/motivation", json!(blanks))], field("/motivation", "blank")),
            (vec![("/motivation", json!(padded))], field("/motivation", "too-short")),
            (vec![("/motivation", json!("x".repeat(49)))], field("/motivation", "too-short")),
            (vec![("/motivation", json!("x".repeat(5_001)))], field("/motivation", "too-long")),
            (vec![("/innovation", json!("  "))], field("/innovation", "blank")),
            (vec![("/impact", json!(""))], field("/impact", "blank")),
            (vec![("/relation", Value::Null)], field("/relation", "required")),
            (vec![("/candidate/kind", json!("adviser"))], field("/candidate/kind", "enum")),
            (vec![("/candidate/name", json!("Kim\r\nBcc: x@example.org"))], field("/candidate/name", "line")),
            (vec![("/giver/email", json!("KIM+x@EXAMPLE.nl"))], field("/giver", "is-candidate")),
            (vec![("/giver/email", json!("Noor+y@example.org"))], field("/giver", "is-nominator")),
            (vec![("/giver/role", json!("wethouder"))], field("/giver/role", "not-highest-executive")),
            (vec![("/giver/role", json!("director"))], field("/giver/role", "not-highest-executive")),
            (vec![("/candidate/municipality", json!("GM9999"))], field("/candidate/municipality", "unknown")),
            (
                vec![("/candidate/organisationName", json!("Stichting Voorbeeld"))],
                field("/candidate", "too-many"),
            ),
            (
                vec![
                    ("/candidate/municipality", Value::Null),
                    ("/candidate/organisation", json!("019b76da-0000-7000-8000-00000000dead")),
                    ("/giver/role", json!("director")),
                ],
                field("/candidate/organisation", "unknown"),
            ),
            (
                vec![("/candidate/municipality", Value::Null), ("/candidate/kind", json!("ervaringsdeskundige"))],
                field("/giver", "not-allowed"),
            ),
        ] {
            let found = nominate(&caller, &with(good(), &changes)).await.invalid();
            assert_eq!(found, expected, "{changes:?}");
        }
        let two = with(good(), &[("/motivation", json!(format!("{}.", " ".repeat(60)))), ("/giver/role", json!("raadslid"))]);
        let codes: Vec<String> = nominate(&caller, &two).await.invalid().into_iter().map(|(_, code)| code).collect();
        assert_eq!(codes, ["not-highest-executive", "too-short"]);
        let number = with(good(), &[("/impact", json!("Over 111222333 dus"))]);
        nominate(&caller, &number).await.problem(400, "possible-bsn");
        assert_eq!(given::count(&app.db, "nominations").await, 0);
        assert_eq!(given::count(&app.db, "people").await, 0);
    }

    async fn a_reference_is_unique_per_client_and_a_key_repeats_the_answer(db: TestDb) {
        // security: 50, 51
        let app = TestApp::start(db).await;
        let caller = app.as_municipality("GM0363");
        let referred = with(body("Kim Kandidaat", "kim@example.nl"), &[("/externalReference", json!("V-7"))]);
        let keyed = async |body: &Value| {
            caller.call(Method::POST, NOMINATIONS).header("idempotency-key", "een").json(body).send().await
        };
        let first = keyed(&referred).await.expect(201);
        let again = keyed(&referred).await.expect(201);
        assert_eq!(again.header("idempotent-replayed"), "true");
        assert_eq!(first.text, again.text);
        keyed(&body("Kim Kandidaat", "kim@example.nl")).await.problem(422, "idempotency-key-reused");
        nominate(&caller, &referred).await.problem(409, "already-exists");
        nominate(&app.as_municipality("GM0344"), &referred).await.expect(201);
        let found = caller.get(&format!("{NOMINATIONS}?externalReference=V-7")).await.expect(200);
        assert_eq!(found.json()["items"].as_array().unwrap().len(), 1);
    }

    async fn the_last_nomination_takes_the_candidacy_along(db: TestDb) {
        // mission: N2
        let app = TestApp::start(db).await;
        let (one, two) = (app.as_municipality("GM0363"), app.as_municipality("GM0344"));
        let first = nominate(&one, &body("Kim Kandidaat", "kim@example.nl")).await.expect(201).text_at("/id");
        let second = nominate(&two, &body("Kim Kandidaat", "kim@example.nl")).await.expect(201).text_at("/id");
        let candidacy = candidacy_of(&app, &first).await;
        let path = |id: &str| format!("{NOMINATIONS}/{id}/withdrawal");
        let reason = json!({ "reason": "Een andere baan." });
        two.post(&path(&first), &reason).await.problem(404, "not-found");
        let gone = one.post(&path(&first), &reason).await.expect(200);
        assert_eq!(gone.text_at("/status"), "withdrawn");
        assert_eq!(gone.text_at("/outcome"), "closed");
        let seen = app.as_coordinator().get(&format!("{CANDIDACIES}/{candidacy}")).await.expect(200);
        assert_eq!(seen.text_at("/status"), "open");
        two.post(&path(&second), &json!({})).await.expect(200);
        let seen = app.as_coordinator().get(&format!("{CANDIDACIES}/{candidacy}")).await.expect(200);
        assert_eq!(seen.text_at("/status"), "withdrawn");
        one.post(&path(&first), &reason).await.problem(409, "invalid-transition");
    }

    async fn a_coordinator_changes_kind_employer_and_cohort(db: TestDb) {
        // mission: N1, N4; security: 55
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let made = nominate(&coordinator, &body("Kim Kandidaat", "kim@example.nl")).await.expect(201);
        let path = format!("{CANDIDACIES}/{}", candidacy_of(&app, &made.text_at("/id")).await);
        let change = json!({ "kind": "social_professional", "municipality": "GM0344" });
        coordinator.call(Method::PATCH, &path).json(&change).send().await.problem(428, "precondition-required");
        coordinator.patch(&path, "\"9-00\"", &change).await.problem(412, "stale");
        app.as_role(Role::Adviser).patch(&path, "*", &change).await.problem(403, "forbidden");
        let changed = coordinator.patch(&path, "*", &change).await.expect(200);
        assert_eq!(changed.text_at("/kind"), "social_professional");
        assert_eq!(changed.text_at("/municipality"), "GM0344");
        let none = coordinator.patch(&path, "*", &json!({ "municipality": null })).await.expect(200);
        assert_eq!(none.json()["municipality"], Value::Null);
        for (change, expected) in [
            (json!({ "municipality": "GM9999" }), field("/municipality", "unknown")),
            (json!({ "organisation": "019b76da-0000-7000-8000-00000000dead" }), field("/organisation", "unknown")),
            (json!({ "cohort": "019b76da-0000-7000-8000-00000000dead" }), field("/cohort", "unknown")),
            (
                json!({ "municipality": "GM0363", "organisation": "019b76da-0000-7000-8000-00000000dead" }),
                field("/organisation", "too-many"),
            ),
        ] {
            assert_eq!(coordinator.patch(&path, "*", &change).await.invalid(), expected, "{change}");
        }
        let untold = coordinator.get(&format!("{CANDIDACIES}?untold=true&kind=social_professional")).await.expect(200);
        assert_eq!(untold.json()["items"].as_array().unwrap().len(), 1);
        let others = coordinator.get(&format!("{CANDIDACIES}?status=rejected")).await.expect(200);
        assert_eq!(others.json()["items"], json!([]));
    }
}
