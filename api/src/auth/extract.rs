//! Who is asking, before anything of a handler runs, and the first argument of every handler.
//!
//! Actix polls all extractors of a handler side by side: one that waits, for a database or for an
//! issuer's keys, is overtaken by one that does not, and a stranger's broken body would get its
//! 400. So [`identify`] waits in front of the handler, and the extractors only look (security: 21).

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, web};
use koplopers_shared::access::{Actor, Granted, Permission, Trace};
use koplopers_shared::audit::{AuditLine, AuditRecord, AuditResult, QueueFull};

use super::{AuthError, Caller, Login, bearer};
use crate::middleware::{client, request_id};
use crate::problem::{Problem, kinds};
use crate::state::AppState;

/// A caller who holds the permission `P`.
///
/// It comes first in the argument list: whoever may not do it gets 401 or 403 before the body is
/// read (security: 21).
#[derive(Debug)]
pub struct Authorized<P> {
    granted: Granted<P>,
}

impl<P> Authorized<P> {
    /// The proof, for actions.
    #[must_use]
    pub const fn granted(&self) -> &Granted<P> {
        &self.granted
    }

    /// The proof, to be moved into a closure.
    #[must_use]
    pub fn into_granted(self) -> Granted<P> {
        self.granted
    }
}

impl<P> std::ops::Deref for Authorized<P> {
    type Target = Granted<P>;

    fn deref(&self) -> &Granted<P> {
        &self.granted
    }
}

/// A caller with good credentials, whatever they allow.
#[derive(Debug, Clone)]
pub struct Authenticated {
    /// Who it is.
    pub actor: Arc<Actor>,
    /// Their login at an issuer outside, when that is how they came.
    pub login: Option<Login>,
}

/// What [`identify`] found.
#[derive(Debug, Clone)]
struct Identified(Result<Arc<Caller>, Problem>);

/// Finds out who brought a token, in front of the handlers of the API.
pub async fn identify(
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let state = req.app_data::<web::Data<AppState>>().cloned();
    // The request is not kept over the wait: actix must have it to itself to route it.
    let token = bearer::token(req.request()).map(str::to_owned);
    if let (Some(state), Ok(token)) = (state, token) {
        let now = state.clock.now();
        let found = match state.auth.remembered(&token, now) {
            Some(caller) => Ok(caller),
            None => state.auth.caller(&token, now).await.map_err(Problem::from),
        };
        let limited = found.and_then(|caller| {
            state.process.limits.client(&caller.limit_key)?;
            Ok(caller)
        });
        req.extensions_mut().insert(Identified(limited));
    }
    next.call(req).await
}

/// The caller that [`identify`] found.
fn caller(req: &HttpRequest) -> Result<Arc<Caller>, Problem> {
    match req.extensions().get::<Identified>() {
        Some(Identified(found)) => found.clone(),
        None => Err(Problem::unauthorized()),
    }
}

impl<P: Permission> FromRequest for Authorized<P> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(caller(req).and_then(|caller| {
            let actor = Arc::new(caller.actor.clone().traced(trace(req)));
            match actor.grant::<P>() {
                Ok(granted) => Ok(Self { granted }),
                Err(refusal) => {
                    tell_refused(req, &actor)?;
                    Err(refusal.into())
                }
            }
        }))
    }
}

impl FromRequest for Authenticated {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(caller(req).map(|caller| Self {
            actor: Arc::new(caller.actor.clone().traced(trace(req))),
            login: caller.login.clone(),
        }))
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Refused => Self::unauthorized(),
            AuthError::KeysUnreachable => Self::unavailable(&kinds::KEYS_UNREACHABLE, 30),
            AuthError::Db(error) => error.into(),
        }
    }
}

/// Queues the audit line of a 403. It names the route and not the object: the caller may not
/// even learn whether there is one.
fn tell_refused(req: &HttpRequest, actor: &Actor) -> Result<(), Problem> {
    let state = req
        .app_data::<web::Data<AppState>>()
        .ok_or_else(|| Problem::of(&kinds::INTERNAL))?;
    let route = req.match_pattern().unwrap_or_default();
    let line = AuditLine {
        action: "operation.call",
        object_type: "operation",
        object_id: Some(format!("{} {route}", req.method())),
        municipality: actor.scope.bound_to(),
    };
    let record = AuditRecord::new(actor, line, AuditResult::Refused, state.clock.now());
    state
        .auth
        .0
        .audit
        .push(record)
        .map_err(|QueueFull| Problem::unavailable(&kinds::BUSY, 1))
}

/// Where the request came from.
fn trace(req: &HttpRequest) -> Trace {
    Trace {
        request_id: request_id::current(),
        origin: client::origin_of(req),
    }
}
