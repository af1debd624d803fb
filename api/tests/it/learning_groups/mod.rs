//! Learning groups over HTTP: made, filled, checked against their plan, and closed.

mod belonging;
mod dates;
mod life;
mod plan;

use koplopers_shared::access::Role;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp};

pub const GROUPS: &str = "/v1/learning-groups";

/// The four kinds of party that the programme wants around a table.
pub const TABLE: [&str; 4] = ["gemeente", "bewonersinitiatief", "inwoner", "aanbieder"];

pub struct Group {
    pub app: TestApp,
    pub path: String,
    pub id: String,
}

impl Group {
    /// A group of the programme with a plan for groups.
    pub async fn made(app: TestApp) -> Self {
        let body = json!({ "name": "Leergroep 2026", "programme": "inclusief" });
        let made = app
            .as_role(Role::Adviser)
            .post(GROUPS, &body)
            .await
            .expect(201);
        Self {
            path: made.header("location").to_owned(),
            id: made.text_at("/id"),
            app,
        }
    }

    /// A practice of a municipality; its id.
    pub async fn practice(&self, municipality: &str) -> String {
        let body = json!({
            "municipality": municipality,
            "name": "Samen aan tafel",
            "issue": "Hoe doen mensen die weinig lezen mee?",
            "parties": TABLE,
        });
        let path = format!("{}/practices", self.path);
        let made = self.app.as_coordinator().post(&path, &body).await;
        made.expect(201).text_at("/id")
    }

    /// Plans a meeting of the group.
    pub async fn meeting(&self, kind: &str, day: &str, practice: Option<&str>) -> Answer {
        let mut body = json!({
            "kind": kind,
            "title": "Bijeenkomst",
            "learningGroup": self.id,
            "localStart": format!("{day}T13:00"),
            "localEnd": format!("{day}T16:00"),
            "place": "Stadhuis",
        });
        if let Some(practice) = practice {
            body["practice"] = json!(practice);
        }
        let coordinator = self.app.as_coordinator();
        coordinator.post("/v1/meetings", &body).await
    }

    /// A plan of which nothing is missing but what `without` names.
    pub async fn planned(&self, practice: &str, without: &[&str]) {
        for (kind, day) in [
            ("kick_off", "2026-03-09"),
            ("local", "2026-04-13"),
            ("local", "2026-05-11"),
            ("local", "2026-06-08"),
            ("exchange", "2026-09-07"),
            ("exchange", "2026-10-05"),
            ("closing", "2027-02-01"),
        ] {
            if !without.contains(&kind) {
                let practice = (kind == "local").then_some(practice);
                self.meeting(kind, day, practice).await.expect(201);
            }
        }
    }

    pub async fn check(&self) -> Value {
        let path = format!("{}/plan-check", self.path);
        let checked = self.app.as_coordinator().get(&path).await;
        checked.expect(200).json()
    }

    /// What a plan check finds, in short.
    pub async fn findings(&self) -> Vec<String> {
        told(&self.check().await)
    }
}

/// Findings in short: severity, rule, kind, found, least and most.
pub fn told(check: &Value) -> Vec<String> {
    let items = check["findings"].as_array().unwrap().iter();
    items
        .map(|it| {
            let word = |key: &str| it[key].as_str().unwrap_or("-").to_owned();
            let expected = &it["expected"];
            format!(
                "{} {} {} {} {}-{}",
                word("severity"),
                word("rule"),
                word("kind"),
                it["found"],
                expected["minimum"],
                expected["maximum"]
            )
        })
        .collect()
}
