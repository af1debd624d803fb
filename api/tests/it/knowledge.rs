//! Knowledge items over HTTP: written, published, found by their tags, retired.

use koplopers_shared::access::Role;
use koplopers_shared::knowledge::{ItemAction, ItemStatus};
use koplopers_shared::on_both_databases;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, Caller, TestApp};

const MUNICIPALITY: &str = "GM0363";
const ITEMS: &str = "/v1/knowledge-items";

/// An item that can be made.
pub fn item(title: &str) -> Value {
    json!({
        "title": title,
        "summary": "Een werkwijze in vijf stappen.",
        "url": "https://kennis.example.nl/gids?deel=1",
        "language": "nl",
        "source": "practice",
        "learningPractice": "living_lab",
        "programme": "inclusief",
        "themes": ["loneliness"],
        "targetGroups": ["kwetsbare-ouderen"]
    })
}

/// Sends a POST without a body.
pub async fn post(caller: &Caller<'_>, path: &str) -> Answer {
    caller.call(Method::POST, path).send().await
}

/// An item in a state; its id.
pub async fn item_in(app: &TestApp, status: ItemStatus, body: &Value) -> String {
    let coordinator = app.as_coordinator();
    let id = coordinator
        .post(ITEMS, body)
        .await
        .expect(201)
        .text_at("/id");
    let steps: &[&str] = match status {
        ItemStatus::Draft => &[],
        ItemStatus::Published => &["publication"],
        ItemStatus::Retired => &["publication", "retirement"],
    };
    for step in steps {
        post(&coordinator, &format!("{ITEMS}/{id}/{step}"))
            .await
            .expect(200);
    }
    id
}

