//! The token: what a link's address ends in.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use super::Link;
use crate::ids::LinkId;

/// The first byte of every token, so that a later form can be told apart.
const VERSION: u8 = 1;

/// A link's token: 66 characters of base64url over a version, the link's id and the MAC.
///
/// Whoever knows it can act; its `Debug` form hides it, and it has no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkToken(String);

impl LinkToken {
    pub(super) fn new(id: LinkId, mac: &[u8; 32]) -> Self {
        let bytes = [&[VERSION], id.0.as_bytes().as_slice(), mac].concat();
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The text that stands in the address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for LinkToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkToken(hidden)")
    }
}

/// The parts of a token as they came in; nothing about them is proven yet.
pub(super) struct Claimed {
    pub(super) id: LinkId,
    pub(super) mac: [u8; 32],
}

/// Takes a token apart. There is one spelling of each token: stray bits at its end are refused.
pub(super) fn parse(token: &str) -> Option<Claimed> {
    // Checked before decoding, so that the work does not grow with what is sent.
    if token.len() != 66 {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (id, mac) = bytes.strip_prefix(&[VERSION])?.split_first_chunk()?;
    Some(Claimed {
        id: LinkId(Uuid::from_bytes(*id)),
        mac: mac.try_into().ok()?,
    })
}

/// The link that a token names in its first 24 characters, even when the rest was lost on the way.
pub(super) fn named(token: &str) -> Option<LinkId> {
    let bytes = URL_SAFE_NO_PAD.decode(token.get(..24)?).ok()?;
    let (id, _) = bytes.strip_prefix(&[VERSION])?.split_first_chunk()?;
    Some(LinkId(Uuid::from_bytes(*id)))
}

/// What the MAC covers. Every part has a fixed place, so that no two links share their contents.
pub(super) fn contents(link: &Link) -> Vec<u8> {
    let purpose = link.purpose.as_str().as_bytes();
    let expires_at = link.expires_at.as_microsecond().to_be_bytes();
    [
        b"koplopers link\0",
        [VERSION].as_slice(),
        link.id.0.as_bytes(),
        link.object.as_bytes(),
        link.recipient.0.as_bytes(),
        &expires_at,
        // Last, because it is the only part whose length differs.
        purpose,
    ]
    .concat()
}
