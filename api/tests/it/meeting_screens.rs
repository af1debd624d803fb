//! What screens that plan meetings need: a month with its answers, who is busy, and who comes.

use koplopers_shared::access::Role;
use koplopers_shared::ids::PersonId;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Caller, TestApp};
use crate::polls::{choose, official, polled, vote};

async fn somebody(app: &TestApp, name: &str) -> PersonId {
    let email = format!(
        "{}@example.nl",
        name.to_lowercase()
            .replace(|c: char| !c.is_alphanumeric(), "")
    );
    let body = json!({ "name": name, "email": email });
    let made = app
        .as_coordinator()
        .post("/v1/people", &body)
        .await
        .expect(201);
    made.text_at("/id").parse().unwrap()
}

/// A meeting in April 2026 on the clock of Amsterdam; its path.
async fn meeting(
    app: &TestApp,
    title: &str,
    (start, end): (&str, &str),
    people: &[PersonId],
) -> String {
    let invitees: Vec<Value> = people.iter().map(|id| json!({ "person": id })).collect();
    let body = json!({
        "kind": "network", "title": title, "place": "De Observant, Amersfoort",
        "localStart": format!("2026-04-{start}"), "localEnd": format!("2026-04-{end}"),
        "invitees": invitees,
    });
    let planned = app.as_coordinator().post("/v1/meetings", &body).await;
    planned.expect(201).header("location").to_owned()
}

async fn answer(app: &TestApp, path: &str, person: PersonId, body: &Value) {
    let read = app
        .as_coordinator()
        .get(&format!("{path}/invitations"))
        .await
        .expect(200)
        .json();
    let own = read["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["person"] == json!(person));
    let id = own.unwrap()["id"].as_str().unwrap();
    let caller = app.as_person(person, Role::Member);
    caller
        .put(&format!("{path}/invitations/{id}/answer"), "*", body)
        .await
        .expect(200);
}

fn titles(list: &Value) -> Vec<&str> {
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["title"].as_str().unwrap())
        .collect()
}