async fn ids(caller: &Caller<'_>, query: &str) -> Vec<String> {
    let listed = caller
        .get(&format!("{ITEMS}{query}"))
        .await
        .expect(200)
        .json();
    let items = listed["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

async fn act(caller: &Caller<'_>, action: ItemAction, id: &str) -> Answer {
    match action {
        ItemAction::Change => {
            caller
                .patch(&format!("{ITEMS}/{id}"), "*", &json!({ "title": "Anders" }))
                .await
        }
        ItemAction::Publish => post(caller, &format!("{ITEMS}/{id}/publication")).await,
        ItemAction::Retire => post(caller, &format!("{ITEMS}/{id}/retirement")).await,
    }
}

/// The table of the life cycle, written down once more: what each action makes of each state.
const fn expected(status: ItemStatus, action: ItemAction) -> Option<&'static str> {
    match (status, action) {
        (ItemStatus::Draft, ItemAction::Change) => Some("draft"),
        (ItemStatus::Published, ItemAction::Change) | (ItemStatus::Draft, ItemAction::Publish) => {
            Some("published")
        }
        (ItemStatus::Published, ItemAction::Retire) => Some("retired"),
        (ItemStatus::Draft, ItemAction::Retire)
        | (ItemStatus::Published, ItemAction::Publish)
        | (ItemStatus::Retired, _) => None,
    }
}

on_both_databases! {
    async fn an_item_is_found_by_source_learning_practice_and_what_it_is_about(db: TestDb) {
        // mission: N7, K4
        let app = TestApp::start(db).await;
        let about = |source: &str, practice: Option<&str>, theme: &str, group: &str| {
            let mut body = item(&format!("{source} {theme}"));
            body["source"] = json!(source);
            body["themes"] = json!([theme]);
            body["targetGroups"] = json!([group]);
            match practice {
                Some(practice) => body["learningPractice"] = json!(practice),
                None => drop(body.as_object_mut().unwrap().remove("learningPractice")),
            }
            body
        };
        let mut made = Vec::new();
        for body in [
            about("practice", Some("quality_compass"), "loneliness", "kwetsbare-ouderen"),
            about("science", Some("action_research"), "poverty-and-debt", "jeugd"),
            about("experience", None, "loneliness", "laaggeletterden"),
        ] {
            made.push(item_in(&app, ItemStatus::Published, &body).await);
        }
        let reader = app.as_municipality(MUNICIPALITY);
        for (query, found) in [
            ("?source=science", vec![&made[1]]),
            ("?learningPractice=quality_compass", vec![&made[0]]),
            ("?targetGroup=laaggeletterden", vec![&made[2]]),
            ("?theme=loneliness", vec![&made[2], &made[0]]),
            ("?theme=loneliness&source=practice", vec![&made[0]]),
            ("?programme=inclusief&status=published", vec![&made[2], &made[1], &made[0]]),
            ("?programme=versnelling", vec![]),
        ] {
            assert_eq!(ids(&reader, query).await.iter().collect::<Vec<_>>(), found, "{query}");
        }
        let read = reader.get(&format!("{ITEMS}/{}", made[0])).await.expect(200).json();
        assert_eq!(read["source"], "practice");
        assert_eq!(read["learningPractice"], "quality_compass");
        assert_eq!(read["targetGroups"], json!(["kwetsbare-ouderen"]));
        let page = reader.get(&format!("{ITEMS}?limit=2")).await.expect(200);
        let next = page.text_at("/page/next");
        assert_eq!(ids(&reader, &format!("?limit=2&cursor={next}")).await, [made[0].clone()]);
    }

    async fn every_state_action_and_role_follows_the_table(db: TestDb) {
        let app = TestApp::start(db).await;
        for status in ItemStatus::ALL {
            for role in Role::ALL {
                let caller = app.as_any(*role);
                for action in ItemAction::ALL {
                    let id = item_in(&app, *status, &item("Tafel")).await;
                    let name = format!("{status} {action} {role}");
                    let shown = caller.get(&format!("{ITEMS}/{id}")).await;
                    let may = role.permits().contains(action.needs());
                    let reads = role.permits().contains(koplopers_shared::access::Permit::KnowledgeRead);
                    let sees = may || (reads && *status == ItemStatus::Published);
                    assert_eq!(shown.status, if !reads { 403 } else if sees { 200 } else { 404 }, "{name}");
                    let after = expected(*status, *action).filter(|_| may);
                    if sees {
                        let allowed = shown.json()["allowedActions"].as_array().unwrap().iter().find(|it| {
                            it["action"] == action.as_str()
                        }).cloned().unwrap();
                        let reason = if !may { json!("scope") } else if after.is_none() { json!("state") } else { Value::Null };
                        assert_eq!(allowed["allowed"], after.is_some(), "{name}");
                        assert_eq!(allowed["reason"], reason, "{name}");
                    }
                    let answer = act(&caller, *action, &id).await;
                    match after {
                        Some(after) => assert_eq!(answer.expect(200).text_at("/status"), after, "{name}"),
                        None if may => {
                            let problem = answer.problem(409, "invalid-transition");
                            assert_eq!(problem["currentStatus"], status.as_str(), "{name}");
                        }
                        None => drop(answer.problem(403, "forbidden")),
                    }
                }
            }
        }
    }

    async fn readers_see_published_items_only(db: TestDb) {
        // security: 20, 22
        let app = TestApp::start(db).await;
        let draft = item_in(&app, ItemStatus::Draft, &item("Concept")).await;
        let shown = item_in(&app, ItemStatus::Published, &item("Gids")).await;
        let retired = item_in(&app, ItemStatus::Retired, &item("Oud")).await;
        for role in [Role::Municipality, Role::Member] {
            let reader = app.as_any(role);
            assert_eq!(ids(&reader, "").await, [shown.as_str()]);
            for status in ["draft", "retired"] {
                assert!(ids(&reader, &format!("?status={status}")).await.is_empty(), "{role}");
            }
            for id in [&draft, &retired] {
                for part in ["", "/history", "/spreads"] {
                    reader.get(&format!("{ITEMS}/{id}{part}")).await.problem(404, "not-found");
                }
            }
        }
        let adviser = app.as_role(Role::Adviser);
        assert_eq!(ids(&adviser, "").await, [retired.clone(), shown, draft.clone()]);
        assert_eq!(ids(&adviser, "?status=draft").await, [draft]);
        let history = adviser.get(&format!("{ITEMS}/{retired}/history")).await.expect(200).json();
        let types: Vec<&str> =
            history["items"].as_array().unwrap().iter().map(|it| it["type"].as_str().unwrap()).collect();
        assert_eq!(
            types,
            ["knowledge_item.created", "knowledge_item.published", "knowledge_item.retired"]
        );
    }

    async fn every_wrong_field_of_an_item_is_named_at_once(db: TestDb) {
        // security: 32, 34; mission: K4, N7
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let body = json!({
            "title": "Twee\nregels",
            "summary": " ",
            "url": "http://kennis.example.nl",
            "language": "de",
            "source": "gossip",
            "learningPractice": "guessing",
            "status": "published"
        });
        let fields = coordinator.post(ITEMS, &body).await.invalid();
        let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            ["/language", "/learningPractice", "/source", "/status", "/summary", "/title", "/url"]
        );
        let mut control = item("Gids");
        control["summary"] = json!("a\u{7}b");
        assert_eq!(coordinator.post(ITEMS, &control).await.status, 400);
        for url in ["https://example.nl@example.org/", "javascript:alert(1)", "kennis.example.nl"] {
            let mut body = item("Gids");
            body["url"] = json!(url);
            let fields = coordinator.post(ITEMS, &body).await.invalid();
            assert_eq!(fields, [("/url".to_owned(), "format".to_owned())], "{url}");
        }
        let mut unknown = item("Gids");
        unknown["programme"] = json!("bestaat-niet");
        unknown["meeting"] = json!("019b76da-0000-7000-8000-00000000dead");
        unknown["themes"] = json!(["loneliness", "bestaat-niet", "loneliness"]);
        unknown["targetGroups"] = json!(["bestaat-niet"]);
        let fields = coordinator.post(ITEMS, &unknown).await.invalid();
        assert_eq!(
            fields,
            [
                ("/meeting", "unknown"),
                ("/programme", "unknown"),
                ("/targetGroups/0", "unknown"),
                ("/themes/1", "unknown"),
                ("/themes/2", "duplicate"),
            ]
            .map(|(name, code)| (name.to_owned(), code.to_owned()))
        );
        assert!(ids(&coordinator, "").await.is_empty());
        coordinator.get(&format!("{ITEMS}?source=gossip&colour=red")).await.invalid();
    }

    async fn a_change_needs_the_tag_and_leaves_the_rest_as_it_was(db: TestDb) {
        // security: 55
        let app = TestApp::start(db).await;
        let adviser = app.as_role(Role::Adviser);
        let made = adviser.post(ITEMS, &item("Gids")).await.expect(201);
        let path = made.header("location").to_owned();
        let change = json!({
            "url": "https://kennis.example.nl/nieuw",
            "learningPractice": null,
            "themes": ["poverty-and-debt", "loneliness"]
        });
        let bare = adviser.call(Method::PATCH, &path).json(&change).send().await;
        bare.problem(428, "precondition-required");
        adviser.patch(&path, "\"9-00\"", &change).await.problem(412, "stale");
        let changed = adviser.patch(&path, made.header("etag"), &change).await.expect(200);
        let body = changed.json();
        assert_eq!(body["url"], "https://kennis.example.nl/nieuw");
        assert_eq!(body["learningPractice"], Value::Null);
        assert_eq!(body["themes"], json!(["loneliness", "poverty-and-debt"]));
        assert_eq!(body["targetGroups"], json!(["kwetsbare-ouderen"]));
        assert_eq!(adviser.get(&path).await.expect(200).text, changed.text);
        let stale = post(&adviser, &format!("{path}/publication")).await.expect(200);
        let again = adviser
            .call(Method::POST, &format!("{path}/retirement"))
            .header("if-match", changed.header("etag"))
            .send()
            .await;
        again.problem(412, "stale");
        // A theme that was retired since may stay, but is not added to another item.
        let theme = post(&app.as_coordinator(), "/v1/themes/poverty-and-debt/retirement").await;
        assert!(theme.status < 300, "{}", theme.text);
        let kept = json!({ "themes": ["poverty-and-debt"] });
        adviser.patch(&path, stale.header("etag"), &kept).await.expect(200);
        let mut other = item("Ander");
        other["themes"] = json!(["poverty-and-debt"]);
        let fields = adviser.post(ITEMS, &other).await.invalid();
        assert_eq!(fields, [("/themes/0".to_owned(), "unknown".to_owned())]);
    }
}
