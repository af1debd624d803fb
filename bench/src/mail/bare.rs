//! A conversation that only says what it must, with a mail that is ready.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::{CONNECTIONS, FROM, Sink, TO};
use crate::rounds::count;

/// How many mails a second.
pub async fn per_second(sink: &Sink, mail: &Arc<[u8]>, time: Duration) -> anyhow::Result<f64> {
    let start = Instant::now();
    let mut senders = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (mail, address) = (Arc::clone(mail), sink.address());
        senders.spawn(async move {
            let mut stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            read(&mut stream, b'2').await?;
            say(&mut stream, b"EHLO bench.example.org\r\n", b'2').await?;
            let envelope = [
                format!("MAIL FROM:<{FROM}>\r\n"),
                format!("RCPT TO:<{TO}>\r\n"),
            ];
            let mail = [&*mail, b"\r\n.\r\n"].concat();
            let mut sent = 0;
            while start.elapsed() < time {
                for line in &envelope {
                    say(&mut stream, line.as_bytes(), b'2').await?;
                }
                say(&mut stream, b"DATA\r\n", b'3').await?;
                say(&mut stream, &mail, b'2').await?;
                sent += 1;
            }
            anyhow::Ok(sent)
        });
    }
    let mut sent = 0;
    while let Some(sender) = senders.join_next().await {
        sent += sender??;
    }
    Ok(count(sent) / start.elapsed().as_secs_f64())
}

async fn say(stream: &mut TcpStream, bytes: &[u8], answer: u8) -> anyhow::Result<()> {
    stream.write_all(bytes).await?;
    read(stream, answer).await
}

async fn read(stream: &mut TcpStream, answer: u8) -> anyhow::Result<()> {
    let mut reply = [0; 512];
    let length = stream.read(&mut reply).await?;
    ensure!(
        reply[..length].first() == Some(&answer),
        "a reply of {}",
        char::from(answer)
    );
    Ok(())
}
