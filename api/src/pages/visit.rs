//! One request for a page: when it came, from where, and in which language it asks.

use std::net::IpAddr;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use jiff::Timestamp;
use koplopers_shared::access::Trace;
use koplopers_shared::db::{DbConn, DbError, DbResult};
use koplopers_shared::links::{self, Link, LinkPurpose};

use super::layout::{Layout, Words, asked_language, message};
use super::limits::TooOften;
use crate::middleware::client::ClientAddress;
use crate::middleware::request_id;
use crate::state::AppState;

/// What the handlers of all pages need to know of a request.
#[derive(Debug)]
pub(super) struct Visit<'a> {
    /// The frame in the language that the browser asks for.
    pub(super) layout: Layout<'a>,
    pub(super) now: Timestamp,
    pub(super) address: Option<IpAddr>,
    pub(super) trace: Trace,
}

impl<'a> Visit<'a> {
    pub(super) fn of(req: &HttpRequest, state: &'a AppState) -> Self {
        let address = req
            .extensions()
            .get::<ClientAddress>()
            .map(|ClientAddress(address)| *address);
        let trace = Trace {
            request_id: request_id::current(),
            origin: address,
        };
        Self {
            layout: Layout {
                language: asked_language(req.headers()),
                institute: &state.process.pages.institute,
            },
            now: state.clock.now(),
            address,
            trace,
        }
    }

    /// What the link of a token leads to, as `find` reads it; `None` when the link does not work.
    pub(super) async fn opened<T, F>(
        &self,
        state: &AppState,
        purpose: LinkPurpose,
        token: &str,
        find: F,
    ) -> Result<Option<T>, DbError>
    where
        T: Send + 'static,
        F: Fn(&mut DbConn, Link) -> DbResult<Option<T>> + Send + 'static,
    {
        let (keys, token, now) = (state.auth.keys().clone(), token.to_owned(), self.now);
        state
            .db
            .read(
                move |conn| match links::opened(conn, &keys, purpose, &token, now)? {
                    Some(link) => find(conn, link),
                    None => Ok(None),
                },
            )
            .await
    }

    /// The page for a visitor who comes too often.
    pub(super) fn too_often(&self, refusal: TooOften) -> HttpResponse {
        let heading = Words {
            nl: "Even wachten",
            en: "Please wait",
        };
        let text = Words {
            nl: "U vroeg deze pagina te vaak op. Probeer het over een paar minuten nog een keer.",
            en: "You asked for this page too often. Try again in a few minutes.",
        };
        let mut page = message(StatusCode::TOO_MANY_REQUESTS, &self.layout, heading, text);
        let seconds = refusal.wait.as_secs().max(1);
        page.headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
        page
    }

    /// The page for when the service itself has trouble.
    pub(super) fn failed(&self, error: &DbError) -> HttpResponse {
        let (status, text) = match error {
            DbError::Saturated | DbError::Unreachable | DbError::Full => (
                StatusCode::SERVICE_UNAVAILABLE,
                Words {
                    nl: "Het is nu te druk. Er is niets veranderd. Probeer het over een minuut nog een keer.",
                    en: "It is too busy at this moment. Nothing was changed. Try again in a minute.",
                },
            ),
            DbError::Query(_)
            | DbError::Conflict
            | DbError::Corrupt { .. }
            | DbError::Overdue
            | DbError::Panicked => (
                StatusCode::INTERNAL_SERVER_ERROR,
                Words {
                    nl: "Er ging bij ons iets mis. Probeer het later nog een keer.",
                    en: "Something went wrong on our side. Try again later.",
                },
            ),
        };
        tracing::error!(%error, "a page failed");
        let heading = Words {
            nl: "Dat ging niet goed",
            en: "That did not work",
        };
        let mut page = message(status, &self.layout, heading, text);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            page.headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from_static("60"));
        }
        page
    }
}
