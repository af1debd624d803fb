//! Programmes, versions, rounds, contact persons and partners (P1, P2), themes and target groups.

use koplopers_shared::access::Role;
use koplopers_shared::on_both_databases;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, Caller, TestApp};

async fn publish(caller: &Caller<'_>, etag: &str, content: &Value) -> Answer {
    let call = caller.call(Method::POST, "/v1/programmes/inclusief/versions");
    call.header("if-match", etag).json(content).send().await
}

fn slugs(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let items = body["items"].as_array().unwrap();
    items
        .iter()
        .map(|it| it["slug"].as_str().unwrap().to_owned())
        .collect()
}

on_both_databases! {
    async fn the_four_programmes_ship_with_their_rules(db: TestDb) {
        // mission: P1
        let app = TestApp::start(db).await;
        let caller = app.as_municipality("GM0363");
        let list = caller.get("/v1/programmes").await.expect(200);
        assert_eq!(slugs(&list), ["clientenparticipatie", "inclusief", "uitvoering", "versnelling"]);
        let inclusief = caller.get("/v1/programmes/inclusief").await.expect(200).json();
        assert_eq!(inclusief["currentVersion"], 1);
        assert_eq!(inclusief["roundsRule"], "required");
        assert_eq!(inclusief["content"]["capacity"]["practicesPerRound"], 5);
        let standing: Vec<&str> = inclusief["content"]["criteria"].as_array().unwrap().iter()
            .filter_map(|it| it["standing"].as_str()).collect();
        for criterion in ["C7", "C8", "C9", "C10", "C11"] {
            assert!(standing.contains(&criterion), "{criterion}");
        }
        let uitvoering = caller.get("/v1/programmes/uitvoering").await.expect(200).json();
        let mut numbers: Vec<i64> = uitvoering["content"]["buildingBlocks"].as_array().unwrap().iter()
            .filter_map(|it| it["number"].as_i64()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, [0, 1, 2, 3, 4]);
        caller.get("/v1/programmes/onbekend").await.problem(404, "not-found");
    }

    async fn a_coordinator_publishes_the_next_version_and_the_former_stays(db: TestDb) {
        // mission: P1
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let read = coordinator.get("/v1/programmes/inclusief").await.expect(200);
        let former = read.json()["content"].clone();
        let mut content = former.clone();
        content["summary"]["nl"] = json!("Een nieuwe tekst.");
        let path = "/v1/programmes/inclusief/versions";
        coordinator.post(path, &content).await.problem(428, "precondition-required");
        let published = publish(&coordinator, read.header("etag"), &content).await.expect(201);
        assert_eq!(published.header("location"), "/v1/programmes/inclusief/versions/2");
        publish(&coordinator, read.header("etag"), &content).await.problem(412, "stale");
        let now = coordinator.get("/v1/programmes/inclusief").await.expect(200).json();
        assert_eq!((&now["currentVersion"], &now["content"]), (&json!(2), &content));
        let first = coordinator.get(&format!("{path}/1")).await.expect(200).json();
        assert_eq!((&first["origin"], &first["content"]), (&json!("shipped"), &former));
        let numbers = coordinator.get(path).await.expect(200).json();
        assert_eq!((&numbers["items"][0]["number"], &numbers["items"][1]["number"]), (&json!(2), &json!(1)));
        coordinator.get(&format!("{path}/3")).await.problem(404, "not-found");
        app.as_role(Role::Adviser).post(path, &content).await.problem(403, "forbidden");
    }

    async fn content_that_does_not_hold_together_is_refused_with_every_reason(db: TestDb) {
        // mission: P1
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let read = coordinator.get("/v1/programmes/inclusief").await.expect(200);
        let mut content = read.json()["content"].clone();
        content["slug"] = json!("elders");
        content["partners"] = json!(["niemand"]);
        content["criteria"][1]["key"] = content["criteria"][0]["key"].clone();
        let fields = publish(&coordinator, read.header("etag"), &content).await.invalid();
        let names: Vec<String> = fields.into_iter().map(|(name, _)| name).collect();
        for name in ["/criteria/1/key", "/partners/0", "/slug"] {
            assert!(names.iter().any(|it| it == name), "{name} in {names:?}");
        }
        content["rounds"] = json!("sometimes");
        content["extra"] = json!(true);
        let fields = publish(&coordinator, read.header("etag"), &content).await.invalid();
        let names: Vec<String> = fields.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["/extra", "/rounds"]);
    }

    async fn a_programme_names_its_contact_persons_and_partners(db: TestDb) {
        // mission: P2, A4
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let person = |name: &str, email: Value| {
            let body = json!({ "name": name, "email": email });
            let coordinator = coordinator.clone();
            async move { coordinator.post("/v1/people", &body).await.expect(201).text_at("/id") }
        };
        let hanna = person("Hanna", json!("hanna@example.org")).await;
        let ivo = person("Ivo", json!("ivo@example.org")).await;
        let path = "/v1/programmes/versnelling";
        let read = coordinator.get(path).await.expect(200);
        assert_eq!(read.json()["partners"][0]["website"], "https://vng.nl/", "run jointly with VNG");
        let contacts = format!("{path}/contacts");
        let set = coordinator.put(&contacts, read.header("etag"), &json!({ "people": [ivo, hanna] })).await.expect(200);
        let names: Vec<Value> =
            set.json()["contacts"].as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
        assert_eq!(names, ["Ivo", "Hanna"]);
        let seen = app.as_municipality("GM0363").get(path).await.expect(200);
        assert_eq!(seen.json()["contacts"][0]["email"], "ivo@example.org");
        let unknown = "0190a000-0000-7000-8000-000000000000";
        let nowhere = coordinator.post("/v1/people", &json!({ "name": "Jo" })).await.expect(201).text_at("/id");
        let wrong = json!({ "people": [ivo, ivo, unknown, nowhere] });
        let fields = coordinator.put(&contacts, set.header("etag"), &wrong).await.invalid();
        assert_eq!(fields, [
            ("/people/1".into(), "duplicate".into()),
            ("/people/2".into(), "unknown".into()),
            ("/people/3".into(), "unknown".into()),
        ]);
        let partners = format!("{path}/partners");
        let shop = coordinator.post("/v1/organisations", &json!({ "name": "Winkel", "kind": "other" })).await;
        let wrong = json!({ "organisations": [shop.text_at("/id")] });
        let fields = coordinator.put(&partners, set.header("etag"), &wrong).await.invalid();
        assert_eq!(fields, [("/organisations/0".into(), "unknown".into())]);
        let none = coordinator.put(&partners, set.header("etag"), &json!({ "organisations": [] })).await.expect(200);
        assert_eq!(none.json()["partners"], json!([]));
    }

    async fn a_round_has_days_and_a_capacity(db: TestDb) {
        // mission: P1, L1
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let rounds = "/v1/programmes/inclusief/rounds";
        let spring = json!({ "name": "Voorjaar", "opensOn": "2026-03-01", "closesOn": "2026-03-02" });
        let made = coordinator.post(rounds, &spring).await.expect(201);
        assert_eq!((&made.json()["capacity"], &made.json()["status"]), (&json!(5), &json!("open")));
        app.clock.turn_by(jiff::SignedDuration::from_hours(24));
        // The token of a test lives for twelve hours.
        let coordinator = app.as_coordinator();
        let path = made.header("location").to_owned();
        assert_eq!(coordinator.get(&path).await.expect(200).json()["status"], "closed");
        let overlapping = json!({ "name": "Nog een", "opensOn": "2026-03-02", "closesOn": "2026-04-01" });
        let body = coordinator.post(rounds, &overlapping).await.problem(409, "conflict");
        assert_eq!(body["round"], made.text_at("/id"));
        let longer = json!({ "closesOn": "2026-03-31", "capacity": 6 });
        let changed = coordinator.patch(&path, made.header("etag"), &longer).await.expect(200);
        assert_eq!((&changed.json()["capacity"], &changed.json()["status"]), (&json!(6), &json!("open")));
        coordinator.patch(&path, made.header("etag"), &longer).await.problem(412, "stale");
        let backwards = json!({ "name": "Om", "opensOn": "2026-06-02", "closesOn": "2026-06-01", "capacity": 0 });
        let fields = coordinator.post(rounds, &backwards).await.invalid();
        assert_eq!(fields[0].0, "/capacity");
        let elsewhere = path.replace("inclusief", "versnelling");
        coordinator.get(&elsewhere).await.problem(404, "not-found");
        coordinator.post("/v1/programmes/versnelling/rounds", &overlapping).await.problem(409, "conflict");
        let listed = coordinator.get("/v1/programmes?expand=rounds").await.expect(200).json();
        let inclusief = &listed["items"][1];
        assert_eq!(inclusief["rounds"][0]["name"], "Voorjaar");
        assert_eq!(listed["items"][0]["rounds"], json!([]));
        assert_eq!(coordinator.get(rounds).await.expect(200).json()["items"].as_array().unwrap().len(), 1);
    }

    async fn a_closed_programme_takes_no_intakes(db: TestDb) {
        // mission: P1
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let path = "/v1/programmes/uitvoering";
        let read = coordinator.get(path).await.expect(200);
        coordinator.patch(path, read.header("etag"), &json!({ "open": false })).await.expect(200);
        assert_eq!(slugs(&coordinator.get("/v1/programmes?open=false").await), ["uitvoering"]);
        let refused = app.as_municipality("GM0363").post("/v1/intakes", &json!({ "programme": "uitvoering" })).await;
        assert!((400..500).contains(&refused.status), "{}", refused.text);
    }

    async fn target_groups_and_themes_are_extended_and_retired(db: TestDb) {
        // mission: K4, I2
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let groups = coordinator.get("/v1/target-groups").await.expect(200);
        for shipped in ["laaggeletterden", "verstandelijke-beperking", "kwetsbare-ouderen", "migratieachtergrond", "jeugd"] {
            assert!(slugs(&groups).iter().any(|it| it == shipped), "{shipped}");
        }
        for list in ["target-groups", "themes"] {
            let path = format!("/v1/{list}");
            let body = json!({ "slug": "nieuwkomers", "name": { "nl": "nieuwkomers", "en": "newcomers" } });
            let made = coordinator.post(&path, &body).await.expect(201);
            let item = made.header("location").to_owned();
            coordinator.post(&path, &body).await.problem(409, "already-exists");
            let wrong = json!({ "slug": "Nieuw Komers", "name": { "nl": " " } });
            let fields = coordinator.post(&path, &wrong).await.invalid();
            let names: Vec<String> = fields.into_iter().map(|(name, _)| name).collect();
            assert_eq!(names, ["/name/en", "/name/nl", "/slug"]);
            let retirement = format!("{item}/retirement");
            let retired = coordinator.call(Method::POST, &retirement).send().await.expect(200);
            assert_ne!(retired.json()["retiredAt"], Value::Null);
            coordinator.call(Method::POST, &retirement).send().await.problem(409, "invalid-transition");
            let offered = coordinator.get(&format!("{path}?limit=100")).await;
            assert!(!slugs(&offered).iter().any(|it| it == "nieuwkomers"));
            let all = coordinator.get(&format!("{path}?limit=100&includeRetired=true")).await;
            assert!(slugs(&all).iter().any(|it| it == "nieuwkomers"));
            app.as_municipality("GM0363").post(&path, &body).await.problem(403, "forbidden");
            coordinator.get(&format!("{path}/niemand")).await.problem(404, "not-found");
        }
    }
}
