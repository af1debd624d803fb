//! One layer around every request: its id, its deadline, the shape of its errors, the headers of
//! its answer, its log line. One layer and not seven, because each costs every request.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::rt::time::timeout;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse, ResponseError as _, web};
use futures_util::FutureExt as _;
use koplopers_shared::ids::RequestId;

use super::client::{self, ClientAddress};
use super::trace::Trace;
use super::unread;
use super::{accept, headers, request_id};
use crate::app::BASE;
use crate::metrics::Route;
use crate::problem::{self, Problem, kinds};
use crate::state::AppState;

/// What is kept of a request until its answer goes out. The request itself cannot be kept: actix
/// insists on holding it alone while it is routed.
struct Asked {
    id: RequestId,
    trace: Trace,
    started: Instant,
    method: Method,
    path: String,
    known: Vec<HeaderValue>,
    has_token: bool,
    address: Option<ClientAddress>,
}

impl Asked {
    fn of(req: &ServiceRequest, state: &AppState) -> Self {
        let id = RequestId::generate();
        let http = &state.settings.http;
        let address = client::address(req.peer_addr(), req.headers(), &http.trusted_proxies);
        Self {
            id,
            trace: Trace::of(req.headers(), id),
            started: Instant::now(),
            method: req.method().clone(),
            path: req.path().to_owned(),
            known: req.headers().get_all(IF_NONE_MATCH).cloned().collect(),
            has_token: req.headers().contains_key(AUTHORIZATION),
            address: address.map(ClientAddress),
        }
    }

    fn in_api(&self) -> bool {
        self.path.starts_with(BASE)
    }

    fn is_probe(&self) -> bool {
        self.path.starts_with("/health/")
    }
}

/// Wraps a request and its answer.
pub async fn wrap(
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(state) = req.app_data::<web::Data<AppState>>().cloned() else {
        return Err(Problem::of(&kinds::INTERNAL).into());
    };
    let asked = Asked::of(&req, &state);
    req.extensions_mut().insert(asked.id);
    if let Some(address) = asked.address {
        req.extensions_mut().insert(address);
    }
    let reader = unread::Reader::share(&mut req);
    let early = admit(&asked, &req, &state);
    // Actix has no HEAD for GET routes; the codec below us still leaves the body out.
    if req.method() == Method::HEAD {
        req.head_mut().method = Method::GET;
    }
    request_id::within(asked.id, async {
        let (http, response) = match early {
            Err(problem) => (None, problem.error_response()),
            Ok(()) => answer(&asked, req, next, &state).await,
        };
        let mut response = finish(&asked, response, http.as_ref(), &state);
        if let Some(reader) = reader {
            response = reader.kept_by(response);
        }
        match http {
            Some(http) => Ok(ServiceResponse::new(http, response)),
            None => Err(InternalError::from_response("refused", response).into()),
        }
    })
    .await
}

/// Refuses what needs no handler to be refused.
fn admit(asked: &Asked, req: &ServiceRequest, state: &AppState) -> Result<(), Problem> {
    if asked.is_probe() {
        return Ok(());
    }
    if !asked.has_token
        && let Some(ClientAddress(address)) = asked.address
    {
        state.process.limits.address(address)?;
    }
    if asked.in_api() && !accept::accepts_our_forms(req.headers(), &asked.path) {
        return Err(Problem::of(&kinds::NOT_ACCEPTABLE));
    }
    Ok(())
}

/// Runs the handler within its deadline; a panic becomes a problem (security: 47, 69).
async fn answer(
    asked: &Asked,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    state: &AppState,
) -> (Option<HttpRequest>, HttpResponse) {
    let work = AssertUnwindSafe(next.call(req)).catch_unwind();
    match timeout(state.settings.http.request_timeout, work).await {
        Ok(Ok(Ok(response))) => {
            let (http, response) = response.into_parts();
            (Some(http), response.map_into_boxed_body())
        }
        Ok(Ok(Err(error))) => (None, error.error_response()),
        Ok(Err(_panic)) => {
            tracing::error!(request_id = %asked.id, "a handler panicked");
            (None, Problem::of(&kinds::INTERNAL).error_response())
        }
        Err(_elapsed) => {
            let problem = Problem::unavailable(&kinds::DEADLINE_EXCEEDED, 1);
            (None, problem.error_response())
        }
    }
}

fn finish(
    asked: &Asked,
    response: HttpResponse,
    http: Option<&HttpRequest>,
    state: &AppState,
) -> HttpResponse {
    let mut response = shape(response);
    if response.status() == StatusCode::UNAUTHORIZED
        && asked.has_token
        && let Some(ClientAddress(address)) = asked.address
        && let Err(problem) = state.process.limits.address(address)
    {
        response = problem.error_response();
    }
    if not_modified(&asked.known, &response) {
        response = response.set_body(BoxBody::new(()));
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response.headers_mut().remove(CONTENT_TYPE);
    }
    let behind_tls = state.settings.http.behind_tls();
    headers::complete(response.headers_mut(), asked.id, &asked.trace, behind_tls);
    tell(asked, &response, http, state);
    response
}

/// An error of the framework's own becomes a problem; ours and pages are left as they are.
fn shape(response: HttpResponse) -> HttpResponse {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let content_type = response.headers().get(CONTENT_TYPE);
    let ours = content_type.is_some_and(|value| {
        value == problem::MEDIA_TYPE || value.as_bytes().starts_with(b"text/html")
    });
    if ours {
        response
    } else {
        Problem::of(kinds::for_status(status)).error_response()
    }
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

/// Writes the log line and counts. A page's path holds a token, so that only its route is
/// logged (security: 65).
fn tell(asked: &Asked, response: &HttpResponse, http: Option<&HttpRequest>, state: &AppState) {
    let pattern = http
        .and_then(HttpRequest::match_pattern)
        .unwrap_or_else(|| "-".to_owned());
    let status = response.status().as_u16();
    let elapsed = asked.started.elapsed();
    state.process.metrics.request(
        Route {
            method: asked.method.as_str().to_owned(),
            route: pattern.clone(),
        },
        status,
        elapsed,
    );
    if asked.is_probe() && status < 400 {
        return;
    }
    let path = if asked.in_api() {
        &asked.path
    } else {
        &pattern
    };
    let ms = elapsed.as_secs_f64() * 1000.0;
    let (id, trace_id, method) = (asked.id, &asked.trace.trace_id, &asked.method);
    if status >= 500 {
        tracing::warn!(request_id = %id, trace_id, %method, path, status, ms, "answered");
    } else {
        tracing::info!(request_id = %id, trace_id, %method, path, status, ms, "answered");
    }
}

#[cfg(test)]
mod tests;
