//! What an offer can be made of, and what is refused.

use koplopers_shared::access::Role;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use super::{block, complete, matched, offers_of, pair};
use crate::app::TestApp;

on_both_databases! {
    async fn an_offer_of_several_blocks_adds_up_and_reads_back(db: TestDb) {
        // mission: T5
        let app = TestApp::start(db).await;
        let intake = matched(&app, "uitvoering").await;
        let adviser = app.as_role(Role::Adviser);
        let mut partnership = block("knowledge_partnership");
        partnership["kind"] = json!("partnership");
        let mut network = block("learning_network");
        network["cost"] = json!(250_001);
        network["ownContribution"] = json!(1);
        let body = complete("uitvoering", &json!([partnership, network]));
        let made = adviser.post(&offers_of(&intake), &body).await.expect(201);
        let path = made.header("location").to_owned();
        let read = adviser.get(&path).await.expect(200);
        assert_eq!((&made.text, made.header("etag")), (&read.text, read.header("etag")));
        let offer = read.json();
        assert_eq!(offer["status"], "drafted");
        assert_eq!(offer["number"], 1);
        assert_eq!(offer["currency"], "EUR");
        assert_eq!(offer["programmeVersion"], 1);
        assert_eq!(offer["totals"], json!({ "hours": 160, "cost": 1_250_001, "ownContribution": 500_001 }));
        assert_eq!(offer["blocks"][0]["kind"], "partnership");
        let listed = adviser.get(&offers_of(&intake)).await.expect(200);
        assert_eq!(listed.text_at("/items/0/id"), offer["id"].as_str().unwrap());
        for (query, found) in [
            ("status=drafted", 1), ("status=sent", 0), ("programme=uitvoering", 1),
            ("programme=inclusief", 0), ("municipality=GM0363", 1), ("municipality=GM0344", 0),
            (&*format!("intake={}", intake.id), 1),
        ] {
            let list = adviser.get(&format!("/v1/offers?{query}")).await.expect(200).json();
            assert_eq!(list["items"].as_array().unwrap().len(), found, "{query}");
        }
    }

    async fn a_block_is_the_kind_of_option_that_it_can_be(db: TestDb) {
        // mission: T3
        let app = TestApp::start(db).await;
        let intake = matched(&app, "uitvoering").await;
        let adviser = app.as_role(Role::Adviser);
        for (key, kind, fits) in [
            ("knowledge_partnership", "partnership", true),
            ("knowledge_partnership", "participatory_research", false),
            ("neighbourhood_research", "participatory_research", true),
            ("neighbourhood_research", "partnership", false),
            ("learning_network", "partnership", false),
            ("learning_network", "other", true),
        ] {
            let mut block = block(key);
            block["kind"] = json!(kind);
            let made = adviser.post(&offers_of(&intake), &json!({ "blocks": [block] })).await;
            if fits {
                assert_eq!(made.expect(201).text_at("/blocks/0/kind"), kind);
            } else {
                assert_eq!(made.invalid(), [pair("/blocks/0/kind", "kind-not-of-block")], "{key} {kind}");
            }
        }
    }

    async fn a_combination_that_cannot_be_is_refused_with_its_rule(db: TestDb) {
        // mission: T5, B1
        let app = TestApp::start(db).await;
        let intake = matched(&app, "uitvoering").await;
        let adviser = app.as_role(Role::Adviser);
        let with = |change: Value| {
            let mut block = block("knowledge_partnership");
            for (key, value) in change.as_object().unwrap() {
                block[key] = value.clone();
            }
            json!([block])
        };
        let step = |step: Value| with(json!({ "steps": [step] }));
        let day = "2026-04-20";
        for (blocks, name, code) in [
            (json!([block("local_practice")]), "/blocks/0/key", "unknown-block"),
            (
                json!([block("learning_network"), block("learning_network")]),
                "/blocks/1/key",
                "block-twice",
            ),
            (with(json!({ "kind": "participatory_research" })), "/blocks/0/kind", "kind-not-of-block"),
            (with(json!({ "kind": "magic" })), "/blocks/0/kind", "enum"),
            (
                with(json!({ "ownContribution": 1_000_001 })),
                "/blocks/0/ownContribution",
                "own-contribution-over-cost",
            ),
            (with(json!({ "cost": -1, "ownContribution": 0 })), "/blocks/0/cost", "too-small"),
            (
                with(json!({ "cost": 9_007_199_254_740_992_i64 })),
                "/blocks/0/cost",
                "too-large",
            ),
            (with(json!({ "hours": 0.5 })), "/blocks/0/hours", "type"),
            (
                step(json!({ "name": "Overleg", "form": "theatre", "plannedOn": day })),
                "/blocks/0/steps/0/form",
                "form-not-of-block",
            ),
            (
                step(json!({ "name": "Overleg", "method": "meeting", "plannedOn": day })),
                "/blocks/0/steps/0/method",
                "method-not-of-block",
            ),
            (step(json!({ "key": "mapping" })), "/blocks/0/steps/0/key", "unknown-step"),
            (step(json!({ "plannedOn": day })), "/blocks/0/steps/0/name", "required"),
        ] {
            let fields = adviser
                .post(&offers_of(&intake), &json!({ "blocks": blocks }))
                .await
                .invalid();
            assert_eq!(fields, [pair(name, code)], "{blocks}");
        }
        let principles = json!({ "principles": [
            { "key": "people_first", "ticked": true },
            { "key": "people_first", "ticked": false },
            { "key": "profit", "ticked": true }
        ] });
        assert_eq!(adviser.post(&offers_of(&intake), &principles).await.invalid(), [
            pair("/principles/1/key", "principle-twice"),
            pair("/principles/2/key", "unknown-principle"),
        ]);
        assert_eq!(given::count(&app.db, "offers").await, 0);
    }

    async fn a_total_that_is_too_large_is_refused_and_never_wraps(db: TestDb) {
        // mission: T5
        let app = TestApp::start(db).await;
        let intake = matched(&app, "uitvoering").await;
        let largest = 9_007_199_254_740_991_i64;
        let dear = |key: &str, cost: i64, own: i64| {
            let mut block = block(key);
            block["cost"] = json!(cost);
            block["ownContribution"] = json!(own);
            block
        };
        let adviser = app.as_role(Role::Adviser);
        let over = json!({ "blocks": [
            dear("knowledge_partnership", largest, largest), dear("learning_network", 1, 0)
        ] });
        let fields = adviser.post(&offers_of(&intake), &over).await.invalid();
        assert_eq!(fields, [pair("/blocks", "total-too-large")]);
        let just = json!({ "blocks": [
            dear("knowledge_partnership", largest, largest), dear("learning_network", 0, 0)
        ] });
        let made = adviser.post(&offers_of(&intake), &just).await.expect(201);
        assert_eq!(made.json()["totals"]["cost"], largest);
        // 64 bits and more are no amounts either.
        for cost in ["9223372036854775808", "18446744073709551616", "1e300"] {
            let body = over.to_string().replace(&largest.to_string(), cost);
            let answer = adviser
                .call(Method::POST, &offers_of(&intake))
                .header("content-type", "application/json")
                .body(body)
                .send()
                .await;
            assert_eq!(answer.status, 400, "{cost}: {}", answer.text);
        }
    }

    async fn an_intake_that_is_not_matched_gets_no_offer(db: TestDb) {
        // mission: T4
        let app = TestApp::start(db).await;
        let intake = given::submitted(&app.db, given::amsterdam(), "uitvoering").await;
        let adviser = app.as_role(Role::Adviser);
        let refused = adviser.post(&offers_of(&intake), &json!({})).await;
        let problem = refused.problem(409, "intake-not-matched");
        assert_eq!(problem["currentStatus"], "submitted");
        assert_eq!(problem["allowedActions"], json!(["plan_talk", "refer", "withdraw"]));
    }
}