on_both_databases! {
    async fn a_month_shows_each_meeting_with_how_everybody_answered(db: TestDb) {
        // mission: S1
        let app = TestApp::start(db).await;
        let (kim, bo) = (somebody(&app, "Kim").await, somebody(&app, "Bo").await);
        // Half past midnight in Amsterdam is the day before in UTC.
        let early = meeting(&app, "Nacht", ("10T00:30", "10T01:30"), &[kim, bo]).await;
        meeting(&app, "Dag", ("11T13:00", "11T17:00"), &[]).await;
        answer(&app, &early, kim, &json!({ "answer": "accepted" })).await;
        let day = app.as_coordinator().get("/v1/meetings?onFrom=2026-04-10&onTo=2026-04-11").await;
        let day = day.expect(200).json();
        assert_eq!(titles(&day), ["Nacht"]);
        assert_eq!(day["items"][0]["answers"], json!([
            { "answer": "needs_action", "count": 1 }, { "answer": "accepted", "count": 1 },
        ]));
        let month = app.as_coordinator().get("/v1/meetings?onFrom=2026-04-01&onTo=2026-05-01").await;
        let month = month.expect(200).json();
        assert_eq!(titles(&month), ["Nacht", "Dag"]);
        assert_eq!(month["items"][1]["answers"], json!([]));
        let kims = app.as_coordinator().get(&format!("/v1/meetings?person={kim}")).await.expect(200);
        assert_eq!(titles(&kims.json()), ["Nacht"]);
    }

    async fn who_plans_sees_who_is_expected_elsewhere(db: TestDb) {
        let app = TestApp::start(db).await;
        let (kim, bo) = (somebody(&app, "Kim").await, somebody(&app, "Bo").await);
        let first = meeting(&app, "Eerste", ("09T13:00", "09T15:00"), &[kim, bo]).await;
        answer(&app, &first, bo, &json!({ "answer": "declined" })).await;
        let ask = async |start: &str, end: &str, but: Option<&str>| {
            let body = json!({
                "people": [kim, bo], "localStart": format!("2026-04-09T{start}"),
                "localEnd": format!("2026-04-09T{end}"), "meeting": but,
            });
            let mut body = body;
            if but.is_none() {
                body.as_object_mut().unwrap().remove("meeting");
            }
            let found = app.as_role(Role::Adviser).post("/v1/meetings/_conflicts", &body).await;
            found.expect(200).json()["items"].as_array().unwrap().clone()
        };
        let found = ask("14:00", "16:00", None).await;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0]["person"], json!(kim));
        assert_eq!(found[0]["title"], "Eerste");
        assert_eq!(found[0]["answer"], "needs_action");
        // Meetings that touch do not overlap, and a meeting is not in its own way.
        assert!(ask("15:00", "16:00", None).await.is_empty());
        assert!(ask("12:00", "13:00", None).await.is_empty());
        let id = first.rsplit('/').next().unwrap();
        assert!(ask("14:00", "16:00", Some(id)).await.is_empty());

        let stranger = json!({
            "people": [kim, PersonId::generate()],
            "localStart": "2026-04-09T13:00", "localEnd": "2026-04-09T14:00",
        });
        let fields = app.as_coordinator().post("/v1/meetings/_conflicts", &stranger).await.invalid();
        assert_eq!(fields, [("/people/1".to_owned(), "unknown".to_owned())]);
    }

    async fn the_participants_are_a_list_for_a_spreadsheet(db: TestDb) {
        // security: 39
        let app = TestApp::start(db).await;
        let (kim, bo) = (somebody(&app, "=Kim").await, somebody(&app, "Bo").await);
        let path = meeting(&app, "Dag", ("09T13:00", "09T15:00"), &[kim, bo]).await;
        let wishes = json!({
            "answer": "accepted", "remark": "Ik kom, \"zeker\"", "dietaryWishes": "Vegetarisch",
        });
        answer(&app, &path, bo, &wishes).await;
        let list = app.as_coordinator()
            .call(Method::GET, &format!("{path}/participants"))
            .header("accept", "text/csv")
            .send().await.expect(200);
        assert_eq!(list.header("content-type"), "text/csv; charset=utf-8; header=present");
        let mut rows = csv::Reader::from_reader(list.text.as_bytes());
        let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
        let names: Vec<&str> = rows.iter().map(|row| &row[0]).collect();
        assert_eq!(names, ["'=Kim", "Bo"]);
        assert_eq!(&rows[1][2], "accepted");
        assert_eq!(&rows[1][6], "Ik kom, \"zeker\"");
        assert_eq!(&rows[1][7], "Vegetarisch");
        app.as_municipality("GM0363").get(&format!("{path}/participants")).await.expect(403);
        let missing = format!("/v1/meetings/{kim}/participants");
        app.as_coordinator().get(&missing).await.problem(404, "not-found");
    }

    async fn the_participants_are_a_page_to_print(db: TestDb) {
        // mission: S1; security: 37, 74
        let app = TestApp::start(db).await;
        let (kim, bo) = (somebody(&app, "<b>Kim</b>").await, somebody(&app, "Bo").await);
        let path = meeting(&app, "Dag & nacht", ("09T13:00", "09T15:00"), &[kim, bo]).await;
        let said = json!({ "answer": "accepted", "dietaryWishes": "<i>Geen noten</i>" });
        answer(&app, &path, bo, &said).await;
        let ask = async |query: &str, accept: &str, language: &str| {
            let coordinator = app.as_coordinator();
            let call = coordinator.call(Method::GET, &format!("{path}/participants{query}"));
            let call = call.header("accept", accept).header("accept-language", language);
            call.send().await.expect(200)
        };
        let page = ask("", "text/html,*/*;q=0.8", "nl").await;
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("content-language"), "nl");
        assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
        for shown in [
            "<title>Deelnemers: Dag &#38; nacht", "donderdag 9 april 2026", "De Observant, Amersfoort",
            "&#60;b&#62;Kim&#60;/b&#62;", "Nog geen antwoord", "Komt", "bo@example.nl",
            "&#60;i&#62;Geen noten&#60;/i&#62;", "class=\"sheet\"",
        ] {
            assert!(page.text.contains(shown), "{shown} in {}", page.text);
        }
        // What is for the organisers is not on the sheet at the door.
        let (door, sheet) = page.text.split_once("class=\"sheet\"").unwrap();
        assert!(!door.contains("noten") && !door.contains("bo@example.nl") && sheet.contains("noten"));
        for (query, language, expected) in [("", "en", "en"), ("?language=nl", "en", "nl"), ("?language=en", "nl", "en")] {
            let page = ask(query, "text/html", language).await;
            assert_eq!(page.header("content-language"), expected, "{query} {language}");
        }
        assert!(ask("", "text/html", "en").await.text.contains("List for at the door"));
        let list = ask("?language=en", "text/csv, text/html;q=0.5", "nl").await;
        assert_eq!(list.header("content-type"), "text/csv; charset=utf-8; header=present");

        let call = |caller: Caller<'_>, at: &str| caller.call(Method::GET, at).header("accept", "text/html").send();
        let participants = format!("{path}/participants");
        let wrong = format!("{participants}?language=de");
        call(app.as_coordinator(), &wrong).await.problem(400, "validation-failed");
        call(app.as_municipality("GM0363"), &participants).await.problem(403, "forbidden");
        call(app.anonymous(), &participants).await.problem(401, "unauthorized");
        call(app.as_coordinator(), &path).await.problem(406, "not-acceptable");
    }

    async fn dates_that_are_polled_are_in_the_way_until_they_are_released(db: TestDb) {
        // mission: L9
        let app = TestApp::start(db).await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let bert = official(&app, "GM0344", "bert@example.nl").await;
        let polled = polled(&app, &[anna, bert], 2).await;
        let ask = async |day: &str| {
            let body = json!({
                "people": [anna, bert], "localStart": format!("2026-04-{day}T16:00"),
                "localEnd": format!("2026-04-{day}T18:00"),
            });
            let found = app.as_coordinator().post("/v1/meetings/_conflicts", &body).await;
            let found = found.expect(200).json()["items"].as_array().unwrap().clone();
            let person = |it: &Value| it["person"].as_str().unwrap().to_owned();
            (found.iter().map(person).collect::<Vec<_>>(), found)
        };
        let (people, found) = ask("09").await;
        assert_eq!(people, [anna.to_string(), bert.to_string()]);
        assert_eq!(found[0]["option"], polled.options[0].as_str());
        assert_eq!((&found[0]["title"], &found[0]["startsAt"]), (&json!("Uitwisseling"), &json!("2026-04-09T11:00:00Z")));
        // Who says no keeps nothing free.
        vote(&app, bert, &polled, &["no", "yes"]).await.expect(200);
        vote(&app, anna, &polled, &["if_need_be", "yes"]).await.expect(200);
        assert_eq!(ask("09").await.0, [anna.to_string()]);
        assert_eq!(ask("10").await.0, [anna.to_string(), bert.to_string()]);
        choose(&app, &polled, &polled.options[1]).await.expect(200);
        assert_eq!(ask("09").await.0, Vec::<String>::new());
        let (people, found) = ask("10").await;
        assert_eq!(people, [anna.to_string(), bert.to_string()]);
        assert_eq!(found[0]["option"], Value::Null);
    }

    async fn planning_tells_who_is_expected_elsewhere(db: TestDb) {
        // mission: S1
        let app = TestApp::start(db).await;
        let (kim, bo) = (somebody(&app, "Kim").await, somebody(&app, "Bo").await);
        meeting(&app, "Eerste", ("09T13:00", "09T15:00"), &[kim, bo]).await;
        let body = |people: &[PersonId], day: u8| {
            let invitees: Vec<Value> = people.iter().map(|id| json!({ "person": id })).collect();
            json!({
                "kind": "network", "title": "Tweede", "place": "Stadhuis", "invitees": invitees,
                "localStart": format!("2026-04-{day:02}T14:00"), "localEnd": format!("2026-04-{day:02}T16:00"),
            })
        };
        let busy = |conflicts: &Value| -> Vec<(String, String)> {
            let text = |it: &Value, key: &str| it[key].as_str().unwrap().to_owned();
            let all = conflicts.as_array().unwrap().iter();
            all.map(|it| (text(it, "person"), text(it, "title"))).collect()
        };
        let coordinator = app.as_coordinator();
        let planned = coordinator.post("/v1/meetings", &body(&[kim], 9)).await.expect(201);
        assert_eq!(busy(&planned.json()["conflicts"]), [(kim.to_string(), "Eerste".to_owned())]);
        let free = coordinator.post("/v1/meetings", &body(&[kim], 10)).await.expect(201);
        assert_eq!(free.json()["conflicts"], json!([]));
        // Whoever is added, and everybody at another time, before and after it is so.
        let path = free.header("location").to_owned();
        let change = async |query: &str, body: Value| {
            let call = coordinator.call(Method::POST, &format!("{path}/changes{query}"));
            call.header("if-match", "*").json(&body).send().await.expect(200).json()
        };
        let moved = json!({
            "period": { "localStart": "2026-04-09T14:30", "localEnd": "2026-04-09T16:30" },
            "addInvitees": [{ "person": bo }],
        });
        let titles = ["Eerste", "Tweede"].map(|title| (kim.to_string(), title.to_owned()));
        let expected = [titles.to_vec(), vec![(bo.to_string(), "Eerste".to_owned())]].concat();
        let preview = change("?preview=true", moved.clone()).await;
        assert_eq!((busy(&preview["conflicts"]), &preview["changed"]), (expected.clone(), &Value::Null));
        let changed = change("", moved).await;
        assert_eq!(busy(&changed["conflicts"]), expected);
        assert_eq!(changed["changed"]["conflicts"], changed["conflicts"]);
        // Who declined is not expected.
        answer(&app, &path, kim, &json!({ "answer": "declined" })).await;
        let renamed = change("", json!({ "title": "Derde" })).await;
        assert_eq!(busy(&renamed["conflicts"]), [(bo.to_string(), "Eerste".to_owned())]);
        // The talk of an intake is planned by another permission; the answer is the same.
        let intake = given::submitted(&app.db, given::amsterdam(), "versnelling").await;
        let talk = json!({
            "localStart": "2026-04-09T12:30", "localEnd": "2026-04-09T13:30", "place": "Stadhuis",
            "invitees": [{ "person": bo }],
        });
        let talk_path = format!("/v1/intakes/{}/talk", intake.id);
        let talk = app.as_role(Role::Adviser).post(&talk_path, &talk).await.expect(201);
        assert_eq!(busy(&talk.json()["conflicts"]), [(bo.to_string(), "Eerste".to_owned())]);
    }
}
