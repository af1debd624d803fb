//! From a claimed delivery to bytes that are recorded as being sent, in one transaction.

use std::sync::Arc;

use jiff::Timestamp;
use koplopers_shared::db::{DbConn, DbError};
use koplopers_shared::deliveries::{
    self, AttemptOutcome, Claimed, DroppedReason, Frozen, return_path,
};
use koplopers_shared::flows::{
    ComposeError, Composed, ComposedMail, Letterhead, compose, no_longer_wanted,
};
use koplopers_shared::ids::DeliveryId;
use koplopers_shared::keys::{KeyError, KeyRing};

use url::Url;

use crate::limits::Limits;
use crate::message::{MessageError, OutgoingMail, Party};
use crate::transport::{Envelope, EnvelopeError};

/// What preparing came to.
#[derive(Debug)]
pub(crate) enum Prepared {
    /// Recorded as being sent: send it.
    Send(FrozenMail),
    /// It was no longer wanted, and that is recorded.
    Dropped(DroppedReason),
    /// Somebody else holds the delivery now.
    LeaseLost,
}

/// A mail as it leaves.
#[derive(Debug, Clone)]
pub(crate) struct FrozenMail {
    pub(crate) envelope: Envelope,
    pub(crate) bytes: Arc<[u8]>,
}

