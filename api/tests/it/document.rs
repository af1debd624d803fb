//! The document: what is committed, what is served, and what it promises.

use koplopers_api::document;
use koplopers_shared::on_both_databases;
use serde_json::Value;

use crate::app::TestApp;

fn committed() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/openapi.json");
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn the_committed_document_is_the_current_one() {
    assert!(
        committed() == *document::TEXT,
        "openapi/openapi.json is stale: run `just openapi` and read the difference"
    );
}

on_both_databases! {
    async fn the_document_is_served_to_anyone_from_anywhere(db: TestDb) {
        let app = TestApp::start(db).await;
        let answer = app.anonymous().get("/v1/openapi.json").await.expect(200);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.text, *document::TEXT);
    }
}

/// Every operation with its path and method.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            let item = item.as_object().unwrap();
            item.iter()
                .map(move |(method, operation)| (path.clone(), method.clone(), operation.clone()))
        })
        .collect()
}

#[test]
fn paths_are_kebab_case_nouns_without_the_base_and_without_a_slash_at_the_end() {
    for (path, _, _) in operations(&document::document()) {
        assert!(!path.starts_with("/v1") && !path.ends_with('/'), "{path}");
        for segment in path.split('/').skip(1) {
            let parameter = segment.starts_with('{') && segment.ends_with('}');
            let word = segment
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c));
            assert!(parameter || word, "{path}");
        }
    }
}

#[test]
fn every_operation_says_what_it_does_and_what_can_go_wrong() {
    let document = document::document();
    let tags: Vec<&Value> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| &tag["name"])
        .collect();
    let mut ids = std::collections::HashSet::new();
    for (path, method, operation) in operations(&document) {
        let name = format!("{method} {path}");
        let id = operation["operationId"].as_str().unwrap().to_owned();
        assert!(ids.insert(id), "{name}: the operation id is used twice");
        assert!(operation["summary"].is_string(), "{name}: summary");
        assert!(tags.contains(&&operation["tags"][0]), "{name}: tag");
        assert!(operation["security"].is_array(), "{name}: security");
        for status in ["400", "404", "406", "429", "500", "503"] {
            let content = &operation["responses"][status]["content"];
            assert!(
                content["application/problem+json"].is_object(),
                "{name}: {status}"
            );
        }
        for response in operation["responses"].as_object().unwrap().values() {
            assert!(response["headers"]["API-Version"].is_object(), "{name}");
        }
    }
}

/// Calls `visit` with every schema below `value`, and the pointer to it.
fn walk(value: &Value, pointer: &str, visit: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(object) => {
            visit(pointer, value);
            for (key, child) in object {
                if !matches!(key.as_str(), "example" | "examples") {
                    walk(child, &format!("{pointer}/{key}"), visit);
                }
            }
        }
        Value::Array(list) => {
            for (index, child) in list.iter().enumerate() {
                walk(child, &format!("{pointer}/{index}"), visit);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_text(schema: &Value) -> bool {
    let kinds = &schema["type"];
    kinds == "string"
        || kinds
            .as_array()
            .is_some_and(|kinds| kinds.contains(&"string".into()))
}

// security: 34
#[test]
fn every_text_of_a_request_has_a_maximum_and_every_request_refuses_unknown_fields() {
    let document = document::document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut faults = Vec::new();
    // A token request is a form, in which unknown parameters are left alone (RFC 6749 §3.2).
    let bodies = schemas
        .iter()
        .filter(|(name, _)| name.ends_with("Request") && *name != "TokenRequest");
    for (name, schema) in bodies {
        if schema["type"] == "object" && schema["additionalProperties"] != false {
            faults.push(format!("{name}: takes unknown fields"));
        }
        walk(schema, name, &mut |pointer, schema| {
            let bounded = ["maxLength", "enum", "const", "pattern", "format"]
                .iter()
                .any(|key| schema.get(key).is_some());
            if is_text(schema) && !bounded {
                faults.push(format!("{pointer}: has no maximum"));
            }
        });
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn query_parameters_are_described_in_full_where_they_are_used() {
    for (path, method, operation) in operations(&document::document()) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = format!("{method} {path}: {}", parameter["name"]);
            let in_query = parameter["in"] == "query";
            assert!(
                !(in_query && parameter["schema"].get("$ref").is_some()),
                "{name}"
            );
            let key = parameter["name"].as_str().unwrap();
            assert!(!in_query || !key.contains(['_', '-']), "{name}");
        }
    }
}

#[test]
fn every_reference_leads_to_something() {
    let document = document::document();
    walk(&document, "", &mut |pointer, value| {
        if let Some(Value::String(target)) = value.get("$ref") {
            let target = target.strip_prefix('#').unwrap();
            assert!(document.pointer(target).is_some(), "{pointer}: {target}");
        }
    });
}

/// Where what is written is about a case.
const CASES: [&str; 3] = ["/intakes", "/offers", "/trajectories"];

/// Whether a schema holds a text of a thousand characters or more.
fn holds_free_text(schema: &Value, document: &Value) -> bool {
    match schema {
        Value::Object(parts) => {
            let long = schema["maxLength"]
                .as_u64()
                .is_some_and(|most| most >= 1_000);
            let named = schema["$ref"]
                .as_str()
                .map(|name| name.trim_start_matches('#'));
            let named = named.and_then(|pointer| document.pointer(pointer));
            long && schema.get("format").is_none()
                || parts
                    .values()
                    .chain(named)
                    .any(|part| holds_free_text(part, document))
        }
        Value::Array(parts) => parts.iter().any(|part| holds_free_text(part, document)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

// mission: B2
#[test]
fn every_body_with_free_text_about_a_case_can_say_that_it_holds_no_bsn() {
    let document = document::document();
    for (path, method, operation) in operations(&document) {
        if !CASES.iter().any(|case| path.starts_with(case)) {
            continue;
        }
        let forms = operation["requestBody"]["content"].as_object();
        for form in forms.into_iter().flat_map(serde_json::Map::values) {
            let Some(name) = form["schema"]["$ref"].as_str() else {
                continue;
            };
            let (_, name) = name.rsplit_once('/').unwrap();
            let schema = &document["components"]["schemas"][name];
            let says = schema["properties"].get("containsNoBsn").is_some();
            assert!(
                says || !holds_free_text(schema, &document),
                "{method} {path}: {name}"
            );
        }
    }
}
