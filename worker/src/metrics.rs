//! The listener that shows what the worker process counts (security: 73).
//!
//! One path, GET, one answer per connection: this program links no web server.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use koplopers_shared::clock::Clock;
use koplopers_shared::db::Db;
use koplopers_shared::metrics::{DbMetrics, DeliveryMetrics, OutboxMetrics, registry};
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// How often the outbox is counted.
const PAUSE: Duration = Duration::from_secs(10);
/// Whoever reads metrics is few.
const CONNECTIONS: usize = 16;
/// How long one of them may take, to ask and to read.
const PATIENCE: Duration = Duration::from_secs(5);
/// The head of a request is at most this long.
const HEAD: usize = 8 * 1024;

/// The metrics of a worker process.
pub struct WorkerMetrics {
    registry: Registry,
    database: DbMetrics,
    outbox: OutboxMetrics,
    db: Db,
    clock: Clock,
}

impl fmt::Debug for WorkerMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WorkerMetrics")
    }
}

impl WorkerMetrics {
    /// What is to be shown of a worker that counts in `deliveries`.
    #[must_use]
    pub fn new(deliveries: &DeliveryMetrics, db: Db, clock: Clock) -> Self {
        let mut registry = registry();
        deliveries.register(&mut registry);
        Self {
            database: DbMetrics::register(&mut registry),
            outbox: OutboxMetrics::register(&mut registry),
            registry,
            db,
            clock,
        }
    }

    /// Keeps counting the outbox, until dropped.
    pub async fn watch(self: Arc<Self>) {
        loop {
            if let Err(error) = self.outbox.look(&self.db, self.clock.now()).await {
                tracing::debug!(%error, "the outbox could not be counted");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Answers until dropped.
    pub async fn serve(self: Arc<Self>, listener: TcpListener) {
        let room = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let Ok(place) = Arc::clone(&room).acquire_owned().await else {
                return;
            };
            let stream = match listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Out of descriptors, say; trying again at once would only keep a core busy.
                    tracing::warn!(%error, "no connection for the metrics");
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    continue;
                }
            };
            let metrics = Arc::clone(&self);
            tokio::spawn(async move {
                // Whoever is too slow, or hangs up, has no answer.
                let _ = tokio::time::timeout(PATIENCE, metrics.answer(stream)).await;
                drop(place);
            });
        }
    }

    async fn answer(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let request = head(&mut stream).await?;
        let (status, body) = match first_words(&request) {
            Some(("GET", "/metrics")) => ("200 OK", self.text()),
            Some((_, "/metrics")) => ("405 Method Not Allowed\r\nallow: GET", String::new()),
            Some(_) => ("404 Not Found", String::new()),
            None => ("400 Bad Request", String::new()),
        };
        let answer = format!(
            "HTTP/1.1 {status}\r\n\
             content-type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await
    }

    fn text(&self) -> String {
        self.database.look(&self.db);
        let mut text = String::new();
        // A String takes every text.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// The head of a request, as far as it came.
async fn head(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(512);
    while head.len() < HEAD && !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if stream.read_buf(&mut head).await? == 0 {
            break;
        }
    }
    Ok(head)
}

/// The method and the path, without a query.
fn first_words(head: &[u8]) -> Option<(&str, &str)> {
    let line = head.split(|byte| *byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let path = target.split_once('?').map_or(target, |(path, _)| path);
    (version.starts_with("HTTP/1.") && words.next().is_none()).then_some((method, path))
}
