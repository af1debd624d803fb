//! Reads JSON into a value, with the checks that a schema cannot make: depth, duplicate keys and
//! control characters. Text comes out in Unicode normal form C (security: 30, 32, 33).

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

use crate::problem::{FieldError, Problem, kinds};

const MAX_DEPTH: usize = 32;

/// One JSON value and nothing after it.
pub fn read(bytes: &[u8]) -> Result<Value, Problem> {
    let found = RefCell::new(Vec::new());
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let node = Node {
        found: &found,
        pointer: String::new(),
        depth: 0,
    };
    let value = node.deserialize(&mut deserializer);
    let value = value.and_then(|value| deserializer.end().map(|()| value));
    let found = found.into_inner();
    match value {
        Ok(value) if found.is_empty() => Ok(value),
        Ok(_) => Err(Problem::invalid(found)),
        Err(error) => Err(unreadable(bytes, &error)),
    }
}

/// Says where the JSON breaks, and not on what.
fn unreadable(bytes: &[u8], error: &serde_json::Error) -> Problem {
    let problem = Problem::of(&kinds::INVALID_JSON);
    if bytes.is_empty() {
        return problem.detail("the body is empty");
    }
    if error.to_string().starts_with(TOO_DEEP) {
        return problem.detail("the body is nested more than 32 levels deep");
    }
    problem.detail(format!(
        "not JSON at line {}, column {}",
        error.line(),
        error.column()
    ))
}

const TOO_DEEP: &str = "too deep";

struct Node<'f> {
    found: &'f RefCell<Vec<FieldError>>,
    pointer: String,
    depth: usize,
}

impl Node<'_> {
    fn child(&self, segment: &str) -> Self {
        Self {
            found: self.found,
            pointer: format!("{}/{}", self.pointer, escape(segment)),
            depth: self.depth + 1,
        }
    }

    fn report(&self, pointer: String, code: &'static str, reason: &'static str) {
        self.found
            .borrow_mut()
            .push(FieldError::new(pointer, code, reason));
    }

    fn too_deep<E: serde::de::Error>(&self) -> Result<(), E> {
        if self.depth < MAX_DEPTH {
            Ok(())
        } else {
            Err(E::custom(TOO_DEEP))
        }
    }
}

/// A key as a segment of a JSON pointer (RFC 6901).
pub(super) fn escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// Text in normal form C with line ends as `\n`.
fn normalise(text: &str) -> String {
    let text = if text.contains('\r') {
        text.replace("\r\n", "\n")
    } else {
        text.to_owned()
    };
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => text,
        IsNormalized::No | IsNormalized::Maybe => text.nfc().collect(),
    }
}

/// Line ends and tabs are text; every other control character is not.
fn has_control_character(text: &str) -> bool {
    text.chars()
        .any(|c| c.is_control() && c != '\n' && c != '\t')
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        let text = normalise(text);
        if has_control_character(&text) {
            let pointer = self.pointer.clone();
            self.report(
                pointer,
                "control-character",
                "must not hold control characters",
            );
        }
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        self.too_deep()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.child(&list.len().to_string()))? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        self.too_deep()?;
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let key = normalise(&key);
            if has_control_character(&key) {
                return Err(A::Error::custom("control character in a key"));
            }
            let child = self.child(&key);
            let pointer = child.pointer.clone();
            let value = entries.next_value_seed(child)?;
            if map.insert(key, value).is_some() {
                self.report(pointer, "duplicate", "must be given once");
            }
        }
        Ok(Value::Object(map))
    }
}
