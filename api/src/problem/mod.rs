//! Every 4xx and 5xx answer: problem details (RFC 9457).

use std::borrow::Cow;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use actix_web::{HttpResponse, ResponseError};
use koplopers_shared::access::{NotGranted, PersonRequired};
use koplopers_shared::db::DbError;
use serde_json::{Map, Value};

pub mod document;
pub mod kinds;
pub mod pages;

pub use kinds::Kind;

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Seconds that a client waits after a 503.
const BUSY_PAUSE: u32 = 1;
/// Seconds that a client waits when somebody must first make room.
const FULL_PAUSE: u32 = 30;

/// One field of a request that is not right. It never holds the value.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = FieldError)]
pub struct FieldError {
    /// Where: a JSON pointer (RFC 6901) into the body, or a query key.
    pub name: String,
    /// What is wrong, as a word to branch on.
    pub code: Cow<'static, str>,
    /// What is wrong, for people.
    pub reason: Cow<'static, str>,
}

impl FieldError {
    /// A failure at `name`.
    pub fn new(
        name: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            name: name.into(),
            code: code.into(),
            reason: reason.into(),
        }
    }
}

/// An answer that says what went wrong and what to do about it.
#[derive(Debug, Clone)]
pub struct Problem(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    kind: &'static Kind,
    detail: Option<Cow<'static, str>>,
    invalid_params: Vec<FieldError>,
    members: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// A problem of a registered kind.
    #[must_use]
    pub fn of(kind: &'static Kind) -> Self {
        Self(Box::new(Parts {
            kind,
            detail: None,
            invalid_params: Vec::new(),
            members: Map::new(),
            headers: Vec::new(),
        }))
    }

    /// Fields that are not valid: 400.
    #[must_use]
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        let mut problem = Self::of(&kinds::VALIDATION_FAILED);
        let count = fields.len();
        let detail = match count {
            1 => Cow::Borrowed("1 field is not valid"),
            _ => Cow::Owned(format!("{count} fields are not valid")),
        };
        problem.0.invalid_params = fields;
        problem.detail(detail)
    }

    /// One field that is not valid: 400.
    pub fn invalid_field(
        name: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::invalid(vec![FieldError::new(name, code, reason)])
    }

    /// Absent, or another tenant's: 404, the same for both.
    #[must_use]
    pub fn not_found() -> Self {
        Self::of(&kinds::NOT_FOUND)
    }

    /// No valid credentials: 401, the same for every cause.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::of(&kinds::UNAUTHORIZED).header(
            WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"koplopers\""),
        )
    }

    /// The caller lacks the scope `needed`: 403.
    #[must_use]
    pub fn forbidden(needed: &'static str) -> Self {
        Self::of(&kinds::FORBIDDEN)
            .detail(format!("the scope {needed} is needed"))
            .member("scope", needed)
    }

    /// The state does not allow it: 409 with the state and what it does allow.
    #[must_use]
    pub fn invalid_transition(state: &str, allowed_actions: &[&str]) -> Self {
        Self::of(&kinds::INVALID_TRANSITION)
            .member("currentStatus", state)
            .member("allowedActions", allowed_actions.to_vec())
    }

    /// Something of ours broke: 500. The cause goes to the log, never to the caller.
    #[must_use]
    pub fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = %chain(error), "a request failed");
        Self::of(&kinds::INTERNAL)
    }

    /// Busy or out of reach: 503 with the seconds to wait.
    #[must_use]
    pub fn unavailable(kind: &'static Kind, seconds: u32) -> Self {
        Self::of(kind).header(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// A method that the resource does not know: 405 with those it does.
    #[must_use]
    pub fn method_not_allowed(allow: HeaderValue) -> Self {
        Self::of(&kinds::METHOD_NOT_ALLOWED).header(ALLOW, allow)
    }

    /// Says what happened in this occurrence; never a value of the caller.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Adds a member to the body.
    #[must_use]
    pub fn member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.members.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a field that is not valid.
    #[must_use]
    pub fn field(mut self, field: FieldError) -> Self {
        self.0.invalid_params.push(field);
        self
    }

    /// Both at once, when both are about fields; else this one.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let both = [&self, &other]
            .iter()
            .all(|problem| !problem.0.invalid_params.is_empty());
        if both {
            let mut fields = self.0.invalid_params;
            fields.extend(other.0.invalid_params);
            Self::invalid(fields)
        } else {
            self
        }
    }

    /// The same problem, of fields inside the value at `prefix`, a JSON pointer.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        for field in &mut self.0.invalid_params {
            field.name.insert_str(0, prefix);
        }
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// The fields that are not valid.
    #[must_use]
    pub fn invalid_params(&self) -> &[FieldError] {
        &self.0.invalid_params
    }

    /// What kind of problem it is.
    #[must_use]
    pub fn kind(&self) -> &'static Kind {
        self.0.kind
    }

    /// The body, naming the request it answers.
    #[must_use]
    pub fn body(&self) -> Value {
        let kind = self.0.kind;
        let mut body = Map::new();
        body.insert("type".into(), format!("/problems/{}", kind.code).into());
        body.insert("title".into(), kind.title.into());
        body.insert("status".into(), kind.status.as_u16().into());
        if let Some(detail) = &self.0.detail {
            body.insert("detail".into(), detail.as_ref().into());
        }
        if let Some(id) = crate::middleware::request_id::current() {
            body.insert("instance".into(), format!("urn:uuid:{id}").into());
        }
        body.insert("code".into(), kind.code.into());
        if !self.0.invalid_params.is_empty() {
            let params = serde_json::to_value(&self.0.invalid_params).unwrap_or_default();
            body.insert("invalidParams".into(), params);
        }
        body.extend(self.0.members.clone());
        Value::Object(body)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.kind.code)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.kind.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((CONTENT_TYPE, MEDIA_TYPE));
        for (name, value) in &self.0.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        response.body(self.body().to_string())
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Saturated => Self::unavailable(&kinds::BUSY, BUSY_PAUSE),
            DbError::Unreachable => Self::unavailable(&kinds::DATABASE_UNREACHABLE, BUSY_PAUSE),
            DbError::Overdue => Self::unavailable(&kinds::DEADLINE_EXCEEDED, BUSY_PAUSE),
            DbError::Full => Self::unavailable(&kinds::STORAGE_FULL, FULL_PAUSE),
            DbError::Conflict => Self::of(&kinds::STALE),
            DbError::Query(_) | DbError::Corrupt { .. } | DbError::Panicked => {
                Self::internal(&error)
            }
        }
    }
}

impl From<NotGranted> for Problem {
    fn from(error: NotGranted) -> Self {
        Self::forbidden(error.needed.as_str())
    }
}

impl From<PersonRequired> for Problem {
    fn from(PersonRequired: PersonRequired) -> Self {
        Self::of(&kinds::PERSON_REQUIRED)
    }
}

/// An error and its causes on one line. A database's own words may quote a row's values, so they
/// are left out.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut line = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        if !line.is_empty() {
            line.push_str(": ");
        }
        if let Some(DbError::Query(cause)) = error.downcast_ref::<DbError>() {
            line.push_str(&error.to_string());
            line.push_str(": ");
            line.push_str(&statement_failure(cause));
            return line;
        }
        line.push_str(&error.to_string());
        next = error.source();
    }
    line
}

/// A violated constraint is named by its kind only, since the message may quote the row.
fn statement_failure(error: &dyn std::error::Error) -> String {
    let text = format!("{error:?}");
    match text.split_once(',') {
        Some((kind, _)) if kind.contains("Violation") => kind.replace('(', " "),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_database_asks_for_patience() {
        let response = Problem::from(DbError::Saturated).error_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(response.headers().contains_key(RETRY_AFTER));
    }
}
