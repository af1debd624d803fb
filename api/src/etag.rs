//! Versions of resources: `ETag` out, `If-Match` in (RFC 9110 §8.8.3, §13.1.1).
//!
//! A tag is the version and a digest of the body, `"7-1f3a90c2"`. `If-Match` compares the version
//! only, since a body also changes with what is allowed at the moment; `If-None-Match` compares
//! all of it, so that a 304 never hides such a change.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::IF_MATCH;
use actix_web::{FromRequest, HttpRequest};
use aws_lc_rs::digest;

use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::problem::{Problem, kinds};

/// The tag of a body at a version.
#[must_use]
pub fn tag(version: i64, body: &str) -> String {
    let digest = digest::digest(&digest::SHA256, body.as_bytes());
    let mut start = [0; 8];
    start.copy_from_slice(&digest.as_ref()[..8]);
    format!("\"{version}-{:016x}\"", u64::from_be_bytes(start))
}

/// The version that the caller last saw: an extractor that asks for `If-Match` (428 without).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(Expected);

/// The same, where `If-Match` may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaybeIfMatch(Option<Expected>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// `*`: whatever there is.
    Any,
    Version(i64),
    /// A tag that was never ours, or a weak one: it matches nothing.
    Nothing,
}

impl IfMatch {
    /// The version to insist on; `None` for `*`. A tag that was never ours gives a version that
    /// nothing has.
    #[must_use]
    pub fn version(self) -> Option<i64> {
        self.0.version()
    }
}

impl MaybeIfMatch {
    /// The version to insist on, if any.
    #[must_use]
    pub fn version(self) -> Option<i64> {
        self.0.and_then(Expected::version)
    }
}

impl Expected {
    const fn version(self) -> Option<i64> {
        match self {
            Self::Any => None,
            Self::Version(version) => Some(version),
            Self::Nothing => Some(-1),
        }
    }
}

fn read(req: &HttpRequest) -> Result<Option<Expected>, Problem> {
    let unusable = || Problem::of(&kinds::INVALID_PRECONDITION);
    let mut values = req.headers().get_all(IF_MATCH);
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let text = value.to_str().map_err(|_| unusable())?.trim();
    if values.next().is_some() || text.contains(',') {
        return Err(unusable());
    }
    if text == "*" {
        return Ok(Some(Expected::Any));
    }
    if text.starts_with("W/\"") && text.ends_with('"') {
        return Ok(Some(Expected::Nothing));
    }
    let tag = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .filter(|tag| !tag.contains('"'))
        .ok_or_else(unusable)?;
    let version = tag
        .split_once('-')
        .and_then(|(version, _)| version.parse().ok())
        .map_or(Expected::Nothing, Expected::Version);
    Ok(Some(version))
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(req).and_then(|expected| {
            expected
                .map(Self)
                .ok_or_else(|| Problem::of(&kinds::PRECONDITION_REQUIRED))
        }))
    }
}

impl FromRequest for MaybeIfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(req).map(Self))
    }
}

fn header(required: Required, description: &'static str) -> Vec<Parameter> {
    vec![
        ParameterBuilder::new()
            .name("If-Match")
            .parameter_in(ParameterIn::Header)
            .required(required)
            .description(Some(description))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .build(),
    ]
}

/// In the document: name it in `params(…)` of every operation that asks for the header.
impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        header(
            Required::True,
            "The `ETag` that you last read, or `*` for whatever there is now.",
        )
    }
}

/// In the document: name it in `params(…)` of every operation that minds the header.
impl IntoParams for MaybeIfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        header(
            Required::False,
            "The `ETag` that you last read: the request is refused when it is no longer current.",
        )
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn version(header: &str) -> Result<Option<i64>, &'static str> {
        let req = TestRequest::get()
            .insert_header((IF_MATCH, header))
            .to_http_request();
        read(&req)
            .map(|expected| expected.and_then(Expected::version))
            .map_err(|problem| problem.kind().code)
    }

    #[test]
    fn the_version_is_read_from_our_own_tags_only() {
        assert_eq!(version(&tag(7, "{}")), Ok(Some(7)));
        assert_eq!(version("\"7-old\""), Ok(Some(7)));
        assert_eq!(version("*"), Ok(None));
        assert_eq!(version("\"abc\""), Ok(Some(-1)));
        assert_eq!(version("W/\"7-old\""), Ok(Some(-1)));
        assert_eq!(version("7"), Err("invalid-precondition"));
        assert_eq!(version("\"7-a\", \"8-b\""), Err("invalid-precondition"));
    }
}
