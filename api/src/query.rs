//! Query strings: every key documented, every failure told at once (security: 35).

use std::any::{TypeId, type_name};
use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use unicode_normalization::UnicodeNormalization as _;
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::ParameterIn;

use crate::body::schema::{self, Schema};
use crate::problem::{FieldError, Problem};

/// Query keys that hold to the parameters of `T`. Derive `IntoParams` with
/// `#[into_params(parameter_in = Query, rename_all = "camelCase")]`, and write
/// `#[param(inline)]` on fields whose type has a schema of its own.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + IntoParams + 'static> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse::<T>(req.query_string(), &[]).map(Self))
    }
}

/// The keys and values of a query string, decoded.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.as_bytes())
        .map(|(key, value)| (key.into_owned(), value.nfc().collect()))
        .collect()
}

/// What a key may hold, as far as turning its text into JSON goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Text,
    Integer,
    Boolean,
    List,
}

/// Reads `query` as the parameters of `T`, leaving out the keys that somebody else reads.
pub(crate) fn parse<T: DeserializeOwned + IntoParams + 'static>(
    query: &str,
    elsewhere: &[&str],
) -> Result<T, Problem> {
    let schema = compiled::<T>()?;
    let mut failures = Vec::new();
    let mut values = Map::new();
    for (key, text) in pairs(query) {
        if elsewhere.contains(&key.as_str()) {
            continue;
        }
        let Some(shape) = schema.field(&key).map(shape_of) else {
            failures.push(FieldError::new(key, "unknown", "is not a key of this list"));
            continue;
        };
        if text.chars().any(char::is_control) {
            failures.push(FieldError::new(
                key,
                "control-character",
                "must not hold control characters",
            ));
            continue;
        }
        add(&mut values, &mut failures, key, text, shape);
    }
    let values = Value::Object(values);
    let unfit = schema.check(&values, "").into_iter();
    failures.extend(unfit.map(|failure| FieldError {
        name: failure.name.trim_start_matches('/').to_owned(),
        ..failure
    }));
    if !failures.is_empty() {
        return Err(Problem::invalid(failures));
    }
    serde_json::from_value(values).map_err(|_| {
        Problem::invalid_field(
            "",
            "invalid",
            "must have the form that the document describes",
        )
    })
}

fn add(
    values: &mut Map<String, Value>,
    failures: &mut Vec<FieldError>,
    key: String,
    text: String,
    shape: Shape,
) {
    let value = match shape {
        Shape::List => {
            let list = values.entry(key).or_insert_with(|| json!([]));
            if let Some(list) = list.as_array_mut() {
                // Lists hold words of ours, in which no comma is.
                list.extend(text.split(',').map(Value::from));
            }
            return;
        }
        Shape::Integer => text
            .parse::<i64>()
            .map_or_else(|_| text.into(), Value::from),
        Shape::Boolean => text
            .parse::<bool>()
            .map_or_else(|_| text.into(), Value::from),
        Shape::Text => Value::String(text),
    };
    if values.contains_key(&key) {
        failures.push(FieldError::new(key, "duplicate", "must be given once"));
    } else {
        values.insert(key, value);
    }
}

fn shape_of(schema: &Value) -> Shape {
    let is = |wanted: &str| match &schema["type"] {
        Value::String(kind) => kind == wanted,
        Value::Array(kinds) => kinds.iter().any(|kind| kind == wanted),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    };
    if is("array") {
        Shape::List
    } else if is("integer") {
        Shape::Integer
    } else if is("boolean") {
        Shape::Boolean
    } else {
        Shape::Text
    }
}

/// One object schema made of the parameters' own, once: every request with a query asks for it.
fn compiled<T: IntoParams + 'static>() -> Result<Arc<Schema>, Problem> {
    schema::cached(TypeId::of::<Query<T>>(), || {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for param in T::into_params(|| Some(ParameterIn::Query)) {
            let schema = serde_json::to_value(&param.schema).unwrap_or_default();
            if schema.get("$ref").is_some() {
                tracing::error!(query = type_name::<T>(), key = param.name, "needs inline");
                continue;
            }
            if param.required == Required::True {
                required.push(param.name.clone());
            }
            properties.insert(param.name, schema);
        }
        json!({ "type": "object", "properties": properties, "required": required })
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

    use serde::Deserialize;
    use utoipa::ToSchema;

    use super::*;

    #[derive(Debug, Deserialize, ToSchema, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Status {
        Draft,
        Submitted,
    }

    #[derive(Debug, Deserialize, IntoParams)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[into_params(parameter_in = Query, rename_all = "camelCase")]
    struct Filter {
        #[serde(default)]
        #[param(inline)]
        status: Vec<Status>,
        #[param(format = "municipality-code", max_length = 6)]
        municipality: Option<String>,
        #[param(minimum = 0)]
        changed_after: Option<i64>,
        count: Option<bool>,
        #[param(inline)]
        sort: Option<Status>,
    }

    fn failures(query: &str) -> Vec<(String, String)> {
        let problem = parse::<Filter>(query, &[]).expect_err("refused");
        let mut found: Vec<(String, String)> = problem.body()["invalidParams"]
            .as_array()
            .unwrap()
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

    #[test]
    fn documented_keys_are_read_and_lists_are_repeated_keys_or_have_commas() {
        let filter: Filter = parse(
            "status=draft&status=submitted,draft&changedAfter=7&count=true&municipality=GM0363",
            &[],
        )
        .unwrap();
        assert_eq!(
            filter.status,
            [Status::Draft, Status::Submitted, Status::Draft]
        );
        assert_eq!(filter.changed_after, Some(7));
        assert_eq!(filter.count, Some(true));
        assert_eq!(filter.municipality.as_deref(), Some("GM0363"));
        let nothing: Filter = parse("", &[]).unwrap();
        assert!(nothing.status.is_empty() && nothing.sort.is_none());
    }

    // security: 35
    #[test]
    fn unknown_repeated_and_ill_formed_keys_are_all_named() {
        assert_eq!(
            failures(
                "statuz=draft&changedAfter=-1&count=yes&municipality=a&sort=x&status=y&count=1"
            ),
            [
                ("changedAfter", "too-small"),
                ("count", "duplicate"),
                ("count", "type"),
                ("municipality", "format"),
                ("sort", "enum"),
                ("status/0", "enum"),
                ("statuz", "unknown"),
            ]
            .map(|(name, code)| (name.to_owned(), code.to_owned()))
        );
    }
}
