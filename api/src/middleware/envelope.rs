//! One layer around every request: its id, its deadline, the shape of its errors, and the headers
//! that each answer carries. One layer and not seven, because each costs every request.

use std::panic::AssertUnwindSafe;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{
    CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse, ResponseError as _, web};
use futures_util::FutureExt as _;
use koplopers_shared::ids::RequestId;

use super::request_id;
use crate::problem::{self, Problem, kinds};
use crate::state::AppState;

/// Wraps a request and its answer.
pub async fn wrap(
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = RequestId::generate();
    req.extensions_mut().insert(id);
    // Actix has no HEAD for GET routes; the codec below us still leaves the body out.
    if req.method() == Method::HEAD {
        req.head_mut().method = Method::GET;
    }
    // Not the request itself: the router panics on one that is held elsewhere too.
    let known: Vec<HeaderValue> = req.headers().get_all(IF_NONE_MATCH).cloned().collect();
    let state = req.app_data::<web::Data<AppState>>().cloned();
    let work = AssertUnwindSafe(next.call(req)).catch_unwind();
    let work = async {
        let Some(state) = &state else {
            return Ok(work.await);
        };
        actix_web::rt::time::timeout(state.settings.http.request_timeout, work).await
    };
    let outcome = request_id::within(id, work).await;
    let (http, response) = match outcome {
        Ok(Ok(Ok(response))) => {
            let (http, response) = response.into_parts();
            (Some(http), response.map_into_boxed_body())
        }
        Ok(Ok(Err(error))) => {
            let response = request_id::within(id, async { error.error_response() }).await;
            (None, response)
        }
        Ok(Err(_panic)) => {
            tracing::error!(request_id = %id, "a handler panicked");
            (None, refuse(id, &Problem::of(&kinds::INTERNAL)).await)
        }
        Err(_elapsed) => {
            let problem = Problem::unavailable(&kinds::DEADLINE_EXCEEDED, 1);
            (None, refuse(id, &problem).await)
        }
    };
    let mut response = shape(id, response).await;
    if not_modified(&known, &response) {
        response = response.set_body(BoxBody::new(()));
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response.headers_mut().remove(CONTENT_TYPE);
    }
    finish(response.headers_mut(), id);
    match http {
        Some(http) => Ok(ServiceResponse::new(http, response)),
        // The request is gone with the work; actix sends the response of this error as it is.
        None => Err(InternalError::from_response("refused", response).into()),
    }
}

async fn refuse(id: RequestId, problem: &Problem) -> HttpResponse {
    request_id::within(id, async { problem.error_response() }).await
}

/// An error of the framework's own becomes a problem; ours and pages are left as they are.
async fn shape(id: RequestId, response: HttpResponse) -> HttpResponse {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let content_type = response.headers().get(CONTENT_TYPE);
    let ours = content_type.is_some_and(|value| {
        value == problem::MEDIA_TYPE || value.as_bytes().starts_with(b"text/html")
    });
    if ours {
        return response;
    }
    refuse(id, &Problem::of(kinds::for_status(status))).await
}

/// Whether the caller has this very answer already (RFC 9110 §13.1.2).
fn not_modified(known: &[HeaderValue], response: &HttpResponse) -> bool {
    let (Some(tag), StatusCode::OK) = (response.headers().get(ETAG), response.status()) else {
        return false;
    };
    known
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|known| known.trim().trim_start_matches("W/"))
        .any(|known| known == "*" || known.as_bytes() == tag.as_bytes())
}

/// The version of the API, in every answer (ADR: version-header).
pub const API_VERSION: &str = env!("CARGO_PKG_VERSION");

fn finish(headers: &mut HeaderMap, id: RequestId) {
    set(
        headers,
        "api-version",
        HeaderValue::from_static(API_VERSION),
    );
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        set(headers, "x-request-id", value);
    }
}

fn set(headers: &mut HeaderMap, name: &'static str, value: HeaderValue) {
    headers.insert(HeaderName::from_static(name), value);
}
