//! Answers to single resources and writes. A write's answer is built inside its transaction, so
//! that an idempotent one commits with it; [`send`] turns it into a response.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LOCATION};
pub use koplopers_shared::idempotency::StoredResponse;
use serde::Serialize;

use crate::etag;

/// Makers of answers.
#[derive(Debug)]
pub enum Reply {}

impl Reply {
    /// 200 with a resource at a version.
    #[must_use]
    pub fn ok<V: Serialize>(version: i64, view: &V) -> StoredResponse {
        versioned(StatusCode::OK, version, view)
    }

    /// 201 with a new resource at its address, such as `/v1/intakes/{id}`.
    #[must_use]
    pub fn created<V: Serialize>(location: String, version: i64, view: &V) -> StoredResponse {
        let mut reply = versioned(StatusCode::CREATED, version, view);
        reply.headers.push((LOCATION.as_str().to_owned(), location));
        reply
    }

    /// 200 with something that has no version.
    #[must_use]
    pub fn plain<V: Serialize>(view: &V) -> StoredResponse {
        unversioned(StatusCode::OK, view)
    }

    /// 201 with something that has no version.
    #[must_use]
    pub fn created_plain<V: Serialize>(location: String, view: &V) -> StoredResponse {
        let mut reply = unversioned(StatusCode::CREATED, view);
        reply.headers.push((LOCATION.as_str().to_owned(), location));
        reply
    }

    /// 202: it will be done.
    #[must_use]
    pub fn accepted<V: Serialize>(view: &V) -> StoredResponse {
        unversioned(StatusCode::ACCEPTED, view)
    }

    /// 204: done, and there is nothing to show.
    #[must_use]
    pub fn no_content() -> StoredResponse {
        StoredResponse {
            status: StatusCode::NO_CONTENT.as_u16(),
            headers: Vec::new(),
            body: String::new(),
            replay_body: None,
        }
    }
}

fn versioned<V: Serialize>(status: StatusCode, version: i64, view: &V) -> StoredResponse {
    let mut reply = unversioned(status, view);
    let tag = etag::tag(version, &reply.body);
    reply.headers.push((ETAG.as_str().to_owned(), tag));
    reply
}

fn unversioned<V: Serialize>(status: StatusCode, view: &V) -> StoredResponse {
    match serde_json::to_string(view) {
        Ok(body) => StoredResponse {
            status: status.as_u16(),
            headers: vec![(
                CONTENT_TYPE.as_str().to_owned(),
                "application/json".to_owned(),
            )],
            body,
            replay_body: None,
        },
        // A view of ours always has a JSON form; the envelope makes a problem of this.
        Err(error) => {
            tracing::error!(%error, "a view has no JSON form");
            StoredResponse {
                status: StatusCode::INTERNAL_SERVER_ERROR.as_u16(),
                headers: Vec::new(),
                body: String::new(),
                replay_body: None,
            }
        }
    }
}

/// The response with this content.
#[must_use]
pub fn send(reply: StoredResponse) -> HttpResponse {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(&value)) {
            response.insert_header((name, value));
        }
    }
    response.body(reply.body)
}
