//! Which front ends in browsers may call the API (security: 72).

use actix_cors::Cors;
use actix_web::http::header::{ETAG, HeaderName, LINK, LOCATION, RETRY_AFTER};
use koplopers_shared::settings::HttpSettings;

/// A day, in seconds.
const PREFLIGHT_KEPT: usize = 86_400;

/// Allows the configured origins, exactly.
pub fn layer(settings: &HttpSettings) -> Cors {
    let cors = Cors::default()
        .allowed_methods(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
        .allowed_headers([
            "authorization",
            "content-type",
            "accept",
            "if-match",
            "if-none-match",
            "idempotency-key",
            "traceparent",
        ])
        .expose_headers([
            ETAG,
            LINK,
            LOCATION,
            RETRY_AFTER,
            HeaderName::from_static("api-version"),
            HeaderName::from_static("x-request-id"),
            HeaderName::from_static("idempotent-replayed"),
        ])
        .max_age(PREFLIGHT_KEPT);
    settings
        .cors_origins
        .iter()
        .fold(cors, |cors, origin| cors.allowed_origin(origin))
}