/// Why a delivery could not be prepared.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PrepareError {
    #[error("database")]
    Db(#[from] DbError),
    #[error(transparent)]
    Compose(#[from] ComposeError),
    #[error(transparent)]
    Message(#[from] MessageError),
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    #[error("stored bytes")]
    Key(#[from] KeyError),
    #[error("the stored bytes cannot be read")]
    Unreadable,
    /// Enough mails have gone, in all or to this domain.
    #[error("the limit of mails a minute is reached")]
    Limited {
        /// When there is room.
        until: Timestamp,
    },
}

impl PrepareError {
    /// What this costs the delivery; `None` when the database is to blame, and the delivery is to
    /// be tried again as if nothing had been.
    pub(crate) fn outcome(&self) -> Option<AttemptOutcome> {
        if matches!(self, Self::Envelope(_)) {
            // The same address will not become usable by waiting.
            return Some(AttemptOutcome::Rejected);
        }
        if matches!(self, Self::Limited { .. }) {
            return None;
        }
        match DbError::in_chain(self) {
            Some(
                DbError::Saturated
                | DbError::Unreachable
                | DbError::Full
                | DbError::Overdue
                | DbError::Conflict,
            ) => None,
            // A statement that fails or a closure that panics does so for this delivery.
            Some(DbError::Query(_) | DbError::Corrupt { .. } | DbError::Panicked) | None => {
                Some(AttemptOutcome::Broken)
            }
        }
    }

    /// The causes in one line, for the attempt's record.
    pub(crate) fn in_words(&self) -> String {
        let causes =
            std::iter::successors(Some(self as &(dyn std::error::Error + 'static)), |error| {
                error.source()
            });
        let words: Vec<String> = causes.map(ToString::to_string).collect();
        words.join(": ")
    }
}

/// Looks once more, composes, freezes, and records that the sending begins.
pub(crate) fn prepare(
    conn: &mut DbConn,
    keys: &KeyRing,
    letterhead: &Letterhead,
    limits: &Limits,
    claimed: &Claimed,
    now: Timestamp,
) -> Result<Prepared, PrepareError> {
    let (lease, delivery) = (claimed.lease, &claimed.delivery);
    let drop_it = |conn: &mut DbConn, reason| -> Result<Prepared, PrepareError> {
        Ok(if deliveries::drop_claimed(conn, lease, reason, now)? {
            Prepared::Dropped(reason)
        } else {
            Prepared::LeaseLost
        })
    };
    let (mail, frozen) = match &claimed.frozen {
        Some(sealed) => {
            if let Some(reason) = no_longer_wanted(conn, delivery, now)? {
                return drop_it(conn, reason);
            }
            (FrozenMail::thaw(&keys.open(sealed)?)?, None)
        }
        None => match compose(conn, keys, letterhead, delivery, now)? {
            Composed::Drop(reason) => return drop_it(conn, reason),
            Composed::Mail(mail) => {
                let frozen = Frozen {
                    address_hash: deliveries::address_hash(&mail.to),
                    message_id: format!("{}@{}", delivery.id, letterhead.from.domain()),
                    sealed: Vec::new(),
                };
                let sender = sender(keys, letterhead, delivery.id);
                let mail = assemble(&mail, letterhead, &sender, &frozen.message_id, now)?;
                let sealed = keys.seal(&mail.freeze())?;
                (mail, Some(Frozen { sealed, ..frozen }))
            }
        },
    };
    // Last, so that only what is really to go counts. An error takes back what composing stored.
    limits
        .take(mail.envelope.domain(), now)
        .map_err(|until| PrepareError::Limited { until })?;
    Ok(
        if deliveries::start_sending(conn, lease, frozen.as_ref(), now)? {
            Prepared::Send(mail)
        } else {
            Prepared::LeaseLost
        },
    )
}

/// Where a mail goes that cannot be delivered: to whoever reads the inbound address, else to the
/// From address.
fn sender(keys: &KeyRing, letterhead: &Letterhead, delivery: DeliveryId) -> String {
    match &letterhead.inbound {
        Some(inbound) => return_path::address(keys, inbound, delivery),
        None => letterhead.from.as_str().to_owned(),
    }
}

fn assemble(
    mail: &ComposedMail,
    letterhead: &Letterhead,
    sender: &str,
    message_id: &str,
    now: Timestamp,
) -> Result<FrozenMail, PrepareError> {
    let outgoing = OutgoingMail {
        from: Party {
            name: letterhead.institute.name.as_str(),
            address: letterhead.from.as_str(),
        },
        to: Party {
            name: mail.to_name.as_str(),
            address: mail.to.as_str(),
        },
        reply_to: Some(Party {
            name: mail.reply_to_name.as_str(),
            address: mail.reply_to.as_str(),
        }),
        contents: &mail.rendered,
        message_id,
        in_reply_to: mail.in_reply_to.as_deref(),
        date: now,
        unsubscribe_url: mail.unsubscribe_url.as_ref().map(Url::as_str),
    };
    Ok(FrozenMail {
        envelope: Envelope::new(sender, mail.to.as_str())?,
        bytes: outgoing.assemble()?.into(),
    })
}

impl FrozenMail {
    /// Envelope and bytes as one: two lines with the addresses, then the mail.
    fn freeze(&self) -> Vec<u8> {
        let mut frozen = format!("{}\n{}\n", self.envelope.from(), self.envelope.to()).into_bytes();
        frozen.extend_from_slice(&self.bytes);
        frozen
    }

    fn thaw(frozen: &[u8]) -> Result<Self, PrepareError> {
        let mut parts = frozen.splitn(3, |byte| *byte == b'\n');
        let mut part = || parts.next().ok_or(PrepareError::Unreadable);
        let (from, to, bytes) = (part()?, part()?, part()?);
        let text = |bytes| std::str::from_utf8(bytes).map_err(|_| PrepareError::Unreadable);
        Ok(Self {
            envelope: Envelope::new(text(from)?, text(to)?)?,
            bytes: bytes.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn frozen_mail_thaws_byte_for_byte() {
        let mail = FrozenMail {
            envelope: Envelope::new("bureau@example.org", "anna@example.nl").unwrap(),
            bytes: (*b"Subject: x\r\n\r\nregel\r\n\n\0\xff").into(),
        };
        let thawed = FrozenMail::thaw(&mail.freeze()).unwrap();
        assert_eq!(thawed.envelope, mail.envelope);
        assert_eq!(thawed.bytes, mail.bytes);
        assert!(FrozenMail::thaw(b"bureau@example.org\nanna@example.nl").is_err());
    }
}
