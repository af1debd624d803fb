//! The JSON Schema that utoipa derives from a request type, compiled once per type.

use std::any::TypeId;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use jsonschema::error::ValidationErrorKind as Failure;
use jsonschema::{Draft, ValidationError, Validator};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::formats;
use super::json::escape;
use crate::problem::{FieldError, Problem};

/// A text of at most this many characters is one line: names, titles, subjects (security: 36).
const ONE_LINE: u64 = 200;

/// One line, not blank.
const FILLED_LINE: &str = r"^[^\n\t]*[^\s][^\n\t]*$";
/// One line, perhaps empty.
const LINE: &str = r"^[^\n\t]*$";
/// Any text that is not blank.
const FILLED_TEXT: &str = r"\S";

/// A compiled schema.
pub struct Schema {
    validator: Validator,
    fields: Map<String, Value>,
}

static COMPILED: LazyLock<RwLock<HashMap<TypeId, Arc<Schema>>>> = LazyLock::new(RwLock::default);

/// The compiled schema of `T`.
pub fn of<T: ToSchema + 'static>() -> Result<Arc<Schema>, Problem> {
    cached(TypeId::of::<T>(), || {
        let mut parts = Vec::new();
        T::schemas(&mut parts);
        let schemas: Map<String, Value> = parts
            .into_iter()
            .map(|(name, schema)| (name, serde_json::to_value(schema).unwrap_or_default()))
            .collect();
        let mut root = serde_json::to_value(T::schema()).unwrap_or_default();
        if let Some(root) = root.as_object_mut() {
            root.insert("components".to_owned(), json!({ "schemas": schemas }));
        }
        root
    })
}

/// The schema kept for `key`, or the one that `make` gives.
pub fn cached(key: TypeId, make: impl FnOnce() -> Value) -> Result<Arc<Schema>, Problem> {
    let kept = COMPILED
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&key)
        .cloned();
    if let Some(schema) = kept {
        return Ok(schema);
    }
    let schema = Arc::new(Schema::compile(make())?);
    COMPILED
        .write()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(key, Arc::clone(&schema));
    Ok(schema)
}

/// A schema that cannot be compiled.
#[derive(Debug, thiserror::Error)]
#[error("a schema of a request does not compile at {0}")]
struct BrokenSchema(String);

impl Schema {
    fn compile(mut schema: Value) -> Result<Self, Problem> {
        strengthen(&mut schema);
        let mut options = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true);
        for format in formats::FORMATS {
            options = options.with_format(format.name, format.check);
        }
        let fields = schema.get("properties").and_then(Value::as_object).cloned();
        options
            .build(&schema)
            .map(|validator| Self {
                validator,
                fields: fields.unwrap_or_default(),
            })
            .map_err(|error| Problem::internal(&BrokenSchema(error.schema_path().to_string())))
    }

    /// The schema of the field of this name, if the type has one.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }

    /// Everything wrong with `value`, each at its JSON pointer after `prefix`.
    pub fn check(&self, value: &Value, prefix: &str) -> Vec<FieldError> {
        let mut found = Vec::new();
        for error in self.validator.iter_errors(value) {
            explain(&error, prefix, &mut found);
        }
        found.dedup();
        found
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Schema")
    }
}

/// Writes the house rules for text into a schema: a text with a minimum length must not be
/// blank, and a short text is one line. The document shows what is checked.
pub fn strengthen(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if let Some(pattern) = pattern_for(object) {
                object.insert("pattern".to_owned(), pattern.into());
            }
            for (key, value) in object.iter_mut() {
                if !matches!(key.as_str(), "example" | "examples" | "default" | "enum") {
                    strengthen(value);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(strengthen),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn pattern_for(schema: &Map<String, Value>) -> Option<&'static str> {
    let kind = schema.get("type")?;
    let is_text = kind == "string"
        || kind
            .as_array()
            .is_some_and(|kinds| kinds.iter().any(|kind| kind == "string"));
    if !is_text
        || ["pattern", "enum", "const", "format"]
            .iter()
            .any(|key| schema.contains_key(*key))
    {
        return None;
    }
    let bound = |key: &str| schema.get(key).and_then(Value::as_u64);
    let filled = bound("minLength").is_some_and(|least| least > 0);
    let one_line = bound("maxLength").is_some_and(|most| most <= ONE_LINE);
    match (filled, one_line) {
        (true, true) => Some(FILLED_LINE),
        (true, false) => Some(FILLED_TEXT),
        (false, true) => Some(LINE),
        (false, false) => None,
    }
}

/// Turns a failure into the fields it is about.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a keyword of JSON Schema that is new to us still gets words"
)]
fn explain(error: &ValidationError<'_>, prefix: &str, found: &mut Vec<FieldError>) {
    let pointer = format!("{prefix}{}", error.instance_path());
    let below = |name: &str| format!("{pointer}/{}", escape(name));
    match error.kind() {
        Failure::Required { property } => found.push(FieldError::new(
            below(property.as_str().unwrap_or_default()),
            "required",
            "must be given",
        )),
        Failure::AdditionalProperties { unexpected }
        | Failure::UnevaluatedProperties { unexpected } => {
            // A key that was made up may itself be a value, and is theirs to know.
            found.extend(unexpected.iter().map(|name| {
                FieldError::new(below(name), "unknown", "is not a field of this request")
            }));
        }
        Failure::AnyOf { context } | Failure::OneOfNotValid { context } => {
            explain_branches(&pointer, context, prefix, found);
        }
        failure => {
            let (code, reason) = words_for(failure, error.instance());
            found.push(FieldError {
                name: pointer,
                code: code.into(),
                reason: reason.into(),
            });
        }
    }
}

