//! Whom a fresh link may be sent to, when a token opened nothing.

use super::actions::proven;
use super::queries;
use super::token;
use super::{Link, LinkPurpose};
use crate::db::{DbConn, DbResult};
use crate::keys::KeyRing;

/// What a token that opened nothing still says about whom to send a fresh link to.
///
/// A fresh link only ever goes to the address on file of the link's recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FreshLinkFor {
    /// The token was ours: whoever holds it got our mail, or a copy of it.
    Proven(Link),
    /// The token names this link but does not prove it, as when a mail program cut it short:
    /// the visitor must know the recipient's address.
    Named(Link),
}

/// The link that a fresh one may replace; none for a token that was never ours, for another
/// purpose, or for an object that is gone.
pub fn fresh_link_for(
    conn: &mut DbConn,
    keys: &KeyRing,
    purpose: LinkPurpose,
    token: &str,
) -> DbResult<Option<FreshLinkFor>> {
    if let Some(link) = proven(conn, keys, purpose, token)? {
        return Ok(Some(FreshLinkFor::Proven(link)));
    }
    let Some(id) = token::named(token) else {
        return Ok(None);
    };
    let named =
        queries::find(conn, id)?.filter(|stored| !stored.revoked && stored.link.purpose == purpose);
    Ok(named.map(|stored| FreshLinkFor::Named(stored.link)))
}
