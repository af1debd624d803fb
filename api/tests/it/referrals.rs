//! Answering a light question over HTTP: suggested items, the referral, and who was pointed to
//! what.

use diesel::prelude::*;
use koplopers_shared::access::Role;
use koplopers_shared::db::DbError;
use koplopers_shared::db::schema::deliveries;
use koplopers_shared::intakes::Intake;
use koplopers_shared::knowledge::ItemStatus;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp};
use crate::knowledge::{item, item_in, post};

const MUNICIPALITY: &str = "GM0363";
const MISSING: &str = "019b76da-0000-7000-8000-00000000dead";

async fn light_question(app: &TestApp) -> Intake {
    given::submitted(&app.db, given::amsterdam(), "versnelling").await
}

async fn published(app: &TestApp, title: &str) -> String {
    item_in(app, ItemStatus::Published, &item(title)).await
}

async fn refer(app: &TestApp, intake: &Intake, items: &[&str]) -> Answer {
    let body = json!({ "items": items, "note": "Begin met de gids.\nBel ons gerust." });
    let path = format!("/v1/intakes/{}/referral", intake.id);
    app.as_role(Role::Adviser).post(&path, &body).await
}

/// The kinds of mail in the outbox, in order.
async fn outbox(app: &TestApp) -> Vec<String> {
    let read = app.db.db().read(|conn| {
        let kinds = deliveries::table.order(deliveries::id);
        Ok::<_, DbError>(kinds.select(deliveries::kind).load(conn)?)
    });
    read.await.unwrap()
}

