//! Drafts: prepared without a mail, and scheduled when they are ready.

use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::json;

use super::{MEETINGS, draft, draft_of, official, polled, with_tag};
use crate::app::TestApp;

const INVITATIONS: &str = "deliveries WHERE kind = 'invitation'";

on_both_databases! {
    async fn a_draft_is_edited_without_a_mail_and_invites_when_it_is_scheduled(db: TestDb) {
        // mission: S1
        let app = TestApp::start(db).await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let bert = official(&app, "GM0344", "bert@example.nl").await;
        let cees = official(&app, "GM0344", "cees@example.nl").await;
        let made = draft(&app, &[anna, bert]).await;
        assert_eq!(made.text_at("/meeting/status"), "draft");
        let coordinator = app.as_coordinator();
        let path = made.header("location").to_owned();
        let bert = made.text_at("/invitations/1/id");
        let changes = json!({
            "title": "Uitwisseling in het voorjaar",
            "period": { "localStart": "2026-04-16T13:00", "localEnd": "2026-04-16T17:00" },
            "removeInvitations": [bert], "addInvitees": [{ "person": cees }],
        });
        let to = format!("{path}/changes");
        let changed = with_tag(&coordinator, Method::POST, &to, made.header("etag"), &changes).await.expect(200);
        let nothing = json!({ "invitations": 0, "updates": 0, "cancellations": 0 });
        assert_eq!(changed.json()["mails"], nothing);
        assert_eq!(given::count(&app.db, "deliveries").await, 0);

        let scheduling = format!("{path}/scheduling");
        let call = |etag: &str| coordinator.call(Method::POST, &scheduling).header("if-match", etag);
        coordinator.call(Method::POST, &scheduling).send().await.problem(428, "precondition-required");
        call(made.header("etag")).send().await.problem(412, "stale");
        let scheduled = call(changed.header("etag")).send().await.expect(200);
        let meeting = &scheduled.json()["meeting"];
        assert_eq!((&meeting["status"], &meeting["sequence"]), (&json!("scheduled"), &json!(0)));
        assert_eq!(meeting["localStart"], "2026-04-16T13:00:00");
        assert_eq!(given::count(&app.db, INVITATIONS).await, 2);
        assert_eq!(given::count(&app.db, "deliveries").await, 2);
        call(scheduled.header("etag")).send().await.problem(409, "invalid-transition");
        let history = coordinator.get(&format!("{path}/history")).await.expect(200).json();
        let types: Vec<&str> = history["items"].as_array().unwrap().iter().map(|it| it["type"].as_str().unwrap()).collect();
        assert_eq!(types, ["meeting.drafted", "meeting.moved", "meeting.scheduled"]);
    }

    async fn a_draft_whose_time_has_passed_moves_before_it_is_scheduled(db: TestDb) {
        let app = TestApp::start(db).await;
        let made = draft(&app, &[]).await;
        let path = made.header("location").to_owned();
        app.clock.turn_to("2026-04-10T08:00:00Z".parse().unwrap());
        let coordinator = app.as_coordinator();
        let scheduling = format!("{path}/scheduling");
        let schedule = || coordinator.call(Method::POST, &scheduling).header("if-match", "*").send();
        schedule().await.problem(409, "meeting-started");
        let moved = json!({ "period": { "localStart": "2026-04-16T13:00", "localEnd": "2026-04-16T17:00" } });
        with_tag(&coordinator, Method::POST, &format!("{path}/changes"), "*", &moved).await.expect(200);
        schedule().await.expect(200);
    }

    async fn a_draft_is_the_institutes_and_a_poll_is_seen_by_the_municipalities_that_vote(db: TestDb) {
        // security: 20, 22
        let app = TestApp::start(db).await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let bert = official(&app, "GM0344", "bert@example.nl").await;
        let made = draft(&app, &[anna]).await;
        let amsterdam = app.as_municipality("GM0363");
        amsterdam.get(made.header("location")).await.problem(404, "not-found");
        let polled = polled(&app, &[anna, bert], 2).await;
        amsterdam.get(&polled.path).await.expect(200);
        amsterdam.get(&polled.poll).await.expect(200);
        let listed = amsterdam.get(MEETINGS).await.expect(200).json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        let stranger = app.as_municipality("GM0599");
        stranger.get(&polled.poll).await.problem(404, "not-found");
        amsterdam.post(MEETINGS, &draft_of(&[])).await.problem(403, "forbidden");
    }
}
