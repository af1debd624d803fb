//! The first argument of every handler.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::{Either, LocalBoxFuture};
use jiff::Timestamp;
use koplopers_shared::access::{Actor, Granted, Permission, Trace};
use koplopers_shared::audit::{AuditLine, AuditRecord, AuditResult, QueueFull};

use super::{AuthError, Caller, Login, bearer};
use crate::middleware::{client, request_id};
use crate::problem::{Problem, kinds};
use crate::state::AppState;

/// A caller who holds the permission `P`.
///
/// It comes before the body in the argument list: whoever may not do it gets 401 or 403 before
/// the body is read (security: 21).
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

type Found<T> = Either<Ready<Result<T, Problem>>, LocalBoxFuture<'static, Result<T, Problem>>>;

impl<P: Permission> FromRequest for Authorized<P> {
    type Error = Problem;
    type Future = Found<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        find(req, |state, req, caller, now| {
            let actor = Arc::new(caller.actor.clone().traced(trace(req)));
            match actor.grant::<P>() {
                Ok(granted) => Ok(Self { granted }),
                Err(refusal) => {
                    tell_refused(state, req, &actor, now)?;
                    Err(refusal.into())
                }
            }
        })
    }
}

impl FromRequest for Authenticated {
    type Error = Problem;
    type Future = Found<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        find(req, |_, req, caller, _| {
            Ok(Self {
                actor: Arc::new(caller.actor.clone().traced(trace(req))),
                login: caller.login.clone(),
            })
        })
    }
}

/// Finds the caller, at once when the token is remembered, and lets `admit` judge.
fn find<T: 'static>(
    req: &HttpRequest,
    admit: fn(&AppState, &HttpRequest, &Caller, Timestamp) -> Result<T, Problem>,
) -> Found<T> {
    let Some(state) = req.app_data::<web::Data<AppState>>().cloned() else {
        return Either::Left(ready(Err(Problem::of(&kinds::INTERNAL))));
    };
    let now = state.clock.now();
    let token = match bearer::token(req) {
        Ok(token) => token,
        Err(refused) => return Either::Left(ready(Err(AuthError::from(refused).into()))),
    };
    let admit = move |state: &AppState, req: &HttpRequest, caller: &Caller| {
        state.process.limits.client(&caller.limit_key)?;
        admit(state, req, caller, now)
    };
    if let Some(caller) = state.auth.remembered(token, now) {
        return Either::Left(ready(admit(&state, req, &caller)));
    }
    let (req, token) = (req.clone(), token.to_owned());
    Either::Right(Box::pin(async move {
        let caller = state.auth.caller(&token, now).await?;
        admit(&state, &req, &caller)
    }))
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
fn tell_refused(
    state: &AppState,
    req: &HttpRequest,
    actor: &Actor,
    now: Timestamp,
) -> Result<(), Problem> {
    let route = req.match_pattern().unwrap_or_default();
    let line = AuditLine {
        action: "operation.call",
        object_type: "operation",
        object_id: Some(format!("{} {route}", req.method())),
        municipality: actor.scope.bound_to(),
    };
    let record = AuditRecord::new(actor, line, AuditResult::Refused, now);
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
        request_id: request_id::current().map(|id| id.to_string().into()),
        origin: client::origin_of(req).map(Arc::from),
    }
}
