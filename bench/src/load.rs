//! A client that asks as fast as it is answered: one thread, some connections, HTTP/1.1.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::rounds::count;

/// Connections that ask at once.
pub const CONNECTIONS: usize = 32;

/// Requests, as bytes on the wire.
#[derive(Debug, Clone)]
pub struct Requests {
    bytes: Arc<[Vec<u8>]>,
    next: Arc<AtomicUsize>,
    /// Whether each may be sent once only.
    once: bool,
}

impl Requests {
    /// Sent in turn, again and again.
    pub fn repeated(bytes: Vec<Vec<u8>>) -> Self {
        Self {
            bytes: bytes.into(),
            next: Arc::default(),
            once: false,
        }
    }

    /// Each sent once; the measurement ends when there are none left.
    pub fn once(bytes: Vec<Vec<u8>>) -> Self {
        Self {
            once: true,
            ..Self::repeated(bytes)
        }
    }

    fn take(&self) -> Option<&[u8]> {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        let place = if self.once {
            next
        } else {
            next % self.bytes.len()
        };
        self.bytes.get(place).map(Vec::as_slice)
    }
}

/// A request as bytes, on a connection that is kept.
pub fn request(method: &str, path: &str, token: &str, body: Option<&Value>) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: bench.example.org\r\n");
    if !token.is_empty() {
        let _ = write!(head, "Authorization: Bearer {token}\r\n");
    }
    let body = body.map_or_else(String::new, Value::to_string);
    if !body.is_empty() {
        let length = body.len();
        let _ = write!(
            head,
            "Content-Type: application/json\r\nContent-Length: {length}\r\n"
        );
    }
    format!("{head}\r\n{body}").into_bytes()
}

/// What the client saw.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// Answers in a second.
    pub per_second: f64,
    /// Half were faster.
    pub p50: Duration,
    /// One in a hundred was slower.
    pub p99: Duration,
    /// The slowest.
    pub longest: Duration,
}

/// Asks for `time` and insists that every answer is a success.
pub fn press(address: SocketAddr, requests: &Requests, time: Duration) -> anyhow::Result<Seen> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let start = Instant::now();
        let mut clients = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let requests = requests.clone();
            clients.spawn(async move {
                let mut connection = Connection::open(address).await?;
                let mut took = Vec::with_capacity(1 << 16);
                while start.elapsed() < time {
                    let Some(request) = requests.take() else {
                        break;
                    };
                    let asked = Instant::now();
                    connection.ask(request).await?.insist()?;
                    took.push(asked.elapsed());
                }
                anyhow::Ok(took)
            });
        }
        let mut took = Vec::new();
        while let Some(client) = clients.join_next().await {
            took.append(&mut client??);
        }
        let elapsed = start.elapsed();
        ensure!(!took.is_empty(), "nothing was answered");
        took.sort_unstable();
        let at = |hundredths: usize| took[(took.len() - 1) * hundredths / 100];
        Ok(Seen {
            per_second: count(took.len()) / elapsed.as_secs_f64(),
            p50: at(50),
            p99: at(99),
            longest: at(100),
        })
    })
}

/// Asks once; the answer's body.
pub fn ask(address: SocketAddr, request: &[u8]) -> anyhow::Result<Value> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut connection = Connection::open(address).await?;
        let answer = connection.ask(request).await?;
        answer.insist()?;
        serde_json::from_slice(answer.body).context("an answer that is JSON")
    })
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

struct Answer<'a> {
    status: &'a [u8],
    body: &'a [u8],
}

impl Answer<'_> {
    fn insist(&self) -> anyhow::Result<()> {
        if self.status.starts_with(b"2") {
            return Ok(());
        }
        let [status, body] = [self.status, self.body].map(String::from_utf8_lossy);
        bail!("answered {status}: {body}")
    }
}

impl Connection {
    async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.context("connecting")?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: vec![0; 1 << 18],
        })
    }

    async fn ask(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        let (mut filled, mut end) = (0, None);
        while end.is_none_or(|(_, end)| filled < end) {
            if filled == self.buffer.len() {
                self.buffer.resize(filled * 2, 0);
            }
            let read = self.stream.read(&mut self.buffer[filled..]).await?;
            ensure!(read > 0, "the server closed the connection");
            filled += read;
            if end.is_none() {
                end = ends(&self.buffer[..filled]);
            }
        }
        let (head, end) = end.context("an answer")?;
        // `HTTP/1.1 200 OK`
        let status = self.buffer.get(9..12).context("a status")?;
        Ok(Answer {
            status,
            body: &self.buffer[head..end],
        })
    }
}

/// Where the head of an answer ends, and where its body does; `None` while the head is not whole.
fn ends(bytes: &[u8]) -> Option<(usize, usize)> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let name = b"content-length: ";
    let length = bytes[..head]
        .windows(name.len())
        .position(|found| found.eq_ignore_ascii_case(name))
        .map_or(0, |at| {
            let digits = bytes[at + name.len()..]
                .iter()
                .take_while(|byte| byte.is_ascii_digit());
            digits.fold(0, |number, digit| number * 10 + usize::from(digit - b'0'))
        });
    Some((head, head + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_where_its_length_says() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nX: y\r\n\r\n{\"a\": \"1234\"}";
        let (head, end) = ends(answer).unwrap_or_default();
        assert_eq!((head, end), (45, 57));
        assert_eq!(ends(b"HTTP/1.1 200 OK\r\nContent-Le"), None);
        assert_eq!(ends(b"HTTP/1.1 204 No Content\r\n\r\n"), Some((27, 27)));
    }
}
