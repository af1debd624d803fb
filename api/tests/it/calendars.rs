//! Calendars that people follow: made over the API, fetched by a program without a token.

use calcard::icalendar::{ICalendar, ICalendarComponentType, ICalendarProperty as Property};
use jiff::SignedDuration;
use koplopers_shared::access::Role;
use koplopers_shared::ids::PersonId;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, Caller, TestApp};

const CALENDARS: &str = "/v1/calendars";

async fn kim(app: &TestApp) -> PersonId {
    given::somebody(&app.db, "kim@example.nl", None).await
}

/// A meeting of a week in April 2026, by which it is recognised.
async fn meeting(app: &TestApp, day: u8, change: &Value) -> String {
    let mut body = json!({
        "kind": "network", "title": format!("Dag {day}"), "place": "De Observant; zaal 2",
        "onlineUrl": "https://overleg.example.nl/dag", "agenda": "Kennismaken,\nen eten",
        "localStart": format!("2026-04-{day:02}T13:00"), "localEnd": format!("2026-04-{day:02}T17:00"),
        "invitees": [],
    });
    let body = body.as_object_mut().unwrap();
    body.extend(change.as_object().unwrap().clone());
    let planned = app
        .as_coordinator()
        .post("/v1/meetings", &json!(body))
        .await;
    planned.expect(201).header("location").to_owned()
}

async fn call_off(app: &TestApp, meeting: &str) {
    let cancel = app
        .as_coordinator()
        .call(Method::POST, &format!("{meeting}/cancellation"))
        .header("if-match", "*")
        .json(&json!({ "reason": "Te weinig aanmeldingen." }));
    cancel.send().await.expect(200);
}

/// Makes a calendar and gives the path that a program fetches.
async fn follow(caller: &Caller<'_>, app: &TestApp, of: &Value) -> String {
    let made = caller.post(CALENDARS, of).await.expect(201);
    let url = made.text_at("/url");
    let base = app.state.settings.http.public_url.as_str();
    url.strip_prefix(base.trim_end_matches('/'))
        .unwrap()
        .to_owned()
}

/// The meetings in a calendar as an independent parser reads it: title and state.
fn events(answer: &Answer) -> Vec<(String, String)> {
    assert_eq!(
        answer.header("content-type"),
        "text/calendar; charset=utf-8; method=PUBLISH"
    );
    let calendar = ICalendar::parse(&answer.text).unwrap();
    let text = |event: &calcard::icalendar::ICalendarComponent, property| {
        let value = event.property(property).unwrap().values.first().unwrap();
        value.as_text().unwrap().to_owned()
    };
    calendar
        .components
        .iter()
        .filter(|it| it.component_type == ICalendarComponentType::VEvent)
        .map(|event| {
            (
                text(event, &Property::Summary),
                text(event, &Property::Status),
            )
        })
        .collect()
}

fn event(title: &str, status: &str) -> (String, String) {
    (title.to_owned(), status.to_owned())
}

