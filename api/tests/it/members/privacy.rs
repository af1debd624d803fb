//! Who sees what of a member.

use koplopers_shared::access::Role;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use serde_json::{Value, json};

use super::{MEMBERS, a_member, as_member, path};
use crate::app::TestApp;

/// An answer without what differs per run.
fn stable(mut body: Value) -> Value {
    fn walk(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.remove("allowedActions");
                for (key, value) in members.iter_mut() {
                    let id = matches!(key.as_str(), "id" | "person" | "cohort" | "candidacy");
                    if id && value.is_string() {
                        *value = json!("(id)");
                    } else if key.ends_with("At") && value.is_string() {
                        *value = json!("(instant)");
                    } else {
                        walk(value);
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(walk),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    walk(&mut body);
    body
}

on_both_databases! {
    async fn every_caller_sees_the_fields_that_the_member_shows_them(db: TestDb) {
        // security: 25; mission: M2
        let app = TestApp::start(db).await;
        let member = a_member(&app, "Lichting 2026", "lid@example.nl").await;
        let cohort = given::new_cohort(&app.db, "Lichting 2027").await;
        let other = given::associate(&app.db, &cohort, given::utrecht(), "ander@example.nl").await;
        let themselves = as_member(&app, member.person);
        let change = json!({
            "introduction": "Ik werk al tien jaar in de wijk.",
            "hoursPerMonth": 8,
            "availability": "Niet op woensdag",
            "visibility": {
                "profile": "public", "expertise": "public", "employer": "municipalities", "contact": "staff"
            }
        });
        themselves.patch(&path(&member), "*", &change).await.expect(200);
        let topics = json!({
            "expertise": [{ "theme": "loneliness", "level": 4, "interest": 5 }],
            "issues": [{ "description": "Jongeren die uit beeld raken", "level": 2, "interest": 5 }],
            "learningPractices": ["living_lab"]
        });
        themselves.put(&format!("{}/expertise", path(&member)), "*", &topics).await.expect(200);
        for (name, caller) in [
            ("coordinator", app.as_coordinator()),
            ("adviser", app.as_role(Role::Adviser)),
            ("municipality", app.as_municipality("GM0344")),
            ("themselves", as_member(&app, member.person)),
            ("another_member", as_member(&app, other.person)),
            ("no_member", app.as_role(Role::Member)),
        ] {
            let seen = caller.get(&path(&member)).await.expect(200).json();
            insta::assert_json_snapshot!(format!("member_to_{name}"), stable(seen.clone()));
            let listed = caller.get(MEMBERS).await.expect(200).json();
            let items = listed["items"].as_array().unwrap();
            let found = items.iter().find(|it| it["id"] == member.id.to_string()).unwrap();
            assert_eq!(stable(found.clone()), stable(seen), "{name}");
        }
        let directory = app.anonymous().get("/v1/directory").await.expect(200).json();
        insta::assert_json_snapshot!("member_to_everybody", stable(directory["items"].clone()));
    }

    async fn who_shows_no_profile_is_not_there(db: TestDb) {
        // security: 20, 22, 25
        let app = TestApp::start(db).await;
        let member = a_member(&app, "Lichting 2026", "lid@example.nl").await;
        let cohort = given::new_cohort(&app.db, "Lichting 2027").await;
        let other = given::associate(&app.db, &cohort, given::utrecht(), "ander@example.nl").await;
        let themselves = as_member(&app, member.person);
        let topics = json!({ "expertise": [{ "theme": "loneliness", "level": 4, "interest": 5 }] });
        themselves.put(&format!("{}/expertise", path(&member)), "*", &topics).await.expect(200);
        let by_theme = format!("{MEMBERS}?theme=loneliness");
        let directory_by_theme = "/v1/directory?theme=loneliness";
        let visibility = |profile: &str, expertise: &str| json!({ "visibility": {
            "profile": profile, "employer": "public", "expertise": expertise, "contact": "public"
        }});
        for (profile, expertise, seen, found, listed, listed_by_theme) in [
            ("staff", "public", 404, 0, 0, 0),
            ("municipalities", "municipalities", 200, 1, 0, 0),
            ("public", "staff", 200, 0, 1, 0),
            ("public", "municipalities", 200, 1, 1, 0),
            ("public", "public", 200, 1, 1, 1),
        ] {
            let name = format!("{profile} {expertise}");
            themselves.patch(&path(&member), "*", &visibility(profile, expertise)).await.expect(200);
            for caller in [app.as_municipality("GM0363"), as_member(&app, other.person)] {
                assert_eq!(caller.get(&path(&member)).await.status, seen, "{name}");
                let items = caller.get(&by_theme).await.expect(200).json();
                assert_eq!(items["items"].as_array().unwrap().len(), found, "{name}");
            }
            let anonymous = app.anonymous();
            let entries = anonymous.get("/v1/directory").await.expect(200).json();
            assert_eq!(entries["items"].as_array().unwrap().len(), listed, "{name}");
            let entries = anonymous.get(directory_by_theme).await.expect(200).json();
            assert_eq!(entries["items"].as_array().unwrap().len(), listed_by_theme, "{name}");
            let staff = app.as_role(Role::Adviser).get(&by_theme).await.expect(200).json();
            assert_eq!(staff["items"].as_array().unwrap().len(), 1, "{name}");
        }
        // A pause takes them off the directory, a departure from everywhere.
        let coordinator = app.as_coordinator();
        coordinator.post(&format!("{}/pause", path(&member)), &json!({})).await.expect(200);
        let entries = app.anonymous().get("/v1/directory").await.expect(200).json();
        assert_eq!(entries["items"], json!([]));
        app.as_municipality("GM0363").get(&path(&member)).await.expect(200);
        coordinator.post(&format!("{}/departure", path(&member)), &json!({})).await.expect(200);
        for caller in [app.as_municipality("GM0363"), as_member(&app, other.person), themselves] {
            caller.get(&path(&member)).await.problem(404, "not-found");
        }
        app.as_role(Role::Adviser).get(&path(&member)).await.expect(200);
    }

    async fn whose_consent_is_awaited_is_for_the_staff(db: TestDb) {
        // security: 25; mission: N8
        let app = TestApp::start(db).await;
        let member = a_member(&app, "Lichting 2026", "lid@example.nl").await;
        given::showing(&app.db, &member, koplopers_shared::members::Visibility::Public).await;
        let filtered = format!("{MEMBERS}?consentReview=true");
        let staff = app.as_coordinator().get(&filtered).await.expect(200).json();
        assert_eq!(staff["items"], json!([]));
        let theirs = app.as_municipality("GM0363").get(&filtered).await.expect(200).json();
        assert_eq!(theirs["items"].as_array().unwrap().len(), 1);
        assert_eq!(theirs["items"][0]["details"], Value::Null);
    }
}
