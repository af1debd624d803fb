//! A date is agreed with every municipality.

use jiff::SignedDuration;
use koplopers_shared::access::Role;
use koplopers_shared::clock::LocalNow;
use koplopers_shared::on_both_databases;
use koplopers_shared::polls;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use super::{END, Polled, choose, missing, official, option_ids, options, polled, vote, with_tag};
use crate::app::TestApp;

const INVITATIONS: &str = "deliveries WHERE kind = 'invitation'";

/// Lets the job come by that closes polls.
async fn close_due(app: &TestApp) -> usize {
    let now = LocalNow::new(app.now(), &app.state.settings.time_zone);
    let closed = app.db.write(move |conn| polls::close_due(conn, now)).await;
    closed.unwrap()
}

async fn seen(app: &TestApp, polled: &Polled) -> Value {
    let poll = app.as_coordinator().get(&polled.poll).await;
    poll.expect(200).json()
}

fn states(poll: &Value) -> Vec<&str> {
    let options = poll["options"].as_array().unwrap().iter();
    options.map(|it| it["state"].as_str().unwrap()).collect()
}

on_both_databases! {
    async fn a_date_is_chosen_only_with_every_required_municipality_and_then_all_are_invited(db: TestDb) {
        // mission: L9
        let app = TestApp::start(db).await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let alie = official(&app, "GM0363", "alie@example.nl").await;
        let bert = official(&app, "GM0344", "bert@example.nl").await;
        let polled = polled(&app, &[anna, alie, bert], 3).await;
        let before = seen(&app, &polled).await;
        assert_eq!(before["requiredMunicipalities"], json!(["GM0344", "GM0363"]));
        assert_eq!(before["winner"], Value::Null);
        assert_eq!(given::count(&app.db, INVITATIONS).await, 0);

        vote(&app, anna, &polled, &["yes", "no", "if_need_be"]).await.expect(200);
        vote(&app, alie, &polled, &["yes", "yes", "no"]).await.expect(200);
        vote(&app, bert, &polled, &["no", "no", "no"]).await.expect(200);
        let poll = seen(&app, &polled).await;
        assert_eq!(poll["winner"], Value::Null);
        let utrecht = vec![("GM0344".to_owned(), "says_no".to_owned())];
        assert_eq!(missing(&poll), [utrecht.clone(), utrecht.clone(), utrecht]);
        assert_eq!(
            poll["explanation"],
            "no option suits everybody who is needed: GM0344 says no on 3 of 3"
        );
        // The latest vote counts. Most yes of all does not win without Utrecht.
        vote(&app, bert, &polled, &["no", "if_need_be", "yes"]).await.expect(200);
        let poll = seen(&app, &polled).await;
        assert_eq!(poll["winner"], polled.options[1].as_str());
        let mut counted = poll["options"].clone();
        for option in counted.as_array_mut().unwrap() {
            option.as_object_mut().unwrap().remove("id");
        }
        insta::assert_json_snapshot!("date_poll_counted", counted);

        let refused = choose(&app, &polled, &polled.options[0]).await;
        let problem = refused.problem(409, "municipalities-missing");
        assert_eq!(problem["missing"], json!([{ "municipality": "GM0344", "reason": "says_no" }]));
        assert_eq!(given::count(&app.db, INVITATIONS).await, 0);

        let agreed = choose(&app, &polled, &polled.options[1]).await.expect(200).json();
        assert_eq!(agreed["meeting"]["status"], "scheduled");
        assert_eq!(agreed["meeting"]["localStart"], "2026-04-10T13:00:00");
        assert_eq!(agreed["meeting"]["sequence"], 0);
        assert_eq!(given::count(&app.db, INVITATIONS).await, 3);
        let decided = seen(&app, &polled).await;
        assert_eq!((&decided["status"], &decided["frozen"]), (&json!("decided"), &json!(true)));
        assert_eq!(states(&decided), ["released", "chosen", "released"]);
        vote(&app, bert, &polled, &["no", "no", "no"]).await.problem(409, "invalid-transition");
        choose(&app, &polled, &polled.options[2]).await.problem(409, "invalid-transition");
    }

    async fn a_poll_closes_on_time_even_when_nobody_looks(db: TestDb) {
        // mission: L9
        let app = TestApp::start(db).await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let polled = polled(&app, &[anna], 2).await;
        let end: jiff::Timestamp = END.parse().unwrap();
        app.clock.turn_to(end - SignedDuration::from_secs(1));
        assert_eq!(close_due(&app).await, 0);
        vote(&app, anna, &polled, &["yes", "no"]).await.expect(200);
        app.clock.turn_to(end);
        // The job has not come by yet.
        vote(&app, anna, &polled, &["no", "yes"]).await.problem(409, "date-poll-over");
        assert_eq!(close_due(&app).await, 1);
        assert_eq!(close_due(&app).await, 0);
        let closed = seen(&app, &polled).await;
        assert_eq!(closed["status"], "closed");
        assert_eq!(closed["closedAt"], END);
        assert_eq!(closed["winner"], polled.options[0].as_str());
        vote(&app, anna, &polled, &["no", "yes"]).await.problem(409, "invalid-transition");
        choose(&app, &polled, &polled.options[0]).await.expect(200);
        let history = app.as_coordinator().get(&format!("{}/history", polled.path)).await.expect(200).json();
        let closing = history["items"].as_array().unwrap().iter().find(|it| it["type"] == "poll.closed").unwrap();
        assert_eq!(closing["actorKind"], "system");
    }

    async fn an_edit_keeps_the_votes_on_options_that_stay(db: TestDb) {
        // mission: L9
        let app = TestApp::start(db).await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let mut polled = polled(&app, &[anna], 3).await;
        vote(&app, anna, &polled, &["no", "yes", "if_need_be"]).await.expect(200);
        let coordinator = app.as_coordinator();
        // Without the first, with another after the last.
        let edited = json!({ "options": options(4)[1..] });
        let poll = coordinator.patch(&polled.poll, "*", &edited).await.expect(200).json();
        let ids = option_ids(&poll);
        assert_eq!(ids[..2], polled.options[1..]);
        let votes: Vec<(&Value, &Value)> =
            poll["votes"].as_array().unwrap().iter().map(|it| (&it["option"], &it["vote"])).collect();
        assert_eq!(votes, [(&json!(ids[0]), &json!("yes")), (&json!(ids[1]), &json!("if_need_be"))]);
        assert_eq!(poll["voters"][0]["voted"], false);
        let meeting = coordinator.get(&polled.path).await.expect(200).json();
        assert_eq!(meeting["localStart"], "2026-04-10T13:00:00");
        polled.options = ids;
        let said = vote(&app, anna, &polled, &["yes", "yes", "yes"]).await.expect(200).json();
        assert_eq!(said["votes"].as_array().unwrap().len(), 3);
        // Another end and other words leave the options alone.
        let later = json!({ "closesAt": "2026-04-08T15:00:00Z" });
        let poll = coordinator.patch(&polled.poll, "*", &later).await.expect(200).json();
        assert_eq!(poll["votes"].as_array().unwrap().len(), 3);
    }

    async fn a_closed_poll_opens_again_with_another_end_and_lets_go_of_a_municipality(db: TestDb) {
        // mission: L9
        let app = TestApp::start(db).await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let bert = official(&app, "GM0344", "bert@example.nl").await;
        let polled = polled(&app, &[anna, bert], 2).await;
        vote(&app, anna, &polled, &["yes", "yes"]).await.expect(200);
        let coordinator = app.as_coordinator();
        let closure = format!("{}/closure", polled.poll);
        let closed = coordinator.call(Method::POST, &closure).send().await.expect(200).json();
        assert_eq!(closed["status"], "closed");
        assert_eq!(closed["options"][0]["explanation"], "1 yes, 0 if need be, 0 no; GM0344 has not voted");
        choose(&app, &polled, &polled.options[0]).await.problem(409, "municipalities-missing");
        let fewer = json!({ "requiredMunicipalities": ["GM0363"] });
        let fields = coordinator.patch(&polled.poll, "*", &fewer).await.invalid();
        assert_eq!(fields, [("/closesAt".to_owned(), "required".to_owned())]);
        let again = json!({ "requiredMunicipalities": ["GM0363"], "closesAt": "2026-04-03T15:00:00Z" });
        let open = coordinator.patch(&polled.poll, "*", &again).await.expect(200).json();
        assert_eq!((&open["status"], &open["closedAt"]), (&json!("open"), &Value::Null));
        choose(&app, &polled, &polled.options[0]).await.expect(200);
    }

    async fn a_meeting_called_off_while_its_date_is_polled_ends_the_poll(db: TestDb) {
        let app = TestApp::start(db).await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let polled = polled(&app, &[anna], 2).await;
        let off = format!("{}/cancellation", polled.path);
        with_tag(&app.as_coordinator(), Method::POST, &off, "*", &json!({})).await.expect(200);
        let poll = seen(&app, &polled).await;
        assert_eq!(poll["status"], "cancelled");
        assert_eq!(states(&poll), ["released", "released"]);
        vote(&app, anna, &polled, &["yes", "yes"]).await.problem(409, "invalid-transition");
        assert_eq!(given::count(&app.db, "deliveries WHERE kind = 'cancellation'").await, 0);
    }

    async fn who_leaves_the_list_counts_no_more(db: TestDb) {
        // mission: L9
        let app = TestApp::start(db).await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let bert = official(&app, "GM0344", "bert@example.nl").await;
        let polled = polled(&app, &[anna, bert], 2).await;
        vote(&app, anna, &polled, &["yes", "no"]).await.expect(200);
        vote(&app, bert, &polled, &["yes", "no"]).await.expect(200);
        let coordinator = app.as_coordinator();
        let list = coordinator.get(&format!("{}/invitations", polled.path)).await.expect(200).json();
        let theirs = list["items"].as_array().unwrap().iter().find(|it| it["person"] == bert.to_string()).unwrap();
        let changes = format!("{}/changes", polled.path);
        let without = json!({ "removeInvitations": [theirs["id"]] });
        with_tag(&coordinator, Method::POST, &changes, "*", &without).await.expect(200);
        let poll = seen(&app, &polled).await;
        assert_eq!(missing(&poll)[0], [("GM0344".to_owned(), "nobody_invited".to_owned())]);
        assert_eq!(poll["options"][0]["yes"], 1);
        vote(&app, bert, &polled, &["yes", "no"]).await.problem(403, "forbidden");
        let moved = json!({ "period": { "localStart": "2026-04-16T13:00", "localEnd": "2026-04-16T17:00" } });
        let fields = with_tag(&coordinator, Method::POST, &changes, "*", &moved).await.invalid();
        assert_eq!(fields, [("/period".to_owned(), "polled".to_owned())]);
    }

    async fn two_choices_under_one_tag_are_one_choice(db: TestDb) {
        // security: 55
        let app = TestApp::start(db).await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let polled = polled(&app, &[anna], 2).await;
        vote(&app, anna, &polled, &["yes", "yes"]).await.expect(200);
        let (one, other) = tokio::join!(
            choose(&app, &polled, &polled.options[0]),
            choose(&app, &polled, &polled.options[1]),
        );
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert!(statuses == [200, 412] || statuses == [200, 409], "{statuses:?}");
        assert_eq!(given::count(&app.db, INVITATIONS).await, 1);
        assert_eq!(given::count(&app.db, "date_poll_options WHERE state = 'chosen'").await, 1);
    }

    async fn a_municipal_official_votes_with_a_token_of_their_municipality(db: TestDb) {
        // mission: L9; security: 28
        let app = TestApp::start(db).await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let polled = polled(&app, &[anna], 2).await;
        let code = Some("GM0363".parse().unwrap());
        let subject = koplopers_api::auth::subject_of_person(anna, Role::Municipality, code).unwrap();
        let said = super::vote_as(&app.with_subject(&subject), &polled, &["yes", "no"]).await.expect(200).json();
        assert_eq!(said["votes"][0]["via"], "api");
    }
}
