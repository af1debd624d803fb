//! What is kept of a meeting that took place, and holding it once more.

use koplopers_shared::access::Role;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp};

const MISSING: &str = "019b76da-0000-7000-8000-00000000dead";
const AFTER: &str = "2026-04-09T12:00:00Z";

async fn person(app: &TestApp, name: &str) -> String {
    let email = format!("{}@example.org", name.to_lowercase());
    let body = json!({ "name": name, "email": email });
    let made = app.as_coordinator().post("/v1/people", &body).await;
    made.expect(201).text_at("/id")
}

/// A network day with these invitees; its path.
async fn network_day(app: &TestApp, invitees: &[&String]) -> Answer {
    let invitees: Vec<Value> = invitees.iter().map(|it| json!({ "person": it })).collect();
    let body = json!({
        "kind": "network",
        "title": "Netwerkdag",
        "agenda": "Kennismaken",
        "localStart": "2026-04-09T13:00",
        "localEnd": "2026-04-09T17:00",
        "place": "De Observant",
        "learningPractice": "living_lab",
        "invitees": invitees,
    });
    app.as_coordinator()
        .post("/v1/meetings", &body)
        .await
        .expect(201)
}

async fn send(app: &TestApp, method: Method, path: &str, body: &Value) -> Answer {
    let coordinator = app.as_coordinator();
    let call = coordinator.call(method, path).header("if-match", "*");
    call.json(body).send().await
}

fn field(name: &str, code: &str) -> (String, String) {
    (name.to_owned(), code.to_owned())
}