on_both_databases! {
    async fn somebody_follows_the_meetings_they_are_invited_to_or_organise(db: TestDb) {
        // mission: S1
        let app = TestApp::start(db).await;
        let kim = kim(&app).await;
        meeting(&app, 9, &json!({ "invitees": [{ "person": kim }] })).await;
        meeting(&app, 10, &json!({})).await;
        meeting(&app, 11, &json!({ "organiser": kim })).await;
        let off = meeting(&app, 12, &json!({ "invitees": [{ "person": kim }] })).await;
        call_off(&app, &off).await;
        let path = follow(&app.as_person(kim, Role::Member), &app, &json!({ "kind": "person" })).await;
        assert!(path.strip_prefix("/calendars/").unwrap().strip_suffix(".ics").is_some(), "{path}");
        let feed = app.anonymous().get(&path).await.expect(200);
        assert_eq!(events(&feed), [
            event("Dag 9", "CONFIRMED"), event("Dag 11", "CONFIRMED"), event("Dag 12", "CANCELLED"),
        ]);
        // Nobody sees who else is invited, and each zone is told once.
        assert!(!feed.text.contains("ATTENDEE"));
        assert_eq!(feed.text.matches("BEGIN:VTIMEZONE").count(), 1);
        assert!(feed.text.contains("DTSTART;TZID=Europe/Amsterdam:20260409T130000"));
        assert!(feed.text.contains("METHOD:PUBLISH"));

        let again = app.anonymous().call(Method::GET, &path)
            .header("if-none-match", feed.header("etag")).send().await;
        assert_eq!(again.status, 304);
        meeting(&app, 13, &json!({ "organiser": kim })).await;
        let changed = app.anonymous().call(Method::GET, &path)
            .header("if-none-match", feed.header("etag")).send().await.expect(200);
        assert_eq!(events(&changed).len(), 4);
    }

    async fn the_institute_follows_a_programme(db: TestDb) {
        let app = TestApp::start(db).await;
        let kim = kim(&app).await;
        meeting(&app, 9, &json!({ "programme": "versnelling" })).await;
        meeting(&app, 10, &json!({ "programme": "inclusief" })).await;
        let of = json!({ "kind": "programme", "programme": "versnelling" });
        let path = follow(&app.as_person(kim, Role::Coordinator), &app, &of).await;
        let feed = app.anonymous().get(&path).await.expect(200);
        assert_eq!(events(&feed), [event("Dag 9", "CONFIRMED")]);
        for (body, field) in [
            (json!({ "kind": "programme" }), "/programme"),
            (json!({ "kind": "series" }), "/series"),
            (json!({ "kind": "programme", "programme": "onbekend" }), "/programme"),
            (json!({ "kind": "series", "series": kim }), "/series"),
            (json!({ "kind": "person", "programme": "versnelling" }), "/programme"),
        ] {
            let fields = app.as_person(kim, Role::Coordinator).post(CALENDARS, &body).await.invalid();
            assert_eq!(fields[0].0, field, "{body}");
        }
        app.as_coordinator().post(CALENDARS, &of).await.problem(403, "person-required");
    }

    async fn a_deleted_or_expired_calendar_shows_nothing_and_is_nobody_elses(db: TestDb) {
        // security: 63, 64
        let app = TestApp::start(db).await;
        let kim = kim(&app).await;
        let bo = given::somebody(&app.db, "bo@example.nl", None).await;
        let (kim, bo) = (app.as_person(kim, Role::Member), app.as_person(bo, Role::Member));
        let first = follow(&kim, &app, &json!({ "kind": "person" })).await;
        let second = follow(&kim, &app, &json!({ "kind": "person" })).await;
        let listed = kim.get(CALENDARS).await.expect(200).json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 2);
        assert_eq!(listed["items"][0]["url"], Value::Null);
        let own = format!("{CALENDARS}/{}", listed["items"][0]["id"].as_str().unwrap());
        assert_eq!(bo.get(CALENDARS).await.expect(200).json()["items"], json!([]));
        bo.delete(&own).await.problem(404, "not-found");
        kim.delete(&own).await.expect(204);
        kim.delete(&own).await.problem(404, "not-found");
        app.anonymous().get(&first).await.problem(404, "not-found");
        app.anonymous().get(&second).await.expect(200);
        let tampered = second.replace(".ics", "x.ics");
        app.anonymous().get(&tampered).await.problem(404, "not-found");
        app.clock.turn_by(SignedDuration::from_hours(24 * 731));
        app.anonymous().get(&second).await.problem(404, "not-found");
    }

    async fn a_repeat_of_the_request_does_not_show_the_address_again(db: TestDb) {
        let app = TestApp::start(db).await;
        let kim = kim(&app).await;
        let ask = async || {
            let kim = app.as_person(kim, Role::Member);
            let call = kim.call(Method::POST, CALENDARS).header("idempotency-key", "one");
            call.json(&json!({ "kind": "person" })).send().await.expect(201).json()
        };
        let (made, repeated) = (ask().await, ask().await);
        assert_eq!(made["id"], repeated["id"]);
        assert!(made["url"].is_string());
        assert_eq!(repeated["url"], Value::Null);
    }

    async fn one_meeting_is_downloaded_by_who_sees_it(db: TestDb) {
        let app = TestApp::start(db).await;
        let path = meeting(&app, 9, &json!({})).await;
        let one = app.as_coordinator().get(&format!("{path}/calendar")).await.expect(200);
        assert_eq!(events(&one), [event("Dag 9", "CONFIRMED")]);
        app.as_municipality("GM0363").get(&format!("{path}/calendar")).await.problem(404, "not-found");
    }
}
