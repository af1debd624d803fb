//! `Idempotency-Key`: the same request sent again gets the first answer again.
//!
//! A key belongs to one caller and one operation on one thing, and is kept for 48 hours. The
//! answer is stored in the transaction of the write, so that a crash keeps both or neither.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse};
use aws_lc_rs::digest;
use jiff::Timestamp;
use koplopers_shared::access::Actor;
use koplopers_shared::idempotency::{self, Outcome, WriteOnceError};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::body::BodyDigest;
use crate::problem::{Problem, kinds};
use crate::reply;

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// Says that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

const LONGEST: usize = 255;

/// The key of a request, if it has one.
///
/// Where it stands in the argument list does not matter: the body is looked at when the key is
/// used.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    request: HttpRequest,
    key: Option<String>,
}

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request).map(|key| Self {
            request: request.clone(),
            key,
        }))
    }
}

fn read(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let unusable = || Problem::of(&kinds::INVALID_IDEMPOTENCY_KEY);
    let mut values = request.headers().get_all(HEADER);
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let text = value.to_str().map_err(|_| unusable())?;
    let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
    if values.next().is_some() || text.is_empty() || text.len() > LONGEST || !visible {
        return Err(unusable());
    }
    Ok(Some(text.to_owned()))
}

impl IdempotencyKey {
    /// The key as `actor`'s, for a write that takes place `now`.
    #[must_use]
    pub fn of(&self, actor: &Actor, now: Timestamp) -> Option<idempotency::IdempotencyKey> {
        let key = self.key.clone()?;
        let digest = self.request.extensions().get::<BodyDigest>().copied();
        Some(idempotency::IdempotencyKey {
            caller: caller(actor),
            operation: format!("{} {}", self.request.method(), self.request.path()),
            key,
            body_hash: digest.map_or_else(empty_body, |BodyDigest(hash)| hash),
            at: now,
        })
    }
}

/// Who the key belongs to. One login may hold tokens of several municipalities: what it did for
/// one of them is no answer for another.
fn caller(actor: &Actor) -> String {
    let bound_to = actor.scope.bound_to();
    let scope = bound_to.map_or_else(|| "institute".to_owned(), |code| code.to_string());
    format!("{}:{}:{scope}", actor.who.kind(), actor.who.id())
}

fn empty_body() -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, b"").as_ref());
    hash
}

/// The answer to a write with a key: fresh, or the one that was given before, marked so.
pub fn send<E>(result: Result<Outcome, WriteOnceError<E>>) -> Result<HttpResponse, Problem>
where
    E: std::error::Error + 'static,
    Problem: From<E>,
{
    match result {
        Ok(Outcome::Fresh(answer)) => Ok(reply::send(answer)),
        Ok(Outcome::Replayed(answer)) => {
            let mut response = reply::send(answer);
            response
                .headers_mut()
                .insert(REPLAYED, HeaderValue::from_static("true"));
            Ok(response)
        }
        Err(WriteOnceError::BodyDiffers) => Err(Problem::of(&kinds::IDEMPOTENCY_KEY_REUSED)),
        Err(WriteOnceError::StillRunning) => Err(Problem::of(&kinds::REQUEST_IN_PROGRESS)),
        Err(WriteOnceError::Action(error)) => Err(error.into()),
    }
}

/// In the document: name it in `params(…)` of every POST that takes a key.
impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![
            ParameterBuilder::new()
                .name("Idempotency-Key")
                .parameter_in(ParameterIn::Header)
                .description(Some(
                    "Names this request, so that it can safely be sent again; a UUID does well. \
                     The same key with the same body gets the first answer again for 48 hours.",
                ))
                .schema(Some(
                    ObjectBuilder::new()
                        .schema_type(Type::String)
                        .min_length(Some(1))
                        .max_length(Some(LONGEST)),
                ))
                .build(),
        ]
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use koplopers_shared::access::{PermitSet, Scope, Who};

    use super::*;

    // security: 53
    #[test]
    fn what_one_login_did_for_a_municipality_is_no_answer_for_another() {
        let caller_for = |scope| {
            let who = Who::Login {
                subject: "https://login.example.nl#7".into(),
            };
            caller(&Actor::new(who, scope, PermitSet::default()))
        };
        let of = |code: &str| Scope::municipality(code.parse().unwrap(), &[]);
        assert_eq!(caller_for(of("GM0363")), caller_for(of("GM0363")));
        assert_ne!(caller_for(of("GM0363")), caller_for(of("GM0518")));
        assert_ne!(caller_for(of("GM0363")), caller_for(Scope::Institute));
    }
}