/// Explains the alternative that was most likely meant: the one whose failures lie deepest, since
/// the others already fail on the kind of value.
fn explain_branches(
    pointer: &str,
    branches: &[Vec<ValidationError<'static>>],
    prefix: &str,
    found: &mut Vec<FieldError>,
) {
    let own = pointer.strip_prefix(prefix).unwrap_or(pointer);
    let is_other_kind = |errors: &Vec<ValidationError<'static>>| {
        errors.iter().any(|error| {
            let here = error.instance_path().as_str() == own;
            let tag = matches!(
                error.kind(),
                Failure::Constant { .. } | Failure::Enum { .. }
            );
            (here && matches!(error.kind(), Failure::Type { .. })) || (!here && tag)
        })
    };
    let meant = branches
        .iter()
        .filter(|errors| !is_other_kind(errors))
        .min_by_key(|errors| errors.len());
    match meant {
        Some(errors) => errors
            .iter()
            .for_each(|error| explain(error, prefix, found)),
        None => found.push(FieldError::new(
            pointer,
            "invalid",
            "must have one of the forms that the document describes",
        )),
    }
}

/// The code and the reason for a failure that is about the value itself.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the library adds keywords; those we do not use get the general words"
)]
fn words_for(failure: &Failure, value: &Value) -> (&'static str, String) {
    match failure {
        Failure::Type { kind } => ("type", format!("must be {}", type_words(kind))),
        Failure::Enum { options } => ("enum", format!("must be one of {}", listed(options))),
        Failure::Constant { expected_value } => ("enum", format!("must be {expected_value}")),
        Failure::Format { format } => ("format", formats::reason(format).to_owned()),
        Failure::Pattern { pattern } => pattern_words(pattern, value),
        Failure::MinLength { limit: 1 } => ("blank", "must not be blank".to_owned()),
        Failure::MinLength { limit } => (
            "too-short",
            format!("must have at least {limit} characters"),
        ),
        Failure::MaxLength { limit } => {
            ("too-long", format!("must have at most {limit} characters"))
        }
        Failure::MinItems { limit } => ("too-few", format!("must have at least {limit} items")),
        Failure::MaxItems { limit } => ("too-many", format!("must have at most {limit} items")),
        Failure::MinProperties { limit } => {
            ("too-few", format!("must have at least {limit} fields"))
        }
        Failure::MaxProperties { limit } => {
            ("too-many", format!("must have at most {limit} fields"))
        }
        Failure::UniqueItems => ("duplicate", "must not hold an item twice".to_owned()),
        Failure::Minimum { limit } => ("too-small", format!("must be at least {limit}")),
        Failure::Maximum { limit } => ("too-large", format!("must be at most {limit}")),
        Failure::ExclusiveMinimum { limit } => ("too-small", format!("must be more than {limit}")),
        Failure::ExclusiveMaximum { limit } => ("too-large", format!("must be less than {limit}")),
        _ => (
            "invalid",
            "must have the form that the document describes".to_owned(),
        ),
    }
}

fn type_words(kind: &jsonschema::error::TypeKind) -> String {
    let names: Vec<String> = match kind {
        jsonschema::error::TypeKind::Single(kind) => vec![kind.to_string()],
        jsonschema::error::TypeKind::Multiple(kinds) => {
            kinds.iter().map(|kind| kind.to_string()).collect()
        }
    };
    names.join(" or ")
}

fn listed(options: &Value) -> String {
    let words: Vec<String> = options
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
        .map(|option| {
            option
                .as_str()
                .map_or_else(|| option.to_string(), str::to_owned)
        })
        .collect();
    words.join(", ")
}

fn pattern_words(pattern: &str, value: &Value) -> (&'static str, String) {
    let blank = value.as_str().is_some_and(|text| text.trim().is_empty());
    match pattern {
        FILLED_TEXT => ("blank", "must not be blank".to_owned()),
        FILLED_LINE if blank => ("blank", "must not be blank".to_owned()),
        FILLED_LINE | LINE => ("line", "must be one line without tabs".to_owned()),
        other => ("pattern", format!("must match {other}")),
    }
}
