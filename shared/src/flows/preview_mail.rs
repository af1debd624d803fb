//! A mail as its recipient would see it, if it went now.

use std::convert::Infallible;

use super::compose_mail::{ComposeError, Composed, ComposedMail, Letterhead, compose};
use crate::access::{DeliveriesRead, Granted};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError};
use crate::deliveries::{self, DroppedReason};
use crate::ids::DeliveryId;
use crate::keys::KeyRing;

/// How a preview ends. All its ends are errors: the transaction is undone, so that the links that
/// were made for the mail never work.
#[derive(Debug, thiserror::Error)]
pub enum PreviewEnd {
    /// The mail.
    #[error("the preview is made")]
    Mail(Box<ComposedMail>),
    /// It would not go.
    #[error("the mail is no longer wanted")]
    NotWanted(DroppedReason),
    /// There is none of this id, or it is another's.
    #[error("no such delivery")]
    NotFound,
    /// It cannot be written: a worker would fail at it, too.
    #[error("the mail cannot be written")]
    Broken(#[source] ComposeError),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Writes the mail of a delivery and leaves no trace of it.
pub fn preview_mail(
    conn: &mut DbConn,
    keys: &KeyRing,
    letterhead: &Letterhead,
    granted: &Granted<DeliveriesRead>,
    now: LocalNow,
    id: DeliveryId,
) -> Result<Infallible, PreviewEnd> {
    let delivery = deliveries::find(conn, granted.scope(), id)?.ok_or(PreviewEnd::NotFound)?;
    Err(match compose(conn, keys, letterhead, &delivery, now.at) {
        Ok(Composed::Mail(mail)) => PreviewEnd::Mail(mail),
        Ok(Composed::Drop(reason)) => PreviewEnd::NotWanted(reason),
        Err(ComposeError::Db(error)) => PreviewEnd::Db(error),
        Err(error) => PreviewEnd::Broken(error),
    })
}
