//! The first job over HTTP: an intake comes in, its talk is planned, called off, taken back.

use koplopers_shared::access::Role;
use koplopers_shared::catalogue::{shipped, words::PersonRole};
use koplopers_shared::ids::PersonId;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::mail_room::{MailRoom, subject_of, text_of};

const MUNICIPALITY: &str = "GM0363";

async fn people(app: &TestApp) -> (PersonId, PersonId) {
    let code = given::amsterdam();
    let contact = given::official(&app.db, code, PersonRole::Ambtenaar, "c@example.nl").await;
    let sponsor = given::official(
        &app.db,
        code,
        PersonRole::Gemeentesecretaris,
        "s@example.nl",
    )
    .await;
    (contact, sponsor)
}

async fn complete(app: &TestApp, programme: &str) -> Value {
    let (contact, sponsor) = people(app).await;
    let content = shipped().programme(programme).unwrap();
    let answers: serde_json::Map<String, Value> = content
        .required_answers()
        .map(|key| (key.to_owned(), json!("Dit is ons antwoord.")))
        .collect();
    json!({
        "programme": programme,
        "externalReference": format!("ZAAK-{programme}"),
        "contactPerson": contact,
        "sponsor": { "person": sponsor, "role": "gemeentesecretaris" },
        "answers": answers,
        "issues": [
            { "title": "Eenzaamheid", "description": "Hoe bereiken we ouderen?", "themes": ["loneliness"] },
            { "title": "Schulden", "description": "Hoe helpen we eerder?" }
        ]
    })
}

async fn submitted(app: &TestApp, programme: &str) -> String {
    let municipality = app.as_municipality(MUNICIPALITY);
    let body = complete(app, programme).await;
    let made = municipality.post("/v1/intakes", &body).await.expect(201);
    let id = made.text_at("/id");
    municipality
        .call(Method::POST, &format!("/v1/intakes/{id}/submission"))
        .send()
        .await
        .expect(200);
    id
}

fn talk() -> Value {
    json!({
        "localStart": "2026-03-12T14:00",
        "localEnd": "2026-03-12T15:30",
        "onlineUrl": "https://overleg.example.nl/1"
    })
}

