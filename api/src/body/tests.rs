#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use serde::Deserialize;
use utoipa::ToSchema;

use super::*;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only the shape is tested")]
struct Request {
    #[schema(min_length = 1, max_length = 80)]
    full_name: String,
    #[schema(max_length = 4000, min_length = 1)]
    motivation: Option<String>,
    #[schema(format = "email", max_length = 254)]
    email: Option<String>,
    #[schema(min_items = 1, max_items = 3)]
    issues: Vec<Issue>,
    contact: Option<Contact>,
    number: Option<i64>,
    kind: Option<Kind>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only the shape is tested")]
struct Issue {
    #[schema(min_length = 1, max_length = 200)]
    title: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only the shape is tested")]
struct Contact {
    #[schema(format = "municipality-code", max_length = 6)]
    municipality: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Practice,
    Board,
}

fn failures(body: &str) -> Vec<(String, String)> {
    let problem = parse::<Request>(body.as_bytes()).expect_err("refused");
    let body = problem.body();
    let Some(params) = body["invalidParams"].as_array() else {
        return vec![(String::new(), problem.kind().code.to_owned())];
    };
    let mut found: Vec<(String, String)> = params
        .iter()
        .map(|param| {
            (
                param["name"].as_str().unwrap().to_owned(),
                param["code"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    found.sort();
    found
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(name, code)| ((*name).to_owned(), (*code).to_owned()))
        .collect()
}

#[test]
fn all_failures_come_at_once_with_pointers() {
    let body = r#"{"fullName": " ", "email": "anna", "issues": [{"title": ""}, {"titel": "x"}],
        "contact": {"municipality": "Amsterdam"}, "number": "1", "kind": "other", "extra": 1}"#;
    assert_eq!(
        failures(body),
        pairs(&[
            ("/contact/municipality", "format"),
            ("/contact/municipality", "too-long"),
            ("/email", "format"),
            ("/extra", "unknown"),
            ("/fullName", "blank"),
            ("/issues/0/title", "blank"),
            ("/issues/1/titel", "unknown"),
            ("/issues/1/title", "required"),
            ("/kind", "enum"),
            ("/number", "type"),
        ])
    );
}

// security: 68
#[test]
fn the_value_is_never_repeated() {
    let body = r#"{"fullName": "Anna\u0007Geheim", "email": "geheim@", "issues": "geheim", "number": "geheim"}"#;
    let problem = parse::<Request>(body.as_bytes()).expect_err("refused");
    assert!(!problem.body().to_string().to_lowercase().contains("geheim"));
    let body = body.replace("\\u0007", "");
    let problem = parse::<Request>(body.as_bytes()).expect_err("refused");
    assert!(!problem.body().to_string().to_lowercase().contains("geheim"));
}

// security: 30
#[test]
fn depth_duplicates_trailing_data_and_nan_are_refused() {
    assert_eq!(
        failures(r#"{"fullName": "a", "fullName": "b", "issues": [{"title": "t"}]}"#),
        pairs(&[("/fullName", "duplicate")])
    );
    // The same key in two spellings.
    assert_eq!(
        failures(r#"{"fullName": "a", "full\u004eame": "b", "issues": [{"title": "t"}]}"#),
        pairs(&[("/fullName", "duplicate")])
    );
    let deep = format!(r#"{{"x": {}{}}}"#, "[".repeat(33), "]".repeat(33));
    let very_deep = "[".repeat(100_000);
    for broken in [
        "",
        "{",
        "{} {}",
        r#"{"number": NaN}"#,
        r#"{"number": 1e999}"#,
        "\u{feff}{}",
        &deep,
        &very_deep,
    ] {
        assert_eq!(
            failures(broken),
            pairs(&[("", "invalid-json")]),
            "{broken:.20}"
        );
    }
}

// security: 32
#[test]
fn control_characters_are_refused_and_line_ends_kept_in_long_texts() {
    for bad in ["\\u0000", "\\u001b", "\\u007f", "\\u0085", "\\r"] {
        let body = format!(r#"{{"fullName": "a{bad}b", "issues": [{{"title": "t"}}]}}"#);
        assert_eq!(
            failures(&body),
            pairs(&[("/fullName", "control-character")]),
            "{bad}"
        );
    }
    // security: 36
    let body = r#"{"fullName": "a\nBcc: b", "issues": [{"title": "t"}]}"#;
    assert_eq!(failures(body), pairs(&[("/fullName", "line")]));
    let body = r#"{"fullName": "a", "motivation": "one\r\ntwo", "issues": [{"title": "t"}]}"#;
    let request: Request = parse(body.as_bytes()).unwrap();
    assert_eq!(request.motivation.as_deref(), Some("one\ntwo"));
}

// security: 33
#[test]
fn text_is_kept_in_normal_form_c() {
    let body = "{\"fullName\": \"Zoe\u{308} d'Ancona \u{1f469}\u{200d}\u{1f4bb}\", \"issues\": [{\"title\": \"t\"}]}";
    let request: Request = parse(body.as_bytes()).unwrap();
    assert_eq!(
        request.full_name,
        "Zo\u{eb} d'Ancona \u{1f469}\u{200d}\u{1f4bb}"
    );
}

// security: 34
#[test]
fn lengths_count_characters_and_not_bytes() {
    let name = "é".repeat(80);
    let body = format!(r#"{{"fullName": "{name}", "issues": [{{"title": "t"}}]}}"#);
    assert!(parse::<Request>(body.as_bytes()).is_ok());
    let body = format!(r#"{{"fullName": "{name}é", "issues": [{{"title": "t"}}]}}"#);
    assert_eq!(failures(&body), pairs(&[("/fullName", "too-long")]));
}

#[test]
fn a_null_where_a_value_may_be_absent_is_fine() {
    let body = r#"{"fullName": "a", "motivation": null, "contact": null, "kind": null, "issues": [{"title": "t"}]}"#;
    let request: Request = parse(body.as_bytes()).unwrap();
    assert!(request.contact.is_none());
}
