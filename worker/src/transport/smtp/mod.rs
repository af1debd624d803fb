//! A relay, reached over a small set of connections of our own.
//!
//! Why not a ready-made pool (docs/decisions/0010-own-smtp-connections.md): a cancelled send must never leave a reply
//! behind for the next mail to read. Here a connection that is in use is owned by the sending future, so that a time-out,
//! an error or a cancellation drops it, and only one that has answered everything in step goes back.

mod connection;
mod dots;
mod reply;
mod stream;
mod tls;

use std::sync::{Mutex, PoisonError};

use tokio::sync::Semaphore;

use self::{
    connection::{Connection, Failure, Fault},
    tls::TlsClient,
};
use super::{Envelope, Outcome, Phase, Rates, SmtpSettings, TransportError};

/// A relay and the open connections to it.
#[derive(Debug)]
pub struct SmtpTransport {
    settings: SmtpSettings,
    tls: Option<TlsClient>,
    /// As many permits as there may be connections.
    slots: Semaphore,
    idle: Mutex<Vec<Connection>>,
}

impl SmtpTransport {
    /// Reads the certificates; does not connect yet.
    pub fn new(settings: SmtpSettings) -> Result<Self, TransportError> {
        Ok(Self {
            tls: TlsClient::for_settings(&settings).map_err(TransportError::Tls)?,
            slots: Semaphore::new(settings.connections),
            idle: Mutex::new(Vec::new()),
            settings,
        })
    }

    /// How many connections there may be at once.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.settings.connections
    }

    /// How many mails a minute may be handed over.
    #[must_use]
    pub fn rates(&self) -> Rates {
        self.settings.rates
    }

    /// Hands over one mail.
    pub async fn send(&self, envelope: &Envelope, mail: &[u8]) -> Outcome {
        let Ok(_slot) = self.slots.acquire().await else {
            return Outcome::RelayUnavailable {
                phase: Phase::Connect,
                code: None,
                reason: "the transport is closed".to_owned(),
            };
        };
        if let Some(mut connection) = self.take_idle() {
            match connection.deliver(envelope, mail).await {
                // The relay closed a connection that lay idle; nothing of this mail is decided yet.
                Err(failure) if failure.closed_while_idle() => {}
                result => return self.finish(connection, result),
            }
        }
        match Connection::open(&self.settings, self.tls.as_ref()).await {
            Ok(mut connection) => {
                let result = connection.deliver(envelope, mail).await;
                self.finish(connection, result)
            }
            Err(failure) => outcome_of(failure),
        }
    }

    /// Says goodbye on every idle connection.
    pub async fn close(&self) {
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for connection in idle {
            connection.quit().await;
        }
    }

    fn take_idle(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(mut connection) = idle.pop() {
            if connection.is_quiet() {
                return Some(connection);
            }
        }
        None
    }

    fn finish(&self, connection: Connection, result: Result<reply::Reply, Failure>) -> Outcome {
        if connection.is_reusable() {
            self.idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(connection);
        }
        match result {
            Ok(reply) => Outcome::Accepted {
                code: reply.code,
                text: reply.text,
            },
            Err(failure) => outcome_of(failure),
        }
    }
}

/// Which of the promises of a delivery a failure leaves standing.
fn outcome_of(Failure { phase, fault }: Failure) -> Outcome {
    let code = fault.code();
    let permanent = code.is_some_and(|code| (500..600).contains(&code));
    let refused_by_us = matches!(fault, Fault::Unsendable(_));
    let text = fault.into_text();
    if phase < Phase::Recipient {
        Outcome::RelayUnavailable {
            phase,
            code,
            reason: text,
        }
    } else if permanent || refused_by_us {
        Outcome::Rejected { phase, code, text }
    } else if phase == Phase::Final && !code.is_some_and(|code| (400..500).contains(&code)) {
        // Only a 4xx or 5xx is a refusal. Silence, a broken line or another number may each hide an accepted mail.
        Outcome::Unknown { reason: text }
    } else {
        Outcome::Deferred { phase, code, text }
    }
}
