//! Consent of the highest executive: who may be asked, and what becomes of the answer (N3).

use koplopers_shared::access::Role;
use koplopers_shared::candidacies::{Candidacy, Employer};
use koplopers_shared::catalogue::words::PersonRole;
use koplopers_shared::ids::PersonId;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::{TestDb, given};
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, Caller, TestApp};

const MISSING: &str = "019b76da-0000-7000-8000-00000000dead";

fn amsterdam() -> Employer {
    Employer::Municipality(given::amsterdam())
}

fn path(candidacy: &Candidacy, part: &str) -> String {
    format!("/v1/candidacies/{}/consent{part}", candidacy.id)
}

async fn open(db: TestDb, employer: Option<Employer>) -> (TestApp, Candidacy) {
    let app = TestApp::start(db).await;
    let candidacy = given::candidate(&app.db, employer).await;
    (app, candidacy)
}

fn new_person(email: &str, role: &str) -> Value {
    json!({ "newPerson": { "name": "Joris Vermeulen", "email": email }, "role": role })
}

fn secretary() -> Value {
    new_person("joris@example.nl", "gemeentesecretaris")
}

async fn ask(caller: &Caller<'_>, candidacy: &Candidacy, body: &Value) -> Answer {
    caller.post(&path(candidacy, ""), body).await
}

fn on_behalf(answer: &str) -> Value {
    json!({
        "answer": answer, "name": "Joris Vermeulen", "role": "Gemeentesecretaris",
        "evidence": "Brief van 4 maart 2026, map 12."
    })
}

fn field(name: &str, code: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), code.to_owned())]
}