on_both_databases! {
    async fn who_was_there_is_recorded_after_the_start_and_corrected(db: TestDb) {
        // mission: S1
        let app = TestApp::start(db).await;
        let (anna, bert, cees) = (person(&app, "Anna").await, person(&app, "Bert").await, person(&app, "Cees").await);
        let planned = network_day(&app, &[&anna, &bert]).await;
        let path = planned.header("location").to_owned();
        let list = format!("{path}/attendance");
        let body = json!({ "items": [
            { "person": anna, "presence": "present" },
            { "person": bert, "presence": "delegate", "delegate": cees },
            { "person": cees, "presence": "present" },
        ] });
        send(&app, Method::PUT, &list, &body).await.problem(409, "meeting-not-started");
        assert_eq!(app.as_coordinator().get(&list).await.expect(200).json()["items"], json!([]));
        app.clock.turn_to(AFTER.parse().unwrap());
        let adviser = app.as_role(Role::Adviser);
        let etag = planned.header("etag").to_owned();
        let recorded = adviser.put(&list, &etag, &body).await.expect(200);
        assert_eq!(recorded.json()["items"].as_array().unwrap().len(), 3);
        adviser.put(&list, &etag, &body).await.problem(412, "stale");
        let corrected = json!({ "items": [{ "person": anna, "presence": "absent" }] });
        adviser.put(&list, recorded.header("etag"), &corrected).await.expect(200);
        let seen = adviser.get(&list).await.expect(200).json();
        assert_eq!(seen["items"], json!([{ "person": anna, "presence": "absent", "delegate": null }]));
        let events = "events WHERE type = 'meeting.attendance_recorded'";
        assert_eq!(given::count(&app.db, events).await, 2);

        let export = app.as_coordinator().get(&format!("/v1/people/{anna}/export")).await.expect(200).json();
        assert_eq!(export["sections"]["attendance"][0]["presence"], "absent");
        app.as_municipality("GM0363").get(&list).await.problem(404, "not-found");
    }

    async fn every_fault_in_a_list_of_who_was_there_is_named(db: TestDb) {
        let app = TestApp::start(db).await;
        let anna = person(&app, "Anna").await;
        let path = network_day(&app, &[]).await.header("location").to_owned();
        app.clock.turn_to(AFTER.parse().unwrap());
        let body = json!({ "items": [
            { "person": anna, "presence": "delegate", "delegate": anna },
            { "person": anna, "presence": "absent", "delegate": null },
            { "person": MISSING, "presence": "present" },
        ] });
        let fields = send(&app, Method::PUT, &format!("{path}/attendance"), &body).await.invalid();
        assert_eq!(fields, [
            field("/items/0/delegate", "unknown"),
            field("/items/1/person", "duplicate"),
            field("/items/2/person", "unknown"),
        ]);
        app.clock.turn_to(crate::app::START.parse().unwrap());
        let path = network_day(&app, &[]).await.header("location").to_owned();
        send(&app, Method::POST, &format!("{path}/cancellation"), &json!({})).await.expect(200);
        app.clock.turn_to(AFTER.parse().unwrap());
        let body = json!({ "items": [] });
        let refused = send(&app, Method::PUT, &format!("{path}/attendance"), &body).await;
        let problem = refused.problem(409, "invalid-transition");
        assert_eq!(problem["allowedActions"], json!(["copy"]));
    }

    async fn minutes_are_written_after_the_start(db: TestDb) {
        // mission: K1
        let app = TestApp::start(db).await;
        let path = network_day(&app, &[]).await.header("location").to_owned();
        let minutes = format!("{path}/minutes");
        let text = json!({ "text": "We spraken af dat elke praktijk een bewoner meebrengt." });
        app.as_coordinator().get(&minutes).await.problem(404, "not-found");
        send(&app, Method::PUT, &minutes, &text).await.problem(409, "meeting-not-started");
        app.clock.turn_to(AFTER.parse().unwrap());
        let written = send(&app, Method::PUT, &minutes, &text).await.expect(200);
        assert_eq!(written.text_at("/writtenAt"), AFTER);
        let again = json!({ "text": "Elke praktijk brengt een bewoner mee." });
        send(&app, Method::PUT, &minutes, &again).await.expect(200);
        let seen = app.as_coordinator().get(&minutes).await.expect(200);
        assert_eq!(seen.text_at("/text"), "Elke praktijk brengt een bewoner mee.");
        let number = json!({ "text": "Over 111222333 spraken we niet." });
        send(&app, Method::PUT, &minutes, &number).await.problem(400, "possible-bsn");
    }

    async fn a_meeting_that_was_called_off_is_held_after_all_by_copying_it(db: TestDb) {
        // mission: S1
        let app = TestApp::start(db).await;
        let (anna, bert) = (person(&app, "Anna").await, person(&app, "Bert").await);
        let planned = network_day(&app, &[&anna, &bert]).await;
        let path = planned.header("location").to_owned();
        let removed = planned.text_at("/invitations/1/id");
        let change = json!({ "removeInvitations": [removed] });
        send(&app, Method::POST, &format!("{path}/changes"), &change).await.expect(200);
        send(&app, Method::POST, &format!("{path}/cancellation"), &json!({})).await.expect(200);
        let when = json!({ "localStart": "2026-05-14T13:00", "localEnd": "2026-05-14T17:00" });
        let copy = format!("{path}/copy");
        let coordinator = app.as_coordinator();
        // Ascension Day is no bar: a planner may know better.
        let made = coordinator.post(&copy, &when).await.expect(201);
        assert_ne!(made.text_at("/meeting/id"), planned.text_at("/meeting/id"));
        for (at, expected) in [
            ("/meeting/status", "scheduled"),
            ("/meeting/title", "Netwerkdag"),
            ("/meeting/agenda", "Kennismaken"),
            ("/meeting/place", "De Observant"),
            ("/meeting/learningPractice", "living_lab"),
            ("/invitations/0/answer", "needs_action"),
            ("/invitations/0/person", anna.as_str()),
        ] {
            assert_eq!(made.text_at(at), expected, "{at}");
        }
        assert_eq!(made.json()["invitations"].as_array().unwrap().len(), 1, "not who was taken out");
        assert_eq!(made.json()["meeting"]["cancelledReason"], Value::Null);
        let first = coordinator.get(&path).await.expect(200);
        assert_eq!(first.text_at("/status"), "cancelled");
        let without = json!({
            "localStart": "2026-05-21T13:00", "localEnd": "2026-05-21T17:00", "withInvitees": false,
        });
        let made = coordinator.post(&copy, &without).await.expect(201);
        assert_eq!(made.json()["invitations"], json!([]));
        let past = json!({ "localStart": "2026-01-14T13:00", "localEnd": "2026-01-14T17:00" });
        assert_eq!(coordinator.post(&copy, &past).await.invalid(), [field("/localStart", "past")]);
        coordinator.post(&format!("/v1/meetings/{MISSING}/copy"), &when).await.problem(404, "not-found");
    }

    async fn a_series_is_separate_meetings_each_moved_on_its_own(db: TestDb) {
        // mission: S1; lesson: series edits break calendars
        let app = TestApp::start(db).await;
        let anna = person(&app, "Anna").await;
        let meeting = |day: &str| json!({
            "kind": "other", "title": "Werkgroep", "place": "Stadhuis",
            "localStart": format!("{day}T13:00"), "localEnd": format!("{day}T15:00"),
            "invitees": [{ "person": anna }],
        });
        let body = json!({
            "name": "Werkgroep taal", "meetings": [meeting("2026-04-09"), meeting("2026-05-07"), meeting("2026-06-04")],
        });
        let coordinator = app.as_coordinator();
        let planned = coordinator.post("/v1/series", &body).await.expect(201);
        let series = planned.text_at("/series/id");
        assert_eq!(given::count(&app.db, "deliveries WHERE kind = 'invitation'").await, 3);
        let uids = "(SELECT DISTINCT ical_uid FROM meetings) AS uids";
        assert_eq!(given::count(&app.db, uids).await, 3);
        let second = format!("/v1/meetings/{}", planned.text_at("/meetings/1/meeting/id"));
        let moved = json!({ "period": { "localStart": "2026-05-11T13:00", "localEnd": "2026-05-11T15:00" } });
        send(&app, Method::POST, &format!("{second}/changes"), &moved).await.expect(200);
        let mut fourth = meeting("2026-07-02");
        fourth["series"] = json!(series);
        coordinator.post("/v1/meetings", &fourth).await.expect(201);
        let listed = coordinator.get(&format!("/v1/meetings?series={series}")).await.expect(200).json();
        let days: Vec<&str> = listed["items"].as_array().unwrap().iter().map(|it| &it["localStart"].as_str().unwrap()[..10]).collect();
        assert_eq!(days, ["2026-04-09", "2026-05-11", "2026-06-04", "2026-07-02"]);
        assert_eq!(listed["items"][1]["series"], series);

        let path = planned.header("location").to_owned();
        let named = coordinator.patch(&path, planned.header("etag"), &json!({ "name": "Werkgroep lezen" })).await.expect(200);
        assert_eq!(named.text_at("/name"), "Werkgroep lezen");
        assert_eq!(coordinator.get("/v1/series").await.expect(200).text_at("/items/0/id"), series);
        let stranger = app.as_municipality("GM0363");
        stranger.get(&path).await.problem(404, "not-found");
        assert_eq!(stranger.get("/v1/series").await.expect(200).json()["items"], json!([]));
        let mut own = meeting("2026-08-06");
        own["series"] = json!(series);
        own["municipality"] = json!("GM0363");
        coordinator.post("/v1/meetings", &own).await.expect(201);
        assert_eq!(stranger.get("/v1/series").await.expect(200).text_at("/items/0/id"), series);
        stranger.get(&path).await.expect(200);
    }

    async fn a_series_is_planned_whole_or_not_at_all(db: TestDb) {
        let app = TestApp::start(db).await;
        let meeting = |day: &str, invitees: usize| {
            let invitees: Vec<Value> = (0..invitees).map(|_| json!({ "person": MISSING })).collect();
            json!({
                "kind": "other", "title": "Werkgroep", "place": "Stadhuis",
                "localStart": format!("{day}T13:00"), "localEnd": format!("{day}T15:00"),
                "invitees": invitees,
            })
        };
        let coordinator = app.as_coordinator();
        let body = json!({ "name": "Reeks", "meetings": [
            meeting("2026-01-08", 0), meeting("2026-05-07", 0), meeting("2026-06-04", 1),
        ] });
        assert_eq!(coordinator.post("/v1/series", &body).await.invalid(), [
            field("/meetings/0/localStart", "past"),
            field("/meetings/2/invitees/0/person", "unknown"),
        ]);
        assert_eq!(given::count(&app.db, "meetings").await, 0);
        assert_eq!(given::count(&app.db, "series").await, 0);
        let body = json!({ "name": "Reeks", "meetings": [meeting("2026-05-07", 251), meeting("2026-06-04", 250)] });
        assert_eq!(coordinator.post("/v1/series", &body).await.invalid(), [field("/meetings", "too-many")]);
        let gap = json!({ "name": "Reeks", "meetings": [
            { "kind": "other", "title": "Nacht", "place": "x", "localStart": "2026-03-29T02:30", "localEnd": "2026-03-29T04:00" },
        ] });
        assert_eq!(coordinator.post("/v1/series", &gap).await.invalid(), [field("/meetings/0/localStart", "clock-change")]);
    }

    async fn a_meeting_says_where_its_knowledge_comes_from_and_how_people_learn(db: TestDb) {
        // mission: N7, N9
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let body = |change: Value| {
            let mut body = json!({
                "kind": "presentation", "title": "De koplopers bij het ministerie", "place": "Den Haag",
                "localStart": "2026-04-09T13:00", "localEnd": "2026-04-09T17:00",
                "knowledgeSource": "practice", "learningPractice": "living_lab",
            });
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            body
        };
        let planned = coordinator.post("/v1/meetings", &body(json!({}))).await.expect(201);
        let path = planned.header("location").to_owned();
        coordinator.post("/v1/meetings", &body(json!({ "kind": "network" }))).await.expect(201);
        // What partners are shown is a kind of its own, and no meeting of the network's year.
        let listed = coordinator.get("/v1/meetings?kind=presentation").await.expect(200).json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        assert_eq!(listed["items"][0]["title"], "De koplopers bij het ministerie");
        let year = coordinator.get("/v1/network-years/2026/plan-check").await.expect(200).json();
        assert_eq!(year["findings"][0]["found"], 1);
        let tags = async || {
            let seen = coordinator.get(&path).await.expect(200).json();
            (seen["knowledgeSource"].clone(), seen["learningPractice"].clone())
        };
        assert_eq!(tags().await, (json!("practice"), json!("living_lab")));
        let other = json!({ "knowledgeSource": "experience", "learningPractice": null });
        send(&app, Method::POST, &format!("{path}/changes"), &other).await.expect(200);
        assert_eq!(tags().await, (json!("experience"), Value::Null));
        for wrong in [json!({ "knowledgeSource": "hearsay" }), json!({ "learningPractice": "reading" }), json!({ "kind": "party" })] {
            let key = wrong.as_object().unwrap().keys().next().unwrap().clone();
            let fields = coordinator.post("/v1/meetings", &body(wrong)).await.invalid();
            assert_eq!(fields[0].0, format!("/{key}"));
        }
    }
}
