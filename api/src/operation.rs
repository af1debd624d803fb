//! What every operation does around its one action: who asks and when, the key under which the
//! answer is remembered, the transaction, and the answer or the problem.
//!
//! ```text
//! operation::post(&state, auth, key, move |conn, by| {
//!     intakes::submit(conn, by.granted(), by.now(), id, if_match.version())
//!         .map(|intake| Reply::ok(intake.version, &IntakeView::new(intake, by.permits())))
//! })
//! .await
//! ```

use std::error::Error;

use actix_web::HttpResponse;
use koplopers_shared::access::{Granted, PermitSet, Scope};
use koplopers_shared::clock::LocalNow;
use koplopers_shared::db::{DbConn, DbError, DbResult};
use koplopers_shared::events::{self, Subject};

use crate::auth::Authorized;
use crate::events::EventView;
use crate::idempotency::{self, IdempotencyKey};
use crate::page::{List, NoFilter};
use crate::problem::Problem;
use crate::reply::{self, StoredResponse};
use crate::state::AppState;

/// Who asks, and when.
#[derive(Debug)]
pub struct Caller<P> {
    granted: Granted<P>,
    now: LocalNow,
}

impl<P> Caller<P> {
    fn new(auth: Authorized<P>, state: &AppState) -> Self {
        Self {
            granted: auth.into_granted(),
            now: state.local_now(),
        }
    }

    /// Proof of the permission, for the action.
    #[must_use]
    pub const fn granted(&self) -> &Granted<P> {
        &self.granted
    }

    /// Whose rows they see.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        self.granted.scope()
    }

    /// All that they may do, for `allowedActions`.
    #[must_use]
    pub fn permits(&self) -> PermitSet {
        self.granted.actor().permits()
    }

    /// The instant of the request; the same wherever it is asked.
    #[must_use]
    pub const fn now(&self) -> LocalNow {
        self.now
    }
}

/// A POST: acts once per idempotency key, and stores the answer with what it did.
pub async fn post<P, E, F>(
    state: &AppState,
    auth: Authorized<P>,
    key: IdempotencyKey,
    act: F,
) -> Result<HttpResponse, Problem>
where
    P: Send + Sync + 'static,
    E: Error + From<DbError> + Send + 'static,
    Problem: From<E>,
    F: Fn(&mut DbConn, &Caller<P>) -> Result<StoredResponse, E> + Send + 'static,
{
    let by = Caller::new(auth, state);
    let key = key.of(by.granted.actor(), by.now.at);
    let write = move |conn: &mut DbConn| act(conn, &by);
    idempotency::send(state.db.write_once(key, write).await)
}

/// A PATCH, PUT or DELETE: acts whenever it is asked, under the version that the caller read.
pub async fn change<P, E, F>(
    state: &AppState,
    auth: Authorized<P>,
    act: F,
) -> Result<HttpResponse, Problem>
where
    P: Send + Sync + 'static,
    E: Error + From<DbError> + Send + 'static,
    Problem: From<E>,
    F: Fn(&mut DbConn, &Caller<P>) -> Result<StoredResponse, E> + Send + 'static,
{
    let by = Caller::new(auth, state);
    let answer = state.db.write(move |conn| act(conn, &by)).await?;
    Ok(reply::send(answer))
}

/// A GET of one resource; nothing found is 404.
pub async fn get<P, F>(
    state: &AppState,
    auth: Authorized<P>,
    find: F,
) -> Result<HttpResponse, Problem>
where
    P: Send + Sync + 'static,
    F: Fn(&mut DbConn, &Caller<P>) -> DbResult<Option<StoredResponse>> + Send + 'static,
{
    let by = Caller::new(auth, state);
    let found = state.db.read(move |conn| find(conn, &by)).await?;
    found.map(reply::send).ok_or_else(Problem::not_found)
}

/// A GET of the business history of one resource, which `find` names if the caller sees it.
pub async fn history<P, F>(
    state: &AppState,
    auth: Authorized<P>,
    list: List<NoFilter>,
    find: F,
) -> Result<HttpResponse, Problem>
where
    P: Send + Sync + 'static,
    F: Fn(&mut DbConn, &Scope) -> DbResult<Option<Subject>> + Send + 'static,
{
    let granted = auth.into_granted();
    let (_, page, links) = list.into_parts();
    let found = state
        .db
        .read(move |conn| match find(conn, granted.scope())? {
            Some(subject) => events::history(conn, granted.scope(), subject, &page).map(Some),
            None => Ok::<_, DbError>(None),
        })
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok(links.answer(found.map(EventView::from), None))
}
