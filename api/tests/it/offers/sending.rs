//! When an offer can be sent, and what becomes of it then.

use koplopers_shared::access::Role;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::json;

use super::{MUNICIPALITY, NUMBER, block, matched, named, offers_of, pair, post, principles, send};
use crate::app::TestApp;

on_both_databases! {
    async fn an_offer_is_sent_when_it_has_all_it_needs_and_every_gap_is_named(db: TestDb) {
        // mission: T4
        let app = TestApp::start(db).await;
        let intake = matched(&app, "clientenparticipatie").await;
        let adviser = app.as_role(Role::Adviser);
        let made = adviser.post(&offers_of(&intake), &json!({})).await.expect(201);
        let path = made.header("location").to_owned();
        let sending = format!("{path}/sending");
        let problem = post(&adviser, &sending).await.problem(409, "offer-incomplete");
        let mut expected = vec![pair("/blocks", "required"), pair("/validUntilOn", "required")];
        expected.resize(6, pair("/principles", "principle-open"));
        assert_eq!(named(&problem), expected);

        let mut all = principles("clientenparticipatie");
        all[0] = json!({ "key": "everyone_heard", "ticked": false });
        let change = json!({
            "blocks": [{ "steps": [{ "name": "Gesprek" }], "key": "conversations",
                "description": "We spreken iedereen.", "hours": 10, "cost": 0, "ownContribution": 0 }],
            "principles": all,
            "validUntilOn": "2026-03-02"
        });
        let changed = adviser.patch(&path, made.header("etag"), &change).await.expect(200);
        let problem = post(&adviser, &sending).await.problem(409, "offer-incomplete");
        assert_eq!(named(&problem), [
            pair("/validUntilOn", "past"),
            pair("/blocks/0/steps/0/plannedOn", "required"),
            pair("/blocks/0/steps/0/form", "required"),
            pair("/blocks/0/steps/0/method", "required"),
            pair("/principles", "principle-open"),
        ]);
        assert!(problem.to_string().contains("everyone_heard"));

        // A principle that is not met is explained.
        all[0] = json!({ "key": "everyone_heard", "ticked": false, "remark": "De adviesraad is er nog niet." });
        let change = json!({
            "blocks": [{ "key": "conversations", "description": "We spreken iedereen.",
                "hours": 10, "cost": 0, "ownContribution": 0, "steps": [{
                    "name": "Gesprek", "form": "conversation", "method": "other", "plannedOn": "2026-04-01" }] }],
            "principles": all,
            "validUntilOn": "2026-03-03"
        });
        adviser.patch(&path, changed.header("etag"), &change).await.expect(200);
        let sent = post(&adviser, &sending).await.expect(200).json();
        assert_eq!(sent["status"], "sent");
        assert_eq!(sent["sponsor"]["role"], "gemeentesecretaris");
        assert_eq!(given::count(&app.db, "deliveries WHERE kind = 'offer_sent'").await, 1);
        let again = post(&adviser, &sending).await.problem(409, "invalid-transition");
        assert_eq!(again["currentStatus"], "sent");
        assert_eq!(again["allowedActions"], json!(["withdraw", "accept", "refuse"]));
    }

    async fn an_intervention_names_who_asked_for_it(db: TestDb) {
        // mission: B2
        let app = TestApp::start(db).await;
        let intake = matched(&app, "uitvoering").await;
        let adviser = app.as_role(Role::Adviser);
        let asked = |role: Option<&str>, key: &str| {
            let mut block = block(key);
            if let Some(role) = role {
                block["askedBy"] = json!(role);
            }
            json!({ "blocks": [block] })
        };
        for (role, key, code) in [
            (None, "tailored_intervention", "asked-by-missing"),
            (Some("gemeentesecretaris"), "tailored_intervention", "asked-by-not-allowed"),
            (Some("wethouder"), "learning_network", "asked-by-not-allowed"),
        ] {
            let fields = adviser.post(&offers_of(&intake), &asked(role, key)).await.invalid();
            assert_eq!(fields, [pair("/blocks/0/askedBy", code)]);
        }
        for role in ["burgemeester", "wethouder"] {
            let body = asked(Some(role), "tailored_intervention");
            let made = adviser.post(&offers_of(&intake), &body).await.expect(201);
            assert_eq!(made.text_at("/blocks/0/askedBy"), role);
        }
    }

    async fn a_text_that_may_hold_a_bsn_is_refused_until_somebody_looked(db: TestDb) {
        // mission: B2
        let app = TestApp::start(db).await;
        let intake = matched(&app, "uitvoering").await;
        let adviser = app.as_role(Role::Adviser);
        let mut about_them = block("tailored_intervention");
        about_them["askedBy"] = json!("wethouder");
        about_them["description"] = json!(format!("Het gezin met nummer {NUMBER}."));
        about_them["steps"] = json!([{ "name": "Bezoek aan 111 222 333" }]);
        let mut body = json!({ "blocks": [about_them] });
        let refused = adviser.post(&offers_of(&intake), &body).await;
        let problem = refused.problem(400, "possible-bsn");
        assert_eq!(named(&problem), [
            pair("/blocks/0/description", "possible-bsn"),
            pair("/blocks/0/steps/0/name", "possible-bsn"),
        ]);
        assert!(!refused.text.contains(NUMBER) && !refused.text.contains("111 222 333"));
        body["containsNoBsn"] = json!(true);
        let made = adviser.post(&offers_of(&intake), &body).await.expect(201);
        let path = made.header("location").to_owned();
        let reason = json!({ "introduction": "Zie 111.222.333" });
        adviser.patch(&path, made.header("etag"), &reason).await.problem(400, "possible-bsn");
        let reason = json!({ "reason": NUMBER });
        adviser.post(&format!("{path}/withdrawal"), &reason).await.problem(400, "possible-bsn");
        // The same holds for what a municipality writes about its issue.
        let request = json!({
            "programme": "versnelling",
            "externalReference": NUMBER,
            "issues": [{ "title": "Een gezin", "description": format!("BSN {NUMBER}") }]
        });
        let refused = app.as_municipality(MUNICIPALITY).post("/v1/intakes", &request).await;
        let fields = named(&refused.problem(400, "possible-bsn"));
        assert_eq!(fields, [pair("/issues/0/description", "possible-bsn")]);
    }

    async fn neighbourhood_research_is_sent_with_its_four_steps_in_order(db: TestDb) {
        // mission: B3
        let app = TestApp::start(db).await;
        let intake = matched(&app, "uitvoering").await;
        let research = |steps: &[(&str, &str)]| {
            let mut block = block("neighbourhood_research");
            block["kind"] = json!("participatory_research");
            block["steps"] = steps
                .iter()
                .map(|(key, day)| json!({ "key": key, "plannedOn": day }))
                .collect();
            json!([block])
        };
        let short = send(&app, &intake, &research(&[("mapping", "2026-04-01"), ("acting", "2026-05-01")])).await;
        assert_eq!(named(&short.problem(409, "offer-incomplete")), [
            pair("/blocks/0/steps", "fixed-step-missing"),
            pair("/blocks/0/steps", "fixed-step-missing"),
        ]);
        let back = send(&app, &intake, &research(&[
            ("mapping", "2026-04-01"), ("acting", "2026-06-01"), ("analysis", "2026-05-31"),
            ("presentation", "2026-07-01"),
        ])).await;
        assert_eq!(named(&back.problem(409, "offer-incomplete")), [pair("/blocks/0/steps/2", "order")]);
        let good = send(&app, &intake, &research(&[
            ("mapping", "2026-04-01"), ("acting", "2026-05-01"), ("analysis", "2026-05-01"),
            ("presentation", "2026-07-01"),
        ])).await.expect(200);
        assert_eq!(good.text_at("/blocks/0/steps/0/name"), "in kaart brengen");
    }

    async fn steps_of_a_partnership_have_a_form_and_a_method(db: TestDb) {
        // mission: B1
        let app = TestApp::start(db).await;
        let intake = matched(&app, "uitvoering").await;
        let mut partnership = block("knowledge_partnership");
        partnership["steps"] = json!([
            { "name": "Werkgroep", "form": "working_group", "method": "participation_wheel", "plannedOn": "2026-04-20" },
            { "name": "Bijeenkomst", "form": "meeting", "plannedOn": "2026-05-20" }
        ]);
        let refused = send(&app, &intake, &json!([partnership])).await;
        let problem = refused.problem(409, "offer-incomplete");
        assert_eq!(named(&problem), [pair("/blocks/0/steps/1/method", "required")]);
        partnership["steps"][1]["method"] = json!("theatre");
        let sent = send(&app, &intake, &json!([partnership])).await.expect(200);
        assert_eq!(sent.text_at("/blocks/0/steps/1/method"), "theatre");
    }

    async fn half_of_the_local_practice_is_paid_by_the_municipality(db: TestDb) {
        // mission: C10
        let app = TestApp::start(db).await;
        let intake = matched(&app, "inclusief").await;
        let blocks = |own: i64| {
            let mut practice = block("local_practice");
            practice["ownContribution"] = json!(own);
            let mut group = block("learning_group");
            // Paid in full, and of no account: it is not the local practice.
            group["ownContribution"] = json!(1_000_000);
            json!([practice, group])
        };
        let refused = send(&app, &intake, &blocks(490_000)).await;
        let problem = refused.problem(409, "own-contribution-too-low");
        assert_eq!(problem["sum"], 490_000);
        assert_eq!(problem["base"], 1_000_000);
        assert_eq!(problem["percent"], 50);
        assert_eq!(problem["currency"], "EUR");
        send(&app, &intake, &blocks(499_999)).await.problem(409, "own-contribution-too-low");
        assert_eq!(given::count(&app.db, "deliveries WHERE kind = 'offer_sent'").await, 0);
        send(&app, &intake, &blocks(500_000)).await.expect(200);
        // What was committed to in the assessment holds when it is more.
        let id = intake.id;
        app.db.write(move |conn| given::committed(conn, id, 60)).await.unwrap();
        let problem = send(&app, &intake, &blocks(500_000)).await.problem(409, "own-contribution-too-low");
        assert_eq!(problem["percent"], 60);
        send(&app, &intake, &blocks(600_000)).await.expect(200);
    }

    async fn a_newer_offer_takes_the_place_of_the_one_before(db: TestDb) {
        // mission: T4
        let app = TestApp::start(db).await;
        let intake = matched(&app, "versnelling").await;
        let first = given::sent_offer(&app.db, &intake).await;
        let second = given::sent_offer(&app.db, &intake).await;
        assert_eq!((first.number, second.number), (1, 2));
        let municipality = app.as_municipality(MUNICIPALITY);
        let older = municipality.get(&format!("/v1/offers/{}", first.id)).await.expect(200).json();
        assert_eq!(older["status"], "superseded");
        let newer = municipality.get(&format!("/v1/offers/{}", second.id)).await.expect(200).json();
        assert_eq!(newer["status"], "sent");
        let history = municipality.get(&format!("/v1/offers/{}/history", first.id)).await.expect(200);
        let types: Vec<String> = (0..2).map(|n| history.text_at(&format!("/items/{n}/type"))).collect();
        assert_eq!(types, ["offer.sent", "offer.superseded"]);
    }

    async fn a_municipality_learns_of_an_offer_when_it_is_sent(db: TestDb) {
        // mission: T4; security: 20, 22
        let app = TestApp::start(db).await;
        let intake = matched(&app, "versnelling").await;
        let draft = given::drafted_offer(&app.db, &intake).await;
        let path = format!("/v1/offers/{}", draft.id);
        let municipality = app.as_municipality(MUNICIPALITY);
        for hidden in [path.clone(), format!("{path}/history")] {
            municipality.get(&hidden).await.problem(404, "not-found");
        }
        for list in ["/v1/offers".to_owned(), offers_of(&intake)] {
            assert_eq!(municipality.get(&list).await.expect(200).json()["items"], json!([]), "{list}");
        }
        let events = municipality.get("/v1/events?limit=500").await.expect(200);
        assert!(!events.text.contains("offer."), "{}", events.text);
        // Taken back before it was sent, it never was.
        let adviser = app.as_role(Role::Adviser);
        let sent = given::sent_offer(&app.db, &intake).await;
        adviser.post(&format!("{path}/withdrawal"), &json!({ "reason": "Dubbel" })).await.expect(200);
        let listed = municipality.get("/v1/offers").await.expect(200).json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        assert_eq!(listed["items"][0]["id"], sent.id.to_string());
        let stranger = app.as_municipality("GM0344");
        stranger.get(&format!("/v1/offers/{}", sent.id)).await.problem(404, "not-found");
        stranger.get(&offers_of(&intake)).await.problem(404, "not-found");
    }

    async fn a_change_needs_the_tag_and_a_draft(db: TestDb) {
        // mission: T4; security: 55
        let app = TestApp::start(db).await;
        let intake = matched(&app, "versnelling").await;
        let draft = given::drafted_offer(&app.db, &intake).await;
        let path = format!("/v1/offers/{}", draft.id);
        let adviser = app.as_role(Role::Adviser);
        let change = json!({ "introduction": null });
        let untagged = adviser.call(Method::PATCH, &path).json(&change).send().await;
        untagged.problem(428, "precondition-required");
        adviser.patch(&path, "\"9-00\"", &change).await.problem(412, "stale");
        let tag = adviser.get(&path).await.expect(200).header("etag").to_owned();
        let changed = adviser.patch(&path, &tag, &change).await.expect(200).json();
        assert_eq!(changed["introduction"], json!(null));
        assert_eq!(changed["blocks"].as_array().unwrap().len(), 1);
        post(&adviser, &format!("{path}/sending")).await.expect(200);
        let problem = adviser.patch(&path, "*", &change).await.problem(409, "invalid-transition");
        assert_eq!(problem["currentStatus"], "sent");
    }

    async fn taking_the_intake_back_takes_its_offers_back(db: TestDb) {
        // mission: T4
        let app = TestApp::start(db).await;
        let intake = matched(&app, "versnelling").await;
        let sent = given::sent_offer(&app.db, &intake).await;
        let draft = given::drafted_offer(&app.db, &intake).await;
        let municipality = app.as_municipality(MUNICIPALITY);
        let reason = json!({ "reason": "Een ander plan." });
        municipality.post(&format!("/v1/intakes/{}/withdrawal", intake.id), &reason).await.expect(200);
        let adviser = app.as_role(Role::Adviser);
        for id in [sent.id, draft.id] {
            let offer = adviser.get(&format!("/v1/offers/{id}")).await.expect(200).json();
            assert_eq!(offer["status"], "withdrawn");
            assert_eq!(offer["closedReason"], "Een ander plan.");
        }
    }
}