on_both_databases! {
    async fn an_intake_with_its_issues_comes_in_and_its_talk_is_planned(db: TestDb) {
        // mission: I1, I2, S1
        let app = TestApp::start(db).await;
        let id = submitted(&app, "versnelling").await;
        let municipality = app.as_municipality(MUNICIPALITY);
        let read = municipality.get(&format!("/v1/intakes/{id}")).await.expect(200);
        assert_eq!(read.text_at("/status"), "submitted");
        assert_eq!(read.text_at("/issues/0/themes/0"), "loneliness");
        assert_eq!(read.text_at("/issues/1/title"), "Schulden");
        let planned = app
            .as_role(Role::Adviser)
            .post(&format!("/v1/intakes/{id}/talk"), &talk())
            .await
            .expect(201);
        assert_eq!(planned.text_at("/meeting/kind"), "intake_talk");
        assert_eq!(planned.text_at("/meeting/startsAt"), "2026-03-12T13:00:00Z");
        assert_eq!(planned.text_at("/invitations/0/answer"), "needs_action");
        assert_eq!(given::count(&app.db, "deliveries WHERE kind = 'invitation' AND state = 'queued'").await, 1);
        let meeting = planned.text_at("/meeting/id");
        let seen = municipality.get(&format!("/v1/meetings/{meeting}")).await.expect(200);
        assert_eq!(seen.text_at("/intake"), id);
        let history = municipality.get(&format!("/v1/intakes/{id}/history")).await.expect(200);
        let types: Vec<String> = (0..3)
            .map(|index| history.text_at(&format!("/items/{index}/type")))
            .collect();
        assert_eq!(types, ["intake.created", "intake.submitted", "intake.talk_planned"]);
    }

    async fn an_intake_keeps_the_version_of_the_programme_that_it_was_made_under(db: TestDb) {
        // mission: P1
        let app = TestApp::start(db).await;
        let mut body = complete(&app, "versnelling").await;
        let municipality = app.as_municipality(MUNICIPALITY);
        let made = municipality.post("/v1/intakes", &body).await.expect(201);
        let coordinator = app.as_coordinator();
        let read = coordinator.get("/v1/programmes/versnelling").await.expect(200);
        let mut content = read.json()["content"].clone();
        let mut question = content["questions"][0].clone();
        question["key"] = json!("asked_later");
        content["questions"].as_array_mut().unwrap().push(question);
        let publish = coordinator.call(Method::POST, "/v1/programmes/versnelling/versions");
        publish.header("if-match", read.header("etag")).json(&content).send().await.expect(201);
        let submission = format!("{}/submission", made.header("location"));
        municipality.call(Method::POST, &submission).send().await.expect(200);
        let withdrawal = format!("{}/withdrawal", made.header("location"));
        municipality.post(&withdrawal, &json!({})).await.expect(200);
        // The next one is asked the new question.
        body["externalReference"] = json!("ZAAK-2");
        let made = municipality.post("/v1/intakes", &body).await.expect(201);
        let submission = format!("{}/submission", made.header("location"));
        let refused = municipality.call(Method::POST, &submission).send().await;
        let problem = refused.problem(409, "intake-incomplete");
        assert_eq!(problem["invalidParams"][0]["name"], "/answers/asked_later");
    }

    async fn mails_about_an_intake_name_the_contact_persons_of_its_programme(db: TestDb) {
        // mission: P2
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let hanna = json!({ "name": "Hanna Bos", "email": "hanna@example.org" });
        let hanna = coordinator.post("/v1/people", &hanna).await.expect(201).text_at("/id");
        let read = coordinator.get("/v1/programmes/versnelling").await.expect(200);
        let contacts = json!({ "people": [hanna] });
        coordinator.put("/v1/programmes/versnelling/contacts", read.header("etag"), &contacts).await.expect(200);
        submitted(&app, "versnelling").await;
        let post = MailRoom::open().await;
        post.send(&app).await;
        let told = text_of(&post.mails()[0]);
        assert!(told.contains("Hanna Bos") && told.contains("hanna@example.org"), "{told}");
        assert!(told.contains("Vereniging van Nederlandse Gemeenten") || told.contains("VNG"), "{told}");
    }

    async fn a_talk_comes_after_the_request_and_never_before(db: TestDb) {
        // mission: I1
        let app = TestApp::start(db).await;
        let body = complete(&app, "versnelling").await;
        let municipality = app.as_municipality(MUNICIPALITY);
        let id = municipality.post("/v1/intakes", &body).await.expect(201).text_at("/id");
        let refused = app
            .as_role(Role::Adviser)
            .post(&format!("/v1/intakes/{id}/talk"), &talk())
            .await;
        let problem = refused.problem(409, "invalid-transition");
        assert_eq!(problem["currentStatus"], "draft");
        assert_eq!(problem["allowedActions"], json!(["change", "submit", "withdraw"]));
    }

    async fn a_submission_without_a_sponsor_names_what_is_missing(db: TestDb) {
        let app = TestApp::start(db).await;
        let mut body = complete(&app, "versnelling").await;
        body.as_object_mut().unwrap().remove("sponsor");
        body.as_object_mut().unwrap().remove("issues");
        let municipality = app.as_municipality(MUNICIPALITY);
        let id = municipality.post("/v1/intakes", &body).await.expect(201).text_at("/id");
        let refused = municipality
            .call(Method::POST, &format!("/v1/intakes/{id}/submission"))
            .send()
            .await;
        let problem = refused.problem(409, "intake-incomplete");
        let names: Vec<&str> = problem["invalidParams"]
            .as_array()
            .unwrap()
            .iter()
            .map(|field| field["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["/issues", "/sponsor"]);
    }

    async fn an_issue_is_tagged_with_themes_and_target_groups_that_there_are(db: TestDb) {
        // mission: I2, K4
        let app = TestApp::start(db).await;
        let mut body = complete(&app, "versnelling").await;
        body["issues"][1]["themes"] = json!(["loneliness", "weather"]);
        body["issues"][0]["targetGroups"] = json!(["martians"]);
        let refused = app.as_municipality(MUNICIPALITY).post("/v1/intakes", &body).await.invalid();
        assert_eq!(refused, [
            ("/issues/0/targetGroups/0".into(), "unknown".into()),
            ("/issues/1/themes/1".into(), "unknown".into()),
        ]);
    }

    async fn withdrawing_an_intake_calls_its_talk_off(db: TestDb) {
        // mission: I1, S1
        let app = TestApp::start(db).await;
        let id = submitted(&app, "versnelling").await;
        let planned = app.as_role(Role::Adviser).post(&format!("/v1/intakes/{id}/talk"), &talk()).await.expect(201);
        let post = MailRoom::open().await;
        post.send(&app).await;
        let municipality = app.as_municipality(MUNICIPALITY);
        municipality.post(&format!("/v1/intakes/{id}/withdrawal"), &json!({})).await.expect(200);
        let meeting = format!("/v1/meetings/{}", planned.text_at("/meeting/id"));
        assert_eq!(municipality.get(&meeting).await.expect(200).text_at("/status"), "cancelled");
        post.send(&app).await;
        let told: Vec<String> = post.mails().iter().map(subject_of).collect();
        assert!(told.iter().any(|subject| subject.starts_with("Geannuleerd: ")), "{told:?}");
    }

    async fn a_sponsor_holds_the_role_today(db: TestDb) {
        // mission: A1, C5
        let app = TestApp::start(db).await;
        let body = complete(&app, "versnelling").await;
        let sponsor = body["sponsor"]["person"].as_str().unwrap().to_owned();
        let coordinator = app.as_coordinator();
        let path = format!("/v1/people/{sponsor}");
        let role = coordinator.get(&path).await.expect(200).text_at("/roles/0/id");
        let ending = format!("{path}/roles/{role}/ending");
        coordinator.post(&ending, &json!({ "validUntilOn": "2026-03-01" })).await.expect(200);
        let shown = coordinator.get(&path).await.expect(200);
        assert_eq!(shown.json()["roles"][0]["held"], false);
        let refused = app.as_municipality(MUNICIPALITY).post("/v1/intakes", &body).await.invalid();
        assert_eq!(refused, [("/sponsor/role".into(), "not-held".into())]);
    }

    async fn every_wrong_field_is_named_at_once_and_nothing_is_written(db: TestDb) {
        // security: 24, 34
        let app = TestApp::start(db).await;
        let municipality = app.as_municipality(MUNICIPALITY);
        let long = "x".repeat(10_001);
        let body = json!({
            "programme": "Geen Slug",
            "status": "matched",
            "externalReference": " ",
            "issues": [{ "title": "a\nb", "description": long }]
        });
        let fields = municipality.post("/v1/intakes", &body).await.invalid();
        let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            ["/externalReference", "/issues/0/description", "/issues/0/title", "/programme", "/status"]
        );
        let listed = municipality.get("/v1/intakes").await.expect(200).json();
        assert_eq!(listed["items"], json!([]));
        let own = json!({ "programme": "versnelling", "municipality": MUNICIPALITY });
        let fields = municipality.post("/v1/intakes", &own).await.invalid();
        assert_eq!(fields, [("/municipality".to_owned(), "not-allowed".to_owned())]);
        let unknown = json!({ "programme": "versnelling", "municipality": "GM9999" });
        let fields = app.as_coordinator().post("/v1/intakes", &unknown).await.invalid();
        assert_eq!(fields, [("/municipality".to_owned(), "unknown".to_owned())]);
    }

    async fn a_talk_in_the_clock_change_gap_or_in_the_past_is_refused(db: TestDb) {
        let app = TestApp::start(db).await;
        let id = submitted(&app, "uitvoering").await;
        let adviser = app.as_role(Role::Adviser);
        let path = format!("/v1/intakes/{id}/talk");
        for (start, end, expected) in [
            ("2026-03-29T02:30", "2026-03-29T04:00", ("/localStart", "clock-change")),
            ("2026-03-12T15:00", "2026-03-12T14:00", ("/localEnd", "order")),
            ("2026-02-12T14:00", "2026-02-12T15:00", ("/localStart", "past")),
        ] {
            let body = json!({ "localStart": start, "localEnd": end, "place": "Stadhuis" });
            let fields = adviser.post(&path, &body).await.invalid();
            assert_eq!(fields, [(expected.0.to_owned(), expected.1.to_owned())]);
        }
        let nowhere = json!({ "localStart": "2026-03-12T14:00", "localEnd": "2026-03-12T15:00" });
        assert_eq!(adviser.post(&path, &nowhere).await.invalid().len(), 2);
    }

    async fn calling_the_talk_off_needs_the_tag_and_takes_the_intake_back(db: TestDb) {
        // security: 55
        let app = TestApp::start(db).await;
        let id = submitted(&app, "versnelling").await;
        let adviser = app.as_role(Role::Adviser);
        let planned = adviser.post(&format!("/v1/intakes/{id}/talk"), &talk()).await.expect(201);
        let path = format!("/v1/meetings/{}/cancellation", planned.text_at("/meeting/id"));
        adviser.post(&path, &json!({})).await.problem(428, "precondition-required");
        let stale = adviser
            .call(Method::POST, &path)
            .header("if-match", "\"9-00\"")
            .json(&json!({}))
            .send()
            .await;
        stale.problem(412, "stale");
        let cancelled = adviser
            .call(Method::POST, &path)
            .header("if-match", planned.header("etag"))
            .json(&json!({ "reason": "ziek" }))
            .send()
            .await
            .expect(200);
        assert_eq!(cancelled.text_at("/status"), "cancelled");
        let back = app.as_municipality(MUNICIPALITY).get(&format!("/v1/intakes/{id}")).await;
        assert_eq!(back.text_at("/status"), "submitted");
    }

    async fn the_same_request_sent_again_makes_one_intake(db: TestDb) {
        // security: 50, 51
        let app = TestApp::start(db).await;
        let body = complete(&app, "versnelling").await;
        let municipality = app.as_municipality(MUNICIPALITY);
        let send = async |body: &Value| {
            municipality
                .call(Method::POST, "/v1/intakes")
                .header("idempotency-key", "zaak-1")
                .json(body)
                .send()
                .await
        };
        let first = send(&body).await.expect(201);
        let again = send(&body).await.expect(201);
        assert_eq!(first.text, again.text);
        assert_eq!(first.header("location"), again.header("location"));
        assert_eq!(first.header("etag"), again.header("etag"));
        send(&json!({ "programme": "uitvoering" })).await.problem(422, "idempotency-key-reused");
        let listed = municipality.get("/v1/intakes").await.expect(200).json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    }
}
