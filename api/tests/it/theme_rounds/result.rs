//! The ranking: weighted, explained and frozen.

use koplopers_shared::access::Role;
use koplopers_shared::knowledge::ItemStatus;
use koplopers_shared::on_both_databases;
use serde_json::{Value, json};

use super::{members, open_round, pass_until, propose, themselves, votes};
use crate::app::TestApp;
use crate::knowledge::{item, item_in};

/// Rank, theme, parts and score of each theme.
fn told(ranking: &Value) -> Vec<(i64, String, Vec<i64>, i64)> {
    let themes = ranking["themes"].as_array().unwrap().iter();
    themes
        .map(|theme| {
            let parts = theme["parts"].as_array().unwrap().iter();
            (
                theme["rank"].as_i64().unwrap(),
                theme["theme"].as_str().unwrap().to_owned(),
                parts.map(|part| part["score"].as_i64().unwrap()).collect(),
                theme["score"].as_i64().unwrap(),
            )
        })
        .collect()
}

on_both_databases! {
    async fn a_ranking_equals_the_one_computed_by_hand_and_freezes_at_the_close(db: TestDb) {
        // mission: N6
        let app = TestApp::start(db).await;
        let round = open_round(&app).await;
        let them = members(&app, ["anna@example.nl", "bram@example.nl", "chris@example.nl", "dora@example.nl"]).await;
        let [anna, bram, chris] = [0, 1, 2].map(|at: usize| themselves(&app, &them[at]));
        let lonely = propose(&anna, &round, "loneliness").await.expect(201).text_at("/id");
        let ageing = propose(&bram, &round, "ageing").await.expect(201).text_at("/id");
        let cast = format!("{round}/votes");
        anna.post(&cast, &votes(&[(&lonely, 5, 2), (&ageing, 0, 0)])).await.expect(200);
        bram.post(&cast, &votes(&[(&lonely, 3, 3), (&ageing, 2, 5)])).await.expect(200);
        // The latest answer counts.
        chris.post(&cast, &votes(&[(&ageing, 0, 1)])).await.expect(200);
        let said = chris.post(&cast, &votes(&[(&ageing, 1, 5)])).await.expect(200).json();
        assert_eq!(said["votes"].as_array().unwrap().len(), 1);
        assert_eq!(said["votes"][0]["interest"], 5);
        // Expertise of two of the three voters, and three published items: one and two. Dora knows
        // most of all, and answered nothing.
        for (member, theme, level) in [(0, "loneliness", 4), (2, "ageing", 1), (3, "loneliness", 5)] {
            let put = format!("/v1/members/{}/expertise", them[member].id);
            let topics = json!({ "expertise": [{ "theme": theme, "level": level, "interest": 1 }] });
            themselves(&app, &them[member]).put(&put, "*", &topics).await.expect(200);
        }
        for (title, theme) in [("Een", "loneliness"), ("Twee", "ageing"), ("Drie", "ageing")] {
            let mut content = item(title);
            content["themes"] = json!([theme]);
            item_in(&app, ItemStatus::Published, &content).await;
        }
        let mut draft = item("Concept");
        draft["themes"] = json!(["loneliness"]);
        item_in(&app, ItemStatus::Draft, &draft).await;
        // Three voters, so 15 points to have of each.
        // loneliness: experience 8/15 = 533, interest 5/15 = 333, expertise 4/15 = 267, 1 of 2 items = 500
        // ageing: experience 3/15 = 200, interest 10/15 = 667, expertise 1/15 = 67, 2 of 2 items = 1000
        // weights 30, 30, 25 and 15:
        // loneliness: (15990 + 9990 + 6675 + 7500) / 100 = 401.55 = 402
        // ageing: (6000 + 20010 + 1675 + 15000) / 100 = 426.85 = 427
        let expected = vec![
            (1, "ageing".to_owned(), vec![200, 667, 67, 1000], 427),
            (2, "loneliness".to_owned(), vec![533, 333, 267, 500], 402),
        ];
        let path = format!("{round}/ranking");
        let now = app.as_role(Role::Adviser).get(&path).await.expect(200).json();
        assert_eq!(told(&now), expected);
        assert_eq!((&now["frozen"], &now["voters"]), (&json!(false), &json!(3)));
        insta::assert_json_snapshot!("theme_score_explained", now["themes"][0]["parts"]);
        // The tenth of March ends at eleven in the evening, UTC.
        assert_eq!(pass_until(&app, "2026-03-10T22:59:59Z").await, 0);
        assert_eq!(pass_until(&app, "2026-03-10T23:00:00Z").await, 1);
        assert_eq!(pass_until(&app, "2026-03-10T23:00:01Z").await, 0);
        let anna = themselves(&app, &them[0]);
        let closed = anna.get(&round).await.expect(200).json();
        assert_eq!(closed["status"], "closed");
        // What changes afterwards changes nothing.
        let put = format!("/v1/members/{}/expertise", them[0].id);
        anna.put(&put, "*", &json!({})).await.expect(200);
        let departure = format!("/v1/members/{}/departure", them[1].id);
        app.as_coordinator().post(&departure, &json!({})).await.expect(200);
        let frozen = anna.get(&path).await.expect(200).json();
        assert_eq!(told(&frozen), expected);
        assert_eq!(frozen["frozen"], true);
        assert!(frozen["frozenAt"].is_string());
    }

    async fn the_weights_are_settings_and_fixed_when_a_round_opens(db: TestDb) {
        // mission: N6
        let app = TestApp::start_with(db, |settings| {
            settings.theme_weights = koplopers_shared::theme_rounds::ThemeWeights {
                experience: 1, interest: 0, expertise: 0, knowledge: 0,
            };
        })
        .await;
        let round = open_round(&app).await;
        let them = members(&app, ["anna@example.nl"]).await;
        let anna = themselves(&app, &them[0]);
        let known = propose(&anna, &round, "loneliness").await.expect(201).text_at("/id");
        let wanted = propose(&anna, &round, "ageing").await.expect(201).text_at("/id");
        anna.post(&format!("{round}/votes"), &votes(&[(&known, 5, 0), (&wanted, 0, 5)])).await.expect(200);
        let ranking = anna.get(&format!("{round}/ranking")).await.expect(200).json();
        assert_eq!(ranking["themes"][0]["theme"], "loneliness");
        assert_eq!(ranking["themes"][0]["score"], 1000);
        assert_eq!(ranking["weights"], json!({ "experience": 1, "interest": 0, "expertise": 0, "knowledge": 0 }));
    }
}
