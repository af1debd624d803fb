//! Texts that may hold a citizen service number (BSN), in every body that can say it holds none.
//!
//! A request type takes part by having a field `containsNoBsn`: its texts are then looked at
//! here, after its schema and before anything is done with it.

use koplopers_shared::words::bsn::holds_possible_bsn;
use serde_json::Value;

use super::json::escape;
use crate::problem::{FieldError, Problem, kinds};

/// The field with which a caller says that they looked.
pub const STATEMENT: &str = "containsNoBsn";

/// Not written for people to read: a case number may well be nine digits of somebody else's.
const NO_FREE_TEXT: &[&str] = &["externalReference"];

/// Refuses a body with a text that may hold such a number, naming each text and repeating none.
pub fn look(body: &Value) -> Result<(), Problem> {
    if body.get(STATEMENT) == Some(&Value::Bool(true)) {
        return Ok(());
    }
    let mut found = Vec::new();
    walk(body, "", &mut found);
    if found.is_empty() {
        return Ok(());
    }
    let problem = Problem::of(&kinds::POSSIBLE_BSN);
    Err(found.into_iter().fold(problem, Problem::field))
}

fn walk(value: &Value, pointer: &str, found: &mut Vec<FieldError>) {
    match value {
        Value::String(text) if is_free_text(text) && holds_possible_bsn(text) => {
            found.push(FieldError::new(
                pointer,
                "possible-bsn",
                "holds a number that could be a citizen service number",
            ));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{pointer}/{index}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                if !NO_FREE_TEXT.contains(&name.as_str()) {
                    walk(field, &format!("{pointer}/{}", escape(name)), found);
                }
            }
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Ids and web addresses hold digits that nobody chose.
fn is_free_text(text: &str) -> bool {
    let is_address = text.starts_with("https://") || text.starts_with("http://");
    let one_word = !text.contains(char::is_whitespace);
    !(one_word && is_address || uuid::Uuid::try_parse(text).is_ok())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    #[test]
    fn each_text_with_a_suspect_number_is_named_and_none_is_repeated() {
        // mission: B2
        let body = json!({
            "introduction": "Over 111.222.333 dus",
            "externalReference": "111222333",
            "intake": "11122233-3111-2223-3311-122233311122",
            "onlineUrl": "https://overleg.example.nl/111222333",
            "count": 111_222_333,
            "blocks": [{ "steps": [{ "na/me": "111222333" }] }],
        });
        let problem = look(&body).unwrap_err();
        let told = problem.body();
        assert_eq!(told["code"], "possible-bsn");
        assert_eq!(told["status"], 400);
        let names: Vec<&Value> = told["invalidParams"]
            .as_array()
            .unwrap()
            .iter()
            .map(|field| &field["name"])
            .collect();
        assert_eq!(names, ["/introduction", "/blocks/0/steps/0/na~1me"]);
        assert!(!told.to_string().contains("333"));
    }

    #[test]
    fn whoever_looked_can_say_so_with_true_and_nothing_else() {
        let body = |statement: Value| json!({ "note": "111222333", "containsNoBsn": statement });
        assert!(look(&body(json!(true))).is_ok());
        for statement in [json!(false), json!("true"), json!(1), json!(null)] {
            assert!(look(&body(statement)).is_err());
        }
    }
}
