//! Headers that every answer carries (ADR: security-headers, version-header; security: 71).

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, ETAG, HeaderMap, HeaderName, HeaderValue,
    REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use koplopers_shared::ids::RequestId;

use super::trace::Trace;

/// The version of the API, in every answer.
pub const API_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Two years, as the preload lists ask.
const HSTS: &str = "max-age=63072000; includeSubDomains";

static API_VERSION_NAME: HeaderName = HeaderName::from_static("api-version");
static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
static TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Adds what is missing; a page that set its own policy keeps it.
pub fn complete(headers: &mut HeaderMap, id: RequestId, trace: &Trace, behind_tls: bool) {
    let cache = if headers.contains_key(ETAG) {
        // Another caller may be shown another form of the same thing.
        headers.append(VARY, HeaderValue::from_static("Authorization"));
        "private, no-cache"
    } else {
        "no-store"
    };
    for (name, value) in [
        (CACHE_CONTROL, cache),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
    ] {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if behind_tls {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
    headers.insert(
        API_VERSION_NAME.clone(),
        HeaderValue::from_static(API_VERSION),
    );
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(REQUEST_ID.clone(), value);
    }
    if let Ok(value) = HeaderValue::from_str(&trace.to_header()) {
        headers.insert(TRACEPARENT.clone(), value);
    }
}