fn titles(answer: &Value) -> Vec<&str> {
    let items = answer["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["title"].as_str().unwrap())
        .collect()
}

on_both_databases! {
    async fn a_light_question_is_answered_with_published_items_and_a_note(db: TestDb) {
        // mission: T2
        let app = TestApp::start(db).await;
        let intake = light_question(&app).await;
        let (guide, film) = (published(&app, "Gids").await, published(&app, "Film").await);
        let made = refer(&app, &intake, &[&film, &guide]).await.expect(201);
        assert_eq!(made.header("location"), format!("/v1/intakes/{}/referral", intake.id));
        let owner = app.as_municipality(MUNICIPALITY);
        let read = owner.get(made.header("location")).await.expect(200).json();
        assert_eq!(read, made.json());
        assert_eq!(read["note"], "Begin met de gids.\nBel ons gerust.");
        assert_eq!(titles(&read), ["Film", "Gids"]);
        let closed = owner.get(&format!("/v1/intakes/{}", intake.id)).await.expect(200).json();
        assert_eq!(closed["status"], "referred");
        assert!(closed["closedAt"].is_string());
        assert_eq!(outbox(&app).await, ["intake_received", "intake_referred"]);
        // Retired since, it still shows as what the municipality was pointed to.
        post(&app.as_coordinator(), &format!("/v1/knowledge-items/{film}/retirement")).await.expect(200);
        let read = owner.get(made.header("location")).await.expect(200).json();
        assert_eq!(titles(&read), ["Film", "Gids"]);
        assert_eq!(read["items"][0]["status"], "retired");
        // A referred intake is closed.
        let again = refer(&app, &intake, &[&guide]).await;
        assert_eq!(again.problem(409, "invalid-transition")["currentStatus"], "referred");
    }

    async fn drafts_and_retired_items_are_named_and_nothing_is_written(db: TestDb) {
        // mission: T2
        let app = TestApp::start(db).await;
        let intake = light_question(&app).await;
        let good = published(&app, "Gids").await;
        let draft = item_in(&app, ItemStatus::Draft, &item("Concept")).await;
        let retired = item_in(&app, ItemStatus::Retired, &item("Oud")).await;
        let refused = refer(&app, &intake, &[&good, &draft, &retired]).await;
        let problem = refused.problem(409, "item-not-published");
        let named: Vec<_> = problem["invalidParams"]
            .as_array()
            .unwrap()
            .iter()
            .map(|field| (field["name"].as_str().unwrap(), field["code"].as_str().unwrap()))
            .collect();
        assert_eq!(named, [("/items/1", "draft"), ("/items/2", "retired")]);
        let fields = refer(&app, &intake, &[&good, MISSING, &good]).await.invalid();
        assert_eq!(
            fields,
            [("/items/1", "unknown"), ("/items/2", "duplicate")]
                .map(|(name, code)| (name.to_owned(), code.to_owned()))
        );
        let adviser = app.as_role(Role::Adviser);
        let path = format!("/v1/intakes/{}/referral", intake.id);
        for (body, field) in [
            (json!({ "items": [good] }), "/note"),
            (json!({ "items": [good], "note": "  " }), "/note"),
            (json!({ "items": [], "note": "x" }), "/items"),
            (json!({ "items": vec![&good; 21], "note": "x" }), "/items"),
            (json!({ "note": "x" }), "/items"),
        ] {
            let fields = adviser.post(&path, &body).await.invalid();
            assert_eq!(fields.len(), 1, "{fields:?}");
            assert_eq!(fields[0].0, field);
        }
        let control = json!({ "items": [good], "note": "a\u{0}b" });
        assert_eq!(adviser.post(&path, &control).await.status, 400);
        app.as_municipality(MUNICIPALITY).get(&path).await.problem(404, "not-found");
        assert_eq!(outbox(&app).await, ["intake_received"]);
        assert_eq!(given::count(&app.db, "spreads").await, 0);
        assert_eq!(given::count(&app.db, "referrals").await, 0);
    }

    async fn only_a_submitted_or_assessed_intake_is_referred_and_once(db: TestDb) {
        // mission: T2; security: 50, 55
        let app = TestApp::start(db).await;
        let guide = published(&app, "Gids").await;
        let draft = given::draft(&app.db, given::utrecht(), "versnelling").await;
        let refused = refer(&app, &draft, &[&guide]).await;
        let problem = refused.problem(409, "invalid-transition");
        assert_eq!(problem["allowedActions"], json!(["change", "submit", "withdraw"]));
        let intake = light_question(&app).await;
        let body = json!({ "items": [guide], "note": "Begin met de gids." });
        let path = format!("/v1/intakes/{}/referral", intake.id);
        let adviser = app.as_role(Role::Adviser);
        let stale = adviser.call(reqwest::Method::POST, &path).header("if-match", "\"9-00\"");
        stale.json(&body).send().await.problem(412, "stale");
        let send = async || {
            let call = adviser.call(reqwest::Method::POST, &path).header("idempotency-key", "een");
            call.json(&body).send().await.expect(201).text
        };
        assert_eq!(send().await, send().await);
        assert_eq!(given::count(&app.db, "spreads").await, 1);
        for role in [Role::Ops, Role::Auditor, Role::Member] {
            app.as_role(role).post(&path, &body).await.problem(403, "forbidden");
        }
        app.as_municipality(MUNICIPALITY).post(&path, &body).await.problem(403, "forbidden");
    }

    async fn an_item_remembers_who_was_pointed_to_it_and_when(db: TestDb) {
        // mission: K1; security: 22
        let app = TestApp::start(db).await;
        let guide = published(&app, "Gids").await;
        let (ours, theirs) = (
            light_question(&app).await,
            given::submitted(&app.db, given::utrecht(), "versnelling").await,
        );
        let mut referrals = Vec::new();
        for intake in [&ours, &theirs] {
            referrals.push(refer(&app, intake, &[&guide]).await.expect(201).text_at("/id"));
        }
        let path = format!("/v1/knowledge-items/{guide}/spreads");
        let all = app.as_role(Role::Adviser).get(&path).await.expect(200).json();
        let of = |spread: &Value| {
            let text = |key: &str| spread[key].as_str().unwrap().to_owned();
            (text("recipient"), text("municipality"), text("referral"), text("spreadAt"))
        };
        let expected = |intake: &Intake, referral: &str| {
            let person = intake.contact_person.unwrap().to_string();
            (person, intake.municipality.to_string(), referral.to_owned(), app.now().to_string())
        };
        let found: Vec<_> = all["items"].as_array().unwrap().iter().map(of).collect();
        assert_eq!(found, [expected(&theirs, &referrals[1]), expected(&ours, &referrals[0])]);
        let own = app.as_municipality(MUNICIPALITY).get(&path).await.expect(200).json();
        let found: Vec<_> = own["items"].as_array().unwrap().iter().map(of).collect();
        assert_eq!(found, [expected(&ours, &referrals[0])]);
        // A member reads the item, and nobody's name.
        let member = app.as_role(Role::Member).get(&path).await.expect(200).json();
        assert_eq!(member["items"], json!([]));
        let stranger = app.as_municipality("GM0014").get(&path).await.expect(200).json();
        assert_eq!(stranger["items"], json!([]));
        app.as_municipality("GM0344")
            .get(&format!("/v1/intakes/{}/referral", ours.id))
            .await
            .problem(404, "not-found");
    }

    async fn items_are_suggested_by_what_they_share_with_the_issues(db: TestDb) {
        // mission: K4, T2
        let app = TestApp::start(db).await;
        let draft = given::draft(&app.db, given::amsterdam(), "versnelling").await;
        let path = format!("/v1/intakes/{}", draft.id);
        let owner = app.as_municipality(MUNICIPALITY);
        let issues = json!({ "issues": [
            { "title": "Een", "description": "x", "themes": ["loneliness"], "targetGroups": ["kwetsbare-ouderen"] },
            { "title": "Twee", "description": "x", "themes": ["ageing", "loneliness"] }
        ]});
        owner.patch(&path, "*", &issues).await.expect(200);
        let tagged = |title: &str, themes: Value, groups: Value| {
            let mut body = item(title);
            body["themes"] = themes;
            body["targetGroups"] = groups;
            body
        };
        let mut ids = std::collections::HashMap::new();
        for (title, status, themes, groups) in [
            ("groep", ItemStatus::Published, json!([]), json!(["kwetsbare-ouderen", "jeugd"])),
            ("thema", ItemStatus::Published, json!(["ageing"]), json!([])),
            ("ook thema", ItemStatus::Published, json!(["loneliness"]), json!(["jeugd"])),
            ("alles", ItemStatus::Published, json!(["ageing", "loneliness"]), json!(["kwetsbare-ouderen"])),
            ("niets", ItemStatus::Published, json!(["homelessness"]), json!([])),
            ("concept", ItemStatus::Draft, json!(["ageing", "loneliness"]), json!([])),
            ("oud", ItemStatus::Retired, json!(["ageing", "loneliness"]), json!([])),
        ] {
            ids.insert(title, item_in(&app, status, &tagged(title, themes, groups)).await);
        }
        let suggested = format!("{path}/suggested-items");
        let found = owner.get(&suggested).await.expect(200);
        assert_eq!(app.as_role(Role::Adviser).get(&format!("{suggested}?limit=50")).await.expect(200).json()
            ["items"].as_array().unwrap().len(), 4);
        let body = found.json();
        let ranked: Vec<_> = body["items"].as_array().unwrap().iter().map(|it| {
            (it["item"]["title"].as_str().unwrap(), it["score"].as_i64().unwrap())
        }).collect();
        // Those of two points are in order of id: the one made first.
        assert_eq!(ranked, [("alles", 5), ("thema", 2), ("ook thema", 2), ("groep", 1)]);
        let best = &body["items"][0];
        assert_eq!(best["item"]["id"], ids["alles"].as_str());
        assert_eq!(best["parts"], json!([
            { "part": "themes", "shared": ["ageing", "loneliness"], "pointsEach": 2, "points": 4 },
            { "part": "targetGroups", "shared": ["kwetsbare-ouderen"], "pointsEach": 1, "points": 1 }
        ]));
        let explained = best["explanation"]["en"].as_str().unwrap();
        assert!(explained.starts_with("Is also about the themes "), "{explained}");
        assert!(explained.ends_with(" (5 points)."), "{explained}");
        assert!(best["explanation"]["nl"].as_str().unwrap().starts_with("Gaat ook over de thema's "));
        assert_eq!(owner.get(&format!("{suggested}?limit=1")).await.expect(200).json()["items"].as_array().unwrap().len(), 1);
        for bad in ["?limit=0", "?limit=51", "?cursor=x"] {
            owner.get(&format!("{suggested}{bad}")).await.invalid();
        }
        app.as_municipality("GM0344").get(&suggested).await.problem(404, "not-found");
    }
}
