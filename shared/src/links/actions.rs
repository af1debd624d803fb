//! Making, opening and revoking links.

use jiff::Timestamp;
use uuid::Uuid;

use super::queries::{self, StoredLink};
use super::token::{self, LinkToken};
use super::{Link, LinkPurpose};
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::{LinkId, PersonId};
use crate::keys::KeyRing;

/// Why a token opens nothing. To its holder both refusals look alike.
#[derive(Debug, thiserror::Error)]
pub enum LinkRefused {
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
    /// Not a token of ours for this purpose, or one that was revoked.
    #[error("the link is not valid")]
    NotValid,
    /// Ours and for this purpose, but past its time: its recipient may get a fresh one by mail.
    #[error("the link is not valid")]
    Expired(Link),
}

/// Makes a link for `recipient` to `object`, dead from `expires_at`.
///
/// The token leaves in a mail and is stored nowhere in the open; older links stay alive.
pub fn make(
    conn: &mut DbConn,
    keys: &KeyRing,
    purpose: LinkPurpose,
    object: Uuid,
    recipient: PersonId,
    expires_at: Timestamp,
    now: Timestamp,
) -> DbResult<LinkToken> {
    let link = Link {
        id: LinkId::generate(),
        purpose,
        object,
        recipient,
        expires_at: whole_micros(expires_at),
    };
    let (key, mac) = keys.sign_link(&token::contents(&link));
    queries::insert(conn, &link, key, now)?;
    Ok(LinkToken::new(link.id, &mac))
}

/// The link that `token` stands for at `now`, if it is one for `purpose`.
pub fn open(
    conn: &mut DbConn,
    keys: &KeyRing,
    purpose: LinkPurpose,
    token: &str,
    now: Timestamp,
) -> Result<Link, LinkRefused> {
    let link = proven(conn, keys, purpose, token)?.ok_or(LinkRefused::NotValid)?;
    if link.expires_at <= now {
        return Err(LinkRefused::Expired(link));
    }
    Ok(link)
}

/// As [`open`], for who answers both refusals alike: `None` for a link that does not work.
pub fn opened(
    conn: &mut DbConn,
    keys: &KeyRing,
    purpose: LinkPurpose,
    token: &str,
    now: Timestamp,
) -> DbResult<Option<Link>> {
    let found = proven(conn, keys, purpose, token)?;
    Ok(found.filter(|link| link.expires_at > now))
}

/// The link of a token whose MAC is right for `purpose` and that was not revoked, however old.
pub(super) fn proven(
    conn: &mut DbConn,
    keys: &KeyRing,
    purpose: LinkPurpose,
    token: &str,
) -> DbResult<Option<Link>> {
    let Some(claimed) = token::parse(token) else {
        return Ok(None);
    };
    let Some(stored) = queries::find(conn, claimed.id)? else {
        return Ok(None);
    };
    let StoredLink { link, key, revoked } = stored;
    let genuine = keys.verify_link(key, &token::contents(&link), &claimed.mac);
    Ok((genuine && !revoked && link.purpose == purpose).then_some(link))
}

/// Ends every link to an object that is gone; says how many.
pub fn revoke_object(conn: &mut DbConn, object: Uuid, now: Timestamp) -> DbResult<usize> {
    queries::revoke(conn, object, None, now)
}

/// Ends one recipient's links of one purpose to an object; says how many.
pub fn revoke(
    conn: &mut DbConn,
    purpose: LinkPurpose,
    object: Uuid,
    recipient: PersonId,
    now: Timestamp,
) -> DbResult<usize> {
    queries::revoke(conn, object, Some((purpose, recipient)), now)
}

/// What the database keeps of an instant; the MAC must cover exactly that.
fn whole_micros(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}