on_both_databases! {
    async fn the_highest_executive_is_added_with_the_office_and_asked_by_mail(db: TestDb) {
        // mission: N3
        let (app, candidacy) = open(db, Some(amsterdam())).await;
        let coordinator = app.as_coordinator();
        let asked = ask(&coordinator, &candidacy, &secretary()).await.expect(201);
        assert_eq!(asked.text_at("/status"), "requested");
        assert_eq!(asked.text_at("/candidacyStatus"), "consent_requested");
        assert_eq!(asked.text_at("/municipality"), "GM0363");
        assert_eq!(asked.text_at("/giverRole"), "gemeentesecretaris");
        assert_eq!(asked.text_at("/wording"), "2026-1");
        assert_eq!(asked.json()["acceptedAt"], Value::Null);
        assert_eq!(asked.header("location"), path(&candidacy, ""));
        let giver = coordinator.get(&format!("/v1/people/{}", asked.text_at("/giver"))).await.expect(200);
        assert_eq!(giver.text_at("/roles/0/role"), "gemeentesecretaris");
        assert_eq!(giver.text_at("/roles/0/municipality"), "GM0363");
        assert_eq!(given::count(app.db.db(), "deliveries WHERE kind = 'consent_request'").await, 1);
        let read = app.as_role(Role::Adviser).get(&path(&candidacy, "")).await.expect(200);
        assert_eq!(read.text_at("/id"), asked.text_at("/id"));
        ask(&coordinator, &candidacy, &secretary()).await.problem(409, "invalid-transition");
    }

    async fn somebody_who_holds_the_office_today_is_asked_by_id(db: TestDb) {
        // mission: N3
        let (app, candidacy) = open(db, Some(amsterdam())).await;
        let coordinator = app.as_coordinator();
        let role = PersonRole::HoogsteLeidinggevendeSociaalDomein;
        let known = given::somebody(&app.db, "joris@example.nl", Some((role, amsterdam()))).await;
        let asked = ask(&coordinator, &candidacy, &json!({ "person": known })).await.expect(201);
        assert_eq!(asked.text_at("/giver"), known.to_string());
        assert_eq!(asked.text_at("/giverRole"), role.as_str());
    }

    async fn only_the_highest_executive_of_that_employer_is_asked(db: TestDb) {
        // mission: N3
        let (app, candidacy) = open(db, Some(amsterdam())).await;
        let coordinator = app.as_coordinator();
        for role in ["director", "wethouder", "burgemeester", "ambtenaar", "adviseur"] {
            let body = new_person("joris@example.nl", role);
            let fields = ask(&coordinator, &candidacy, &body).await.invalid();
            assert_eq!(fields, field("/role", "not-highest-executive"), "{role}");
        }
        let utrecht = Employer::Municipality(given::utrecht());
        let role = PersonRole::Gemeentesecretaris;
        let elsewhere = given::somebody(&app.db, "elders@example.nl", Some((role, utrecht))).await;
        let fields = ask(&coordinator, &candidacy, &json!({ "person": elsewhere })).await.invalid();
        assert_eq!(fields, field("/person", "not-held"));
        let named = json!({ "person": elsewhere, "role": "gemeentesecretaris" });
        assert_eq!(ask(&coordinator, &candidacy, &named).await.invalid(), field("/person", "not-held"));
        let missing: PersonId = MISSING.parse().unwrap();
        let fields = ask(&coordinator, &candidacy, &json!({ "person": missing })).await.invalid();
        assert_eq!(fields, field("/person", "unknown"));
        let roleless = json!({ "newPerson": { "name": "Joris", "email": "j@example.nl" } });
        assert_eq!(ask(&coordinator, &candidacy, &roleless).await.invalid(), field("/role", "required"));
        assert_eq!(ask(&coordinator, &candidacy, &json!({})).await.invalid(), field("/person", "one-of"));
        assert_eq!(given::count(app.db.db(), "consents").await, 0);
        // Another organisation has a director.
        let made = coordinator
            .post("/v1/organisations", &json!({ "name": "Buurtzaak", "kind": "aanbieder" }))
            .await
            .expect(201);
        let organisation = Employer::Organisation(made.text_at("/id").parse().unwrap());
        let other = given::candidate_named(&app.db, "ali@example.nl", Some(organisation)).await;
        let fields = ask(&coordinator, &other, &secretary()).await.invalid();
        assert_eq!(fields, field("/role", "not-highest-executive"));
        ask(&coordinator, &other, &new_person("dir@example.nl", "director")).await.expect(201);
    }

    async fn neither_candidate_nor_nominator_consents_whatever_the_spelling(db: TestDb) {
        // mission: N3
        let (app, candidacy) = open(db, Some(amsterdam())).await;
        let coordinator = app.as_coordinator();
        for (email, code) in [
            ("kim@example.nl", "is-candidate"),
            ("KIM+instemming@Example.NL", "is-candidate"),
            ("noor@example.nl", "is-nominator"),
            ("Noor+2@EXAMPLE.nl", "is-nominator"),
        ] {
            let body = new_person(email, "gemeentesecretaris");
            let fields = ask(&coordinator, &candidacy, &body).await.invalid();
            assert_eq!(fields, field("/newPerson/email", code), "{email}");
        }
        assert_eq!(given::count(app.db.db(), "deliveries").await, 0);
    }

    async fn who_refused_is_asked_again_with_a_reason_only(db: TestDb) {
        // mission: N3
        let (app, candidacy) = open(db, Some(amsterdam())).await;
        let coordinator = app.as_coordinator();
        let first = ask(&coordinator, &candidacy, &secretary()).await.expect(201);
        let answered = coordinator.post(&path(&candidacy, "/answer"), &on_behalf("refuse")).await.expect(201);
        assert_eq!(answered.text_at("/candidacyStatus"), "consent_refused");
        assert_eq!(answered.text_at("/answeredBy/via"), "on_behalf");
        ask(&coordinator, &candidacy, &secretary()).await.problem(409, "giver-refused-before");
        let again = json!({ "person": first.text_at("/giver") });
        ask(&coordinator, &candidacy, &again).await.problem(409, "giver-refused-before");
        let mut explained = secretary();
        explained["reason"] = json!("Het was een misverstand.");
        let second = ask(&coordinator, &candidacy, &explained).await.expect(201);
        // The same name and mailbox is the same person.
        assert_eq!(second.text_at("/giver"), first.text_at("/giver"));
        coordinator.post(&path(&candidacy, "/answer"), &on_behalf("refuse")).await.expect(201);
        let other = new_person("anna@example.nl", "hoogste_leidinggevende_sociaal_domein");
        ask(&coordinator, &candidacy, &other).await.expect(201);
    }

    async fn an_answer_on_behalf_takes_evidence_and_keeps_the_wording(db: TestDb) {
        // mission: N3
        let (app, candidacy) = open(db, Some(amsterdam())).await;
        let coordinator = app.as_coordinator();
        coordinator.post(&path(&candidacy, "/answer"), &on_behalf("give")).await.problem(409, "invalid-transition");
        ask(&coordinator, &candidacy, &secretary()).await.expect(201);
        let mut bare = on_behalf("give");
        bare["evidence"] = json!("  ");
        let fields = coordinator.post(&path(&candidacy, "/answer"), &bare).await.invalid();
        assert_eq!(fields[0].0, "/evidence");
        let given = coordinator.post(&path(&candidacy, "/answer"), &on_behalf("give")).await.expect(201);
        assert_eq!(given.text_at("/status"), "given");
        assert_eq!(given.text_at("/candidacyStatus"), "consented");
        assert_eq!(given.text_at("/wording"), "2026-1");
        assert_eq!(given.text_at("/evidence"), "Brief van 4 maart 2026, map 12.");
        coordinator.post(&path(&candidacy, "/answer"), &on_behalf("give")).await.problem(409, "invalid-transition");
    }

    async fn a_candidate_without_an_employer_needs_no_consent_but_a_reason(db: TestDb) {
        // mission: N3
        let (app, candidacy) = open(db, None).await;
        let coordinator = app.as_coordinator();
        ask(&coordinator, &candidacy, &secretary()).await.problem(409, "candidate-without-employer");
        let exemption = path(&candidacy, "/exemption");
        let fields = coordinator.post(&exemption, &json!({})).await.invalid();
        assert_eq!(fields[0].0, "/reason");
        let body = json!({ "reason": "Werkt als vrijwilliger, zonder organisatie." });
        let waived = coordinator.post(&exemption, &body).await.expect(201);
        assert_eq!(waived.text_at("/status"), "not_applicable");
        assert_eq!(waived.text_at("/candidacyStatus"), "consented");
        let employed = given::candidate_named(&app.db, "ali@example.nl", Some(amsterdam())).await;
        let refused = coordinator.post(&path(&employed, "/exemption"), &body).await;
        refused.problem(409, "candidate-has-employer");
    }

    async fn a_giver_who_left_is_replaced_and_the_days_start_anew(db: TestDb) {
        // mission: N3; security: 55, 64
        let (app, candidacy) = open(db, Some(amsterdam())).await;
        let coordinator = app.as_coordinator();
        let first = ask(&coordinator, &candidacy, &secretary()).await.expect(201);
        let other = new_person("anna@example.nl", "hoogste_leidinggevende_sociaal_domein");
        let giver = path(&candidacy, "/giver");
        let bare = coordinator.call(Method::PUT, &giver).json(&other).send().await;
        bare.problem(428, "precondition-required");
        coordinator.put(&giver, "\"7-00\"", &other).await.problem(412, "stale");
        let second = coordinator.put(&giver, first.header("etag"), &other).await.expect(200);
        assert_ne!(second.text_at("/id"), first.text_at("/id"));
        assert_eq!(second.text_at("/candidacyStatus"), "consent_requested");
        assert_eq!(second.json()["acceptedAt"], Value::Null);
        assert_eq!(given::count(app.db.db(), "consents WHERE status = 'replaced'").await, 1);
        assert_eq!(given::count(app.db.db(), "consents WHERE status = 'requested'").await, 1);
        let missing = format!("/v1/candidacies/{MISSING}/consent");
        coordinator.get(&missing).await.problem(404, "not-found");
        coordinator.post(&missing, &secretary()).await.problem(404, "not-found");
    }

    async fn ops_see_what_never_left_and_nothing_about_people(db: TestDb) {
        // mission: N3; security: 25
        let (app, candidacy) = open(db, Some(amsterdam())).await;
        ask(&app.as_coordinator(), &candidacy, &secretary()).await.expect(201);
        let ops = app.as_role(Role::Ops);
        let waiting = ops.get("/v1/consents?status=requested&sent=false").await.expect(200);
        assert_eq!(waiting.text_at("/items/0/candidacy"), candidacy.id.to_string());
        assert!(!waiting.text.contains("giver") && !waiting.text.contains("Joris"), "{}", waiting.text);
        for empty in ["sent=true", "bounced=true", "status=given"] {
            let none = ops.get(&format!("/v1/consents?{empty}")).await.expect(200);
            assert_eq!(none.json()["items"], json!([]), "{empty}");
        }
        ops.get(&path(&candidacy, "")).await.problem(403, "forbidden");
        ops.get("/v1/consents?colour=red").await.invalid();
    }

    async fn what_can_be_done_about_a_consent_is_what_it_says(db: TestDb) {
        // mission: N3
        let app = TestApp::start(db).await;
        let candidates = ["a@example.nl", "b@example.nl"];
        for (turn, email) in candidates.into_iter().enumerate() {
            let candidacy = given::candidate_named(&app.db, email, Some(amsterdam())).await;
            let coordinator = app.as_coordinator();
            ask(&coordinator, &candidacy, &secretary()).await.expect(201);
            if turn == 1 {
                coordinator.post(&path(&candidacy, "/answer"), &on_behalf("refuse")).await.expect(201);
            }
            for role in [Role::Adviser, Role::Coordinator] {
                let seen = app.as_role(role).get(&path(&candidacy, "")).await.expect(200).json();
                let allowed: Vec<(&str, bool)> = seen["allowedActions"].as_array().unwrap().iter()
                    .map(|action| (action["action"].as_str().unwrap(), action["allowed"].as_bool().unwrap()))
                    .collect();
                let coordinates = role == Role::Coordinator;
                let waits = turn == 0 && coordinates;
                assert_eq!(allowed, [
                    ("request_consent", turn == 1 && coordinates), ("replace_giver", waits),
                    ("skip_consent", false), ("give_consent", waits), ("refuse_consent", waits),
                ], "{role} {turn}");
            }
        }
    }
}
