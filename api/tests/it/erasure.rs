//! Erasing and exporting a person (security 77, 78): a search of the whole database for what was
//! said of them.

mod candidate;
mod search;

pub use search::places;

use koplopers_shared::access::Role;
use koplopers_shared::catalogue::words::PersonRole;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::TestApp;

const MISSING: &str = "019b76da-0000-7000-8000-00000000dead";

fn post_without_body(caller: &crate::app::Caller<'_>, path: &str) -> crate::app::Call {
    caller.call(Method::POST, path)
}

on_both_databases! {
    async fn who_an_open_intake_needs_is_not_erased_until_replaced(db: TestDb) {
        // security: 78
        let app = TestApp::start(db).await;
        let intake = given::submitted(&app.db, given::amsterdam(), "versnelling").await;
        let (contact, sponsor) = (intake.contact_person.unwrap(), intake.sponsor.unwrap().person);
        let coordinator = app.as_coordinator();
        for (person, part) in [(contact, "contact_person"), (sponsor, "sponsor")] {
            let path = format!("/v1/people/{person}/erasure");
            let refused = post_without_body(&coordinator, &path).send().await;
            let problem = refused.problem(409, "person-needed");
            assert_eq!(problem["intakes"], json!([{ "intake": intake.id, "part": part }]));
            let person = coordinator.get(&format!("/v1/people/{person}")).await.expect(200).json();
            assert_eq!(person["erasedAt"], Value::Null);
        }
        coordinator
            .post(&format!("/v1/intakes/{}/withdrawal", intake.id), &json!({ "reason": "Op verzoek." }))
            .await
            .expect(200);
        let path = format!("/v1/people/{contact}/erasure");
        let erased = post_without_body(&coordinator, &path).send().await.expect(200).json();
        assert_eq!(erased["name"], "");
        assert_eq!(erased["email"], Value::Null);
        assert!(erased["erasedAt"].is_string());
        assert_eq!(erased["roles"][0]["validUntilOn"], "2026-03-02");
        let again = post_without_body(&coordinator, &path).send().await.expect(200).json();
        assert_eq!(again, erased);
        assert_eq!(given::count(&app.db, "events WHERE type = 'person.erased'").await, 1);
        assert_eq!(given::count(&app.db, "audit_events WHERE action = 'person.erase'").await, 1);
        post_without_body(&coordinator, &format!("/v1/people/{MISSING}/erasure"))
            .send()
            .await
            .problem(404, "not-found");
    }

    async fn mails_to_the_erased_that_wait_are_dropped_and_none_is_made(db: TestDb) {
        // security: 78
        let app = TestApp::start(db).await;
        let intake = given::submitted(&app.db, given::amsterdam(), "versnelling").await;
        let coordinator = app.as_coordinator();
        coordinator
            .post(&format!("/v1/intakes/{}/withdrawal", intake.id), &json!({}))
            .await
            .expect(200);
        let path = format!("/v1/people/{}/erasure", intake.contact_person.unwrap());
        post_without_body(&coordinator, &path).send().await.expect(200);
        assert_eq!(given::count(&app.db, "deliveries WHERE state = 'queued'").await, 0);
        let dropped = "deliveries WHERE state = 'dropped' AND dropped_reason = 'suppressed'";
        assert_eq!(given::count(&app.db, dropped).await, 2);
    }

    async fn everything_about_a_person_is_exported_and_told_to_the_audit_trail(db: TestDb) {
        // security: 74, 77
        let app = TestApp::start(db).await;
        let intake = given::submitted(&app.db, given::amsterdam(), "versnelling").await;
        let contact = intake.contact_person.unwrap();
        let path = format!("/v1/people/{contact}/export");
        let export = app.as_coordinator().get(&path).await.expect(200).json();
        let sections = &export["sections"];
        assert_eq!(sections["person"][0]["email"], "contact@example.nl");
        assert_eq!(sections["roles"][0]["role"], "ambtenaar");
        assert_eq!(sections["intakes"][0]["id"], intake.id.to_string());
        assert_eq!(sections["mails"][0]["kind"], "intake_received");
        assert_eq!(sections["nominations"], json!([]));
        assert_eq!(sections["history"][0]["type"], "person.created");
        app.state.auth.audit().flush().await;
        let trail = app.as_role(Role::Auditor).get("/v1/audit-events").await.expect(200).json();
        let told = trail["items"].as_array().unwrap().iter().any(|line| {
            line["action"] == "person.export" && line["objectId"] == contact.to_string()
        });
        assert!(told, "{trail}");
        app.as_coordinator().get(&format!("/v1/people/{MISSING}/export")).await.problem(404, "not-found");
    }

    async fn an_erased_login_is_nobody(db: TestDb) {
        // security: 78
        let app = TestApp::start(db).await;
        let person =
            given::official(&app.db, given::amsterdam(), PersonRole::Ambtenaar, "x@example.nl").await;
        let coordinator = app.as_coordinator();
        let path = format!("/v1/people/{person}/identity-links");
        post_without_body(&coordinator, &path).send().await.expect(201);
        post_without_body(&coordinator, &format!("/v1/people/{person}/erasure")).send().await.expect(200);
        assert_eq!(given::count(&app.db, "identity_links").await, 0);
        post_without_body(&coordinator, &path).send().await.problem(404, "not-found");
    }
}
