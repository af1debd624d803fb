//! The listening server.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::conversation::Talk;
use super::{ReceivedMail, Record, Script};

/// A running server; dropping it ends it and every conversation.
#[derive(Debug)]
pub struct SmtpServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

/// What the server and its conversations share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) script: Mutex<Script>,
    pub(super) record: watch::Sender<Record>,
    pub(super) released: watch::Sender<bool>,
    talks: Mutex<Vec<JoinHandle<()>>>,
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SmtpServer {
    /// Listens on a free port of this machine.
    pub async fn start(script: Script) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            script: Mutex::new(script),
            record: watch::Sender::new(Record::default()),
            released: watch::Sender::new(false),
            talks: Mutex::default(),
        });
        let accepting = tokio::spawn({
            let shared = Arc::clone(&shared);
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let mut number = 0;
                    shared.record.send_modify(|record| {
                        record.opened += 1;
                        number = record.opened;
                    });
                    let talk = tokio::spawn(Talk::run(Arc::clone(&shared), number, stream));
                    locked(&shared.talks).push(talk);
                }
            }
        });
        Ok(Self {
            address,
            shared,
            accepting,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on behave like this; a conversation under way keeps what it was offered.
    pub fn change(&self, script: Script) {
        *locked(&self.shared.script) = script;
    }

    /// Lets every [`Act::Hold`](super::Act::Hold) go on, now and later.
    pub fn release(&self) {
        self.shared.released.send_replace(true);
    }

    /// What has happened up to now.
    #[must_use]
    pub fn record(&self) -> Record {
        self.shared.record.borrow().clone()
    }

    /// Waits until `enough` holds.
    pub async fn until(&self, enough: impl FnMut(&Record) -> bool) -> Record {
        let mut changes = self.shared.record.subscribe();
        match changes.wait_for(enough).await {
            Ok(record) => record.clone(),
            // The sender lives in `self`.
            Err(_) => self.record(),
        }
    }

    /// Waits for at least `count` mails and gives all of them.
    pub async fn received(&self, count: usize) -> Vec<ReceivedMail> {
        self.until(|record| record.mails.len() >= count).await.mails
    }

    /// Waits until at least `count` connections have ended.
    pub async fn closed(&self, count: usize) {
        self.until(|record| record.closed >= count).await;
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.accepting.abort();
        for talk in locked(&self.shared.talks).drain(..) {
            talk.abort();
        }
    }
}
