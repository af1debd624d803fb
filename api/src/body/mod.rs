//! Request bodies: read within limits, checked against the schema the document shows, and only
//! then turned into a request type. Every failure is told at once, and no value is repeated.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use aws_lc_rs::digest;
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::problem::{FieldError, Problem, kinds};
use crate::state::AppState;

mod bsn;
mod formats;
mod json;
pub(crate) mod schema;

pub use schema::strengthen;

/// The most bytes a body may have (security: 29).
pub const MAX_BODY: usize = 256 * 1024;

/// A JSON body that holds to the schema of `T`.
///
/// Put it after `Authorized` in the argument list: a stranger learns nothing about bodies.
#[derive(Debug, Clone)]
pub struct Body<T>(pub T);

impl<T> Body<T> {
    /// The request.
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// The SHA-256 of a body as it arrived, kept with the request for its idempotency key.
#[derive(Debug, Clone, Copy)]
pub struct BodyDigest(pub [u8; 32]);

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let req = req.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            accept_media_type(&req, JSON_TYPES)?;
            let bytes = read(&req, &mut payload).await?;
            parse(&bytes).map(Self)
        })
    }
}

const JSON_TYPES: &[&str] = &["application/json", "application/merge-patch+json"];

/// Refuses a body in another form than those listed, or one that is compressed (security: 31).
pub fn accept_media_type(req: &HttpRequest, accepted: &[&str]) -> Result<(), Problem> {
    let unsupported = || Problem::of(&kinds::UNSUPPORTED_MEDIA_TYPE);
    let encoding = req.headers().get(CONTENT_ENCODING);
    if encoding.is_some_and(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(unsupported());
    }
    let mut types = req.headers().get_all(CONTENT_TYPE);
    let (Some(value), None) = (types.next(), types.next()) else {
        return Err(unsupported());
    };
    let text = value.to_str().map_err(|_| unsupported())?;
    let mut parts = text.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let known = accepted
        .iter()
        .any(|accepted| essence.eq_ignore_ascii_case(accepted));
    let in_utf8 = parts.all(|parameter| {
        let unquoted = parameter.replace('"', "");
        unquoted.eq_ignore_ascii_case("charset=utf-8")
    });
    if known && in_utf8 {
        Ok(())
    } else {
        Err(unsupported())
    }
}

/// Reads a body within its size and time, and leaves its digest with the request.
pub async fn read(req: &HttpRequest, payload: &mut Payload) -> Result<Vec<u8>, Problem> {
    read_within(req, payload, MAX_BODY).await
}

/// As [`read`], for the few operations that take more than [`MAX_BODY`] bytes, or less.
pub async fn read_within(
    req: &HttpRequest,
    payload: &mut Payload,
    most: usize,
) -> Result<Vec<u8>, Problem> {
    let state = req.app_data::<web::Data<AppState>>();
    let deadline = state.map_or(Duration::from_secs(15), |state| {
        state.settings.http.body_timeout
    });
    // Actix sets no deadline on a body: 200 slow ones were still open after 30 s (security: 45).
    let bytes = actix_web::rt::time::timeout(deadline, read_all(payload, most))
        .await
        .map_err(|_| Problem::of(&kinds::REQUEST_TIMEOUT))??;
    let digest = digest::digest(&digest::SHA256, &bytes);
    if let Ok(digest) = digest.as_ref().try_into() {
        req.extensions_mut().insert(BodyDigest(digest));
    }
    Ok(bytes)
}

async fn read_all(payload: &mut Payload, most: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| {
            Problem::of(&kinds::BAD_REQUEST).detail("the body ended before its length")
        })?;
        if bytes.len() + chunk.len() > most {
            return Err(Problem::of(&kinds::BODY_TOO_LARGE));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The request in `bytes`, or every failure in it.
pub fn parse<T: DeserializeOwned + ToSchema + 'static>(bytes: &[u8]) -> Result<T, Problem> {
    let value = json::read(bytes)?;
    let schema = schema::of::<T>()?;
    let failures = schema.check(&value, "");
    if !failures.is_empty() {
        return Err(Problem::invalid(failures));
    }
    if schema.field(bsn::STATEMENT).is_some() {
        bsn::look(&value)?;
    }
    // What the schema lets through and the type does not is a rule that a schema cannot say.
    serde_json::from_value(value).map_err(|_| {
        Problem::invalid(vec![FieldError::new(
            "",
            "invalid",
            "must have the form that the document describes",
        )])
    })
}

#[cfg(test)]
mod tests;
